// BUY: a purchase that a cashier reports, for a shop whose till does not. It is the till's purchase from
// there on (purchase.cpp): the same credit, code and text, the same invoice once.
//
// - It gives credit away, so it is proved as a redemption is: `redeem_auth`.
// - Without an invoice it gets one made up. Then the same phone and amount from the same cashier within the
// repeat
//   window are the same purchase, sent again because the answer was late.
// - With OFF the discounts that fit now are taken off: it is QUOTE and the till's purchase with that
//   `discount` in one decision, so both judge the same facts, and limits, budgets and grants are as a till's.
//   What codes have paid of the invoice is discounted by nobody, and is not to be collected. Where none fits
//   nothing is recorded: she may have collected less (docs/decisions/0036).
// - A phone that is no member yet joins by it where the club lets a till's purchase enrol; else it is
// refused, and
//   nothing is recorded: a till has no use for a text, a cashier does.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "handlers/facts.hpp"
#include "handlers/speaker.hpp"

namespace peyk::handlers {

struct BuyOrder {
  PhoneNumber phone = 0;
  rules::Amount amount = 0;
  std::string invoice;
  std::string pin;
  bool off = false;        // less the discounts that fit
  bool confirmed = false;  // as in RedeemOrder
};

// "0912… 850000 [unit] [invoice] [off] [pin]"; the phone may stand in groups. Else the key of the text
// that says what is wrong.
tl::expected<BuyOrder, std::string_view> read_buy(const Speaker& speaker, std::span<const std::string> words);
// A phone that is all there is.
std::optional<PhoneNumber> read_phone(std::span<const std::string> words);

Needs needs_buy(const Speaker& speaker, const BuyOrder& order, const Setting& setting);
Said buy(const Speaker& speaker, const BuyOrder& order, std::span<const CodeKey> candidates,
         const Facts& facts, Setting& setting);

}  // namespace peyk::handlers
