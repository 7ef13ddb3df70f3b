// A club's books come in as CSV and go out again.
#include "store/mysql/audit.hpp"
#include "tests/store/peykctl_fixture.hpp"

namespace peyk::tests::peykctl_books_test {
namespace {

using testing::HasSubstr;
using testing::Not;

class PeykctlBooks : public Peykctl {
 protected:
  PeykctlBooks() {
    EXPECT_EQ(ctl({"migrate", "--create-database"}), gateway::ctl::kDone) << err;
    EXPECT_EQ(apply(), gateway::ctl::kDone) << err;
  }
  int import(const std::string& what, std::string_view text, std::vector<std::string> more = {}) {
    write("books.csv", text);
    std::vector<std::string> words{"import", what, path("books.csv"), "--club", "salt"};
    words.insert(words.end(), more.begin(), more.end());
    return ctl(words);
  }
  int number(std::string_view sql) { return std::stoi(query(sql)); }
};

TEST_F(PeykctlBooks, members_come_in_once_without_a_text_and_what_is_wrong_is_told_by_its_line) {
  const char* file =
      "phone,language,joined\n09120000101,en,2024-01-31\n02188776655,,\n\"09120000102\",fa,\n09120000101,,\n";
  EXPECT_EQ(import("members", file, {"--dry-run"}), gateway::ctl::kFound);
  EXPECT_EQ(out,
            "line 3: phone is not a mobile number\n4 rows: 2 would be new, 1 known, 1 refused (--dry-run: "
            "nothing was saved)\n");
  EXPECT_EQ(number("SELECT COUNT(*) FROM member"), 0);
  EXPECT_EQ(import("members", file), gateway::ctl::kFound);
  EXPECT_THAT(out, HasSubstr("4 rows: 2 new, 1 known, 1 refused\n"));
  EXPECT_EQ(query("SELECT phone, language, joined_at < '2024-02-01' FROM member ORDER BY phone"),
            "989120000101\t1\t1\n989120000102\t0\t0\n");
  EXPECT_EQ(number("SELECT COUNT(*) FROM outbox"), 0);
  EXPECT_EQ(import("members", file), gateway::ctl::kFound);
  EXPECT_THAT(out, HasSubstr("4 rows: 0 new, 3 known, 1 refused\n"));
  EXPECT_EQ(import("members", "phone\n09120000103\n", {"--tell"}), gateway::ctl::kDone);
  EXPECT_EQ(query("SELECT phone FROM outbox"), "989120000103\n");
}

TEST_F(PeykctlBooks, purchases_earn_as_those_of_a_till_and_are_known_by_their_invoice) {
  const char* file =
      "phone,amount,invoice,branch,purchased_at\n09120000101,1000000,A-1,12,2026-01-05\n09120000101,400000,A-"
      "2,12,\n"
      "09120000101,400000,A-3,99,\n";
  EXPECT_EQ(import("purchases", file), gateway::ctl::kFound);
  EXPECT_THAT(out, HasSubstr("line 4: branch is none of the club's\n"));
  EXPECT_THAT(out, HasSubstr("3 rows: 2 new, 0 known, 1 refused\n"));
  EXPECT_EQ(query("SELECT balance FROM member"), "70000\n");
  EXPECT_EQ(number("SELECT COUNT(*) FROM code WHERE state = 1"), 2);
  EXPECT_EQ(number("SELECT COUNT(*) FROM outbox"), 0);
  EXPECT_EQ(import("purchases", file), gateway::ctl::kFound);
  EXPECT_THAT(out, HasSubstr("3 rows: 0 new, 2 known, 1 refused\n"));
  EXPECT_EQ(query("SELECT balance FROM member"), "70000\n");
  EXPECT_EQ(import("purchases", "phone,amount,invoice,branch\n09120000102,7,A-1,12\n"), gateway::ctl::kFound);
  EXPECT_THAT(out, HasSubstr("line 2: Invoice A-1 of branch 12 is already recorded with another phone"));
  EXPECT_EQ(ctl({"ledger", "audit"}), gateway::ctl::kDone) << out;
}

TEST_F(PeykctlBooks, an_invoice_with_blanks_around_it_is_the_same_invoice) {
  const std::string head = "phone,amount,invoice,branch\n";
  EXPECT_EQ(import("purchases", head + "09120000101,1000000,A-1,12\n"), gateway::ctl::kDone) << out;
  EXPECT_EQ(import("purchases", head + "09120000101,1000000, A-1,12\n09120000101,1000000,A-1 ,12\n"),
            gateway::ctl::kDone)
      << out << err;
  EXPECT_THAT(out, HasSubstr("2 rows: 0 new, 2 known"));
  EXPECT_EQ(query("SELECT balance FROM member"), "50000\n");
}

TEST_F(PeykctlBooks, of_many_sets_are_all_taken) {
  std::string file = "phone,amount,invoice,branch\n";
  for (int i = 0; i < 450; ++i)
    file += "0912000" + std::to_string(1000 + i % 90) + ",200000,B-" + std::to_string(i) + ",14\n";
  EXPECT_EQ(import("purchases", file), gateway::ctl::kDone) << out;
  EXPECT_EQ(out, "450 rows: 450 new, 0 known, 0 refused\n");
  EXPECT_EQ(number("SELECT COUNT(*) FROM member"), 90);
  EXPECT_EQ(number("SELECT SUM(balance) FROM member"), 450 * 10'000);
  EXPECT_EQ(ctl({"ledger", "audit"}), gateway::ctl::kDone) << out;
}

TEST_F(PeykctlBooks, that_cannot_be_read_change_nothing) {
  EXPECT_EQ(import("members", "name\nx\n"), gateway::ctl::kUsage);
  EXPECT_THAT(err, HasSubstr("no column is called \"name\""));
  EXPECT_EQ(import("members", ""), gateway::ctl::kUsage);
  EXPECT_EQ(ctl({"import", "members", path("nothing.csv"), "--club", "salt"}), gateway::ctl::kUsage);
  EXPECT_EQ(ctl({"import", "members", path("books.csv")}), gateway::ctl::kUsage) << "no club";
  write("books.csv", "phone\n09120000101\n");
  EXPECT_EQ(ctl({"import", "members", path("books.csv"), "--club", "pepper"}), gateway::ctl::kFound);
  EXPECT_EQ(number("SELECT COUNT(*) FROM member"), 0);
}

TEST_F(PeykctlBooks, go_out_as_they_are_with_formulas_made_harmless) {
  import("purchases", "phone,amount,invoice,branch,purchased_at\n09120000101,1000000,A-1,12,2026-01-05\n");
  query("UPDATE purchase SET invoice = '=1+1'");
  EXPECT_EQ(ctl({"export", "members", "--club", "salt"}), gateway::ctl::kDone) << err;
  EXPECT_THAT(out, HasSubstr("id,phone,card,language,joined,referred_by,balance,debt\r\n"));
  EXPECT_THAT(out, HasSubstr(",+989120000101,"));
  EXPECT_THAT(out, HasSubstr(",,50000,0\r\n"));
  EXPECT_EQ(ctl({"export", "purchases", "--club", "salt"}), gateway::ctl::kDone);
  EXPECT_THAT(out, HasSubstr(",+989120000101,1000000,'=1+1,12,2026-01-04T20:30:00Z,"));
  EXPECT_EQ(ctl({"export", "ledger", "--club", "salt"}), gateway::ctl::kDone);
  EXPECT_THAT(out, HasSubstr(",grant,50000,"));
  EXPECT_EQ(ctl({"export", "ledger", "--club", "pepper"}), gateway::ctl::kFound);
  EXPECT_EQ(out, "");
}

}  // namespace
}  // namespace peyk::tests::peykctl_books_test
