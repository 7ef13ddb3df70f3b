// VOID: a cashier takes back her own redemption while the customer is still there.
//
// In the order in which she is told: the phone waits; no PIN; a wrong PIN; no such code; nothing of it taken,
// or not by her; undone already; too late; the code has ended. Only the last step changes anything: the lot
// gets back what was used and keeps its expiry, so nothing lives longer by being spent and taken back.
//
// It means her latest redemption of the code. Said again within the repeat window it is a repeat and gets the
// same answer, though an earlier redemption of hers may stand.
#include <algorithm>

#include "handlers/items.hpp"
#include "handlers/taking.hpp"
#include "handlers/use_cases.hpp"

namespace peyk::handlers {
namespace {

struct Hers {
  const Redemption* latest = nullptr;    // undone or not
  const Redemption* standing = nullptr;  // the latest that is not undone
};

// Those that she made, and those that members made at her branch by PAY.
Hers redemptions_of(const Speaker& speaker, std::span<const Redemption> all) {
  Hers hers;
  for (const Redemption& one : all) {
    const bool paid_at_hers = one.cashier == 0 && one.till.empty() && one.branch == speaker.cashier->branch;
    if (one.cashier != speaker.phone && !paid_at_hers) continue;
    hers.latest = &one;
    if (!one.voided) hers.standing = &one;
  }
  return hers;
}

std::string done(const Speaker& speaker, const Redemption& redemption, const Voided& voided,
                 std::string_view code, const Setting& setting) {
  const Club& club = *speaker.club;
  return render(setting, "void_done", speaker.language,
                {{"code", code},
                 {"collect", money(club, redemption.invoice_amount - redemption.used)},
                 {"used", money(club, redemption.used)},
                 {"left", money(club, voided.left)}});
}

// Nothing of hers stands: she has taken nothing of it, or undone it.
std::string nothing_to_undo(const Speaker& speaker, const Code& code, const Redemption* latest,
                            const Facts& facts, const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string shown = std::to_string(code.number);
  if (latest != nullptr) {
    return render(setting, "void_refused_already", speaker.language,
                  {{"code", shown}, {"at", templates::Moment{latest->voided->at, club.time_zone}}});
  }
  if (const Redemption* other = facts.last_redemption(code.id)) {
    return render(setting, "void_refused_not_hers", speaker.language,
                  {{"code", shown},
                   {"branch", branch_name(club, other->branch)},
                   {"at", templates::Moment{other->at, club.time_zone}}});
  }
  return render(setting, "void_refused_nothing_taken", speaker.language, {{"code", shown}});
}

std::string refused(const Speaker& speaker, VoidRefusal why, const Redemption& redemption, const Code& code,
                    const Facts& facts, const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string shown = std::to_string(code.number);
  switch (why) {
    case VoidRefusal::too_late:
      return render(setting, "void_refused_too_late", speaker.language,
                    {{"code", shown},
                     {"minutes", static_cast<std::int64_t>(club.policy.void_window_minutes)},
                     {"at", templates::Moment{redemption.at, club.time_zone}}});
    case VoidRefusal::refunded:
      return render(setting, "void_refused_refunded", speaker.language, {{"code", shown}});
    case VoidRefusal::invoice_closed:
      return render(setting, "void_refused_invoice_closed", speaker.language,
                    {{"code", shown}, {"invoice", closed_invoice(redemption, facts)}});
    case VoidRefusal::member_left:
      return render(setting, "void_refused_member_left", speaker.language, {{"code", shown}});
    case VoidRefusal::expired:
      return render(
          setting, "void_refused_expired", speaker.language,
          {{"code", shown}, {"until", templates::LastDay{facts.lot(code.lot)->expires_at, club.time_zone}}});
  }
  throw std::logic_error("refused: not a VoidRefusal");
}

Said void_ordered(const Speaker& speaker, const VoidOrder& order, const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  const std::string shown = std::to_string(order.code);
  const auto say = [&](std::string_view key) {
    return render(setting, key, speaker.language, {{"code", shown}, {"word", club.word}});
  };
  const auto missed = [&](std::string_view key) {
    Said said{.reply = say(key)};
    said.effects.push_back(miss(speaker, facts, setting.now));
    return said;
  };

  if (rules::is_locked(facts.attempts(speaker.key()), setting.now))
    return {.reply = locked_text(speaker, "redeem_refused_locked", facts, setting)};
  if (club.policy.redeem_auth == CashierAuth::pin && !order.confirmed) {
    if (order.pin.empty() || speaker.cashier->pin_hash.empty())
      return {.reply = say("void_refused_pin_missing")};
    if (!setting.pin_matches(speaker.cashier->pin_hash, order.pin)) return missed("void_refused_pin_wrong");
  }
  const Code* code = facts.code({club.id, order.code});
  if (code == nullptr) return missed("void_refused_unknown_code");

  if (is_item(*code)) return take_item_back(speaker, order, *code, facts, setting);
  const Hers hers = redemptions_of(speaker, facts.redemptions(code->id));
  if (hers.latest != nullptr && hers.latest->voided) {
    const Voided& before = *hers.latest->voided;
    if (setting.now - before.at < std::chrono::minutes{club.policy.repeat_window_minutes})
      return {.reply = done(speaker, *hers.latest, before, shown, setting)};
  }
  if (hers.standing == nullptr)
    return {.reply = nothing_to_undo(speaker, *code, hers.latest, facts, setting)};
  if (const auto why = void_refusal(club, *hers.standing, *code, facts, setting.now))
    return {.reply = refused(speaker, *why, *hers.standing, *code, facts, setting)};
  if (club.policy.redeem_auth == CashierAuth::challenge && !order.confirmed) {
    return challenge(speaker, {.key = {.kind = PendingKind::void_challenge}, .code = order.code}, facts,
                     setting);
  }
  const Taker taker{.club = &club, .branch = speaker.cashier->branch, .cashier = speaker.phone};
  Undone undone = undo(taker, *hers.standing, *code, facts, setting);
  Said said{.reply = done(speaker, *hers.standing, undone.effect.voided, shown, setting)};
  said.effects.push_back(std::move(undone.effect));
  said.texts.push_back(std::move(undone.notice));
  return said;
}

}  // namespace

Said void_redemption(const Speaker& speaker, const VoidOrder& order, const Facts& facts, Setting& setting) {
  return over_with_code(void_ordered(speaker, order, facts, setting), {speaker.club->id, order.code}, facts,
                        setting.now);
}

}  // namespace peyk::handlers
