// What tills' orders leave behind and come back to: holds, redemptions by their number, redemptions on an
// invoice, the wrong codes of a key. Used by facts.cpp and effects.cpp; a batch without such orders asks the
// database nothing here.
#pragma once

#include <set>
#include <span>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Before cashiers' members are locked: a key's row is a lock as a cashier's is.
void lock_tills(Connection& connection, const std::set<std::string>& keys, handlers::Facts& facts);

// What old records lead to, read without locks: neither their codes nor their owners ever change.
struct OldRecords {
  std::set<handlers::CodeId> codes;
  std::set<handlers::PurchaseKey> bills;  // those asked for, and those of the holds and refunds asked for
  std::set<handlers::PurchaseKey> refunded_bills;
  std::set<std::uint64_t> refunds;       // of all these bills
  std::set<handlers::MemberId> wallets;  // wanted whole
};
// What a mark of an invoice is.
inline constexpr std::uint32_t kRedemptionMark = 1, kRefundMark = 2;
// Adds the owners to `members`, to be locked.
OldRecords find_old_records(Connection& connection, const handlers::Needs& needs,
                            std::set<handlers::MemberId>& members);

// Under the lock of their members.
void load_holds(Connection& connection, const handlers::Needs& needs, handlers::Facts& facts);

void save_holds(Connection& connection, std::span<const handlers::Hold* const> begun,
                const std::set<handlers::HoldId>& ended, const handlers::Facts& facts);
// Those that name an invoice.
void list_on_invoices(Connection& connection, std::span<const handlers::TakeFromLot* const> taken);
void save_till_attempts(Connection& connection, const std::map<std::string, rules::Attempts>& attempts);

}  // namespace peyk::store
