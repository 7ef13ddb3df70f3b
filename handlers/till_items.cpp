// What a till is told of a code for an item, and of its handover. The answers have all that those of credit
// have, so that a till which knows no items collects the whole invoice.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers/good_at.hpp"
#include "handlers/items.hpp"
#include "handlers/proof.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {
namespace {

using ItemJson = nlohmann::ordered_json;

std::string handover_answer(const Desk& desk, const Handover& handover, const Code& code,
                            rules::Amount amount, bool duplicate) {
  return ItemJson{{"id", std::to_string(handover.id)},
                  {"code", std::to_string(code.number)},
                  {"invoice", handover.invoice},
                  {"invoice_amount", amount},
                  {"used", 0},
                  {"collect", amount},
                  {"left", 0},
                  {"item", code.item},
                  {"expires", templates::rfc3339(desk.facts.lot(code.lot)->expires_at)},
                  {"at", templates::rfc3339(handover.at)},
                  {"duplicate", duplicate}}
      .dump();
}

std::string back_answer(const Handover& handover, const Code& code, const Voided& voided, bool duplicate) {
  return ItemJson{{"id", std::to_string(handover.id)},
                  {"code", std::to_string(code.number)},
                  {"invoice", handover.invoice},
                  {"returned", 0},
                  {"left", 0},
                  {"item", code.item},
                  {"at", templates::rfc3339(voided.at)},
                  {"duplicate", duplicate}}
      .dump();
}

Outcome refuse_item(const Desk& desk, ItemRefusal why, const Code& code) {
  switch (why) {
    case ItemRefusal::voided:
      return refuse("code-void", "The code is void", fmt::format("Code {} was voided.", code.number), "",
                    409);
    case ItemRefusal::handed_over: {
      const Handover& last = *standing_handover(code, desk.facts);
      return refuse("code-used", "The code is used up",
                    fmt::format("What code {} is good for was handed over already: branch {}, at {}.",
                                code.number, last.branch, templates::rfc3339(last.at)),
                    "", 409);
    }
    case ItemRefusal::expired:
      return refuse("code-expired", "The code has expired",
                    fmt::format("Code {} ended at {}. Nothing was handed over.", code.number,
                                templates::rfc3339(desk.facts.lot(code.lot)->expires_at)),
                    "", 409);
  }
  throw std::logic_error("refuse_item: not an ItemRefusal");
}

Outcome refuse_back(const Desk& desk, VoidRefusal why, const Handover& handover) {
  if (why == VoidRefusal::too_late) {
    return refuse(
        "void-too-late", "It is too late to take this redemption back",
        fmt::format("Redemption {} was made at {}; it could be taken back for {} minutes. Nothing was "
                    "changed.",
                    handover.id, templates::rfc3339(handover.at), desk.club.policy.void_window_minutes),
        "", 409);
  }
  if (why == VoidRefusal::expired) {
    return refuse(
        "code-expired", "The code has expired",
        fmt::format("The code of redemption {} has expired since. Nothing was changed.", handover.id), "",
        409);
  }
  return refuse(
      "member-left", "The member has left the club",
      fmt::format("The customer of redemption {} has left the club. Nothing was changed.", handover.id), "",
      409);
}

}  // namespace

Outcome check_item_at_till(const Desk& desk, const Code& code) {
  const auto why = item_refusal(code, desk.facts, desk.setting.now);
  const bool here = is_good_at(desk.club, *desk.facts.lot(code.lot), desk.till.branch);
  ItemJson answer{{"code", std::to_string(code.number)},
                  {"good", !why && here},
                  {"why", nullptr},
                  {"available", 0},
                  {"item", code.item},
                  {"expires", templates::rfc3339(desk.facts.lot(code.lot)->expires_at)},
                  {"held_until", nullptr},
                  {"branches", branches_as_json(desk, code)},
                  {"phone", nullptr}};
  if (why) {
    answer["why"] = *why == ItemRefusal::voided        ? "void"
                    : *why == ItemRefusal::handed_over ? "used"
                                                       : "expired";
  } else if (!here) {
    answer["why"] = "wrong-branch";
  }
  const Member& member = *desk.facts.member(code.member);
  if (!why && here && member.phone != 0) answer["phone"] = shown_phone(desk.club, member.phone);
  return {.answer = answer.dump()};
}

Outcome hand_over_at_till(const Desk& desk, const TillRedemption& order, const Code& code) {
  const Handover* standing = standing_handover(code, desk.facts);
  const bool same = standing != nullptr && !standing->till.empty() && standing->branch == desk.till.branch &&
                    standing->invoice == order.invoice;
  if (same && code.state == CodeState::redeemed)
    return {.answer = handover_answer(desk, *standing, code, order.invoice_amount, true)};
  if (const auto why = item_refusal(code, desk.facts, desk.setting.now)) return refuse_item(desk, *why, code);
  if (!is_good_at(desk.club, *desk.facts.lot(code.lot), desk.till.branch)) return refuse_branch(desk, code);
  HandedOver given = handed_over(desk.taker(), code, order.invoice, desk.facts, desk.setting);
  Outcome outcome{.status = 201,
                  .answer = handover_answer(desk, given.effect.handover, code, order.invoice_amount, false)};
  outcome.effects.push_back(std::move(given.effect));
  if (given.notice) outcome.texts.push_back(std::move(*given.notice));
  return outcome;
}

Outcome take_item_back_at_till(const Desk& desk, const Handover& handover) {
  const Code& code = *desk.facts.code(handover.code);
  if (handover.branch != desk.till.branch) {
    return refuse("other-branch", "The redemption was made at another branch",
                  fmt::format("Redemption {} was made at branch {}; only a till there can take it back.",
                              handover.id, handover.branch),
                  "", 409);
  }
  if (handover.voided) return {.answer = back_answer(handover, code, *handover.voided, true)};
  if (const auto why = take_back_refusal(desk.club, handover, code, desk.facts, desk.setting.now))
    return refuse_back(desk, *why, handover);
  TakenBack back = taken_back(desk.taker(), handover, code, desk.facts, desk.setting);
  Outcome outcome{.answer = back_answer(handover, code, back.effect.voided, false)};
  outcome.effects.push_back(std::move(back.effect));
  if (back.notice) outcome.texts.push_back(std::move(*back.notice));
  return outcome;
}

}  // namespace peyk::handlers
