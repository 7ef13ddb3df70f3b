// Dead letters as an operator sees and replays them.
#include <nlohmann/json.hpp>

#include "gateway/letter_query.hpp"
#include "tests/store/peykctl_fixture.hpp"

namespace peyk::tests::peykctl_letters_test {
namespace {

using namespace gateway::ctl;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class PeykctlLetters : public Peykctl {
 protected:
  PeykctlLetters() {
    ctl({"migrate", "--create-database"});
    apply();
  }
  // Dead letters with these ids, of a lane and state, which died so many minutes ago.
  void letters(std::vector<int> ids, int lane, int state, const std::string& reason, int minutes_ago = 60) {
    std::string sql =
        "INSERT INTO outbox (message_id, club_id, line, phone, lane, parts, text, state, reason, created_at,"
        " valid_until, settled_at) VALUES ";
    for (const int id : ids) {
      sql += (id == ids.front() ? "(" : ",(") + std::to_string(id) + ", 1, '30001234', 989120000101, " +
             std::to_string(lane) + ", 1, 'hello', " + std::to_string(state) + ", '" + reason +
             "', UTC_TIMESTAMP(6) - INTERVAL 1 DAY, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL " +
             std::to_string(minutes_ago) + " MINUTE)";
    }
    query(sql);
  }
  void letter(int id, int lane, int state, const std::string& reason, int minutes_ago = 60) {
    letters({id}, lane, state, reason, minutes_ago);
  }
  std::string states() { return query("SELECT GROUP_CONCAT(state ORDER BY message_id) FROM outbox"); }
};

TEST_F(PeykctlLetters, are_shown_with_their_reason_in_words_and_the_phone_masked) {
  EXPECT_EQ(ctl({"letters"}), kDone) << err;
  EXPECT_EQ(out, "no dead letters\n");
  letter(1, 2, 4, "UNDELIV 027", 1);
  query(
      "INSERT INTO outbox_part (message_id, part, carrier, carrier_message_id, state, receipt_word, error)"
      " VALUES (1, 1, 'sim', 'a', 4, 'UNDELIV', '027')");
  letter(2, 0, 5, "its time was over before it could be sent", 2);
  letter(3, 2, 6, "the carrier did not answer: it may have been sent", 180);
  EXPECT_EQ(ctl({"letters"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("1 notice from 30001234 to 0912xxx0101, failed: "));
  EXPECT_THAT(out, HasSubstr("(UNDELIV 027 by sim)"));
  EXPECT_THAT(out, HasSubstr("2 urgent from 30001234 to 0912xxx0101, expired: its time was over"));
  EXPECT_EQ(ctl({"letters", "--since", "2h", "--limit", "1", "--json"}), kDone) << err;
  json page = json::parse(out);
  ASSERT_EQ(page["letters"].size(), 1U);
  EXPECT_EQ(page["letters"][0]["id"], "1");
  EXPECT_EQ(page["letters"][0]["club"], "salt");
  EXPECT_EQ(ctl({"letters", "--since", "2h", "--after", page["next"], "--json"}), kDone) << err;
  page = json::parse(out);
  ASSERT_EQ(page["letters"].size(), 1U);
  EXPECT_EQ(page["letters"][0]["id"], "2");
  EXPECT_TRUE(page["next"].is_null());
  EXPECT_EQ(ctl({"letters", "--by-reason"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("         1  expired: its time was over before it could be sent\n"));
  EXPECT_EQ(ctl({"letters", "--by-reason", "--state", "unknown", "--json"}), kDone) << err;
  EXPECT_EQ(json::parse(out)["reasons"][0]["count"], 1);
}

TEST_F(PeykctlLetters, a_wrong_word_is_told_and_changes_nothing) {
  letter(1, 2, 4, "refused");
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"letters", "--lane", "slow"},
                                             {"letters", "--since", "yesterday"},
                                             {"letters", "--club", "nobody"},
                                             {"letters", "--after", "12"},
                                             {"letters", "--limit", "0"},
                                             {"letters", "replay"},
                                             {"letters", "replay", "1", "--line", "30001234"},
                                             {"letters", "replay", "1", "--valid-for", "10s"},
                                             {"letters", "replay", "1", "--valid-for", "8d"}}) {
    EXPECT_EQ(ctl(words), kUsage) << out << testing::PrintToString(words);
  }
  EXPECT_EQ(states(), "4\n");
}

TEST_F(PeykctlLetters, are_replayed_by_their_ids_and_each_only_once) {
  letter(1, 2, 4, "refused");
  letter(2, 0, 4, "refused");
  EXPECT_EQ(ctl({"letters", "replay", "1", "2", "--dry-run"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("1 would be replayed (--dry-run), 1 left"));
  EXPECT_EQ(states(), "4,4\n");
  EXPECT_EQ(ctl({"letters", "replay", "1", "2", "--valid-for", "30m"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("2: not replayed, is an urgent answer, and stale by now\n1 replayed, 1 left"));
  EXPECT_EQ(states(), "1,4\n");
  EXPECT_EQ(query("SELECT TIMESTAMPDIFF(MINUTE, UTC_TIMESTAMP(6), valid_until) FROM outbox WHERE state = 1"),
            "29\n");
  EXPECT_EQ(ctl({"letters", "replay", "1", "--json"}), kFound);
  EXPECT_EQ(json::parse(out)["refused"], (json{{"not_dead", 1}}));
  EXPECT_EQ(ctl({"letters", "replay", "2", "--even-urgent"}), kDone) << err;
  EXPECT_EQ(states(), "1,1\n");
}

TEST_F(PeykctlLetters, are_replayed_by_what_they_have_in_common_the_count_first) {
  std::vector<int> odd, even;
  for (int id = 1; id <= 700; ++id) (id % 2 == 0 ? even : odd).push_back(id);
  letters(even, 2, 4, "refused");
  letters(odd, 2, 5, "too late");
  letter(1'000, 3, 6, "no answer");
  EXPECT_EQ(ctl({"letters", "replay", "--state", "failed", "--dry-run"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("350 dead letters\n350 would be replayed"));
  EXPECT_EQ(ctl({"letters", "replay", "--reason", "too late"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("350 dead letters\n350 replayed, 0 left"));
  EXPECT_EQ(query("SELECT COUNT(*) FROM outbox WHERE state = 1"), "350\n");
  EXPECT_EQ(ctl({"letters", "replay", "--club", "salt", "--json"}), kDone) << err;
  const json replayed = json::parse(out);
  EXPECT_EQ(replayed["replayed"], 350);
  EXPECT_EQ(replayed["refused"], (json{{"maybe_heard", 1}}));
  EXPECT_EQ(ctl({"letters", "replay", "--lane", "promo", "--even-unknown"}), kDone) << err;
  EXPECT_EQ(query("SELECT COUNT(*), COUNT(DISTINCT message_id) FROM outbox_replay"), "701\t701\n");
}

TEST_F(PeykctlLetters, trace_shows_each_life_of_a_replayed_message_and_all_messages_of_a_phone) {
  letter(1, 2, 4, "UNDELIV 027");
  query(
      "INSERT INTO outbox_part (message_id, part, carrier, carrier_message_id, state, receipt_word, error)"
      " VALUES (1, 1, 'sim', 'a', 4, 'UNDELIV', '027')");
  letter(2, 1, 5, "too late");
  ASSERT_EQ(ctl({"letters", "replay", "1"}), kDone) << err;
  for (const char* phone : {"09120000101", "+98 912 000 0101", "۰۹۱۲۰۰۰۰۱۰۱"}) {
    EXPECT_EQ(ctl({"trace", phone}), kDone) << err;
    EXPECT_THAT(out, HasSubstr("2 reply from 30001234, expired: too late\n"));
    EXPECT_THAT(out, HasSubstr("1 notice from 30001234, queued, replayed\n"));
  }
  EXPECT_EQ(ctl({"trace", "phone", "0912 000 0101", "--json"}), kDone) << err;
  EXPECT_EQ(json::parse(out)["messages"].size(), 2U);
  EXPECT_EQ(ctl({"trace", "1"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("written, and queued in lane notice"));
  EXPECT_THAT(out,
              HasSubstr("part 1 of 1 by sim as a: failed (UNDELIV), error 027: phone off or out of reach"));
  EXPECT_THAT(out, HasSubstr(", and no gateway has taken it up yet"));
  EXPECT_THAT(out, HasSubstr("its lane does not know it yet"));
  EXPECT_EQ(ctl({"trace", "message", "1", "--json"}), kDone) << err;
  const json traced = json::parse(out);
  EXPECT_EQ(traced["state"], "queued");
  EXPECT_EQ(traced["lane"], "notice");
  EXPECT_EQ(traced["holder"]["is"], "unknown");
  EXPECT_EQ(traced["lives"][0]["state"], "failed");
  EXPECT_EQ(traced["lives"][0]["parts"][0]["error"], "027");
  EXPECT_EQ(ctl({"trace", "77"}), kFound);
  EXPECT_EQ(ctl({"trace", "09120000102"}), kFound);
  EXPECT_EQ(ctl({"trace", "sara"}), kUsage);
  EXPECT_EQ(ctl({"trace"}), kUsage);
}

TEST_F(PeykctlLetters, a_cursor_is_what_it_was_and_nothing_else_is_one) {
  const store::LetterCursor cursor{kNoon + std::chrono::microseconds{7}, 40'417};
  EXPECT_EQ(gateway::parse_cursor(gateway::cursor_text(cursor)), cursor);
  for (const char* wrong : {"", "-", "12", "12-", "x-3", "12-3x", "12-99999999999999999999999"})
    EXPECT_FALSE(gateway::parse_cursor(wrong)) << wrong;
}

}  // namespace
}  // namespace peyk::tests::peykctl_letters_test
