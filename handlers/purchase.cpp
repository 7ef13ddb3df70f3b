// A purchase reported by a till: who bought, what it brings her (earning.hpp), how she buys from now on, the
// text, the answer; one decision.
//
// It earns on what was paid in money: not on what codes have paid of its invoice, nor on what was refunded
// before it came. A debt of hers is settled of what it earns.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "handlers/bills.hpp"
#include "handlers/brought_json.hpp"
#include "handlers/earning.hpp"
#include "handlers/membership.hpp"
#include "handlers/move.hpp"
#include "handlers/refund.hpp"
#include "handlers/tier_day.hpp"
#include "handlers/till.hpp"
#include "handlers/use_cases.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

using Json = nlohmann::ordered_json;

PurchaseKey key_of(const PurchaseRequest& request) {
  return {request.club, request.branch, request.invoice};
}

Outcome again(const Purchase& known, const PurchaseRequest& request) {
  // Whose phone it was is forgotten when she leaves.
  const bool other_phone = known.phone != 0 && known.phone != request.phone;
  if (known.amount + known.discount != request.amount || known.discount != request.discount || other_phone) {
    return refuse(
        "invoice-already-recorded", "This invoice was recorded with other content",
        fmt::format("Invoice {} of branch {} is already recorded with another phone or amount; nothing was "
                    "changed. Send a refund, or another invoice number.",
                    request.invoice, request.branch),
        "/invoice");
  }
  Json answer = Json::parse(known.answer);
  answer["duplicate"] = true;
  return {.answer = answer.dump()};
}

struct Sums {
  rules::Amount kept = 0, settled = 0, gifts = 0;
};
Sums sums_of(const Brought& brought) {
  Sums sums;
  for (const Earned& earned : brought.credits) {
    sums.kept += earned.kept();
    sums.settled += earned.settled;
  }
  for (const Gift& gift : brought.gifts) sums.gifts += gift.lot.issued;
  return sums;
}

// The first of which she has anything; nullptr: none.
const Earned* main_of(const Brought& brought) {
  const auto found =
      std::ranges::find_if(brought.credits, [](const Earned& earned) { return earned.kept() > 0; });
  return found == brought.credits.end() ? nullptr : &*found;
}

// What more it brings than the credit of one code: a line each.
std::string more_of(const Club& club, const Member& member, const Brought& brought, const Setting& setting) {
  std::string lines;
  const auto line = [&](std::string_view key, std::initializer_list<templates::Argument> arguments) {
    lines += '\n' + render(setting, key, member.language, arguments);
  };
  const auto code_line = [&](std::string_view key, const Lot& lot, const Code& code, rules::Amount amount) {
    const std::string number = std::to_string(code.number);
    line(key, {{"code", number},
               {"amount", money(club, amount)},
               {"until", templates::LastDayShort{lot.expires_at, club.time_zone}}});
  };
  const Earned* main = main_of(brought);
  bool further = false;
  for (const Earned& earned : brought.credits) {
    if (&earned == main || earned.kept() == 0) continue;
    code_line("purchase_line_code", earned.lot, earned.code, earned.kept());
    further = true;
  }
  if (further) line("purchase_line_sum", {{"amount", money(club, sums_of(brought).kept)}});
  for (const Gift& gift : brought.gifts)
    code_line("purchase_line_gift", gift.lot, gift.code, gift.lot.issued);
  for (const Item& item : brought.items) {
    const std::string number = std::to_string(item.code.number);
    line("purchase_line_item", {{"code", number},
                                {"item", item.code.item},
                                {"until", templates::LastDayShort{item.lot.expires_at, club.time_zone}}});
  }
  if (brought.points > 0)
    line("purchase_line_points", {{"points", brought.points}, {"total", brought.points_total}});
  if (brought.risen) lines += '\n' + risen_line(club, member.language, *brought.risen, setting);
  return lines;
}

std::string thanks(const PurchaseRequest& request, const Club& club, const Member& member, bool just_joined,
                   const Brought& brought, const Setting& setting) {
  const std::string more = more_of(club, member, brought, setting);
  if (brought.credits.empty()) {
    return render(
        setting, "purchase_no_credit", member.language,
        {{"club", club.name}, {"amount", money(club, request.amount)}, {"list", templates::Rendered{more}}});
  }
  const Sums sums = sums_of(brought);
  const Earned* main = main_of(brought);
  const Earned& shown = main == nullptr ? brought.credits.front() : *main;
  const std::string code = std::to_string(shown.code.number);
  const std::string card = std::to_string(member.card);
  const std::string_view key = sums.kept == 0     ? "purchase_settled"
                               : sums.settled > 0 ? "purchase_settled_part"
                               : just_joined      ? "purchase_joined"
                                                  : "purchase_thanks";
  return render(setting, key, member.language,
                {{"club", club.name},
                 {"card", card},
                 {"amount", money(club, request.amount)},
                 {"credit", money(club, shown.kept())},
                 {"settled", money(club, sums.settled)},
                 {"until", templates::LastDay{shown.lot.expires_at, club.time_zone}},
                 {"code", code},
                 {"list", templates::Rendered{more}}});
}

// The purchase just before it, of the same amount at the same branch: perhaps the same one under another
// invoice. Both are recorded; the till is told. 0: there is none.
std::uint64_t repeat_of(const Purchase& purchase, const Member* member, const Club& club) {
  if (member == nullptr || member->last_purchase.id == 0) return 0;
  const LastPurchase& last = member->last_purchase;
  const bool alike =
      last.branch == purchase.key.branch && last.amount == purchase.amount &&
      purchase.recorded_at - last.at < std::chrono::seconds{club.policy.repeat_purchase_seconds};
  return alike ? last.id : 0;
}

// Her phone is added when it is told to the till: answers are kept, and she may want to be forgotten.
std::string answer_of(const Club& club, const Purchase& purchase, const Member* member, const Worth& worth,
                      const Brought& brought, std::uint64_t repeat_of) {
  const Sums sums = sums_of(brought);
  Json answer{{"id", std::to_string(purchase.id)},
              {"invoice", purchase.key.invoice},
              {"branch", purchase.key.branch},
              {"amount", purchase.amount + purchase.discount},
              {"discount", {{"given", purchase.discount}, {"honoured", worth.honoured}}},
              {"by_credit", purchase.by_credit},
              {"credit", sums.kept + sums.settled},
              {"settled", sums.settled},
              {"code", nullptr},
              {"expires", nullptr},
              {"codes", codes_as_json(brought)},
              {"items", items_as_json(brought)},
              {"points", brought.points},
              {"tier", tier_as_json(brought.tier, club)},
              {"offers", offers_as_json(worth.given, club)},
              {"notes", worth.notes},
              {"member", nullptr}};
  if (const Earned* main = main_of(brought)) {
    answer["code"] = std::to_string(main->code.number);
    answer["expires"] = templates::rfc3339(main->lot.expires_at);
  }
  if (member != nullptr) answer["member"] = {{"card", std::to_string(member->card)}};
  answer["looks_like_repeat_of"] = nullptr;
  if (repeat_of != 0) answer["looks_like_repeat_of"] = std::to_string(repeat_of);
  answer["duplicate"] = false;
  return answer.dump();
}

// What she has of it, once earlier refunds have taken their part.
Brought bring_to(const Club& club, Purchase& purchase, const Member& member, const Worth& worth,
                 rules::Amount refunded, std::span<const CodeKey> candidates, const Facts& facts,
                 Setting& setting) {
  purchase.earn_share = worth.share;
  purchase.earned_whole = worth.earned;
  purchase.points = worth.points;
  const Left left{.earned = rules::earned_at(bought_of(purchase), refunded),
                  .points = rules::points_at(worth.points, purchase.amount, refunded),
                  .spent = purchase.amount - refunded};
  Brought brought = bring(club, purchase, member, worth, left, candidates, facts, setting);
  purchase.earned = left.earned;
  purchase.grants = brought.grants;
  if (!brought.credits.empty()) purchase.code = brought.credits.front().code.id;
  return brought;
}

template <typename From>
void move_to(std::vector<typename From::value_type>& to, From& from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

}  // namespace

Needs needs_purchase(const PurchaseRequest& request, const Club& club, const Setting& setting) {
  Needs needs = needs_measures(club, {request.club, request.phone},
                               request.purchased_at.value_or(setting.now), setting.now, true);
  needs.merge(needs_joining_by_purchase(club, {request.club, request.phone}));
  const rules::Instant bought_at = request.purchased_at.value_or(setting.now);
  want_bill(needs, key_of(request), bought_at);
  want_payments(needs, club, {request.club, request.phone}, bought_at);
  const bool may_earn = rules::share_of(request.amount, club.policy.earn_share) > 0;
  const std::size_t codes = codes_of_a_purchase(club);
  if (codes > 0 && (may_earn || !club.programme.offers.empty())) draw_codes(needs, club, setting, codes);
  return needs;
}

Outcome purchase(const PurchaseRequest& request, std::span<const CodeKey> candidates, const Facts& facts,
                 Setting& setting) {
  const Club* club = setting.directory.club(request.club);
  if (club == nullptr) {
    return refuse("unknown-club", "The club does not exist",
                  "The club of this key is gone; ask the operator.", "", 404);
  }
  if (branch_of(*club, request.branch) == nullptr) {
    return refuse("unknown-branch", "The club has no such branch",
                  fmt::format("Branch {} is not a branch of this club.", request.branch), "/branch");
  }
  if (const Purchase* known = facts.purchase(key_of(request))) return again(*known, request);

  Outcome outcome;
  const Member* member = facts.member(MemberKey{request.club, request.phone});
  Member enrolled;
  const ByPurchase joining = member != nullptr
                                 ? ByPurchase::nothing
                                 : joining_by_purchase(*club, {request.club, request.phone}, facts);
  if (joining == ByPurchase::enrols) {
    enrolled = enrol(*club, request.phone, club->language, setting);
    outcome.effects.push_back(EnrolMember{enrolled});
    member = &enrolled;
  }
  const rules::Amount to_pay = request.amount - request.discount;
  Purchase purchase{.id = setting.chance.next_id(),
                    .key = key_of(request),
                    .amount = to_pay,
                    .discount = request.discount,
                    .phone = request.phone,
                    .earn_share = club->policy.earn_share,
                    .purchased_at = request.purchased_at.value_or(setting.now),
                    .recorded_at = setting.now,
                    .typed = request.typed};
  if (member != nullptr) purchase.member = member->id;
  const std::vector<const Redemption*> paid_by = payments_of(*club, purchase, facts);
  purchase.by_credit = std::min(used_by(paid_by), to_pay);
  std::vector<Refund> parked = judge_parked(purchase, facts);
  if (member != nullptr && member != &enrolled && !parked.empty() && !facts.has_wallet(member->id))
    throw OutOfCandidates{};  // parked since it was looked for: decided anew
  rules::Amount refunded = 0;
  for (const Refund& one : parked) refunded += one.amount;
  Worth worth;
  Brought brought;
  if (member != nullptr) {
    worth = judge_purchase(*club, request, purchase, *member, facts, setting.now);
    brought = bring_to(*club, purchase, *member, worth, refunded, candidates, facts, setting);
    move_to(outcome.effects, brought.effects);
  }
  purchase.answer = answer_of(*club, purchase, member, worth, brought, repeat_of(purchase, member, *club));
  outcome.answer = purchase.answer;
  if (member != nullptr) {
    outcome.texts.push_back(text_to(*club, member->phone, Lane::notice,
                                    thanks(request, *club, *member, member == &enrolled, brought, setting),
                                    setting.now, soonest_end(brought)));
    const PastVisit visit{.purchase = purchase.id,
                          .branch = purchase.key.branch,
                          .at = purchase.purchased_at,
                          .spent = purchase.amount - refunded};
    for (SetBehaviour& row : behaviour_after(*club, member->id, visit, facts))
      outcome.effects.push_back(std::move(row));
    move_to(outcome.texts, brought.later);
  }
  if (joining == ByPurchase::invites) outcome.texts.push_back(may_join_now(*club, request.phone, setting));
  std::vector<Refunded> applied =
      apply_parked(*club, purchase, std::move(parked), paid_by, sums_of(brought).kept, facts, setting);
  RecordPurchase record{.purchase = std::move(purchase), .items = request.items};
  for (const Redemption* one : paid_by) record.paid_by.push_back(one->id);
  outcome.effects.push_back(std::move(record));
  for (Refunded& one : applied) {
    move_to(outcome.effects, one.effects);
    move_to(outcome.texts, one.texts);
  }
  return outcome;
}

}  // namespace peyk::handlers
