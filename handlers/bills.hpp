// Which credit pays for which purchase.
//
//   a redemption names an invoice (or none) -> its purchase is recorded -> it has paid for that one, for good
//
// - An invoice's number is of its day. Many shops begin anew at 1 each morning: what a cashier types means an
//   invoice of these hours, what a till names one of these days.
// - What a cashier types has lost its capitals, so it is looked for in whatever letters; between two tills'
//   records a letter makes another invoice.
// - Once a purchase is recorded its redemptions are its own: they pay for no other one, come back with its
//   refunds and are taken back by nothing else. Nobody asks for the number again.
// - A redemption that names no invoice (a member's PAY, a cashier in a hurry) paid for the purchase that is
//   reported of its member, at its branch, of its amount, on its day. See decision 26.
#pragma once

#include <chrono>
#include <vector>

#include "handlers/facts.hpp"

namespace peyk::handlers {

// How long a number means the same invoice: where a till named it, and where only cashiers have typed it.
inline constexpr std::chrono::hours kNumberLives{72}, kTypedNumberLives{12};

// Wants what is known of an invoice that is named at such a time.
void want_bill(Needs& needs, PurchaseKey bill, rules::Instant at);

// An invoice as somebody names it.
struct Named {
  PurchaseKey bill;
  bool typed = false;   // by a cashier
  rules::Instant at{};  // of the bill
};

// The redemptions that stand, name this invoice and have paid for no purchase yet.
std::vector<const Redemption*> open_on(const Named& bill, const Facts& facts);
// A purchase of this invoice is recorded: it takes no more credit.
bool is_recorded(const Named& bill, const Facts& facts);

// Wants what payment_without_invoice() looks at.
void want_payments(Needs& needs, const Club& club, const MemberKey& buyer, rules::Instant bought_at);

// The redemptions of one payment that named no invoice and was for this purchase, as far as can be told: of
// its buyer, at its branch, on its local day, on an invoice of its amount, with or without the discount.
// Several codes of one PAY are one payment. Of several payments the nearest in time; none: there is none.
std::vector<const Redemption*> payment_without_invoice(const Club& club, const Purchase& purchase,
                                                       const Facts& facts);

// The redemptions that a purchase finds made for it: those that name its invoice; if none does, her payment
// that names none.
std::vector<const Redemption*> payments_of(const Club& club, const Purchase& purchase, const Facts& facts);

// The credit that they used.
rules::Amount used_by(const std::vector<const Redemption*>& redemptions);

}  // namespace peyk::handlers
