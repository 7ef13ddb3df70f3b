// A purchase reported by a till: who bought, what it earns, the code, the text, the answer; one decision.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

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

Outcome refuse(std::string_view slug, std::string_view title, std::string detail, std::string_view pointer,
               std::uint16_t status = 422) {
  const Json problem{{"type", fmt::format("urn:peyk:problem:{}", slug)},
                     {"title", title},
                     {"status", status},
                     {"detail", detail},
                     {"errors", Json::array({{{"detail", detail}, {"pointer", pointer}}})}};
  return {.status = status, .answer = problem.dump()};
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

std::optional<Earned> earn(const PurchaseRequest& request, const Club& club, MemberId member,
                           std::span<const CodeKey> candidates, const Facts& facts, Setting& setting) {
  const rules::Amount amount = rules::share_of(request.amount, club.policy.earn_share);
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

std::string thanks(const PurchaseRequest& request, const Club& club, const Member& member, bool just_joined,
                   const std::optional<Earned>& earned, const Setting& setting) {
  if (!earned) {
    return render(setting, "purchase_no_credit", member.language,
                  {{"club", club.name}, {"amount", money(club, request.amount)}});
  }
  const std::string code = std::to_string(earned->code.number);
  const std::string card = std::to_string(member.card);
  return render(setting, just_joined ? "purchase_joined" : "purchase_thanks", member.language,
                {{"club", club.name},
                 {"card", card},
                 {"amount", money(club, request.amount)},
                 {"credit", money(club, earned->lot.issued)},
                 {"until", templates::LastDay{earned->lot.expires_at, club.time_zone}},
                 {"code", code}});
}

std::string answer_of(const Purchase& purchase, const Member* member, const std::optional<Earned>& earned) {
  Json answer{{"id", std::to_string(purchase.id)},
              {"invoice", purchase.key.invoice},
              {"branch", purchase.key.branch},
              {"amount", purchase.amount},
              {"credit", purchase.earned},
              {"code", nullptr},
              {"expires", nullptr},
              {"member", nullptr}};
  if (earned) {
    answer["code"] = std::to_string(earned->code.number);
    answer["expires"] = templates::rfc3339(earned->lot.expires_at);
  }
  if (member != nullptr) {
    // Her phone is added when it is told to the till: answers are kept, and she may want to be forgotten.
    answer["member"] = {{"card", std::to_string(member->card)}};
  }
  answer["duplicate"] = false;
  return answer.dump();
}

}  // namespace

Needs needs_purchase(const PurchaseRequest& request, const Club& club, Chance& chance) {
  Needs needs;
  needs.members.insert({request.club, request.phone});
  needs.purchases.insert(key_of(request));
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
  if (member == nullptr && club->policy.join_on_purchase) {
    enrolled = enrol(*club, request.phone, club->language, setting);
    outcome.effects.push_back(EnrolMember{enrolled});
    member = &enrolled;
  }
  const auto earned =
      member == nullptr ? std::nullopt : earn(request, *club, member->id, candidates, facts, setting);
  Purchase purchase{.id = setting.chance.next_id(),
                    .key = key_of(request),
                    .amount = request.amount,
                    .earned = earned ? earned->lot.issued : 0,
                    .phone = request.phone,
                    .purchased_at = request.purchased_at.value_or(setting.now),
                    .recorded_at = setting.now};
  if (member != nullptr) purchase.member = member->id;
  if (earned) {
    purchase.code = earned->code.id;
    purchase.earn_share = club->policy.earn_share;
    const LedgerEntry entry{.id = setting.chance.next_id(),
                            .club = club->id,
                            .kind = rules::EntryKind::grant,
                            .member = member->id,
                            .lot = earned->lot.id,
                            .amount = earned->lot.issued,
                            .at = setting.now};
    outcome.effects.push_back(OpenLot{earned->lot, entry});
    outcome.effects.push_back(IssueCode{earned->code});
  }
  purchase.answer = answer_of(purchase, member, earned);
  outcome.answer = purchase.answer;
  if (member != nullptr) {
    outcome.texts.push_back(text_to(*club, member->phone, Lane::notice,
                                    thanks(request, *club, *member, member == &enrolled, earned, setting),
                                    setting.now));
  }
  outcome.effects.push_back(RecordPurchase{std::move(purchase)});
  return outcome;
}

}  // namespace peyk::handlers
