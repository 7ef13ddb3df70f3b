// What tills' orders leave behind and come back to: holds, redemptions by their number, what is about their
// bills (bills.hpp), the wrong codes of a key. Used by facts.cpp and effects.cpp; a batch without such orders
// asks the database nothing here.
#pragma once

#include <set>
#include <span>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/bills.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Before cashiers' members are locked: a key's row is a lock as a cashier's is.
void lock_tills(Connection& connection, const std::set<std::string>& keys, handlers::Facts& facts);

// What old records lead to, read without locks: neither their codes nor their owners ever change.
struct OldRecords {
  std::set<handlers::CodeId> codes;
  std::set<handlers::PurchaseKey> bills;  // those asked for, and those of the holds and refunds asked for
  std::set<handlers::PurchaseKey> refunded_bills;
  OnBills on_bills;                      // of all these bills
  std::set<handlers::MemberId> wallets;  // wanted whole
};
// Adds the owners to `members`, to be locked.
OldRecords find_old_records(Connection& connection, const handlers::Needs& needs, handlers::Facts& facts,
                            std::set<handlers::MemberId>& members);
// Under the lock of their members: the codes of payments that named no invoice.
void find_payments(Connection& connection, const handlers::Needs& needs, const handlers::Facts& facts,
                   OldRecords& old);
// The purchases on the bills of redemptions that are to be undone. Under the lock of their members, when they
// are loaded.
void load_bills_of_voids(Connection& connection, const handlers::Needs& needs, const OldRecords& old,
                         handlers::Facts& facts);

// Under the lock of their members.
void load_holds(Connection& connection, const handlers::Needs& needs, handlers::Facts& facts);

void save_holds(Connection& connection, std::span<const handlers::Hold* const> begun,
                const std::set<handlers::HoldId>& ended, const handlers::Facts& facts);
void save_till_attempts(Connection& connection, const std::map<std::string, rules::Attempts>& attempts);

}  // namespace peyk::store
