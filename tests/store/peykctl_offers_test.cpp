// A club's programme as an operator changes and reads it.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "gateway/clock.hpp"
#include "handlers/programme_json.hpp"
#include "tests/store/peykctl_fixture.hpp"

namespace peyk::tests::peykctl_offers_test {
namespace {

using namespace gateway::ctl;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kProgramme = R"(
points_per: 100_000
tiers:
  list: [{name: silver, title: "Silver", from: 1_000_000}, {name: gold, from: 2_000_000}]
segments:
  - usual: grocery
  - {name: own, when: {visits: ">=3", not: {city: [Tehran, Shiraz]}}}
offers:
  - {name: regulars, when: {visits: ">5"}, then: {credit_percent: 5}}
  - {name: evenings, when: {hours: "22:00-02:00", tier: ">=silver"}, then: {credit: {amount: 50_000, valid_days: 14}}, budget: 1_000_000, until: 2030-01-31}
)";

class PeykctlOffers : public Peykctl {
 protected:
  PeykctlOffers() {
    write("club.yaml", std::string(kClubFile) + std::string(kProgramme));
    ctl({"migrate", "--create-database"});
  }

  // As a manager's text begins it: for this tier (0: for all), until tomorrow.
  void begin_offer(const std::string& name, std::int64_t tier) {
    rules::Offer offer;
    offer.name = name;
    if (tier > 0) offer.when = {{.measure = rules::Measure::tier, .ranges = {{tier, tier}}}};
    offer.then = {{.kind = rules::EffectKind::credit_percent, .value = 1000}};
    offer.until = gateway::wall_clock() + std::chrono::hours{24};
    query("INSERT INTO offer (club_id, name, begun_by, ends_at) VALUES (1, '" + name +
          "', 989121112233, UTC_TIMESTAMP(6) + INTERVAL 1 DAY)");
    query("INSERT INTO offer_version (offer_id, body, from_at) SELECT offer_id, '" +
          handlers::offer_document(offer) + "', UTC_TIMESTAMP(6) FROM offer WHERE name = '" + name + "'");
  }
  // All that apply may change of a programme.
  std::string programme() {
    return query(
        "SELECT version, body FROM club JOIN programme USING (club_id); SELECT o.name, v.body, v.until_at "
        "FROM"
        " offer o JOIN offer_version v USING (offer_id) ORDER BY v.version_id");
  }
};

TEST_F(PeykctlOffers, apply_tells_what_changes_key_by_key_and_the_second_time_nothing) {
  EXPECT_EQ(apply(), kDone) << err;
  EXPECT_THAT(
      out, AllOf(HasSubstr("~ points_per: none -> 100000\n"),
                 HasSubstr("+ tier silver, title: \"Silver\", from: 1000000\n"),
                 HasSubstr("+ segment own, when.visits: \">=3\", when.not.city: [\"Shiraz\", \"Tehran\"]\n"),
                 HasSubstr("+ offer regulars, when.visits: \">=6\", then.credit_percent: 5\n")));
  EXPECT_EQ(apply(), kDone);
  EXPECT_EQ(out, "club salt: nothing to change\n");

  change("credit_percent: 5}}", "credit_percent: 7}}");
  change("usual: grocery", "usual: restaurant");
  EXPECT_EQ(apply(), kDone) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("~ offer regulars: then.credit_percent: 5 -> 7\n"),
                         HasSubstr("~ segment lost: when.days_away: \">=60\" -> \">=120\"\n"),
                         Not(HasSubstr("evenings"))));
  EXPECT_EQ(query("SELECT COUNT(*) FROM offer_version"), "3\n");
}

TEST_F(PeykctlOffers, get_club_writes_what_apply_finds_no_difference_with) {
  ASSERT_EQ(apply(), kDone) << err;
  ASSERT_EQ(ctl({"get", "club", "salt"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("    when: {visits: \">=6\"}\n    then: {credit_percent: 5}\n"));
  write("club.yaml", out);
  EXPECT_EQ(apply(), kDone) << err;
  EXPECT_EQ(out, "club salt: nothing to change\n");
  EXPECT_EQ(query("SELECT COUNT(*) FROM offer_version"), "2\n");
}

TEST_F(PeykctlOffers, where_credit_is_spent_is_told_applied_and_written_back) {
  ASSERT_EQ(apply(), kDone) << err;
  change("join_on_purchase: true}", "join_on_purchase: true, spend_at: own}");
  ASSERT_EQ(apply(), kDone) << err;
  EXPECT_THAT(out, HasSubstr("~ policy.spend_at: any -> own\n"));
  EXPECT_EQ(query("SELECT earned_no, spent_no FROM branch_spend ORDER BY earned_no"), "12\t12\n14\t14\n");
  change("spend_at: own}", "spend_at: {12: [own, 14], 14: any}}");
  ASSERT_EQ(apply(), kDone) << err;
  EXPECT_THAT(out, HasSubstr("~ policy.spend_at: own -> {12: [12, 14]}\n"));
  ASSERT_EQ(ctl({"get", "club", "salt"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("  spend_at: {12: [12, 14]}\n"));
  write("club.yaml", out);
  EXPECT_EQ(apply(), kDone) << err;
  EXPECT_EQ(out, "club salt: nothing to change\n");
}

TEST_F(PeykctlOffers, are_listed_with_what_they_ask_and_give_and_have_left) {
  ASSERT_EQ(apply(), kDone) << err;
  query("UPDATE offer SET spent = 400000 WHERE name = 'evenings'");
  ASSERT_EQ(ctl({"offers", "list", "salt"}), kDone) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("regulars  version "), HasSubstr("  on purchase when visits >=6\n"),
                         HasSubstr("  then 5% credit\n  no budget\n"),
                         HasSubstr("when tier >=silver and hours 00:00-02:00 or 22:00-24:00\n"),
                         HasSubstr("  then 50000 credit, 14 days\n  until 2030-01-31, 1 a day\n"),
                         HasSubstr("  given 400000 of 1000000 rials, 600000 left\n")));
  ASSERT_EQ(ctl({"offers", "list", "salt", "--json"}), kDone);
  const auto json = nlohmann::json::parse(out);
  ASSERT_EQ(json.size(), 2u);
  EXPECT_EQ(json[0]["name"], "evenings");
  EXPECT_EQ(json[0]["budget_left"], 600000);
  EXPECT_EQ(json[1]["versions"][0]["then"][0], "5% credit");
}

TEST_F(PeykctlOffers, tell_how_often_for_how_many_and_for_how_much_budget_or_not) {
  ASSERT_EQ(apply(), kDone) << err;
  ASSERT_EQ(ctl({"offers", "list", "salt"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("  no budget\n  0 uses by 0 members, 0 rials given\n"));
  query(
      "INSERT INTO offer_use (member_id, offer_id, club_id, uses, last_day, uses_on_day, given_on_day) "
      "SELECT n,"
      " offer_id, club_id, n, 0, 1, 0 FROM offer JOIN (SELECT 1 AS n UNION SELECT 2) t WHERE name = "
      "'regulars'");
  query(
      "INSERT INTO offer_grant (grant_id, club_id, member_id, purchase_id, version_id, offer_id, place, "
      "kind, value,"
      " of_budget, at, facts) SELECT kind + 1, club_id, 1, 1, 1, offer_id, 0, kind, 1000, 0, "
      "UTC_TIMESTAMP(6), '{}'"
      " FROM offer JOIN (SELECT 0 AS kind UNION SELECT 2 UNION SELECT 4 UNION SELECT 6 UNION SELECT 8) t "
      "WHERE name"
      " = 'regulars'");
  ASSERT_EQ(ctl({"offers", "list", "salt"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("  3 uses by 2 members, 3000 rials given\n")) << "points and notes are no money";
  ASSERT_EQ(ctl({"offers", "show", "salt", "regulars", "--json"}), kDone) << err;
  const auto json = nlohmann::json::parse(out);
  EXPECT_EQ(json["uses"], 3);
  EXPECT_EQ(json["members"], 2);
  EXPECT_EQ(json["money"], 3000);
  EXPECT_EQ(json["counted_all"], true);
}

TEST_F(PeykctlOffers, are_shown_with_all_their_versions_also_when_they_are_gone) {
  ASSERT_EQ(apply(), kDone) << err;
  change("credit_percent: 5}}", "credit_percent: 7}}");
  ASSERT_EQ(apply(), kDone) << err;
  change("  - {name: regulars, when: {visits: \">5\"}, then: {credit_percent: 7}}\n", "");
  ASSERT_EQ(apply(), kDone) << err;
  EXPECT_THAT(out, HasSubstr("- offer regulars\n"));
  ASSERT_EQ(ctl({"offers", "list", "salt"}), kDone);
  EXPECT_THAT(out, Not(HasSubstr("regulars")));
  ASSERT_EQ(ctl({"offers", "show", "salt", "regulars"}), kDone) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("then 7% credit"), HasSubstr("then 5% credit"), HasSubstr(", ended 20")));
  EXPECT_EQ(ctl({"offers", "show", "salt", "nothing"}), kFound);
  EXPECT_THAT(err, HasSubstr("never had an offer nothing"));
  EXPECT_EQ(ctl({"offers", "list", "nowhere"}), kFound);
}

TEST_F(PeykctlOffers, that_managers_began_stay_beside_the_files_and_are_in_no_file) {
  ASSERT_EQ(apply(), kDone) << err;
  query(
      "INSERT INTO offer (club_id, name, begun_by, ends_at) VALUES (1, 'manager-20261121-1', 989121112233,"
      " '2999-01-01')");
  query(
      "INSERT INTO offer_version (offer_id, body, from_at) SELECT offer_id, "
      "'{\"name\":\"manager-20261121-1\","
      "\"then\":[{\"effect\":\"credit_percent\",\"value\":1000}]}', '2026-11-21' FROM offer WHERE begun_by IS"
      " NOT NULL");
  EXPECT_EQ(apply(), kDone);
  EXPECT_EQ(out, "club salt: nothing to change\n");
  change("credit_percent: 5}}", "credit_percent: 7}}");
  EXPECT_EQ(apply(), kDone) << err;
  ASSERT_EQ(ctl({"offers", "list", "salt"}), kDone);
  EXPECT_THAT(out, HasSubstr("manager-20261121-1  version"));
  ASSERT_EQ(ctl({"get", "club", "salt"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("# Not of this file, begun by a manager's text: manager-20261121-1\n"));
  write("club.yaml", out);
  EXPECT_EQ(apply(), kDone) << err;
  EXPECT_EQ(out, "club salt: nothing to change\n");
  change("name: regulars", "name: manager-1");
  EXPECT_EQ(apply(), kUsage);
  EXPECT_THAT(err, HasSubstr("manager-"));
}

TEST_F(PeykctlOffers, that_managers_run_for_a_tier_keep_it_where_it_stands) {
  ASSERT_EQ(apply(), kDone) << err;
  begin_offer("manager-20261121-1", 2);
  const std::string before = programme(), file = read_file(path("club.yaml"));
  struct Change {
    std::string_view from, to, refusal;
  };
  const Change changes[] = {
      {"name: gold", "name: platinum",
       "tier platinum would stand where gold stood, for which a manager's offer manager-20261121-1 runs: end "
       "it first (OFFER END)"},
      {"{name: silver, title: \"Silver\", from: 1_000_000}",
       "{name: bronze, from: 500_000}, {name: silver, from: 1_000_000}",
       "tier silver would stand where gold stood, for which a manager's offer manager-20261121-1 runs"},
      {", {name: gold, from: 2_000_000}", "",
       "tier gold cannot go, for which a manager's offer manager-20261121-1 runs: end it first (OFFER END)"}};
  for (const Change& one : changes) {
    write("club.yaml", file);
    change(one.from, one.to);
    change("credit_percent: 5}}", "credit_percent: 7}}");  // what is right beside it waits, too
    EXPECT_EQ(apply(), kFound) << one.to;
    EXPECT_THAT(err, HasSubstr(one.refusal));
    EXPECT_EQ(programme(), before) << one.to;
  }
  write("club.yaml", file);
  change("{name: gold, from: 2_000_000}", "{name: gold, from: 3_000_000}, {name: platinum, from: 9_000_000}");
  EXPECT_EQ(apply(), kDone) << err;  // gold stands where it stood
  change("name: gold", "name: golden");
  EXPECT_EQ(apply(), kFound);
  query(
      "UPDATE offer_version v JOIN offer o USING (offer_id) SET v.until_at = UTC_TIMESTAMP(6) WHERE"
      " o.begun_by IS NOT NULL");  // OFFER END
  EXPECT_EQ(apply(), kDone) << err;
}

TEST_F(PeykctlOffers, are_a_thousand_at_most_with_those_that_managers_began) {
  ASSERT_EQ(apply(), kDone) << err;
  begin_offer("manager-20261121-1", 0);
  const std::string before = programme();
  std::string file = read_file(path("club.yaml"));
  for (int i = 3; i <= 999; ++i) {
    const std::string number = std::to_string(i);
    file += "  - {name: more-" + number + ", when: {visits: " + number + "}, then: {credit: 1000}}\n";
  }
  write("club.yaml", file + "  - {name: one-too-many, then: {credit: 1000}}\n");
  EXPECT_EQ(apply(), kFound);
  EXPECT_THAT(err,
              HasSubstr("1001 offers, 1 of them begun by managers' texts: a club has 1000 at most; take some"
                        " out of the file"));
  EXPECT_EQ(programme(), before);
  write("club.yaml", file);
  EXPECT_EQ(apply(), kDone) << err;
  EXPECT_EQ(query("SELECT COUNT(*) FROM offer_version WHERE until_at IS NULL"), "1000\n");
}

TEST_F(PeykctlOffers, show_their_effect_beside_who_is_held_out) {
  change("then: {credit_percent: 5}}", "then: {credit_percent: 5}, hold_out: 50%}");
  ASSERT_EQ(apply(), kDone) << err;
  ASSERT_EQ(ctl({"offers", "effect", "salt", "regulars"}), kDone) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("offer regulars, 20"), HasSubstr("with the offer         held out"),
                         HasSubstr("spent a member, rials"), HasSubstr("nobody is held out")));
  write("purchases.csv",
        "phone,amount,invoice,branch,purchased_at\n"
        "09120000101,1000000,A-1,12,2026-01-05\n09120000102,1000000,A-2,12,2026-01-05\n"
        "09120000101,400000,A-3,12,2026-02-05\n09120000102,400000,A-4,12,2026-02-06\n"
        "09120000103,900000,A-5,12,2026-02-06\n");
  ASSERT_EQ(ctl({"import", "purchases", path("purchases.csv"), "--club", "salt"}), kDone) << out << err;
  ASSERT_EQ(ctl({"offers", "effect", "salt", "regulars", "--from", "2026-02-01", "--to", "2026-02-28"}),
            kDone)
      << err;
  // Two had bought before, and each spends 400,000, on whichever side she is.
  EXPECT_THAT(out, ContainsRegex("members +(2 +0|1 +1|0 +2)\n"));
  EXPECT_THAT(out, ContainsRegex("spent a member, rials +(400000|0)\\.00 +(400000|0)\\.00 "));
  EXPECT_EQ(ctl({"offers", "effect", "salt", "nothing"}), kFound);
  EXPECT_EQ(ctl({"offers", "effect", "salt", "regulars", "--from", "soon"}), kUsage);
  EXPECT_THAT(err, HasSubstr("is no day"));
}

TEST_F(PeykctlOffers, a_mistake_in_an_offer_changes_nothing) {
  change("visits: \">5\"", "visit: \">5\"");
  EXPECT_EQ(apply(), kUsage);
  EXPECT_THAT(err, HasSubstr("offers[0].when.visit: unknown key; did you mean \"visits\"?"));
  EXPECT_EQ(query("SELECT COUNT(*) FROM offer"), "0\n");
}

}  // namespace
}  // namespace peyk::tests::peykctl_offers_test
