#include "handlers/use_cases.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {

Needs needs_code(const Speaker& speaker, rules::CodeNumber number) {
  Needs needs;
  needs.codes.insert({speaker.club->id, number});
  if (speaker.cashier != nullptr) needs.cashiers.insert(speaker.key());
  return needs;
}

Effect miss(const Speaker& speaker, const Facts& facts, rules::Instant now) {
  return SetAttempts{speaker.key(), rules::after_miss(facts.attempts(speaker.key()), now)};
}

Said check(const Speaker& speaker, rules::CodeNumber number, const Facts& facts, const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string shown = std::to_string(number);
  const auto say = [&](std::string_view key) { return render(setting, key, speaker.language, {{"code", shown}}); };

  if (rules::is_locked(facts.attempts(speaker.key()), setting.now)) return {.reply = say("redeem_refused_locked")};
  const Code* code = facts.code({club.id, number});
  if (code == nullptr) {
    Said said{.reply = say("check_bad_unknown")};
    said.effects.push_back(miss(speaker, facts, setting.now));
    return said;
  }
  const Lot& lot = *facts.lot(code->lot);
  const templates::LastDay until{lot.expires_at, club.time_zone};
  if (code->state != CodeState::live || lot.remaining == 0) return {.reply = say("check_bad_used")};
  if (setting.now >= lot.expires_at) {
    return {.reply = render(setting, "check_bad_expired", speaker.language, {{"code", shown}, {"until", until}})};
  }
  const std::string owner = templates::masked(facts.member(code->member)->phone);
  return {.reply = render(setting, "check_good", speaker.language,
                          {{"code", shown}, {"amount", money(club, lot.remaining)}, {"until", until}, {"phone", owner}})};
}

}  // namespace peyk::handlers
