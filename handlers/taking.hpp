// What a bill takes of a code: shared by a cashier's text, a till's redemption and a till's hold, so that
// each is judged by the same rules and leaves the same records.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <variant>

#include "handlers/bills.hpp"
#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/rules/redeem.hpp"
#include "handlers/setting.hpp"

namespace peyk::handlers {

// Who takes: a cashier's phone or a till's key.
struct Taker {
  const Club* club = nullptr;
  BranchNo branch = 0;
  PhoneNumber cashier = 0;
  std::string till;

  PurchaseKey bill(const std::string& invoice) const { return {club->id, branch, invoice}; }
  Named named(const std::string& invoice, rules::Instant now) const {
    return {.bill = bill(invoice), .typed = till.empty(), .at = now};
  }
};

// Wants what is known of an invoice; nothing of an empty one.
void want_bill(Needs& needs, const Taker& taker, const std::string& invoice, rules::Instant now);

struct Bill {
  std::string invoice;  // may be empty: then nothing else is known of it
  rules::Amount amount = 0;
};

// Wants the code and, of a bill with an invoice, the bill.
std::variant<rules::Taken, rules::RedeemRefusal> judge(const Taker& taker, const Code& code, const Bill& bill,
                                                       const Facts& facts, rules::Instant now);

// Its purchase is recorded, and has earned on what was paid in money. A till names it to the letter, a
// cashier types it.
bool is_closed(const Taker& taker, const Bill& bill, const Facts& facts, rules::Instant now);
// What credit may still pay of it.
rules::Amount payable(const Taker& taker, const Bill& bill, const Facts& facts, rules::Instant now);

// The redemption with its entry, and what the member is told.
struct Redeemed {
  TakeFromLot effect;
  OutgoingText notice;
};
// `freed`: of the lot's hold, which ends with it.
Redeemed take(const Taker& taker, const Code& code, const Bill& bill, rules::Amount used, rules::Amount freed,
              const Facts& facts, Setting& setting);

// Why a redemption cannot be taken back any more.
enum class VoidRefusal : std::uint8_t {
  too_late,
  refunded,
  invoice_closed,  // what it paid for is recorded as a purchase, and has earned on the rest
  member_left,
  expired
};
std::optional<VoidRefusal> void_refusal(const Club& club, const Redemption& redemption, const Code& code,
                                        const Facts& facts, rules::Instant now);

// The invoice of the purchase that it paid for.
std::string closed_invoice(const Redemption& redemption, const Facts& facts);

// The redemption taken back, and what the member is told.
struct Undone {
  VoidRedemption effect;
  OutgoingText notice;
};
Undone undo(const Taker& taker, const Redemption& redemption, const Code& code, const Facts& facts,
            Setting& setting);

}  // namespace peyk::handlers
