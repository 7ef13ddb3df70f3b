#include "handlers/effect_told.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "handlers/about_member.hpp"
#include "handlers/offer_words.hpp"
#include "templates/dates.hpp"
#include "templates/fold.hpp"
#include "templates/graphemes.hpp"
#include "templates/utf8.hpp"

namespace peyk::handlers {
namespace {

using templates::fold;

constexpr std::size_t kNameShown = 20;  // characters, where a whole title leaves no room

std::string shown_name(const OfferFigures& one) {
  return one.title.empty() ? one.name : one.title;
}
std::string cut_to_size(std::string_view text) {
  const std::u32string letters = templates::to_code_points(text);
  std::size_t end = std::min(kNameShown, letters.size());
  while (!templates::may_cut(letters, end)) --end;
  std::string cut;
  for (const char32_t letter : letters.substr(0, end)) templates::append_utf8(cut, letter);
  return cut;
}

rules::Amount spent_each(rules::Amount spent, std::uint64_t members) {
  return members == 0 ? 0 : spent / static_cast<rules::Amount>(members);
}

std::string_view verdict_text(EffectVerdict verdict) {
  switch (verdict) {
    case EffectVerdict::not_measured:
      return "effect_unmeasured";
    case EffectVerdict::too_few:
      return "effect_few";
    case EffectVerdict::chance:
      return "effect_chance";
    case EffectVerdict::more:
      return "effect_more";
    case EffectVerdict::less:
      return "effect_less";
  }
  return {};
}

// What those spend who may have it, beside those held out.
std::string spending_compared(const OfferFigures& one, const Speaker& speaker, const Setting& setting) {
  const Club& club = *speaker.club;
  return render(setting, verdict_text(one.verdict), speaker.language,
                {{"amount", money(club, spent_each(one.with_spent, one.with_members))},
                 {"sum", money(club, spent_each(one.held_out_spent, one.held_out))},
                 {"count", static_cast<std::int64_t>(one.held_out)}});
}

// The same in a word or two; empty: it is not measured.
std::string_view short_verdict(EffectVerdict verdict) {
  switch (verdict) {
    case EffectVerdict::not_measured:
      break;
    case EffectVerdict::too_few:
      return "effect_says_few";
    case EffectVerdict::chance:
      return "effect_says_chance";
    case EffectVerdict::more:
      return "effect_says_more";
    case EffectVerdict::less:
      return "effect_says_less";
  }
  return {};
}

std::string effect_line(const OfferFigures& one, std::size_t place, const Speaker& speaker,
                        const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string_view verdict = short_verdict(one.verdict);
  const std::string says = verdict.empty() ? std::string() : render(setting, verdict, speaker.language);
  return render(setting, one.is_over ? "effect_line_over" : "effect_line", speaker.language,
                {{"next", templates::format_number(static_cast<std::int64_t>(place), speaker.language)},
                 {"title", cut_to_size(shown_name(one))},
                 {"count", static_cast<std::int64_t>(one.uses)},
                 {"wanted", static_cast<std::int64_t>(one.members)},
                 {"amount", money(club, one.given)},
                 {"sum", money(club, one.used)},
                 {"list", templates::Rendered{says}}});
}

// As many as one text holds, and how many there are beside them.
std::string effect_list(const Speaker& speaker, const Setting& setting) {
  const Club& club = *speaker.club;
  const std::vector<OfferFigures>& figures = club.programme.figures;
  std::string text =
      render(setting, "effects", speaker.language,
             {{"count", std::int64_t{kInsightDays}},
              {"until", templates::LastDayShort{club.programme.insight->until, club.time_zone}}});
  const auto rest = [&](std::size_t told) {
    if (told == figures.size()) return std::string();
    return '\n' + render(setting, "effects_more", speaker.language,
                         {{"count", static_cast<std::int64_t>(figures.size() - told)}, {"word", club.word}});
  };
  std::size_t told = 0;
  for (; told < figures.size(); ++told) {
    const std::string line = '\n' + effect_line(figures[told], told + 1, speaker, setting);
    if (!fits_text(text + line + rest(told + 1))) break;
    text += line;
  }
  return text + rest(told);
}

const OfferFigures* figures_named(const std::vector<OfferFigures>& figures, const std::string& words) {
  const auto named = std::ranges::find_if(figures, [&words](const OfferFigures& one) {
    return fold(one.name) == words || (!one.title.empty() && fold(one.title) == words);
  });
  if (named != figures.end()) return &*named;
  std::size_t place = 0;
  const char* const end = words.data() + words.size();
  const auto read = std::from_chars(words.data(), end, place);
  const bool is_place = read.ec == std::errc() && read.ptr == end && place >= 1 && place <= figures.size();
  return is_place ? &figures[place - 1] : nullptr;
}

std::string effect_called(const std::string& name, const OfferFigures& one, const Speaker& speaker,
                          const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string text = render(setting, "effect", speaker.language,
                                  {{"title", name},
                                   {"day", day_in_words(one.from, club)},
                                   {"until", templates::LastDayShort{one.until, club.time_zone}},
                                   {"count", static_cast<std::int64_t>(one.uses)},
                                   {"wanted", static_cast<std::int64_t>(one.members)},
                                   {"amount", money(club, one.given)},
                                   {"sum", money(club, one.used)}});
  return text + '\n' + spending_compared(one, speaker, setting);
}

// By a shorter name where the whole takes more than one text holds; in letters of the phone's own at last.
std::string effect_of_one(const OfferFigures& one, const Speaker& speaker, const Setting& setting) {
  std::string text;
  for (const std::string& name : {shown_name(one), cut_to_size(shown_name(one)), cut_to_size(one.name)}) {
    text = effect_called(name, one, speaker, setting);
    if (fits_text(text)) break;
  }
  return text;
}

}  // namespace

Said effect_told(const Speaker& speaker, std::span<const std::string> words, const Setting& setting) {
  if (speaker.cashier == nullptr || !speaker.cashier->manager) return managers_only(speaker, setting);
  const Club& club = *speaker.club;
  const std::vector<OfferFigures>& figures = club.programme.figures;
  if (!club.programme.insight) return {.reply = render(setting, "insights_to_come", speaker.language)};
  if (figures.empty())
    return {.reply =
                render(setting, "effects_none", speaker.language, {{"count", std::int64_t{kInsightDays}}})};
  if (words.empty()) return {.reply = effect_list(speaker, setting)};
  const std::string name = fmt::format("{}", fmt::join(words, " "));
  const OfferFigures* one = figures_named(figures, name);
  if (one == nullptr)
    return {.reply = render(
                setting, "effect_unknown", speaker.language,
                {{"name", cut_to_size(name)}, {"count", std::int64_t{kInsightDays}}, {"word", club.word}})};
  return {.reply = effect_of_one(*one, speaker, setting)};
}

}  // namespace peyk::handlers
