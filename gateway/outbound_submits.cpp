// What a line has on the wire: parts out in their slots, responses in, and what becomes of the message then.
#include <fmt/format.h>

#include "gateway/clock.hpp"
#include "gateway/log.hpp"
#include "gateway/outbound_line.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Slow = SubmitDecision::Slow;

constexpr std::chrono::milliseconds kTooFastPause = 1s, kQueueFullPause = 200ms;

const smpp::Tlvs* tlvs_of(const smpp::Pdu& response) {
  const auto* body = std::get_if<smpp::SubmitSmResp>(&response.body);
  return body == nullptr ? nullptr : &body->tlvs;
}

SubmitAnswer answer_of(const smpp::Pdu& response) {
  SubmitAnswer answer{.command_status = response.command_status};
  if (const smpp::Tlvs* tlvs = tlvs_of(response))
    answer.delivery_failure_reason = smpp::get_u8(*tlvs, smpp::tag::delivery_failure_reason);
  return answer;
}

}  // namespace

asio::awaitable<void> OutboundLine::send_slots() {
  while (!stopping_) {
    std::chrono::microseconds wait = 1s;
    while (!slots_.empty()) {
      const auto [when, slot] = *slots_.begin();
      const auto now = Clock::now();
      if (when > now) {
        wait = std::chrono::duration_cast<std::chrono::microseconds>(when - now);
        break;
      }
      if (waits_for_room(slot)) break;
      slots_.erase(slots_.begin());
      send_slot(slot);
    }
    co_await slot_signal_.wait(std::max(wait, 1us));
  }
}

// Granted ahead of the window, without a time: a response makes room for it, unless none comes.
bool OutboundLine::waits_for_room(const Slot& slot) const {
  const Carrier& carrier = routes_[slot.route].carrier;
  return slot.latest == Clock::time_point::max() && carrier.room() == 0 && carrier.can_submit() &&
         !is_stalled(Clock::now());
}

void OutboundLine::send_slot(const Slot& slot) {
  auto it = held_.find(slot.id);
  if (it == held_.end() || it->second.leaving || it->second.verdict) return;
  Held& held = it->second;
  if (held.sending.part(slot.part) != Sending::Part::waiting) return;
  if (Clock::now() > slot.latest || routes_[slot.route].carrier.room() == 0) {
    parts_.metrics.counter("peyk_outbound_late_total", {{"line", options_.number}}).add();
    if (!held.give_back_after) held.give_back_after = 0ms;
  } else if (!held.give_back_after) {
    send_part(held, slot);
  }
  when_idle(slot.id);
}

void OutboundLine::send_part(Held& held, const Slot& slot) {
  const auto left = held.sending.text().valid_until - wall_clock();
  if (left <= 0us) {
    held.verdict = {.id = slot.id,
                    .state = held.sending.any_unheard() ? store::unknown : store::expired,
                    .reason = "its time was over before it could be sent"};
    return;
  }
  OutboundRoute& route = routes_[slot.route];
  if (route.extra_tlvs_refused) held.sending.drop_extra_tlvs();
  // No longer than the text is worth anything, and no longer than the line says.
  const auto remaining = std::min(std::chrono::ceil<std::chrono::seconds>(left), options_.validity);
  const std::uint64_t tag = ++next_tag_;
  const smpp::SubmitSm pdu =
      held.sending.pdu(slot.part, remaining, route.carrier.options(), options_.receipts);
  if (!route.carrier.submit(pdu, tag)) {
    held.give_back_after = 0ms;
    return;
  }
  const auto now = Clock::now();
  route.line_rate.submitted(now);
  held.sending.sent(slot.part);
  on_wire_[tag] = {slot.id, slot.part, slot.route, now};
}

void OutboundLine::responded(std::uint64_t tag, const smpp::Pdu& response) {
  const OnWire part = on_wire_.extract(tag).mapped();
  Carrier& carrier = routes_[part.route].carrier;
  carrier.answered(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - part.sent_at));
  routes_[part.route].submits(parts_.metrics, response.command_status).add();
  heed_congestion(part.route, response);
  count_taken(Clock::now());
  pump_signal_.wake();  // a place in the window is free
  slot_signal_.wake();
  auto held = held_.find(part.id);
  if (held == held_.end() || held->second.leaving) return;
  answered(held->second, part, response);
  when_idle(part.id);
}

void OutboundLine::answered(Held& held, const OnWire& part, const smpp::Pdu& response) {
  OutboundRoute& route = routes_[part.route];
  Sending& sending = held.sending;
  const auto now = wall_clock();
  const SubmitSoFar so_far{.attempts = sending.attempts(part.part),
                           .carried_extra_tlvs = sending.carries_extra_tlvs(route.carrier.options()),
                           .another_carrier = choice_.another(part.route, Clock::now()),
                           .age = now - sending.text().due_since(),
                           .left = sending.text().valid_until - now};
  const double chance = std::uniform_real_distribution<double>(0, 1)(chance_);
  SubmitDecision decision = route.policy.decide(answer_of(response), so_far, chance);
  if (decision.slow != Slow::nobody) slow_down(part.route, decision.slow);
  if (decision.carrier_refuses) choice_.refused(part.route, Clock::now());
  if (decision.alarm || decision.what == SubmitDecision::What::give_up) {
    log::write(decision.alarm ? log::Level::error : log::Level::warn, "message_refused",
               {{"line", options_.number},
                {"carrier", route.key.carrier},
                {"message", part.id},
                {"to", log::Phone{sending.text().to}},
                {"status", smpp::status_name(response.command_status)}});
  }
  switch (decision.what) {
    case SubmitDecision::What::taken: {
      const auto* body = std::get_if<smpp::SubmitSmResp>(&response.body);
      sending.taken(part.part, route.key.carrier, body == nullptr ? std::string() : body->message_id);
      // A text in the middle of which this process dies goes on after this part.
      if (sending.any_waiting()) save_known(held);
      return;
    }
    case SubmitDecision::What::wait:
      sending.returned(part.part, decision.counts);
      parts_.metrics
          .counter("peyk_outbound_retries_total",
                   {{"line", options_.number}, {"lane", words(sending.text().lane)}})
          .add();
      if (decision.without_extra_tlvs) {
        sending.drop_extra_tlvs();
        route.extra_tlvs_refused = true;
      }
      held.give_back_after = std::max(held.give_back_after.value_or(0ms), decision.wait);
      return;
    case SubmitDecision::What::give_up:
      sending.returned(part.part);
      held.verdict = {.id = part.id,
                      .state = !decision.expired            ? store::failed
                               : held.sending.any_unheard() ? store::unknown
                                                            : store::expired,
                      .reason = std::move(decision.why)};
      return;
  }
}

// SMPP 5.0, 4.8.4.18: a response may say how busy the carrier is.
void OutboundLine::heed_congestion(std::size_t route, const smpp::Pdu& response) {
  const smpp::Tlvs* tlvs = tlvs_of(response);
  if (tlvs == nullptr || tlvs->empty()) return;
  const auto congestion_state = smpp::get_u8(*tlvs, smpp::tag::congestion_state);
  if (!congestion_state) return;
  if (routes_[route].line_rate.congested(*congestion_state, Clock::now()) && routes_[route].agreed.line > 0)
    start(penalise(route, Slow::line));
}

// The shared pace of an agreed rate is slowed down in Redis; what has none is this process' own matter.
void OutboundLine::slow_down(std::size_t number, Slow whom) {
  OutboundRoute& route = routes_[number];
  parts_.metrics
      .counter("peyk_outbound_throttled_total", {{"carrier", route.key.carrier}, {"line", options_.number}})
      .add();
  const bool account = whom == Slow::account && route.agreed.account > 0;
  AdaptiveRate& rate = account ? route.account_rate : route.line_rate;
  if (!rate.throttled(Clock::now(), whom == Slow::account ? kTooFastPause : kQueueFullPause)) return;
  log::warn("line_throttled", {{"line", options_.number},
                               {"carrier", route.key.carrier},
                               {"submits_per_second", route.effective_rate(Clock::now())}});
  if (account) {
    start(penalise(number, Slow::account));
  } else if (route.agreed.line > 0) {
    start(penalise(number, Slow::line));
  }
}

// A line has one pace for all its carriers, so it is slowed down with all of them.
asio::awaitable<void> OutboundLine::penalise(std::size_t route, Slow whom) {
  try {
    if (whom == Slow::account) {
      co_await parts_.lanes.penalise_account(routes_[route].key, kTooFastPause);
    } else {
      co_await parts_.lanes.penalise_line(key_, kQueueFullPause);
    }
  } catch (const store::RedisError& e) {
    log::warn("redis_refused", {{"line", options_.number}, {"why", e.what()}});
  }
}

// Sent, and no answer: the link was lost, or the response timeout is over.
void OutboundLine::unknown(std::uint64_t tag) {
  const OnWire part = on_wire_.extract(tag).mapped();
  auto it = held_.find(part.id);
  if (it == held_.end() || it->second.leaving) return;
  Held& held = it->second;
  const std::string& carrier = routes_[part.route].key.carrier;
  const std::uint32_t before = held.sending.unheard(part.part, carrier);
  const bool again = may_send_again(held.sending.text().lane, before);
  parts_.metrics
      .counter("peyk_outbound_unknown_total", {{"carrier", carrier}, {"then", again ? "sent_again" : "left"}})
      .add();
  log::warn("outcome_unknown", {{"line", options_.number},
                                {"carrier", carrier},
                                {"message", part.id},
                                {"part", part.part + 1},
                                {"then", again ? "sent_again" : "left"}});
  if (again) {
    held.sending.may_come_twice();
    if (!held.give_back_after) held.give_back_after = 0ms;
  } else if (!held.verdict) {
    held.verdict = {.id = part.id,
                    .state = store::unknown,
                    .reason = "the carrier did not answer: it may have been sent"};
  }
  when_idle(part.id);
}

// Once nothing of a message is on the wire: settled, or back to its lane after what is known of it was saved.
void OutboundLine::when_idle(store::MessageId id) {
  auto it = held_.find(id);
  if (it == held_.end() || it->second.leaving || it->second.sending.any_sent()) return;
  Held& held = it->second;
  if (held.sending.all_taken()) held.verdict = {.id = id, .state = store::submitted};
  if (held.verdict) {
    held.leaving = true;
    count_outcome(*held.verdict, held.sending);
    store::Settled outcome = std::move(*held.verdict);
    if (outcome.state != store::submitted && held.sending.taken_count() > 0)
      outcome.reason +=
          fmt::format(" ({} of {} parts were)", held.sending.taken_count(), held.sending.part_count());
    outcome.part_count = held.sending.part_count();
    outcome.parts = held.sending.take_unsaved().parts;
    return settle(std::move(outcome));
  }
  if (!held.give_back_after) return;
  if (held.sending.has_unsaved()) save_known(held);
  if (held.saving > 0) return;  // then again
  const auto delay = *held.give_back_after;
  std::erase_if(slots_, [id](const auto& slot) { return slot.second.id == id; });
  // Whoever is granted it next reads what is known of it, which by then may be more than we know: unless it
  // is us, or texts would come too late for their slots for as long as MySQL is slow. Advertising is always
  // read.
  if (held.sending.never_tried() && held.sending.text().lane != handlers::Lane::promo)
    remember(held.sending.text());
  held_.erase(it);
  start(give_back({id}, delay));
}

void OutboundLine::count_outcome(const store::Settled& outcome, const Sending& sending) {
  if (outcome.state != store::submitted) return;
  seconds_[static_cast<std::size_t>(sending.text().lane)]->observe(wall_clock() - sending.text().due_since());
}

}  // namespace peyk::gateway
