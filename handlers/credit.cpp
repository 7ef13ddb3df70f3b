#include <algorithm>

#include "handlers/good_at.hpp"
#include "handlers/items.hpp"
#include "handlers/offer_words.hpp"
#include "handlers/use_cases.hpp"
#include "templates/screen.hpp"

namespace peyk::handlers {
namespace {

constexpr std::size_t kCodesListedMax = 5;  // as many as fit three parts of a Persian text

// " (Vanak only)"; empty: at every branch.
std::string where_good(const Speaker& speaker, const Lot& lot, const Setting& setting) {
  const std::string branches = branches_in_words(*speaker.club, lot, speaker.language, setting);
  return branches.empty()
             ? ""
             : ' ' + render(setting, "codes_line_branches", speaker.language, {{"branches", branches}});
}

// Those of credit, then those of items: each soonest expiry first.
std::vector<const Code*> all_live(MemberId member, const Facts& facts, const Setting& setting) {
  std::vector<const Code*> live = facts.live_codes(member, setting.now);
  const auto items = facts.live_items(member, setting.now);
  live.insert(live.end(), items.begin(), items.end());
  return live;
}

// How many codes are listed at most, and whether their lines say at which branches each is good.
struct Listing {
  std::size_t codes_max = kCodesListedMax;
  bool branches = false;
};

std::string list_of_codes(const Speaker& speaker, const std::vector<const Code*>& live,
                          const Listing& listing, const Facts& facts, const Setting& setting) {
  std::string lines;
  for (std::size_t i = 0; i < std::min(live.size(), listing.codes_max); ++i) {
    const Lot& lot = *facts.lot(live[i]->lot);
    const std::string code = std::to_string(live[i]->number);
    if (!lines.empty()) lines += '\n';
    lines +=
        render(setting, speaker.text(is_item(*live[i]) ? "codes_line_item" : "codes_line"), speaker.language,
               {{"code", code},
                {"item", live[i]->item},
                {"amount", money(*speaker.club, facts.available(lot, setting.now))},
                {"until", templates::LastDayShort{lot.expires_at, speaker.club->time_zone}}});
    if (listing.branches) lines += where_good(speaker, lot, setting);
  }
  if (live.size() > listing.codes_max) {
    lines += '\n' + render(setting, "codes_more", speaker.language,
                           {{"count", static_cast<std::int64_t>(live.size() - listing.codes_max)}});
  }
  return lines;
}

Said say(const Speaker& speaker, std::string_view name, const Setting& setting) {
  return {.reply = render(setting, speaker.text(name), speaker.language,
                          {{"club", speaker.club->name}, {"word", speaker.club->word}})};
}

Said credit_of(const Member& member, const Speaker& speaker, const Listing& listing, const Facts& facts,
               const Setting& setting) {
  const auto lots = facts.spendable_lots(member.id, setting.now);
  const auto live = all_live(member.id, facts, setting);
  if (lots.empty()) {
    Said none = say(speaker, "credit_none", setting);
    if (!live.empty()) none.reply += '\n' + list_of_codes(speaker, live, listing, facts, setting);
    return none;
  }
  const std::string list = list_of_codes(speaker, live, listing, facts, setting);
  return {.reply =
              render(setting, speaker.text(live.empty() ? "credit_no_codes" : "credit"), speaker.language,
                     {{"club", speaker.club->name},
                      {"balance", money(*speaker.club, facts.spendable(member.id, setting.now))},
                      {"codes", static_cast<std::int64_t>(live.size())},
                      {"nearest", templates::LastDay{lots.front()->expires_at, speaker.club->time_zone}},
                      {"list", templates::Rendered{list}}})};
}

bool fits(const std::string& text, const Speaker& speaker) {
  return speaker.medium == Medium::ussd ? templates::fits_screen(text) : fits_text(text);
}

void add_branches(Said& said, const Speaker& speaker, const Lot& lot, const Setting& setting) {
  const std::string longer = said.reply + where_good(speaker, lot, setting);
  if (fits(longer, speaker)) said.reply = longer;
}

}  // namespace

Needs needs_credit(const Speaker& speaker) {
  Needs needs;
  needs_rank(needs, *speaker.club, speaker.key());
  return needs;
}

namespace {

Said credit_told(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  const Member* member = facts.member(speaker.key());
  if (member == nullptr) return not_member(speaker, setting);
  std::string more;
  if (member->debt > 0)
    more += '\n' + render(setting, "credit_debt", speaker.language,
                          {{"amount", money(*speaker.club, member->debt)}});
  const std::string rank = rank_in_words(*speaker.club, facts.rank(member->id), speaker.language, setting);
  const std::string tail = more + (rank.empty() ? "" : '\n' + rank);
  const auto told = [&](const Listing& listing) {
    Said said = credit_of(*member, speaker, listing, facts, setting);
    said.reply += tail;
    return said;
  };
  if (!speaker.club->policy.spend_at.empty()) {
    Said said = told({.branches = true});
    if (fits(said.reply, speaker)) return said;
  }
  // Where she stands takes the place of the codes that end last; CODES tells those.
  for (std::size_t codes_max = kCodesListedMax; !rank.empty() && codes_max > 0; --codes_max) {
    Said said = told({.codes_max = codes_max});
    if (fits(said.reply, speaker)) return said;
  }
  Said said = credit_of(*member, speaker, {}, facts, setting);
  said.reply += more;
  return said;
}

Said codes_told(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  const Member* member = facts.member(speaker.key());
  if (member == nullptr) return not_member(speaker, setting);
  const auto live = all_live(member->id, facts, setting);
  if (live.empty()) return say(speaker, "codes_none", setting);

  const auto told = [&](const Listing& listing) -> Said {
    const std::string list = list_of_codes(speaker, live, listing, facts, setting);
    if (speaker.medium == Medium::ussd)
      return {.reply =
                  render(setting, "ussd_codes", speaker.language, {{"list", templates::Rendered{list}}})};
    Said said = say(speaker, "codes_header", setting);
    said.reply += '\n' + list;
    return said;
  };
  if (!speaker.club->policy.spend_at.empty()) {
    Said said = told({.branches = true});
    // Screens are paged.
    if (speaker.medium == Medium::ussd || fits(said.reply, speaker)) return said;
  }
  return told({});
}

Said own_code_told(const Speaker& speaker, rules::CodeNumber number, bool may_be_amount, const Facts& facts,
                   const Setting& setting) {
  const Member* member = facts.member(speaker.key());
  const Code* code = facts.code({speaker.club->id, number});
  const Lot* lot = code == nullptr ? nullptr : facts.lot(code->lot);
  // Of an item, also one that the club gave out by itself: it is good for whoever shows it.
  const bool may_have = member != nullptr && code != nullptr && lot != nullptr && is_item(*code) &&
                        (code->member == member->id || lot->origin == LotOrigin::gift);
  if (may_have && !item_refusal(*code, facts, setting.now)) {
    Said said{.reply = render(setting, speaker.text("code_own_item"), speaker.language,
                              {{"code", std::to_string(number)},
                               {"item", code->item},
                               {"until", templates::LastDay{lot->expires_at, speaker.club->time_zone}},
                               {"club", speaker.club->name}})};
    add_branches(said, speaker, *lot, setting);
    return said;
  }
  const bool good = member != nullptr && code != nullptr && code->member == member->id &&
                    code->state == CodeState::live && lot != nullptr &&
                    facts.available(*lot, setting.now) > 0;
  const std::string shown = std::to_string(number);
  if (!good && may_be_amount && speaker.medium == Medium::sms) {
    return {.reply = render(setting, "code_unknown_or_amount", speaker.language,
                            {{"code", shown}, {"word", speaker.club->word}})};
  }
  if (!good) return say(speaker, "code_unknown", setting);
  Said said{.reply = render(setting, speaker.text("code_own"), speaker.language,
                            {{"code", shown},
                             {"amount", money(*speaker.club, facts.available(*lot, setting.now))},
                             {"until", templates::LastDay{lot->expires_at, speaker.club->time_zone}},
                             {"club", speaker.club->name}})};
  add_branches(said, speaker, *lot, setting);
  return said;
}

// Whatever of it is told: the first end of all that is hers.
rules::Instant first_end_of_hers(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  const Member* member = facts.member(speaker.key());
  rules::Instant first = kNeverEnds;
  if (member == nullptr) return first;
  for (const Code* code : all_live(member->id, facts, setting))
    first = std::min(first, facts.lot(code->lot)->expires_at);
  for (const Lot* lot : facts.spendable_lots(member->id, setting.now))
    first = std::min(first, lot->expires_at);
  return first;
}

}  // namespace

Said credit(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  Said said = credit_told(speaker, facts, setting);
  said.good_until = first_end_of_hers(speaker, facts, setting);
  return said;
}

Said codes(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  Said said = codes_told(speaker, facts, setting);
  said.good_until = first_end_of_hers(speaker, facts, setting);
  return said;
}

Said own_code(const Speaker& speaker, rules::CodeNumber number, bool may_be_amount, const Facts& facts,
              const Setting& setting) {
  Said said = own_code_told(speaker, number, may_be_amount, facts, setting);
  const CodeKey key{speaker.club->id, number};
  // Of another's nothing is told, not even by how long it may be.
  const Code* code = facts.code(key);
  const Member* owner = code == nullptr ? nullptr : facts.member(code->member);
  const bool is_others = owner != nullptr && owner->phone != 0 && owner->phone != speaker.phone;
  return is_others ? said : over_with_code(std::move(said), key, facts, setting.now);
}

}  // namespace peyk::handlers
