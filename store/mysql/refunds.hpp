// Refunds, and what of a purchase they touch. Used by facts.cpp and effects.cpp; a batch without refunds, or
// without a bill that has any, asks the database nothing here.
#pragma once

#include <set>
#include <span>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"
#include "store/mysql/till_records.hpp"

namespace peyk::store {

// What refunds that are asked for lead to, read without locks: their bills, and then, of what is on these,
// the buyers, to be locked.
void find_refunded_bills(Connection& connection, const handlers::Needs& needs, OldRecords& old);
void find_buyers(Connection& connection, OldRecords& old, std::set<handlers::MemberId>& members);

// Under the lock of their members.
void load_refunds(Connection& connection, const handlers::Needs& needs, const OldRecords& old,
                  handlers::Facts& facts);

// Those who bought what is to be refunded.
std::set<handlers::MemberId> buyers_of(const OldRecords& old, const handlers::Facts& facts);

// New ones, those that were parked before, and what they returned to which redemption.
void save_refunds(Connection& connection, const std::set<std::uint64_t>& fresh, std::set<std::uint64_t> known,
                  std::span<const handlers::ReturnCredit* const> returned, const handlers::Facts& facts);

// What is refunded of purchases that were there before.
void save_refunded(Connection& connection, const std::set<std::uint64_t>& purchases,
                   const handlers::Facts& facts);

}  // namespace peyk::store
