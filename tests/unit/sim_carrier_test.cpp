// The carrier without a socket and with a clock of our own: the other end is smpp::Session in the role of an
// esme, octets are carried by hand, and waiting is adding to `now`.
#include "sim/carrier.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "smpp/parts.hpp"
#include "smpp/receipt.hpp"
#include "smpp/session.hpp"
#include "smpp/status.hpp"
#include "smpp/ussd.hpp"
#include "templates/alphabet.hpp"

namespace peyk::tests {
namespace {

using namespace std::chrono_literals;
using sim::Carrier;
using sim::MoResult;

constexpr std::string_view kPhone = "989121234567", kLine = "30001234";

sim::Options sample_options() {
  sim::Options options;
  options.accounts = {{.system_id = "peyk", .password = "secret"}};
  options.response_timeout = 10s;
  options.retry_delay = 1s;
  options.receipt_delay = 100ms;
  options.enquire_link_interval = 0ms;
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

const smpp::DeliverSm& deliver_of(const smpp::Pdu& pdu) {
  return std::get<smpp::DeliverSm>(pdu.body);
}

TEST_F(TheCarrier, bindsWhoKnowsThePassword) {
  EXPECT_TRUE(bound().session.is_bound());
  EXPECT_EQ(carrier_.bound_links(), 1U);
}

TEST_F(TheCarrier, refusesAWrongPasswordAndAnUnknownName) {
  EXPECT_EQ(refused_with("peyk", "guess"), smpp::ESME_RINVPASWD);
  EXPECT_EQ(refused_with("stranger", "secret"), smpp::ESME_RINVSYSID);
  EXPECT_EQ(carrier_.bound_links(), 0U);
}

TEST_F(TheCarrier, refusesOneBindMoreThanTheContractHasUntilOneLeaves) {
  options_.accounts[0].sessions_max = 1;
  Esme& first = bound();
  // Read from the record, as an esme may make of this answer what it likes.
  bind(connect(), "peyk", "secret");
  EXPECT_EQ(carrier_.counts().binds_refused, 1U);
  EXPECT_EQ(carrier_.bound_links(), 1U);
  EXPECT_EQ(record_.last(1).at(0)->word(2), smpp::ESME_RALYBND);
  carrier_.closed(first.link, now_);
  EXPECT_TRUE(bound().session.is_bound());
}

TEST_F(TheCarrier, deliversATextAndTellsItsAnswer) {
  Esme& esme = bound();
  send("اعتبار");
  const auto requests = esme.requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(deliver_of(requests[0]).source_addr, kPhone);
  EXPECT_EQ(deliver_of(requests[0]).destination_addr, kLine);
  EXPECT_EQ(deliver_of(requests[0]).data_coding, 8);
  EXPECT_TRUE(results_.empty());
  now_ += 5ms;
  answer(esme, requests[0]);
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_[0].command_status, 0U);
  EXPECT_EQ(results_[0].us, 5000);
}

TEST_F(TheCarrier, sendsALongTextInPartsThatJoinToIt) {
  Esme& esme = bound();
  std::string text;
  for (int i = 0; i < 60; ++i) text += "سلام ";
  send(text);
  const auto requests = esme.requests();
  ASSERT_EQ(requests.size(), 5U);  // 300 units, 67 a part
  std::string octets;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto part = smpp::read_message(deliver_of(requests[i]));
    ASSERT_TRUE(part && part->part);
    EXPECT_EQ(part->part->seq, i + 1);
    EXPECT_EQ(part->part->total, 5);
    octets += part->text;
    EXPECT_TRUE(results_.empty());
    answer(esme, requests[i]);
  }
  EXPECT_EQ(templates::decode(octets, 8), text);
  EXPECT_EQ(results_.size(), 1U);
}

TEST_F(TheCarrier, keepsTextsWhileNobodyIsBoundThatMayHaveThem) {
  bound(smpp::BindKind::transmitter);
  send("one");
  send("two");
  Esme& esme = bound(smpp::BindKind::receiver);
  const auto requests = esme.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(deliver_of(requests[0]).short_message, "one");
  EXPECT_EQ(deliver_of(requests[1]).short_message, "two");
}

TEST_F(TheCarrier, sendsAnUnansweredTextAgainUnderANewNumber) {
  Esme& esme = bound();
  send("one");
  const auto first = esme.requests();
  ASSERT_EQ(first.size(), 1U);
  wait(9999ms);
  EXPECT_TRUE(esme.requests().empty());
  wait(1ms);
  const auto second = esme.requests();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].body, first[0].body);
  EXPECT_NE(second[0].sequence_number, first[0].sequence_number);
  answer(esme, second[0]);
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_[0].attempts, 2U);
}

TEST_F(TheCarrier, sendsWhatALostLinkHeldAgainOnTheNextOneInOrder) {
  Esme& esme = bound();
  send("one");
  send("two");
  ASSERT_EQ(esme.requests().size(), 2U);
  carrier_.closed(esme.link, now_);
  send("three");
  const auto requests = bound().requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(deliver_of(requests[0]).short_message, "one");
  EXPECT_EQ(deliver_of(requests[1]).short_message, "two");
  EXPECT_EQ(deliver_of(requests[2]).short_message, "three");
  EXPECT_TRUE(results_.empty());
}

TEST_F(TheCarrier, triesLaterAfterATemporaryErrorAndNeverAfterAPermanentOne) {
  Esme& esme = bound();
  send("one");
  answer(esme, esme.requests().at(0), smpp::ESME_RX_T_APPN);
  wait(999ms);
  EXPECT_TRUE(esme.requests().empty());
  wait(1ms);
  const auto again = esme.requests();
  ASSERT_EQ(again.size(), 1U);
  answer(esme, again[0], smpp::ESME_RX_R_APPN);
  wait(60s);
  EXPECT_TRUE(esme.requests().empty());
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_[0].command_status, smpp::ESME_RX_R_APPN);
}

TEST_F(TheCarrier, redeliversOnRequestAtOnceOrAfterTheAnswer) {
  Esme& esme = bound();
  send("twice", sim::Redeliver::at_once);
  const auto both = esme.requests();
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].body, both[1].body);
  EXPECT_NE(both[0].sequence_number, both[1].sequence_number);
  answer(esme, both[0]);
  EXPECT_TRUE(results_.empty());
  answer(esme, both[1]);
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_[0].statuses, (std::vector<std::uint32_t>{0, 0}));

  send("later", sim::Redeliver::after_answer);
  const auto first = esme.requests();
  ASSERT_EQ(first.size(), 1U);
  answer(esme, first[0]);
  const auto second = esme.requests();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].body, first[0].body);
  EXPECT_EQ(results_.size(), 1U);
  answer(esme, second[0]);
  EXPECT_EQ(results_.size(), 2U);
}

TEST_F(TheCarrier, neverFillsMoreThanTheWindow) {
  options_.deliver_window = 2;
  Esme& esme = bound();
  for (int i = 0; i < 5; ++i) send("text");
  const auto requests = esme.requests();
  ASSERT_EQ(requests.size(), 2U);
  answer(esme, requests[0]);
  EXPECT_EQ(esme.requests().size(), 1U);
}

TEST_F(TheCarrier, refusesATextThatNoPduCanCarry) {
  const auto why_not = carrier_.send_text({std::string(30, '9'), std::string(kLine), "text"}, nullptr, now_);
  EXPECT_TRUE(why_not.has_value());
  EXPECT_EQ(carrier_.deliveries().count(), 0U);
}

TEST_F(TheCarrier, showsAWholeTextOnceItsPartsAreThereInAnyOrder) {
  Esme& esme = bound();
  smpp::SubmitSm first = submit_of("سلام "), second = submit_of("دنیا");
  first.esm_class = second.esm_class = smpp::esm_class::udhi;
  first.short_message = smpp::build_udh(9, smpp::RefWidth::bits8, 2, 1) + first.short_message;
  second.short_message = smpp::build_udh(9, smpp::RefWidth::bits8, 2, 2) + second.short_message;
  submit(esme, second);
  EXPECT_TRUE(inbox().empty());
  submit(esme, second);
  EXPECT_TRUE(inbox().empty());
  submit(esme, first);
  EXPECT_EQ(inbox(), std::vector<std::string>{"سلام دنیا"});
}

TEST_F(TheCarrier, givesEachSubmitItsOwnIdAndAReceiptOnlyToWhoAsks) {
  Esme& esme = bound();
  const auto silent = submit(esme, submit_of("no receipt"));
  smpp::SubmitSm asking = submit_of("receipt");
  asking.registered_delivery = smpp::registered_delivery::success_and_failure;
  const auto answered = submit(esme, asking);
  ASSERT_TRUE(silent && answered);
  const std::string id = std::get<smpp::SubmitSmResp>(answered->body).message_id;
  EXPECT_NE(std::get<smpp::SubmitSmResp>(silent->body).message_id, id);
  wait(99ms);
  EXPECT_TRUE(esme.requests().empty());
  wait(1ms);
  const auto requests = esme.requests();
  ASSERT_EQ(requests.size(), 1U);
  const auto receipt = smpp::parse_receipt(deliver_of(requests[0]));
  ASSERT_TRUE(receipt.has_value());
  EXPECT_EQ(receipt->id, id);
  EXPECT_EQ(receipt->state, smpp::ReceiptState::delivered);
  EXPECT_EQ(deliver_of(requests[0]).source_addr, kPhone);
}

TEST_F(TheCarrier, countsTheBusiestSecondOfASource) {
  Esme& esme = bound();
  for (int i = 0; i < 3; ++i) submit(esme, submit_of("x"));
  now_ += 999ms;
  submit(esme, submit_of("x"));
  now_ += 1ms;
  submit(esme, submit_of("x"));
  EXPECT_EQ(carrier_.windows().at(std::string(kLine)).max_in_any_second(), 4U);
  EXPECT_EQ(carrier_.windows().at(std::string(kLine)).total(), 5U);
}

TEST_F(TheCarrier, answersWhatItDoesNotSellWithInvalidCommand) {
  Esme& esme = bound();
  smpp::QuerySm query_sm;
  query_sm.message_id = "1";
  esme.session.request(query_sm, 1, now_);
  exchange();
  const auto* response = esme.find<smpp::Response>();
  ASSERT_NE(response, nullptr);
  EXPECT_EQ(response->pdu.command_status, smpp::ESME_RINVCMDID);
}

// Faults

TEST_F(TheCarrier, refusesTheNextSubmitsAsToldAndNoMore) {
  Esme& esme = bound();
  carrier_.faults().respond_count = 2;
  carrier_.faults().respond_status = smpp::ESME_RTHROTTLED;
  EXPECT_EQ(status_of_submit(esme), smpp::ESME_RTHROTTLED);
  EXPECT_EQ(status_of_submit(esme), smpp::ESME_RTHROTTLED);
  EXPECT_TRUE(inbox().empty());
  EXPECT_EQ(status_of_submit(esme), smpp::ESME_ROK);
  EXPECT_EQ(inbox().size(), 1U);
}

TEST_F(TheCarrier, losesAResponseButNotTheText) {
  Esme& esme = bound();
  carrier_.faults().lose_count = 1;
  EXPECT_FALSE(submit(esme, submit_of("hello")).has_value());
  EXPECT_EQ(inbox().size(), 1U);
  EXPECT_EQ(status_of_submit(esme), smpp::ESME_ROK);
}

TEST_F(TheCarrier, delaysResponses) {
  Esme& esme = bound();
  carrier_.faults().delay_count = 1;
  carrier_.faults().delay = 500ms;
  EXPECT_FALSE(submit(esme, submit_of("hello")).has_value());
  wait(499ms);
  EXPECT_EQ(esme.find<smpp::Response>(), nullptr);
  wait(1ms);
  EXPECT_NE(esme.find<smpp::Response>(), nullptr);
}

TEST_F(TheCarrier, refusesBindsForAWhile) {
  carrier_.faults().refuse_binds_until = now_ + 5s;
  carrier_.faults().refuse_binds_status = smpp::ESME_RSYSERR;
  EXPECT_EQ(refused_with("peyk", "secret"), smpp::ESME_RSYSERR);
  now_ += 5s;
  EXPECT_TRUE(bound().session.is_bound());
}

TEST_F(TheCarrier, dropsLinksWithoutAWordAndWritesRawOctets) {
  Esme& esme = bound();
  EXPECT_TRUE(carrier_.send_raw(esme.link, "no SMPP"));
  std::string octets;
  carrier_.take_output(esme.link, octets, now_);
  EXPECT_EQ(octets, "no SMPP");
  EXPECT_FALSE(carrier_.dropped(esme.link));
  carrier_.drop_links();
  EXPECT_TRUE(carrier_.dropped(esme.link));
  send("waits");
  EXPECT_TRUE(esme.requests().empty());
}

// USSD

class ADialog : public TheCarrier {
 protected:
  void dial(const std::string& code = "*7000#") {
    carrier_.dialogs().dial(
        kPhone, code, [this](const sim::DialogAnswer& a) { screens_.push_back(a); }, now_);
    exchange();
  }
  void press(const std::string& keys) {
    carrier_.dialogs().press(
        screens_.back().session, keys, [this](const sim::DialogAnswer& a) { screens_.push_back(a); }, now_);
    exchange();
  }
  std::uint32_t show(Esme& esme, const smpp::Pdu& step, const std::string& text, smpp::UssdReply reply) {
    smpp::SubmitSm submit_sm = submit_of(text);
    submit_sm.source_addr = "7000";
    const auto read = smpp::read_ussd(deliver_of(step), smpp::ussd_profiles::spec_like);
    smpp::write_ussd(submit_sm, smpp::ussd_profiles::spec_like, read->session, read->sequence, reply);
    return submit(esme, submit_sm).value().command_status;
  }

  std::vector<sim::DialogAnswer> screens_;
};

TEST_F(ADialog, goesFromMenuToKeysToItsEnd) {
  Esme& esme = bound();
  dial();
  const auto begin = esme.requests();
  ASSERT_EQ(begin.size(), 1U);
  const auto step = smpp::read_ussd(deliver_of(begin[0]), smpp::ussd_profiles::spec_like);
  ASSERT_TRUE(step.has_value());
  EXPECT_EQ(step->event, smpp::UssdEvent::begin);
  EXPECT_EQ(step->text, "*7000#");
  EXPECT_EQ(step->code, "7000");
  answer(esme, begin[0]);
  now_ += 3ms;
  EXPECT_EQ(show(esme, begin[0], "1 عضویت", smpp::UssdReply::continue_dialogue), 0U);
  ASSERT_EQ(screens_.size(), 1U);
  EXPECT_EQ(screens_[0].screen, "1 عضویت");
  EXPECT_TRUE(screens_[0].open);
  EXPECT_EQ(screens_[0].us, 3000);

  press("۱");
  const auto input = esme.requests();
  ASSERT_EQ(input.size(), 1U);
  EXPECT_EQ(smpp::read_ussd(deliver_of(input[0]), smpp::ussd_profiles::spec_like)->event,
            smpp::UssdEvent::input);
  EXPECT_EQ(templates::decode_ussd(deliver_of(input[0]).short_message, deliver_of(input[0]).data_coding),
            "۱");
  answer(esme, input[0]);
  EXPECT_EQ(show(esme, input[0], "Welcome", smpp::UssdReply::end_dialogue), 0U);
  ASSERT_EQ(screens_.size(), 2U);
  EXPECT_FALSE(screens_[1].open);
  EXPECT_EQ(carrier_.dialogs().open_count(), 0U);
  EXPECT_NE(show(esme, input[0], "too late", smpp::UssdReply::end_dialogue), 0U);
}

TEST_F(ADialog, endsWhenNobodyIsBoundOrTheApplicationIsSilentOrRefuses) {
  dial();
  ASSERT_EQ(screens_.size(), 1U);
  EXPECT_FALSE(screens_[0].error.empty());

  Esme& esme = bound();
  dial();
  answer(esme, esme.requests().at(0));
  wait(9s);
  EXPECT_EQ(screens_.size(), 1U);
  wait(1s);
  ASSERT_EQ(screens_.size(), 2U);
  EXPECT_FALSE(screens_[1].error.empty());
  const auto abort = esme.requests();
  ASSERT_EQ(abort.size(), 1U);
  EXPECT_EQ(smpp::read_ussd(deliver_of(abort[0]), smpp::ussd_profiles::spec_like)->event,
            smpp::UssdEvent::abort);

  dial();
  answer(esme, esme.requests().at(0), smpp::ESME_RX_T_APPN);
  ASSERT_EQ(screens_.size(), 3U);
  EXPECT_FALSE(screens_[2].error.empty());
  wait(60s);
  EXPECT_TRUE(esme.requests().empty());  // a step is never sent twice
}

TEST_F(ADialog, tellsTheApplicationWhenTheSubscriberHangsUp) {
  Esme& esme = bound();
  dial();
  const auto begin = esme.requests();
  answer(esme, begin.at(0));
  show(esme, begin[0], "1 join", smpp::UssdReply::continue_dialogue);
  EXPECT_TRUE(carrier_.dialogs().hang_up(screens_.at(0).session, now_));
  exchange();
  const auto abort = esme.requests();
  ASSERT_EQ(abort.size(), 1U);
  EXPECT_EQ(smpp::read_ussd(deliver_of(abort[0]), smpp::ussd_profiles::spec_like)->event,
            smpp::UssdEvent::abort);
  EXPECT_FALSE(carrier_.dialogs().hang_up(screens_[0].session, now_));
}

TEST_F(ADialog, refusesAScreenThatIsTooLong) {
  Esme& esme = bound();
  dial();
  const auto begin = esme.requests();
  answer(esme, begin.at(0));
  std::string text;
  for (int i = 0; i < 81; ++i) text += "ش";
  EXPECT_EQ(show(esme, begin[0], text, smpp::UssdReply::continue_dialogue), smpp::ESME_RINVMSGLEN);
  EXPECT_TRUE(screens_.empty());
}

TEST_F(ADialog, isRefusedWithoutAUssdString) {
  bound();
  dial("7000");
  ASSERT_EQ(screens_.size(), 1U);
  EXPECT_FALSE(screens_[0].error.empty());
}

}  // namespace
}  // namespace peyk::tests
