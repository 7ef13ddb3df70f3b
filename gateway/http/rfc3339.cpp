#include "gateway/http/rfc3339.hpp"

#include <chrono>
#include <cstddef>

namespace peyk::gateway {

namespace {

// Reads from the front of a text; once something is wrong, everything after it is too.
class Reader {
 public:
  explicit Reader(std::string_view text) : left_(text) {}

  int number(std::size_t digits, int least, int most) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) value = value * 10 + digit();
    if (value < least || value > most) good_ = false;
    return value;
  }

  // One of the characters of `allowed`, or 0.
  char one_of(std::string_view allowed) {
    if (left_.empty() || allowed.find(left_.front()) == std::string_view::npos) {
      good_ = false;
      return 0;
    }
    const char c = left_.front();
    left_.remove_prefix(1);
    return c;
  }

  // ".25" → 250000; nothing → 0.
  std::chrono::microseconds fraction() {
    if (!left_.starts_with('.')) return {};
    left_.remove_prefix(1);
    std::int64_t micros = digit(), unit = 100000;
    micros *= unit;
    while (good_ && !left_.empty() && left_.front() >= '0' && left_.front() <= '9') {
      unit /= 10;
      micros += digit() * unit;
    }
    return std::chrono::microseconds(micros);
  }

  bool done() const { return good_ && left_.empty(); }

 private:
  int digit() { return one_of("0123456789") & 0x0F; }

  std::string_view left_;
  bool good_ = true;
};

}  // namespace

std::optional<rules::Instant> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  Reader read(text);
  const year y(read.number(4, 0, 9999));
  read.one_of("-");
  const month m(static_cast<unsigned>(read.number(2, 1, 12)));
  read.one_of("-");
  const day d(static_cast<unsigned>(read.number(2, 1, 31)));
  read.one_of("Tt");
  const hours hour(read.number(2, 0, 23));
  read.one_of(":");
  const minutes minute(read.number(2, 0, 59));
  read.one_of(":");
  const seconds second(read.number(2, 0, 60));
  const microseconds fraction = read.fraction();
  minutes offset{0};
  if (const char zone = read.one_of("Zz+-"); zone == '+' || zone == '-') {
    const hours ahead(read.number(2, 0, 23));
    read.one_of(":");
    offset = ahead + minutes(read.number(2, 0, 59));
    if (zone == '-') offset = -offset;
  }
  if (!read.done() || !(y / m / d).ok()) return std::nullopt;
  return sys_days(y / m / d) + hour + minute + second + fraction - offset;
}

}  // namespace peyk::gateway
