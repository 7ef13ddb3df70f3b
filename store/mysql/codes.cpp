#include "store/mysql/sets.hpp"
#include "store/mysql/tables.hpp"

namespace peyk::store {

// A code ends at the latest with its lot; one that was taken earlier rests longer than it must, which harms
// nobody.
std::uint64_t free_codes(Connection& connection, rules::Instant ended_before, std::uint32_t limit) {
  std::vector<handlers::CodeId> ended;
  {
    Rows rows = connection
                    .prepare(
                        "SELECT c.code_id FROM code c JOIN lot l ON l.lot_id = c.lot_id"
                        " WHERE l.expires_at < ? AND c.reserved_number IS NOT NULL LIMIT ?")
                    .add(ended_before)
                    .add(limit)
                    .query();
    while (rows.next()) ended.push_back(rows.u64());
  }
  for (handlers::CodeId code : ended) {
    connection
        .prepare(
            "UPDATE code SET reserved_number = NULL, state = CASE state WHEN 1 THEN 3 ELSE state END WHERE "
            "code_id = ?")
        .add(code)
        .update();
  }
  return ended.size();
}

}  // namespace peyk::store
