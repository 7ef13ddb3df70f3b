// The bill_record table: what the store has about an invoice, one row a record, in the order of writing.
//
// An invoice has no row of its own to be locked, and what is about it belongs to several members or to none.
// So whoever writes a record gives it the place after those that the decision saw. Two who decided without
// each other's record want the same place: the later one's key is taken, a conflict, and it decides anew.
//
// A new kind of record: a number in BillRecordKind, its effect in records_of(), and who reads it.
#pragma once

#include <map>
#include <set>
#include <span>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

enum class BillRecordKind : std::uint8_t {
  redemption = 1,
  refund = 2,
  purchase = 3,
  typed_purchase = 4,  // by a cashier
  voided = 5           // the redemption of that id
};

// What is about some bills, each under its folded name.
struct OnBills {
  std::set<std::uint64_t> redemptions, refunds, typed;
  std::map<handlers::PurchaseKey, std::set<std::uint64_t>> purchases;
};
void find_on_bills(Connection& connection, const std::set<handlers::PurchaseKey>& bills,
                   handlers::Facts& facts, OnBills& found);

// All that `found` has.
void load_purchases(Connection& connection, const OnBills& found, handlers::Facts& facts);

// Throws SqlError::conflict where a place is taken.
void save_on_bills(Connection& connection, std::span<const handlers::Effect> effects,
                   const handlers::Facts& facts);

}  // namespace peyk::store
