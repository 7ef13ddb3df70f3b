#include "gateway/inbound_ussd.hpp"

#include <fmt/format.h>

#include "gateway/clock.hpp"
#include "gateway/hash.hpp"
#include "gateway/inbound_texts.hpp"
#include "gateway/log.hpp"
#include "gateway/spawn.hpp"
#include "handlers/decide.hpp"
#include "templates/catalogue.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;

static_assert(UssdLimits{}.answer_within + UssdLimits{}.response_timeout < handlers::kScreenShownWithin,
              "the text must not leave while its screen may still be shown");

// Deadlines are looked at so often. An answer itself looks at the clock before it leaves.
constexpr std::chrono::milliseconds kUssdLookEvery{50};
// Between two looks whether a link has room.
constexpr std::chrono::milliseconds kRoomEvery{5};
constexpr std::chrono::milliseconds kThrottlePause{1000};

std::chrono::steady_clock::time_point now() {
  return std::chrono::steady_clock::now();
}

// The pace of a carrier's account is kept by line; screens have no line, and no pace but the account's.
store::LineKey pace_key(const CarrierOptions& carrier) {
  return {carrier.name, "ussd"};
}
store::Rates rates_of(const CarrierOptions& carrier) {
  return {.line = 0, .account = carrier.rate};
}

}  // namespace

// One step of one dialog, on its way through the store and back.
struct InboundUssd::Step {
  CarrierRequest request;
  std::shared_ptr<const void> place;  // among the steps that its link may have under way
  UssdAsked asked;
  Time deadline{};
  handlers::PhoneNumber from = 0;
  std::string root;          // "*7000"
  std::string input;         // what the decision is asked
  std::string name;          // of the dialog, random: a network uses its session ids again
  std::uint64_t number = 0;  // of the step
  bool again = false;        // it was answered before: its answer is shown again and changes nothing
  bool answered = false;     // the deliver_sm
  bool over = false;         // nobody waits for its screen any more, or it has left

  const CarrierOptions& carrier() const { return request.link->options(); }
  store::DialogKey key() const { return {carrier().name, from, asked.session}; }
  std::string key_text() const { return fmt::format("{}/{}/{}", carrier().name, from, asked.session); }
  std::chrono::seconds time_to_live() const { return carrier().ussd_session_timeout; }

  void acknowledge(std::uint32_t command_status = smpp::ESME_ROK) {
    if (!std::exchange(answered, true))
      request.link->respond(request.generation, request.pdu, command_status);
  }
};

InboundUssd::InboundUssd(asio::io_context& io, Requests& requests, store::Dialogs& dialogs,
                         store::Lanes& lanes, Hooks hooks, UssdLimits limits)
    : io_(io),
      requests_(requests),
      dialogs_(dialogs),
      lanes_(lanes),
      hooks_(std::move(hooks)),
      limits_(limits),
      steps_(limits.steps_per_link_max) {}

void InboundUssd::take(CarrierRequest request) {
  auto step = std::make_shared<Step>();
  step->place = steps_.hold(request.link, 1);
  step->request = std::move(request);
  step->deadline = now() + limits_.answer_within;
  auto asked = read_asked(step->request.pdu, step->carrier());
  step->from = sender_of(step->request.pdu);
  if (!asked || step->from == 0) return step->acknowledge();
  step->asked = std::move(*asked);
  if (step->asked.event == smpp::UssdEvent::notify_ack) return step->acknowledge();
  // Whatever comes now for this dialog, the screen that waits for a slot is not the answer to it.
  if (auto waiting = waiting_.extract(step->key_text())) {
    if (const StepPtr old = waiting.mapped().lock()) old->over = true;
  }
  switch (step->asked.event) {
    case smpp::UssdEvent::begin:
      watch(step);
      return spawn(io_, begin(step));
    case smpp::UssdEvent::input:
      watch(step);
      return spawn(io_, input(step));
    default:
      return spawn(io_, forget(step));
  }
}

asio::awaitable<void> InboundUssd::begin(StepPtr step) {
  const std::string& dialled = step->asked.dialled;
  const auto directory = hooks_.directory();
  const handlers::Club* club = directory->dialled(dialled);
  if (club == nullptr) {
    log::info("ussd_code_unknown", {{"carrier", step->carrier().name}});
    co_await say_unavailable(step);
    co_return;
  }
  step->root = club->ussd_root;
  if (dialled.size() > step->root.size()) step->input = dialled.substr(step->root.size() + 1);
  step->name = fmt::format("{:016x}", names_());
  bool lost = false;
  try {
    const store::BeginAgain again{.told = kTypedAgainAfter, .untold = step->carrier().redelivery_window};
    const auto begun = co_await dialogs_.begin(step->key(), step->name, step->root, step_of(step->asked),
                                               step->time_to_live(), again);
    if (begun.again) {
      step->name = *begun.again;
      step->again = begun.step > 0;
    }
  } catch (const store::RedisError& e) {
    log::warn("ussd_dialog_lost", {{"why", e.what()}});
    lost = true;
  }
  if (lost) {
    co_await say_unavailable(step);
    co_return;
  }
  decide(step, "");
}

asio::awaitable<void> InboundUssd::input(StepPtr step) {
  std::optional<store::Dialog> dialog;
  bool lost = false;
  try {
    dialog = co_await dialogs_.get(step->key());
  } catch (const store::RedisError& e) {
    log::warn("ussd_dialog_lost", {{"why", e.what()}});
    lost = true;
  }
  if (lost) {
    co_await say_unavailable(step);
    co_return;
  }
  const StepIs is = step_is(dialog, step_of(step->asked), step->carrier().redelivery_window);
  if (is == StepIs::unknown || is == StepIs::late) {
    if (dialog) step->root = dialog->code;
    co_await refuse(step);
    co_return;
  }
  step->root = dialog->code;
  step->input = step->asked.text;
  step->name = dialog->name;
  step->again = is == StepIs::again;
  step->number = dialog->step - (step->again ? 1 : 0);
  decide(step, dialog->state);
}

// Ended, timed out or never begun, though the network takes it for open: a polite end, once.
asio::awaitable<void> InboundUssd::refuse(StepPtr step) {
  bool first = true;
  try {
    first = co_await dialogs_.refuse(step->key(), step->time_to_live());
  } catch (const store::RedisError& e) {
    log::warn("ussd_dialog_lost", {{"why", e.what()}});
  }
  if (first) co_await say_unavailable(step);
  step->over = true;
  step->acknowledge();
}

asio::awaitable<void> InboundUssd::forget(StepPtr step) {
  try {
    co_await dialogs_.close(step->key());
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
  if (!taken) spawn(io_, say_unavailable(step));
}

asio::awaitable<void> InboundUssd::finish(StepPtr step, store::Result result) {
  using Verdict = store::Result::Verdict;
  if (result.verdict == Verdict::failed || result.verdict == Verdict::busy || result.answer.empty()) {
    co_await say_unavailable(step);
    co_return;
  }
  if (result.verdict == Verdict::different_content) {
    step->over = true;  // another key at the same step: the first one counts
    step->acknowledge();
    co_return;
  }
  const bool kept = co_await remember(step, result);
  step->acknowledge();
  const bool last = result.ussd_state.empty() || step->asked.one_shot;
  if (kept) {
    co_await show(step, std::move(result.answer), last, result.if_not_shown);
  } else if (result.if_not_shown != 0) {
    hooks_.settled(result.if_not_shown, false);
  }
}

// What the dialog is after this step. False: it is over, or was redialled, or has gone on without this one.
asio::awaitable<bool> InboundUssd::remember(StepPtr step, const store::Result& result) {
  if (step->again) co_return true;
  const bool last = result.ussd_state.empty() || step->asked.one_shot;
  bool kept = last;  // a last screen needs no Redis
  try {
    kept = co_await dialogs_.set(step->key(), step->name, step->number, result.ussd_state, last,
                                 step_of(step->asked), step->time_to_live());
    step->over = step->over || !kept;
  } catch (const store::RedisError& e) {
    log::warn("ussd_dialog_lost", {{"why", e.what()}});
    if (!last && !result.changed) spawn(io_, say_unavailable(step));
  }
  co_return kept;
}

asio::awaitable<void> InboundUssd::say_unavailable(StepPtr step) {
  step->acknowledge();
  const auto directory = hooks_.directory();
  const handlers::Club* club = directory->at_ussd_root(step->root);
  const auto language = club == nullptr ? templates::Language::fa : club->language;
  std::string text = templates::Catalogue::standard().render("ussd_unavailable", language);
  co_await show(step, std::move(text), true, 0);
}

asio::awaitable<void> InboundUssd::show(StepPtr step, std::string screen, bool last,
                                        store::MessageId text_instead) {
  const std::string_view code = step->root.empty() ? std::string_view(step->asked.dialled) : step->root;
  const smpp::Body pdu = make_screen(step->asked, step->carrier(), code, screen, last);
  const std::uint64_t tag = kUssdTag | ++next_tag_;
  bool sent = false;
  while (!sent) {
    const bool may_leave = co_await take_slot(step);
    if (!may_leave) break;
    sent = hooks_.submit(*step->request.link, pdu, tag);
    if (!sent) co_await pause(kRoomEvery);
  }
  step->over = true;
  if (!sent) {
    if (text_instead != 0) hooks_.settled(text_instead, false);
    co_return;
  }
  shown_[tag] = {.carrier = &step->carrier(),
                 .dialog = step->key(),
                 .name = step->name,
                 .steps = last ? 0 : step->number + 1,
                 .text = text_instead};
  unanswered_.emplace_back(now() + limits_.response_timeout, tag);
  if (!std::exchange(keeping_time_, true)) spawn(io_, keep_time());
}

// Waits for a slot of the account's, where it has a rate. False: there is none in time, or nobody waits for
// this screen any more.
asio::awaitable<bool> InboundUssd::take_slot(StepPtr step) {
  const auto in_time = [&step](Time at) { return !step->over && at < step->deadline; };
  if (step->carrier().rate <= 0) co_return in_time(now());
  waiting_[step->key_text()] = step;
  bool taken = false;
  while (!taken && in_time(now())) {
    store::Reservation reservation;
    std::vector<store::Slots> at_once{store::Slots{std::chrono::microseconds{0}}};
    try {
      reservation =
          co_await lanes_.reserve(pace_key(step->carrier()), rates_of(step->carrier()), std::move(at_once));
    } catch (const store::RedisError& e) {
      log::warn("ussd_screen_without_slot", {{"why", e.what()}});
      break;
    }
    taken = !reservation.messages.empty();
    const auto wait = taken ? reservation.messages.front().front() : reservation.again_in;
    if (!in_time(now() + wait)) break;
    co_await pause(wait);
  }
  // A newer step of the dialog may have taken the place of this one.
  const auto waiting = waiting_.find(step->key_text());
  if (waiting != waiting_.end() && waiting->second.lock() == step) waiting_.erase(waiting);
  co_return taken&& in_time(now());
}

asio::awaitable<void> InboundUssd::pause(std::chrono::microseconds time) {
  asio::steady_timer timer(io_);
  timer.expires_after(time);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void InboundUssd::settled(std::uint64_t tag, std::optional<std::uint32_t> command_status) {
  auto found = shown_.extract(tag);
  if (found.empty()) return;
  Shown& shown = found.mapped();
  if (command_status == smpp::ESME_ROK) {
    if (shown.text != 0) hooks_.settled(shown.text, true);
    if (shown.steps > 0) spawn(io_, note_told(std::move(shown)));
    return;
  }
  log::info("ussd_screen_not_shown",
            {{"carrier", shown.carrier->name},
             {"why", command_status ? smpp::status_name(*command_status) : std::string("no answer")}});
  const bool too_fast = command_status && smpp::status_class(*command_status) == smpp::StatusClass::throttle;
  if (too_fast && shown.carrier->rate > 0) spawn(io_, slow_down(*shown.carrier));
  if (shown.text != 0) hooks_.settled(shown.text, false);
}

asio::awaitable<void> InboundUssd::note_told(Shown shown) {
  try {
    co_await dialogs_.told(std::move(shown.dialog), std::move(shown.name), shown.steps);
  } catch (const store::RedisError& e) {
    log::warn("ussd_dialog_lost", {{"why", e.what()}});
  }
}

asio::awaitable<void> InboundUssd::slow_down(const CarrierOptions& carrier) {
  try {
    co_await lanes_.penalise_account(pace_key(carrier), kThrottlePause);
  } catch (const store::RedisError& e) {
    log::warn("redis_refused", {{"why", e.what()}});
  }
}

void InboundUssd::watch(const StepPtr& step) {
  due_.emplace_back(step->deadline, step);
  if (!std::exchange(keeping_time_, true)) spawn(io_, keep_time());
}

// Both queues are in the order of their deadlines, as all steps and all screens have the same time.
asio::awaitable<void> InboundUssd::keep_time() {
  while (!due_.empty() || !unanswered_.empty()) {
    co_await pause(kUssdLookEvery);
    for (const Time at = now(); !due_.empty() && due_.front().first <= at; due_.pop_front()) {
      const StepPtr step = due_.front().second.lock();
      if (step && !step->over) expire(step);
    }
    for (const Time at = now(); !unanswered_.empty() && unanswered_.front().first <= at;
         unanswered_.pop_front()) {
      settled(unanswered_.front().second, std::nullopt);
    }
  }
  keeping_time_ = false;
}

// Too late for an answer: the network is about to end the dialog itself, or has. If the decision still comes
// and changes something, it is told by text.
void InboundUssd::expire(const StepPtr& step) {
  log::warn("ussd_answer_late", {{"carrier", step->carrier().name}});
  step->over = true;
  spawn(io_, forget(step));
}

}  // namespace peyk::gateway
