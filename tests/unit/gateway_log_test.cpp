#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "gateway/log.hpp"
#include "tests/kit/paths.hpp"

namespace peyk::tests::gateway_log_test {
namespace {

namespace log = gateway::log;
using log::Level;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::sys_time<std::chrono::microseconds> kTime{std::chrono::microseconds{1767595500000001}};

std::string logged(std::string_view text) {
  return nlohmann::json::parse(log::line(kTime, Level::info, "e", {{"text", text}}))["text"];
}

TEST(Log, a_line_is_one_json_object_in_the_order_written) {
  EXPECT_EQ(
      log::line(kTime, Level::warn, "carrier_bound",
                {{"carrier", "irancell"},
                 {"sessions", 2},
                 {"rate", 0.5},
                 {"up", true},
                 {"left", -3L},
                 {"seq", 4294967295U}}),
      R"({"time":"2026-01-05T06:45:00.000001Z","level":"warn","event":"carrier_bound","carrier":"irancell",)"
      R"("sessions":2,"rate":0.5,"up":true,"left":-3,"seq":4294967295})");
}

TEST(Log, phones_are_masked_by_type) {
  const std::string line = log::line(kTime, Level::info, "joined", {{"member", log::Phone{989123456789}}});
  EXPECT_THAT(line, HasSubstr(R"("member":"0912xxx6789")"));
}

TEST(Log, phones_inside_texts_are_masked_however_they_are_written) {
  for (const char* phone : {"09123456789", "9123456789", "989123456789", "+989123456789", "00989123456789",
                            "۰۹۱۲۳۴۵۶۷۸۹", "٠٩١٢٣٤٥٦٧٨٩", "0912 345 6789", "0912-345-6789",
                            "+98 912 345 67 89", "۰۹۱۲ ۳۴۵ ۶۷۸۹", "98 912 3456789", "1234567812345678"}) {
    const std::string text = logged("to " + std::string(phone) + ".");
    EXPECT_THAT(text, HasSubstr("xxx")) << text;
    EXPECT_THAT(text, Not(HasSubstr(phone)));
    EXPECT_TRUE(text.starts_with("to ") && text.ends_with(".")) << text;
  }
  EXPECT_EQ(logged("09123456789 and 09123456780"), "0912xxx6789 and 0912xxx6780");
  EXPECT_EQ(logged("msg_09123456789x"), "msg_0912xxx6789x");
  EXPECT_THAT(log::line(kTime, Level::info, "to_09123456789", {}), Not(HasSubstr("345")));
}

TEST(Log, numbers_that_are_no_phones_stay) {
  for (const char* text : {"4417203", "850000", "2026-01-05 06:45:00", "127.0.0.1:40000", "30001234",
                           "123456789", "code 4417203 850000", "0x00000058"}) {
    EXPECT_EQ(logged(text), text);
  }
}

TEST(Log, fields_named_like_secrets_are_not_shown) {
  for (const char* key : {"password", "secret", "till_secret", "signature", "webhook_signature", "pin",
                          "pin_hash", "token", "authorization"}) {
    EXPECT_THAT(log::line(kTime, Level::info, "e", {{key, "1234abcd"}}), Not(HasSubstr("1234abcd"))) << key;
  }
  EXPECT_THAT(log::line(kTime, Level::info, "e", {{"pinned", "1234abcd"}}), HasSubstr("1234abcd"));
}

TEST(Log, whatever_is_logged_stays_json_and_utf8) {
  EXPECT_EQ(logged("a\"b\\c\nd\x01"), "a\"b\\c\nd\x01");
  EXPECT_EQ(logged("سلام \xff!"), "سلام \uFFFD!");
  EXPECT_EQ(logged(std::string_view("nul\0nul", 7)), std::string("nul\0nul", 7));
  EXPECT_THAT(log::line(kTime, Level::info, "e", {{"n", std::numeric_limits<double>::quiet_NaN()}}),
              HasSubstr("\"n\":null"));
  EXPECT_LT(logged(std::string(10'000, 'x')).size(), 2100U);
}

RC_GTEST_PROP(Log, any_octets_give_one_line_of_json, (const std::string& event, const std::string& text)) {
  const std::string line = log::line(kTime, Level::info, event, {{"text", text}});
  RC_ASSERT(nlohmann::json::accept(line));
  RC_ASSERT(line.find('\n') == std::string::npos);
}

TEST(Log, below_the_level_nothing_is_written) {
  std::vector<std::string> lines;
  log::start(Level::warn, [&lines](std::string_view line) { lines.emplace_back(line); });
  log::info("quiet");
  log::warn("loud", {{"n", 1}});
  EXPECT_FALSE(log::enabled(Level::info));
  EXPECT_TRUE(log::enabled(Level::error));
  log::stop();
  log::error("after the end");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(nlohmann::json::parse(lines.front())["event"], "loud");
}

TEST(Log, a_file_is_appended_to_and_reopened_after_rotation) {
  const TempDir folder;
  const auto path = folder.path() / "peykd.log", rotated = folder.path() / "peykd.log.1";
  log::start({"info", path.string()});
  log::info("first");
  std::filesystem::rename(path, rotated);
  log::start({"info", path.string()});
  log::info("second");
  log::start({"info", path.string()});
  log::info("third");
  log::stop();
  EXPECT_THAT(read_file(rotated), HasSubstr("first"));
  EXPECT_THAT(read_file(path), HasSubstr("second"));
  EXPECT_THAT(read_file(path), HasSubstr("third"));
}

TEST(Log, a_level_or_file_that_cannot_be_is_an_error) {
  EXPECT_THROW(log::start({"loud", ""}), std::runtime_error);
  EXPECT_THROW(log::start({"info", "/proc/nothing/here.log"}), std::exception);
}

TEST(Log, lines_of_several_threads_do_not_mix) {
  std::vector<std::string> lines;
  log::start(Level::info, [&lines](std::string_view line) { lines.emplace_back(line); });
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([i] {
        for (int k = 0; k < 200; ++k) log::info("tick", {{"thread", i}, {"k", k}});
      });
    }
  }
  log::stop();
  EXPECT_EQ(lines.size(), 800U);
  for (const std::string& line : lines) EXPECT_TRUE(nlohmann::json::accept(line));
}

}  // namespace
}  // namespace peyk::tests::gateway_log_test
