// What is wrong with an offer by itself: it can never fire, gives nothing, or rewards who splits an invoice.
//
// A second invoice of the same day sees another amount, one purchase more and no days away; so on these an
// offer may ask only for what the undivided invoice would fulfil too.
#include <algorithm>

#include "handlers/rules/offers.hpp"
#include "handlers/rules/ranges.hpp"
#include "handlers/rules/remarks.hpp"

namespace peyk::rules {
namespace {

using Words = std::vector<std::string>;
constexpr std::int64_t kCountMax = 1'000'000;      // points, entries
constexpr std::int64_t kPointsShareMax = 100'000;  // basis points: ten times as many
constexpr std::uint32_t kValidDaysMax = 3660;
constexpr std::uint32_t kHoldOutMax = 9'000;  // basis points
constexpr std::uint32_t kChanceMax = 1'000'000;
constexpr std::uint32_t kAfterMinutesMax = 30 * 24 * 60;

struct KindTraits {
  std::string_view name;
  std::int64_t value_max;
  bool money;          // a budget of rials and day_max bound it
  bool needs_invoice;  // it is a share of it, or is told beside it
  bool lasts;          // it has a validity
};

// In the order of EffectKind.
constexpr std::array<KindTraits, 11> kKinds = {{{"percent_off", kWholeBasisPoints, true, true, false},
                                                {"cash_off", kAmountMax, true, true, false},
                                                {"credit_percent", kWholeBasisPoints, true, true, true},
                                                {"credit", kAmountMax, true, false, true},
                                                {"points", kCountMax, false, false, false},
                                                {"points_percent", kPointsShareMax, false, true, false},
                                                {"gift", kAmountMax, true, false, true},
                                                {"entries", kCountMax, false, false, false},
                                                {"note", 0, false, true, false},
                                                {"item", 1, false, false, true},
                                                {"message", 1, false, false, false}}};

const KindTraits& traits_of(const OfferEffect& effect) {
  return kKinds.at(static_cast<std::size_t>(effect.kind));
}

void check_effect(const OfferEffect& effect, Occasion on, Words& wrong) {
  const KindTraits& kind = traits_of(effect);
  const std::string name(kind.name);
  const bool note = effect.kind == EffectKind::note, item = effect.kind == EffectKind::item;
  const bool message = effect.kind == EffectKind::message;
  if (is_said(effect.kind) && effect.text.empty()) wrong.push_back(name + ": says nothing");
  if (item && effect.text.empty()) wrong.push_back(name + ": of what");
  if (!note && effect.value <= 0) wrong.push_back(name + ": gives nothing");
  if (!note && effect.value > kind.value_max)
    wrong.push_back(name + ": more than " + std::to_string(kind.value_max));
  if (!is_said(effect.kind) && !item && !effect.text.empty())
    wrong.push_back(name + ": only a note has a text, an item or a message");
  if (kind.needs_invoice && on != Occasion::purchase)
    wrong.push_back(name + ": there is no invoice on this occasion");
  if (message && on != Occasion::purchase) wrong.push_back(name + ": on this occasion it stands beside then");
  if (message && (effect.after_minutes == 0 || effect.after_minutes > kAfterMinutesMax))
    wrong.push_back(name + ": a while after the purchase, up to 30 days");
  if (!message && effect.after_minutes != 0) wrong.push_back(name + ": only a message comes later");
  if (effect.valid_days != 0 && !kind.lasts) wrong.push_back(name + ": has no days of validity");
  if (effect.valid_days > kValidDaysMax)
    wrong.push_back(name + ": valid for more than " + std::to_string(kValidDaysMax) + " days");
  if (effect.day_max != 0 && !kind.money) wrong.push_back(name + ": only money has a bound of the day");
  if (effect.day_max < 0 || effect.day_max > kAmountMax)
    wrong.push_back(name + ": the bound of the day is no amount");
}

// A kind stands once, so that what it gives has one rounding; a bound of the day needs an offer of its own,
// because what was given today is known of the offer and not of its effects; and of a budget that discounts
// and credit share, a small invoice would leave more for credit.
void check_effects_together(const Offer& offer, Words& wrong) {
  if (offer.then.empty()) wrong.push_back("it gives nothing");
  std::array<int, kKinds.size()> seen{};
  int money = 0, discounts = 0, items = 0, messages = 0;
  bool day_max = false;
  for (const OfferEffect& effect : offer.then) {
    if (++seen.at(static_cast<std::size_t>(effect.kind)) == 2)
      wrong.push_back(std::string(traits_of(effect).name) + ": stands twice; write two offers");
    money += traits_of(effect).money ? 1 : 0;
    items += effect.kind == EffectKind::item ? 1 : 0;
    messages += effect.kind == EffectKind::message ? 1 : 0;
    discounts += effect.kind == EffectKind::percent_off || effect.kind == EffectKind::cash_off ? 1 : 0;
    day_max = day_max || effect.day_max != 0;
  }
  if (day_max && money > 1)
    wrong.push_back("a bound of the day is for an offer that gives money in one way; write two offers");
  if (offer.budget != 0 && money + items + messages == 0)
    wrong.push_back("a budget bounds money, items or messages, and it gives none");
  if (offer.budget != 0 && money != 0 && items != 0)
    wrong.push_back("a budget is so many rials or so many items; write two offers");
  if (offer.budget != 0 && discounts != 0 && discounts != money)
    wrong.push_back("a budget is for discounts or for what comes after them; write two offers");
  if (offer.budget < 0 || offer.budget > kAmountMax) wrong.push_back("the budget is no amount");
}

// Numbers and words that are not there on an occasion.
bool is_there(const Condition& condition, Occasion on) {
  if (!condition.words.empty() && condition.set == WordSet::event) return on == Occasion::event;
  if (on == Occasion::purchase) return true;
  if (!condition.words.empty()) return condition.set != WordSet::item;
  switch (condition.measure) {
    case Measure::amount:
    case Measure::branch:
    case Measure::branch_visits:
      return false;
    case Measure::days_away:
    case Measure::away_percent:
    case Measure::length_days:
    case Measure::score_length:
    case Measure::score_recency:
    case Measure::score_frequency:
    case Measure::score_monetary:
    case Measure::top_percent:
    case Measure::basket:
    case Measure::survey_score:
      return on != Occasion::join;
    default:
      return true;
  }
}

std::string_view subject_of(const Condition& condition) {
  return condition.words.empty() ? name_of(condition.measure) : name_of(condition.set);
}

std::vector<Condition> with_occasion(const Offer& offer) {
  std::vector<Condition> all = certain_on(offer.on);
  all.insert(all.begin(), offer.when.begin(), offer.when.end());
  return all;
}

void check_event(const Offer& offer, Words& wrong) {
  if (offer.on != Occasion::event) return;
  const WordId survey = word_id(kSurveyEvent);
  bool named = false;
  for (const Condition& one : offer.when) {
    if (one.words.empty() || one.set != WordSet::event) continue;
    named = named || !one.negated;
    if (std::ranges::find(one.words, survey) != one.words.end())
      wrong.push_back("event: an answered survey has an occasion of its own; write on: survey");
  }
  if (!named) wrong.push_back("which event: event says by what name");
}

void check_occasion(const Offer& offer, Words& wrong) {
  for (const Condition& condition : offer.when) {
    if (!is_there(condition, offer.on))
      wrong.push_back(std::string(subject_of(condition)) + ": is not known on this occasion");
  }
  const auto asks_away = [](const Condition& one) {
    return one.words.empty() && (one.measure == Measure::days_away || one.measure == Measure::away_percent);
  };
  if (offer.on == Occasion::away && std::ranges::none_of(offer.when, asks_away))
    wrong.push_back("who stayed away: days_away or away_percent says for how long");
  check_event(offer, wrong);
}

// Only a lower bound: what a part of the invoice reaches, the whole of it does.
bool is_lower_bound(const Condition& condition) {
  const Ranges ranges = condition.ranges.empty() ? Ranges{Range{}} : united(condition.ranges);
  return condition.every <= 1 && !condition.negated && ranges.size() == 1 && ranges[0].to == Range{}.to;
}

void check_splitting(const Offer& offer, Words& wrong) {
  if (offer.on != Occasion::purchase || only_says(offer)) return;
  for (const Condition& condition : offer.when) {
    if (!condition.words.empty()) continue;
    const std::string name(name_of(condition.measure));
    switch (condition.measure) {
      case Measure::amount:
      case Measure::spent:
        if (!is_lower_bound(condition))
          wrong.push_back(name + ": only \"at least\": else two small invoices earn more than one");
        break;
      case Measure::purchases:
        wrong.push_back(name + ": ask for visits: two invoices of a day are one visit");
        break;
      case Measure::days_away:
      case Measure::away_percent:
        if (contains(allowed(condition, {0, Range{}.to}), 0))
          wrong.push_back(name + ": from 1 up: the second invoice of a day is 0 days away");
        break;
      default:
        break;
    }
  }
}

// What comes by chance is bounded, so that nobody's luck is dear; and only a purchase draws once a day.
void check_draws(const Offer& offer, Words& wrong) {
  if (offer.hold_out > kHoldOutMax)
    wrong.push_back("hold_out: more than 90%, so hardly anybody would get it");
  if (offer.chance == 0) return;
  if (offer.chance < 2 || offer.chance > kChanceMax)
    wrong.push_back("chance: 1 in 2 to 1 in " + std::to_string(kChanceMax));
  if (offer.budget == 0) wrong.push_back("chance: what comes by chance needs a budget");
  if (offer.on != Occasion::purchase) wrong.push_back("chance: only on a purchase");
}

}  // namespace

std::vector<std::string> contradictions(const Offer& offer) {
  Words wrong;
  for (const OfferEffect& effect : offer.then) check_effect(effect, offer.on, wrong);
  check_effects_together(offer, wrong);
  if (offer.until != Instant{} && offer.until <= offer.from) wrong.push_back("it ends before it begins");
  check_occasion(offer, wrong);
  check_splitting(offer, wrong);
  check_draws(offer, wrong);
  const Words of_conditions = contradictions(with_occasion(offer));
  wrong.insert(wrong.end(), of_conditions.begin(), of_conditions.end());
  return wrong;
}

}  // namespace peyk::rules
