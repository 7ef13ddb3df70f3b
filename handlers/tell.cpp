#include "handlers/tell.hpp"

#include <algorithm>

#include "handlers/about_member.hpp"
#include "handlers/codes_in_text.hpp"
#include "handlers/offer_words.hpp"
#include "handlers/reminder.hpp"
#include "handlers/typed_phone.hpp"
#include "handlers/use_cases.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

struct Letter {
  std::optional<PhoneNumber> to;
  std::string text;  // as she wrote it
};
Letter letter_of(const templates::Typed& typed) {
  const auto then = phone_first(typed.args);
  if (!then) return {};
  Letter letter{.to = then->phone, .text = typed.tail};
  for (std::size_t i = then->rest.size(); i < typed.args.size(); ++i)
    letter.text = templates::split_first_word(letter.text).second;
  return letter;
}

// The first of her own good codes in it to end; nullopt: it names none. Of another's, or a gift's, nothing is
// known here: who may write what she likes would learn by the answers which numbers are good.
struct NamedCode {
  rules::CodeNumber code = 0;
  rules::Instant ends_at{};
};
std::optional<NamedCode> first_over_of(const Member& her, std::string_view text, const Facts& facts,
                                       rules::Instant now) {
  std::optional<NamedCode> first;
  for (const rules::CodeNumber number : numbers_like_codes(text)) {
    const CodeKey key{her.club, number};
    const Code* code = facts.code(key);  // a batch may know others'
    if (code == nullptr || code->member != her.id) continue;
    const rules::Instant end = end_of_code(key, facts, now);
    if (end != kNeverEnds && (!first || end < first->ends_at)) first = NamedCode{number, end};
  }
  return first;
}

}  // namespace

Needs needs_tell(const Speaker& speaker, const templates::Typed& typed, const Setting& setting) {
  const Letter letter = letter_of(typed);
  if (speaker.cashier == nullptr || !speaker.cashier->manager || !letter.to) return {};
  const Club& club = *speaker.club;
  Needs needs;
  needs.cashiers.insert(speaker.key());  // locked: what she sends at once is counted one after the other
  needs.members.insert({club.id, *letter.to});
  needs.line_phones.insert({club.line, *letter.to});
  needs.letters.emplace(speaker.key(), templates::start_of_local_day(setting.now, club.time_zone));
  if (!numbers_like_codes(letter.text).empty()) needs.wallets.insert({club.id, *letter.to});
  return needs;
}

Said tell(const Speaker& speaker, const templates::Typed& typed, const Facts& facts, Setting& setting) {
  if (speaker.cashier == nullptr || !speaker.cashier->manager) return managers_only(speaker, setting);
  const Club& club = *speaker.club;
  const Letter letter = letter_of(typed);
  const std::string shown = letter.to ? templates::masked(*letter.to) : "";
  const auto say = [&](std::string_view key, std::int64_t count = 0) {
    return Said{.reply =
                    render(setting, key, speaker.language,
                           {{"word", club.word}, {"phone", shown}, {"club", club.name}, {"count", count}})};
  };
  if (!letter.to || letter.text.empty()) return say("tell_bad");
  const Member* member = facts.member(MemberKey{club.id, *letter.to});
  const Language language = member == nullptr ? club.language : member->language;
  std::string text =
      render(setting, "told_member", language, {{"club", club.name}, {"message", letter.text}});
  if (!fits_text(text)) return say("tell_long");
  if (member == nullptr) return say("about_no_member");
  if (facts.line_phone({club.line, *letter.to}).promo_stopped) return say("tell_stopped");
  const std::uint32_t told = facts.letters(speaker.key());
  if (told >= kToldPerDayMax) return say("tell_enough", kToldPerDayMax);
  const rules::Instant at = reminder_time(club, setting.now);  // nobody is woken by it
  const auto first_over = first_over_of(*member, letter.text, facts, setting.now);
  if (first_over && first_over->ends_at <= at) {
    const std::string code = std::to_string(first_over->code);
    return {
        .reply = render(setting, "tell_over", speaker.language,
                        {{"code", code}, {"until", templates::LastDay{first_over->ends_at, club.time_zone}}}),
        .good_until = first_over->ends_at};
  }
  Said said = say("tell_done", std::int64_t{kToldPerDayMax} - told - 1);
  said.texts.push_back(text_to(club, *letter.to, Lane::notice, std::move(text), at,
                               first_over ? first_over->ends_at : kNeverEnds));
  if (at > setting.now) said.texts.back().send_at = at;
  said.effects.push_back(RecordLetter{
      .id = setting.chance.next_id(), .by = speaker.key(), .member = member->id, .at = setting.now});
  return said;
}

}  // namespace peyk::handlers
