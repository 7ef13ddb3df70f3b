// A club's members, purchases and ledger as they are, a page at a time in the order of their ids.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "handlers/records.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

inline constexpr std::uint32_t kExportPage = 1000;  // rows

struct ExportedEntry {
  handlers::LedgerEntry entry;
  std::uint64_t card = 0, to_card = 0;  // of its members; 0: it goes to none
};

// Those after `after` (an id; 0: from the first), at most kExportPage; fewer are the last. Throw SqlError.
std::vector<handlers::Member> members_after(Connection& connection, handlers::ClubId club,
                                            std::uint64_t after);
std::vector<handlers::Purchase> purchases_after(Connection& connection, handlers::ClubId club,
                                                std::uint64_t after);
std::vector<ExportedEntry> entries_after(Connection& connection, handlers::ClubId club, std::uint64_t after);

}  // namespace peyk::store
