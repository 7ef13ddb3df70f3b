// Refunds that came before their purchase and still wait for it: for whoever wants to know why it does not
// come.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "handlers/club.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

struct ParkedRefund {
  std::uint64_t id = 0;
  std::string club;  // its slug
  handlers::BranchNo branch = 0;
  std::string invoice, credit_note, till;
  rules::Amount asked = 0;  // 0: all that is left
  rules::Instant at{};
};

// Those of before `before`, of one club or all, each club's oldest first; at most `limit`. Throws SqlError.
std::vector<ParkedRefund> load_parked_refunds(Connection& connection, std::optional<handlers::ClubId> club,
                                              rules::Instant before, std::uint32_t limit);

}  // namespace peyk::store
