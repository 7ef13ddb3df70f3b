// HISTORY and STATEMENT: a member reads what happened to her credit, in her own calendar. Nothing
// changes.
#include "handlers/history.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "handlers/offer_words.hpp"
#include "handlers/use_cases.hpp"

namespace peyk::handlers {
namespace {

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
    case Event::occasion:
      return "history_occasion";
    case Event::profile:
      return "history_profile";
    case Event::item:
      return "history_item";
    case Event::handed_over:
      return "history_handed_over";
  }
  throw std::logic_error("name_of: not an Event");
}

std::string line_of(const Speaker& speaker, std::string_view name, const Past& past, const Facts& facts,
                    const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string title =
      past.what == Event::occasion ? origin_in_words(past, facts, speaker, setting) : std::string();
  const std::string earned = figure(club, past.credit, speaker.language);
  const std::string refunded = figure(club, past.refunded, speaker.language);
  return render(setting, name, speaker.language,
                {{"day", day_in_words(past.at, club)},
                 {"amount", money(club, past.amount)},
                 {"refunded", refunded},
                 {"title", title},
                 {"item", past.item},
                 {"earned", earned}});
}

ReadingKey key_of(const Speaker& speaker, Reading what, std::uint32_t skip = 0) {
  return {speaker.club->id, speaker.phone, what, skip};
}

std::uint32_t skipped(std::uint32_t page) {
  return (page - 1) * kStatementRows;
}

std::string statement_next(const Speaker& speaker, std::uint32_t page, const Setting& setting) {
  const std::string next = std::to_string(page + 1);
  return render(setting, "statement_more", speaker.language, {{"next", next}, {"word", speaker.club->word}});
}

// A line a purchase; behind it what was free, as far as one text goes: the purchases come first.
std::vector<std::string> statement_lines(const Speaker& speaker, std::uint32_t page, const Facts& facts,
                                         const Setting& setting) {
  auto all = facts.reading(key_of(speaker, Reading::statement, skipped(page)));
  all = all.first(std::min<std::size_t>(all.size(), kStatementRows));
  std::vector<std::string> lines;
  std::string whole = render(setting, "statement_header", speaker.language, {{"page", std::int64_t{page}}});
  if (statement_goes_on(speaker, page, facts)) whole += '\n' + statement_next(speaker, page, setting);
  for (const Past& past : all) {
    const std::string_view name = past.refunded > 0 ? "statement_line_refunded" : "statement_line";
    lines.push_back(line_of(speaker, name, past, facts, setting));
    whole += '\n' + lines.back();
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (all[i].item.empty()) continue;
    const std::string free =
        render(setting, "statement_line_item", speaker.language, {{"item", all[i].item}});
    if (speaker.medium == Medium::sms && !fits_text(whole + ' ' + free)) continue;
    whole += ' ' + free;
    lines[i] += ' ' + free;
  }
  return lines;
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

Said history(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  if (facts.member(speaker.key()) == nullptr) return not_member(speaker, setting);
  const auto all = facts.reading(key_of(speaker, Reading::history));
  Said said{.reply = render(setting, all.empty() ? "history_none" : "history_header", speaker.language,
                            {{"club", speaker.club->name}})};
  for (const Past& past : all.first(std::min<std::size_t>(all.size(), kHistoryRows))) {
    const std::string longer = said.reply + '\n' + line_of(speaker, name_of(past), past, facts, setting);
    if (speaker.medium == Medium::sms && !fits_text(longer)) break;
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
  for (const std::string& line : statement_lines(speaker, page, facts, setting)) said.reply += '\n' + line;
  if (speaker.medium == Medium::sms && statement_goes_on(speaker, page, facts))
    said.reply += '\n' + statement_next(speaker, page, setting);
  return said;
}

bool statement_goes_on(const Speaker& speaker, std::uint32_t page, const Facts& facts) {
  const auto all = facts.reading(key_of(speaker, Reading::statement, skipped(page)));
  return all.size() > kStatementRows && page < kStatementPagesMax;
}

}  // namespace peyk::handlers
