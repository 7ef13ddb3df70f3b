#include "handlers/items.hpp"

#include <algorithm>

#include "handlers/good_at.hpp"
#include "handlers/proof.hpp"

namespace peyk::handlers {
namespace {

// She who showed it, if it was somebody's own: a code that a club gave out by itself is whoever's shows it.
const Member* owner_of(const Code& code, const Facts& facts) {
  const Member* member = facts.member(code.member);
  return member == nullptr || member->phone == 0 ? nullptr : member;
}

// `good_until`: of the code, where it is said to be good.
std::optional<OutgoingText> tell_owner(const Club& club, std::string_view key, const Code& code,
                                       BranchNo branch, rules::Instant good_until, const Facts& facts,
                                       const Setting& setting) {
  const Member* member = owner_of(code, facts);
  if (member == nullptr) return std::nullopt;
  const std::string shown = std::to_string(code.number);
  return text_to(club, member->phone, Lane::notice,
                 render(setting, key, member->language,
                        {{"club", club.name},
                         {"item", code.item},
                         {"branch", branch_name(club, branch)},
                         {"code", shown},
                         {"until", templates::LastDay{facts.lot(code.lot)->expires_at, club.time_zone}}}),
                 setting.now, good_until);
}

// "handed over already, there and then".
std::string gone_text(const Speaker& speaker, const Code& code, const Facts& facts, const Setting& setting) {
  const Handover& last = *standing_handover(code, facts);
  const std::string shown = std::to_string(code.number);
  const bool hers = last.cashier == speaker.phone;
  return render(setting, hers ? "redeem_item_gone_by_you" : "redeem_item_gone", speaker.language,
                {{"code", shown},
                 {"item", code.item},
                 {"branch", branch_name(*speaker.club, last.branch)},
                 {"at", templates::Moment{last.at, speaker.club->time_zone}}});
}

std::string refused_item(const Speaker& speaker, ItemRefusal why, std::string_view expired, const Code& code,
                         const Facts& facts, const Setting& setting) {
  const std::string shown = std::to_string(code.number);
  switch (why) {
    case ItemRefusal::voided:
      return render(setting, "check_bad_void", speaker.language, {{"code", shown}});
    case ItemRefusal::handed_over:
      return gone_text(speaker, code, facts, setting);
    case ItemRefusal::expired:
      return render(
          setting, expired, speaker.language,
          {{"code", shown},
           {"until", templates::LastDay{facts.lot(code.lot)->expires_at, speaker.club->time_zone}}});
  }
  throw std::logic_error("refused_item: not an ItemRefusal");
}

std::string refused_back(const Speaker& speaker, VoidRefusal why, const Handover& handover, const Code& code,
                         const Facts& facts, const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string shown = std::to_string(code.number);
  if (why == VoidRefusal::too_late) {
    return render(setting, "void_refused_too_late", speaker.language,
                  {{"code", shown},
                   {"minutes", static_cast<std::int64_t>(club.policy.void_window_minutes)},
                   {"at", templates::Moment{handover.at, club.time_zone}}});
  }
  return render(
      setting, why == VoidRefusal::expired ? "void_refused_expired" : "void_refused_member_left",
      speaker.language,
      {{"code", shown}, {"until", templates::LastDay{facts.lot(code.lot)->expires_at, club.time_zone}}});
}

std::string back_text(const Speaker& speaker, const Code& code, const Facts& facts, const Setting& setting) {
  const std::string shown = std::to_string(code.number);
  return render(setting, "void_item_done", speaker.language,
                {{"code", shown},
                 {"item", code.item},
                 {"until", templates::LastDay{facts.lot(code.lot)->expires_at, speaker.club->time_zone}}});
}

}  // namespace

std::optional<ItemRefusal> item_refusal(const Code& code, const Facts& facts, rules::Instant now) {
  if (code.state == CodeState::voided) return ItemRefusal::voided;
  if (code.state == CodeState::redeemed) return ItemRefusal::handed_over;
  if (code.state == CodeState::expired || now >= facts.lot(code.lot)->expires_at) return ItemRefusal::expired;
  return std::nullopt;
}

const Handover* standing_handover(const Code& code, const Facts& facts) {
  const auto all = facts.handovers(code.id);
  return all.empty() || all.back().voided ? nullptr : &all.back();
}

HandedOver handed_over(const Taker& taker, const Code& code, const std::string& invoice, const Facts& facts,
                       Setting& setting) {
  Handover handover{.id = setting.chance.next_id(),
                    .club = taker.club->id,
                    .code = code.id,
                    .member = code.member,
                    .branch = taker.branch,
                    .cashier = taker.cashier,
                    .till = taker.till,
                    .invoice = invoice,
                    .at = setting.now,
                    .place = static_cast<std::uint32_t>(facts.handovers(code.id).size() + 1)};
  return {
      .effect = {std::move(handover)},
      .notice = tell_owner(*taker.club, "item_handed_over", code, taker.branch, kNeverEnds, facts, setting)};
}

Said hand_over(const Speaker& speaker, const RedeemOrder& order, const Code& code, const Facts& facts,
               Setting& setting) {
  const Club& club = *speaker.club;
  if (const auto why = item_refusal(code, facts, setting.now))
    return {.reply = refused_item(speaker, *why, "redeem_refused_expired", code, facts, setting)};
  if (!is_good_at(club, *facts.lot(code.lot), speaker.cashier->branch))
    return {.reply = wrong_branch_text(speaker, "redeem_refused_wrong_branch", code, facts, setting)};
  // Digits of a phone are for what has an owner; they are asked for by an amount, and here is none.
  if (owner_of(code, facts) != nullptr) {
    if (auto refusal = last4_refusal(speaker, order, code, 0, facts, setting)) return std::move(*refusal);
  }
  if (auto asked = redeem_challenge(speaker, order, facts, setting)) return std::move(*asked);
  const std::string shown = std::to_string(code.number);
  const Taker taker{.club = &club, .branch = speaker.cashier->branch, .cashier = speaker.phone};
  HandedOver given = handed_over(taker, code, order.invoice, facts, setting);
  Said said{
      .reply = render(setting, order.invoice_amount > 0 ? "redeem_item_good_collect" : "redeem_item_good",
                      speaker.language,
                      {{"code", shown}, {"item", code.item}, {"amount", money(club, order.invoice_amount)}})};
  said.effects.push_back(std::move(given.effect));
  if (given.notice) said.texts.push_back(std::move(*given.notice));
  return said;
}

Said check_item(const Speaker& speaker, const Code& code, const Facts& facts, const Setting& setting) {
  const Club& club = *speaker.club;
  if (const auto why = item_refusal(code, facts, setting.now))
    return {.reply = refused_item(speaker, *why, "check_bad_expired", code, facts, setting)};
  if (!is_good_at(club, *facts.lot(code.lot), speaker.cashier->branch))
    return {.reply = wrong_branch_text(speaker, "check_bad_wrong_branch", code, facts, setting)};
  const std::string shown = std::to_string(code.number);
  return {.reply = render(setting, speaker.text("check_item"), speaker.language,
                          {{"code", shown},
                           {"item", code.item},
                           {"until", templates::LastDay{facts.lot(code.lot)->expires_at, club.time_zone}},
                           {"word", club.word},
                           {"pin", speaker.pin_asked()}})};
}

std::optional<VoidRefusal> take_back_refusal(const Club& club, const Handover& handover, const Code& code,
                                             const Facts& facts, rules::Instant now) {
  if (now - handover.at >= std::chrono::minutes{club.policy.void_window_minutes})
    return VoidRefusal::too_late;
  const Lot& lot = *facts.lot(code.lot);
  if (lot.origin != LotOrigin::gift && owner_of(code, facts) == nullptr) return VoidRefusal::member_left;
  return now >= lot.expires_at ? std::optional(VoidRefusal::expired) : std::nullopt;
}

TakenBack taken_back(const Taker& taker, const Handover& handover, const Code& code, const Facts& facts,
                     Setting& setting) {
  return {.effect = {.code = code.id,
                     .handover = handover.id,
                     .voided = {.cashier = taker.cashier, .till = taker.till, .at = setting.now}},
          .notice = tell_owner(*taker.club, "item_back_member", code, handover.branch,
                               facts.lot(code.lot)->expires_at, facts, setting)};
}

Said take_item_back(const Speaker& speaker, const VoidOrder& order, const Code& code, const Facts& facts,
                    Setting& setting) {
  const Club& club = *speaker.club;
  const std::string shown = std::to_string(code.number);
  const auto all = facts.handovers(code.id);
  if (all.empty())
    return {.reply = render(setting, "void_refused_not_handed_over", speaker.language, {{"code", shown}})};
  const Handover& last = all.back();
  const templates::Moment at{last.voided ? last.voided->at : last.at, club.time_zone};
  if (last.cashier != speaker.phone) {
    return {.reply = render(setting, "void_refused_not_hers", speaker.language,
                            {{"code", shown}, {"branch", branch_name(club, last.branch)}, {"at", at}})};
  }
  if (last.voided) {
    const bool repeats =
        setting.now - last.voided->at < std::chrono::minutes{club.policy.repeat_window_minutes};
    return {.reply = repeats ? back_text(speaker, code, facts, setting)
                             : render(setting, "void_refused_already", speaker.language,
                                      {{"code", shown}, {"at", at}})};
  }
  if (const auto why = take_back_refusal(club, last, code, facts, setting.now))
    return {.reply = refused_back(speaker, *why, last, code, facts, setting)};
  if (club.policy.redeem_auth == CashierAuth::challenge && !order.confirmed) {
    return challenge(speaker, {.key = {.kind = PendingKind::void_challenge}, .code = order.code}, facts,
                     setting);
  }
  const Taker taker{.club = &club, .branch = speaker.cashier->branch, .cashier = speaker.phone};
  TakenBack back = taken_back(taker, last, code, facts, setting);
  Said said{.reply = back_text(speaker, code, facts, setting)};
  said.effects.push_back(std::move(back.effect));
  if (back.notice) said.texts.push_back(std::move(*back.notice));
  return said;
}

}  // namespace peyk::handlers
