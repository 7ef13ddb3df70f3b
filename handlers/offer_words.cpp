#include "handlers/offer_words.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "templates/alphabet.hpp"
#include "templates/money.hpp"
#include "templates/screen.hpp"

namespace peyk::handlers {
namespace {

using rules::EffectKind;
using rules::Measure;
using rules::WordSet;

constexpr std::size_t kTextPartsMax = 3;
constexpr std::int64_t kWordsToldMax = 5;  // of what a grant looked at, of each set; the others are counted

enum class How : std::uint8_t { count, money, percent, tier, branch, yes, word };

// A measure by its name in the club file, the text that tells it, how its value is said.
struct Fact {
  std::string_view name;
  std::string_view text;
  How how;
  Measure measure;
};
constexpr std::array kFacts{
    Fact{"visits", "fact_visits", How::count, Measure::visits},
    Fact{"branch_visits", "fact_branch_visits", How::count, Measure::branch_visits},
    Fact{"purchases", "fact_purchases", How::count, Measure::purchases},
    Fact{"spent", "fact_spent", How::money, Measure::spent},
    Fact{"days_away", "fact_days_away", How::count, Measure::days_away},
    Fact{"away_percent", "fact_away_percent", How::percent, Measure::away_percent},
    Fact{"length_days", "fact_length_days", How::count, Measure::length_days},
    Fact{"member_days", "fact_member_days", How::count, Measure::member_days},
    Fact{"score_length", "fact_score_length", How::count, Measure::score_length},
    Fact{"score_recency", "fact_score_recency", How::count, Measure::score_recency},
    Fact{"score_frequency", "fact_score_frequency", How::count, Measure::score_frequency},
    Fact{"score_monetary", "fact_score_monetary", How::count, Measure::score_monetary},
    Fact{"top_percent", "fact_top_percent", How::percent, Measure::top_percent},
    Fact{"basket", "fact_basket", How::yes, Measure::basket},
    Fact{"tier", "fact_tier", How::tier, Measure::tier},
    Fact{"points", "fact_points", How::count, Measure::points},
    Fact{"age_years", "fact_profile", How::yes, Measure::age_years},
    Fact{"gender", "fact_profile", How::yes, Measure::gender},
    Fact{"profile_complete", "fact_profile", How::yes, Measure::profile_complete},
    Fact{"days_to_birthday", "fact_birthday", How::yes, Measure::days_to_birthday},
    Fact{"survey_score", "fact_survey_score", How::count, Measure::survey_score},
    Fact{"credit", "fact_credit", How::money, Measure::credit},
    Fact{"referred", "fact_referred", How::yes, Measure::referred},
    Fact{"amount", "fact_amount", How::money, Measure::amount},
    Fact{"branch", "fact_branch", How::branch, Measure::branch},
    Fact{"minute", "fact_moment", How::yes, Measure::minute},
    Fact{"weekday", "fact_moment", How::yes, Measure::weekday},
    Fact{"date", "fact_moment", How::yes, Measure::date},
    Fact{"jalali_date", "fact_moment", How::yes, Measure::jalali_date},
    Fact{"jalali_month_day", "fact_moment", How::yes, Measure::jalali_month_day},
    Fact{"hijri_month_day", "fact_moment", How::yes, Measure::hijri_month_day},
    Fact{"gregorian_month_day", "fact_moment", How::yes, Measure::gregorian_month_day},
    Fact{"chance", "fact_chance", How::yes, Measure::count_},
};

// The same of the sets; their words are told one by one.
struct SetFact {
  std::string_view name;
  std::string_view text;
};
constexpr std::array kSetFacts{SetFact{"segment", "fact_segment"}, SetFact{"tag", "fact_word"},
                               SetFact{"city", "fact_word"},       SetFact{"item", "fact_item"},
                               SetFact{"occasion", "fact_word"},   SetFact{"event", "fact_word"}};

// Those that ship ready and need no title (rules/segments.hpp).
constexpr std::array<std::string_view, 9> kUsualSegments{
    "new", "promising", "loyal", "at-risk", "sleeping", "lost", "champion", "big-spender", "dissatisfied"};

// What brings credit without a purchase. What has no row is told as given by the club.
struct OriginText {
  rules::Occasion on;
  std::string_view text;
};
constexpr std::array kOriginTexts{OriginText{rules::Occasion::birthday, "origin_birthday"},
                                  OriginText{rules::Occasion::away, "origin_away"},
                                  OriginText{rules::Occasion::join, "origin_join"},
                                  OriginText{rules::Occasion::profile, "origin_profile"},
                                  OriginText{rules::Occasion::survey, "origin_survey"},
                                  OriginText{rules::Occasion::event, "origin_event"}};

// One telling, of one club in one language.
struct Teller {
  const Club& club;
  Language language;
  const Setting& setting;

  std::string say(std::string_view key, std::initializer_list<templates::Argument> arguments = {}) const {
    return render(setting, key, language, arguments);
  }
  std::string amount(rules::Amount value) const {
    return templates::format_amount(value, club.money_display, language);
  }
  std::string value(How how, std::int64_t value) const {
    switch (how) {
      case How::money:
        return amount(value);
      case How::percent:
        return percent(value * 100, language);
      default:
        return templates::format_number(value, language);
    }
  }

  // "(6 or more)"; empty: no bound that people would want to read.
  std::string bound(const Fact& fact, const rules::Offer* offer) const {
    if (offer == nullptr || (fact.how != How::count && fact.how != How::money && fact.how != How::percent))
      return "";
    const auto named =
        std::find_if(offer->when.begin(), offer->when.end(), [&fact](const rules::Condition& condition) {
          return condition.words.empty() && !condition.negated && condition.measure == fact.measure;
        });
    if (named == offer->when.end()) return "";
    if (named->every > 1) return say("fact_every", {{"count", std::int64_t{named->every}}});
    if (named->ranges.size() != 1) return "";
    const rules::Range any, range = named->ranges.front();
    const std::string from = value(fact.how, range.from), to = value(fact.how, range.to);
    if (range.from == range.to) return "";
    if (range.from > any.from && range.to < any.to) return say("fact_between", {{"from", from}, {"to", to}});
    if (range.from > any.from) return say("fact_from", {{"from", from}});
    return range.to < any.to ? say("fact_to", {{"to", to}}) : "";
  }

  std::string fact(const Fact& fact, std::int64_t number, const rules::Offer* offer) const {
    const auto& tiers = club.programme.tiers.tiers;
    std::string_view name;
    if (fact.how == How::tier && number >= 1 && number <= std::ssize(tiers))
      name = tiers[static_cast<std::size_t>(number - 1)].title;
    if (fact.how == How::branch) name = branch_name(club, static_cast<BranchNo>(number));
    if ((fact.how == How::tier || fact.how == How::branch) && name.empty()) return "";
    const std::string share = percent(number * 100, language);
    const std::string told = say(fact.text, {{"count", number},
                                             {"amount", money(club, number)},
                                             {"percent", share},
                                             {"tier", name},
                                             {"branch", name}});
    const std::string bounds = bound(fact, offer);
    return bounds.empty() ? told : told + ' ' + bounds;
  }

  // Of a segment its title.
  std::string word(const SetFact& fact, const std::string& written) const {
    std::string shown = written;
    if (fact.name == "segment") {
      for (const rules::Segment& segment : club.programme.segments) {
        if (segment.name == written) shown = segment_title(segment, language, setting.catalogue);
      }
    }
    return say(fact.text, {{"word", shown}});
  }

  // What a basis-point, amount or count stands for.
  std::string gives(EffectKind kind, std::int64_t number, const std::string& item) const {
    const std::string share = percent(number, language);
    switch (kind) {
      case EffectKind::percent_off:
        return say("gives_percent_off", {{"percent", share}});
      case EffectKind::cash_off:
        return say("gives_off", {{"amount", money(club, number)}});
      case EffectKind::credit_percent:
        return say("gives_credit_percent", {{"percent", share}});
      case EffectKind::credit:
        return say("gives_credit", {{"amount", money(club, number)}});
      case EffectKind::points:
        return say("gives_points", {{"count", number}});
      case EffectKind::points_percent:
        return say("gives_points_percent", {{"percent", share}});
      case EffectKind::gift:
        return say("gives_gift", {{"amount", money(club, number)}});
      case EffectKind::entries:
        return say("gives_entries", {{"count", number}});
      case EffectKind::item:
        return item.empty() ? say("gives_item_over") : say("gives_item", {{"item", item}});
      case EffectKind::note:
      case EffectKind::message:
        return "";
    }
    throw std::logic_error("gives: not an EffectKind");
  }
};

void add_once(std::vector<std::string>& words, std::string word) {
  if (!word.empty() && std::find(words.begin(), words.end(), word) == words.end())
    words.push_back(std::move(word));
}

}  // namespace

std::string percent(std::int64_t share, Language language) {
  std::string text = templates::format_number(share / 100, language);
  const bool fa = language == Language::fa;
  for (std::int64_t rest = share % 100, unit = 10; rest > 0; rest %= unit, unit /= 10) {
    if (unit == 10) text += fa ? "٫" : ".";
    text += templates::format_number(rest / unit, language);
  }
  return text + (fa ? "٪" : "%");
}

templates::LastDayShort day_in_words(rules::Instant at, const Club& club) {
  return {at + std::chrono::microseconds{1}, club.time_zone};
}

bool fits_text(const std::string& text) {
  return templates::part_count(text, templates::choose(text)) <= kTextPartsMax;
}

void needs_rank(Needs& needs, const Club& club, const MemberKey& key) {
  const Programme& programme = club.programme;
  if (!programme.tiers.tiers.empty() || programme.points_per > 0) needs.ranks.insert(key);
}

const rules::Tier* tier_of(const Club& club, const Rank& rank) {
  const auto& tiers = club.programme.tiers.tiers;
  const std::uint32_t tier = rank.standing.tier;
  return tier == 0 || tier > tiers.size() ? nullptr : &tiers[tier - 1];
}

std::string_view tier_title(const Club& club, const Rank& rank) {
  const rules::Tier* tier = tier_of(club, rank);
  return tier == nullptr ? std::string_view() : std::string_view(tier->title);
}

void add_tier(std::string& text, const Speaker& speaker, const Rank& rank, const Setting& setting) {
  const std::string_view tier = tier_title(*speaker.club, rank);
  if (tier.empty()) return;
  const std::string longer = text + '\n' + render(setting, "tier_member", speaker.language, {{"tier", tier}});
  const bool fits = speaker.medium == Medium::ussd
                        ? templates::fits_screen(longer)
                        : templates::part_count(longer, templates::choose(longer)) <=
                              templates::part_count(text, templates::choose(text));
  if (fits) text = longer;
}

std::string rank_in_words(const Club& club, const Rank& rank, Language language, const Setting& setting) {
  const std::string_view tier = tier_title(club, rank);
  const bool has_points = rank.points > 0;
  if (tier.empty() && !has_points) return "";
  return render(setting,
                tier.empty() ? "rank_points"
                : has_points ? "rank"
                             : "tier_member",
                language, {{"tier", tier}, {"count", rank.points}});
}

std::string segment_title(const rules::Segment& segment, Language language,
                          const templates::Catalogue& catalogue) {
  if (!segment.title.empty()) return segment.title;
  const bool is_usual =
      std::find(kUsualSegments.begin(), kUsualSegments.end(), segment.name) != kUsualSegments.end();
  return is_usual ? catalogue.render("segment_" + segment.name, language) : segment.name;
}

std::vector<std::string> segments_in_words(const Club& club, const rules::Measures& measures,
                                           Language language, const Setting& setting) {
  const auto& segments = club.programme.segments;
  const rules::SegmentMask hers = rules::segments_of(segments, measures);
  std::vector<std::string> titles;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if ((hers >> i & 1) != 0) titles.push_back(segment_title(segments[i], language, setting.catalogue));
  }
  return titles;
}

std::string listed(const std::vector<std::string>& words, Language language) {
  std::string all;
  for (const std::string& word : words) {
    if (!all.empty()) all += language == Language::fa ? "، " : ", ";
    all += word;
  }
  return all;
}

std::string gives_in_words(const rules::Offer& offer, const Club& club, Language language,
                           const Setting& setting) {
  const Teller teller{club, language, setting};
  std::vector<std::string> words;
  for (const rules::OfferEffect& effect : offer.then)
    add_once(words, teller.gives(effect.kind, effect.value, effect.text));
  return listed(words, language);
}

std::string given_in_words(const OfferGrant& grant, const rules::Offer* offer, const Club& club,
                           Language language, const Setting& setting) {
  const Teller teller{club, language, setting};
  const std::string item =
      offer != nullptr && grant.place < offer->then.size() ? offer->then[grant.place].text : std::string();
  switch (grant.kind) {
    case EffectKind::percent_off:
      return teller.gives(EffectKind::cash_off, grant.value, item);
    case EffectKind::credit_percent:
      return teller.gives(EffectKind::credit, grant.value, item);
    case EffectKind::points_percent:
      return teller.gives(EffectKind::points, grant.value, item);
    case EffectKind::message:
      return teller.say("gives_message");
    default:
      return teller.gives(grant.kind, grant.value, item);
  }
}

const rules::Offer* version_of(const OfferGrant& grant, const Club& club, const Facts& facts) {
  for (const rules::Offer& offer : club.programme.offers) {
    if (offer.id == grant.offer && offer.version == grant.version) return &offer;
  }
  return facts.offer_version(grant.version);
}

std::string occasion_in_words(const Past& past, const Facts& facts, const Speaker& speaker,
                              const Setting& setting) {
  std::string_view text = "origin_other";
  for (const OfferGrant* grant : facts.grants_beside(past.row)) {
    const rules::Offer* offer = version_of(*grant, *speaker.club, facts);
    if (offer == nullptr) continue;
    const auto known = std::ranges::find(kOriginTexts, offer->on, &OriginText::on);
    if (known != kOriginTexts.end()) text = known->text;
    break;
  }
  return render(setting, text, speaker.language);
}

std::string origin_in_words(const Past& past, const Facts& facts, const Speaker& speaker,
                            const Setting& setting) {
  for (const OfferGrant* grant : facts.grants_beside(past.row)) {
    const rules::Offer* offer = version_of(*grant, *speaker.club, facts);
    if (offer != nullptr && !offer->title.empty()) return offer->title;
  }
  return occasion_in_words(past, facts, speaker, setting);
}

std::string facts_in_words(const OfferGrant& grant, const rules::Offer* offer, const Club& club,
                           Language language, const Setting& setting) {
  const auto facts = nlohmann::json::parse(grant.facts, nullptr, false);
  if (!facts.is_object()) return "";
  const Teller teller{club, language, setting};
  std::vector<std::string> words;
  for (const Fact& fact : kFacts) {
    const auto known = facts.find(fact.name);
    if (known != facts.end() && known->is_number_integer())
      add_once(words, teller.fact(fact, known->get<std::int64_t>(), offer));
  }
  for (const SetFact& fact : kSetFacts) {
    const auto known = facts.find(fact.name);
    if (known == facts.end()) continue;
    if (known->is_string()) add_once(words, teller.word(fact, known->get<std::string>()));
    if (!known->is_array()) continue;
    const auto more = facts.find(std::string(fact.name) + "_more");
    std::int64_t told = 0, left_out = 0;
    if (more != facts.end() && more->is_number_integer()) left_out = more->get<std::int64_t>();
    for (const auto& one : *known) {
      if (!one.is_string()) continue;
      if (told < kWordsToldMax) {
        add_once(words, teller.word(fact, one.get<std::string>()));
        ++told;
      } else {
        ++left_out;
      }
    }
    if (left_out > 0) words.push_back(teller.say("offers_more", {{"count", left_out}}));
  }
  return listed(words, language);
}

}  // namespace peyk::handlers
