// The rows that a club's money is kept in, as decisions see them, and the keys by which they are asked for:
// members, lots, codes, redemptions, holds, purchases, refunds, entries of the ledger.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "handlers/club.hpp"
#include "handlers/ids.hpp"
#include "handlers/request.hpp"
#include "handlers/rules/attempts.hpp"
#include "handlers/rules/codes.hpp"
#include "handlers/rules/ledger.hpp"
#include "handlers/rules/units.hpp"

namespace peyk::handlers {

struct MemberKey {
  ClubId club = 0;
  PhoneNumber phone = 0;
  auto operator<=>(const MemberKey&) const = default;
};
struct CodeKey {
  ClubId club = 0;
  rules::CodeNumber number = 0;
  auto operator<=>(const CodeKey&) const = default;
};
struct CardKey {
  ClubId club = 0;
  std::uint64_t card = 0;
  auto operator<=>(const CardKey&) const = default;
};
struct PurchaseKey {
  ClubId club = 0;
  BranchNo branch = 0;
  std::string invoice;
  auto operator<=>(const PurchaseKey&) const = default;
};
// The same for what is known of an invoice besides: people type it in any case and in any digits, tills do
// not.
PurchaseKey as_bill(PurchaseKey key);
// A branch's day, from its first instant.
struct BranchDayKey {
  ClubId club = 0;
  BranchNo branch = 0;
  rules::Instant from{};
  auto operator<=>(const BranchDayKey&) const = default;
};
// Of whose wrong tries: a branch's, or with kWholeClub those of all.
inline constexpr BranchNo kWholeClub = 0;
struct MissKey {
  ClubId club = 0;
  BranchNo branch = kWholeClub;
  auto operator<=>(const MissKey&) const = default;
};
// A club's own number of a record: what another club's record of that number is, nobody learns by it.
struct RecordKey {
  ClubId club = 0;
  std::uint64_t id = 0;
  auto operator<=>(const RecordKey&) const = default;
};
struct TimeSpan {
  rules::Instant from{}, until{};  // the first instant, and the first that is after it
};
struct LinePhoneKey {
  std::string line;
  PhoneNumber phone = 0;
  auto operator<=>(const LinePhoneKey&) const = default;
};

// Of a member, to know one that looks like it.
struct LastPurchase {
  std::uint64_t id = 0;  // 0: none, or from before it was kept
  BranchNo branch = 0;
  rules::Amount amount = 0;
  rules::Instant at{};  // when it was recorded
};

struct Member {
  MemberId id = 0;
  ClubId club = 0;
  PhoneNumber phone = 0;  // 0: she has left, and is forgotten
  std::uint64_t card = 0;
  Language language = Language::fa;
  rules::Instant joined_at{};
  std::optional<PhoneNumber> referred_by;
  rules::Strangers strangers;  // whom she wanted to give credit to
  rules::Amount balance = 0;   // the fold of her ledger entries, kept beside them
  rules::Amount debt = 0;      // what she owes, of refunds; kept likewise
  LastPurchase last_purchase;
};

enum class LotOrigin : std::uint8_t {
  purchase = 1,
  gift = 2,
  referral = 3,
  transfer = 4,
  occasion = 5,
  manual = 6,
  item = 7  // of a code for an item: it is of no rial, and tells whose and until when
};

struct Lot {
  LotId id = 0;
  ClubId club = 0;
  MemberId member = 0;
  LotOrigin origin = LotOrigin::purchase;
  LotOrigin kind = LotOrigin::purchase;  // what the credit was at first: a transfer keeps it
  rules::Amount issued = 0;
  rules::Amount remaining = 0;
  rules::Instant created_at{};
  rules::Instant expires_at{};  // first instant at which it cannot be spent
  HoldId hold = 0;              // the latest of a till; 0: none, or it was captured or released
  rules::Amount held = 0;
  rules::Instant held_until{};  // first instant at which the hold is over; never after the expiry
  BranchNo branch = 0;          // where it was earned; 0: at none. Moved, it keeps it
};

enum class CodeState : std::uint8_t { live = 1, redeemed = 2, expired = 3, voided = 4 };

struct Code {
  CodeId id = 0;
  ClubId club = 0;
  rules::CodeNumber number = 0;
  MemberId member = 0;
  LotId lot = 0;
  CodeState state = CodeState::live;
  rules::Instant issued_at{};
  rules::Instant ended_at{};  // the last time; the epoch: never
  std::string item;           // what is handed over for it; empty: it is of credit
};

// Redeemed to the last rial or made void. Whether it has expired is told by the clock, not by its state.
inline bool has_ended(const Code& code) {
  return code.state == CodeState::redeemed || code.state == CodeState::voided;
}

// That a redemption was taken back.
struct Voided {
  PhoneNumber cashier = 0;  // 0: by a till
  std::string till;         // its key; empty: by a cashier
  rules::Amount left = 0;   // on the code, after it
  rules::Instant at{};
};

struct Redemption {
  std::uint64_t id = 0;
  ClubId club = 0;
  CodeId code = 0;
  MemberId member = 0;
  BranchNo branch = 0;
  PhoneNumber cashier = 0;  // 0: a till, or the member herself by PAY
  std::string till;         // its key; else empty
  std::string invoice;      // may be empty
  rules::Amount invoice_amount = 0;
  rules::Amount used = 0;
  rules::Amount left = 0;  // on the code, after it
  rules::Instant at{};
  // Which of its code's redemptions it is, from 1. 0: of a time when that was not kept, and `left` only sank.
  std::uint32_t place = 0;
  std::optional<Voided> voided;
  rules::Amount returned = 0;  // of `used`, by refunds of what it paid for; some of it may have lapsed
  std::uint64_t purchase = 0;  // which it paid for, once that is recorded; 0: none that is known
};

// That an item was handed over for its code. It is no redemption: nothing of money is in it.
struct Handover {
  std::uint64_t id = 0;
  ClubId club = 0;
  CodeId code = 0;
  MemberId member = 0;  // the gift account: whoever showed it
  BranchNo branch = 0;
  PhoneNumber cashier = 0;  // 0: a till
  std::string till;         // its key; else empty
  std::string invoice;      // may be empty
  rules::Instant at{};
  std::uint32_t place = 0;  // which of its code's it is, from 1: the others were taken back
  std::optional<Voided> voided;
};

enum class HoldState : std::uint8_t { active = 1, captured = 2, released = 3 };

// A till keeps credit of a code for itself while its customer pays. That it has timed out is told by the
// clock, not by its state.
struct Hold {
  HoldId id = 0;
  ClubId club = 0;
  CodeId code = 0;
  MemberId member = 0;
  LotId lot = 0;
  BranchNo branch = 0;
  std::string till;
  std::string invoice;  // may be empty
  rules::Amount invoice_amount = 0;
  rules::Amount amount = 0;
  rules::Instant begun_at{};
  rules::Instant until{};  // first instant at which it is over
  HoldState state = HoldState::active;
  std::uint64_t redemption = 0;  // captured: by which
  rules::Instant ended_at{};     // captured or released: when
};

struct Purchase {
  std::uint64_t id = 0;
  PurchaseKey key;
  rules::Amount by_credit = 0;     // of the amount: paid with credit, which earns nothing
  rules::Amount refunded = 0;      // of the amount, so far
  std::optional<MemberId> member;  // none: the phone was no member
  rules::Amount amount = 0;        // of the invoice, less `discount`
  rules::Amount discount = 0;      // that the till took off
  rules::Amount earned = 0;        // credit of all its lots, and gifts to give away
  rules::Amount earned_whole = 0;  // the same, had nothing been refunded before the purchase came
  std::int64_t points = 0;         // likewise
  std::uint32_t grants = 0;        // of offers, each a row of its own (customer.hpp)
  std::optional<CodeId> code;      // of the first of its lots
  PhoneNumber phone = 0;           // as reported; 0: hers who has left, and is forgotten
  std::string answer;  // given to the till; a repeat under another webhook-id gets it again. Names no phone
  rules::BasisPoints earn_share = 0;  // by which it earned; 0: nothing, or it was not kept then
  rules::Instant purchased_at{};
  rules::Instant recorded_at{};
  bool typed = false;  // a cashier typed its invoice, in no capitals
};

enum class RefundState : std::uint8_t {
  applied = 1,
  parked = 2,   // its purchase is still to come
  refused = 3,  // it was parked, and there was less to refund
};

// What was given back for a purchase, and what of her credit went with it.
struct Refund {
  std::uint64_t id = 0;
  PurchaseKey bill;
  RequestKey reference{};
  std::string credit_note;  // may be empty
  std::string till;
  RefundState state = RefundState::applied;
  std::uint64_t purchase = 0;     // 0: still to come
  rules::Amount asked = 0;        // 0: all that was left
  rules::Amount amount = 0;       // applied
  rules::Amount clawed_back = 0;  // of her credit
  rules::Amount lapsed = 0;       // had lapsed before she could spend it: nothing to take back
  rules::Amount owed = 0;         // was spent, and is her debt now
  rules::Amount withheld = 0;     // was spent, and is to be kept from the money
  rules::Amount returned = 0;     // credit that had paid, back in its lots
  rules::Amount expired = 0;      // credit that had paid, whose time is over: it cannot come back
  rules::Instant at{};
};

struct LedgerEntry {
  std::uint64_t id = 0;
  ClubId club = 0;
  rules::EntryKind kind = rules::EntryKind::grant;
  MemberId member = 0;
  LotId lot = 0;
  rules::Amount amount = 0;
  rules::Instant at{};
  // Kind `move`: where it went, and by which move. 0: no move.
  MemberId to_member = 0;
  LotId to_lot = 0;
  MoveId move = 0;
};

// What a member wanted moved, as a whole: of each lot it took from there is an entry.
enum class MoveKind : std::uint8_t { code = 1, transfer = 2, pay = 3, undo = 4, gift = 5 };
struct CreditMove {
  MoveId id = 0;
  ClubId club = 0;
  MoveKind kind = MoveKind::code;
  MemberId from = 0;
  MemberId to = 0;         // herself: but for a transfer
  std::uint32_t lots = 0;  // opened by it, with a code each
  rules::Amount amount = 0;
  rules::Instant at{};
  rules::Amount returned = 0;  // transfer: what its sender took back
  MoveId undoes = 0;           // undo: which transfer
};

// A redemption that its member may dispute, or has.
struct Disputable {
  Redemption redemption;
  bool disputed = false;
};
struct Dispute {
  std::uint64_t redemption = 0;
  ClubId club = 0;
  MemberId member = 0;
  rules::Instant at{};
};

struct BranchDay {
  std::uint64_t purchases = 0;
  rules::Amount sold = 0;
  rules::Amount granted = 0;
  std::uint64_t redemptions = 0;
  rules::Amount used = 0;
  // Of refunds, whenever what they give back was bought.
  std::uint64_t refunds = 0;
  rules::Amount refunded = 0;
  rules::Amount taken_back = 0;  // of credit that had been granted
  rules::Amount returned = 0;    // of credit that had paid
};

// That a cashier reported a purchase, and which. Hers are told from a till's by it.
struct Sale {
  std::uint64_t purchase = 0;
  MemberKey cashier;
  BranchNo branch = 0;
  PhoneNumber phone = 0;  // the purchase's, as are the amounts
  rules::Amount amount = 0;
  rules::Amount discount = 0;
  rules::Amount by_credit = 0;
  rules::Amount earned = 0;
  bool made_up = false;  // its invoice: she gave none
  rules::Instant at{};
};

// What is known of a phone on a line, member or not.
struct LinePhone {
  bool promo_stopped = false;
  rules::Instant help_sent_at{};  // for the one help an hour
};

}  // namespace peyk::handlers
