#include "handlers/managers_offer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "handlers/about_member.hpp"
#include "handlers/measures.hpp"
#include "handlers/offer_words.hpp"
#include "handlers/programme_json.hpp"
#include "handlers/programme_words.hpp"
#include "handlers/typed_order.hpp"
#include "handlers/use_cases.hpp"
#include "templates/dates.hpp"
#include "templates/fold.hpp"

namespace peyk::handlers {
namespace {

using templates::fold;
using templates::Typed;
using OfferWords = std::span<const std::string>;
using std::chrono::sys_days;

constexpr std::size_t kHourDigitsMax = 2;

bool is_any_of(std::string_view folded, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [folded](std::string_view word) { return fold(word) == folded; });
}
bool means_all(std::string_view word) {
  return is_any_of(word, {"all", "everybody", "همه"});
}
bool means_end(std::string_view word) {
  return is_any_of(word, {"end", "stop", "off", "قطع", "پایان"});
}
bool means_until(std::string_view word) {
  return is_any_of(word, {"until", "till", "to", "تا"});
}
bool means_budget(std::string_view word) {
  return is_any_of(word, {"budget", "بودجه"});
}

bool ends_an_offer(const Typed& typed) {
  return typed.args.size() == 1 && means_end(typed.args[0]);
}

std::optional<unsigned> small_number(std::string_view digits) {
  if (digits.empty() || digits.size() > kHourDigitsMax) return std::nullopt;
  unsigned number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number;
}

std::string joined_words(OfferWords words) {
  return fmt::format("{}", fmt::join(words, " "));
}

rules::Condition in_segment(const std::string& name) {
  return {.set = rules::WordSet::segment, .words = {word_id_of(name)}, .word_names = {name}};
}
rules::Condition in_tier(std::size_t place) {
  const auto tier = static_cast<std::int64_t>(place) + 1;
  return {.measure = rules::Measure::tier, .ranges = {{tier, tier}}};
}

// Whom these words name, whole: by name or by title. An empty list: everybody.
std::optional<std::vector<rules::Condition>> named_by(const std::string& words, const Club& club,
                                                      const Setting& setting) {
  if (means_all(words)) return std::vector<rules::Condition>{};
  const auto is_called = [&words](std::string_view name) { return !name.empty() && fold(name) == words; };
  const auto& tiers = club.programme.tiers.tiers;
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    if (is_called(tiers[i].name) || is_called(tiers[i].title)) return std::vector{in_tier(i)};
  }
  for (const rules::Segment& one : club.programme.segments) {
    if (is_called(one.name) || is_called(segment_title(one, Language::fa, setting.catalogue)) ||
        is_called(segment_title(one, Language::en, setting.catalogue)))
      return std::vector{in_segment(one.name)};
  }
  return std::nullopt;
}

// All that could have been named, as far as one text goes.
std::string names_of(const Club& club, const Setting& setting) {
  std::vector<std::string> names;
  for (const rules::Tier& tier : club.programme.tiers.tiers)
    names.push_back(tier.title.empty() ? tier.name : tier.title);
  for (const rules::Segment& one : club.programme.segments)
    names.push_back(segment_title(one, club.language, setting.catalogue));
  const std::string around = render(setting, "manager_offer_nobody", club.language, {{"words", ""}});
  while (!names.empty() && !fits_text(around + listed(names, club.language))) names.pop_back();
  return listed(names, club.language);
}

// "10%", "2.5 percent", "۱۰ درصد": basis points. Nothing: it is no percentage.
std::optional<std::int64_t> read_share(OfferWords words) {
  std::string text = joined_words(words);
  bool is_percent = false;
  for (const std::string_view sign : {"%", "٪", "percent", "درصد"}) {
    const std::string folded = fold(sign);
    const std::size_t at = text.find(folded);
    if (at == text.npos) continue;
    text.erase(at, folded.size());
    is_percent = true;
  }
  text = fold(text);
  if (!is_percent || text.empty()) return std::nullopt;
  const std::size_t point = std::min(text.find("٫"), text.find('.'));
  const auto whole = text == "100" ? std::optional(100U) : small_number(text.substr(0, point));
  std::string part = point == text.npos ? "0" : text.substr(point + (text[point] == '.' ? 1 : 2));
  if (part.size() == 1) part += '0';
  const auto rest = small_number(part);
  if (!whole || !rest || (*whole == 100 && *rest != 0) || *whole + *rest == 0) return std::nullopt;
  return std::int64_t{*whole} * 100 + *rest;
}

std::optional<rules::OfferEffect> read_gives(OfferWords words, const Club& club) {
  if (words.empty()) return std::nullopt;
  if (const auto share = read_share(words))
    return rules::OfferEffect{.kind = rules::EffectKind::credit_percent, .value = *share};
  const auto amount = read_amount(words, club.money_display);
  if (!amount) return std::nullopt;
  return rules::OfferEffect{.kind = rules::EffectKind::credit, .value = *amount};
}

// An hour of today, today, tomorrow, or the end of a day.
std::optional<rules::Instant> read_end(OfferWords words, const Club& club, rules::Instant now) {
  if (!words.empty() && is_any_of(words[0], {"ساعت", "hour"})) words = words.subspan(1);
  if (words.size() != 1) return std::nullopt;
  const std::string& word = words[0];
  if (is_any_of(word, {"امروز", "امشب", "today", "tonight"}))
    return templates::end_of_local_day(now, club.time_zone, 0);
  if (is_any_of(word, {"فردا", "tomorrow"})) return templates::end_of_local_day(now, club.time_zone, 1);
  const std::size_t colon = word.find(':');
  const auto hour = small_number(std::string_view(word).substr(0, colon));
  if (hour) {
    const auto minute = colon == word.npos ? std::optional(0U) : small_number(word.substr(colon + 1));
    if (!minute || *minute > 59 || *hour * 60 + *minute > 24 * 60) return std::nullopt;
    const sys_days today{templates::local_date(now, club.time_zone)};
    return templates::instant_of(today + std::chrono::hours(*hour) + std::chrono::minutes(*minute),
                                 club.time_zone);
  }
  const auto day = templates::parse_date(word);
  if (!day) return std::nullopt;
  return templates::instant_of(sys_days{templates::to_gregorian(*day)} + std::chrono::days(1),
                               club.time_zone);
}

// Words up to a mark; behind it the rest.
OfferWords up_to(OfferWords words, bool (*mark)(std::string_view)) {
  const auto end = std::ranges::find_if(words, [mark](const std::string& word) { return mark(word); });
  return words.first(static_cast<std::size_t>(end - words.begin()));
}
OfferWords behind(OfferWords words, bool (*mark)(std::string_view)) {
  const std::size_t before = up_to(words, mark).size();
  return before == words.size() ? OfferWords{} : words.subspan(before + 1);
}

std::string_view wrong_end(rules::Instant until, rules::Instant now) {
  if (until <= now) return "manager_offer_past";
  return until > now + kManagersOfferMax ? "manager_offer_far" : std::string_view();
}

std::string names_today(const Club& club, rules::Instant now) {
  const auto day = templates::local_date(now, club.time_zone);
  return fmt::format("{}{:04}{:02}{:02}-", kManagersOffers, int{day.year()}, unsigned{day.month()},
                     unsigned{day.day()});
}

Needs needs_desk(const Club& club, std::span<const rules::Condition> when, rules::Instant now) {
  OfferDeskKey key{.names = names_today(club, now), .tiers = {}};
  for (const rules::Condition& one : when) {
    if (one.words.empty() && one.measure == rules::Measure::tier)
      key.tiers.insert(static_cast<std::uint32_t>(one.ranges.at(0).from));
  }
  Needs needs;
  needs.offer_desks.emplace(club.id, std::move(key));
  return needs;
}

// Whom an offer of this kind is for.
std::string who_of(const rules::Offer& offer, const Club& club, Language language, const Setting& setting) {
  if (offer.when.empty()) return render(setting, "manager_offer_all", language);
  const rules::Condition& one = offer.when.front();
  if (one.words.empty()) {
    const auto& tiers = club.programme.tiers.tiers;
    const auto place = static_cast<std::size_t>(one.ranges.at(0).from - 1);
    if (place >= tiers.size())
      return handlers::said(one, club.programme.tiers);  // the file has lost it since
    return tiers[place].title.empty() ? tiers[place].name : tiers[place].title;
  }
  for (const rules::Segment& segment : club.programme.segments) {
    if (segment.name == one.word_names.at(0)) return segment_title(segment, language, setting.catalogue);
  }
  return one.word_names.at(0);
}

// How many members that are; nothing: nobody has counted them yet.
std::optional<std::uint64_t> reach_of(const rules::Offer& offer, const OfferDesk& desk) {
  if (offer.when.empty()) return desk.members;
  const rules::Condition& one = offer.when.front();
  const auto count = [](const auto& counts, const auto& key) {
    const auto found = counts.find(key);
    return found == counts.end() ? std::nullopt : std::optional(found->second);
  };
  return one.words.empty() ? count(desk.tiers, static_cast<std::uint32_t>(one.ranges.at(0).from))
                           : count(desk.segments, one.word_names.at(0));
}

// A moment; of the end of a day the last minute of it.
rules::Instant shown_end(rules::Instant until, const Club& club) {
  const rules::Instant last = templates::last_day_of(until);
  return templates::end_of_local_day(last, club.time_zone, 0) == until ? last : until;
}

std::string offer_told(std::string_view key, const rules::Offer& offer, const Speaker& speaker,
                       const std::string& number, const std::string& more, const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string what = gives_in_words(offer, club, speaker.language, setting),
                    who = who_of(offer, club, speaker.language, setting);
  return render(setting, key, speaker.language,
                {{"club", club.name},
                 {"what", what},
                 {"words", who},
                 {"at", templates::Moment{shown_end(offer.until, club), club.time_zone}},
                 {"number", number},
                 {"list", templates::Rendered{more}},
                 {"word", club.word}});
}

// What else she ought to know before she confirms: a line each.
std::string reach_and_budget(const rules::Offer& offer, const Speaker& speaker, const Facts& facts,
                             const Setting& setting) {
  const Club& club = *speaker.club;
  std::string lines;
  if (const auto reach = reach_of(offer, facts.offer_desk(club.id)))
    lines += '\n' + render(setting, "manager_offer_reach", speaker.language,
                           {{"count", static_cast<std::int64_t>(*reach)}});
  if (offer.budget > 0)
    lines += '\n' +
             render(setting, "manager_offer_budget", speaker.language, {{"sum", money(club, offer.budget)}});
  return lines;
}

Said refused_offer(const Speaker& speaker, const ManagersOfferWrong& wrong, const Setting& setting) {
  return {.reply = render(setting, wrong.key, speaker.language,
                          {{"word", speaker.club->word}, {"words", wrong.words}})};
}

Said end_last(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  const Club& club = *speaker.club;
  const auto& running = facts.offer_desk(club.id).running;
  const auto last = std::find_if(running.rbegin(), running.rend(),
                                 [&](const rules::Offer& one) { return setting.now < one.until; });
  if (last == running.rend()) return refused_offer(speaker, {"manager_offer_none", ""}, setting);
  Said said{.reply = offer_told("manager_offer_ended", *last, speaker, "", "", setting)};
  said.effects.push_back(
      EndOffer{.club = club.id, .name = last->name, .by = speaker.phone, .at = setting.now});
  return said;
}

bool has_room(const Club& club, const OfferDesk& desk) {
  // This gateway may not know of the last apply yet.
  const auto known = std::ranges::count_if(club.programme.offers, std::not_fn(is_managers));
  const std::size_t of_file = std::max<std::size_t>(static_cast<std::size_t>(known), desk.of_file);
  return of_file + desk.running.size() < kOffersMax;
}

}  // namespace

tl::expected<rules::Offer, ManagersOfferWrong> read_managers_offer(OfferWords words, const Club& club,
                                                                   const Setting& setting) {
  const auto begins_with_digit = [](const std::string& word) { return word[0] >= '0' && word[0] <= '9'; };
  rules::Offer offer;
  std::size_t named = 0;
  // The longest beginning that names somebody: titles have several words, and numbers among them.
  for (std::size_t size = words.size(); size > 0 && named == 0; --size) {
    if (auto when = named_by(joined_words(words.first(size)), club, setting)) {
      offer.when = std::move(*when);
      named = size;
    }
  }
  if (named == 0) {
    if (words.size() < 2 || begins_with_digit(words[0]))
      return tl::unexpected(ManagersOfferWrong{"manager_offer_bad", ""});
    return tl::unexpected(ManagersOfferWrong{"manager_offer_nobody", names_of(club, setting)});
  }
  const OfferWords rest = words.subspan(named);
  const OfferWords order = up_to(rest, means_budget), budget = behind(rest, means_budget);
  const auto gives = read_gives(up_to(order, means_until), club);
  const auto until = read_end(behind(order, means_until), club, setting.now);
  if (!gives || !until) return tl::unexpected(ManagersOfferWrong{"manager_offer_bad", ""});
  if (order.size() != rest.size()) {
    const auto amount = read_amount(budget, club.money_display);
    if (!amount) return tl::unexpected(ManagersOfferWrong{"manager_offer_bad", ""});
    offer.budget = *amount;
  }
  offer.then = {*gives};
  offer.from = setting.now;
  offer.until = *until;
  offer.title = render(setting, "manager_offer_title", club.language);
  offer.per_member_day = usual_per_member_day(offer);
  if (const std::string_view wrong = wrong_end(offer.until, setting.now); !wrong.empty())
    return tl::unexpected(ManagersOfferWrong{wrong, ""});
  return offer;
}

Needs needs_managers_offer(const Speaker& speaker, const Typed& typed, const Setting& setting) {
  const auto offer = read_managers_offer(typed.args, *speaker.club, setting);
  if (!offer && !ends_an_offer(typed)) return {};
  Needs needs = needs_desk(*speaker.club, offer ? offer->when : std::vector<rules::Condition>{}, setting.now);
  if (offer) needs.offer_desks.at(speaker.club->id).all = offer->when.empty();
  needs.pendings.insert(speaker.key());
  return needs;
}

Said managers_offer(const Speaker& speaker, const Typed& typed, const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  if (ends_an_offer(typed)) return end_last(speaker, facts, setting);
  const auto offer = read_managers_offer(typed.args, club, setting);
  if (!offer) return refused_offer(speaker, offer.error(), setting);
  if (!has_room(club, facts.offer_desk(club.id)))
    return refused_offer(speaker, {"manager_offer_full", ""}, setting);
  const PendingKey key{club.id, speaker.phone, PendingKind::offer};
  auto pending =
      ask({.key = key, .asked_by = speaker.phone, .offer = offer_document(*offer)}, facts, setting);
  if (!pending) return {.reply = asked_too_often(key, speaker.language, facts, setting)};
  const std::string more = reach_and_budget(*offer, speaker, facts, setting);
  Said said{.reply = offer_told("manager_offer_confirm", *offer, speaker, std::to_string(pending->number),
                                more, setting)};
  said.effects.push_back(SetPending{std::move(*pending)});
  return said;
}

Needs needs_offer_confirmed(const Pending& pending, const Setting& setting) {
  const Club* club = setting.directory.club(pending.key.club);
  return needs_desk(*club, {}, setting.now);
}

Said offer_begun(const Speaker& speaker, const Pending& pending, const Facts& facts, const Setting& setting) {
  if (speaker.cashier == nullptr || !speaker.cashier->manager) return managers_only(speaker, setting);
  const Club& club = *speaker.club;
  const OfferDesk& desk = facts.offer_desk(club.id);
  rules::Offer offer = read_offer(pending.offer);
  if (const std::string_view wrong = wrong_end(offer.until, setting.now); !wrong.empty())
    return refused_offer(speaker, {wrong, ""}, setting);
  if (!has_room(club, desk)) return refused_offer(speaker, {"manager_offer_full", ""}, setting);
  offer.name = fmt::format("{}{}", names_today(club, setting.now), desk.named + 1);
  offer.from = setting.now;
  Said said{.reply = offer_told("manager_offer_begun", offer, speaker, "", "", setting)};
  said.effects.push_back(
      BeginOffer{.club = club.id, .offer = std::move(offer), .by = speaker.phone, .at = setting.now});
  return said;
}

}  // namespace peyk::handlers
