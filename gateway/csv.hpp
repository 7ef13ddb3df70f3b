// Comma-separated values (RFC 4180), in UTF-8: read a record at a time, written so that no spreadsheet takes
// a text for a formula. Pure.
//
// What must stay true: a file of any size is read in the memory of one record; what is no CSV is told with
// its line, and the next record is read.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace peyk::gateway {

inline constexpr std::size_t kCsvRecordOctetsMax = 65536;
inline constexpr std::size_t kCsvFieldsMax = 64;

struct CsvRecord {
  std::uint64_t line = 0;  // on which it begins, from 1
  std::vector<std::string> fields;
  std::string wrong;  // why it cannot be read; empty: it can
};

class CsvReader {
 public:
  explicit CsvReader(std::istream& in) : in_(in) {}

  // False: the file is over. Empty lines are passed over, a byte order mark too.
  bool next(CsvRecord& record);

 private:
  bool read_record(CsvRecord& record);

  std::istream& in_;
  std::uint64_t line_ = 1;
};

// A text of others: quoted where it must be; with ' before it where a spreadsheet would calculate it
// (beginning with = + - @, a tab or a carriage return).
std::string csv_text(std::string_view text);
// What we made ourselves and holds no comma: a number, an instant, a phone.
std::string csv_line(const std::vector<std::string>& fields);
// Whether it begins as a formula.
bool looks_like_formula(std::string_view text);

}  // namespace peyk::gateway
