// The working set of what is remembered of a customer: looked up, loaded, and changed by effects.
#include <algorithm>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/facts_rows.hpp"

namespace peyk::handlers {

rules::Behaviour Facts::behaviour(MemberId member, BranchNo branch) const {
  const rules::Behaviour* row = find(behaviours_, std::pair(member, branch));
  return row == nullptr ? rules::Behaviour{} : *row;
}

const std::vector<PastVisit>* Facts::visits(MemberId member) const {
  return find(visits_, member);
}

Rank Facts::rank(MemberId member) const {
  const Rank* row = find(ranks_, member);
  return row == nullptr ? Rank{} : *row;
}

std::int64_t Facts::period_sum(MemberId member, const PeriodKey& key) const {
  if (const Period* period = find(periods_, member)) return period->sum;
  // She has joined in this batch.
  if (key.in_points) return rank(member).points;
  std::int64_t sum = 0;
  if (const std::vector<PastVisit>* visits = this->visits(member)) {
    for (const PastVisit& one : *visits) sum += one.at >= key.since ? one.spent : 0;
  }
  return sum;
}

OfferUseRow Facts::offer_use(const OfferUseKey& key) const {
  const OfferUseRow* row = find(offer_uses_, key);
  return row == nullptr ? OfferUseRow{} : *row;
}

rules::Amount Facts::budget_spent(OfferId offer) const {
  const rules::Amount* spent = find(budgets_spent_, offer);
  return spent == nullptr ? 0 : *spent;
}

std::vector<const OfferGrant*> Facts::grants(std::uint64_t purchase) const {
  std::vector<const OfferGrant*> all;
  for (const auto& [id, grant] : grants_) {
    if (grant.purchase == purchase) all.push_back(&grant);
  }
  return all;
}

std::vector<const OfferGrant*> Facts::grants_beside(std::uint64_t grant) const {
  std::vector<const OfferGrant*> all;
  const OfferGrant* known = find(grants_, grant);
  if (known == nullptr) return all;
  for (const auto& [id, one] : grants_) {
    if (one.purchase == known->purchase && one.member == known->member && one.at == known->at)
      all.push_back(&one);
  }
  return all;
}

const rules::Offer* Facts::offer_version(std::uint64_t version) const {
  return find(offer_versions_, version);
}

const Member* Facts::gift_account(ClubId club) const {
  const MemberId* id = find(gift_accounts_, club);
  return id == nullptr ? nullptr : member(*id);
}

const OfferDesk& Facts::offer_desk(ClubId club) const {
  static const OfferDesk nothing;
  const OfferDesk* desk = find(offer_desks_, club);
  return desk == nullptr ? nothing : *desk;
}

std::uint32_t Facts::letters(const MemberKey& manager) const {
  const std::uint32_t* count = find(letters_, manager);
  return count == nullptr ? 0 : *count;
}

void Facts::load_letters(const MemberKey& manager, std::uint32_t count) {
  letters_.emplace(manager, count);
}
void Facts::load(ClubId club, OfferDesk desk) {
  offer_desks_.emplace(club, std::move(desk));
}
void Facts::load(MemberId member, BranchNo branch, const rules::Behaviour& row) {
  behaviours_.emplace(std::pair(member, branch), row);
}
void Facts::load_visits(MemberId member, std::vector<PastVisit> all) {
  visits_.emplace(member, std::move(all));
}
void Facts::load(MemberId member, const Rank& row) {
  ranks_.emplace(member, row);
}
void Facts::load_period(MemberId member, const PeriodKey& key, std::int64_t sum) {
  periods_.emplace(member, Period{key, sum});
}
void Facts::load(const OfferUseKey& key, const OfferUseRow& row) {
  offer_uses_.emplace(key, row);
}
void Facts::load_budget_spent(OfferId offer, rules::Amount spent) {
  budgets_spent_.emplace(offer, spent);
}
void Facts::load(OfferGrant row) {
  grants_.emplace(row.id, std::move(row));
}
void Facts::load_version(rules::Offer row) {
  const std::uint64_t version = row.version;
  offer_versions_.emplace(version, std::move(row));
}
void Facts::load_gift_account(Member row) {
  gift_accounts_.emplace(row.club, row.id);
  if (!members_.contains(row.id)) members_.emplace(row.id, std::move(row));
}

void Facts::apply(const SetBehaviour& effect) {
  behaviours_[{effect.member, effect.branch}] = effect.row;
}

void Facts::apply(const SetStanding& effect) {
  ranks_[effect.member].standing = effect.standing;
}

void Facts::apply(const RecordPoints& effect) {
  const PointEntry& entry = effect.entry;
  ranks_[entry.member].points += entry.points;
  Period* period = find(periods_, entry.member);
  if (period != nullptr && period->key.in_points && entry.at >= period->key.since)
    period->sum += entry.points;
}

void Facts::apply(const SetOfferUse& effect) {
  offer_uses_[effect.key] = effect.row;
}

void Facts::apply(const RecordGrant& effect) {
  const OfferGrant& grant = effect.grant;
  if (grant.of_budget > 0) budgets_spent_[grant.offer] += grant.of_budget;
  load(grant);
}

void Facts::apply(const OpenGiftAccount& effect) {
  load_gift_account(effect.account);
}

void Facts::apply(const IssueGift& effect) {
  post(effect.entry);
  load(effect.lot);
  load(effect.code);
}

void Facts::apply(const BeginOffer& effect) {
  OfferDesk& desk = offer_desks_[effect.club];
  ++desk.named;
  desk.running.push_back(effect.offer);
}

void Facts::apply(const EndOffer& effect) {
  std::erase_if(offer_desks_[effect.club].running,
                [&effect](const rules::Offer& one) { return one.name == effect.name; });
}

void Facts::apply(const RecordLetter& effect) {
  ++letters_[effect.by];
}

void Facts::visit(const Purchase& purchase) {
  std::vector<PastVisit>* visits = find(visits_, *purchase.member);
  if (visits != nullptr && purchase.amount > 0)
    visits->push_back({purchase.id, purchase.key.branch, purchase.purchased_at, purchase.amount});
  Period* period = find(periods_, *purchase.member);
  if (period != nullptr && !period->key.in_points && purchase.purchased_at >= period->key.since)
    period->sum += purchase.amount;
}

void Facts::give_back(const Purchase& purchase, rules::Amount amount) {
  if (std::vector<PastVisit>* visits = find(visits_, *purchase.member)) {
    const auto visit = std::ranges::find(*visits, purchase.id, &PastVisit::purchase);
    if (visit != visits->end()) visit->spent -= amount;
    std::erase_if(*visits, [](const PastVisit& one) { return one.spent <= 0; });
  }
  Period* period = find(periods_, *purchase.member);
  if (period != nullptr && !period->key.in_points && purchase.purchased_at >= period->key.since)
    period->sum -= amount;
}

}  // namespace peyk::handlers
