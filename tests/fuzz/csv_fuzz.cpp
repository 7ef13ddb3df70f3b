// A file to be imported: it is read to its end, each record within its bounds, and each row is what may be
// saved, or refused in words. What is written as CSV is read as it was, and begins no formula.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include "gateway/csv.hpp"
#include "gateway/import_rows.hpp"
#include "tests/fuzz/check.hpp"

namespace {

using namespace peyk;
using tests::fuzz::expect;

const rules::Instant kNow = std::chrono::sys_days(std::chrono::year{2026} / 11 / 22);

void expect_past(const std::optional<rules::Instant>& at) {
  expect(!at || (*at <= kNow && *at >= std::chrono::sys_days(std::chrono::year{2000} / 1 / 1)));
}

template <typename Columns, typename Row>
void read_all(const std::string& text, Columns columns_of, Row row) {
  std::istringstream in(text);
  gateway::CsvReader reader(in);
  gateway::CsvRecord record;
  if (!reader.next(record)) return;
  const auto columns = columns_of(record);
  if (!columns) return expect(!columns.error().empty());
  for (std::uint64_t line = record.line; reader.next(record); line = record.line) {
    expect(record.line > line && record.fields.size() <= gateway::kCsvFieldsMax);
    row(record, *columns);
  }
}

void read_members(const std::string& text, const handlers::Club& club) {
  read_all(text, gateway::member_columns, [&club](const auto& record, const auto& columns) {
    const auto row = gateway::member_of(record, columns, club, kNow);
    if (!row) return expect(!row.error().empty());
    expect(row->club == club.id && row->phone != 0 && row->referred_by.value_or(1) != 0);
    expect_past(row->joined_at);
  });
}

void read_purchases(const std::string& text, const handlers::Club& club) {
  read_all(text, gateway::purchase_columns, [&club](const auto& record, const auto& columns) {
    const auto row = gateway::purchase_of(record, columns, club, kNow);
    if (!row) return expect(!row.error().empty());
    expect(row->club == club.id && row->branch == 12 && row->phone != 0);
    expect(row->amount >= 1 && row->amount <= rules::kAmountMax);
    expect(!row->invoice.empty() && row->invoice.size() <= 4 * 64);
    expect_past(row->purchased_at);
  });
}

// One field, beside another so that an empty one is no empty line.
void expect_read_as_written(const std::string& text) {
  if (text.size() > gateway::kCsvRecordOctetsMax / 3) return;
  std::istringstream in("x," + gateway::csv_line({gateway::csv_text(text)}));
  gateway::CsvReader reader(in);
  gateway::CsvRecord record;
  expect(reader.next(record) && record.wrong.empty() && record.fields.size() == 2);
  const std::string& field = record.fields[1];
  expect(!gateway::looks_like_formula(field));
  expect(field == (gateway::looks_like_formula(text) ? "'" + text : text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  handlers::Club club;
  club.id = 7;
  club.branches = {{12, "Vanak"}};
  read_members(text, club);
  read_purchases(text, club);
  expect_read_as_written(text);
  return 0;
}
