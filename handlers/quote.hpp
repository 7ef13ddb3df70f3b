// What a purchase of now would bring: asked before payment, by a till (till_quote.cpp) or by a cashier's
// text. The same rules judge it as judge the purchase; nothing is written, nothing reserved: what it says
// holds as long as nothing else happens meanwhile.
//
// - It is asked, so discounts count. A budget is what is left of it now.
// - A stranger has the offers that are open to strangers. Credit and points are a member's, or hers whom the
//   purchase would enrol.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/bought_item.hpp"
#include "handlers/facts.hpp"
#include "handlers/rules/offers.hpp"
#include "handlers/setting.hpp"
#include "handlers/speaker.hpp"

namespace peyk::handlers {

struct QuoteOrder {
  PhoneNumber phone = 0;
  BranchNo branch = 0;
  rules::Amount amount = 0;
  rules::Amount by_credit = 0;  // of it, paid by codes already
  std::span<const BoughtItem> items{};
};

struct QuotedCredit {
  rules::Amount amount = 0;
  rules::Instant expires_at{};
  bool operator==(const QuotedCredit&) const = default;
};

struct Quote {
  const Member* member = nullptr;  // nullptr: a stranger
  bool would_join = false;
  std::vector<rules::Given> given;  // what she would get: a stranger who does not join gets no credit
  rules::Amount discount = 0, payable = 0;
  std::vector<QuotedCredit> credits;  // one for each expiry, the soonest first
  std::int64_t points = 0;
  rules::Amount available = 0;  // of her credit, what she may spend at that branch
};

rules::Amount credit_of(const Quote& quote);
// What the cashier is told, in the club's language.
std::vector<std::string> notes_of(const Quote& quote, const Club& club);

// Her measures, and what she had of the club's offers; what is left of their budgets, so that nothing is
// shown which is used up.
Needs needs_offers_of(const Club& club, const MemberKey& key, rules::Instant now);
Needs needs_quote(const Club& club, PhoneNumber phone, const Setting& setting);
Quote quote(const Club& club, const QuoteOrder& order, const Facts& facts, const Setting& setting);

// QUOTE 0912… 850000: the same in one text, for a shop without a till. Cashiers only. Where something is to
// be taken off, it ends with the text that records the purchase so.
Said quote_said(const Speaker& speaker, const QuoteOrder& order, const Facts& facts, const Setting& setting);

// A text that tells the cashier what to collect, and the very words that record it then.
std::string buy_text(const Speaker& speaker, std::string_view key, const QuoteOrder& order,
                     std::string_view invoice, const Setting& setting);

}  // namespace peyk::handlers
