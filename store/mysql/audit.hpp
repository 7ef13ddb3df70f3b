// Whether the books of a live database are right: every promise of the ledger as a query whose rows are its
// breaches.
//
// Reads one consistent snapshot, so it may run beside gateways at work; set by set, never row by row; changes
// nothing. The program decides by the same rules what it writes; this asks the database alone, so it also
// sees what a restored backup, a hand at the SQL prompt or a mistake of ours has done.
//
// To add a promise: a row of kChecks, and a test that breaks it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/mysql/connection.hpp"

namespace peyk::store {

inline constexpr std::size_t kAuditProblemsMax = 100;

struct Audit {
  std::uint64_t entries = 0;  // of the ledger, in the snapshot
  std::vector<std::string>
      problems;           // in words, by ids; no phone and no code in them. At most kAuditProblemsMax
  bool has_more = false;  // there are more problems than are told

  bool balanced() const { return problems.empty(); }
};

// Takes time in proportion to the ledger: give the connection a statement_timeout that allows for it. Throws
// SqlError.
Audit audit_ledger(Connection& connection);

}  // namespace peyk::store
