// A club's system tells that a member did something: visited its site, read its letter, answered a survey.
// What the club's offers give for it she has at once, and hears of it by text.
//
// - It is known again by the key and the name that its teller gave it, for good: told again, it has its first
//   answer; told again with other content, it is refused.
// - One called "survey" needs a score: it is her rating of the club, or of one purchase of hers, which is
// rated
//   once whoever tells of it.
// - A day or a bound of an offer is of the moment it is told, not of when she did it: nobody earns in the
// past.
//
// Answers are kept, and she may want to be forgotten: none names her phone.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "handlers/brought_json.hpp"
#include "handlers/occasion.hpp"
#include "handlers/till.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::minutes kTillsAhead{5};  // of their clocks

MemberEventKey event_key_of(const TillId& till, const TillEvent& order) {
  return {till.club, till.key, order.reference};
}

rules::Occasion occasion_of_event(const TillEvent& order) {
  return order.name == rules::kSurveyEvent ? rules::Occasion::survey : rules::Occasion::event;
}

Outcome told_before(const MemberEvent& known, const TillEvent& order, const Member* member) {
  // Whose it was is forgotten when she leaves; who comes back is another member.
  const bool of_another = member != nullptr && member->id != known.member;
  const bool differs = known.name != order.name || known.score != order.score ||
                       known.purchase != order.purchase || (order.at && *order.at != known.at);
  if (of_another || differs) {
    return refuse(
        "event-already-told", "This event was told with other content",
        fmt::format("Event {} of this key was told with another phone, name, score, purchase or time; "
                    "nothing was changed. Give what is another event another id.",
                    order.reference),
        "/id");
  }
  Json answer = Json::parse(known.answer);
  answer["duplicate"] = true;
  return {.answer = answer.dump()};
}

// Why it cannot rate that purchase; nothing: it can, or rates none.
std::optional<Outcome> refuse_rating(const Desk& desk, const TillEvent& order, const Member& member) {
  if (order.purchase == 0) return std::nullopt;
  const RatedPurchase* rated = desk.facts.rated_purchase(order.purchase);
  if (rated == nullptr || rated->member != member.id) {
    return refuse("unknown-purchase", "She has no such purchase",
                  fmt::format("Purchase {} is none of this member's. Nothing was changed.", order.purchase),
                  "", 404);
  }
  if (!rated->rated) return std::nullopt;
  return refuse(
      "already-rated", "This purchase was rated already",
      fmt::format("Purchase {} counts once, by its first answer. Nothing was changed.", order.purchase),
      "/purchase");
}

std::string answer_to_event(const Desk& desk, const MemberEvent& event, const Reward& reward) {
  rules::Amount credit = 0, settled = 0;
  for (const Earned& earned : reward.brought.credits) {
    credit += earned.lot.issued;
    settled += earned.settled;
  }
  Json answer{{"id", event.key.reference},
              {"name", event.name},
              {"score", event.score == 0 ? Json(nullptr) : Json(event.score)},
              {"at", templates::rfc3339(event.at)},
              {"credit", credit},
              {"settled", settled},
              {"codes", codes_as_json(reward.brought)},
              {"items", items_as_json(reward.brought)},
              {"points", reward.brought.points},
              {"tier", tier_as_json(reward.brought.tier, desk.club)},
              {"offers", offers_as_json(reward.worth.given, desk.club)},
              {"duplicate", false}};
  return answer.dump();
}

}  // namespace

Needs needs_till_event(const TillId& till, const TillEvent& order, const Setting& setting) {
  const Club* club = setting.directory.club(till.club);
  if (club == nullptr) return {};
  const MemberKey key{till.club, order.phone};
  Needs needs = needs_occasion(*club, occasion_of_event(order), key, "", setting);
  needs.member_events.insert(event_key_of(till, order));
  if (order.score != 0) needs.survey_scores.insert(key);
  if (order.purchase != 0) needs.rated_purchases.insert({till.club, order.purchase});
  return needs;
}

Outcome event_at_till(const Desk& desk, const TillEvent& order) {
  const Member* member = desk.facts.member(MemberKey{desk.club.id, order.phone});
  if (const MemberEvent* known = desk.facts.member_event(event_key_of(desk.till, order)))
    return told_before(*known, order, member);
  if (member == nullptr) {
    return refuse("unknown-member", "There is no such member",
                  "This phone is no member of the club. Nothing was changed.", "", 404);
  }
  if (order.at && *order.at > desk.setting.now + kTillsAhead) {
    return refuse("invalid-order", "The order is not valid",
                  "The event lies in the future. Nothing was changed.", "/at");
  }
  if (auto refused = refuse_rating(desk, order, *member)) return std::move(*refused);
  MemberEvent event{.id = desk.setting.chance.next_id(),
                    .key = event_key_of(desk.till, order),
                    .member = member->id,
                    .name = order.name,
                    .score = order.score,
                    .purchase = order.purchase,
                    .at = order.at.value_or(desk.setting.now),
                    .recorded_at = desk.setting.now};
  const Happened happened{.on = occasion_of_event(order), .name = order.name, .score = order.score};
  Reward got = reward(desk.club, happened, *member, desk.candidates, desk.facts, desk.setting);
  event.answer = answer_to_event(desk, event, got);
  Outcome outcome = std::move(got.outcome);
  outcome.answer = event.answer;
  outcome.status = 201;
  const SurveyScore* last = desk.facts.survey_score(member->id);
  if (event.score != 0 && (last == nullptr || last->at <= event.at)) {
    const SurveyScore row{.score = event.score, .at = event.at, .purchase = event.purchase};
    outcome.effects.push_back(SetSurveyScore{desk.club.id, member->id, row});
  }
  outcome.effects.push_back(RecordMemberEvent{std::move(event)});
  return outcome;
}

}  // namespace peyk::handlers
