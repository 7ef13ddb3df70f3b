// A row of a club's books: what it means, or why it means nothing.
#include "gateway/import_rows.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace peyk::tests::gateway_import_rows_test {
namespace {

using namespace peyk::gateway;
using testing::HasSubstr;

constexpr rules::Instant kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};

handlers::Club club() {
  handlers::Club one;
  one.id = 7;
  one.branches = {{12, "Vanak"}};
  return one;
}

CsvRecord record_of(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in);
  CsvRecord record;
  reader.next(record);
  return record;
}

tl::expected<handlers::MemberImport, std::string> member(const std::string& row) {
  return member_of(record_of(row), *member_columns(record_of("phone,language,joined,referred_by")), club(),
                   kNow);
}
tl::expected<handlers::PurchaseRequest, std::string> purchase(const std::string& row) {
  return purchase_of(record_of(row), *purchase_columns(record_of("phone,amount,invoice,branch,purchased_at")),
                     club(), kNow);
}

TEST(ImportRows, know_their_columns_in_any_order_and_no_others) {
  EXPECT_TRUE(member_columns(record_of("Language, phone")));
  EXPECT_TRUE(purchase_columns(record_of("branch,invoice,amount,phone")));
  EXPECT_THAT(member_columns(record_of("phone,name")).error(), HasSubstr("no column is called \"name\""));
  EXPECT_THAT(member_columns(record_of("language")).error(), HasSubstr("phone is missing"));
  EXPECT_THAT(member_columns(record_of("phone,phone")).error(), HasSubstr("twice"));
  EXPECT_FALSE(purchase_columns(record_of("phone,amount,invoice")));
}

TEST(ImportRows, of_members_take_phones_and_days_in_any_form) {
  const auto full = member("۰۹۱۲۰۰۰۰۱۰۱,en,1405/09/01,+989120000102");
  ASSERT_TRUE(full) << full.error();
  EXPECT_EQ(full->phone, 989120000101U);
  EXPECT_EQ(full->language, handlers::Language::en);
  EXPECT_EQ(full->referred_by, 989120000102U);
  EXPECT_EQ(full->joined_at, kNow - std::chrono::minutes{210}) << "midnight in Tehran";
  EXPECT_EQ(member("09120000101,,2026-11-22,")->joined_at, full->joined_at);
  EXPECT_EQ(member("09120000101,,2026-11-21T10:00:00Z,")->joined_at, kNow - std::chrono::hours{14});
  EXPECT_FALSE(member("09120000101,,,")->joined_at);
}

TEST(ImportRows, of_members_take_tags_with_semicolons_between) {
  const auto tagged = [](const std::string& tags) {
    return member_of(record_of("09120000101," + tags), *member_columns(record_of("phone,tags")), club(),
                     kNow);
  };
  EXPECT_EQ(tagged("Student; level-3 ;;همكار")->tags,
            (std::vector<std::string>{"level-3", "student", "همکار"}));
  EXPECT_TRUE(tagged("")->tags.empty());
  EXPECT_THAT(tagged("two words").error(), HasSubstr("each of tags is one word"));
  std::string many;
  for (int i = 0; i < 21; ++i) many += "t" + std::to_string(i) + ";";
  EXPECT_THAT(tagged(many).error(), HasSubstr("more than 20"));
}

TEST(ImportRows, of_members_are_refused_with_the_reason) {
  const std::pair<const char*, const char*> rows[] = {{",,,", "phone is not"},
                                                      {"02188776655,,,", "phone is not"},
                                                      {"=1+1,,,", "phone is not"},
                                                      {"09120000101,de,,", "language is"},
                                                      {"09120000101,,2026-02-30,", "joined is no day"},
                                                      {"09120000101,,yesterday,", "joined is no day"},
                                                      {"09120000101,,2026-11-23,", "in the future"},
                                                      {"09120000101,,1990-01-01,", "before 2000"},
                                                      {"09120000101,,,021", "referred_by is not"},
                                                      {"09120000101,", "it has 2 fields"},
                                                      {"09120000101,,,,", "it has 5 fields"}};
  for (const auto& [row, why] : rows) {
    const auto got = member(row);
    ASSERT_FALSE(got) << row;
    EXPECT_THAT(got.error(), HasSubstr(why)) << row;
  }
}

TEST(ImportRows, of_purchases_are_what_a_till_would_report) {
  const auto row = purchase("09120000101,۸۵۰۰۰۰,A-1001,12,2026-11-20");
  ASSERT_TRUE(row) << row.error();
  EXPECT_EQ(row->club, 7U);
  EXPECT_EQ(row->amount, 850'000);
  EXPECT_EQ(row->invoice, "A-1001");
  EXPECT_EQ(purchase("09120000101,5, A-1001 ,12,")->invoice, "A-1001") << "as a till's";
  EXPECT_THAT(purchase("09120000101,5,\xC7\xE1\xDD,12,").error(), HasSubstr("UTF-8"));
  EXPECT_EQ(row->branch, 12U);
  const auto blanks = purchase("09120000101,5,\" A-1 1 \",12,");
  ASSERT_TRUE(blanks) << blanks.error();
  EXPECT_EQ(blanks->invoice, "A-1 1") << "a till's has no blanks around it, and the database sees none";
}

TEST(ImportRows, of_purchases_are_refused_with_the_reason) {
  for (const char* amount :
       {"", "0", "-5", "1.5", "1e3", "850,000", "9223372036854775808", "100000000000001"})
    EXPECT_THAT(purchase("09120000101,\"" + std::string(amount) + "\",A-1,12,").error(),
                HasSubstr("amount is not"))
        << amount;
  for (const char* branch : {"", "13", "0", "-12", "4294967308"})
    EXPECT_THAT(purchase("09120000101,5,A-1," + std::string(branch) + ",").error(),
                HasSubstr("branch is none"))
        << branch;
  for (const std::string& invoice :
       {std::string(), std::string("=A-1"), std::string(65, 'x'), std::string("a\tb")})
    EXPECT_THAT(purchase("09120000101,5," + invoice + ",12,").error(), HasSubstr("invoice")) << invoice;
  EXPECT_TRUE(purchase("09120000101,5," + std::string(64, 'x') + ",12,"));
}

}  // namespace
}  // namespace peyk::tests::gateway_import_rows_test
