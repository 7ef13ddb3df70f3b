// What offers bring a member without a purchase: on the morning of her birthday, when she has stayed away for
// too long, within a quarter of an hour after she joined or her profile was whole, by day; at once when a
// system of the club's tells that she did something, or answered a survey.
//
//   occasion_rounds(): whose morning it is -> [the store finds who may fit] -> needs_occasion() -> occasion()
//   a till's event -> needs_occasion() -> reward()
//
// - A birthday's offer is given once a year, however often she changes the day; one for staying away once an
//   absence, that is not again before she has bought; one for her profile once a phone, one for joining
//   once a phone (the store remembers: docs/decisions/0022); one for a survey once a day; one for an event as
//   often as the offer's own bounds let it.
// - Credit is of origin occasion, each lot with its code; it is recorded, counted and bounded like what a
//   purchase brings (earning.hpp). Of her debt it settles first, as all credit does.
// - Staying away is no service: who does not want advertising is given nothing that she would not hear of,
//   and the text leaves by a line for advertising, in lane promo, so all that binds advertising binds it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/earning.hpp"
#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/measures.hpp"
#include "handlers/setting.hpp"

namespace peyk::handlers {

struct OccasionRound {
  const Club* club = nullptr;
  rules::Occasion on = rules::Occasion::birthday;
  // Which one: the day of the club; of joining and profiles the quarter of an hour, counted from 1970.
  std::int32_t turn = 0;
};
// What is due in the clubs whose day has begun and is not yet over, of those that have an offer for it.
std::vector<OccasionRound> occasion_rounds(const Directory& directory, rules::Instant now);

// Whether an offer for this occasion is in force, fits, and is one that she has not had for it: asked without
// locks, of everybody. `facts`: how she buys, and what offers gave her.
bool may_fit(const Club& club, rules::Occasion on, const Member& member, const rules::Measures& measures,
             const Facts& facts, rules::Instant now);

// `promo_line`: from which advertising leaves; empty: there is none, and absences are left alone.
Needs needs_occasion(const Club& club, rules::Occasion on, const MemberKey& key,
                     const std::string& promo_line, const Setting& setting);

// Nothing, if nothing fits or she has had it. `candidates` of the needs. Throws OutOfCandidates.
Outcome occasion(const Club& club, rules::Occasion on, const Member& member, const Profile* profile,
                 const std::string& promo_line, std::span<const CodeKey> candidates, const Facts& facts,
                 Setting& setting);

// What a system told of her just now: Occasion::event, or survey with its score.
struct Happened {
  rules::Occasion on = rules::Occasion::event;
  std::string_view name;    // folded
  std::uint32_t score = 0;  // 0: none
};
struct Reward {
  Worth worth;
  Brought brought;  // its effects are the outcome's
  Outcome outcome;  // empty: nothing fits, or she has had it
};
// Facts as needs_occasion() asks for them. Throws OutOfCandidates.
Reward reward(const Club& club, const Happened& happened, const Member& member,
              std::span<const CodeKey> candidates, const Facts& facts, Setting& setting);

}  // namespace peyk::handlers
