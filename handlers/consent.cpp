#include "handlers/membership.hpp"
#include "handlers/use_cases.hpp"

namespace peyk::handlers {
namespace {

Said set_promo(const Speaker& speaker, bool stopped, std::string_view key, const Setting& setting) {
  Said said{.reply = render(setting, key, speaker.language)};
  said.effects.push_back(SetPromo{{speaker.club->line, speaker.phone}, stopped});
  return said;
}

}  // namespace

std::optional<NoteHelp> one_help(const Speaker& speaker, const Facts& facts, rules::Instant now) {
  const LinePhoneKey line_phone{speaker.club->line, speaker.phone};
  const rules::Instant before = facts.line_phone(line_phone).help_sent_at;
  if (before != rules::Instant{} && now - before < std::chrono::hours{1}) return std::nullopt;
  return NoteHelp{line_phone, now};
}

Said stop_promo(const Speaker& speaker, const Setting& setting) {
  return set_promo(speaker, true, "stopped", setting);
}

Said start_promo(const Speaker& speaker, const Setting& setting) {
  return set_promo(speaker, false, "started", setting);
}

Said unknown_text(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  auto counted = one_help(speaker, facts, setting.now);
  if (!counted) return {};
  // A cashier or a stranger gets the commands at once; a member is told how to ask for them.
  const bool is_plain_member = speaker.cashier == nullptr && facts.member(speaker.key()) != nullptr;
  Said said =
      is_plain_member
          ? Said{.reply = render(setting, "unknown_text", speaker.language, {{"word", speaker.club->word}})}
          : help(speaker, facts, setting);
  said.effects.push_back(*counted);
  return said;
}

Said unknown_number(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  Said said{.reply = render(setting, "one_time_unknown", speaker.language)};
  if (speaker.cashier != nullptr) return said;
  auto counted = one_help(speaker, facts, setting.now);
  if (!counted) return {};
  said.effects.push_back(*counted);
  return said;
}

Said help(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  if (speaker.cashier != nullptr) {
    return {.reply = render(setting, "help_cashier", speaker.language,
                            {{"club", speaker.club->name},
                             {"word", speaker.club->word},
                             {"pin", speaker.pin_asked()},
                             {"branch", branch_name(*speaker.club, speaker.cashier->branch)}})};
  }
  const bool member = facts.member(speaker.key()) != nullptr;
  if (!member && speaker.club->policy.membership == Membership::closed)
    return {.reply = how_to_join(*speaker.club, "help_guest_closed", speaker.language, setting)};
  return {.reply = render(setting, member ? "help_member" : "help_guest", speaker.language,
                          {{"club", speaker.club->name}, {"word", speaker.club->word}})};
}

}  // namespace peyk::handlers
