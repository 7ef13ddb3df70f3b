#include "handlers/till.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace peyk::handlers {
namespace {

using Json = nlohmann::ordered_json;

template <typename... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <typename... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

// A code is named: its wrong ones are counted.
void add_code(Needs& needs, const TillId& till, rules::CodeNumber code) {
  needs.codes.insert({till.club, code});
  needs.tills.insert(till.key);
}

void add_bill(Needs& needs, const TillId& till, const std::string& invoice, const Setting& setting) {
  if (!invoice.empty()) want_bill(needs, {till.club, till.branch, invoice}, setting.now);
}

void add_hold(Needs& needs, const TillId& till, HoldId hold, const Setting& setting) {
  needs.holds.insert({till.club, hold});
  needs.bills_since = setting.now - kNumberLives;
}

}  // namespace

Needs needs_till(const TillOrder& order, const Setting& setting) {
  const TillId& till = order.till;
  Needs needs;
  std::visit(Overloaded{
                 [&](const TillCheck& check) { add_code(needs, till, check.code); },
                 [&](const TillRedemption& redemption) {
                   add_code(needs, till, redemption.code);
                   add_bill(needs, till, redemption.invoice, setting);
                 },
                 [&](const TillVoid& undo) {
                   needs.redemptions.insert({till.club, undo.redemption});
                 },
                 [&](const TillHold& hold) {
                   add_code(needs, till, hold.code);
                   add_bill(needs, till, hold.invoice, setting);
                   needs.holders.insert({till.club, hold.code});
                   needs.holders_since = setting.now - kHoldsCountedFor;
                 },
                 [&](const TillCapture& capture) { add_hold(needs, till, capture.hold, setting); },
                 [&](const TillRelease& release) { add_hold(needs, till, release.hold, setting); },
                 [&](const TillRefund& refund) {
                   needs.references.insert({{till.club, till.branch, ""}, refund.reference});
                   if (refund.purchase != 0)
                     needs.refunded.insert({till.club, refund.purchase});
                   else
                     needs.refunded_bills.insert({till.club, till.branch, refund.invoice});
                 },
                 [&](const TillJoin& join) {
                   needs.tills.insert(till.key);
                   needs.members.insert({till.club, join.phone});
                   needs.pendings.insert({till.club, join.phone});
                 },
                 [&](const TillMemberChange& change) {
                   needs.members.insert({till.club, change.phone});
                   if (const Club* club = setting.directory.club(till.club))
                     needs.line_phones.insert({club->line, change.phone});
                 },
                 [&](const TillErasure& erasure) {
                   needs.wallets.insert({till.club, erasure.phone});
                 },
                 [&](const TillQuote& quote) { needs = needs_till_quote(till, quote, setting); },
                 [&](const TillTags& tags) {
                   needs.members.insert({till.club, tags.phone});
                   needs.tags.insert({till.club, tags.phone});
                 },
                 [&](const TillEvent& event) { needs = needs_till_event(till, event, setting); },
             },
             order.what);
  return needs;
}

void widen_till(TillOrder& order, Needs& needs, const std::map<CardKey, PhoneNumber>& found,
                const Setting& setting) {
  auto* quote = std::get_if<TillQuote>(&order.what);
  if (quote == nullptr) return;
  const auto owner = found.find({order.till.club, quote->card});
  if (owner == found.end()) return;
  quote->phone = owner->second;
  needs.merge(needs_till_quote(order.till, *quote, setting));
}

Outcome till_order(const TillOrder& order, std::span<const CodeKey> candidates, const Facts& facts,
                   Setting& setting) {
  const Club* club = setting.directory.club(order.till.club);
  if (club == nullptr) {
    return refuse("unknown-club", "The club does not exist",
                  "The club of this key is gone; ask the operator.", "", 404);
  }
  if (branch_of(*club, order.till.branch) == nullptr) {
    return refuse("unknown-branch", "The club has no such branch",
                  fmt::format("Branch {} is not a branch of this club.", order.till.branch), "/branch");
  }
  const Desk desk{
      .club = *club, .till = order.till, .facts = facts, .setting = setting, .candidates = candidates};
  return std::visit(Overloaded{
                        [&](const TillCheck& check) { return check_at_till(desk, check); },
                        [&](const TillRedemption& redemption) { return redeem_at_till(desk, redemption); },
                        [&](const TillVoid& undo) { return void_at_till(desk, undo); },
                        [&](const TillHold& hold) { return hold_at_till(desk, hold); },
                        [&](const TillCapture& capture) { return capture_at_till(desk, capture); },
                        [&](const TillRelease& release) { return release_at_till(desk, release); },
                        [&](const TillRefund& refund) { return refund_at_till(desk, refund); },
                        [&](const TillJoin& join) { return join_at_till(desk, join); },
                        [&](const TillMemberChange& change) { return change_member_at_till(desk, change); },
                        [&](const TillErasure& erasure) { return erase_at_till(desk, erasure); },
                        [&](const TillQuote& quote) { return quote_at_till(desk, quote); },
                        [&](const TillTags& tags) { return tag_at_till(desk, tags); },
                        [&](const TillEvent& event) { return event_at_till(desk, event); },
                    },
                    order.what);
}

Outcome refuse(std::string_view slug, std::string_view title, const std::string& detail,
               std::string_view pointer, std::uint16_t status, std::chrono::seconds retry_after) {
  Json problem{{"type", fmt::format("urn:peyk:problem:{}", slug)},
               {"title", title},
               {"status", status},
               {"detail", detail}};
  if (status == 422) problem["errors"] = Json::array({{{"detail", detail}, {"pointer", pointer}}});
  if (retry_after.count() > 0) problem["retry_after"] = retry_after.count();
  return {.status = status, .answer = problem.dump()};
}

}  // namespace peyk::handlers
