// What an operator asks of a club's customers: scores, segments, and what a programme would have given.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/store/peykctl_fixture.hpp"

namespace peyk::tests::peykctl_customers_test {
namespace {

using namespace gateway::ctl;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kProgramme = R"(
segments:
  - {name: regular, when: {visits: ">=2"}}
  - {name: big-spender, when: {spent: ">=1000000", days_away: ">=1"}}
offers:
  - {name: regulars, when: {visits: ">=2"}, then: {credit_percent: 5}}
  - {name: never, when: {visits: ">=500"}, then: {credit_percent: 5}}
)";

class PeykctlCustomers : public Peykctl {
 protected:
  PeykctlCustomers() {
    ctl({"migrate", "--create-database"});
    apply();
    write("purchases.csv",
          "phone,amount,invoice,branch,purchased_at\n"
          "09120000101,1000000,A-1,12,2026-01-05\n"
          "09120000101,400000,A-2,12,2026-01-15\n"
          "09120000101,600000,A-3,12,2026-02-05\n"
          "09120000102,500000,A-4,12,2026-02-06\n");
    EXPECT_EQ(ctl({"import", "purchases", path("purchases.csv"), "--club", "salt"}), kDone) << out << err;
    write("club.yaml", std::string(kClubFile) + std::string(kProgramme));
  }
};

TEST_F(PeykctlCustomers, exports_them_to_analysts_without_saying_who_they_are) {
  EXPECT_EQ(ctl({"apply", path("club.yaml")}), kDone) << err;
  EXPECT_EQ(ctl({"export", "customers", "salt"}), kUsage) << "names are left out, or nothing is told";
  EXPECT_EQ(ctl({"export", "customers", "salt", "--anonymous"}), kDone) << err;
  const std::string first = out;
  EXPECT_THAT(first,
              AllOf(HasSubstr("customer,visits,purchases,weeks_away,"), HasSubstr(",3,3,"),
                    HasSubstr(",2000000,660000,"), HasSubstr(",500000,500000,"), HasSubstr("regular")));
  for (const char* hers : {"9120000101", "9120000102", "xxx"}) EXPECT_THAT(first, Not(HasSubstr(hers)));
  EXPECT_EQ(std::ranges::count(first, '\n'), 3);
  EXPECT_EQ(ctl({"export", "customers", "salt", "--anonymous"}), kDone) << err;
  const std::string name = first.substr(first.find('\n') + 1, 32);
  EXPECT_THAT(out, Not(HasSubstr(name))) << "another key, another name";
}

TEST_F(PeykctlCustomers, tells_what_sells_and_who_brings_it) {
  EXPECT_EQ(ctl({"insights", "salt"}), kDone) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("mean basket"), HasSubstr("no till told what was bought")));
  EXPECT_EQ(ctl({"insights", "salt", "--json"}), kDone) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("\"top_fifth_share_percent\""), HasSubstr("\"items\": []")));
  EXPECT_EQ(ctl({"insights", "salt", "--from", "2026-03-01", "--to", "2026-02-01"}), kUsage);
  EXPECT_EQ(ctl({"insights", "salt", "--from", "someday"}), kUsage);
  EXPECT_EQ(ctl({"insights", "pepper"}), kFound);
}

TEST_F(PeykctlCustomers, reckons_the_bounds_of_scores_now) {
  EXPECT_EQ(ctl({"lrfm", "salt"}), kDone) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("club salt: 2 members with a visit"), HasSubstr("days_away")));
  EXPECT_EQ(query("SELECT members FROM lrfm_bounds"), "2\n");
  EXPECT_EQ(ctl({"lrfm", "pepper"}), kFound);
  EXPECT_THAT(err, HasSubstr("there is no club pepper"));
}

TEST_F(PeykctlCustomers, replays_a_file_that_is_not_applied_over_what_is_on_record) {
  EXPECT_EQ(ctl({"offers", "replay", path("club.yaml")}), kDone) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("4 purchases of 2 members, 2500000 in all"), HasSubstr("regulars"),
                         HasSubstr(" 50.0% "), HasSubstr(" 50000 "), HasSubstr("never: never fired"),
                         HasSubstr("given in truth"), HasSubstr(" 125000 "), HasSubstr("0912xxx0101"),
                         Not(HasSubstr("09120000101"))));
  EXPECT_EQ(query("SELECT COUNT(*) FROM offer"), "0\n") << "nothing is saved";
  EXPECT_EQ(ctl({"offers", "replay", path("club.yaml"), "--from", "2026-02-01", "--to", "2026-02-05"}),
            kDone);
  EXPECT_THAT(out, HasSubstr("1 purchases of 1 members, 600000 in all"));
  EXPECT_EQ(ctl({"offers", "replay", path("club.yaml"), "--from", "1404-11-12", "--to", "1404-11-16"}),
            kDone);
  EXPECT_THAT(out, HasSubstr("1 purchases of 1 members, 600000 in all")) << "the same days, as Iran counts";
  EXPECT_EQ(ctl({"offers", "replay", path("club.yaml"), "--from", "soon"}), kUsage);
  EXPECT_THAT(err, HasSubstr("\"soon\" is no day"));
  EXPECT_EQ(ctl({"offers", "replay", path("club.yaml"), "--from", "2026-03-01", "--to", "2026-02-05"}),
            kUsage);
}

TEST_F(PeykctlCustomers, tells_how_many_are_in_a_segment_who_and_why) {
  EXPECT_EQ(ctl({"segments", "salt"}), kFound);
  EXPECT_THAT(err, HasSubstr("has no segments"));
  ASSERT_EQ(apply(), kDone) << err;
  EXPECT_EQ(ctl({"segments", "salt"}), kDone) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("regular"), HasSubstr(" 50.0%"), HasSubstr("of 2 members")));
  EXPECT_EQ(ctl({"segments", "salt", "regular"}), kDone) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("0912xxx0101"), HasSubstr("2026-02-05"), HasSubstr("2000000"),
                         HasSubstr("1 members"), Not(HasSubstr("9120000101"))));
  EXPECT_EQ(ctl({"segments", "salt", "regular", "--csv", path("who.csv")}), kDone) << err;
  EXPECT_THAT(read_file(path("who.csv")), HasSubstr("+989120000101,"));
  EXPECT_EQ(ctl({"segments", "salt", "--why", "09120000102"}), kDone) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("not regular\n"), HasSubstr("- visits >=2 (1)"), HasSubstr("- spent"),
                         HasSubstr("+ days_away")));
  EXPECT_EQ(ctl({"segments", "salt", "--why", "09120000109"}), kFound);
  EXPECT_EQ(ctl({"segments", "salt", "nobody"}), kFound);
  EXPECT_THAT(err, HasSubstr("has no segment nobody"));
  EXPECT_EQ(ctl({"segments", "salt", "--csv", path("who.csv")}), kUsage);
}

TEST_F(PeykctlCustomers, tells_of_members_too_who_have_bought_nothing) {
  write("members.csv", "phone,tags\n09120000103,student\n09120000104,student\n");
  ASSERT_EQ(ctl({"import", "members", path("members.csv"), "--club", "salt"}), kDone) << out << err;
  query("UPDATE member SET phone = NULL WHERE phone = 989120000104");  // she has left
  change("  - {name: regular,",
         "  - {name: students, when: {tag: student}}\n"
         "  - {name: never-bought, when: {visits: 0}}\n"
         "  - {name: regular,");
  ASSERT_EQ(apply(), kDone) << err;
  EXPECT_EQ(ctl({"segments", "salt"}), kDone) << err;
  EXPECT_THAT(
      out,
      AllOf(testing::ContainsRegex("students +1 +33.3%"), testing::ContainsRegex("never-bought +1 +33.3%"),
            testing::ContainsRegex("regular +1 +33.3%"), HasSubstr("of 3 members, 2 of whom have bought\n")));
  EXPECT_EQ(ctl({"segments", "salt", "students"}), kDone) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("0912xxx0103"), HasSubstr("1 members"), Not(HasSubstr("0104"))));
  EXPECT_EQ(ctl({"segments", "salt", "students", "--csv", path("who.csv")}), kDone) << err;
  std::string card = query("SELECT card FROM member WHERE phone = 989120000103");
  card.pop_back();
  EXPECT_EQ(read_file(path("who.csv")),
            "phone,card,visits,last_visit,spent\r\n+989120000103," + card + ",0,,0\r\n");
  EXPECT_EQ(ctl({"segments", "salt", "--why", "09120000103"}), kDone) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("in  students\n"), HasSubstr("in  never-bought\n"),
                         HasSubstr("visits 0 (0)"), HasSubstr("not regular\n"), HasSubstr("- visits >=2 (0)"),
                         HasSubstr("not big-spender\n"), HasSubstr("- days_away >=1 (not known)")));
  EXPECT_EQ(ctl({"segments", "salt", "--why", "09120000104"}), kFound) << "she has left";
  EXPECT_EQ(ctl({"export", "customers", "salt", "--anonymous"}), kDone) << err;
  EXPECT_EQ(std::ranges::count(out, '\n'), 3) << "of how she buys there is nothing to tell";
}

TEST_F(PeykctlCustomers, puts_tags_on_a_member_and_takes_them_off) {
  EXPECT_EQ(ctl({"customer", "tag", "salt", "09120000101"}), kDone) << err;
  EXPECT_EQ(out, "+989120000101 has no tags\n");
  EXPECT_EQ(ctl({"customer", "tag", "salt", "09120000101", "+Student", "level-3"}), kDone) << err;
  EXPECT_EQ(out, "+989120000101: level-3, student\n");
  EXPECT_EQ(ctl({"customer", "tag", "salt", "09120000101", "vip", "--off", "student"}), kDone) << err;
  EXPECT_EQ(out, "+989120000101: level-3, vip\n");
  EXPECT_EQ(query("SELECT tag FROM member_tag ORDER BY tag"), "level-3\nvip\n");
  EXPECT_EQ(ctl({"show", "member", "09120000101"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("tags level-3, vip\n"));
  EXPECT_EQ(ctl({"customer", "tag", "salt", "09120000101", "two words"}), kUsage);
  EXPECT_THAT(err, HasSubstr("cannot be a tag"));
  EXPECT_EQ(ctl({"customer", "tag", "salt", "09120000109", "vip"}), kFound);
  EXPECT_EQ(ctl({"customer", "tag", "pepper", "09120000101", "vip"}), kFound);
}

TEST_F(PeykctlCustomers, tells_who_came_and_went_as_the_nights_have_counted) {
  ASSERT_EQ(apply(), kDone) << err;
  EXPECT_EQ(ctl({"segments", "salt", "--moved"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("no night has counted them yet"));
  query("INSERT INTO segment_day VALUES (1, DATEDIFF(NOW(), '1970-01-01'), 'regular', 31, 4, 2)");
  EXPECT_EQ(ctl({"segments", "salt", "--moved"}), kDone) << err;
  EXPECT_THAT(out, testing::ContainsRegex("regular +31 +4 +2"));
}

}  // namespace
}  // namespace peyk::tests::peykctl_customers_test
