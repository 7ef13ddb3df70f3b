// What offers promise whatever a club writes into its file, as far as the file is accepted: random offers,
// random members, random days (invariants I5, I24, I27, I34). Each failure prints the seed that repeats it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <sstream>

#include "handlers/rules/offers.hpp"

namespace peyk::tests::rules_offers_properties_test {
namespace {

using namespace rules;
using enum EffectKind;

bool one_in(int n) {
  return *rc::gen::inRange(0, n) == 0;
}
template <typename Number>
Number up_to(Number most) {
  return *rc::gen::inRange<Number>(0, most + 1);
}

OfferEffect any_effect(EffectKind kind) {
  OfferEffect effect{.kind = kind};
  switch (kind) {
    case percent_off:
    case credit_percent:
      effect.value = 1 + up_to(999);  // less than 10 %: that of ten offers is no more than the whole
      break;
    case points_percent:
      effect.value = 1 + up_to(20'000);
      break;
    case note:
      effect.text = "thanks";
      break;
    case item:
      effect.value = 1;
      effect.text = "a croissant";
      break;
    case message:
      effect.value = 1;
      effect.text = "how was it?";
      effect.after_minutes = 120;
      break;
    default:
      effect.value = 1 + up_to(300);
  }
  return effect;
}

Condition at_least(Measure measure, std::int64_t from) {
  return {.measure = measure, .ranges = {{.from = from}}};
}

// As a file may write it; what is given by the piece is given once a day.
Offer any_offer(std::size_t number) {
  Offer offer{.name = "o" + std::to_string(number), .title = "t"};
  std::set<EffectKind> kinds;
  for (int i = 0; i <= up_to(2); ++i) kinds.insert(static_cast<EffectKind>(up_to(10)));
  for (const EffectKind kind : kinds) offer.then.push_back(any_effect(kind));
  if (one_in(2)) offer.when.push_back(at_least(Measure::amount, up_to(3'000)));
  if (one_in(4)) offer.when.push_back(at_least(Measure::spent, up_to(6'000)));
  if (one_in(4)) offer.when.push_back(at_least(Measure::tier, up_to(2)));
  if (one_in(2)) offer.stacking = Stacking::best;
  offer.priority = up_to(2);
  if (one_in(4)) offer.per_member = 1U + up_to(3U);
  if (one_in(4) || gives_by_piece(offer)) offer.per_member_day = 1;
  const bool money = std::ranges::any_of(offer.then, [](const OfferEffect& one) {
    return one.kind != points && one.kind != points_percent && one.kind != entries && one.kind != item &&
           !is_said(one.kind);
  });
  const bool off = kinds.contains(percent_off) || kinds.contains(cash_off);
  const bool later = kinds.contains(credit_percent) || kinds.contains(credit) || kinds.contains(gift);
  const bool piece = kinds.contains(item);
  if (off != later && !piece && one_in(4)) offer.budget = 1 + up_to(500);
  if (piece && !money && one_in(2)) offer.budget = 1 + up_to(3);
  if (offer.budget != 0 && one_in(3)) offer.chance = 2U + up_to(2U);
  if (one_in(5)) offer.hold_out = static_cast<std::uint16_t>(1 + up_to(8'999));
  if (offer.then.size() == 1 && money && one_in(3)) offer.then[0].day_max = 1 + up_to(200);
  RC_ASSERT(contradictions(offer).empty());
  return offer;
}

std::vector<Offer> any_offers() {
  std::vector<Offer> offers;
  const auto count = 1 + up_to<std::size_t>(6);
  for (std::size_t i = 0; i < count; ++i) offers.push_back(any_offer(i));
  return offers;
}

// What was used up to yesterday.
std::vector<OfferUse> any_uses(const std::vector<Offer>& offers) {
  std::vector<OfferUse> uses(offers.size());
  for (std::size_t i = 0; i < offers.size(); ++i) {
    if (one_in(3)) uses[i].uses = up_to(2U);
    if (offers[i].budget != 0) uses[i].budget_left = up_to(offers[i].budget);
  }
  return uses;
}

bool is_money(EffectKind kind) {
  return kind == percent_off || kind == cash_off || kind == credit_percent || kind == credit || kind == gift;
}
bool is_of_budget(EffectKind kind) {
  return is_money(kind) || kind == item;
}

// A member on one day, who buys and buys.
struct Day {
  std::vector<Offer> offers;
  std::vector<OfferUse> uses;
  std::int64_t tier = 0;
  Amount spent = 0;
  bool quoted = false;
  std::uint64_t member = 1;

  // One that knows nothing of the others.
  Judged judged_alone(std::size_t place, Amount amount, Amount by_credit = 0) const {
    return judge(std::span(&offers[place], 1), std::span(&uses[place], 1), measures(amount, by_credit),
                 basket(amount, by_credit), Occasion::purchase, {});
  }
  Judged judged(Amount amount, Amount by_credit = 0) const {
    return judge(offers, uses, measures(amount, by_credit), basket(amount, by_credit), Occasion::purchase,
                 {});
  }
  Judged buy(Amount amount, Amount by_credit = 0) {
    Judged result = judged(amount, by_credit);
    spent += amount;
    for (const std::size_t place : result.fired) ++uses[place].uses, ++uses[place].uses_today;
    for (const Given& one : result.given) {
      const EffectKind kind = offers[one.offer].then[one.effect].kind;
      if (!is_of_budget(kind)) continue;
      OfferUse& use = uses[one.offer];
      if (is_money(kind)) use.given_today += one.value;
      if (use.budget_left) *use.budget_left -= one.value;
    }
    return result;
  }
  void end() {
    for (OfferUse& use : uses) use.uses_today = 0, use.given_today = 0;
  }

 private:
  Basket basket(Amount amount, Amount by_credit) const {
    return {.amount = amount, .by_credit = by_credit, .quoted = quoted, .points = (amount - by_credit) / 100};
  }
  Measures measures(Amount amount, Amount by_credit) const {
    Measures all;
    all.set(Measure::amount, amount - by_credit);
    all.set(Measure::spent, spent + amount);
    all.set(Measure::tier, tier);
    all.draw_for(member, 20'779);
    return all;
  }
};

Day any_day(bool quoted) {
  Day day{.offers = any_offers(), .tier = up_to(2), .spent = up_to<Amount>(6'000), .quoted = quoted};
  day.uses = any_uses(day.offers);
  day.member = up_to<std::uint64_t>(1'000);
  for (std::size_t i = 0; i < day.offers.size(); ++i) {
    if (day.offers[i].budget != 0 && !day.uses[i].budget_left) day.uses[i].budget_left = day.offers[i].budget;
  }
  return day;
}

struct Worth {
  Amount rials = 0;
  std::int64_t items = 0, points = 0;
  auto operator<=>(const Worth&) const = default;
};

Worth worth(const Judged& judged, std::span<const Offer> offers) {
  Worth sum;
  for (const Given& one : judged.given) {
    const EffectKind kind = offers[one.offer].then[one.effect].kind;
    if (is_money(kind)) sum.rials += one.value;
    if (kind == item) sum.items += one.value;
    if (kind == points || kind == points_percent) sum.points += one.value;
  }
  return sum;
}

RC_GTEST_PROP(OffersPromise, all_together_give_no_less_than_any_single_one, ()) {
  const Day day = any_day(*rc::gen::arbitrary<bool>());
  const Amount amount = up_to<Amount>(5'000), by_credit = one_in(3) ? up_to(amount) : 0;
  const Worth all = worth(day.judged(amount, by_credit), day.offers);
  for (std::size_t i = 0; i < day.offers.size(); ++i)
    RC_ASSERT(worth(day.judged_alone(i, amount, by_credit), std::span(&day.offers[i], 1)) <= all);
}

// The day without the offers that say `best`, but for this one.
Day with_best(const Day& day, std::size_t best) {
  Day some = day;
  some.offers.clear();
  some.uses.clear();
  for (std::size_t i = 0; i < day.offers.size(); ++i) {
    if (i != best && day.offers[i].stacking == Stacking::best) continue;
    some.offers.push_back(day.offers[i]);
    some.uses.push_back(day.uses[i]);
  }
  return some;
}

RC_GTEST_PROP(OffersPromise, of_the_best_that_one_fires_with_which_most_is_given, ()) {
  const Day day = any_day(*rc::gen::arbitrary<bool>());
  const Amount amount = up_to<Amount>(5'000), by_credit = one_in(3) ? up_to(amount) : 0;
  const Day none = with_best(day, day.offers.size());
  Worth most = worth(none.judged(amount, by_credit), none.offers), most_of_fired;
  for (std::size_t i = 0; i < day.offers.size(); ++i) {
    if (day.offers[i].stacking != Stacking::best) continue;
    const Day one = with_best(day, i);
    const Judged judged = one.judged(amount, by_credit);
    const bool fired = std::ranges::any_of(
        judged.fired, [&](std::size_t place) { return one.offers[place].stacking == Stacking::best; });
    most = std::max(most, worth(judged, one.offers));
    if (fired) most_of_fired = std::max(most_of_fired, worth(judged, one.offers));
  }
  const Worth all = worth(day.judged(amount, by_credit), day.offers);
  RC_ASSERT(all >= most_of_fired);
  RC_ASSERT(all <= most);
}

struct Part {
  Amount amount = 0, by_credit = 0;
};

// What a failure prints beside its seed.
std::string told(const Day& day) {
  std::ostringstream text;
  for (std::size_t i = 0; i < day.offers.size(); ++i) {
    const Offer& offer = day.offers[i];
    text << offer.name << (offer.stacking == Stacking::best ? " best" : " all") << " priority "
         << offer.priority << " per_member " << offer.per_member << " a day " << offer.per_member_day
         << " budget " << offer.budget << " left " << day.uses[i].budget_left.value_or(-1) << " uses "
         << day.uses[i].uses << "\n";
    for (const Condition& one : offer.when)
      text << "  when " << name_of(one.measure) << " from " << one.ranges[0].from << "\n";
    for (const OfferEffect& one : offer.then)
      text << "  then kind " << static_cast<int>(one.kind) << " " << one.value << " day_max " << one.day_max
           << "\n";
  }
  text << "tier " << day.tier << " spent " << day.spent;
  return text.str();
}

std::vector<Part> any_parts() {
  std::vector<Part> parts;
  const int count = 2 + up_to(4);
  for (int i = 0; i < count; ++i) {
    Part part{.amount = up_to<Amount>(one_in(2) ? 2'000 : 200)};
    if (one_in(4)) part.by_credit = up_to(part.amount);
    parts.push_back(part);
  }
  return parts;
}

struct Earned {
  Amount split = 0, whole = 0;
};

Earned split_and_whole(Day day) {
  Day same = day;
  Earned sum;
  Part whole;
  RC_LOG() << told(day) << "\n";
  for (const Part& part : any_parts()) {
    const Amount earned = worth(day.buy(part.amount, part.by_credit), day.offers).rials;
    RC_LOG() << part.amount << " of them by credit " << part.by_credit << ": " << earned << "\n";
    sum.split += earned;
    whole.amount += part.amount;
    whole.by_credit += part.by_credit;
  }
  sum.whole = worth(same.buy(whole.amount, whole.by_credit), same.offers).rials;
  return sum;
}

RC_GTEST_PROP(OffersPromise, an_invoice_in_parts_earns_no_more_than_the_whole, ()) {
  const Earned earned = split_and_whole(any_day(false));
  RC_ASSERT(earned.split <= earned.whole);
}

// A discount is rounded down in each part, so that shares of credit are of a little more; less than a rial
// for each share.
RC_GTEST_PROP(OffersPromise, nor_with_discounts_but_for_roundings, ()) {
  const Day day = any_day(true);
  const auto shares = std::ranges::count_if(day.offers, [](const Offer& offer) {
    return std::ranges::any_of(offer.then, [](const auto& one) { return one.kind == credit_percent; });
  });
  const Earned earned = split_and_whole(day);
  RC_ASSERT(earned.split <= earned.whole + std::max<Amount>(0, shares - 1));
}

std::map<std::pair<std::string, std::size_t>, std::int64_t> by_name(const Judged& judged,
                                                                    const std::vector<Offer>& offers) {
  std::map<std::pair<std::string, std::size_t>, std::int64_t> result;
  for (const Given& one : judged.given) result[{offers[one.offer].name, one.effect}] = one.value;
  return result;
}

RC_GTEST_PROP(OffersPromise, the_order_of_offers_changes_nothing, ()) {
  Day day = any_day(*rc::gen::arbitrary<bool>());
  day.buy(up_to<Amount>(2'000));
  std::vector<std::size_t> order(day.offers.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto turns = 1 + up_to(5);
  for (int i = 0; i < turns; ++i) std::swap(order[up_to(order.size() - 1)], order[up_to(order.size() - 1)]);
  Day other = day;
  for (std::size_t i = 0; i < order.size(); ++i) {
    other.offers[i] = day.offers[order[i]];
    other.uses[i] = day.uses[order[i]];
  }
  const Amount amount = up_to<Amount>(5'000);
  const Judged one = day.judged(amount), two = other.judged(amount);
  RC_ASSERT(by_name(one, day.offers) == by_name(two, other.offers));
  RC_ASSERT(one.off == two.off);
  RC_ASSERT(one.credit_share == two.credit_share);
  RC_ASSERT(one.fired.size() == two.fired.size());
  for (std::size_t i = 0; i < one.fired.size(); ++i)
    RC_ASSERT(day.offers[one.fired[i]].name == other.offers[two.fired[i]].name);
}

RC_GTEST_PROP(OffersPromise, no_bound_is_passed_by_any_sequence_of_purchases, ()) {
  Day day = any_day(*rc::gen::arbitrary<bool>());
  const int purchases = 1 + up_to(25);
  for (int i = 0; i < purchases; ++i) {
    if (one_in(5)) day.end();
    day.buy(up_to<Amount>(5'000));
    for (std::size_t at = 0; at < day.offers.size(); ++at) {
      const Offer& offer = day.offers[at];
      const OfferUse& use = day.uses[at];
      if (offer.budget != 0) RC_ASSERT(*use.budget_left >= 0);
      if (offer.then[0].day_max != 0) RC_ASSERT(use.given_today <= offer.then[0].day_max);
      if (offer.per_member_day != 0) RC_ASSERT(use.uses_today <= offer.per_member_day);
    }
  }
}

RC_GTEST_PROP(OffersPromise, what_is_given_adds_up_and_is_never_more_than_is_left_to_pay, ()) {
  Day day = any_day(*rc::gen::arbitrary<bool>());
  const Amount amount = up_to<Amount>(one_in(3) ? 300 : 5'000), by_credit = one_in(2) ? up_to(amount) : 0;
  const Judged judged = day.judged(amount, by_credit);
  RC_ASSERT(judged.off >= 0 && judged.off <= amount - by_credit);
  Amount off = 0, credit_sum = 0;
  std::set<std::size_t> gave;
  for (const Given& one : judged.given) {
    const EffectKind kind = day.offers[one.offer].then[one.effect].kind;
    RC_ASSERT(one.value > 0 || (kind == note && one.value == 0));
    if (kind == percent_off || kind == cash_off) off += one.value;
    if (kind == credit || kind == credit_percent) credit_sum += one.value;
    if (amount == by_credit) RC_ASSERT(is_said(kind));
    gave.insert(one.offer);
  }
  RC_ASSERT(off == judged.off);
  if (!day.quoted) RC_ASSERT(off == 0);
  if (judged.credit_share != 0)
    RC_ASSERT(share_of(amount - by_credit - off, judged.credit_share) == credit_sum);
  RC_ASSERT(gave == std::set<std::size_t>(judged.fired.begin(), judged.fired.end()));
  RC_ASSERT(std::ranges::count_if(judged.fired, [&](std::size_t place) {
              return day.offers[place].stacking == Stacking::best;
            }) <= 1);
}

}  // namespace
}  // namespace peyk::tests::rules_offers_properties_test
