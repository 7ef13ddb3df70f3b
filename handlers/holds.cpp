// A till holds credit of a code while its customer pays.
//
//   hold -> captured (what it takes of it; the rest is free again) | released | timed out (told by the clock)
//
// What must stay true:
// - it resolves once, and a repeat of what resolved it gets the same answer;
// - a lot is under one hold at most, and a hold is never longer than its lot lives: so a capture in time
// never
//   takes what has expired (invariant I7), and who holds is told the truth at once;
// - nobody freezes a member's credit: a hold is short, and a till that has begun too many that it did not
//   capture has to wait.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers/items.hpp"
#include "handlers/till.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {
namespace {

using Json = nlohmann::ordered_json;

std::string answer_of(const Hold& hold, const Code& code, bool duplicate) {
  return Json{{"id", std::to_string(hold.id)},
              {"code", std::to_string(code.number)},
              {"invoice", hold.invoice},
              {"invoice_amount", hold.invoice_amount},
              {"held", hold.amount},
              {"collect", hold.invoice_amount - hold.amount},
              {"until", templates::rfc3339(hold.until)},
              {"duplicate", duplicate}}
      .dump();
}

std::string released_answer(const Hold& hold, std::string_view state, rules::Instant at, bool duplicate) {
  return Json{{"id", std::to_string(hold.id)},
              {"state", state},
              {"at", templates::rfc3339(at)},
              {"duplicate", duplicate}}
      .dump();
}

// The same order while its hold stands: the till did not hear the answer.
const Hold* held_before(const Desk& desk, const Code& code, const TillHold& order) {
  const Lot& lot = *desk.facts.lot(code.lot);
  const Hold* hold = desk.facts.held(lot, desk.setting.now) > 0 ? desk.facts.hold(lot.hold) : nullptr;
  const bool same = hold != nullptr && hold->till == desk.till.key && hold->invoice == order.invoice &&
                    hold->invoice_amount == order.invoice_amount;
  return same ? hold : nullptr;
}

// When this till may hold again of the member's credit; nothing: it may.
std::optional<rules::Instant> too_many_until(const Desk& desk, MemberId member) {
  std::vector<rules::Instant> unused;
  for (const Hold* hold : desk.facts.holds_of(member)) {
    const bool counts = hold->till == desk.till.key && hold->state != HoldState::captured &&
                        desk.setting.now - hold->begun_at < kHoldsCountedFor;
    if (counts) unused.push_back(hold->begun_at);
  }
  if (unused.size() < static_cast<std::size_t>(kUnusedHoldsMax)) return std::nullopt;
  return *std::ranges::min_element(unused) + kHoldsCountedFor;
}

Outcome refuse_unknown(HoldId id) {
  return refuse("unknown-hold", "The hold was not found",
                fmt::format("Hold {} was not found. Nothing was changed.", id), "", 404);
}

// A hold that this till may end: it, or the refusal.
std::variant<const Hold*, Outcome> find_hold(const Desk& desk, HoldId id) {
  const Hold* hold = desk.facts.hold(id);
  if (hold == nullptr || hold->club != desk.club.id) return refuse_unknown(id);
  if (hold->branch == desk.till.branch) return hold;
  return refuse("other-branch", "The hold was made at another branch",
                fmt::format("Hold {} was made at branch {}; only a till there can end it.", id, hold->branch),
                "", 409);
}

Outcome refuse_over(const Hold& hold, const std::string& how) {
  return refuse("hold-over", "The hold is over",
                fmt::format("Hold {} {}. Nothing was taken. Hold the code again.", hold.id, how), "", 409);
}

bool is_active(const Desk& desk, const Hold& hold) {
  return hold.state == HoldState::active && desk.setting.now < hold.until &&
         desk.facts.lot(hold.lot)->hold == hold.id;
}

// Captured before: by the same order, or not.
Outcome capture_again(const Desk& desk, const Hold& hold, const Code& code, const TillCapture& order) {
  const Redemption* before = desk.facts.redemption(hold.redemption);
  if (before != nullptr && before->used == order.amount)
    return {.status = 200, .answer = redemption_answer(desk, *before, code, true, hold.id)};
  return refuse_over(hold, fmt::format("was captured at {}, by redemption {}",
                                       templates::rfc3339(hold.ended_at), hold.redemption));
}

}  // namespace

Outcome hold_at_till(const Desk& desk, const TillHold& order) {
  auto found = find_code(desk, order.code);
  if (auto* refused = std::get_if<Outcome>(&found)) return std::move(*refused);
  const Code& code = *std::get<const Code*>(found);
  if (is_item(code)) {
    return refuse(
        "item-code", "The code is for an item",
        fmt::format("Code {} is good for an item, of which there is nothing to hold. Nothing was changed. "
                    "Order its redemption when it is handed over.",
                    code.number),
        "", 409);
  }
  const Lot& lot = *desk.facts.lot(code.lot);
  const rules::Instant now = desk.setting.now;
  if (const Hold* before = held_before(desk, code, order)) return {.answer = answer_of(*before, code, true)};

  const std::chrono::seconds most{desk.club.policy.hold_seconds_max};
  const std::chrono::seconds wanted = order.wanted.value_or(std::min(kHoldUsual, most));
  if (wanted > most) {
    return refuse("hold-too-long", "The hold is longer than the club allows",
                  fmt::format("A hold may last {} seconds in this club. Nothing was held.", most.count()),
                  "/seconds");
  }
  const Bill bill{.invoice = order.invoice, .amount = order.invoice_amount};
  const auto result = judge(desk.taker(), code, bill, desk.facts, now);
  if (const auto* why = std::get_if<rules::RedeemRefusal>(&result))
    return refuse_taking(desk, *why, code, bill);
  if (desk.facts.held(lot, now) > 0) return refuse_taking(desk, rules::RedeemRefusal::held, code, bill);
  if (const auto until = too_many_until(desk, code.member)) {
    return refuse(
        "too-many-holds", "This till has held this credit too often",
        fmt::format("This key began {} holds of this member's credit within an hour and captured none of "
                    "them. It may hold again at {}.",
                    kUnusedHoldsMax, templates::rfc3339(*until)),
        "", 429, std::chrono::ceil<std::chrono::seconds>(*until - now));
  }
  const Hold hold{.id = desk.setting.chance.next_id(),
                  .club = desk.club.id,
                  .code = code.id,
                  .member = code.member,
                  .lot = lot.id,
                  .branch = desk.till.branch,
                  .till = desk.till.key,
                  .invoice = order.invoice,
                  .invoice_amount = order.invoice_amount,
                  .amount = std::get<rules::Taken>(result).used,
                  .begun_at = now,
                  .until = std::min<rules::Instant>(now + wanted, lot.expires_at)};
  Outcome outcome{.status = 201, .answer = answer_of(hold, code, false)};
  outcome.effects.push_back(BeginHold{hold});
  return outcome;
}

Outcome capture_at_till(const Desk& desk, const TillCapture& order) {
  auto found = find_hold(desk, order.hold);
  if (auto* refused = std::get_if<Outcome>(&found)) return std::move(*refused);
  const Hold& hold = *std::get<const Hold*>(found);
  const Code& code = *desk.facts.code(hold.code);
  if (hold.state == HoldState::captured) return capture_again(desk, hold, code, order);
  if (hold.state == HoldState::released)
    return refuse_over(hold, "was released at " + templates::rfc3339(hold.ended_at));
  if (desk.facts.member(hold.member)->phone == 0) {
    return refuse(
        "member-left", "The member has left the club",
        fmt::format("The customer of hold {} has left the club, and her credit with her. Nothing was taken.",
                    hold.id),
        "", 409);
  }
  // Held and yet not there: a sweeper whose clock is ahead of ours.
  const bool is_there = desk.facts.lot(hold.lot)->remaining >= hold.amount;
  if (!is_active(desk, hold) || !is_there)
    return refuse_over(hold, "timed out at " + templates::rfc3339(hold.until));
  const Bill bill{.invoice = hold.invoice, .amount = hold.invoice_amount};
  if (order.amount > hold.amount) {
    return refuse("more-than-held", "More is captured than is held",
                  fmt::format("Hold {} holds {}. Nothing was taken; it holds on until {}.", hold.id,
                              hold.amount, templates::rfc3339(hold.until)),
                  "/amount");
  }
  if (is_closed(desk.taker(), bill, desk.facts, desk.setting.now))
    return refuse_taking(desk, rules::RedeemRefusal::invoice_closed, code, bill);
  // While it was held, other credit may have paid.
  if (order.amount > payable(desk.taker(), bill, desk.facts, desk.setting.now))
    return refuse_taking(desk, rules::RedeemRefusal::nothing_to_use, code, bill);

  Redeemed redeemed = take(desk.taker(), code, bill, order.amount, hold.amount, desk.facts, desk.setting);
  Outcome outcome{.status = 201,
                  .answer = redemption_answer(desk, redeemed.effect.redemption, code, false, hold.id)};
  outcome.effects.push_back(EndHold{.hold = hold.id,
                                    .state = HoldState::captured,
                                    .redemption = redeemed.effect.redemption.id,
                                    .at = desk.setting.now});
  outcome.effects.push_back(std::move(redeemed.effect));
  outcome.texts.push_back(std::move(redeemed.notice));
  return outcome;
}

Outcome release_at_till(const Desk& desk, const TillRelease& order) {
  auto found = find_hold(desk, order.hold);
  if (auto* refused = std::get_if<Outcome>(&found)) return std::move(*refused);
  const Hold& hold = *std::get<const Hold*>(found);
  if (hold.state == HoldState::captured)
    return refuse_over(hold, fmt::format("was captured at {}", templates::rfc3339(hold.ended_at)));
  if (hold.state == HoldState::released)
    return {.answer = released_answer(hold, "released", hold.ended_at, true)};
  if (!is_active(desk, hold)) return {.answer = released_answer(hold, "timed out", hold.until, true)};
  Outcome outcome{.answer = released_answer(hold, "released", desk.setting.now, false)};
  outcome.effects.push_back(EndHold{.hold = hold.id, .state = HoldState::released, .at = desk.setting.now});
  return outcome;
}

}  // namespace peyk::handlers
