// HISTORY, STATEMENT and WHY: a member reads what happened to her credit, in her own calendar. Nothing
// changes.
#include "handlers/history.hpp"

#include <algorithm>

#include "handlers/use_cases.hpp"
#include "templates/alphabet.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

constexpr std::size_t kTextPartsMax = 3;

// The local day on which it happened, short.
templates::LastDayShort day(rules::Instant at, const Club& club) {
  return {at + std::chrono::microseconds{1}, club.time_zone};
}

// An amount without its unit, where the one before it on the line has it: a line must be short.
std::string figure(const Club& club, rules::Amount amount, Language language) {
  const bool toman = club.money_display == MoneyDisplay::toman;
  if (toman && amount % 10 != 0) return templates::format_amount(amount, club.money_display, language);
  return templates::format_number(toman ? amount / 10 : amount, language);
}

std::string_view name_of(const Past& past) {
  switch (past.what) {
    case Event::purchase:
      return past.refunded > 0 ? "history_purchase_refunded" : "history_purchase";
    case Event::redeemed:
      return "history_redeemed";
    case Event::expired:
      return "history_expired";
    case Event::given_back:
      return "history_given_back";
    case Event::given:
      return "history_given";
    case Event::received:
      return "history_received";
    case Event::gift:
      return "history_gift";
    case Event::taken_back:
      return "history_taken_back";
    case Event::returned:
      return "history_returned";
    case Event::settled:
      return "history_settled";
  }
  throw std::logic_error("name_of: not an Event");
}

std::string line_of(const Speaker& speaker, std::string_view name, const Past& past, const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string earned = figure(club, past.credit, speaker.language);
  const std::string refunded = figure(club, past.refunded, speaker.language);
  return render(setting, name, speaker.language,
                {{"day", day(past.at, club)},
                 {"amount", money(club, past.amount)},
                 {"refunded", refunded},
                 {"earned", earned}});
}

bool fits(const std::string& text) {
  return templates::part_count(text, templates::choose(text)) <= kTextPartsMax;
}

ReadingKey key_of(const Speaker& speaker, Reading what, std::uint32_t skip = 0) {
  return {speaker.club->id, speaker.phone, what, skip};
}

std::uint32_t skipped(std::uint32_t page) {
  return (page - 1) * kStatementRows;
}

// "5%", "۲٫۵٪": hundredths of a percent, as few digits as it needs.
std::string percent(rules::BasisPoints share, Language language) {
  std::string text = templates::format_number(share / 100, language);
  const bool fa = language == Language::fa;
  for (int rest = share % 100, unit = 10; rest > 0; rest %= unit, unit /= 10) {
    if (unit == 10) text += fa ? "٫" : ".";
    text += templates::format_number(rest / unit, language);
  }
  return text + (fa ? "٪" : "%");
}

}  // namespace

Needs needs_history(const Speaker& speaker) {
  Needs needs;
  needs.readings.insert(key_of(speaker, Reading::history));
  return needs;
}

Needs needs_statement(const Speaker& speaker, std::uint32_t page) {
  Needs needs;
  needs.readings.insert(key_of(speaker, Reading::statement, skipped(page)));
  return needs;
}

Needs needs_why(const Speaker& speaker) {
  Needs needs;
  needs.readings.insert(key_of(speaker, Reading::why));
  return needs;
}

Said history(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  if (facts.member(speaker.key()) == nullptr) return not_member(speaker, setting);
  const auto all = facts.reading(key_of(speaker, Reading::history));
  Said said{.reply = render(setting, all.empty() ? "history_none" : "history_header", speaker.language,
                            {{"club", speaker.club->name}})};
  for (const Past& past : all.first(std::min<std::size_t>(all.size(), kHistoryRows))) {
    const std::string longer = said.reply + '\n' + line_of(speaker, name_of(past), past, setting);
    if (speaker.medium == Medium::sms && !fits(longer)) break;
    said.reply = longer;
  }
  return said;
}

Said statement(const Speaker& speaker, std::uint32_t page, const Facts& facts, const Setting& setting) {
  if (facts.member(speaker.key()) == nullptr) return not_member(speaker, setting);
  const auto all = facts.reading(key_of(speaker, Reading::statement, skipped(page)));
  const std::int64_t number = page;
  if (all.empty()) {
    return {.reply = render(setting, page == 1 ? "statement_none" : "statement_no_page", speaker.language,
                            {{"club", speaker.club->name}, {"page", number}, {"word", speaker.club->word}})};
  }
  Said said{.reply = render(setting, "statement_header", speaker.language, {{"page", number}})};
  for (const Past& past : all.first(std::min<std::size_t>(all.size(), kStatementRows))) {
    const std::string_view name = past.refunded > 0 ? "statement_line_refunded" : "statement_line";
    said.reply += '\n' + line_of(speaker, name, past, setting);
  }
  if (speaker.medium == Medium::sms && statement_goes_on(speaker, page, facts)) {
    const std::string next = std::to_string(page + 1);
    said.reply += '\n' + render(setting, "statement_more", speaker.language,
                                {{"next", next}, {"word", speaker.club->word}});
  }
  return said;
}

bool statement_goes_on(const Speaker& speaker, std::uint32_t page, const Facts& facts) {
  const auto all = facts.reading(key_of(speaker, Reading::statement, skipped(page)));
  return all.size() > kStatementRows && page < kStatementPagesMax;
}

Said why(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  if (facts.member(speaker.key()) == nullptr) return not_member(speaker, setting);
  const Club& club = *speaker.club;
  const auto all = facts.reading(key_of(speaker, Reading::why));
  if (all.empty()) return {.reply = render(setting, "why_none", speaker.language, {{"club", club.name}})};
  const Past& last = all.front();
  const templates::LastDay until{last.expires_at, club.time_zone};
  if (last.what == Event::gift) {
    return {.reply = render(
                setting, "why_gift", speaker.language,
                {{"day", day(last.at, club)}, {"credit", money(club, last.amount)}, {"until", until}})};
  }
  if (last.what == Event::received) {
    const std::string other = last.other == 0 ? "" : templates::masked(last.other);
    return {.reply = render(setting, other.empty() ? "why_received_gone" : "why_received", speaker.language,
                            {{"day", day(last.at, club)},
                             {"credit", money(club, last.amount)},
                             {"phone", other},
                             {"until", until}})};
  }
  return {.reply = render(setting, last.share > 0 ? "why_purchase" : "why_purchase_of_old", speaker.language,
                          {{"day", day(last.at, club)},
                           {"amount", money(club, last.amount)},
                           {"credit", money(club, last.credit)},
                           {"percent", percent(last.share, speaker.language)},
                           {"until", until}})};
}

}  // namespace peyk::handlers
