#include "gateway/inbound_ussd.hpp"

#include <fmt/format.h>

#include "gateway/clock.hpp"
#include "gateway/hash.hpp"
#include "gateway/inbound_texts.hpp"
#include "gateway/log.hpp"
#include "gateway/spawn.hpp"
#include "templates/alphabet.hpp"
#include "templates/catalogue.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;

constexpr const smpp::UssdProfile& kProfile = smpp::ussd_profiles::spec_like;
constexpr std::size_t kNameOctets = 16;

// "*7000*2#", whether the gateway passes the whole string or only what follows the code.
std::string dialled_string(std::string_view code, const std::string& text) {
  if (!text.empty() && text.front() == '*') return text;
  while (!code.empty() && (code.front() == '*' || code.front() == '#')) code.remove_prefix(1);
  while (!code.empty() && code.back() == '#') code.remove_suffix(1);
  std::string dialled = "*" + std::string(code);
  if (!text.empty() && text != "#") dialled += "*" + text;
  return dialled + (dialled.back() == '#' ? "" : "#");
}

}  // namespace

// One step of one dialog, on its way through the store and back.
struct InboundUssd::Step {
  CarrierRequest request;
  smpp::UssdEvent event = smpp::UssdEvent::begin;
  std::string session;
  std::uint8_t sequence = 0;
  std::string text;  // decoded: dialled or typed
  std::string code;
  handlers::PhoneNumber from = 0;
  std::string root;
  std::string input;
  std::string name;          // of the dialog, random: a network uses its session ids again
  std::uint64_t number = 0;  // of the step
  bool answered = false;

  const smpp::DeliverSm& pdu() const { return std::get<smpp::DeliverSm>(request.pdu.body); }
  store::DialogKey key() const { return {request.link->options().name, from, session}; }
  std::chrono::seconds time_to_live() const { return request.link->options().ussd_session_timeout; }

  void acknowledge(std::uint32_t command_status = smpp::ESME_ROK) {
    if (!std::exchange(answered, true))
      request.link->respond(request.generation, request.pdu, command_status);
  }
};

InboundUssd::InboundUssd(asio::io_context& io, Requests& requests, store::Dialogs& dialogs, Hooks hooks)
    : io_(io), requests_(requests), dialogs_(dialogs), hooks_(std::move(hooks)) {}

void InboundUssd::take(CarrierRequest request) {
  auto step = std::make_shared<Step>();
  step->request = std::move(request);
  const auto read = smpp::read_ussd(step->pdu(), kProfile);
  step->from = sender_of(step->request.pdu);
  if (!read || step->from == 0) return step->acknowledge();
  step->event = read->event;
  step->session = read->session;
  step->sequence = read->sequence;
  step->text = templates::decode_ussd(read->text, step->pdu().data_coding);
  step->code = std::string(read->code);
  switch (step->event) {
    case smpp::UssdEvent::begin:
      return spawn(io_, begin(step));
    case smpp::UssdEvent::input:
      return spawn(io_, input(step));
    case smpp::UssdEvent::end:
    case smpp::UssdEvent::abort:
      return spawn(io_, forget(step));
    case smpp::UssdEvent::notify_ack:
      return step->acknowledge();
  }
}

asio::awaitable<void> InboundUssd::begin(StepPtr step) {
  const std::string dialled = dialled_string(step->code, step->text);
  const auto directory = hooks_.directory();
  const handlers::Club* club = directory->dialled(dialled);
  if (club == nullptr) {
    log::info("ussd_code_unknown", {{"carrier", step->request.link->options().name}});
    unavailable(*step);
    co_return;
  }
  step->root = club->ussd_root;
  if (dialled.size() > step->root.size()) step->input = dialled.substr(step->root.size() + 1);
  step->name = fmt::format("{:016x}", names_());
  try {
    co_await dialogs_.begin(step->key(), step->root, step->time_to_live());
  } catch (const store::RedisError& e) {
    log::warn("ussd_dialog_lost", {{"why", e.what()}});
    unavailable(*step);
    co_return;
  }
  decide(step, "");
}

asio::awaitable<void> InboundUssd::input(StepPtr step) {
  std::optional<store::Dialog> dialog;
  try {
    dialog = co_await dialogs_.get(step->key());
  } catch (const store::RedisError& e) {
    log::warn("ussd_dialog_lost", {{"why", e.what()}});
  }
  if (!dialog || dialog->state.size() < kNameOctets) {
    unavailable(*step);  // ended, timed out, or never begun: a polite end
    co_return;
  }
  step->root = dialog->code;
  step->input = step->text;
  step->name = dialog->state.substr(0, kNameOctets);
  step->number = dialog->step;
  decide(step, dialog->state.substr(kNameOctets));
}

asio::awaitable<void> InboundUssd::forget(StepPtr step) {
  try {
    co_await dialogs_.erase(step->key());
  } catch (const store::RedisError& e) {
    log::warn("ussd_dialog_lost", {{"why", e.what()}});
  }
  step->acknowledge();
}

void InboundUssd::decide(StepPtr step, std::string state) {
  handlers::Request asked;
  asked.key = sha256_of({"ussd", step->name, std::to_string(step->number)});
  asked.fingerprint =
      sha256_of({step->name, step->input});  // the name is random: a PIN is not to be guessed from it
  asked.remembered_for = std::chrono::hours{1};
  asked.received_at = wall_clock();
  asked.what = handlers::UssdRequest{
      .from = step->from, .root = step->root, .input = step->input, .state = std::move(state)};
  const bool taken =
      requests_.submit("ussd", step->from, std::move(asked),
                       [this, step](store::Result result) { spawn(io_, finish(step, std::move(result))); });
  if (!taken) unavailable(*step);
}

asio::awaitable<void> InboundUssd::finish(StepPtr step, store::Result result) {
  using Verdict = store::Result::Verdict;
  if (result.verdict == Verdict::failed || result.answer.empty()) {
    unavailable(*step);
    co_return;
  }
  step->acknowledge();
  if (result.verdict == Verdict::different_content)
    co_return;  // another key at the same step: the first one counts
  const bool last = result.ussd_state.empty();
  try {
    if (last) {
      co_await dialogs_.erase(step->key());
    } else {
      const std::string state = step->name + result.ussd_state;
      const bool kept = co_await dialogs_.set(step->key(), state, step->number, step->time_to_live());
      if (!kept) co_return;  // redialled meanwhile
    }
  } catch (const store::RedisError& e) {
    log::warn("ussd_dialog_lost", {{"why", e.what()}});
    if (!last) co_return unavailable(*step);
  }
  show(*step, result.answer, last, result.changed);
}

void InboundUssd::unavailable(Step& step) {
  step.acknowledge();
  const auto directory = hooks_.directory();
  const handlers::Club* club = directory->at_ussd_root(step.root);
  const auto language = club == nullptr ? templates::Language::fa : club->language;
  show(step, templates::Catalogue::standard().render("ussd_unavailable", language), true, false);
}

void InboundUssd::show(Step& step, const std::string& screen, bool last, bool changed) {
  const CarrierOptions& options = step.request.link->options();
  const smpp::DeliverSm& asked = step.pdu();
  const auto alphabet = templates::choose(screen);
  smpp::SubmitSm pdu;
  pdu.source_addr_ton = asked.dest_addr_ton;
  pdu.source_addr_npi = asked.dest_addr_npi;
  pdu.source_addr = asked.destination_addr;
  pdu.dest_addr_ton = asked.source_addr_ton;
  pdu.dest_addr_npi = asked.source_addr_npi;
  pdu.destination_addr = asked.source_addr;
  pdu.data_coding =
      alphabet == templates::Alphabet::gsm7 ? options.ussd_data_coding_latin : options.ussd_data_coding_ucs2;
  pdu.short_message = templates::encode(screen, alphabet);
  smpp::write_ussd(pdu, kProfile, step.session, step.sequence,
                   last ? smpp::UssdReply::end_dialogue : smpp::UssdReply::continue_dialogue);
  const std::uint64_t tag = kUssdTag | ++next_tag_;
  const auto directory = hooks_.directory();
  const handlers::Club* club = directory->at_ussd_root(step.root);
  if (changed && last && club != nullptr) changes_told_[tag] = {club->id, step.from, screen};
  if (!step.request.link->submit(pdu, tag)) settled(tag, false);
}

void InboundUssd::settled(std::uint64_t tag, bool shown) {
  auto told = changes_told_.extract(tag);
  if (told.empty() || shown) return;
  const auto directory = hooks_.directory();
  if (const handlers::Club* club = directory->club(told.mapped().club)) {
    hooks_.text_instead(*club, told.mapped().to, std::move(told.mapped().text));
  }
}

}  // namespace peyk::gateway
