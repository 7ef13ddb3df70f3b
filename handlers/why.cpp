// WHY: what gave a member her last credit. Which offers fired is told as it was decided then, by what was
// written down with each: nothing is judged again. Beside it her scores, as they are today.
#include <algorithm>

#include "handlers/history.hpp"
#include "handlers/measures.hpp"
#include "handlers/offer_words.hpp"
#include "handlers/use_cases.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

ReadingKey key_of(const Speaker& speaker) {
  return {speaker.club->id, speaker.phone, Reading::why};
}

// As it was when it gave; nullptr: it was changed or taken away since.
const rules::Offer* offer_of(const OfferGrant& grant, const Club& club, bool same_version) {
  const auto& offers = club.programme.offers;
  const auto found = std::find_if(offers.begin(), offers.end(), [&](const rules::Offer& offer) {
    return offer.id == grant.offer && (!same_version || offer.version == grant.version);
  });
  return found == offers.end() ? nullptr : &*found;
}

// One line: the offer, what it gave, what it looked at.
std::string line_of(const OfferGrant& grant, const Speaker& speaker, const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string gave = given_in_words(grant, club, speaker.language, setting);
  const rules::Offer* offer = offer_of(grant, club, false);
  if (gave.empty() || (offer != nullptr && offer->title.empty())) return "";
  const std::string facts =
      facts_in_words(grant, offer_of(grant, club, true), club, speaker.language, setting);
  const std::string title =
      offer == nullptr ? render(setting, "why_offer_over", speaker.language) : offer->title;
  return render(setting, facts.empty() ? "why_offer_plain" : "why_offer", speaker.language,
                {{"title", title}, {"what", gave}, {"facts", facts}});
}

// What it had offers give it, and how she stands, as far as one text goes.
void add_offers(std::string& text, const Past& purchase, const Speaker& speaker, const Facts& facts,
                const Setting& setting) {
  std::int64_t left_out = 0;
  for (const OfferGrant* grant : facts.grants(purchase.row)) {
    const std::string line = line_of(*grant, speaker, setting);
    if (line.empty()) continue;
    if (left_out == 0 && fits_text(text + '\n' + line))
      text += '\n' + line;
    else
      ++left_out;
  }
  if (left_out == 0) return;
  const std::string more = '\n' + render(setting, "offers_more", speaker.language, {{"count", left_out}});
  if (fits_text(text + more)) text += more;
}

void add_scores(std::string& text, const Speaker& speaker, const Facts& facts, const Setting& setting) {
  using rules::Measure;
  const rules::Measures measures =
      measures_of(*speaker.club, facts.member(speaker.key()), facts, setting.now);
  if (measures.of(Measure::score_length) == rules::Measures::kUnknown) return;
  const std::string line = '\n' + render(setting, "why_scores", speaker.language,
                                         {{"length", measures.of(Measure::score_length)},
                                          {"recency", measures.of(Measure::score_recency)},
                                          {"frequency", measures.of(Measure::score_frequency)},
                                          {"monetary", measures.of(Measure::score_monetary)}});
  if (fits_text(text + line)) text += line;
}

std::string of_purchase(const Past& last, const Speaker& speaker, const Facts& facts,
                        const Setting& setting) {
  const Club& club = *speaker.club;
  std::string text =
      render(setting, last.share > 0 ? "why_purchase" : "why_purchase_of_old", speaker.language,
             {{"day", day_in_words(last.at, club)},
              {"amount", money(club, last.amount)},
              {"credit", money(club, last.credit)},
              {"percent", percent(last.share, speaker.language)},
              {"until", templates::LastDay{last.expires_at, club.time_zone}}});
  add_offers(text, last, speaker, facts, setting);
  return text;
}

}  // namespace

Needs needs_why(const Speaker& speaker, const Setting& setting) {
  Needs needs = needs_measures(*speaker.club, speaker.key(), setting.now, setting.now, false);
  needs.readings.insert(key_of(speaker));
  return needs;
}

Said why(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  if (facts.member(speaker.key()) == nullptr) return not_member(speaker, setting);
  const Club& club = *speaker.club;
  const auto all = facts.reading(key_of(speaker));
  if (all.empty()) return {.reply = render(setting, "why_none", speaker.language, {{"club", club.name}})};
  const Past& last = all.front();
  const templates::LastDay until{last.expires_at, club.time_zone};
  if (last.what == Event::gift) {
    return {
        .reply = render(
            setting, "why_gift", speaker.language,
            {{"day", day_in_words(last.at, club)}, {"credit", money(club, last.amount)}, {"until", until}})};
  }
  if (last.what == Event::received) {
    const std::string other = last.other == 0 ? "" : templates::masked(last.other);
    return {.reply = render(setting, other.empty() ? "why_received_gone" : "why_received", speaker.language,
                            {{"day", day_in_words(last.at, club)},
                             {"credit", money(club, last.amount)},
                             {"phone", other},
                             {"until", until}})};
  }
  Said said{.reply = of_purchase(last, speaker, facts, setting)};
  add_scores(said.reply, speaker, facts, setting);
  return said;
}

}  // namespace peyk::handlers
