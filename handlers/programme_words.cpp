#include "handlers/programme_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "handlers/rules/behaviour.hpp"

namespace peyk::handlers {
namespace {

using rules::EffectKind;
using rules::Measure;
using rules::Range;
using rules::WordSet;

constexpr std::int64_t kCountMax = 1'000'000;
constexpr std::int64_t kDaysMax = 36'500;

constexpr std::array<MeasureWord, rules::kMeasures> kMeasureWords{{
    {Measure::visits, "visits", "visits", Unit::count, 0, kCountMax,
     "Days on which she bought, this one counted"},
    {Measure::branch_visits, "branch_visits", "branch_visits", Unit::count, 0, kCountMax,
     "The same at this branch"},
    {Measure::purchases, "purchases", "purchases", Unit::count, 0, kCountMax,
     "Her invoices, this one counted"},
    {Measure::spent, "spent", "spent", Unit::rials, 0, rules::kAmountMax,
     "What she spent in all, this invoice counted, in rials"},
    {Measure::days_away, "days_away", "days_away", Unit::count, 0, kDaysMax,
     "Days since the visit before; 0: the same day"},
    {Measure::away_percent, "away_percent", "away_percent", Unit::percent, 0, 100'000,
     "The same in percent of her usual gap"},
    {Measure::length_days, "length_days", "length_days", Unit::count, 0, kDaysMax,
     "Days since her first visit"},
    {Measure::member_days, "member_days", "member_days", Unit::count, 0, kDaysMax, "Days since she joined"},
    {Measure::score_length, "score_length", "score_length", Unit::score, 1, 5,
     "LRFM: how long she has been coming, 1 to 5"},
    {Measure::score_recency, "score_recency", "score_recency", Unit::score, 1, 5,
     "LRFM: how lately she came, 1 to 5"},
    {Measure::score_frequency, "score_frequency", "score_frequency", Unit::score, 1, 5,
     "LRFM: how often she came, 1 to 5"},
    {Measure::score_monetary, "score_monetary", "score_monetary", Unit::score, 1, 5,
     "LRFM: how much she spent, 1 to 5"},
    {Measure::top_percent, "top_percent", "top_percent", Unit::score, 1, 100,
     "Her place by what she spent, in percent of the club's buyers: 1 the best, 100 the last"},
    {Measure::basket, "basket", "basket", Unit::trend, 1, 3,
     "How her last baskets go beside all of hers: falling, steady, rising"},
    {Measure::tier, "tier", "tier", Unit::tier, 0, 10, "Her tier, by name; none: she has none"},
    {Measure::points, "points", "points", Unit::rials, 0, rules::kAmountMax, "Her points"},
    {Measure::age_years, "age", "age", Unit::count, 0, 150, "Her age in years"},
    {Measure::gender, "gender", "gender", Unit::gender, 1, 2, "woman, man"},
    {Measure::profile_complete, "profile_complete", "profile_complete", Unit::flag, 0, 1,
     "She has told all that the club asks of her"},
    {Measure::days_to_birthday, "nearest_birthday", "birthday", Unit::birthday, -182, 183,
     "Days to her birthday; 0: today, -3..3: three days around it"},
    {Measure::survey_score, "survey_score", "survey_score", Unit::score, 1, 5,
     "Her last rating, 1 to 5; any: she has given one"},
    {Measure::credit, "credit", "credit", Unit::rials, 0, rules::kAmountMax,
     "What she may spend now, in rials"},
    {Measure::referred, "referred", "referred", Unit::flag, 0, 1, "Somebody invited her"},
    {Measure::amount, "amount", "amount", Unit::rials, 0, rules::kAmountMax,
     "The invoice, less what codes have paid, in rials"},
    {Measure::branch, "branch", "branch", Unit::branch, 1, 999'999, "The number of the branch"},
    {Measure::minute, "minute", "hours", Unit::hours, 0, 1440,
     "By the club's clock: 17:00-20:00, over midnight too"},
    {Measure::weekday, "weekday", "weekday", Unit::weekday, 0, 6,
     "sat, sun, mon, tue, wed, thu, fri, or in Persian; sat..wed"},
    {Measure::date, "date", "dates", Unit::date, 10'000'101, 99'991'231,
     "Days, both ends counted: 2026-11-20..2026-11-27, 1405/09/01..1405/09/07"},
    {Measure::jalali_date, "jalali_date", "dates", Unit::jalali_date, 12'000'101, 15'991'230,
     "Days, both ends counted: 1405/09/01..1405/09/07"},
    {Measure::jalali_month_day, "jalali_day", "jalali_days", Unit::jalali_day, 101, 1'230,
     "Days of each Jalali year: 09/30, 12/25..01/13"},
    {Measure::hijri_month_day, "hijri_day", "hijri_days", Unit::hijri_day, 101, 1'230,
     "Days of each lunar Hijri year: 09/01..09/30"},
    {Measure::gregorian_month_day, "gregorian_day", "gregorian_days", Unit::gregorian_day, 101, 1'231,
     "Days of each Gregorian year: 12-25"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kMeasureWords.size(); ++i) {
    if (kMeasureWords[i].measure != static_cast<Measure>(i)) return false;
  }
  return true;
}
static_assert(in_order(), "a row for each measure, in the order of rules::Measure");

constexpr std::array<SetWord, rules::kWordSets> kSetWords{{
    {WordSet::segment, "segment", "She is in one of these segments, by name"},
    {WordSet::tag, "tag", "She has one of these tags"},
    {WordSet::city, "city", "She lives in one of these"},
    {WordSet::item, "item", "The invoice has one of these items"},
    {WordSet::occasion, "occasion", "The day is one of these: nowruz, yalda …"},
    {WordSet::event, "event",
     "With on: event: she did one of these, by the names that the club's systems send"},
}};

constexpr std::int64_t kShareMax = rules::kWholeBasisPoints;
constexpr std::int64_t kPointsShareMax = 10 * kShareMax;
constexpr std::array<EffectWord, 11> kEffectWords{{
    {EffectKind::percent_off, "percent_off", "percent", Unit::basis_points, kShareMax, false, true, "{}% off",
     "Off the invoice at once, where the till asks for a quote"},
    {EffectKind::cash_off, "cash_off", "amount", Unit::rials, rules::kAmountMax, false, true, "{} off",
     "The same, in rials"},
    {EffectKind::credit_percent, "credit_percent", "percent", Unit::basis_points, kShareMax, true, true,
     "{}% credit", "Credit, in percent of what is paid in money"},
    {EffectKind::credit, "credit", "amount", Unit::rials, rules::kAmountMax, true, true, "{} credit",
     "Credit, in rials"},
    {EffectKind::points, "points", "count", Unit::count, kCountMax, false, false, "{} points", "Points"},
    {EffectKind::points_percent, "points_percent", "percent", Unit::basis_points, kPointsShareMax, false,
     false, "{}% more points", "More points, in percent of the purchase's own: 100 doubles them"},
    {EffectKind::gift, "gift", "amount", Unit::rials, rules::kAmountMax, true, true, "a gift of {}",
     "A gift code to give away, in rials"},
    {EffectKind::entries, "entries", "count", Unit::count, 1'000, false, false, "{} entries",
     "Entries in the draw"},
    {EffectKind::note, "note", "text", Unit::count, 0, false, false, "note \"{}\"",
     "What the cashier is told"},
    {EffectKind::item, "item", "text", Unit::count, 0, true, false, "item \"{}\"",
     "One piece of something, for a code that the cashier hands it over for"},
    {EffectKind::message, "message", "text", Unit::count, 0, false, false, "message \"{}\"",
     "A text to her some time after the purchase, by day, with {club} and {branch}"},
}};

constexpr std::array<std::string_view, 7> kWeekdays{"sat", "sun", "mon", "tue", "wed", "thu", "fri"};

constexpr std::pair<std::string_view, rules::Occasion> kOccasions[] = {
    {"purchase", rules::Occasion::purchase}, {"birthday", rules::Occasion::birthday},
    {"away", rules::Occasion::away},         {"join", rules::Occasion::join},
    {"profile", rules::Occasion::profile},   {"survey", rules::Occasion::survey},
    {"event", rules::Occasion::event}};
constexpr std::pair<std::string_view, rules::Stacking> kStacking[] = {{"all", rules::Stacking::all},
                                                                      {"best", rules::Stacking::best}};
constexpr std::pair<std::string_view, rules::TierMeasure> kTierMeasures[] = {
    {"spend", rules::TierMeasure::spend}, {"points", rules::TierMeasure::points}};

std::string minute_text(std::int64_t minute) {
  return fmt::format("{:02}:{:02}", minute / 60, minute % 60);
}

// One value of a unit whose values can be the ends of a range.
std::string value_text(Unit unit, std::int64_t value, const rules::TierPlan& tiers) {
  const std::int64_t day = value % 100, month = value / 100 % 100, year = value / 10'000;
  switch (unit) {
    case Unit::tier:
      if (value < 1) return std::string(kNoTier);
      return static_cast<std::size_t>(value) <= tiers.tiers.size()
                 ? tiers.tiers[static_cast<std::size_t>(value) - 1].name
                 : fmt::format("{}", value);
    case Unit::flag:
      return value == 0 ? "false" : "true";
    case Unit::gender:
      return value == 1 ? "woman" : "man";
    case Unit::trend:
      return std::string(rules::name_of(static_cast<rules::BasketTrend>(value)));
    case Unit::weekday:
      return std::string(weekday_name(value));
    case Unit::date:
      return fmt::format("{:04}-{:02}-{:02}", year, month, day);
    case Unit::jalali_date:
      return fmt::format("{:04}/{:02}/{:02}", year, month, day);
    case Unit::jalali_day:
    case Unit::hijri_day:
      return fmt::format("{:02}/{:02}", month, day);
    case Unit::gregorian_day:
      return fmt::format("{:02}-{:02}", month, day);
    default:
      return fmt::format("{}", value);
  }
}

// What is written one by one: never as a range.
bool stands_alone(Unit unit) {
  return unit == Unit::weekday || unit == Unit::branch || unit == Unit::flag || unit == Unit::gender ||
         unit == Unit::trend;
}

void add_range(std::vector<std::string>& texts, const Range& range, Unit unit, const rules::TierPlan& tiers) {
  const Range all;
  const auto text = [&](std::int64_t value) { return value_text(unit, value, tiers); };
  if (unit == Unit::hours) {
    texts.push_back(minute_text(range.from) + "-" + minute_text(range.to + 1));
  } else if (range.from == range.to) {
    texts.push_back(text(range.from));
  } else if (stands_alone(unit)) {
    for (std::int64_t value = range.from; value <= range.to; ++value) texts.push_back(text(value));
  } else if (range.to == all.to) {
    texts.push_back(">=" + text(range.from));
  } else if (range.from == all.from) {
    texts.push_back("<=" + text(range.to));
  } else {
    texts.push_back(text(range.from) + ".." + text(range.to));
  }
}

}  // namespace

std::span<const MeasureWord> measure_words() {
  return kMeasureWords;
}

const MeasureWord& word_of(Measure measure) {
  return kMeasureWords.at(static_cast<std::size_t>(measure));
}

const MeasureWord* measure_named(std::string_view name) {
  const auto* found = std::ranges::find(kMeasureWords, name, &MeasureWord::name);
  return found == kMeasureWords.end() ? nullptr : found;
}

std::span<const SetWord> set_words() {
  return kSetWords;
}

std::string_view word_of(WordSet set) {
  return kSetWords.at(static_cast<std::size_t>(set)).name;
}

std::optional<WordSet> set_named(std::string_view name) {
  const auto* found = std::ranges::find(kSetWords, name, &SetWord::name);
  return found == kSetWords.end() ? std::nullopt : std::optional(found->set);
}

std::span<const EffectWord> effect_words() {
  return kEffectWords;
}

const EffectWord& word_of(EffectKind kind) {
  return kEffectWords.at(static_cast<std::size_t>(kind));
}

const EffectWord* effect_named(std::string_view name) {
  const auto* found = std::ranges::find(kEffectWords, name, &EffectWord::name);
  return found == kEffectWords.end() ? nullptr : found;
}

Words<rules::Occasion> occasion_words() {
  return kOccasions;
}
Words<rules::Stacking> stacking_words() {
  return kStacking;
}
Words<rules::TierMeasure> tier_measure_words() {
  return kTierMeasures;
}

std::string_view weekday_name(std::int64_t day) {
  return kWeekdays.at(static_cast<std::size_t>(day));
}

std::uint32_t usual_per_member_day(const rules::Offer& offer) {
  return rules::gives_by_piece(offer) ? 1 : 0;
}

std::string_view key_of(const rules::Condition& condition) {
  return condition.words.empty() ? word_of(condition.measure).key : word_of(condition.set);
}

std::vector<std::string> values_of(const rules::Condition& condition, const rules::TierPlan& tiers) {
  if (!condition.words.empty()) return condition.word_names;
  std::vector<std::string> texts;
  for (const Range& range : condition.ranges) add_range(texts, range, word_of(condition.measure).unit, tiers);
  if (condition.every != 0) {
    texts.push_back(fmt::format("every {}", condition.every));
  } else if (condition.ranges.empty()) {
    texts.emplace_back(kAnyValue);
  }
  return texts;
}

std::string percent_text(std::int64_t basis_points) {
  std::string text = fmt::format("{}.{:02}", basis_points / 100, basis_points % 100);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string value_of(const rules::OfferEffect& effect) {
  const EffectWord& word = word_of(effect.kind);
  if (word.max == 0) return effect.text;
  return word.unit == Unit::basis_points ? percent_text(effect.value) : fmt::format("{}", effect.value);
}

std::string span_text(std::uint32_t minutes) {
  constexpr std::uint32_t kHour = 60, kDay = 24 * kHour;
  if (minutes % kDay == 0) return fmt::format("{}d", minutes / kDay);
  return minutes % kHour == 0 ? fmt::format("{}h", minutes / kHour) : fmt::format("{}m", minutes);
}

std::string said(const rules::Condition& condition, const rules::TierPlan& tiers) {
  return fmt::format("{}{} {}", condition.negated ? "not " : "", key_of(condition),
                     fmt::join(values_of(condition, tiers), " or "));
}

std::string said(const rules::OfferEffect& effect) {
  std::string text = fmt::format(fmt::runtime(word_of(effect.kind).said), value_of(effect));
  if (effect.valid_days != 0) text += fmt::format(", {} days", effect.valid_days);
  if (effect.day_max != 0) text += fmt::format(", at most {} a day", effect.day_max);
  if (effect.after_minutes != 0) text += fmt::format(", {} after", span_text(effect.after_minutes));
  return text;
}

}  // namespace peyk::handlers
