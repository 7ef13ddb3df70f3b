// Codes that end, and their numbers: a number rests for kCodeQuarantineDays from the end of its code,
// whatever the lot's expiry, and is then free again. code_rest has each end in the order in which they rest.
//
// A code may live again (a redemption that is undone) and end again: then it has two rows there, and only the
// last end, which the code itself knows, frees its number.
#include "handlers/rules/codes.hpp"
#include "store/mysql/codes.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

constexpr std::chrono::days kRest{rules::kCodeQuarantineDays};

struct Resting {
  rules::Instant free_on{};
  handlers::CodeId code = 0;
};

std::vector<Resting> read_rested(Connection& connection, rules::Instant now, std::uint32_t limit) {
  std::vector<Resting> rested;
  Rows rows =
      connection
          .prepare(
              "SELECT free_on, code_id FROM code_rest WHERE free_on <= ? ORDER BY free_on, code_id LIMIT ?")
          .add(now)
          .add(limit)
          .query();
  while (rows.next()) {
    const rules::Instant free_on = rows.instant();
    rested.push_back({free_on, rows.u64()});
  }
  return rested;
}

}  // namespace

void save_ended_codes(Connection& connection, std::span<const EndedCode> codes) {
  std::map<std::pair<handlers::CodeState, rules::Instant>, std::vector<handlers::CodeId>> alike;
  for (const EndedCode& code : codes) alike[{code.state, code.at}].push_back(code.id);
  for (const auto& [end, ids] : alike) {
    update_in(connection, "UPDATE code SET state = ?, ended_at = ? WHERE code_id IN (", ids,
              [&end](Statement& s) { s.add(static_cast<std::uint32_t>(end.first)).add(end.second); });
  }
  upsert_set(connection, "INSERT INTO code_rest (free_on, code_id) VALUES ", "code_id = VALUES(code_id)", 2,
             codes, [](Statement& s, const EndedCode& code) { s.add(code.at + kRest).add(code.id); });
}

std::uint64_t free_codes(Connection& connection, rules::Instant now, std::uint32_t limit) {
  const std::vector<Resting> rested =
      read_rested(connection, now, std::min<std::uint32_t>(limit, kSetRowsMax));
  if (rested.empty()) return 0;
  std::vector<handlers::CodeId> codes;
  for (const Resting& one : rested) codes.push_back(one.code);
  update_in(connection,
            "UPDATE code SET reserved_number = NULL WHERE state <> 1 AND ended_at <= ? AND code_id IN (",
            codes, [now](Statement& s) { s.add(now - kRest); });
  change_in(
      connection, "DELETE FROM code_rest WHERE (free_on, code_id) IN (", "", 2, rested, [](Statement&) {},
      [](Statement& s, const Resting& one) { s.add(one.free_on).add(one.code); });
  return rested.size();
}

}  // namespace peyk::store
