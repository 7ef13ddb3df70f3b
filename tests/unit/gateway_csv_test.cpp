// CSV as others write it, and as no spreadsheet takes it for anything else.
#include "gateway/csv.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <sstream>

namespace peyk::tests::gateway_csv_test {
namespace {

using namespace peyk::gateway;
using testing::ElementsAre;

std::vector<CsvRecord> records_of(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in);
  std::vector<CsvRecord> records;
  for (CsvRecord record; reader.next(record);) records.push_back(record);
  return records;
}

TEST(Csv, is_read_with_quotes_line_ends_of_both_kinds_and_a_mark_at_its_beginning) {
  const auto records = records_of("\xEF\xBB\xBFphone,\"say \"\"hi\"\"\",c\r\n\r\n1,,\"two\nlines\"\nlast");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_THAT(records[0].fields, ElementsAre("phone", "say \"hi\"", "c"));
  EXPECT_THAT(records[1].fields, ElementsAre("1", "", "two\nlines"));
  EXPECT_THAT(records[2].fields, ElementsAre("last"));
  EXPECT_EQ(records[0].line, 1U);
  EXPECT_EQ(records[1].line, 3U);
  EXPECT_EQ(records[2].line, 5U);
  EXPECT_TRUE(records_of("").empty());
}

TEST(Csv, that_is_none_is_told_with_its_line_and_the_next_record_is_read) {
  const auto records = records_of("a\nb\"c\nd\n\"e\" f\n" + std::string(kCsvRecordOctetsMax + 1, 'x') +
                                  "\ng\n" + std::string(100, ',') + "\n\"open");
  ASSERT_EQ(records.size(), 8U);
  for (const std::size_t good : {0, 2, 5}) EXPECT_EQ(records[good].wrong, "") << good;
  for (const std::size_t wrong : {1, 3, 4, 6, 7}) EXPECT_NE(records[wrong].wrong, "") << wrong;
  EXPECT_EQ(records[4].line, 5U);
  EXPECT_LE(records[4].fields[0].size(), kCsvRecordOctetsMax);
  EXPECT_LE(records[6].fields.size(), kCsvFieldsMax);
}

TEST(Csv, makes_formulas_harmless) {
  for (const char* formula : {"=1+1", "+98", "-2", "@SUM(A1)", "\t=1", "\r=1"})
    EXPECT_EQ(csv_text(formula).find(formula), csv_text(formula).front() == '"' ? 2U : 1U) << formula;
  EXPECT_EQ(csv_text("=A1"), "'=A1");
  EXPECT_EQ(csv_text("A=1"), "A=1");
  EXPECT_EQ(csv_text("a,\"b\""), "\"a,\"\"b\"\"\"");
}

RC_GTEST_PROP(Csv, reads_what_it_has_written, (const std::vector<std::string>& texts)) {
  RC_PRE(!texts.empty() && texts.size() <= kCsvFieldsMax && !(texts.size() == 1 && texts[0].empty()));
  std::vector<std::string> fields;
  for (const std::string& text : texts) {
    RC_PRE(!looks_like_formula(text) && text.find("\xEF\xBB\xBF") == std::string::npos);
    fields.push_back(csv_text(text));
  }
  const auto records = records_of(csv_line(fields));
  RC_ASSERT(records.size() == 1U);
  RC_ASSERT(records[0].wrong.empty());
  RC_ASSERT(records[0].fields == texts);
}

}  // namespace
}  // namespace peyk::tests::gateway_csv_test
