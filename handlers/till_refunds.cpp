// A till reports money given back for a purchase: whole or in parts, before or after the purchase itself.
//
//   known by its reference (the same answer) | no such purchase: parked | more than is left: refused |
//   applied
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "handlers/refund.hpp"
#include "handlers/till.hpp"
#include "handlers/use_cases.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {
namespace {

using Json = nlohmann::ordered_json;

std::string_view word(RefundState state) {
  switch (state) {
    case RefundState::applied:
      return "applied";
    case RefundState::parked:
      return "parked";
    case RefundState::refused:
      return "refused";
  }
  throw std::logic_error("word: not a RefundState");
}

// `pay_out`: what of the refund is given back in money. The rest came back as credit, or is withheld.
std::string answer_of(const Refund& refund, bool duplicate) {
  Json answer{{"id", std::to_string(refund.id)},
              {"state", word(refund.state)},
              {"purchase", nullptr},
              {"invoice", refund.bill.invoice},
              {"branch", refund.bill.branch},
              {"amount", refund.amount},
              {"pay_out", refund.amount - refund.returned - refund.expired - refund.withheld},
              {"returned", refund.returned},
              {"expired", refund.expired},
              {"clawed_back", refund.clawed_back},
              {"owed", refund.owed},
              {"withheld", refund.withheld},
              {"at", templates::rfc3339(refund.at)},
              {"duplicate", duplicate}};
  if (refund.purchase != 0) answer["purchase"] = std::to_string(refund.purchase);
  if (refund.state == RefundState::parked) answer["amount"] = answer["pay_out"] = nullptr;
  return answer.dump();
}

Outcome again(const Refund& known, const TillRefund& order) {
  const bool same =
      known.asked == order.amount.value_or(0) &&
      (order.purchase == 0 ? as_bill(known.bill).invoice == as_bill({.invoice = order.invoice}).invoice
                           : known.purchase == order.purchase);
  if (same) return {.status = 200, .answer = answer_of(known, true)};
  return refuse(
      "refund-already-recorded", "This refund was recorded with other content",
      fmt::format("Refund {} of invoice {} has the same credit note or webhook-id, but another purchase or "
                  "amount; nothing was changed. Use another one for another refund.",
                  known.id, known.bill.invoice),
      "/credit_note");
}

Outcome refuse_too_much(const Purchase& purchase, const TillRefund& order) {
  const rules::Amount left = purchase.amount - purchase.refunded;
  return refuse("more-than-left", "More is refunded than is left of the purchase",
                left == 0
                    ? fmt::format("Invoice {} of {} is refunded in whole; nothing was changed.",
                                  purchase.key.invoice, purchase.amount)
                    : fmt::format("Of invoice {} of {}, {} is refunded and {} left, not {}; nothing was "
                                  "changed.",
                                  purchase.key.invoice, purchase.amount, purchase.refunded, left,
                                  order.amount.value_or(0)),
                "/amount");
}

Refund record_of(const Desk& desk, const TillRefund& order, const PurchaseKey& bill) {
  return {.id = desk.setting.chance.next_id(),
          .bill = bill,
          .reference = order.reference,
          .credit_note = order.credit_note,
          .till = desk.till.key,
          .asked = order.amount.value_or(0),
          .at = desk.setting.now};
}

Outcome park(const Desk& desk, const TillRefund& order) {
  Refund refund = record_of(desk, order, desk.taker().bill(order.invoice));
  refund.state = RefundState::parked;
  Outcome outcome{.status = 202, .answer = answer_of(refund, false)};
  outcome.effects.push_back(RecordRefund{std::move(refund)});
  return outcome;
}

// Else it was recorded since its buyer was looked for: loaded and decided anew.
bool is_all_known(const Purchase& purchase, const Facts& facts) {
  if (purchase.code && facts.code(*purchase.code) == nullptr) return false;
  if (facts.grants(purchase.id).size() != purchase.grants) return false;
  if (!purchase.member) return true;
  const Member* buyer = facts.member(*purchase.member);
  if (buyer == nullptr) return false;
  const bool too_many = facts.behaviour(buyer->id).purchases >= kVisitsMax;
  return buyer->phone == 0 || too_many || facts.visits(buyer->id) != nullptr;
}

}  // namespace

Outcome refund_at_till(const Desk& desk, const TillRefund& order) {
  const PurchaseKey by_invoice = desk.taker().bill(order.invoice);
  if (const Refund* known = desk.facts.refund(by_invoice, order.reference)) return again(*known, order);
  const Purchase* purchase =
      order.purchase == 0 ? desk.facts.purchase(by_invoice) : desk.facts.purchase(order.purchase);
  const bool is_ours = purchase != nullptr && purchase->key.club == desk.club.id;
  if (order.purchase != 0 && !is_ours) {
    return refuse("unknown-purchase", "The purchase was not found",
                  fmt::format("Purchase {} was not found. Nothing was changed.", order.purchase), "", 404);
  }
  if (purchase == nullptr) return park(desk, order);
  const bool buyer_known = !purchase->member || desk.facts.has_wallet(*purchase->member);
  if (!buyer_known || !is_all_known(*purchase, desk.facts)) throw OutOfCandidates{};
  if (purchase->key.branch != desk.till.branch) {
    return refuse("other-branch", "The purchase was made at another branch",
                  fmt::format("Purchase {} was made at branch {}; only a till there can refund it.",
                              purchase->id, purchase->key.branch),
                  "", 409);
  }
  const rules::Amount left = purchase->amount - purchase->refunded;
  if (left == 0 || order.amount.value_or(left) > left) return refuse_too_much(*purchase, order);
  Refund record = record_of(desk, order, purchase->key);
  record.amount = order.amount.value_or(left);
  Refunded refunded = apply_refund(desk.club, *purchase, std::move(record), desk.facts, desk.setting);
  return {.effects = std::move(refunded.effects),
          .texts = std::move(refunded.texts),
          .status = 201,
          .answer = answer_of(refunded.record, false)};
}

}  // namespace peyk::handlers
