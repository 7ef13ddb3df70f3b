#include "handlers/programme_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers/programme_words.hpp"
#include "handlers/rules/ranges.hpp"
#include "templates/fold.hpp"

namespace peyk::handlers {
namespace {

using Json = nlohmann::json;  // its objects are sorted by key
using rules::Condition;
using rules::Offer;
using rules::OfferEffect;
using rules::Range;

[[noreturn]] void unreadable(std::string_view what) {
  throw DocumentError(fmt::format("not a document of a programme: {}", what));
}

// What is as it would be without being said is not said.
template <typename Value>
void put(Json& json, const char* key, const Value& value, const Value& usual = {}) {
  if (value != usual) json[key] = value;
}
void put_list(Json& json, const char* key, Json list) {
  if (!list.empty()) json[key] = std::move(list);
}
template <typename Value>
Value get(const Json& json, const char* key, const Value& usual = {}) {
  const auto found = json.find(key);
  return found == json.end() ? usual : found->get<Value>();
}
template <typename Item, typename Read>
std::vector<Item> get_list(const Json& json, const char* key, Read read) {
  std::vector<Item> items;
  const auto found = json.find(key);
  if (found == json.end()) return items;
  for (const Json& one : *found) items.push_back(read(one));
  return items;
}

Json range_json(const Range& range) {
  const Range all;
  return Json::array(
      {range.from == all.from ? Json() : Json(range.from), range.to == all.to ? Json() : Json(range.to)});
}
Range read_range(const Json& json) {
  Range range;
  if (!json.at(0).is_null()) range.from = json.at(0).get<std::int64_t>();
  if (!json.at(1).is_null()) range.to = json.at(1).get<std::int64_t>();
  return range;
}

Json condition_json(const Condition& condition) {
  Json json = Json::object();
  if (condition.words.empty()) {
    json["measure"] = word_of(condition.measure).name;
    Json ranges = Json::array();
    for (const Range& range : condition.ranges) ranges.push_back(range_json(range));
    put_list(json, "ranges", std::move(ranges));
    put(json, "every", condition.every);
  } else {
    json["set"] = word_of(condition.set);
    json["words"] = condition.word_names;
  }
  put(json, "not", condition.negated);
  return json;
}

// What documents once called `birthday` was counted to the next one: the day behind it had 364 or 365 to go.
constexpr std::string_view kNextBirthday = "birthday";
std::vector<Range> to_nearest_birthday(const std::vector<Range>& to_next) {
  const MeasureWord& nearest = word_of(rules::Measure::days_to_birthday);
  rules::Ranges ranges;
  for (const Range& one : to_next) {
    ranges.push_back({one.from, std::min(one.to, nearest.max)});
    ranges.push_back({std::max(one.from - 365, nearest.min), one.to - 366});
  }
  return rules::united(ranges);
}

Condition read_condition(const Json& json) {
  Condition condition;
  condition.negated = get(json, "not", false);
  if (const auto set = json.find("set"); set != json.end()) {
    const auto known = set_named(set->get<std::string>());
    if (!known) unreadable("a set that nobody knows");
    condition.set = *known;
    condition.word_names = json.at("words").get<std::vector<std::string>>();
    for (const std::string& word : condition.word_names) condition.words.push_back(word_id_of(word));
    return condition;
  }
  const auto name = json.at("measure").get<std::string>();
  condition.ranges = get_list<Range>(json, "ranges", read_range);
  if (name == kNextBirthday) {
    condition.measure = rules::Measure::days_to_birthday;
    condition.ranges = to_nearest_birthday(condition.ranges);
    return condition;
  }
  const MeasureWord* measure = measure_named(name);
  if (measure == nullptr) unreadable("a measure that nobody knows");
  condition.measure = measure->measure;
  condition.every = get(json, "every", std::uint32_t{0});
  return condition;
}

Json conditions_json(const std::vector<Condition>& conditions) {
  Json json = Json::array();
  for (const Condition& condition : conditions) json.push_back(condition_json(condition));
  return json;
}

Json effect_json(const OfferEffect& effect) {
  Json json{{"effect", word_of(effect.kind).name}};
  put(json, "value", effect.value);
  put(json, "valid_days", effect.valid_days);
  put(json, "day_max", effect.day_max);
  put(json, "text", effect.text);
  put(json, "after_minutes", effect.after_minutes);
  return json;
}

OfferEffect read_effect(const Json& json) {
  const EffectWord* word = effect_named(json.at("effect").get<std::string>());
  if (word == nullptr) unreadable("an effect that nobody knows");
  return {.kind = word->kind,
          .value = get(json, "value", std::int64_t{0}),
          .valid_days = get(json, "valid_days", std::uint32_t{0}),
          .day_max = get(json, "day_max", rules::Amount{0}),
          .text = get(json, "text", std::string()),
          .after_minutes = get(json, "after_minutes", std::uint32_t{0})};
}

template <typename E>
E read_word(const Json& json, const char* key, Words<E> words, E usual) {
  const auto value = value_in(words, get(json, key, std::string(word_in(words, usual))));
  if (!value) unreadable("a word that nobody knows");
  return *value;
}

std::int64_t micros(rules::Instant at) {
  return at.time_since_epoch().count();
}
rules::Instant instant(std::int64_t since_epoch) {
  return rules::Instant(std::chrono::microseconds(since_epoch));
}

Json segment_json(const rules::Segment& segment) {
  Json json{{"name", segment.name}};
  put(json, "title", segment.title);
  put_list(json, "when", conditions_json(segment.when));
  return json;
}
rules::Segment read_segment(const Json& json) {
  return {.name = json.at("name").get<std::string>(),
          .title = get(json, "title", std::string()),
          .when = get_list<Condition>(json, "when", read_condition)};
}

Json tiers_json(const rules::TierPlan& plan) {
  const rules::TierPlan usual;
  Json json = Json::object();
  put(json, "by", std::string(word_in(tier_measure_words(), plan.by)), std::string("spend"));
  put(json, "period_days", plan.period_days, usual.period_days);
  put(json, "grace_days", plan.grace_days, usual.grace_days);
  Json list = Json::array();
  for (const rules::Tier& tier : plan.tiers) {
    Json one{{"name", tier.name}, {"from", tier.from}};
    put(one, "title", tier.title);
    list.push_back(std::move(one));
  }
  put_list(json, "list", std::move(list));
  return json;
}
rules::TierPlan read_tiers(const Json& json) {
  const rules::TierPlan usual;
  return {.by = read_word(json, "by", tier_measure_words(), usual.by),
          .period_days = get(json, "period_days", usual.period_days),
          .grace_days = get(json, "grace_days", usual.grace_days),
          .tiers = get_list<rules::Tier>(json, "list", [](const Json& one) {
            return rules::Tier{.name = one.at("name").get<std::string>(),
                               .title = get(one, "title", std::string()),
                               .from = one.at("from").get<std::int64_t>()};
          })};
}

Json bounds_json(const rules::LrfmBounds& bounds) {
  return {{"length_days", bounds.length_days},
          {"days_away", bounds.days_away},
          {"visits", bounds.visits},
          {"spent", bounds.spent}};
}
rules::LrfmBounds bounds_of(const Json& json) {
  return {.length_days = json.at("length_days").get<rules::Bounds>(),
          .days_away = json.at("days_away").get<rules::Bounds>(),
          .visits = json.at("visits").get<rules::Bounds>(),
          .spent = json.at("spent").get<rules::Bounds>()};
}

// What the library throws of a document that is broken becomes ours.
template <typename Read>
auto reading(std::string_view document, Read read) {
  try {
    return read(Json::parse(document));
  } catch (const Json::exception& broken) {
    unreadable(broken.what());
  }
}

}  // namespace

rules::WordId word_id_of(std::string_view word) {
  return rules::word_id(templates::fold(word));
}

std::string programme_document(const Programme& programme) {
  Json json = Json::object();
  Json segments = Json::array();
  for (const rules::Segment& segment : programme.segments) segments.push_back(segment_json(segment));
  put_list(json, "segments", std::move(segments));
  put_list(json, "tiers", tiers_json(programme.tiers));
  put(json, "points_per", programme.points_per);
  if (programme.bounds_given) json["lrfm"] = bounds_json(*programme.bounds_given);
  return json.dump();
}

Programme read_programme(std::string_view document) {
  return reading(document, [](const Json& json) {
    Programme programme;
    programme.segments = get_list<rules::Segment>(json, "segments", read_segment);
    if (const auto tiers = json.find("tiers"); tiers != json.end()) programme.tiers = read_tiers(*tiers);
    programme.points_per = get(json, "points_per", rules::Amount{0});
    if (const auto lrfm = json.find("lrfm"); lrfm != json.end()) programme.bounds_given = bounds_of(*lrfm);
    return programme;
  });
}

std::string offer_document(const Offer& offer) {
  Json json{{"name", offer.name}};
  put(json, "title", offer.title);
  put(json, "on", std::string(word_in(occasion_words(), offer.on)), std::string("purchase"));
  put_list(json, "when", conditions_json(offer.when));
  Json then = Json::array();
  for (const OfferEffect& effect : offer.then) then.push_back(effect_json(effect));
  put_list(json, "then", std::move(then));
  put(json, "from", micros(offer.from));
  put(json, "until", micros(offer.until));
  put(json, "per_member", offer.per_member);
  put(json, "per_member_day", offer.per_member_day);
  put(json, "budget", offer.budget);
  put(json, "stacking", std::string(word_in(stacking_words(), offer.stacking)), std::string("all"));
  put(json, "priority", offer.priority);
  put(json, "hold_out", offer.hold_out);
  put(json, "chance", offer.chance);
  put(json, "message", offer.message);
  return json.dump();
}

Offer read_offer(std::string_view document) {
  return reading(document, [](const Json& json) {
    Offer offer;
    offer.name = json.at("name").get<std::string>();
    offer.title = get(json, "title", std::string());
    offer.on = read_word(json, "on", occasion_words(), rules::Occasion::purchase);
    offer.when = get_list<Condition>(json, "when", read_condition);
    offer.then = get_list<OfferEffect>(json, "then", read_effect);
    offer.from = instant(get(json, "from", std::int64_t{0}));
    offer.until = instant(get(json, "until", std::int64_t{0}));
    offer.per_member = get(json, "per_member", std::uint32_t{0});
    offer.per_member_day = get(json, "per_member_day", std::uint32_t{0});
    offer.budget = get(json, "budget", rules::Amount{0});
    offer.stacking = read_word(json, "stacking", stacking_words(), rules::Stacking::all);
    offer.priority = get(json, "priority", std::int32_t{0});
    offer.hold_out = get(json, "hold_out", std::uint16_t{0});
    offer.chance = get(json, "chance", std::uint32_t{0});
    offer.message = get(json, "message", std::string());
    return offer;
  });
}

std::string bounds_document(const rules::LrfmBounds& bounds) {
  return bounds_json(bounds).dump();
}

rules::LrfmBounds read_bounds(std::string_view document) {
  return reading(document, bounds_of);
}

std::string places_document(const rules::SpendPlaces& places) {
  return Json(places).dump();
}

rules::SpendPlaces read_places(std::string_view document) {
  return reading(document, [](const Json& json) { return json.get<rules::SpendPlaces>(); });
}

}  // namespace peyk::handlers
