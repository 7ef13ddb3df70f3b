// What waits for a one-time number: somebody ordered something, five digits went to the phone that may say
// yes, and replying them does it.
//
//   an order -> ask() -> SetPending, and a text with the number
//   a text of five digits -> plan (needs.replies) -> widen (what confirming wants to know) -> confirm() ->
//   the kind's own decision
//
// Must stay true: a number works once, within two minutes, from one phone of one club; what it does is
// decided anew when it is replied, as if it were ordered then. Of a kind there is one at most for a phone: a
// new one takes the place of the old. Wrong numbers count against all that wait for the phone, in every club
// that the reply may be meant for; the third ends them, and until ten minutes have passed its club asks
// nothing of that phone.
//
// To add a kind: its value in PendingKind and in the CHECK of `pending` (a migration); a row in
// kConfirmations (confirm.cpp) with what it wants to know and what it decides. Its use case puts the phone
// that will reply into needs.pendings, calls ask() with the columns of its own filled in, saves SetPending
// and sends the number in the lane `urgent`. If the kind issues codes, its needs draw candidates, and
// `candidates` of the decision has them.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "handlers/club.hpp"
#include "handlers/rules/codes.hpp"
#include "handlers/rules/units.hpp"

namespace peyk::handlers {

enum class PendingKind : std::uint8_t {
  redeem_challenge = 1,  // the cashier says that it was she: code, amount, invoice
  void_challenge = 2,    // the same of VOID: code
  enrol = 3,             // a shopper joins whom a cashier named: asked_by
  handset_proof = 4,  // the member says that her code may be taken: code, amount, invoice, asked_by, branch
  transfer = 5,       // credit to another: amount, other_phone
  pay = 6,            // credit at a branch: amount, branch
  buy_challenge = 7,  // as redeem_challenge, of a purchase: amount, invoice, other_phone is the shopper's;
                      // kLessDiscounts
  leave = 8,          // the member ends her membership
  offer = 9,          // a manager begins an offer: its document
};

inline constexpr std::chrono::minutes kPendingValid{2};
inline constexpr std::uint32_t kPendingMissesMax = 3;
inline constexpr std::chrono::minutes kPendingMissWindow{10};

// What stands in `offer` of a purchase from which the discounts that fit are to be taken off.
inline constexpr std::string_view kLessDiscounts = "off";

struct PendingKey {
  ClubId club = 0;
  PhoneNumber phone = 0;
  PendingKind kind = PendingKind::redeem_challenge;
  auto operator<=>(const PendingKey&) const = default;
};

struct Pending {
  std::uint64_t id = 0;
  PendingKey key;            // whose phone must reply, and what it is about
  std::uint32_t number = 0;  // 10000 to 99999
  rules::CodeNumber code = 0;
  rules::Amount amount = 0;
  std::string invoice;  // at most 64 octets
  PhoneNumber other_phone = 0;
  PhoneNumber asked_by = 0;
  BranchNo branch = 0;
  // A manager's: as programme_json.hpp writes it, without a name; at most 2000 octets. Or kLessDiscounts.
  std::string offer;
  rules::Instant asked_at{};
  rules::Instant until{};  // first instant at which the number is too late
  bool used = false;
  std::uint32_t misses = 0;    // wrong numbers
  rules::Instant missed_at{};  // the last of them; none: asked_at

  bool operator==(const Pending&) const = default;
};

inline bool is_waiting(const Pending& pending, rules::Instant now) {
  return !pending.used && pending.misses < kPendingMissesMax && now < pending.until;
}

}  // namespace peyk::handlers
