// How much of a code an invoice takes, and why not: pure arithmetic, in the order in which a cashier is told.
#pragma once

#include <algorithm>
#include <variant>

#include "handlers/rules/units.hpp"

namespace peyk::rules {

enum class RedeemRefusal : std::uint8_t {
  already_taken,
  expired,
  wrong_branch,    // it is good at others
  held,            // all that is left, by a till
  invoice_closed,  // its purchase is recorded, and has earned on what was paid in money
  invoice_too_small,
  nothing_to_use
};

struct RedeemTerms {
  Amount left = 0;            // to be spent of the code's lot
  Amount held = 0;            // of the lot, by a till; not among what is left
  bool ended = false;         // the code was redeemed to the last rial, or made void
  bool swept = false;         // it has expired, and the sweep has been there
  Instant expires_at{};       // first instant at which it is no longer good
  bool wrong_branch = false;  // by what the club says of where it was earned
  Amount invoice_min = 0;
  BasisPoints credit_share_max = kWholeBasisPoints;
  bool invoice_closed = false;
  Amount on_invoice = 0;  // other credit that pays for it
};

struct Taken {
  Amount used = 0;     // leaves the lot
  Amount collect = 0;  // what the cashier asks for
  Amount left = 0;     // stays on the code
};

// Expiry is judged here and now, never by whether a sweep has run (invariant I7). So what has ended otherwise
// is told by the code alone, and an empty lot is asked about last: the sweep empties it too. `swept` says
// what the time says, but for a process whose clock is behind the sweeper's. Nobody is sent to another branch
// with a code that is no good there either, nor told to wait where it will be none.
constexpr std::variant<Taken, RedeemRefusal> redeem(const RedeemTerms& terms, Amount invoice, Instant now) {
  if (terms.ended) return RedeemRefusal::already_taken;
  if (terms.swept || now >= terms.expires_at) return RedeemRefusal::expired;
  if (terms.left == 0 && terms.held == 0) return RedeemRefusal::already_taken;
  if (terms.wrong_branch) return RedeemRefusal::wrong_branch;
  if (terms.left == 0) return RedeemRefusal::held;
  if (terms.invoice_closed) return RedeemRefusal::invoice_closed;
  if (invoice < terms.invoice_min) return RedeemRefusal::invoice_too_small;
  const Amount payable = share_of(invoice, terms.credit_share_max) - terms.on_invoice;
  if (payable <= 0) return RedeemRefusal::nothing_to_use;
  const Amount used = std::min(terms.left, payable);
  return Taken{.used = used, .collect = invoice - used, .left = terms.left - used};
}

}  // namespace peyk::rules
