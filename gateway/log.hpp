// JSON-lines logs: one object a line, an event's name and its facts.
//
//   log::info("carrier_bound", {{"carrier", name}, {"sessions", 2}});
//   {"time":"2026-01-05T06:45:00.000001Z","level":"info","event":"carrier_bound","carrier":"irancell","sessions":2}
//
// What must stay true: a line is valid JSON and valid UTF-8 whatever was logged; no whole phone number and no
// secret gets in. Phones are logged as log::Phone; as a second net, whatever looks like a phone number inside
// a text is masked, and fields named like secrets (password, secret, signature, pin …) show "***".
//
// Any thread. Before start() nothing is written.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/options.hpp"

namespace peyk::gateway::log {

enum class Level : std::uint8_t { trace, debug, info, warn, error };

// E.164 digits as handlers::PhoneNumber; written masked.
struct Phone {
  std::uint64_t number = 0;
};

class Value {
 public:
  Value(std::string_view text) : value_(text) {}  // NOLINT: implicit, so that fields read as pairs
  Value(const std::string& text) : value_(std::string_view(text)) {}  // NOLINT
  Value(const char* text) : value_(std::string_view(text)) {}         // NOLINT
  Value(bool truth) : value_(truth) {}                                // NOLINT
  Value(Phone phone) : value_(phone) {}                               // NOLINT
  Value(double number) : value_(number) {}                            // NOLINT
  template <std::signed_integral T>
  Value(T number) : value_(static_cast<std::int64_t>(number)) {}  // NOLINT
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) Value(T number) : value_(static_cast<std::uint64_t>(number)) {}  // NOLINT

  const auto& get() const { return value_; }

 private:
  std::variant<std::string_view, bool, std::int64_t, std::uint64_t, double, Phone> value_;
};

struct Field {
  std::string_view key;  // [a-z_]; "time", "level" and "event" are taken
  Value value;
};

using Fields = std::initializer_list<Field>;

// Where lines go from now on: the file (appended to, opened now) or standard error. Call again to reopen a
// rotated file. Throws std::runtime_error when the file cannot be opened or the level is none of trace …
// error.
void start(const LogOptions& options);

// The same into a function, one call a line, without the newline: for tests and for keeping the last lines.
void start(Level least, std::function<void(std::string_view line)> sink);

// Writes what is buffered and lets go of the sink.
void stop();

bool enabled(Level level);

void write(Level level, std::string_view event, Fields fields);
inline void trace(std::string_view event, Fields fields = {}) {
  write(Level::trace, event, fields);
}
inline void debug(std::string_view event, Fields fields = {}) {
  write(Level::debug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) {
  write(Level::info, event, fields);
}
inline void warn(std::string_view event, Fields fields = {}) {
  write(Level::warn, event, fields);
}
inline void error(std::string_view event, Fields fields = {}) {
  write(Level::error, event, fields);
}

// The line that write() would write, at a given time. Pure.
std::string line(std::chrono::sys_time<std::chrono::microseconds> time, Level level, std::string_view event,
                 Fields fields);

}  // namespace peyk::gateway::log
