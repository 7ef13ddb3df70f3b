#include "gateway/csv.hpp"

namespace peyk::gateway {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr int kEnd = std::char_traits<char>::eof();

}  // namespace

bool CsvReader::next(CsvRecord& record) {
  while (read_record(record)) {
    const bool empty = record.wrong.empty() && record.fields.size() == 1 && record.fields[0].empty();
    if (!empty) return true;
  }
  return false;
}

// One state machine over octets: in a field, in quotes, after a closing quote.
bool CsvReader::read_record(CsvRecord& record) {
  record = {.line = line_, .fields = {""}, .wrong = {}};
  if (in_.peek() == kEnd) return false;
  bool quoted = false, closed = false;
  std::size_t octets = 0;
  for (int got = in_.get();; got = in_.get()) {
    const char c = static_cast<char>(got);
    std::string& field = record.fields.back();
    if (got == kEnd) {
      if (quoted) record.wrong = "a quote is not closed";
      break;
    }
    if (c == '\n') ++line_;
    if (++octets > kCsvRecordOctetsMax) {
      // To the end of the line, without keeping it.
      record.wrong = "the record is longer than " + std::to_string(kCsvRecordOctetsMax) + " octets";
      if (c == '\n') break;
      quoted = false;
      continue;
    }
    if (quoted) {
      if (c != '"') {
        field += c;
      } else if (in_.peek() == '"') {
        field += static_cast<char>(in_.get());
      } else {
        quoted = false;
        closed = true;
      }
    } else if (c == '\n') {
      break;
    } else if (c == '\r' && in_.peek() == '\n') {
      continue;
    } else if (c == ',') {
      if (record.fields.size() == kCsvFieldsMax) record.wrong = "too many fields";
      if (record.fields.size() < kCsvFieldsMax) record.fields.emplace_back();
      closed = false;
    } else if (c == '"' && field.empty() && !closed) {
      quoted = true;
    } else if (c == '"' || closed) {
      record.wrong = "a quote stands inside a field: write it twice, and the field in quotes";
    } else {
      field += c;
      if (record.line == 1 && record.fields.size() == 1 && field == kByteOrderMark) field.clear();
    }
  }
  return true;
}

bool looks_like_formula(std::string_view text) {
  return !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
}

std::string csv_text(std::string_view text) {
  std::string field = looks_like_formula(text) ? "'" + std::string(text) : std::string(text);
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) line += (i == 0 ? "" : ",") + fields[i];
  return line + "\r\n";
}

}  // namespace peyk::gateway
