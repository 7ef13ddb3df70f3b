// A till asks what a purchase would bring, before its customer pays. Nothing is done: the answer is all.
//
// A card that is nobody's is refused; a phone that is nobody's is a stranger's. Answers are kept a while, and
// she may want to be forgotten: none names her phone.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "handlers/brought_json.hpp"
#include "handlers/offer_words.hpp"
#include "handlers/quote.hpp"
#include "handlers/till.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {
namespace {

using Json = nlohmann::ordered_json;

Json shown(const Member& member, const Desk& desk) {
  const Rank rank = desk.facts.rank(member.id);
  Json shown{{"card", std::to_string(member.card)}, {"tier", nullptr}, {"points", rank.points}};
  if (const rules::Tier* tier = tier_of(desk.club, rank)) shown["tier"] = tier->name;
  return shown;
}

}  // namespace

Needs needs_till_quote(const TillId& till, const TillQuote& order, const Setting& setting) {
  const Club* club = setting.directory.club(till.club);
  if (club != nullptr && order.phone != 0) return needs_quote(*club, order.phone, setting);
  Needs needs;
  if (order.phone == 0) needs.cards.insert({till.club, order.card});
  return needs;
}

Outcome quote_at_till(const Desk& desk, const TillQuote& order) {
  if (order.phone == 0) {
    return refuse("unknown-member", "There is no such member",
                  "This card is of no member of the club. Ask for the phone, or quote without a member.", "",
                  404);
  }
  const Quote quoted =
      quote(desk.club,
            {.phone = order.phone, .branch = desk.till.branch, .amount = order.amount, .items = order.items},
            desk.facts, desk.setting);
  Json answer{{"amount", order.amount},
              {"discount", quoted.discount},
              {"payable", quoted.payable},
              {"credit", credit_of(quoted)},
              {"credits", Json::array()},
              {"points", quoted.points},
              {"offers", offers_as_json(quoted.given, desk.club)},
              {"notes", notes_of(quoted, desk.club)},
              {"member", nullptr},
              {"would_join", quoted.would_join},
              {"credit_available", quoted.available},
              {"duplicate", false}};
  for (const QuotedCredit& one : quoted.credits)
    answer["credits"].push_back({{"amount", one.amount}, {"expires", templates::rfc3339(one.expires_at)}});
  if (quoted.member != nullptr) answer["member"] = shown(*quoted.member, desk);
  return {.answer = answer.dump()};
}

}  // namespace peyk::handlers
