// Items: what a code may be good for besides credit. A cashier types the code, is told what to hand over, and
// the code has ended.
//
//   code -> who asks, her PIN -> may it be handed over? -> Handover, a text to the member
//
// - An item has no worth: no bill, no share of an invoice, no hold, no refund is ever looked at, and nothing
//   is posted (docs/decisions/0033). What is typed beside the code is collected in full, and said to be.
// - Once: whoever orders it again is told that it was handed over, when and where, she who did it too. A
//   repeat is not answered as the first: a second "good" would be a second piece.
// - Whoever is told of an item is told so where a code of credit would be told of its money; all before that
//   (waiting, PIN, unknown code) is the same, so nobody learns by it.
#pragma once

#include <optional>

#include "handlers/taking.hpp"
#include "handlers/till.hpp"
#include "handlers/use_cases.hpp"

namespace peyk::handlers {

inline bool is_item(const Code& code) {
  return !code.item.empty();
}

// In the order in which one is told.
enum class ItemRefusal : std::uint8_t { voided, handed_over, expired };
std::optional<ItemRefusal> item_refusal(const Code& code, const Facts& facts, rules::Instant now);
// The last that was not taken back; nullptr: there is none.
const Handover* standing_handover(const Code& code, const Facts& facts);

// items.cpp: for redeem(), check() and void_redemption(), once the cashier is who she says.
Said hand_over(const Speaker& speaker, const RedeemOrder& order, const Code& code, const Facts& facts,
               Setting& setting);
Said check_item(const Speaker& speaker, const Code& code, const Facts& facts, const Setting& setting);
Said take_item_back(const Speaker& speaker, const VoidOrder& order, const Code& code, const Facts& facts,
                    Setting& setting);
// The handover, and what the member is told; nothing, if it is of nobody.
struct HandedOver {
  HandOver effect;
  std::optional<OutgoingText> notice;
};
HandedOver handed_over(const Taker& taker, const Code& code, const std::string& invoice, const Facts& facts,
                       Setting& setting);
std::optional<VoidRefusal> take_back_refusal(const Club& club, const Handover& handover, const Code& code,
                                             const Facts& facts, rules::Instant now);
struct TakenBack {
  TakeItemBack effect;
  std::optional<OutgoingText> notice;
};
TakenBack taken_back(const Taker& taker, const Handover& handover, const Code& code, const Facts& facts,
                     Setting& setting);

// till_items.cpp: for till_codes.cpp.
Outcome check_item_at_till(const Desk& desk, const Code& code);
Outcome hand_over_at_till(const Desk& desk, const TillRedemption& order, const Code& code);
Outcome take_item_back_at_till(const Desk& desk, const Handover& handover);

}  // namespace peyk::handlers
