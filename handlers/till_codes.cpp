// A till checks a code, takes of it, or takes back what was taken at its branch.
//
// In the order in which it is told: the key waits; no such code; the same redemption again (the same answer);
// then as a cashier is (rules/redeem.hpp).
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "handlers/good_at.hpp"
#include "handlers/items.hpp"
#include "handlers/proof.hpp"
#include "handlers/till.hpp"
#include "handlers/use_cases.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {
namespace {

using Json = nlohmann::ordered_json;

// An invoice is redeemed once on a code, whatever the request was called by.
const Redemption* redeemed_before(const Desk& desk, const Code& code, const TillRedemption& order) {
  const auto all = desk.facts.redemptions(code.id);
  const auto same = std::ranges::find_if(all, [&](const Redemption& one) {
    return !one.voided && !one.till.empty() && one.branch == desk.till.branch && one.invoice == order.invoice;
  });
  return same == all.end() ? nullptr : &*same;
}

std::string check_answer(const Desk& desk, const Code& code, std::string_view why) {
  const Lot& lot = *desk.facts.lot(code.lot);
  const rules::Instant now = desk.setting.now;
  const rules::Amount held = desk.facts.held(lot, now);
  Json answer{{"code", std::to_string(code.number)},
              {"good", why.empty()},
              {"why", nullptr},
              {"available", why.empty() ? desk.facts.available(lot, now) : 0},
              {"item", nullptr},
              {"expires", templates::rfc3339(lot.expires_at)},
              {"held_until", nullptr},
              {"branches", branches_as_json(desk, code)},
              {"phone", nullptr}};
  if (!why.empty()) answer["why"] = why;
  if (held > 0) answer["held_until"] = templates::rfc3339(lot.held_until);
  const Member& member = *desk.facts.member(code.member);
  if (why.empty()) answer["phone"] = shown_phone(desk.club, member.phone);
  return answer.dump();
}

std::string void_answer(const Redemption& redemption, const Code& code, const Voided& voided,
                        bool duplicate) {
  return Json{{"id", std::to_string(redemption.id)},
              {"code", std::to_string(code.number)},
              {"invoice", redemption.invoice},
              {"returned", redemption.used},
              {"left", voided.left},
              {"item", nullptr},
              {"at", templates::rfc3339(voided.at)},
              {"duplicate", duplicate}}
      .dump();
}

Outcome refuse_void(const Desk& desk, const Redemption& redemption, VoidRefusal why) {
  const std::string id = std::to_string(redemption.id);
  switch (why) {
    case VoidRefusal::too_late:
      return refuse(
          "void-too-late", "It is too late to take this redemption back",
          fmt::format("Redemption {} was made at {}; it could be taken back for {} minutes. Nothing "
                      "was changed. Send a refund instead.",
                      id, templates::rfc3339(redemption.at), desk.club.policy.void_window_minutes),
          "", 409);
    case VoidRefusal::refunded:
      return refuse("already-refunded", "What it paid for was refunded",
                    fmt::format("Of redemption {} {} came back with a refund. Nothing was changed.", id,
                                redemption.returned),
                    "", 409);
    case VoidRefusal::invoice_closed:
      return refuse(
          "invoice-closed", "The invoice is recorded already",
          fmt::format("Invoice {}, for which redemption {} paid, is recorded as a purchase and has earned on "
                      "the rest. Nothing was changed. Send a refund instead.",
                      closed_invoice(redemption, desk.facts), id),
          "", 409);
    case VoidRefusal::expired:
      return refuse("code-expired", "The code has expired",
                    fmt::format("The credit of redemption {} has expired since and cannot come back. Nothing "
                                "was changed.",
                                id),
                    "", 409);
    case VoidRefusal::member_left:
      return refuse("member-left", "The member has left the club",
                    fmt::format("The customer of redemption {} has left the club. Nothing was changed.", id),
                    "", 409);
  }
  throw std::logic_error("refuse_void: not a VoidRefusal");
}

}  // namespace

std::string redemption_answer(const Desk& desk, const Redemption& redemption, const Code& code,
                              bool duplicate, HoldId captured) {
  Json answer{{"id", std::to_string(redemption.id)}};
  if (captured != 0) answer["hold"] = std::to_string(captured);
  answer.update(Json{{"code", std::to_string(code.number)},
                     {"invoice", redemption.invoice},
                     {"invoice_amount", redemption.invoice_amount},
                     {"used", redemption.used},
                     {"collect", redemption.invoice_amount - redemption.used},
                     {"left", redemption.left},
                     {"item", nullptr},
                     {"expires", templates::rfc3339(desk.facts.lot(code.lot)->expires_at)},
                     {"at", templates::rfc3339(redemption.at)},
                     {"duplicate", duplicate}});
  return answer.dump();
}

std::variant<const Code*, Outcome> find_code(const Desk& desk, rules::CodeNumber number) {
  const rules::Attempts attempts = desk.facts.till_attempts(desk.till.key);
  const rules::Instant now = desk.setting.now;
  if (rules::is_locked(attempts, now)) {
    const auto wait = std::chrono::ceil<std::chrono::seconds>(attempts.locked_until - now);
    return refuse(
        "too-many-misses", "This key has named too many wrong codes",
        fmt::format("Too many wrong codes with this key. It can ask again at {}; until then no code is "
                    "looked at.",
                    templates::rfc3339(attempts.locked_until)),
        "", 429, wait);
  }
  const Code* code = desk.facts.code({desk.club.id, number});
  if (code != nullptr && is_open_gift(*code, desk.facts, now)) {
    return refuse(
        "gift-code", "The code is a gift code",
        fmt::format("Code {} is a gift code: its value becomes credit of whoever texts it to the club. "
                    "Nothing was changed.",
                    number),
        "", 409);
  }
  if (code != nullptr) return code;
  Outcome outcome = refuse("unknown-code", "The code was not found",
                           fmt::format("Code {} was not found. Nothing was changed.", number), "", 404);
  outcome.effects.push_back(SetTillAttempts{desk.till.key, rules::after_miss(attempts, now), true});
  return outcome;
}

Outcome refuse_taking(const Desk& desk, rules::RedeemRefusal why, const Code& code, const Bill& bill) {
  const Lot& lot = *desk.facts.lot(code.lot);
  const std::string shown = std::to_string(code.number);
  switch (why) {
    case rules::RedeemRefusal::already_taken: {
      const Redemption* last = desk.facts.last_redemption(code.id);
      if (code.state == CodeState::redeemed && last == nullptr) {
        return refuse("code-used", "The code is used up",
                      fmt::format("The credit of code {} has moved to another code or member.", shown), "",
                      409);
      }
      if (code.state == CodeState::voided || last == nullptr)
        return refuse("code-void", "The code is void", fmt::format("Code {} was voided.", shown), "", 409);
      return refuse("code-used", "The code is used up",
                    fmt::format("Code {} is already used: branch {}, at {}.", shown, last->branch,
                                templates::rfc3339(last->at)),
                    "", 409);
    }
    case rules::RedeemRefusal::expired:
      return refuse(
          "code-expired", "The code has expired",
          fmt::format("Code {} ended at {}. Nothing was taken.", shown, templates::rfc3339(lot.expires_at)),
          "", 409);
    case rules::RedeemRefusal::wrong_branch:
      return refuse_branch(desk, code);
    case rules::RedeemRefusal::held:
      return refuse(
          "code-held", "The code is held by a till",
          fmt::format("Code {} is held until {}. Nothing was taken. Try again then, or capture or release "
                      "the hold where it was made.",
                      shown, templates::rfc3339(lot.held_until)),
          "", 409, std::chrono::ceil<std::chrono::seconds>(lot.held_until - desk.setting.now));
    case rules::RedeemRefusal::invoice_closed:
      return refuse(
          "invoice-closed", "The invoice is recorded already",
          fmt::format(
              "Invoice {} of branch {} is recorded as a purchase, so no code can pay for it any more. "
              "Nothing was taken. Take the code first, then report the purchase.",
              bill.invoice, desk.till.branch),
          "/invoice");
    case rules::RedeemRefusal::invoice_too_small:
      return refuse("invoice-too-small", "The invoice is too small for a code",
                    fmt::format("A code needs an invoice of at least {}. Nothing was taken.",
                                desk.club.policy.invoice_min),
                    "/invoice_amount");
    case rules::RedeemRefusal::nothing_to_use:
      return refuse(
          "nothing-to-use", "No credit can be used on this invoice",
          fmt::format("Credit may pay {}.{:02} % of an invoice, and of this one nothing more. Nothing was "
                      "taken.",
                      desk.club.policy.credit_share_max / 100, desk.club.policy.credit_share_max % 100),
          "/invoice_amount");
  }
  throw std::logic_error("refuse_taking: not a RedeemRefusal");
}

nlohmann::ordered_json branches_as_json(const Desk& desk, const Code& code) {
  const auto* branches = rules::good_at(desk.club.policy.spend_at, desk.facts.lot(code.lot)->branch);
  return branches == nullptr ? Json(nullptr) : Json(*branches);
}

Outcome refuse_branch(const Desk& desk, const Code& code) {
  const auto* branches = rules::good_at(desk.club.policy.spend_at, desk.facts.lot(code.lot)->branch);
  return refuse("wrong-branch", "The code is good at other branches",
                fmt::format("Code {} is not good at branch {}, only at: {}. Nothing was taken.", code.number,
                            desk.till.branch, fmt::join(*branches, ", ")),
                "/code");
}

Outcome check_at_till(const Desk& desk, const TillCheck& order) {
  auto found = find_code(desk, order.code);
  if (auto* refused = std::get_if<Outcome>(&found)) return std::move(*refused);
  const Code& code = *std::get<const Code*>(found);
  if (is_item(code)) return check_item_at_till(desk, code);
  const Lot& lot = *desk.facts.lot(code.lot);
  const rules::Instant now = desk.setting.now;
  const auto why = [&]() -> std::string_view {
    if (code.state == CodeState::voided) return "void";
    if (code.state == CodeState::redeemed) return "used";
    if (code.state == CodeState::expired || now >= lot.expires_at) return "expired";
    const bool has_some = desk.facts.available(lot, now) > 0;
    if (!has_some && desk.facts.held(lot, now) == 0) return "used";
    if (!is_good_at(desk.club, lot, desk.till.branch)) return "wrong-branch";
    return has_some ? "" : "held";
  }();
  return {.answer = check_answer(desk, code, why)};
}

Outcome redeem_at_till(const Desk& desk, const TillRedemption& order) {
  auto found = find_code(desk, order.code);
  if (auto* refused = std::get_if<Outcome>(&found)) return std::move(*refused);
  const Code& code = *std::get<const Code*>(found);
  if (is_item(code)) return hand_over_at_till(desk, order, code);
  if (const Redemption* before = redeemed_before(desk, code, order)) {
    if (before->invoice_amount == order.invoice_amount)
      return {.status = 200, .answer = redemption_answer(desk, *before, code, true)};
    return refuse("invoice-already-redeemed", "The code was taken on this invoice with another amount",
                  fmt::format("Code {} was taken on invoice {} of {}: {}. Nothing more was taken. Take that "
                              "redemption back first: DELETE /v1/redemptions/{}.",
                              code.number, order.invoice, before->invoice_amount, before->used, before->id),
                  "/invoice_amount");
  }
  const Bill bill{.invoice = order.invoice, .amount = order.invoice_amount};
  const auto result = judge(desk.taker(), code, bill, desk.facts, desk.setting.now);
  if (const auto* why = std::get_if<rules::RedeemRefusal>(&result))
    return refuse_taking(desk, *why, code, bill);
  Redeemed redeemed =
      take(desk.taker(), code, bill, std::get<rules::Taken>(result).used, 0, desk.facts, desk.setting);
  Outcome outcome{.status = 201, .answer = redemption_answer(desk, redeemed.effect.redemption, code, false)};
  outcome.effects.push_back(std::move(redeemed.effect));
  outcome.texts.push_back(std::move(redeemed.notice));
  return outcome;
}

Outcome void_at_till(const Desk& desk, const TillVoid& order) {
  if (const Handover* handover = desk.facts.handover(order.redemption);
      handover != nullptr && handover->club == desk.club.id)
    return take_item_back_at_till(desk, *handover);
  const Redemption* redemption = desk.facts.redemption(order.redemption);
  if (redemption == nullptr || redemption->club != desk.club.id) {
    return refuse("unknown-redemption", "The redemption was not found",
                  fmt::format("Redemption {} was not found. Nothing was changed.", order.redemption), "",
                  404);
  }
  const Code& code = *desk.facts.code(redemption->code);
  if (redemption->branch != desk.till.branch) {
    return refuse("other-branch", "The redemption was made at another branch",
                  fmt::format("Redemption {} was made at branch {}; only a till there can take it back.",
                              redemption->id, redemption->branch),
                  "", 409);
  }
  if (redemption->voided) return {.answer = void_answer(*redemption, code, *redemption->voided, true)};
  if (const auto why = void_refusal(desk.club, *redemption, code, desk.facts, desk.setting.now))
    return refuse_void(desk, *redemption, *why);
  Undone undone = undo(desk.taker(), *redemption, code, desk.facts, desk.setting);
  Outcome outcome{.answer = void_answer(*redemption, code, undone.effect.voided, false)};
  outcome.effects.push_back(std::move(undone.effect));
  outcome.texts.push_back(std::move(undone.notice));
  return outcome;
}

}  // namespace peyk::handlers
