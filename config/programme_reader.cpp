#include "config/programme_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>

#include "config/condition_reader.hpp"
#include "config/scalars.hpp"
#include "handlers/later.hpp"
#include "handlers/programme_words.hpp"
#include "handlers/rules/remarks.hpp"
#include "templates/alphabet.hpp"
#include "templates/catalogue.hpp"
#include "templates/dates.hpp"

namespace peyk::config {
namespace {

using handlers::EffectWord;
using handlers::Programme;

constexpr std::size_t kTiersMax = 10;
constexpr std::uint32_t kUsesMax = 1'000'000;
constexpr std::string_view kNameOctets = "abcdefghijklmnopqrstuvwxyz0123456789-";

bool is_line_of(std::string_view text, std::size_t max) {
  return is_clean_line(text) && characters(text) <= max;
}

constexpr std::string_view kPlaceholders[] = {"club", "credit", "code", "until", "item"};

// Each `{` begins a placeholder that is known, and is closed.
bool has_placeholders_of(std::span<const std::string_view> known, std::string_view text) {
  for (std::size_t at = text.find_first_of("{}"); at != text.npos; at = text.find_first_of("{}", at)) {
    const std::size_t end = text.find('}', at);
    if (text[at] != '{' || end == text.npos) return false;
    if (std::ranges::find(known, text.substr(at + 1, end - at - 1)) == known.end()) return false;
    at = end + 1;
  }
  return true;
}

constexpr TextRule kName{[](std::string_view t) { return consists_of(t, kNameOctets, 1, 40); },
                         "1 to 40 of a-z, 0-9 and -"};
constexpr TextRule kTierName{
    [](std::string_view t) { return kName.fits(t) && t != handlers::kNoTier && t != handlers::kAnyValue; },
    "1 to 40 of a-z, 0-9 and -, but none and any"};
constexpr TextRule kOfferName{
    [](std::string_view t) { return kName.fits(t) && !t.starts_with(handlers::kManagersOffers); },
    "1 to 40 of a-z, 0-9 and -, not beginning with manager-: so those are called that managers begin"};
constexpr TextRule kTitle{[](std::string_view t) { return is_line_of(t, 60); },
                          "up to 60 characters on one line"};
constexpr TextRule kNote{[](std::string_view t) { return !t.empty() && is_line_of(t, 60); },
                         "1 to 60 characters on one line"};
constexpr TextRule kItem{
    [](std::string_view t) { return !t.empty() && is_line_of(t, rules::kItemCharactersMax); },
    "1 to 40 characters on one line: what is handed over"};
constexpr TextRule kMessage{
    [](std::string_view t) { return is_line_of(t, 300) && has_placeholders_of(kPlaceholders, t); },
    "up to 300 characters on one line; {club}, {credit}, {code}, {until} and {item} are filled in"};
constexpr TextRule kLaterMessage{[](std::string_view t) {
                                   return !t.empty() && is_line_of(t, 300) &&
                                          has_placeholders_of(handlers::kLaterPlaceholders, t);
                                 },
                                 "1 to 300 characters on one line; {club} and {branch} are filled in"};
constexpr std::size_t kLaterPartsMax = 3;
constexpr std::chrono::minutes kLaterUsual{120}, kLaterMin{5}, kLaterMax{30 * 24 * 60};
constexpr TextRule kDay{[](std::string_view t) { return parse_day(t).has_value(); },
                        "a day that is in the calendar: 2026-11-20, 1405/08/29"};
constexpr TextRule kBusiness{[](std::string_view t) { return !rules::usual_segments(t).empty(); },
                             "restaurant, grocery, beauty, clothing"};

// "1 in 20"
std::optional<std::uint32_t> chance_of(std::string_view text) {
  constexpr std::string_view kBefore = "1 in ";
  if (!text.starts_with(kBefore)) return std::nullopt;
  const auto number = parse_whole_number(text.substr(kBefore.size()));
  if (!number || *number < 2 || *number > kUsesMax) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}
constexpr TextRule kChance{[](std::string_view t) { return chance_of(t).has_value(); },
                           "1 in 2 to 1 in 1000000: 1 in 20"};

// Who of those whom it would reach does not get it.
void read_draws(Section& s, rules::Offer& offer) {
  rules::BasisPoints held_out = 0;
  if (s.percent("hold_out", held_out, 1, 9'000)) offer.hold_out = static_cast<std::uint16_t>(held_out);
  std::string chance;
  if (s.text("chance", chance, kChance)) offer.chance = *chance_of(chance);
}

class Names {
 public:
  void check(Section& s, const std::string& name) {
    const auto [first, fresh] = lines_.emplace(name, s.line("name"));
    if (!fresh)
      s.mistake("name", fmt::format("\"{}\" is taken, at line {}", name, first->second), "each once");
  }

  std::uint32_t line_of(const std::string& name) const {
    const auto known = lines_.find(name);
    return known == lines_.end() ? 0 : known->second;
  }

 private:
  std::map<std::string, std::uint32_t> lines_;
};

void read_bounds(Section& s, std::string_view key, rules::Bounds& bounds) {
  constexpr std::string_view kAllowed = "four whole numbers, ascending: [30, 90, 180, 365]";
  std::vector<std::int64_t> numbers;
  const bool given = s.texts(key, bounds.size(), kAllowed, [&](const std::string& text) {
    const auto number = parse_whole_number(text);
    const bool fits = number && *number >= 0 && *number <= rules::kAmountMax;
    if (fits) numbers.push_back(*number);
    return fits ? std::nullopt : std::optional(fmt::format("found \"{}\"", text));
  });
  if (!given) {
    if (!s.has(key)) s.mistake(key, "missing", std::string(kAllowed));
    return;
  }
  const bool ascending = std::ranges::adjacent_find(numbers, std::greater_equal<>()) == numbers.end();
  if (numbers.size() != bounds.size() || !ascending) {
    s.mistake(key, fmt::format("found {}", fmt::join(numbers, ", ")), std::string(kAllowed));
    return;
  }
  std::ranges::copy(numbers, bounds.begin());
}

void read_lrfm(Section& root, Programme& programme) {
  root.note_asked("lrfm");
  if (!root.has("lrfm")) return;
  root.section("lrfm", [&](Section& s) {
    rules::LrfmBounds& bounds = programme.bounds_given.emplace();
    read_bounds(s, "length_days", bounds.length_days);
    read_bounds(s, "days_away", bounds.days_away);
    read_bounds(s, "visits", bounds.visits);
    read_bounds(s, "spent", bounds.spent);
  });
}

void read_tiers(Section& root, rules::TierPlan& plan) {
  root.section("tiers", [&](Section& s) {
    s.choice("by", plan.by, handlers::tier_measure_words());
    s.integer("period_days", plan.period_days, 1, 3650);
    s.integer("grace_days", plan.grace_days, 0, 3650);
    Names names;
    s.list("list", 0, kTiersMax, [&](Section& one, std::size_t) {
      rules::Tier& tier = plan.tiers.emplace_back();
      if (one.text("name", tier.name, kTierName, Presence::required)) names.check(one, tier.name);
      one.text("title", tier.title, kTitle);
      const std::int64_t below = plan.tiers.size() > 1 ? plan.tiers[plan.tiers.size() - 2].from : 0;
      if (one.integer("from", tier.from, 1, rules::kAmountMax, Presence::required) && tier.from <= below)
        one.mistake("from", one.found("from"), fmt::format("more than the {} of the tier above it", below));
    });
  });
}

// A condition on what only a purchase has: outside of one nobody would be in the segment.
void refuse_invoice_conditions(Section& s, const rules::Segment& segment) {
  for (const rules::Condition& one : segment.when) {
    const bool of_invoice = one.words.empty() ? one.measure == rules::Measure::amount ||
                                                    one.measure == rules::Measure::minute ||
                                                    one.measure == rules::Measure::branch_visits
                                              : one.set == rules::WordSet::item;
    if (!one.words.empty() && one.set == rules::WordSet::event) {
      s.mistake("when", "event is of a moment, not of a member", "on: event, in an offer");
    }
    if (of_invoice) {
      s.mistake("when", fmt::format("{} is of a purchase, not of a member", handlers::key_of(one)),
                "what is known of her at any time");
    }
  }
}

void add_segment(std::vector<rules::Segment>& segments, rules::Segment segment) {
  const auto known = std::ranges::find(segments, segment.name, &rules::Segment::name);
  if (known != segments.end()) {
    *known = std::move(segment);
  } else {
    segments.push_back(std::move(segment));
  }
}

void read_segments(Section& root, handlers::Club& club) {
  std::vector<rules::Segment>& segments = club.programme.segments;
  std::vector<rules::Segment> own;
  Names names;
  root.list("segments", 0, rules::kSegmentsMax, [&](Section& s, std::size_t) {
    std::string business;
    if (s.text("usual", business, kBusiness)) {
      for (rules::Segment one : rules::usual_segments(business)) {
        sort_by_tables(one.when);
        add_segment(segments, std::move(one));
      }
    }
    const bool is_usual = s.has("usual");
    rules::Segment segment;
    const Presence presence = is_usual ? Presence::optional : Presence::required;
    if (s.text("name", segment.name, kName, presence)) names.check(s, segment.name);
    s.text("title", segment.title, kTitle);
    ConditionsRead read = read_conditions(s, "when", {club.branches, club.programme.tiers, nullptr});
    for (const auto* key : {"name", "title", "when"}) {
      if (is_usual && s.has(key)) s.mistake(key, "given beside usual", "usual alone, or an entry of its own");
    }
    if (is_usual) return;
    segment.when = std::move(read.conditions);
    if (!s.has("when")) s.mistake("when", "missing", "a map of conditions");
    if (!read.correct || segment.name.empty()) return;
    refuse_invoice_conditions(s, segment);
    for (const std::string& trouble : rules::contradictions(segment)) s.mistake("when", trouble);
    for (const std::string& remark : rules::remarks(segment)) s.remark("when", remark);
    own.push_back(std::move(segment));
  });
  for (rules::Segment& segment : own) add_segment(segments, std::move(segment));
  if (segments.size() > rules::kSegmentsMax) {
    root.mistake("segments", fmt::format("{} segments, the usual ones counted", segments.size()),
                 fmt::format("up to {}", rules::kSegmentsMax));
  }
}

// In the members' languages, and as long as its longest branch makes it.
bool fits_later(Section& s, std::string_view key, const std::string& message, const handlers::Club& club) {
  std::size_t parts = 0;
  for (const handlers::Branch& branch : club.branches) {
    for (const auto language : {handlers::Language::fa, handlers::Language::en}) {
      const std::string text =
          handlers::later_words(message, club.name, branch.name, language, templates::Catalogue::standard());
      parts = std::max(parts, templates::part_count(text, templates::choose(text)));
    }
  }
  if (parts <= kLaterPartsMax) return true;
  s.mistake(key, fmt::format("{} parts of a text", parts),
            fmt::format("up to {}: about 190 letters", kLaterPartsMax));
  return false;
}

// The value of an effect, by its own key or by the one it has within a map.
bool read_value(Section& s, std::string_view key, const EffectWord& word, const handlers::Club& club,
                rules::OfferEffect& effect) {
  if (word.kind == rules::EffectKind::message) {
    effect.value = 1;
    effect.after_minutes = static_cast<std::uint32_t>(kLaterUsual.count());
    return s.text(key, effect.text, kLaterMessage, Presence::required) &&
           fits_later(s, key, effect.text, club);
  }
  if (word.kind == rules::EffectKind::item) {
    effect.value = 1;
    return s.text(key, effect.text, kItem, Presence::required);
  }
  if (word.max == 0) return s.text(key, effect.text, kNote, Presence::required);
  if (word.unit != handlers::Unit::basis_points)
    return s.integer(key, effect.value, 1, word.max, Presence::required);
  rules::BasisPoints share = 0;
  if (!s.percent(key, share, 1, static_cast<std::int32_t>(word.max), Presence::required)) return false;
  effect.value = share;
  return true;
}

bool read_after(Section& s, rules::OfferEffect& effect) {
  std::chrono::minutes after = kLaterUsual;
  if (!s.duration("after", after, kLaterMin, kLaterMax) && s.has("after")) return false;
  effect.after_minutes = static_cast<std::uint32_t>(after.count());
  return true;
}

// What an offer gives; nothing: a mistake was found.
std::optional<std::vector<rules::OfferEffect>> read_effects(Section& parent, const handlers::Club& club) {
  std::vector<rules::OfferEffect> effects;
  bool correct = parent.holds_map("then");
  if (!parent.has("then")) parent.mistake("then", "missing", "a map of effects: {credit_percent: 5}");
  parent.section("then", [&](Section& s) {
    for (const EffectWord& word : handlers::effect_words()) {
      rules::OfferEffect effect{.kind = word.kind};
      if (!s.has(word.name)) {
        s.note_asked(word.name);
        continue;
      }
      if (s.holds_map(word.name)) {
        s.section(word.name, [&](Section& one) {
          correct = read_value(one, word.value_key, word, club, effect) && correct;
          if (word.has_valid_days && !one.integer("valid_days", effect.valid_days, 1, 3650))
            correct = correct && !one.has("valid_days");
          if (word.has_day_max && !one.integer("day_max", effect.day_max, 1, rules::kAmountMax))
            correct = correct && !one.has("day_max");
          if (word.kind == rules::EffectKind::message) correct = read_after(one, effect) && correct;
        });
      } else {
        correct = read_value(s, word.name, word, club, effect) && correct;
      }
      effects.push_back(std::move(effect));
    }
  });
  return correct ? std::optional(std::move(effects)) : std::nullopt;
}

// From the first instant of the first day to the first that is behind the last.
void read_days(Section& s, const handlers::Club& club, rules::Offer& offer) {
  const auto start_of = [&](const std::string& day, int days_behind) {
    const auto local = std::chrono::sys_days(*parse_day(day)) + std::chrono::days(days_behind);
    return templates::instant_of(local, club.time_zone);
  };
  std::string day;
  if (s.text("from", day, kDay)) offer.from = start_of(day, 0);
  if (s.text("until", day, kDay)) {
    offer.until = start_of(day, 1);
    if (offer.from != rules::Instant{} && offer.until <= offer.from)
      s.mistake("until", s.found("until"), "a day that is not before from");
  }
}

void read_offer(Section& s, const handlers::Club& club, rules::Offer& offer) {
  s.text("title", offer.title, kTitle);
  s.choice("on", offer.on, handlers::occasion_words());
  ConditionsRead when =
      read_conditions(s, "when", {club.branches, club.programme.tiers, &club.programme.segments});
  auto then = read_effects(s, club);
  read_days(s, club, offer);
  s.integer("per_member", offer.per_member, 1, kUsesMax);
  const bool days_given = s.integer("per_member_day", offer.per_member_day, 0, kUsesMax);
  s.integer("budget", offer.budget, 1, rules::kAmountMax);
  s.choice("stacking", offer.stacking, handlers::stacking_words());
  s.integer("priority", offer.priority, -1000, 1000);
  read_draws(s, offer);
  if (s.text("message", offer.message, kMessage) && offer.on == rules::Occasion::purchase)
    s.mistake("message", "given beside an offer on purchases",
              "then: {message: …} for a text after a purchase; beside on: birthday, away …");
  offer.when = std::move(when.conditions);
  if (!then) return;
  offer.then = std::move(*then);
  if (!days_given) offer.per_member_day = handlers::usual_per_member_day(offer);
  if (!when.correct) return;
  for (const std::string& trouble : rules::contradictions(offer)) s.mistake("name", trouble);
  for (const std::string& remark : rules::remarks(offer, club.programme.segments)) s.remark("when", remark);
}

void read_offers(Section& root, handlers::Club& club) {
  Names names;
  root.list("offers", 0, handlers::kOffersMax, [&](Section& s, std::size_t) {
    rules::Offer& offer = club.programme.offers.emplace_back();
    if (s.text("name", offer.name, kOfferName, Presence::required)) names.check(s, offer.name);
    read_offer(s, club, offer);
  });
  const std::vector<rules::Offer>& all = club.programme.offers;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto shadow = rules::shadow_of(i, all);
    if (!shadow) continue;
    root.remark_at(names.line_of(all[i].name), fmt::format("offers[{}].name", i),
                   fmt::format("it never counts beside {}, which fits whenever this one does and gives no"
                               " less: of offers that say best one fires",
                               all[*shadow].name));
  }
  for (const rules::Crowd& crowd : rules::crowds(all))
    root.remark_at(
        names.line_of(all[crowd.place].name), fmt::format("offers[{}].name", crowd.place),
        fmt::format("it may have no place: of offers that say all one member is given at most {} things a"
                    " day, of the highest priority first, and it stands among {} that may come together",
                    rules::kGivenMax, crowd.things));
  std::ranges::sort(club.programme.offers, {}, &rules::Offer::name);
}

}  // namespace

void read_programme(Section& root, handlers::Club& club) {
  Programme& programme = club.programme;
  root.integer("points_per", programme.points_per, 0, rules::kAmountMax);
  read_lrfm(root, programme);
  read_tiers(root, programme.tiers);
  read_segments(root, club);
  read_offers(root, club);
}

}  // namespace peyk::config
