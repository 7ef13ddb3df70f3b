// Texts in other alphabets than GSM-7 and UCS-2, from the outbox to the phone.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/kit/stack.hpp"

namespace peyk::tests::languages_test {
namespace {

using namespace std::chrono_literals;

TEST(Languages, that_the_carrier_takes_save_a_part_and_are_read_as_they_were_written) {
  struct Row {
    std::string key, letter;
    int letters, parts;
  };
  for (const Row& row : {Row{"national_languages: [turkish]", "ş", 150, 1},
                         {"national_languages: [turkish]", "ş", 160, 2},
                         {"latin1_data_coding_3: true", "ã", 140, 1},
                         {"default_alphabet: gsm7", "ş", 140, 3}}) {
    SCOPED_TRACE(row.key);
    Stack stack({.carrier_yaml = "    " + row.key + "\n"});
    stack.query(
        "INSERT INTO outbox (message_id, club_id, line, phone, lane, parts, text, state, created_at, "
        "valid_until) VALUES (900, 1, '" +
        Stack::line() + "', 989120000001, 0, 3, REPEAT('" + row.letter + "', " + std::to_string(row.letters) +
        "), 1, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 HOUR)");
    stack.redis().command({"FLUSHALL"});
    const auto texts = stack.carrier().inbox("989120000001", 0, 60s);
    ASSERT_EQ(texts.size(), 1U) << stack.gateway_log();
    std::string expected;
    for (int i = 0; i < row.letters; ++i) expected += row.letter;
    EXPECT_EQ(texts.front().text, expected);
    EXPECT_EQ(stack.carrier().ask({{"do", "stats"}})["mt_parts"].get<int>(), row.parts);
  }
}

}  // namespace
}  // namespace peyk::tests::languages_test
