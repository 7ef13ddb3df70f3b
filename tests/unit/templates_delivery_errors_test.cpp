#include <gtest/gtest.h>

#include "gateway/ctl/trace.hpp"
#include "templates/delivery_errors.hpp"

namespace peyk::tests::templates_delivery_errors_test {
namespace {

using templates::Language;

TEST(DeliveryErrors, are_words_with_or_without_leading_zeros) {
  EXPECT_EQ(templates::delivery_error_words("027", Language::en), "phone off or out of reach");
  EXPECT_EQ(templates::delivery_error_words("27", Language::fa), "گوشی خاموش یا بیرون از پوشش است");
  for (const char* unknown : {"", "0", "000", "999", "A1F", "270", " 27"}) {
    EXPECT_EQ(templates::delivery_error_words(unknown, Language::en), "") << unknown;
  }
}

TEST(DeliveryErrors, of_a_carrier_that_has_its_own_words_are_its_own) {
  gateway::CarrierOptions own{.name = "own"}, plain{.name = "plain"};
  own.error_words = {{"027", "on the blacklist"}};
  const auto words = [&](const char* carrier, const char* code) {
    return gateway::ctl::error_in_words({own, plain}, carrier, code, Language::en);
  };
  EXPECT_EQ(words("own", "027"), "on the blacklist");
  EXPECT_EQ(words("own", "034"), "fault in the mobile network");
  EXPECT_EQ(words("plain", "027"), "phone off or out of reach");
  EXPECT_EQ(words("plain", "954"), "");
}

TEST(Trace, shows_each_part_with_its_carrier_its_error_in_words_and_no_phone) {
  const rules::Instant sent =
      std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours{12};
  const store::MessageTrace message{.id = 7,
                                    .club = "club",
                                    .time_zone = "Asia/Tehran",
                                    .line = "30001234",
                                    .phone = 989120000101,
                                    .state = "failed",
                                    .text = "hello",
                                    .created_at = sent,
                                    .settled_at = sent,
                                    .parts = {{.part = 1,
                                               .carrier = "mci",
                                               .carrier_message_id = "70BA8A69",
                                               .state = "delivered",
                                               .word = "DELIVERED",
                                               .submitted_at = sent,
                                               .done_at = sent + std::chrono::minutes{1}},
                                              {.part = 2,
                                               .carrier = "other",
                                               .carrier_message_id = "\x01\xff",
                                               .state = "failed",
                                               .word = "UNDELIVERABLE",
                                               .error = "027",
                                               .submitted_at = sent,
                                               .done_at = sent + std::chrono::minutes{2}}}};
  const std::string text = gateway::ctl::message_as_text(message, {}, Language::en);
  EXPECT_NE(text.find("part 1 of 2 by mci as 70BA8A69: delivered at 2026-11-21 15:31 (DELIVERED)"), text.npos)
      << text;
  EXPECT_NE(text.find("by other as ??: failed at 2026-11-21 15:32 (UNDELIVERABLE), error 027: phone off"),
            text.npos)
      << text;
  EXPECT_EQ(text.find("989120000101"), text.npos);
  const std::string json = gateway::ctl::message_as_json(message, {}, Language::fa);
  EXPECT_NE(json.find("گوشی خاموش"), json.npos);
  EXPECT_NE(json.find("\"done\": \"2026-11-21T12:01:00Z\""), json.npos) << json;
}

}  // namespace
}  // namespace peyk::tests::templates_delivery_errors_test
