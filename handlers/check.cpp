#include "handlers/good_at.hpp"
#include "handlers/items.hpp"
#include "handlers/offer_words.hpp"
#include "handlers/proof.hpp"
#include "handlers/use_cases.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {

Needs needs_code(const Speaker& speaker, rules::CodeNumber number) {
  Needs needs;
  needs.codes.insert({speaker.club->id, number});
  if (speaker.cashier == nullptr) return needs;
  needs.cashiers.insert(speaker.key());
  if (!speaker.club->programme.tiers.tiers.empty()) needs.owners_ranks = needs.codes;
  return needs;
}

Effect miss(const Speaker& speaker, const Facts& facts, rules::Instant now) {
  return SetAttempts{speaker.key(), rules::after_miss(facts.attempts(speaker.key()), now), true};
}

std::string locked_text(const Speaker& speaker, std::string_view key, const Facts& facts,
                        const Setting& setting) {
  const auto wait =
      std::chrono::ceil<std::chrono::minutes>(facts.attempts(speaker.key()).locked_until - setting.now);
  return render(setting, key, speaker.language, {{"minutes", static_cast<std::int64_t>(wait.count())}});
}

std::string taken_text(const Speaker& speaker, std::string_view key, const Code& code, const Facts& facts,
                       const Setting& setting) {
  const Redemption* last = facts.last_redemption(code.id);
  const std::string shown = std::to_string(code.number);
  if (code.state == CodeState::redeemed && last == nullptr)
    return render(setting, "check_bad_moved", speaker.language, {{"code", shown}});
  if (code.state == CodeState::voided || last == nullptr) {
    return render(setting, "check_bad_void", speaker.language, {{"code", shown}});
  }
  return render(setting, key, speaker.language,
                {{"code", shown},
                 {"branch", branch_name(*speaker.club, last->branch)},
                 {"at", templates::Moment{last->at, speaker.club->time_zone}}});
}

std::string held_text(const Speaker& speaker, std::string_view key, const Code& code, const Facts& facts,
                      const Setting& setting) {
  const auto left = facts.lot(code.lot)->held_until - setting.now;
  return render(
      setting, key, speaker.language,
      {{"code", std::to_string(code.number)},
       {"minutes", static_cast<std::int64_t>(std::chrono::ceil<std::chrono::minutes>(left).count())}});
}

namespace {

Said check_code(const Speaker& speaker, rules::CodeNumber number, const Facts& facts,
                const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string shown = std::to_string(number);
  if (rules::is_locked(facts.attempts(speaker.key()), setting.now)) {
    return {.reply = locked_text(speaker, "check_bad_locked", facts, setting)};
  }
  const Code* code = facts.code({club.id, number});
  if (code == nullptr) {
    Said said{.reply = render(setting, "check_bad_unknown", speaker.language, {{"code", shown}})};
    said.effects.push_back(miss(speaker, facts, setting.now));
    return said;
  }
  if (is_item(*code)) return check_item(speaker, *code, facts, setting);
  const Lot& lot = *facts.lot(code->lot);
  const auto used_up = [&] {
    return Said{.reply = taken_text(speaker, "check_bad_used_up", *code, facts, setting)};
  };
  if (has_ended(*code)) return used_up();
  const templates::LastDay until{lot.expires_at, club.time_zone};
  if (code->state == CodeState::expired || setting.now >= lot.expires_at) {
    return {.reply =
                render(setting, "check_bad_expired", speaker.language, {{"code", shown}, {"until", until}})};
  }
  const rules::Amount left = facts.available(lot, setting.now);
  const bool is_held = left == 0 && facts.held(lot, setting.now) > 0;
  if (left == 0 && !is_held) return used_up();
  if (!is_good_at(club, lot, speaker.cashier->branch))
    return {.reply = wrong_branch_text(speaker, "check_bad_wrong_branch", *code, facts, setting)};
  if (is_held) return {.reply = held_text(speaker, "check_bad_held", *code, facts, setting)};
  if (is_open_gift(*code, facts, setting.now)) {
    return {.reply = render(
                setting, speaker.text("check_gift"), speaker.language,
                {{"code", shown}, {"left", money(club, left)}, {"until", until}, {"word", club.word}})};
  }
  const std::string owner = shown_phone(club, facts.member(code->member)->phone);
  Said said{.reply = render(setting, speaker.text("check_good"), speaker.language,
                            {{"code", shown},
                             {"left", money(club, left)},
                             {"until", until},
                             {"phone", owner},
                             {"word", club.word},
                             {"pin", speaker.pin_asked()}})};
  add_tier(said.reply, speaker, facts.rank(code->member), setting);
  return said;
}

}  // namespace

Said check(const Speaker& speaker, rules::CodeNumber number, const Facts& facts, const Setting& setting) {
  return over_with_code(check_code(speaker, number, facts, setting), {speaker.club->id, number}, facts,
                        setting.now);
}

}  // namespace peyk::handlers
