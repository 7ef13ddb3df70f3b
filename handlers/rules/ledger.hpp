// The ledger: an append-only list of movements between accounts.
//
// An entry moves a positive amount from one account (debit) to another (credit). Because one row holds both
// sides, an unbalanced entry cannot be written down: the sum over all accounts of a club is 0 by construction
// (invariant I1). Rejected: an entry header with n postings, which needs a query to know that it balances.
//
// Signs: member_credit is what the club owes its members, so a grant credits it and a redemption debits it;
// a balance of member_credit is credits minus debits. A move debits one member's account and credits one
// member's, of two lots: the same member's for a code of its own, another's for a transfer.
//
// To add a kind of movement: a row in EntryKind, its accounts in accounts_of, its CHECK in the migrations.
#pragma once

#include <cstdint>
#include <string_view>

#include "handlers/rules/units.hpp"

namespace peyk::rules {

enum class Account : std::uint8_t {
  member_credit = 1,  // one per member: spendable credit owed to her
  granted = 2,        // one per club: what was given
  redeemed = 3,       // one per club: what was spent at tills
  expired = 4,        // one per club: what lapsed, or was left behind
  clawed_back = 5,    // one per club: what refunds took back, and gifts that were withdrawn
  member_debt = 6,  // one per member: what she owes, because it was spent when it should have been taken back
};

enum class EntryKind : std::uint8_t {
  grant = 1,
  redeem = 2,
  expire = 3,           // its time was over
  void_redemption = 4,  // a redemption taken back
  forfeit = 5,          // she left the club before
  move = 6,             // from one lot into another of the same expiry, hers or another member's
  claw_back = 7,        // a purchase was refunded: what it had earned is taken back
  return_credit = 8,    // a purchase was refunded: the credit that paid for it comes back
  owe = 9,              // what should be taken back is not there: she owes it
  settle = 10,          // of what she earned since
  withdraw = 11,        // the club takes back a gift code that nobody has redeemed
};

struct Sides {
  Account debit;
  Account credit;
};

constexpr Sides accounts_of(EntryKind kind) {
  switch (kind) {
    case EntryKind::grant:
      return {Account::granted, Account::member_credit};
    case EntryKind::redeem:
      return {Account::member_credit, Account::redeemed};
    case EntryKind::expire:
    case EntryKind::forfeit:
      return {Account::member_credit, Account::expired};
    case EntryKind::void_redemption:
    case EntryKind::return_credit:
      return {Account::redeemed, Account::member_credit};
    case EntryKind::move:
      return {Account::member_credit, Account::member_credit};
    case EntryKind::claw_back:
    case EntryKind::withdraw:
      return {Account::member_credit, Account::clawed_back};
    case EntryKind::owe:
      return {Account::member_debt, Account::clawed_back};
    case EntryKind::settle:
      return {Account::member_credit, Account::member_debt};
  }
  throw std::logic_error("accounts_of: not an EntryKind");
}

// What an entry of this kind does to the balance of the member that it names first. A move gives the same
// amount to the member whom it names behind.
constexpr Amount effect_on_member(EntryKind kind, Amount amount) {
  const Sides sides = accounts_of(kind);
  if (sides.debit == Account::member_credit) return -amount;
  return sides.credit == Account::member_credit ? amount : 0;
}

}  // namespace peyk::rules
