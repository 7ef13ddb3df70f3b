#include "sim/dialogs.hpp"

#include <utility>
#include <vector>

#include "smpp/status.hpp"

namespace peyk::sim {
namespace {

constexpr std::uint8_t kStepMax = 127;  // seven bits of its_session_info
constexpr std::chrono::milliseconds kCheckInterval{20};

void refuse(const DialogDone& done, std::uint32_t session, std::string error) {
  DialogAnswer answer;
  answer.session = session;
  answer.error = std::move(error);
  done(answer);
}

}  // namespace

void Dialogs::dial(std::string_view phone, std::string_view code, DialogDone done, Time now,
                   DialOptions how) {
  const std::string service_code = service_code_of(code);
  if (service_code.empty()) return refuse(done, 0, "not a USSD string, e.g. *7000#");
  if (dialogs_.size() >= options_.limits.dialogs_max) return refuse(done, 0, "too many open dialogs");
  if (const auto old = by_phone_.find(std::string(phone)); old != by_phone_.end()) {
    hang_up(old->second, now);
  }
  const auto account = choose_();
  if (!account) return refuse(done, 0, "no USSD application is bound");
  const std::uint32_t session = next_session_++;
  Dialog dialog;
  dialog.account = *account;
  dialog.step.phone = phone;
  dialog.step.service_code = service_code;
  dialog.step.session = how.session.value_or(session);
  dialog.step.sequence = 0;
  dialogs_.emplace(session, std::move(dialog));
  by_phone_[std::string(phone)] = session;
  ++opened_total_;
  const auto kind = how.as_input ? NetworkStep::Kind::input : NetworkStep::Kind::begin;
  ask(session, kind, how.as_input ? std::string_view(*how.as_input) : code, std::move(done), now, how.faults);
}

void Dialogs::press(std::uint32_t session, std::string_view keys, DialogDone done, Time now,
                    StepFaults faults) {
  const auto it = dialogs_.find(session);
  if (it == dialogs_.end()) return refuse(done, session, "no such dialog is open");
  if (it->second.done) return refuse(done, session, "the phone waits for a screen");
  ask(session, NetworkStep::Kind::input, keys, std::move(done), now, faults);
}

void Dialogs::ask(std::uint32_t session, NetworkStep::Kind kind, std::string_view text, DialogDone done,
                  Time now, StepFaults faults) {
  const auto it = dialogs_.find(session);
  Dialog& dialog = it->second;
  dialog.step.kind = kind;
  dialog.step.text = text;
  dialog.step.sequence = static_cast<std::uint8_t>(dialog.step.sequence % kStepMax + 1);
  dialog.done = std::move(done);
  dialog.asked_at = now;
  dialog.due_at = now + options_.ussd_answer_timeout;
  const std::uint8_t step = dialog.step.sequence;
  auto on_delivered = [this, session, step](const Delivered& result, Time at) {
    delivered(session, step, result, at);
  };
  if (!send(dialog, std::move(on_delivered), now)) return end(it, "no USSD application takes the step");
  if (faults.twice) send(dialog, nullptr, now);
  if (faults.abort) abort(it, "the network gave up", now);
}

bool Dialogs::send(const Dialog& dialog, std::function<void(const Delivered&, Time)> done, Time now) {
  const smpp::UssdProfile& profile = options_.accounts[dialog.account].ussd_profile;
  return send_(dialog.account, make_step(dialog.step, profile), std::move(done), now);
}

// A good answer to deliver_sm says nothing yet; the screen comes by submit_sm, perhaps before it.
void Dialogs::delivered(std::uint32_t session, std::uint8_t step, const Delivered& result, Time) {
  const auto it = dialogs_.find(session);
  if (it == dialogs_.end() || it->second.step.sequence != step) return;
  if (result.how == Delivered::How::answered) {
    if (result.command_status != smpp::ESME_ROK) {
      end(it, "refused with " + smpp::status_name(result.command_status));
    }
    return;
  }
  end(it, result.how == Delivered::How::timed_out ? "deliver_sm unanswered" : "link lost");
}

bool Dialogs::hang_up(std::uint32_t session, Time now) {
  const auto it = dialogs_.find(session);
  if (it == dialogs_.end()) return false;
  abort(it, "hung up", now);
  return true;
}

std::uint32_t Dialogs::submitted(const smpp::Body& body, Time now) {
  const auto* submit_sm = std::get_if<smpp::SubmitSm>(&body);
  const auto* data_sm = std::get_if<smpp::DataSm>(&body);
  if (submit_sm == nullptr && data_sm == nullptr) return smpp::ESME_RINVCMDID;
  const std::string& phone = submit_sm != nullptr ? submit_sm->destination_addr : data_sm->destination_addr;
  const std::uint32_t status = shown(phone, body, now);
  if (status != smpp::ESME_ROK) ++refused_total_;
  return status;
}

std::uint32_t Dialogs::shown(const std::string& phone, const smpp::Body& body, Time now) {
  const auto known = by_phone_.find(phone);
  if (known == by_phone_.end()) return smpp::ESME_RSUBMITFAIL;
  const auto it = dialogs_.find(known->second);
  Dialog& dialog = it->second;
  const smpp::UssdProfile& profile = options_.accounts[dialog.account].ussd_profile;
  NetworkAnswer answer = read_answer(body, profile);
  if (answer.status != smpp::ESME_ROK) return answer.status;
  if (answer.session != session_octets(dialog.step, profile) || !dialog.done) return smpp::ESME_RSUBMITFAIL;
  DialogAnswer screen;
  screen.session = it->first;
  screen.screen = std::move(answer.text);
  screen.open = answer.open;
  screen.us = elapsed_us(dialog.asked_at, now);
  const DialogDone done = std::exchange(dialog.done, nullptr);
  dialog.due_at = now + options_.ussd_input_timeout;
  if (!answer.open) end(it, {});
  done(screen);
  return smpp::ESME_ROK;
}

void Dialogs::tick(Time now) {
  if (now < next_check_) return;
  next_check_ = now + kCheckInterval;
  std::vector<std::uint32_t> due;
  for (const auto& [session, dialog] : dialogs_) {
    if (dialog.due_at <= now) due.push_back(session);
  }
  for (const std::uint32_t session : due) {
    ++timed_out_total_;
    abort(dialogs_.find(session), "the network ended the dialog: no answer in time", now);
  }
}

// Ends the dialog and tells the application.
void Dialogs::abort(Map::iterator it, const std::string& error, Time now) {
  Dialog given_up{.account = it->second.account, .step = it->second.step};
  given_up.step.kind = NetworkStep::Kind::abort;
  given_up.step.text.clear();
  given_up.step.sequence = static_cast<std::uint8_t>(given_up.step.sequence % kStepMax + 1);
  end(it, error);
  send(given_up, nullptr, now);
}

// Ends the dialog; a question that waits gets `error`.
void Dialogs::end(Map::iterator it, const std::string& error) {
  const std::uint32_t session = it->first;
  const DialogDone done = std::move(it->second.done);
  by_phone_.erase(it->second.step.phone);
  dialogs_.erase(it);
  if (done) refuse(done, session, error);
}

}  // namespace peyk::sim
