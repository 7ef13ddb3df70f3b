// The carrier without a socket and with a clock of our own: the other end is smpp::Session in the role of an
// esme, octets are carried by hand, and waiting is adding to `now`.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/carrier.hpp"
#include "smpp/parts.hpp"
#include "smpp/receipt.hpp"
#include "smpp/session.hpp"
#include "smpp/status.hpp"
#include "templates/alphabet.hpp"

namespace peyk::tests {

using sim::Carrier;
using sim::Fault;
using sim::FaultKind;
using sim::MoResult;

constexpr std::string_view kPhone = "989121234567", kLine = "30001234";

inline sim::Options sample_options() {
  sim::Options options;
  options.accounts = {{.system_id = "peyk", .password = "secret"}};
  options.response_timeout = std::chrono::seconds(10);
  options.retry_delay = std::chrono::seconds(1);
  options.receipt_delay = std::chrono::milliseconds(100);
  options.enquire_link_interval = std::chrono::milliseconds(0);
  return options;
}

struct Esme {
  explicit Esme(sim::Time now) : session(smpp::SessionOptions{}) { session.connected(now); }

  // The requests that came since the last question.
  std::vector<smpp::Pdu> requests() { return std::exchange(arrived, {}); }
  template <class T>
  const T* find() const {
    for (const smpp::Event& event : other) {
      if (const T* found = std::get_if<T>(&event)) return found;
    }
    return nullptr;
  }

  smpp::Session session;
  sim::LinkId link = 0;
  std::vector<smpp::Pdu> arrived;
  std::vector<smpp::Event> other;
};

class TheCarrier : public testing::Test {
 protected:
  Esme& connect() {
    esmes_.push_back(std::make_unique<Esme>(now_));
    esmes_.back()->link = carrier_.opened(now_).value();
    return *esmes_.back();
  }

  Esme& bound(smpp::BindKind kind = smpp::BindKind::transceiver) {
    Esme& esme = connect();
    bind(esme, "peyk", "secret", kind);
    return esme;
  }

  void bind(Esme& esme, const std::string& id, const std::string& password,
            smpp::BindKind kind = smpp::BindKind::transceiver) {
    smpp::Bind fields;
    fields.system_id = id;
    fields.password = password;
    esme.session.bind(kind, fields, now_);
    exchange();
  }

  std::uint32_t refused_with(const std::string& id, const std::string& password) {
    Esme& esme = connect();
    bind(esme, id, password);
    const auto* refused = esme.find<smpp::BindRefused>();
    return refused == nullptr ? 0 : refused->command_status;
  }

  // Carries octets both ways until nobody has anything to say.
  void exchange() {
    for (bool moved = true; moved;) {
      moved = false;
      for (const auto& esme : esmes_) {
        const std::string up = std::exchange(esme->session.output(), {});
        if (!up.empty()) carrier_.feed(esme->link, up, now_);
        std::string down;
        carrier_.take_output(esme->link, down, now_);
        if (!down.empty()) esme->session.feed(down, now_);
        moved = moved || !up.empty() || !down.empty();
        collect(*esme);
      }
    }
  }

  static void collect(Esme& esme) {
    smpp::Event event;
    while (esme.session.next_event(event)) {
      if (auto* request = std::get_if<smpp::Request>(&event)) {
        esme.arrived.push_back(std::move(request->pdu));
      } else {
        esme.other.push_back(std::move(event));
      }
    }
  }

  void wait(std::chrono::milliseconds time) {
    now_ += time;
    carrier_.tick(now_);
    exchange();
  }

  void answer(Esme& esme, const smpp::Pdu& request, std::uint32_t status = smpp::ESME_ROK) {
    const smpp::Body body = status == 0 ? smpp::Body(smpp::DeliverSmResp{}) : smpp::Body();
    esme.session.respond(request.sequence_number, request.command_id, status, body, now_);
    exchange();
  }

  void send(const std::string& text, sim::Redeliver redeliver = sim::Redeliver::no) {
    const auto why_not = carrier_.send_text(
        {std::string(kPhone), std::string(kLine), text, redeliver},
        [this](const MoResult& result, sim::Time) { results_.push_back(result); }, now_);
    EXPECT_FALSE(why_not.has_value()) << *why_not;
    exchange();
  }

  static smpp::SubmitSm submit_of(const std::string& text) {
    smpp::SubmitSm submit_sm;
    submit_sm.source_addr = kLine;
    submit_sm.destination_addr = kPhone;
    const auto alphabet = templates::choose(text);
    submit_sm.data_coding = templates::data_coding(alphabet);
    submit_sm.short_message = templates::encode(text, alphabet);
    return submit_sm;
  }

  // The status of the answer to each, in order; nothing where there was none.
  std::optional<smpp::Pdu> submit(Esme& esme, const smpp::SubmitSm& submit_sm) {
    esme.other.clear();
    EXPECT_TRUE(esme.session.request(submit_sm, 1, now_).has_value());
    exchange();
    const auto* response = esme.find<smpp::Response>();
    return response == nullptr ? std::nullopt : std::optional(response->pdu);
  }
  std::uint32_t status_of_submit(Esme& esme) {
    return submit(esme, submit_of("hello")).value().command_status;
  }

  void add(Fault fault) { ASSERT_TRUE(carrier_.faults().add(std::move(fault), now_)); }

  // What crossed the links last, to the ESME.
  std::vector<smpp::CommandId> commands_out(std::size_t count) const {
    std::vector<smpp::CommandId> commands;
    for (const sim::RecordedPdu* pdu : record_.last(1000)) {
      if (pdu->direction == sim::Direction::out) commands.push_back(smpp::CommandId{pdu->word(1)});
    }
    if (commands.size() > count)
      commands.erase(commands.begin(), commands.end() - static_cast<std::ptrdiff_t>(count));
    return commands;
  }

  std::vector<std::string> inbox() {
    std::vector<std::string> texts;
    for (const sim::Text* text : carrier_.texts().of(kPhone, 0, 1000)) texts.push_back(text->text);
    return texts;
  }

  sim::Options options_ = sample_options();
  sim::Record record_{1000, 4096};
  Carrier carrier_{options_, record_, 1000};
  sim::Time now_{std::chrono::hours(1)};
  std::vector<std::unique_ptr<Esme>> esmes_;
  std::vector<MoResult> results_;
};

inline const smpp::DeliverSm& deliver_of(const smpp::Pdu& pdu) {
  return std::get<smpp::DeliverSm>(pdu.body);
}

}  // namespace peyk::tests
