// A purchase reported by a till: who bought, what it earns, the code, the text, the answer; one decision.
//
// It earns on what was paid in money: not on what codes have paid of its invoice, nor on what was refunded
// before it came. A debt of hers is settled of what it earns.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "handlers/membership.hpp"
#include "handlers/refund.hpp"
#include "handlers/till.hpp"
#include "handlers/use_cases.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

using Json = nlohmann::ordered_json;

// With as many live codes as there are free ones, six draws all fail once in 64 times, and then are drawn
// again.
constexpr int kCandidates = 6;

PurchaseKey key_of(const PurchaseRequest& request) {
  return {request.club, request.branch, request.invoice};
}

Outcome again(const Purchase& known, const PurchaseRequest& request) {
  // Whose phone it was is forgotten when she leaves.
  const bool other_phone = known.phone != 0 && known.phone != request.phone;
  if (known.amount != request.amount || other_phone) {
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

struct Earned {
  Lot lot;
  Code code;
};

std::optional<Earned> earn(rules::Amount amount, const Club& club, MemberId member,
                           std::span<const CodeKey> candidates, const Facts& facts, Setting& setting) {
  if (amount == 0) return std::nullopt;
  for (const CodeKey& candidate : candidates) {
    if (!facts.is_free(candidate)) continue;
    const Lot lot{.id = setting.chance.next_id(),
                  .club = club.id,
                  .member = member,
                  .origin = LotOrigin::purchase,
                  .issued = amount,
                  .remaining = amount,
                  .created_at = setting.now,
                  .expires_at = templates::end_of_local_day(setting.now, club.time_zone,
                                                            static_cast<int>(club.policy.credit_valid_days))};
    const Code code{.id = setting.chance.next_id(),
                    .club = club.id,
                    .number = candidate.number,
                    .member = member,
                    .lot = lot.id,
                    .state = CodeState::live,
                    .issued_at = setting.now};
    return Earned{lot, code};
  }
  throw OutOfCandidates{};
}

// What she earned, less what of it settled her debt.
rules::Amount kept_of(const Earned& earned, const Member& member) {
  return earned.lot.issued - std::min(member.debt, earned.lot.issued);
}

std::string thanks(const PurchaseRequest& request, const Club& club, const Member& member, bool just_joined,
                   const std::optional<Earned>& earned, const Setting& setting) {
  if (!earned) {
    return render(setting, "purchase_no_credit", member.language,
                  {{"club", club.name}, {"amount", money(club, request.amount)}});
  }
  const std::string code = std::to_string(earned->code.number);
  const std::string card = std::to_string(member.card);
  const rules::Amount kept = kept_of(*earned, member);
  const std::string_view key = kept == 0                   ? "purchase_settled"
                               : kept < earned->lot.issued ? "purchase_settled_part"
                               : just_joined               ? "purchase_joined"
                                                           : "purchase_thanks";
  return render(setting, key, member.language,
                {{"club", club.name},
                 {"card", card},
                 {"amount", money(club, request.amount)},
                 {"credit", money(club, kept)},
                 {"settled", money(club, earned->lot.issued - kept)},
                 {"until", templates::LastDay{earned->lot.expires_at, club.time_zone}},
                 {"code", code}});
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

std::string answer_of(const Purchase& purchase, const Member* member, const std::optional<Earned>& earned,
                      std::uint64_t repeat_of) {
  Json answer{{"id", std::to_string(purchase.id)},
              {"invoice", purchase.key.invoice},
              {"branch", purchase.key.branch},
              {"amount", purchase.amount},
              {"by_credit", purchase.by_credit},
              {"credit", purchase.earned},
              {"settled", 0},
              {"code", nullptr},
              {"expires", nullptr},
              {"member", nullptr}};
  const rules::Amount kept = earned ? kept_of(*earned, *member) : 0;
  if (earned) answer["settled"] = earned->lot.issued - kept;
  if (kept > 0) {
    answer["code"] = std::to_string(earned->code.number);
    answer["expires"] = templates::rfc3339(earned->lot.expires_at);
  }
  if (member != nullptr) {
    // Her phone is added when it is told to the till: answers are kept, and she may want to be forgotten.
    answer["member"] = {{"card", std::to_string(member->card)}};
  }
  answer["looks_like_repeat_of"] = nullptr;
  if (repeat_of != 0) answer["looks_like_repeat_of"] = std::to_string(repeat_of);
  answer["duplicate"] = false;
  return answer.dump();
}

// The lot with its code, and what of it settles her debt at once.
void grant(const Earned& earned, const Member& member, std::vector<Effect>& effects, Setting& setting) {
  const auto entry = [&](rules::EntryKind kind, rules::Amount amount) {
    return LedgerEntry{.id = setting.chance.next_id(),
                       .club = earned.lot.club,
                       .kind = kind,
                       .member = member.id,
                       .lot = earned.lot.id,
                       .amount = amount,
                       .at = setting.now};
  };
  effects.push_back(OpenLot{earned.lot, entry(rules::EntryKind::grant, earned.lot.issued)});
  effects.push_back(IssueCode{earned.code});
  const rules::Amount kept = kept_of(earned, member);
  if (kept == earned.lot.issued) return;
  TakeBack settled{.entry = entry(rules::EntryKind::settle, earned.lot.issued - kept)};
  if (kept == 0) settled.ended = earned.code.id;
  effects.push_back(std::move(settled));
}

}  // namespace

Needs needs_purchase(const PurchaseRequest& request, const Club& club, Chance& chance) {
  Needs needs;
  needs.members.insert({request.club, request.phone});
  needs.bills.insert(key_of(request));
  needs.merge(needs_joining_by_purchase(club, {request.club, request.phone}));
  if (rules::share_of(request.amount, club.policy.earn_share) > 0) {
    for (int i = 0; i < kCandidates; ++i) {
      needs.candidates.push_back({request.club, rules::code_from_random(chance.random())});
    }
  }
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
  Purchase purchase{.id = setting.chance.next_id(),
                    .key = key_of(request),
                    .by_credit = credit_on(key_of(request), request.amount, facts),
                    .amount = request.amount,
                    .phone = request.phone,
                    .earn_share = club->policy.earn_share,
                    .purchased_at = request.purchased_at.value_or(setting.now),
                    .recorded_at = setting.now,
                    .typed = request.typed};
  purchase.earned = rules::share_of(purchase.amount - purchase.by_credit, purchase.earn_share);
  if (member != nullptr) purchase.member = member->id;
  std::vector<Refunded> parked = apply_parked(*club, purchase, facts, setting);
  rules::Amount refunded = 0;
  for (const Refunded& one : parked) refunded += one.record.amount;
  const rules::Amount worth = rules::earned_at(bought_of(purchase), refunded);
  const auto earned =
      member == nullptr ? std::nullopt : earn(worth, *club, member->id, candidates, facts, setting);
  purchase.earned = earned ? worth : 0;
  if (earned) {
    purchase.code = earned->code.id;
    grant(*earned, *member, outcome.effects, setting);
  }
  purchase.answer = answer_of(purchase, member, earned, repeat_of(purchase, member, *club));
  outcome.answer = purchase.answer;
  if (member != nullptr) {
    outcome.texts.push_back(text_to(*club, member->phone, Lane::notice,
                                    thanks(request, *club, *member, member == &enrolled, earned, setting),
                                    setting.now));
  }
  if (joining == ByPurchase::invites) outcome.texts.push_back(may_join_now(*club, request.phone, setting));
  outcome.effects.push_back(RecordPurchase{std::move(purchase)});
  for (Refunded& one : parked) {
    std::move(one.effects.begin(), one.effects.end(), std::back_inserter(outcome.effects));
    std::move(one.texts.begin(), one.texts.end(), std::back_inserter(outcome.texts));
  }
  return outcome;
}

}  // namespace peyk::handlers
