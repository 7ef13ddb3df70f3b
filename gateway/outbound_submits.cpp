// What a line has on the wire: parts out in their slots, responses in, and what becomes of the message then.
#include <algorithm>

#include "gateway/clock.hpp"
#include "gateway/log.hpp"
#include "gateway/outbound_line.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kThrottlePause = 1s;

}  // namespace

asio::awaitable<void> OutboundLine::send_slots() {
  while (!stopping_) {
    std::chrono::microseconds wait = 1s;
    while (!slots_.empty()) {
      const auto [when, part] = *slots_.begin();
      const auto now = Clock::now();
      if (when > now) {
        wait = std::chrono::duration_cast<std::chrono::microseconds>(when - now);
        break;
      }
      slots_.erase(slots_.begin());
      auto held = held_.find(part.id);
      if (held == held_.end() || held->second.finished) continue;
      if (held->second.sending.part(part.part) != Sending::Part::waiting) continue;
      if (now > part.latest || carrier_.room() == 0) {
        held->second.give_back_after = 0ms;
      } else if (!held->second.give_back_after) {
        send_part(part.id, part.part);
      }
      return_if_idle(part.id);
    }
    co_await slot_signal_.wait(std::max(wait, 1us));
  }
}

void OutboundLine::send_part(store::MessageId id, std::size_t part) {
  Held& held = held_.at(id);
  // No longer than the text is worth anything, and no longer than the line says.
  const auto remaining =
      std::min(std::chrono::ceil<std::chrono::seconds>(held.sending.text().valid_until - wall_clock()),
               options_.validity);
  const std::uint64_t tag = ++next_tag_;
  const smpp::SubmitSm pdu = held.sending.pdu(part, std::max(remaining, std::chrono::seconds{1}),
                                              carrier_.options(), options_.receipts);
  if (!carrier_.submit(pdu, tag)) {
    held.give_back_after = 0ms;
    return;
  }
  held.sending.sent(part);
  on_wire_[tag] = {id, part};
}

void OutboundLine::responded(std::uint64_t tag, const smpp::Pdu& response) {
  const OnWire part = on_wire_.extract(tag).mapped();
  parts_.metrics
      .counter("peyk_outbound_submits_total",
               {{"carrier", key_.carrier}, {"status", smpp::status_name(response.command_status)}})
      .add();
  pump_signal_.wake();  // a place in the window is free
  auto it = held_.find(part.id);
  if (it == held_.end()) return;
  Held& held = it->second;
  if (response.command_status != smpp::ESME_ROK) {
    held.sending.returned(part.part);
    part_failed(held, response.command_status);
    return return_if_idle(part.id);
  }
  const auto* body = std::get_if<smpp::SubmitSmResp>(&response.body);
  held.sending.taken(part.part, body == nullptr ? std::string() : body->message_id);
  if (!held.sending.all_taken()) return return_if_idle(part.id);
  parts_.metrics.histogram("peyk_outbound_seconds", {{"lane", words(held.sending.text().lane)}})
      .observe(wall_clock() - held.sending.text().created_at);
  finish({.id = part.id,
          .submitted = true,
          .carrier = key_.carrier,
          .carrier_message_ids = held.sending.carrier_message_ids()});
}

void OutboundLine::part_failed(Held& held, std::uint32_t command_status) {
  switch (smpp::status_class(command_status)) {
    case smpp::StatusClass::throttle:
      held.give_back_after = kThrottlePause;
      if (!std::exchange(penalising_, true)) start(penalise());
      return;
    case smpp::StatusClass::temporary:
    case smpp::StatusClass::bind:
      held.give_back_after = held.sending.next_pause();
      return;
    case smpp::StatusClass::permanent:
    case smpp::StatusClass::config:
    case smpp::StatusClass::ok:
      log::warn("message_refused", {{"line", options_.number},
                                    {"message", held.sending.text().id},
                                    {"to", log::Phone{held.sending.text().to}},
                                    {"status", smpp::status_name(command_status)}});
      finish({.id = held.sending.text().id, .reason = smpp::status_name(command_status)});
  }
}

void OutboundLine::unknown(std::uint64_t tag) {
  const OnWire part = on_wire_.extract(tag).mapped();
  auto it = held_.find(part.id);
  if (it == held_.end()) return;
  Held& held = it->second;
  held.sending.returned(part.part);
  if (held.sending.text().lane == handlers::Lane::promo) {
    // Advertising twice is worse than advertising once less.
    finish({.id = part.id, .reason = "outcome unknown: the link was lost before the carrier answered"});
  } else {
    held.give_back_after = 0ms;
  }
  return_if_idle(part.id);
}

// Once nothing of it is on the wire or waiting for its slot, a message that must wait goes back to its lane.
void OutboundLine::return_if_idle(store::MessageId id) {
  auto it = held_.find(id);
  if (it == held_.end() || !it->second.leased || it->second.finished || !it->second.give_back_after ||
      it->second.sending.any_sent())
    return;
  const auto delay = *it->second.give_back_after;
  it->second.leased = false;
  std::erase_if(slots_, [id](const auto& slot) { return slot.second.id == id; });
  // Its text and attempts are worth keeping, but not when a whole backlog is being refused.
  if (held_.size() > parts_.limits.outbound_prefetch_max / 2 &&
      it->second.sending.carrier_message_ids().empty()) {
    held_.erase(it);
  }
  start(give_back({id}, delay));
}

asio::awaitable<void> OutboundLine::penalise() {
  log::warn("line_throttled", {{"line", options_.number}, {"carrier", key_.carrier}});
  try {
    co_await parts_.lanes.penalise_line(key_, kThrottlePause);
  } catch (const store::RedisError& e) {
    log::warn("redis_refused", {{"line", options_.number}, {"why", e.what()}});
  }
  penalising_ = false;
}

}  // namespace peyk::gateway
