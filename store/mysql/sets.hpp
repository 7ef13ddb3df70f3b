// Statements over sets of rows.
//
// A prepared statement has a fixed number of parameters, a batch has any number of rows. So the shapes are
// few: reading and upserting repeat their last row up to the next power of two (harmless, since both are
// idempotent) and take one round trip; inserting cannot repeat a row and is cut into powers of two.
#pragma once

#include <algorithm>
#include <bit>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/mysql/connection.hpp"

namespace peyk::store {

// "(?,?),(?,?)" for rows of `width` columns.
inline std::string placeholders(std::size_t rows, std::size_t width) {
  std::string row = width == 1 ? "?" : "(";
  if (width > 1) {
    for (std::size_t i = 0; i < width; ++i) row += i == 0 ? "?" : ",?";
    row += ')';
  }
  std::string all;
  all.reserve(rows * (row.size() + 1));
  for (std::size_t i = 0; i < rows; ++i) {
    if (i != 0) all += ',';
    all += row;
  }
  return all;
}

// How most sets are bound: a number each.
inline constexpr auto bind_id = [](Statement& statement, std::uint64_t id) { statement.add(id); };

inline constexpr std::size_t kSetRowsMax = 512;  // rows in one statement; more take several

// SELECT … WHERE key IN (set): `before` ends with "IN (", `after` follows the closing bracket (ORDER BY, FOR
// UPDATE). bind(statement, key) adds `width` values; row(rows) reads one row.
template <typename Keys, typename Bind, typename Row>
void select_in(Connection& connection, std::string_view before, std::string_view after, std::size_t width,
               const Keys& keys, Bind bind, Row row) {
  auto key = std::begin(keys);
  for (std::size_t left = std::size(keys); left > 0;) {
    const std::size_t count = std::min(left, kSetRowsMax);
    const std::size_t padded = std::bit_ceil(count);
    Statement& statement =
        connection.prepare(std::string(before) + placeholders(padded, width) + ") " + std::string(after));
    auto last = key;
    for (std::size_t i = 0; i < count; ++i) {
      last = key;
      bind(statement, *key++);
    }
    for (std::size_t i = count; i < padded; ++i) bind(statement, *last);
    for (Rows rows = statement.query(); rows.next();) row(rows);
    left -= count;
  }
}

// UPDATE or DELETE … WHERE key IN (set): `before` ends with "IN (", `after` is what follows the closing
// bracket. first(statement) adds the values of what stands before the set, bind(statement, key) the `width`
// of a key.
template <typename Keys, typename First, typename Bind>
void change_in(Connection& connection, std::string_view before, std::string_view after, std::size_t width,
               const Keys& keys, First first, Bind bind) {
  auto key = std::begin(keys);
  for (std::size_t left = std::size(keys); left > 0;) {
    const std::size_t count = std::min(left, kSetRowsMax);
    const std::size_t padded = std::bit_ceil(count);
    Statement& statement =
        connection.prepare(std::string(before) + placeholders(padded, width) + ")" + std::string(after));
    first(statement);
    auto last = key;
    for (std::size_t i = 0; i < count; ++i) bind(statement, *(last = key++));
    for (std::size_t i = count; i < padded; ++i) bind(statement, *last);
    statement.run();
    left -= count;
  }
}
// The same of keys of one column.
template <typename Ids, typename First>
void update_in(Connection& connection, std::string_view before, const Ids& ids, First first) {
  change_in(connection, before, "", 1, ids, first, [](Statement& s, const auto& id) { s.add(id); });
}
template <typename Ids>
void update_in(Connection& connection, std::string_view before, const Ids& ids) {
  update_in(connection, before, ids, [](Statement&) {});
}

// Numbers that follow one another: what was written together is settled together, and one range costs MySQL
// a third of a list. Ascending; `left`: those that belong to no run worth a statement.
struct Runs {
  struct Run {
    std::uint64_t first = 0, last = 0;
  };
  std::vector<Run> runs;
  std::vector<std::uint64_t> left;
};
inline Runs runs_of(std::vector<std::uint64_t> ids) {
  constexpr std::size_t kRunMin = 64;
  Runs found;
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  for (std::size_t first = 0, end = 0; first < ids.size(); first = end) {
    for (end = first + 1; end < ids.size() && ids[end] == ids[end - 1] + 1;) ++end;
    if (end - first >= kRunMin) {
      found.runs.push_back({ids[first], ids[end - 1]});
    } else {
      found.left.insert(found.left.end(), ids.begin() + static_cast<std::ptrdiff_t>(first),
                        ids.begin() + static_cast<std::ptrdiff_t>(end));
    }
  }
  return found;
}

// INSERT … VALUES (set). `before` ends with "VALUES ".
template <typename Items, typename Bind>
void insert_set(Connection& connection, std::string_view before, std::size_t width, const Items& items,
                Bind bind) {
  auto item = std::begin(items);
  for (std::size_t left = std::size(items); left > 0;) {
    const std::size_t count = std::bit_floor(std::min(left, kSetRowsMax));
    std::string rows = width == 1 ? "" : placeholders(count, width);
    if (width == 1) {
      for (std::size_t i = 0; i < count; ++i) rows += i == 0 ? "(?)" : ",(?)";
    }
    Statement& statement = connection.prepare(std::string(before) + rows);
    for (std::size_t i = 0; i < count; ++i) bind(statement, *item++);
    statement.run();
    left -= count;
  }
}

// INSERT … VALUES (set) ON DUPLICATE KEY UPDATE …: for rows that are known to exist (they are locked) and
// change.
template <typename Items, typename Bind>
void upsert_set(Connection& connection, std::string_view before, std::string_view on_duplicate,
                std::size_t width, const Items& items, Bind bind) {
  auto item = std::begin(items);
  for (std::size_t left = std::size(items); left > 0;) {
    const std::size_t count = std::min(left, kSetRowsMax);
    const std::size_t padded = std::bit_ceil(count);
    Statement& statement = connection.prepare(std::string(before) + placeholders(padded, width) +
                                              " ON DUPLICATE KEY UPDATE " + std::string(on_duplicate));
    auto last = item;
    for (std::size_t i = 0; i < count; ++i) {
      last = item;
      bind(statement, *item++);
    }
    for (std::size_t i = count; i < padded; ++i) bind(statement, *last);
    statement.run();
    left -= count;
  }
}

}  // namespace peyk::store
