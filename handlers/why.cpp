// WHY: what gave a member her last credit or item, whatever brought it: a purchase, an occasion, her profile,
// another member, a gift. Which offers fired is told as it was decided then, by what was written down with
// each and by the version that gave it: nothing is judged again. Beside it her scores, as they are today.
#include <algorithm>
#include <span>

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

// One line: the offer, what it gave, what it looked at, if it is to. An offer without a title is not shown.
std::string line_of(const OfferGrant& grant, bool with_facts, const Speaker& speaker, const Facts& facts,
                    const Setting& setting) {
  const Club& club = *speaker.club;
  const rules::Offer* offer = version_of(grant, club, facts);
  const std::string gave = given_in_words(grant, offer, club, speaker.language, setting);
  if (gave.empty() || (offer != nullptr && offer->title.empty())) return "";
  const std::string seen =
      with_facts ? facts_in_words(grant, offer, club, speaker.language, setting) : std::string();
  const std::string title =
      offer == nullptr ? render(setting, "why_offer_over", speaker.language) : offer->title;
  return render(setting, seen.empty() ? "why_offer_plain" : "why_offer", speaker.language,
                {{"title", title}, {"what", gave}, {"facts", seen}});
}

// What offers gave, as far as one text goes: the first rather without what it looked at than not at all.
void add_offers(std::string& text, const std::vector<const OfferGrant*>& grants, const Speaker& speaker,
                const Facts& facts, const Setting& setting) {
  std::int64_t left_out = 0;
  bool is_first = true;
  for (const OfferGrant* grant : grants) {
    std::string line = line_of(*grant, true, speaker, facts, setting);
    if (line.empty()) continue;
    if (is_first && !fits_text(text + '\n' + line)) line = line_of(*grant, false, speaker, facts, setting);
    is_first = false;
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
  add_offers(text, facts.grants(last.row), speaker, facts, setting);
  return text;
}

std::string of_item(const Past& last, const Speaker& speaker, const Facts& facts, const Setting& setting) {
  const Club& club = *speaker.club;
  std::string text = render(setting, "why_item", speaker.language,
                            {{"day", day_in_words(last.at, club)},
                             {"item", last.item},
                             {"until", templates::LastDay{last.expires_at, club.time_zone}}});
  add_offers(text, facts.grants_beside(last.row), speaker, facts, setting);
  return text;
}

// The last of all; of an item that came with credit, the credit, which tells of both.
const Past& last_of(std::span<const Past> all, const Facts& facts) {
  const Past& last = all.front();
  if (last.what != Event::item) return last;
  const auto beside = facts.grants_beside(last.row);
  const std::uint64_t purchase = beside.empty() ? 0 : beside.front()->purchase;
  const auto came_with = std::ranges::find_if(all, [&](const Past& one) {
    return purchase != 0 ? one.what == Event::purchase && one.row == purchase
                         : one.what == Event::occasion && one.at == last.at;
  });
  return came_with == all.end() ? last : *came_with;
}

std::string of_occasion(const Past& last, const Speaker& speaker, const Facts& facts,
                        const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string occasion = occasion_in_words(last, facts, speaker, setting);
  std::string text = render(setting, "why_occasion", speaker.language,
                            {{"day", day_in_words(last.at, club)},
                             {"credit", money(club, last.amount)},
                             {"title", occasion},
                             {"until", templates::LastDay{last.expires_at, club.time_zone}}});
  add_offers(text, facts.grants_beside(last.row), speaker, facts, setting);
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
  const Past& last = last_of(all, facts);
  const templates::LastDay until{last.expires_at, club.time_zone};
  // Why she had what is over by now she may hear at any time.
  const rules::Instant good_until = setting.now < last.expires_at ? last.expires_at : kNeverEnds;
  if (last.what == Event::gift || last.what == Event::profile) {
    return {
        .reply = render(
            setting, last.what == Event::gift ? "why_gift" : "why_profile", speaker.language,
            {{"day", day_in_words(last.at, club)}, {"credit", money(club, last.amount)}, {"until", until}}),
        .good_until = good_until};
  }
  if (last.what == Event::received) {
    const std::string other = last.other == 0 ? "" : templates::masked(last.other);
    return {.reply = render(setting, other.empty() ? "why_received_gone" : "why_received", speaker.language,
                            {{"day", day_in_words(last.at, club)},
                             {"credit", money(club, last.amount)},
                             {"phone", other},
                             {"until", until}}),
            .good_until = good_until};
  }
  Said said{.reply = last.what == Event::item       ? of_item(last, speaker, facts, setting)
                     : last.what == Event::occasion ? of_occasion(last, speaker, facts, setting)
                                                    : of_purchase(last, speaker, facts, setting),
            .good_until = good_until};
  add_scores(said.reply, speaker, facts, setting);
  return said;
}

}  // namespace peyk::handlers
