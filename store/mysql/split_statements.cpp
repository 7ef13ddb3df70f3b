#include <stdexcept>

#include "store/mysql/migrations.hpp"

namespace peyk::store {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

// Where what begins at `at` ends: a quoted text or a comment, its closing mark included.
std::size_t end_of_quoted(std::string_view sql, std::size_t at) {
  const char quote = sql[at];
  for (std::size_t i = at + 1; i < sql.size(); ++i) {
    if (sql[i] == '\\' && quote != '`') {
      ++i;
    } else if (sql[i] == quote) {
      if (i + 1 == sql.size() || sql[i + 1] != quote) return i + 1;
      ++i;  // doubled: stands for itself
    }
  }
  throw std::invalid_argument("a string that begins with " + std::string(sql.substr(at, 20)) +
                              " does not end");
}

std::size_t end_of_line(std::string_view sql, std::size_t at) {
  const std::size_t end = sql.find('\n', at);
  return end == sql.npos ? sql.size() : end;
}

std::size_t end_of_block_comment(std::string_view sql, std::size_t at) {
  const std::size_t end = sql.find("*/", at + 2);
  if (end == sql.npos)
    throw std::invalid_argument("a comment does not end: " + std::string(sql.substr(at, 20)));
  return end + 2;
}

// "--" is a comment only before a blank or the line's end: 5--1 is a number (MySQL manual, "Comments").
bool begins_line_comment(std::string_view rest) {
  return rest.starts_with('#') ||
         (rest.starts_with("--") && (rest.size() == 2 || kSpaces.find(rest[2]) != kSpaces.npos));
}

void keep(std::vector<std::string>& statements, std::string& statement) {
  const std::size_t first = statement.find_first_not_of(kSpaces);
  if (first != statement.npos) {
    statements.push_back(statement.substr(first, statement.find_last_not_of(kSpaces) - first + 1));
  }
  statement.clear();
}

}  // namespace

std::vector<std::string> split_statements(std::string_view sql) {
  std::vector<std::string> statements;
  std::string statement;
  for (std::size_t at = 0; at < sql.size();) {
    const std::string_view rest = sql.substr(at);
    if (begins_line_comment(rest)) {
      at = end_of_line(sql, at);
    } else if (rest.starts_with("/*")) {
      at = end_of_block_comment(sql, at);
      statement += ' ';
    } else if (rest.front() == ';') {
      keep(statements, statement);
      ++at;
    } else {
      const bool quoted = rest.front() == '\'' || rest.front() == '"' || rest.front() == '`';
      const std::size_t end = quoted ? end_of_quoted(sql, at) : at + 1;
      statement += sql.substr(at, end - at);
      at = end;
    }
  }
  keep(statements, statement);
  return statements;
}

}  // namespace peyk::store
