#include "gateway/log.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway::log {

namespace {

constexpr std::array<std::string_view, 5> kLevelNames{"trace", "debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 7> kSecretKeys{"password", "secret", "signature",    "pin",
                                                      "token",    "cookie", "authorization"};
constexpr std::size_t kTextMax = 2000;  // octets of one value; the rest is cut
constexpr std::size_t kPhoneDigitsMin = 10, kPhoneShownFirst = 4, kPhoneShownLast = 4;

// The digit at `at` in ASCII, Persian (U+06F0) or Arabic (U+0660) form: its length in octets, or 0.
std::size_t digit_length(std::string_view text, std::size_t at) {
  const auto octet = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  if (octet(at) >= '0' && octet(at) <= '9') return 1;
  if (octet(at) == 0xDB && octet(at + 1) >= 0xB0 && octet(at + 1) <= 0xB9) return 2;
  if (octet(at) == 0xD9 && octet(at + 1) >= 0xA0 && octet(at + 1) <= 0xA9) return 2;
  return 0;
}

// Digits with at most one blank, dash or bracket between two of them.
struct DigitRun {
  std::size_t end = 0;                                      // where it ends in the text
  std::size_t longest = 0;                                  // digits without anything between
  std::vector<std::pair<std::size_t, std::size_t>> digits;  // place and length of each
};

DigitRun digit_run(std::string_view text, std::size_t at) {
  DigitRun run;
  std::size_t unbroken = 0;
  while (at < text.size()) {
    std::size_t length = digit_length(text, at);
    if (length == 0) {
      const bool separator = std::string_view(" -()").find(text[at]) != std::string_view::npos;
      if (!separator || digit_length(text, at + 1) == 0) break;
      unbroken = 0;
      length = digit_length(text, ++at);
    }
    run.digits.emplace_back(at, length);
    run.longest = std::max(run.longest, ++unbroken);
    run.end = at += length;
  }
  return run;
}

bool looks_like_phone(std::string_view text, std::size_t start, const DigitRun& run) {
  if (run.longest >= kPhoneDigitsMin) return true;
  if (run.digits.size() < kPhoneDigitsMin) return false;
  const std::string_view digits =
      text.substr(start);  // 0912 345 67 89, +98 912 …, 98-912-…; not 2026-01-05 06
  return (start > 0 && text[start - 1] == '+') || digits.starts_with('0') || digits.starts_with("98") ||
         digits.starts_with("۰") || digits.starts_with("۹۸") || digits.starts_with("٠") ||
         digits.starts_with("٩٨");
}

// Whatever looks like a phone number in a text keeps its first and last four digits.
std::string without_phones(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (digit_length(text, at) == 0) {
      out += text[at++];
      continue;
    }
    const DigitRun run = digit_run(text, at);
    if (looks_like_phone(text, at, run)) {
      for (std::size_t i = 0; i < kPhoneShownFirst; ++i)
        out += text.substr(run.digits[i].first, run.digits[i].second);
      out += "xxx";
      for (std::size_t i = run.digits.size() - kPhoneShownLast; i < run.digits.size(); ++i) {
        out += text.substr(run.digits[i].first, run.digits[i].second);
      }
    } else {
      out += text.substr(at, run.end - at);
    }
    at = run.end;
  }
  return out;
}

std::string json_quoted(std::string_view text) {
  return nlohmann::json(std::string(text)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string quoted_value(std::string_view text) {
  const bool cut = text.size() > kTextMax;
  return json_quoted(without_phones(text.substr(0, kTextMax)) + (cut ? "…" : ""));
}

struct Printer {
  std::string operator()(std::string_view text) const { return quoted_value(text); }
  std::string operator()(bool truth) const { return truth ? "true" : "false"; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(std::uint64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const { return nlohmann::json(number).dump(); }  // NaN: null
  std::string operator()(Phone phone) const { return json_quoted(templates::masked(phone.number)); }
};

bool names_a_secret(std::string_view key) {
  return std::ranges::any_of(kSecretKeys, [key](std::string_view word) {
    const std::size_t at = key.find(word);
    return at != std::string_view::npos && (at == 0 || key[at - 1] == '_') &&
           (at + word.size() == key.size() || key[at + word.size()] == '_');
  });
}

class FunctionSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> function) : function_(std::move(function)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    function_({message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

  std::function<void(std::string_view)> function_;
};

constexpr int kOff = static_cast<int>(Level::error) + 1;

std::mutex logger_mutex;
std::shared_ptr<spdlog::logger> logger;
std::atomic<int> least_level{kOff};

void start_with(Level least, spdlog::sink_ptr sink) {
  auto fresh = std::make_shared<spdlog::logger>("peyk", std::move(sink));
  fresh->set_pattern("%v");
  fresh->set_level(spdlog::level::trace);
  fresh->flush_on(spdlog::level::trace);  // a killed process leaves its last words
  const std::lock_guard lock(logger_mutex);
  logger = std::move(fresh);
  least_level = static_cast<int>(least);
}

}  // namespace

void start(const LogOptions& options) {
  const auto name = std::ranges::find(kLevelNames, std::string_view(options.level));
  if (name == kLevelNames.end()) throw std::runtime_error("log level \"" + options.level + "\" is none");
  spdlog::sink_ptr sink;
  if (options.file.empty()) {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file);  // throws a std::exception
  }
  start_with(static_cast<Level>(name - kLevelNames.begin()), std::move(sink));
}

void start(Level least, std::function<void(std::string_view line)> sink) {
  start_with(least, std::make_shared<FunctionSink>(std::move(sink)));
}

void stop() {
  const std::lock_guard lock(logger_mutex);
  least_level = kOff;
  if (logger) logger->flush();
  logger.reset();
}

bool enabled(Level level) {
  return static_cast<int>(level) >= least_level.load(std::memory_order_relaxed);
}

std::string line(std::chrono::sys_time<std::chrono::microseconds> time, Level level, std::string_view event,
                 Fields fields) {
  std::string text = "{\"time\":\"" + templates::rfc3339_with_micros(time) + "\",\"level\":\"";
  text.append(kLevelNames[static_cast<std::size_t>(level)])
      .append("\",\"event\":")
      .append(quoted_value(event));
  for (const Field& field : fields) {
    text.append(",").append(json_quoted(field.key)).append(":");
    text += names_a_secret(field.key) ? "\"***\"" : std::visit(Printer{}, field.value.get());
  }
  text += "}";
  return text;
}

void write(Level level, std::string_view event, Fields fields) {
  if (!enabled(level)) return;
  std::shared_ptr<spdlog::logger> target;
  {
    const std::lock_guard lock(logger_mutex);
    target = logger;
  }
  if (!target) return;
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  target->log(spdlog::level::info, spdlog::string_view_t(line(now, level, event, fields)));
}

}  // namespace peyk::gateway::log
