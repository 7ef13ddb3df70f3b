#include "gateway/webhook_schedule.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <string>

namespace peyk::gateway {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

// After each attempt but the last; the first is made at once.
constexpr std::array<seconds, kWebhookAttemptsMax - 1> kWaits{5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
constexpr double kSpread = 0.1;
constexpr seconds kQuietMin{1}, kQuietMax{60};
constexpr std::uint32_t kDoublingsMax = 6;

}  // namespace

std::string_view word_of(Told told) {
  switch (told) {
    case Told::delivered:
      return "delivered";
    case Told::gone:
      return "gone";
    case Told::slow_down:
      return "slow_down";
    case Told::failed:
      return "failed";
  }
  return "failed";
}

Told judge(int status) {
  if (status >= 200 && status < 300) return Told::delivered;
  if (status == 410) return Told::gone;
  return status == 429 || status == 502 || status == 504 ? Told::slow_down : Told::failed;
}

std::optional<milliseconds> wait_after(std::uint32_t attempts, std::optional<seconds> retry_after,
                                       double chance) {
  if (attempts == 0 || attempts > kWaits.size()) return std::nullopt;
  const milliseconds wait = kWaits[attempts - 1];
  const double part = kSpread * std::clamp(chance, -1.0, 1.0);
  const auto spread = milliseconds(static_cast<std::int64_t>(static_cast<double>(wait.count()) * part));
  return std::max<milliseconds>(wait + spread, retry_after.value_or(0s));
}

std::optional<seconds> parse_retry_after(std::string_view field, std::chrono::sys_seconds now) {
  const auto within = [](std::int64_t count) {
    return seconds(std::clamp<std::int64_t>(count, 0, seconds(kRetryAfterMax).count()));
  };
  if (field.empty()) return std::nullopt;
  if (field.find_first_not_of("0123456789") == field.npos) {
    std::int64_t count = 0;
    const auto read = std::from_chars(field.data(), field.data() + field.size(), count);
    return read.ec == std::errc() ? within(count) : seconds(kRetryAfterMax);
  }
  std::tm parts{};
  const std::string text(field);
  const char* const end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return within(timegm(&parts) - now.time_since_epoch().count());
}

void WebhookPace::ended(Told told, std::optional<seconds> retry_after, Time now) {
  if (told == Told::delivered) {
    window_ = std::min(max_, window_ + 1);
    troubles_ = 0;
    return;
  }
  window_ = told == Told::slow_down ? 1 : std::max(1U, window_ / 2);
  seconds quiet = retry_after.value_or(0s);
  if (told == Told::slow_down) {
    troubles_ = std::min(troubles_ + 1, kDoublingsMax + 1);
    quiet = std::max(quiet, std::min(kQuietMax, kQuietMin * (1 << (troubles_ - 1))));
  }
  quiet_until_ = std::max(quiet_until_, now + quiet);
}

}  // namespace peyk::gateway
