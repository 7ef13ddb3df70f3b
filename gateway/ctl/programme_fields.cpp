#include "gateway/ctl/programme_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "gateway/ctl/apply.hpp"
#include "handlers/programme_words.hpp"
#include "templates/dates.hpp"

namespace peyk::gateway::ctl {
namespace {

using namespace handlers;

constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyz0123456789_.-";

// A value that people could have typed without quotes stays without.
std::string scalar(std::string_view text) {
  const bool plain =
      !text.empty() && text.find_first_not_of(kPlain) == text.npos && text[0] != '-' && text[0] != '.';
  return plain ? std::string(text) : yaml_quoted(text);
}

std::string list(const std::vector<std::string>& values) {
  if (values.size() == 1) return scalar(values[0]);
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "[" : ", ") + scalar(value);
  return text + "]";
}

std::string day_of(rules::Instant at, std::string_view time_zone) {
  const auto date = templates::local_date(at, time_zone);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string effect_value(const rules::OfferEffect& effect) {
  const EffectWord& word = handlers::word_of(effect.kind);
  const std::string value = word.max == 0 ? yaml_quoted(effect.text) : value_of(effect);
  if (effect.valid_days == 0 && effect.day_max == 0 && effect.after_minutes == 0) return value;
  std::string text = fmt::format("{{{}: {}", word.value_key, value);
  if (effect.valid_days != 0) text += fmt::format(", valid_days: {}", effect.valid_days);
  if (effect.day_max != 0) text += fmt::format(", day_max: {}", effect.day_max);
  if (effect.after_minutes != 0)
    text += fmt::format(", after: {}", handlers::span_text(effect.after_minutes));
  return text + "}";
}

class FieldList {
 public:
  void text(std::string_view key, const std::string& value) {
    if (!value.empty()) fields_.emplace_back(key, yaml_quoted(value));
  }
  template <typename Number>
  void number(std::string_view key, Number value, Number usual = {}) {
    if (value != usual) fields_.emplace_back(key, fmt::format("{}", value));
  }
  template <typename E>
  void word(std::string_view key, Words<E> words, E value, E usual) {
    if (value != usual) fields_.emplace_back(key, word_in(words, value));
  }
  void raw(std::string key, std::string value) { fields_.emplace_back(std::move(key), std::move(value)); }
  void conditions(const std::vector<rules::Condition>& conditions, const rules::TierPlan& tiers) {
    for (const bool negated : {false, true}) {
      for (const rules::Condition& one : conditions) {
        if (one.negated == negated)
          raw(fmt::format("when.{}{}", negated ? "not." : "", key_of(one)), list(values_of(one, tiers)));
      }
    }
  }
  Fields take() { return std::move(fields_); }

 private:
  Fields fields_;
};

}  // namespace

Fields fields_of(const Programme& programme) {
  const rules::TierPlan usual;
  FieldList fields;
  fields.number("points_per", programme.points_per);
  if (const auto& bounds = programme.bounds_given) {
    fields.raw("lrfm.length_days", fmt::format("[{}]", fmt::join(bounds->length_days, ", ")));
    fields.raw("lrfm.days_away", fmt::format("[{}]", fmt::join(bounds->days_away, ", ")));
    fields.raw("lrfm.visits", fmt::format("[{}]", fmt::join(bounds->visits, ", ")));
    fields.raw("lrfm.spent", fmt::format("[{}]", fmt::join(bounds->spent, ", ")));
  }
  fields.word("tiers.by", tier_measure_words(), programme.tiers.by, usual.by);
  fields.number("tiers.period_days", programme.tiers.period_days, usual.period_days);
  fields.number("tiers.grace_days", programme.tiers.grace_days, usual.grace_days);
  return fields.take();
}

Fields fields_of(const rules::Tier& tier) {
  FieldList fields;
  fields.text("title", tier.title);
  fields.number("from", tier.from);
  return fields.take();
}

Fields fields_of(const rules::Segment& segment, const rules::TierPlan& tiers) {
  FieldList fields;
  fields.text("title", segment.title);
  fields.conditions(segment.when, tiers);
  return fields.take();
}

Fields fields_of(const rules::Offer& offer, const rules::TierPlan& tiers, std::string_view time_zone) {
  FieldList fields;
  fields.text("title", offer.title);
  fields.word("on", occasion_words(), offer.on, rules::Occasion::purchase);
  fields.conditions(offer.when, tiers);
  for (const rules::OfferEffect& effect : offer.then)
    fields.raw(fmt::format("then.{}", handlers::word_of(effect.kind).name), effect_value(effect));
  if (offer.from != rules::Instant{}) fields.raw("from", day_of(offer.from, time_zone));
  if (offer.until != rules::Instant{})
    fields.raw("until", day_of(templates::last_day_of(offer.until), time_zone));
  fields.number("per_member", offer.per_member);
  fields.number("per_member_day", offer.per_member_day, usual_per_member_day(offer));
  fields.number("budget", offer.budget);
  fields.word("stacking", stacking_words(), offer.stacking, rules::Stacking::all);
  fields.number("priority", offer.priority);
  if (offer.hold_out != 0) fields.raw("hold_out", percent_text(offer.hold_out));
  if (offer.chance != 0) fields.raw("chance", fmt::format("1 in {}", offer.chance));
  fields.text("message", offer.message);
  return fields.take();
}

namespace {

using Lines = std::vector<std::string>;
using Named = std::map<std::string, Fields>;

// Keys that both have, in the order of the fresh ones; then those that are gone.
void compare_fields(Lines& lines, std::string_view of, const Fields& before, const Fields& after) {
  const auto find = [](const Fields& fields, const std::string& key) {
    return std::ranges::find(fields, key, &Fields::value_type::first);
  };
  for (const auto& [key, value] : after) {
    const auto old = find(before, key);
    if (old == before.end()) {
      lines.push_back(fmt::format("~ {}{}: {} -> {}", of, key, kNotGiven, value));
    } else if (old->second != value) {
      lines.push_back(fmt::format("~ {}{}: {} -> {}", of, key, old->second, value));
    }
  }
  for (const auto& [key, value] : before) {
    if (find(after, key) == after.end())
      lines.push_back(fmt::format("~ {}{}: {} -> {}", of, key, value, kNotGiven));
  }
}

void compare_named(Lines& lines, std::string_view noun, const Named& before, const Named& after) {
  for (const auto& [name, fields] : before) {
    if (!after.contains(name)) lines.push_back(fmt::format("- {} {}", noun, name));
  }
  for (const auto& [name, fields] : after) {
    const auto old = before.find(name);
    if (old != before.end()) {
      compare_fields(lines, fmt::format("{} {}: ", noun, name), old->second, fields);
      continue;
    }
    std::string said;
    for (const auto& [key, value] : fields) said += fmt::format(", {}: {}", key, value);
    lines.push_back(fmt::format("+ {} {}{}", noun, name, said));
  }
}

Named tiers_of(const Programme& programme) {
  Named named;
  for (const rules::Tier& tier : programme.tiers.tiers) named[tier.name] = fields_of(tier);
  return named;
}
Named segments_of(const Programme& programme) {
  Named named;
  for (const rules::Segment& one : programme.segments) named[one.name] = fields_of(one, programme.tiers);
  return named;
}
// Those of the file.
Named offers_of(const Programme& programme, std::string_view time_zone) {
  Named named;
  for (const rules::Offer& one : programme.offers) {
    if (!is_managers(one)) named[one.name] = fields_of(one, programme.tiers, time_zone);
  }
  return named;
}
// Which stands where in a list whose order means something.
template <typename Items>
std::string order_of(const Items& items) {
  std::string names;
  for (const auto& item : items) names += (names.empty() ? "" : ", ") + item.name;
  return names;
}

// "tiers.by" under its section, "when.not.tier" and "then.credit" as maps on a line.
class Map {
 public:
  explicit Map(const Fields& fields) {
    for (const auto& [key, value] : fields) {
      const std::string path = key;
      if (path.starts_with("when.not.")) {
        add(not_, path.substr(9), value);
      } else if (path.starts_with("when.")) {
        add(when_, path.substr(5), value);
      } else if (path.starts_with("then.")) {
        add(then_, path.substr(5), value);
      } else {
        plain_.emplace_back(key, value);
      }
    }
    if (!not_.empty()) add(when_, "not", "{" + not_ + "}");
  }

  // The entry of a list, its name first.
  std::string entry(std::string_view name) const {
    std::string yaml = fmt::format("  - name: {}\n", name);
    bool maps_written = false;
    const auto maps = [&] {
      if (!maps_written && !when_.empty()) yaml += "    when: {" + when_ + "}\n";
      if (!maps_written && !then_.empty()) yaml += "    then: {" + then_ + "}\n";
      maps_written = true;
    };
    for (const auto& [key, value] : plain_) {
      if (key != "title" && key != "on") maps();
      yaml += fmt::format("    {}: {}\n", key, value);
    }
    maps();
    return yaml;
  }

 private:
  static void add(std::string& map, std::string_view key, std::string_view value) {
    map += fmt::format("{}{}: {}", map.empty() ? "" : ", ", key, value);
  }

  Fields plain_;
  std::string when_, not_, then_;
};

}  // namespace

std::vector<std::string> programme_differences(const Programme& before, std::string_view zone_before,
                                               const Programme& after, std::string_view zone_after) {
  Lines lines;
  compare_fields(lines, "", fields_of(before), fields_of(after));
  const Named tiers_before = tiers_of(before), tiers_after = tiers_of(after);
  compare_named(lines, "tier", tiers_before, tiers_after);
  const Named segments_before = segments_of(before), segments_after = segments_of(after);
  compare_named(lines, "segment", segments_before, segments_after);
  const std::string old = order_of(before.segments), fresh = order_of(after.segments);
  if (old != fresh && old.size() == fresh.size() && segments_before == segments_after)
    lines.push_back(fmt::format("~ segments: {} -> {}", old, fresh));
  compare_named(lines, "offer", offers_of(before, zone_before), offers_of(after, zone_after));
  return lines;
}

std::string programme_as_yaml(const Programme& programme, std::string_view time_zone) {
  std::string yaml, lrfm, tiers;
  for (const auto& [key, value] : fields_of(programme)) {
    const std::size_t dot = key.find('.');
    std::string& section = dot == key.npos ? yaml : key.starts_with("lrfm") ? lrfm : tiers;
    section += fmt::format("{}{}: {}\n", dot == key.npos ? "" : "  ",
                           dot == key.npos ? key : key.substr(dot + 1), value);
  }
  if (!lrfm.empty()) yaml += "lrfm:\n" + lrfm;
  if (!programme.tiers.tiers.empty()) {
    tiers += "  list:\n";
    for (const rules::Tier& tier : programme.tiers.tiers) {
      tiers += fmt::format("    - {{name: {}", tier.name);
      for (const auto& [key, value] : fields_of(tier)) tiers += fmt::format(", {}: {}", key, value);
      tiers += "}\n";
    }
  }
  if (!tiers.empty()) yaml += "tiers:\n" + tiers;
  if (!programme.segments.empty()) yaml += "segments:\n";
  for (const rules::Segment& one : programme.segments)
    yaml += Map(fields_of(one, programme.tiers)).entry(one.name);
  std::string offers, begun;
  for (const rules::Offer& one : programme.offers) {
    if (is_managers(one)) {
      begun += "# Not of this file, begun by a manager's text: " + one.name + "\n";
    } else {
      offers += Map(fields_of(one, programme.tiers, time_zone)).entry(one.name);
    }
  }
  return yaml + (offers.empty() ? "" : "offers:\n" + offers) + begun;
}

}  // namespace peyk::gateway::ctl
