#include "handlers/rules/remarks.hpp"

#include <algorithm>
#include <map>

#include "handlers/rules/offer_fits.hpp"

namespace peyk::rules {
namespace {

constexpr Measure kOfTheMoment[] = {Measure::minute,
                                    Measure::weekday,
                                    Measure::date,
                                    Measure::jalali_date,
                                    Measure::jalali_month_day,
                                    Measure::hijri_month_day,
                                    Measure::gregorian_month_day};

// Of a member at any time.
std::vector<Condition> certain_of_members() {
  std::vector<Condition> all;
  for (const Measure known : kOfTheMoment) all.push_back({.measure = known});
  for (const Measure known : {Measure::visits, Measure::purchases, Measure::spent, Measure::member_days,
                              Measure::referred, Measure::tier})
    all.push_back({.measure = known});
  return all;
}

bool holds_everybody(const Segment& segment) {
  return always_hold(segment.when, certain_of_members()).size() == segment.when.size();
}

bool names_everybody(const Condition& condition, std::span<const Segment> segments) {
  return std::ranges::any_of(condition.word_names, [&](const std::string& name) {
    const auto found = std::ranges::find(segments, name, &Segment::name);
    return found != segments.end() && holds_everybody(*found);
  });
}

// Whatever the one asks, the other asks as well.
bool asks_no_more(const Offer& one, const Offer& other) {
  return std::ranges::all_of(one.when, [&other](const Condition& condition) {
    return std::ranges::find(other.when, condition) != other.when.end();
  });
}

bool lasts_as_long(const Offer& one, const Offer& other) {
  const bool ends_later = one.until == Instant{} || (other.until != Instant{} && one.until >= other.until);
  return one.from <= other.from && ends_later;
}

// One effect, without a bound that one of two offers may reach before the other.
bool is_plain(const Offer& offer) {
  return offer.on == Occasion::purchase && offer.stacking == Stacking::best && offer.then.size() == 1 &&
         offer.then.front().kind != EffectKind::note && offer.then.front().day_max == 0 &&
         offer.per_member == 0 && offer.budget == 0 && offer.hold_out == 0 && offer.chance == 0;
}

bool beats(const Offer& one, const Offer& other) {
  if (!is_plain(one) || one.per_member_day != other.per_member_day) return false;
  const OfferEffect &gives = one.then.front(), &less = other.then.front();
  if (gives.kind != less.kind || gives.value < less.value) return false;
  if (gives.value == less.value && order_of(other) < order_of(one)) return false;
  return lasts_as_long(one, other) && asks_no_more(one, other);
}

// Of the sets of which a moment has one word.
bool is_of_one_word(WordSet set) {
  return set == WordSet::city || set == WordSet::event;
}

bool may_hold_together(const Condition& one, const Condition& other) {
  if (one.negated || other.negated || one.words.empty() != other.words.empty()) return true;
  if (one.words.empty()) {
    if (one.measure != other.measure || one.ranges.empty() || other.ranges.empty()) return true;
    return std::ranges::any_of(one.ranges, [&other](const Range& range) {
      return std::ranges::any_of(other.ranges, [&range](const Range& its) {
        return std::max(range.from, its.from) <= std::min(range.to, its.to);
      });
    });
  }
  if (one.set != other.set || !is_of_one_word(one.set)) return true;
  return std::ranges::any_of(
      one.words, [&other](WordId word) { return std::ranges::find(other.words, word) != other.words.end(); });
}

bool may_come_together(const Offer& one, const Offer& other) {
  if (one.until != Instant{} && other.from >= one.until) return false;
  if (other.until != Instant{} && one.from >= other.until) return false;
  return std::ranges::all_of(one.when, [&other](const Condition& condition) {
    return std::ranges::all_of(
        other.when, [&condition](const Condition& its) { return may_hold_together(condition, its); });
  });
}

// Those of `places` that, together with all of them that each may come with, give more than is given at once.
// Whoever is in no such company is in nobody's.
std::vector<std::size_t> crowded(std::vector<std::size_t> places, std::span<const Offer> offers) {
  const std::size_t count = places.size();
  std::vector<std::vector<bool>> beside(count, std::vector<bool>(count));
  std::vector<std::size_t> things(count);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      if (!may_come_together(offers[places[i]], offers[places[j]])) continue;
      beside[i][j] = beside[j][i] = true;
      things[i] += offers[places[j]].then.size();
      if (i != j) things[j] += offers[places[i]].then.size();
    }
  }
  std::vector<std::size_t> alone;
  std::vector<bool> gone(count);
  const auto take_out = [&](std::size_t i) {
    if (gone[i] || things[i] > kGivenMax) return;
    gone[i] = true;
    alone.push_back(i);
  };
  for (std::size_t i = 0; i < count; ++i) take_out(i);
  while (!alone.empty()) {
    const std::size_t i = alone.back();
    alone.pop_back();
    for (std::size_t j = 0; j < count; ++j) {
      if (!beside[i][j] || gone[j]) continue;
      things[j] -= offers[places[i]].then.size();
      take_out(j);
    }
  }
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < count; ++i) {
    if (!gone[i]) left.push_back(places[i]);
  }
  return left;
}

}  // namespace

std::vector<Condition> certain_on(Occasion on) {
  if (on == Occasion::purchase) {
    // Of a stranger too, who is quoted a discount: what only members have is a condition.
    std::vector<Condition> all;
    for (const Measure known : kOfTheMoment) all.push_back({.measure = known});
    for (const Measure known :
         {Measure::amount, Measure::branch, Measure::purchases, Measure::spent, Measure::tier})
      all.push_back({.measure = known});
    for (const Measure counted : {Measure::visits, Measure::branch_visits})
      all.push_back({.measure = counted, .ranges = {{.from = 1}}});
    return all;
  }
  std::vector<Condition> all = certain_of_members();
  if (on == Occasion::birthday) all.push_back({.measure = Measure::days_to_birthday, .ranges = {{0, 0}}});
  if (on == Occasion::profile) all.push_back({.measure = Measure::profile_complete, .ranges = {{1, 1}}});
  if (on == Occasion::away) {
    all.push_back({.measure = Measure::days_away, .ranges = {{.from = 1}}});
    all.push_back({.measure = Measure::visits, .ranges = {{.from = 1}}});
  }
  return all;
}

std::vector<std::string> remarks(const Segment& segment) {
  if (!holds_everybody(segment)) return {};
  return {"every member is in it, always"};
}

std::vector<std::string> remarks(const Offer& offer, std::span<const Segment> segments) {
  std::vector<std::string> all;
  for (const std::size_t place : always_hold(offer.when, certain_on(offer.on)))
    all.push_back(std::string(name_of(offer.when[place].measure)) +
                  ": this always holds, and may be left out");
  for (const Condition& condition : offer.when) {
    if (condition.words.empty() || condition.set != WordSet::segment) continue;
    if (!names_everybody(condition, segments)) continue;
    all.push_back(condition.negated ? "segment: every member is in it, so this never holds"
                                    : "segment: every member is in it, so this may be left out");
  }
  return all;
}

std::optional<std::size_t> shadow_of(std::size_t place, std::span<const Offer> offers) {
  if (!is_plain(offers[place])) return std::nullopt;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    if (i != place && beats(offers[i], offers[place])) return i;
  }
  return std::nullopt;
}

std::vector<Crowd> crowds(std::span<const Offer> offers) {
  std::map<Occasion, std::vector<std::size_t>> by_occasion;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    if (offers[i].stacking == Stacking::all) by_occasion[offers[i].on].push_back(i);
  }
  std::vector<Crowd> all;
  for (auto& [on, places] : by_occasion) {
    const std::vector<std::size_t> left = crowded(std::move(places), offers);
    if (left.empty()) continue;
    Crowd crowd{.place = left.front()};
    for (const std::size_t place : left) {
      crowd.things += offers[place].then.size();
      if (order_of(offers[crowd.place]) < order_of(offers[place])) crowd.place = place;
    }
    all.push_back(crowd);
  }
  return all;
}

}  // namespace peyk::rules
