// peykctl as an operator uses it, against a private MariaDB.
#include <gmock/gmock.h>
#include <stdlib.h>

#include <nlohmann/json.hpp>

#include "tests/store/peykctl_fixture.hpp"

namespace peyk::tests::peykctl_test {
namespace {

using namespace gateway::ctl;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(Peykctl, says_what_to_do_when_the_database_is_not_as_it_should) {
  EXPECT_EQ(apply(), kDatabase);
  EXPECT_THAT(err, HasSubstr("run peykctl migrate --create-database"));
  EXPECT_EQ(ctl({"migrate"}), kDatabase);
  EXPECT_EQ(ctl({"migrate", "--create-database"}), kDone);
  EXPECT_THAT(out, HasSubstr("applied 0001_first_light"));
  EXPECT_EQ(ctl({"migrate"}), kDone);
  EXPECT_THAT(out, HasSubstr("up to date"));
  query("DELETE FROM schema_migration");
  EXPECT_EQ(ctl({"ledger", "audit"}), kDatabase);
  EXPECT_THAT(err, HasSubstr("run peykctl migrate"));
}

TEST_F(Peykctl, tells_mistakes_of_files_and_of_the_command_line_apart_from_trouble) {
  EXPECT_EQ(ctl({"config", "check"}), kDone);
  EXPECT_EQ(ctl({"no-such-command"}), kUsage);
  EXPECT_EQ(ctl({"show", "member"}), kUsage);
  EXPECT_EQ(ctl({}), kUsage);
  EXPECT_EQ(ctl({"--help"}), kDone);
  write("peyk.yaml", "carriers: 7\nmysqll: {}\n");
  EXPECT_EQ(ctl({"config", "check"}), kUsage);
  EXPECT_THAT(err, AllOf(HasSubstr("peyk.yaml:1: carriers"), HasSubstr("peyk.yaml:2: mysqll")));
  write("peyk.yaml",
        "carriers: [{name: sim, host: localhost, system_id: peyk, password: secret}]\n"
        "lines: [{number: 30001234, carrier: sim}]\nmysql: {unix_socket: /nowhere/sock}\n");
  EXPECT_EQ(ctl({"ledger", "audit"}), kDatabase);
  EXPECT_THAT(err, AllOf(HasSubstr("see that MySQL runs at /nowhere/sock"), testing::EndsWith("\n")));
}

TEST_F(Peykctl, applies_a_club_and_finds_nothing_to_change_the_second_time) {
  ctl({"migrate", "--create-database"});
  EXPECT_EQ(ctl({"apply", path("club.yaml"), "--dry-run"}), kDone);
  EXPECT_THAT(out, AllOf(HasSubstr("+ club salt"), HasSubstr("nothing was saved")));
  EXPECT_EQ(query("SELECT COUNT(*) FROM club"), "0\n");

  EXPECT_EQ(apply(), kDone) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("+ policy.earn_percent: 5%"), HasSubstr("+ branch 14, \"Tajrish\""),
                         HasSubstr("+ cashier 0912xxx2233, branch 12, with a PIN"),
                         HasSubstr("+ till key till-12"), HasSubstr("club salt: saved")));
  const std::string hash = query("SELECT pin_hash, version FROM cashier JOIN club USING (club_id)");
  EXPECT_EQ(apply(), kDone);
  EXPECT_EQ(out, "club salt: nothing to change\n");
  EXPECT_EQ(query("SELECT pin_hash, version FROM cashier JOIN club USING (club_id)"), hash);
}

TEST_F(Peykctl, shows_each_difference_and_keeps_what_did_not_change) {
  ctl({"migrate", "--create-database"});
  apply();
  query("UPDATE cashier SET misses = 3");
  change("earn_percent: 5", "earn_percent: 7.25");
  change("name: Tajrish", "name: Tajrish 2");
  change("09121112233\", branch: 12, pin: \"4321\"",
         "09121112233\", branch: 14, pin: \"8765\", manager: true");
  change("id: till-12, branch: 12", "id: till-14, branch: 14");
  EXPECT_EQ(apply(), kDone) << err;
  EXPECT_THAT(
      out, AllOf(HasSubstr("~ policy.earn_percent: 5% -> 7.25%\n"), HasSubstr("~ branch 14, \"Tajrish 2\"\n"),
                 HasSubstr("~ cashier 0912xxx2233, branch 14, new PIN, a manager\n"),
                 HasSubstr("- till key till-12\n"), HasSubstr("+ till key till-14, branch 14\n"),
                 Not(HasSubstr("name: \"Bread"))));
  EXPECT_EQ(query("SELECT misses, branch_no FROM cashier"), "3\t14\n");
  EXPECT_EQ(apply(), kDone);
  EXPECT_THAT(out, HasSubstr("nothing to change"));
}

TEST_F(Peykctl, lets_a_branch_go_only_when_nothing_speaks_of_it) {
  ctl({"migrate", "--create-database"});
  apply();
  change(", {number: 14, name: Tajrish}", "");
  EXPECT_EQ(apply(), kDone) << err;
  EXPECT_THAT(out, HasSubstr("- branch 14"));
  EXPECT_EQ(query("SELECT branch_no FROM branch"), "12\n");
  EXPECT_EQ(apply(), kDone);
  EXPECT_THAT(out, HasSubstr("nothing to change"));

  change("{number: 12, name: Vanak}", "{number: 14, name: Tajrish}");
  change("branch: 12, pin", "branch: 14, pin");
  change("branch: 12, secret", "branch: 14, secret");
  EXPECT_EQ(apply(), kFound);
  EXPECT_THAT(err, HasSubstr("branch 12 cannot go, it is in the records (1 cashiers)"));
  EXPECT_EQ(query("SELECT branch_no FROM branch"), "12\n");
}

TEST_F(Peykctl, refuses_a_club_that_could_be_taken_for_another) {
  ctl({"migrate", "--create-database"});
  apply();
  change("slug: salt", "slug: books");
  EXPECT_EQ(apply(), kFound);
  EXPECT_THAT(err, AllOf(HasSubstr("keyword \"salt\" is club salt's"),
                         HasSubstr("ussd_root \"*7000\" is club salt's"),
                         HasSubstr("till key till-12 is club salt's")));
  change("keyword: salt\n", "");
  EXPECT_EQ(apply(), kFound);
  EXPECT_THAT(err, HasSubstr("this club needs a keyword"));
  change("line: 30001234", "line: 20001234");
  EXPECT_EQ(apply(), kFound);
  EXPECT_THAT(err, HasSubstr("is a promo line"));
  change("line: 20001234", "line: 55555");
  EXPECT_EQ(apply(), kFound);
  EXPECT_THAT(err, HasSubstr("is not a line of peyk.yaml"));
  change("line: 55555", "keyword: books\nline: 30001234");
  change("*7000", "*7001");
  change("till-12", "till-b");
  EXPECT_EQ(apply(), kDone) << err;
  EXPECT_EQ(query("SELECT COUNT(*) FROM club"), "2\n");
}

TEST_F(Peykctl, a_mistake_in_a_club_file_changes_nothing) {
  ctl({"migrate", "--create-database"});
  change("earn_percent: 5", "earn_percent: 500");
  EXPECT_EQ(apply(), kUsage);
  EXPECT_THAT(err, HasSubstr("club.yaml:7: policy.earn_percent"));
  EXPECT_EQ(query("SELECT COUNT(*) FROM club"), "0\n");
  EXPECT_EQ(ctl({"apply", path("nowhere.yaml")}), kUsage);
}

TEST_F(Peykctl, issues_gift_codes_and_tells_what_became_of_them) {
  ctl({"migrate", "--create-database"});
  ASSERT_EQ(apply(), kDone) << err;
  EXPECT_EQ(ctl({"gift", "show", "salt"}), kDone);
  EXPECT_EQ(out, "no gift codes were issued\n");
  EXPECT_EQ(ctl({"gift", "issue", "salt", "50000", "--count", "3", "--valid-days", "10"}), kDone) << err;
  EXPECT_EQ(out.size(), 3 * 8U) << out;
  const std::string code = out.substr(0, 7);
  EXPECT_THAT(err, HasSubstr("3 codes of 50000 rials each, good until"));
  EXPECT_EQ(ctl({"gift", "show", "salt"}), kDone);
  EXPECT_THAT(out, HasSubstr("3 codes of 50000 rials"));
  EXPECT_THAT(out, HasSubstr("0 redeemed, 3 open (150000 rials), 0 withdrawn, 0 expired"));
  EXPECT_EQ(ctl({"gift", "show", "salt", "--json"}), kDone);
  EXPECT_THAT(out, HasSubstr("\"open\":3"));
  const std::string batch = nlohmann::json::parse(out).at(0).at("batch");
  EXPECT_EQ(ctl({"gift", "void", "salt", code}), kDone) << err;
  EXPECT_EQ(out, code + ": withdrawn\n");
  EXPECT_EQ(ctl({"gift", "void", "salt", code == "9999999" ? "9999998" : "9999999"}), kFound);
  EXPECT_THAT(out, HasSubstr("no gift code of this club"));
  EXPECT_EQ(ctl({"gift", "void", "salt", "--batch", batch}), kDone) << err;
  EXPECT_EQ(out, "batch " + batch + ": 2 codes withdrawn\n");
  EXPECT_EQ(ctl({"gift", "void", "salt", "--batch", "1"}), kFound);
  EXPECT_EQ(ctl({"gift", "void", "salt"}), kUsage);
  EXPECT_EQ(ctl({"gift", "void", "salt", "123"}), kUsage);
  EXPECT_EQ(ctl({"ledger", "audit"}), kDone) << out;
  EXPECT_EQ(ctl({"gift", "issue", "pepper", "50000"}), kFound);
  EXPECT_EQ(ctl({"gift", "issue", "salt", "0"}), kUsage);
  EXPECT_EQ(ctl({"gift", "issue", "salt", "50000", "--count", "100001"}), kUsage);
}

TEST_F(Peykctl, shows_a_member_to_whoever_names_her_phone) {
  ctl({"migrate", "--create-database"});
  apply();
  EXPECT_EQ(ctl({"show", "member", "0912 000 0101"}), kFound);
  EXPECT_EQ(ctl({"show", "member", "12"}), kUsage);
  query(
      "INSERT INTO member (member_id, club_id, phone, card, language, joined_at, referred_by, "
      "balance) VALUES (7, 1, 989120000101, 9000000000000007, 1, '2026-11-01', NULL, "
      "70);"
      "INSERT INTO lot (lot_id, club_id, member_id, origin, issued, remaining,"
      " created_at, expires_at) VALUES (8, 1, 7, 1, 100, 70, '2026-11-01', '2126-11-01'), (9, 1, 7, 2, 5, 0, "
      "'2020-01-01', '2020-02-01');"
      "INSERT INTO code (code_id, club_id, number, reserved_number, member_id, lot_id, state, issued_at) "
      "VALUES (10, 1, 4417203, 4417203, 7, 8, 1, '2026-11-01'), (11, 1, 4417204, 4417204, "
      "7, 9, 1, '2020-01-01');"
      "INSERT INTO outbox (message_id, club_id, line, phone, lane, parts, text, state, reason, created_at, "
      "valid_until) VALUES (12, 1, '30001234', 989120000101, 1, 1, 'سلام', 3, '', '2026-11-01 08:00:00', "
      "'2026-11-02')");
  EXPECT_EQ(ctl({"show", "member", "09120000101"}), kDone) << err;
  EXPECT_THAT(
      out, AllOf(HasSubstr("+989120000101 in salt"), HasSubstr("4417203  live, 70 left"), HasSubstr("سلام")));
  EXPECT_EQ(ctl({"show", "member", "+989120000101", "--club", "salt", "--json"}), kDone) << err;
  const auto json = nlohmann::json::parse(out);
  EXPECT_EQ(json["phone"], "+989120000101");
  EXPECT_EQ(json["club"], "salt");
  EXPECT_EQ(json["card"], "9000000000000007");
  EXPECT_EQ(json["language"], "en");
  EXPECT_EQ(json["balance"], 70);
  EXPECT_EQ(json["codes"][1],
            (nlohmann::json{
                {"code", "4417203"}, {"state", "live"}, {"left", 70}, {"expires", "2126-11-01T00:00:00Z"}}));
  EXPECT_EQ(json["codes"][0]["state"], "expired") << "past its expiry, whatever a sweep has done";
  EXPECT_EQ(json["lots"][0]["origin"], "gift") << "the older of the two, though its number is higher";
  EXPECT_EQ(json["messages"][0]["state"], "delivered");
  EXPECT_EQ(ctl({"show", "member", "09120000101", "--club", "no-such"}), kFound);
}

TEST_F(Peykctl, says_of_a_message_that_it_may_have_come_twice_and_of_others_nothing) {
  ctl({"migrate", "--create-database"});
  apply();
  query(
      "INSERT INTO member (member_id, club_id, phone, card, language, joined_at, referred_by, "
      "balance) VALUES (7, 1, 989120000101, 9000000000000007, 1, '2026-11-01', NULL, "
      "70)");
  for (const char* which : {"12, 0", "13, 1"}) {
    query(
        "INSERT INTO outbox (message_id, maybe_twice, club_id, line, phone, lane, parts, text, state, reason,"
        " created_at, valid_until) VALUES (" +
        std::string(which) +
        ", 1, '30001234', 989120000101, 1, 1, 'hello', 6, '', '2026-11-01', '2026-11-02')");
  }
  query(
      "INSERT INTO outbox_part (message_id, part, carrier, carrier_message_id, state) VALUES (13, 1, 'sim', "
      "'', 6)");
  EXPECT_EQ(ctl({"trace", "message", "12"}), kDone) << err;
  EXPECT_THAT(out, Not(HasSubstr("maybe twice")));
  EXPECT_EQ(ctl({"trace", "message", "13"}), kDone) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("maybe twice: an answer never came"), HasSubstr("part 1 of 1 by sim: ")));
  EXPECT_EQ(ctl({"trace", "message", "13", "--json"}), kDone) << err;
  EXPECT_EQ(nlohmann::json::parse(out)["maybe_twice"], true);
  EXPECT_EQ(ctl({"show", "member", "09120000101"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("unknown from 30001234, maybe twice\n"));
  EXPECT_EQ(ctl({"show", "member", "09120000101", "--json"}), kDone) << err;
  const auto messages = nlohmann::json::parse(out)["messages"];
  EXPECT_EQ(messages[0]["maybe_twice"], true);
  EXPECT_EQ(messages[1]["maybe_twice"], false);
}

TEST_F(Peykctl, audits_the_ledger) {
  ctl({"migrate", "--create-database"});
  apply();
  EXPECT_EQ(ctl({"ledger", "audit"}), kDone);
  EXPECT_EQ(out, "0 entries, balanced\n");
  EXPECT_EQ(ctl({"ledger", "audit", "--json"}), kDone);
  EXPECT_EQ(out, "{\"balanced\":true,\"entries\":0,\"problems\":[]}\n");
  query(
      "INSERT INTO member (member_id, club_id, phone, card, language, joined_at, referred_by, "
      "balance) VALUES (7, 1, 989120000101, 9000000000000007, 1, '2026-11-01', NULL, "
      "70)");
  EXPECT_EQ(ctl({"ledger", "audit"}), kFound);
  EXPECT_THAT(out, HasSubstr("NOT balanced"));
  EXPECT_EQ(ctl({"ledger", "audit", "--json"}), kFound);
  EXPECT_FALSE(nlohmann::json::parse(out)["balanced"].get<bool>());
}

TEST_F(Peykctl, tells_what_a_club_owes) {
  ctl({"migrate", "--create-database"});
  EXPECT_EQ(ctl({"ledger", "liability"}), kUsage);
  EXPECT_THAT(err, HasSubstr("there is no club"));
  apply();
  EXPECT_EQ(ctl({"ledger", "liability"}), kDone);
  EXPECT_THAT(out, AllOf(HasSubstr("club salt, in IRR"), HasSubstr("open 0 to 0 members")));
  EXPECT_EQ(ctl({"ledger", "liability", "--club", "no-such"}), kFound);
  EXPECT_EQ(ctl({"ledger", "liability", "--json"}), kDone);
  EXPECT_EQ(nlohmann::json::parse(out)["open"], 0);
}

TEST_F(Peykctl, lists_refunds_whose_purchase_does_not_come) {
  ctl({"migrate", "--create-database"});
  apply();
  EXPECT_EQ(ctl({"ledger", "parked"}), kDone);
  EXPECT_THAT(out, HasSubstr("no refund waits"));
  const auto park = [this](int id, int state, const std::string& age) {
    query(
        "INSERT INTO refund (refund_id, club_id, branch_no, invoice, reference, credit_note, till_key, state,"
        " purchase_id, asked, amount, clawed_back, lapsed, owed, withheld, returned, expired, at) SELECT " +
        std::to_string(id) + ", club_id, 12, 'X-" + std::to_string(id) + "', UNHEX(SHA2('" +
        std::to_string(id) + "', 256)), '', 'till-12', " + std::to_string(state) +
        ", 0, 250000, 0, 0, 0, 0, 0, 0, 0, UTC_TIMESTAMP(6) - INTERVAL " + age + " FROM club");
  };
  park(1, 2, "4 DAY");
  park(2, 2, "2 DAY");
  park(3, 1, "4 DAY");
  EXPECT_EQ(ctl({"ledger", "parked", "--club", "salt"}), kDone);
  EXPECT_THAT(out, AllOf(HasSubstr("salt branch 12, invoice X-1: refund 1 by till-12 of 250000\n"),
                         testing::Not(HasSubstr("X-2")), testing::Not(HasSubstr("X-3"))));
  EXPECT_EQ(ctl({"ledger", "parked", "--days", "1", "--json"}), kDone);
  EXPECT_EQ(nlohmann::json::parse(out)["refunds"].size(), 2U);
}

}  // namespace
}  // namespace peyk::tests::peykctl_test
