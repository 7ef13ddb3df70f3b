#include "sim/message_centre.hpp"

#include <algorithm>
#include <chrono>
#include <type_traits>
#include <utility>
#include <variant>

#include "sim/message_ids.hpp"
#include "smpp/parts.hpp"
#include "smpp/status.hpp"
#include "smpp/time_format.hpp"

namespace peyk::sim {
namespace {

using smpp::ReceiptState;
using WallClock = std::chrono::system_clock;

constexpr std::size_t kPhonesMax = 100'000;
// Errors of receipts (no standard names them; these are what the samples of appendix B show).
constexpr std::uint16_t kErrorUnknownPhone = 1, kErrorExpired = 27;

// When a time string ends, on our clock. Empty for the empty string.
std::optional<Time> moment(const smpp::TimeField& field, Time now) {
  const auto wall = std::chrono::floor<std::chrono::milliseconds>(WallClock::now());
  if (const auto* at = std::get_if<smpp::UtcTime>(&field)) return now + (*at - wall);
  if (const auto* relative = std::get_if<smpp::RelativeTime>(&field)) {
    return now + (smpp::after(wall, *relative) - wall);
  }
  return std::nullopt;
}

// What data_sm and submit_multi have of a submit_sm.
template <class Pdu>
smpp::SubmitSm as_submit_sm(const Pdu& pdu, const smpp::DestAddress& to) {
  smpp::SubmitSm submit_sm;
  submit_sm.service_type = pdu.service_type;
  submit_sm.source_addr_ton = pdu.source_addr_ton;
  submit_sm.source_addr_npi = pdu.source_addr_npi;
  submit_sm.source_addr = pdu.source_addr;
  submit_sm.dest_addr_ton = to.dest_addr_ton;
  submit_sm.dest_addr_npi = to.dest_addr_npi;
  submit_sm.destination_addr = to.destination_addr;
  submit_sm.esm_class = pdu.esm_class;
  submit_sm.registered_delivery = pdu.registered_delivery;
  submit_sm.data_coding = pdu.data_coding;
  submit_sm.tlvs = pdu.tlvs;
  if constexpr (std::is_same_v<Pdu, smpp::SubmitMulti>) {
    submit_sm.protocol_id = pdu.protocol_id;
    submit_sm.priority_flag = pdu.priority_flag;
    submit_sm.schedule_delivery_time = pdu.schedule_delivery_time;
    submit_sm.validity_period = pdu.validity_period;
    submit_sm.short_message = pdu.short_message;
  }
  return submit_sm;
}

bool same_route(const smpp::SubmitSm& a, const smpp::SubmitSm& b) {
  return a.service_type == b.service_type && a.source_addr == b.source_addr &&
         a.destination_addr == b.destination_addr;
}

}  // namespace

MessageCentre::MessageCentre(const Options& options, const Profile& profile, std::uint64_t first_number)
    : options_(options),
      profile_(profile),
      submissions_(options.limits.submissions_kept_max, first_number),
      texts_(options.limits.texts_kept_max, options.limits.partial_texts_max),
      chance_(options.seed) {}

std::uint32_t MessageCentre::read_times(const std::string& schedule, const std::string& validity,
                                        Times& times, Time now) const {
  times.due = now;
  times.expires = now + options_.validity;
  if (schedule.empty() && validity.empty()) return smpp::ESME_ROK;
  const auto scheduled = smpp::parse_time(schedule), valid = smpp::parse_time(validity);
  if (!scheduled) return smpp::ESME_RINVSCHED;
  if (!valid) return smpp::ESME_RINVEXPIRY;
  times.due = std::max(now, moment(*scheduled, now).value_or(now));
  times.expires = moment(*valid, now).value_or(times.due + options_.validity);
  return times.expires <= times.due ? smpp::ESME_RINVEXPIRY : smpp::ESME_ROK;
}

std::uint32_t MessageCentre::check(const smpp::SubmitSm& submit_sm, Times& times, Time now) const {
  if (submit_sm.destination_addr.empty()) return smpp::ESME_RINVDSTADR;
  if (phone_state(submit_sm.destination_addr) == PhoneState::refused) return smpp::ESME_RINVDSTADR;
  const std::uint32_t status =
      read_times(submit_sm.schedule_delivery_time, submit_sm.validity_period, times, now);
  // It goes before validity_period (SMPP 5.0, 4.8.4.46).
  if (const auto seconds = smpp::get_u32(submit_sm.tlvs, smpp::tag::qos_time_to_live)) {
    times.expires = times.due + std::chrono::seconds(*seconds);
  }
  return status;
}

MessageCentre::Reply MessageCentre::submit(std::size_t account, const smpp::SubmitSm& submit_sm, Time now) {
  Times times;
  if (const std::uint32_t status = check(submit_sm, times, now)) return {status};
  if (submit_sm.replace_if_present_flag == 1) {
    if (Submission* present = find_present(account, submit_sm)) {
      present->submit_sm = submit_sm;
      present->due_at = times.due;
      present->expires_at = times.expires;
      wait(*present, times.due);
      return {smpp::ESME_ROK, smpp::SubmitSmResp{response_id(*present), {}}};
    }
  }
  Submission& submission = take(account, submit_sm, times);
  std::string id = response_id(submission);
  on_news(submission, ReceiptState::accepted, now);
  try_delivery(submission, now);
  return {smpp::ESME_ROK, smpp::SubmitSmResp{std::move(id), {}}};
}

MessageCentre::Reply MessageCentre::submit(std::size_t account, const smpp::DataSm& data_sm, Time now) {
  Reply reply = submit(account,
                       as_submit_sm(data_sm, {.dest_addr_ton = data_sm.dest_addr_ton,
                                              .dest_addr_npi = data_sm.dest_addr_npi,
                                              .destination_addr = data_sm.destination_addr}),
                       now);
  if (auto* taken = std::get_if<smpp::SubmitSmResp>(&reply.body)) {
    reply.body = smpp::DataSmResp{std::move(taken->message_id), {}};
  }
  return reply;
}

// One message_id for all of them; query_sm under it tells of the first.
MessageCentre::Reply MessageCentre::submit(std::size_t account, const smpp::SubmitMulti& submit_multi,
                                           Time now) {
  if (submit_multi.dest_address.empty()) return {smpp::ESME_RINVNUMDESTS};
  smpp::SubmitMultiResp resp;
  std::uint64_t first = 0;
  for (const smpp::DestAddress& to : submit_multi.dest_address) {
    const smpp::SubmitSm submit_sm = as_submit_sm(submit_multi, to);
    Times times;
    const std::uint32_t status = to.is_list ? smpp::ESME_RINVDLNAME : check(submit_sm, times, now);
    if (status != smpp::ESME_ROK) {
      const std::string& address = to.is_list ? to.dl_name : to.destination_addr;
      resp.unsuccess_sme.push_back({to.dest_addr_ton, to.dest_addr_npi, address, status});
      continue;
    }
    Submission& submission = take(account, submit_sm, times);
    if (first == 0) first = submission.number;
    submission.id = first;
    resp.message_id = response_id(submission);
    try_delivery(submission, now);
  }
  return {first == 0 ? smpp::ESME_RSUBMITFAIL : smpp::ESME_ROK, std::move(resp)};
}

Submission& MessageCentre::take(std::size_t account, const smpp::SubmitSm& submit_sm, const Times& times) {
  Submission& submission = submissions_.add();
  submission.account = account;
  submission.submit_sm = submit_sm;
  submission.submitted_at = WallClock::to_time_t(WallClock::now());
  submission.due_at = times.due;
  submission.expires_at = times.expires;
  return submission;
}

void MessageCentre::try_delivery(Submission& submission, Time now) {
  if (now >= submission.expires_at) return end(submission, ReceiptState::expired, kErrorExpired, now);
  if (now < submission.due_at) return wait(submission, submission.due_at);
  const PhoneState phone = phone_state(submission.submit_sm.destination_addr);
  if (phone == PhoneState::off) {
    wait(submission, submission.expires_at);
    const bool asked =
        (submission.submit_sm.registered_delivery & smpp::registered_delivery::intermediate) != 0;
    if (asked && !std::exchange(submission.told_intermediate, true)) {
      on_news(submission, ReceiptState::enroute, now);
    }
    return;
  }
  if (phone != PhoneState::on) return end(submission, ReceiptState::undeliverable, kErrorUnknownPhone, now);
  for (const Outcome& outcome : profile_.outcomes) {
    if (chance_.happens(outcome.probability)) return end(submission, outcome.state, outcome.error, now);
  }
  arrive(submission, now);
  end(submission, ReceiptState::delivered, 0, now);
}

void MessageCentre::wait(const Submission& submission, Time until) {
  waiting_.emplace(until, submission.number);
}

void MessageCentre::end(Submission& submission, ReceiptState state, std::uint16_t error, Time now) {
  submission.state = state;
  submission.error = error;
  submission.ended_at = WallClock::to_time_t(WallClock::now());
  on_news(submission, state, now);
}

void MessageCentre::arrive(const Submission& submission, Time now) {
  const Text* text = texts_.arrived(submission.submit_sm, profile_.mo.default_alphabet, now);
  if (text != nullptr && on_text) on_text(*text);
}

// What waits from the same sender to the same phone in the same service (SMPP 3.4, 5.2.18).
Submission* MessageCentre::find_present(std::size_t account, const smpp::SubmitSm& submit_sm) {
  for (const auto& [at, number] : waiting_) {
    Submission* one = submissions_.find(number);
    if (one != nullptr && !one->ended() && one->account == account && same_route(one->submit_sm, submit_sm)) {
      return one;
    }
  }
  return nullptr;
}

Submission* MessageCentre::find(std::size_t account, std::string_view message_id) {
  const auto shown = read_id(profile_.response_ids, message_id);
  if (!shown) return nullptr;
  Submission* found = submissions_.find(submissions_.newest(*shown, profile_.ids_reused_after));
  // Places that spare_id left have no sender.
  if (found == nullptr || found->account != account || found->submitted_at == 0) return nullptr;
  return found;
}

std::string MessageCentre::response_id(const Submission& submission) const {
  return format_id(profile_.response_ids, Submissions::shown(submission.id, profile_.ids_reused_after));
}

std::string MessageCentre::spare_id() {
  return response_id(submissions_.add());
}

MessageCentre::Reply MessageCentre::query(std::size_t account, const smpp::QuerySm& query_sm) {
  const Submission* found = find(account, query_sm.message_id);
  if (found == nullptr) return {smpp::ESME_RINVMSGID};
  if (found->submit_sm.source_addr != query_sm.source_addr) return {smpp::ESME_RQUERYFAIL};
  smpp::QuerySmResp resp;
  resp.message_id = query_sm.message_id;
  if (found->ended()) {
    const auto ended = WallClock::from_time_t(found->ended_at);
    resp.final_date = smpp::format_time(std::chrono::floor<std::chrono::milliseconds>(ended));
  }
  resp.message_state = static_cast<std::uint8_t>(found->state);
  resp.error_code = static_cast<std::uint8_t>(found->error);
  return {smpp::ESME_ROK, std::move(resp)};
}

MessageCentre::Reply MessageCentre::cancel(std::size_t account, const smpp::CancelSm& cancel_sm, Time now) {
  if (!cancel_sm.message_id.empty()) {
    Submission* found = find(account, cancel_sm.message_id);
    if (found == nullptr || found->submit_sm.source_addr != cancel_sm.source_addr) {
      return {smpp::ESME_RINVMSGID};
    }
    if (found->ended()) return {smpp::ESME_RCANCELFAIL};
    end(*found, ReceiptState::deleted, 0, now);
    return {smpp::ESME_ROK, smpp::CancelSmResp{}};
  }
  // Everything that waits for the phone from this sender; service_type narrows it if given.
  bool any = false;
  for (const auto& [at, number] : std::multimap<Time, std::uint64_t>(waiting_)) {
    Submission* one = submissions_.find(number);
    if (one == nullptr || one->ended() || one->account != account) continue;
    const smpp::SubmitSm& sent = one->submit_sm;
    if (sent.source_addr != cancel_sm.source_addr || sent.destination_addr != cancel_sm.destination_addr) {
      continue;
    }
    if (!cancel_sm.service_type.empty() && sent.service_type != cancel_sm.service_type) continue;
    end(*one, ReceiptState::deleted, 0, now);
    any = true;
  }
  if (!any) return {smpp::ESME_RCANCELFAIL};
  return {smpp::ESME_ROK, smpp::CancelSmResp{}};
}

MessageCentre::Reply MessageCentre::replace(std::size_t account, const smpp::ReplaceSm& replace_sm,
                                            Time now) {
  Submission* found = find(account, replace_sm.message_id);
  if (found == nullptr || found->submit_sm.source_addr != replace_sm.source_addr) {
    return {smpp::ESME_RINVMSGID};
  }
  if (found->ended()) return {smpp::ESME_RREPLACEFAIL};
  Times times;
  const std::uint32_t status =
      read_times(replace_sm.schedule_delivery_time, replace_sm.validity_period, times, now);
  if (status != smpp::ESME_ROK) return {status};
  // An empty time leaves the old one (SMPP 3.4, 4.10.1).
  if (!replace_sm.schedule_delivery_time.empty()) found->due_at = times.due;
  if (!replace_sm.validity_period.empty()) found->expires_at = times.expires;
  found->submit_sm.registered_delivery = replace_sm.registered_delivery;
  found->submit_sm.short_message = replace_sm.short_message;
  smpp::erase_tlv(found->submit_sm.tlvs, smpp::tag::message_payload);
  wait(*found, std::max(now, found->due_at));
  return {smpp::ESME_ROK, smpp::ReplaceSmResp{}};
}

PhoneState MessageCentre::phone_state(const std::string& phone) const {
  if (phones_.empty()) return PhoneState::on;
  const auto it = phones_.find(phone);
  return it == phones_.end() ? PhoneState::on : it->second;
}

void MessageCentre::set_phone(const std::string& phone, PhoneState state, Time now) {
  if (state == PhoneState::on) {
    phones_.erase(phone);
  } else if (phones_.size() < kPhonesMax) {
    phones_[phone] = state;
  }
  // All that waits is looked at again; what is not due goes back to wait.
  std::multimap<Time, std::uint64_t> again;
  for (const auto& [at, number] : waiting_) {
    const Submission* one = submissions_.find(number);
    if (one == nullptr || one->ended()) continue;
    again.emplace(one->submit_sm.destination_addr == phone ? now : at, number);
  }
  waiting_ = std::move(again);
  tick(now);
}

void MessageCentre::tick(Time now) {
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    Submission* due = submissions_.find(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    if (due != nullptr && !due->ended()) try_delivery(*due, now);
  }
}

}  // namespace peyk::sim
