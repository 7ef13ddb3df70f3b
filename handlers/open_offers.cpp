// OFFERS: what a purchase of today could bring a member, a line each, as many as one text holds.
#include "handlers/measures.hpp"
#include "handlers/offer_words.hpp"
#include "handlers/quote.hpp"
#include "handlers/use_cases.hpp"

namespace peyk::handlers {
namespace {

// Empty: there is nothing to tell of it.
std::string line_of(const rules::Offer& offer, const Speaker& speaker, const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string gives = gives_in_words(offer, club, speaker.language, setting);
  if (offer.title.empty() || gives.empty()) return "";  // what only says something is no offer to who reads
  const bool ends = offer.until != rules::Instant{};
  // Without an end, whose day is never shown, the argument is still there.
  return render(setting, ends ? "offers_line_until" : "offers_line", speaker.language,
                {{"title", offer.title},
                 {"what", gives},
                 {"until", templates::LastDayShort{ends ? offer.until : setting.now, club.time_zone}}});
}

}  // namespace

Needs needs_offers(const Speaker& speaker, const Setting& setting) {
  return needs_offers_of(*speaker.club, speaker.key(), setting.now);
}

Said offers(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  const Member* member = facts.member(speaker.key());
  if (member == nullptr) return not_member(speaker, setting);
  const Club& club = *speaker.club;
  const auto measures = measures_of(club, member, facts, setting.now);
  const auto open =
      rules::open_to(club.programme.offers, uses_of(club, member, facts, setting.now), measures, setting.now);
  std::vector<std::string> lines;
  for (const std::size_t place : open) {
    if (std::string line = line_of(club.programme.offers.at(place), speaker, setting); !line.empty())
      lines.push_back(std::move(line));
  }
  const auto say = [&](std::string_view key, std::int64_t count) {
    return render(setting, key, speaker.language, {{"club", club.name}, {"count", count}});
  };
  if (lines.empty()) return {.reply = say("offers_none", 0)};
  // The longest text that fits: with all of them, or with fewer and the number of those left out.
  for (std::size_t shown = lines.size(); shown > 0; --shown) {
    std::string text = say("offers_header", 0);
    for (std::size_t i = 0; i < shown; ++i) text += '\n' + lines[i];
    if (shown < lines.size())
      text += '\n' + say("offers_more", static_cast<std::int64_t>(lines.size() - shown));
    if (speaker.medium == Medium::ussd || fits_text(text)) return {.reply = text};
  }
  return {.reply = say("offers_header", 0) + '\n' + say("offers_more", std::ssize(lines))};
}

}  // namespace peyk::handlers
