// Items that were handed over for their codes, and what was undone of it. Only codes of items are looked for:
// a redemption of credit asks nothing here.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Under the lock of their codes' members.
void load_handovers(Connection& connection, const std::set<handlers::CodeId>& codes, handlers::Facts& facts);
// The lots of these codes that are not here yet: they are of no rial, and in no wallet.
void load_item_lots(Connection& connection, const std::set<handlers::LotId>& lots, handlers::Facts& facts);
// By their own ids, without locks: a handover never changes its code.
void find_handovers(Connection& connection, const std::set<handlers::RecordKey>& ids,
                    std::set<handlers::CodeId>& codes, std::set<handlers::MemberId>& members);

void save_handovers(Connection& connection, std::span<const handlers::Handover* const> made,
                    std::span<const handlers::TakeItemBack* const> undone);

}  // namespace peyk::store
