// When a club's system is told, and again if it does not answer as it should. Pure: time and chance are
// arguments.
//
//   answer -> judge() -> delivered | gone | slow_down | failed
//   event: wait_after(attempts, …) -> when again, or never
//   endpoint: WebhookPace -> how many attempts may run at once, or none for a while
//
// What must stay true: an event is tried ten times over three days (Standard Webhooks' own schedule), an
// endpoint that fails is tried by one attempt at a time, one that is well by as many as the options say; what
// an endpoint asks for in Retry-After is kept, within a day.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace peyk::gateway {

enum class Told : std::uint8_t {
  delivered,  // 2xx
  gone,       // 410: it is not to be called any more
  slow_down,  // 429, 502, 504
  failed,     // any other answer, a redirect too, or none
};
// "delivered", "gone", "slow_down", "failed"
std::string_view word_of(Told told);
// `status` 0: no answer.
Told judge(int status);

inline constexpr std::uint32_t kWebhookAttemptsMax = 10;
inline constexpr std::chrono::hours kRetryAfterMax{24};

// How long after the `attempts`th attempt (from 1) the next one comes, a tenth more or less by `chance` in
// [-1, 1]; not before what the endpoint asked for. Nothing: it was the last.
std::optional<std::chrono::milliseconds> wait_after(std::uint32_t attempts,
                                                    std::optional<std::chrono::seconds> retry_after,
                                                    double chance);

// Retry-After (RFC 9110, 10.2.3): seconds, or a date. Within 0 and kRetryAfterMax; nothing: it cannot be
// read.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view field, std::chrono::sys_seconds now);

// Of one endpoint.
class WebhookPace {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit WebhookPace(std::uint32_t in_flight_max) : max_(in_flight_max), window_(in_flight_max) {}

  // Attempts that may run at once; 0 while it is to be left in peace.
  std::uint32_t window(Time now) const { return now < quiet_until_ ? 0 : window_; }
  void ended(Told told, std::optional<std::chrono::seconds> retry_after, Time now);

 private:
  std::uint32_t max_, window_;
  std::uint32_t troubles_ = 0;  // slow_down in a row
  Time quiet_until_{};
};

}  // namespace peyk::gateway
