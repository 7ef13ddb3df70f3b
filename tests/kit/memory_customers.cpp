// What MemoryStore remembers of customers: how they buy, where they stand, what offers gave them.
#include <algorithm>

#include "templates/dates.hpp"
#include "tests/kit/memory_store.hpp"

namespace peyk::tests {

using namespace handlers;

void MemoryStore::load_customers(const Needs& needs, const std::set<MemberId>& refunded, Facts& facts) const {
  std::map<MemberId, DaySpan> wanted;
  for (const auto& [key, days] : needs.behaviours) {
    if (const Member* member = find(key)) wanted.emplace(member->id, days);
  }
  std::set<MemberId> with_visits = refunded;
  for (const auto& [key, row] : behaviours_) {
    const auto& [member, branch] = key;
    const auto days = wanted.find(member);
    if (days == wanted.end() && !refunded.contains(member)) continue;
    facts.load(member, branch, row);
    if (branch == kWholeClub && days != wanted.end() && row.last_day > days->second.earliest)
      with_visits.insert(member);
  }
  for (const MemberId member : with_visits) {
    std::vector<PastVisit> visits;
    for (const auto& [key, one] : purchases_) {
      if (one.member == member && one.refunded < one.amount)
        visits.push_back({one.id, key.branch, one.purchased_at, one.amount - one.refunded});
    }
    facts.load_visits(member, std::move(visits));
  }
  std::set<MemberId> owners;
  for (const auto& [id, code] : codes_) {
    if (needs.owners_ranks.contains({code.club, code.number})) owners.insert(code.member);
  }
  for (const auto& [member, rank] : ranks_) {
    if (refunded.contains(member) || owners.contains(member) ||
        needs.ranks.contains({members_.at(member).club, members_.at(member).phone}))
      facts.load(member, rank);
  }
  for (const auto& [key, row] : offer_uses_) {
    const Member& member = members_.at(key.member);
    if (needs.offer_uses.contains({member.club, member.phone})) facts.load(key, row);
  }
  for (const auto& [key, period] : needs.periods) {
    const Member* member = find(key);
    if (member == nullptr) continue;
    std::int64_t sum = 0;
    for (const PointEntry& entry : points_) {
      if (period.in_points && entry.member == member->id && entry.at >= period.since) sum += entry.points;
    }
    for (const auto& [bill, one] : purchases_) {
      if (!period.in_points && one.member == member->id && one.purchased_at >= period.since)
        sum += one.amount - one.refunded;
    }
    facts.load_period(member->id, period, sum);
  }
  for (const OfferId offer : needs.budgets) {
    const auto spent = budgets_spent_.find(offer);
    facts.load_budget_spent(offer, spent == budgets_spent_.end() ? 0 : spent->second);
  }
  for (const auto& [manager, since] : needs.letters) {
    const auto written = std::ranges::count_if(
        letters_, [&](const RecordLetter& letter) { return letter.by == manager && letter.at >= since; });
    facts.load_letters(manager, static_cast<std::uint32_t>(written));
  }
  for (const auto& [club, key] : needs.offer_desks) {
    OfferDesk desk = offer_desk_;
    for (const rules::Offer& one : begun_offers_) desk.named += one.name.starts_with(key.names) ? 1 : 0;
    desk.running = running_offers_;
    facts.load(club, std::move(desk));
  }
  if (gift_account_ != 0 && needs.gift_accounts.contains(members_.at(gift_account_).club))
    facts.load_gift_account(members_.at(gift_account_));
}

void MemoryStore::keep_customer(const Effect& effect, const Facts& after) {
  if (const auto* behaviour = std::get_if<SetBehaviour>(&effect)) {
    behaviours_[{behaviour->member, behaviour->branch}] = behaviour->row;
  } else if (const auto* standing = std::get_if<SetStanding>(&effect)) {
    ranks_[standing->member] = after.rank(standing->member);
  } else if (const auto* points = std::get_if<RecordPoints>(&effect)) {
    points_.push_back(points->entry);
    ranks_[points->entry.member] = after.rank(points->entry.member);
  } else if (const auto* use = std::get_if<SetOfferUse>(&effect)) {
    offer_uses_[use->key] = use->row;
  } else if (const auto* grant = std::get_if<RecordGrant>(&effect)) {
    grants_.push_back(grant->grant);
    if (grant->grant.of_budget > 0)
      budgets_spent_[grant->grant.offer] = after.budget_spent(grant->grant.offer);
  } else if (const auto* account = std::get_if<OpenGiftAccount>(&effect)) {
    gift_account_ = account->account.id;
    members_[gift_account_] = account->account;
  } else if (const auto* letter = std::get_if<RecordLetter>(&effect)) {
    letters_.push_back(*letter);
  } else if (const auto* begun = std::get_if<BeginOffer>(&effect)) {
    begun_offers_.push_back(begun->offer);
    running_offers_.push_back(begun->offer);
  } else if (const auto* ended = std::get_if<EndOffer>(&effect)) {
    std::erase_if(running_offers_, [ended](const rules::Offer& one) { return one.name == ended->name; });
  } else if (const auto* gift = std::get_if<IssueGift>(&effect)) {
    lots_[gift->lot.id] = gift->lot;
    codes_[gift->code.id] = gift->code;
    entries_.push_back(gift->entry);
    members_[gift->entry.member] = *after.member(gift->entry.member);
  } else if (const auto* item = std::get_if<IssueItem>(&effect)) {
    lots_[item->lot.id] = item->lot;
    codes_[item->code.id] = item->code;
  } else if (const auto* over = std::get_if<HandOver>(&effect)) {
    handovers_.push_back(over->handover);
    codes_[over->handover.code] = *after.code(over->handover.code);
  } else if (const auto* back = std::get_if<TakeItemBack>(&effect)) {
    std::ranges::find(handovers_, back->handover, &Handover::id)->voided = back->voided;
    codes_[back->code] = *after.code(back->code);
  } else if (const auto* ended_item = std::get_if<VoidItem>(&effect)) {
    codes_[ended_item->code] = *after.code(ended_item->code);
  }
}

// Of items: no rial, no entry, no redemption; one standing handover of what was handed over, in its time.
void MemoryStore::audit_items(std::vector<std::string>& problems) const {
  for (const auto& [id, code] : codes_) {
    const Lot& lot = lots_.at(code.lot);
    if (code.item.empty() != (lot.kind != LotOrigin::item))
      problems.push_back("a code is of credit and of an item");
    if (code.item.empty()) continue;
    if (lot.issued != 0 || lot.remaining != 0 || lot.held != 0)
      problems.push_back("an item is of some rials");
    if (std::ranges::any_of(entries_, [&](const LedgerEntry& one) { return one.lot == lot.id; }))
      problems.push_back("the ledger tells of an item");
    if (std::ranges::any_of(redemptions_, [&](const Redemption& one) { return one.code == id; }))
      problems.push_back("an item paid for something");
    const auto standing =
        std::ranges::count_if(handovers_, [&](const Handover& one) { return one.code == id && !one.voided; });
    if (standing != (code.state == CodeState::redeemed ? 1 : 0))
      problems.push_back("an item was not handed over once");
    for (const Handover& one : handovers_) {
      if (one.code == id && one.at >= lot.expires_at)
        problems.push_back("an item was handed over after its time");
    }
  }
}

// Invariants I34 and I44, and what a purchase earned.
void MemoryStore::audit_customers(std::vector<std::string>& problems) const {
  for (const auto& [id, member] : members_) {
    if (member.phone == 0) continue;
    const Club& club = *directory_->club(member.club);
    std::map<BranchNo, std::vector<rules::Visit>> visits;
    for (const auto& [key, one] : purchases_) {
      if (one.member != id || one.refunded >= one.amount) continue;
      const auto clock = templates::clock_of(one.purchased_at, club.time_zone);
      const auto day = std::chrono::floor<std::chrono::days>(clock);
      const rules::Visit visit{
          .day = static_cast<rules::DayNumber>(day.time_since_epoch().count()),
          .hour = static_cast<std::uint8_t>(std::chrono::floor<std::chrono::hours>(clock - day).count()),
          .spent = one.amount - one.refunded};
      visits[kWholeClub].push_back(visit);
      visits[key.branch].push_back(visit);
    }
    for (const auto& [key, row] : behaviours_) {
      if (key.first == id && row != rules::fold(visits[key.second]))
        problems.push_back("how she buys is not the fold of her purchases");
    }
    for (const auto& [branch, all] : visits) {
      if (!behaviours_.contains({id, branch})) problems.push_back("purchases have left no behaviour");
    }
  }
  std::map<MemberId, std::int64_t> points;
  for (const PointEntry& entry : points_) points[entry.member] += entry.points;
  for (const auto& [member, rank] : ranks_) {
    if (rank.points != points[member] || rank.points < 0)
      problems.push_back("points are not the sum of their entries");
  }
  std::map<OfferId, rules::Amount> spent;
  for (const OfferGrant& grant : grants_) spent[grant.offer] += grant.of_budget;
  for (const Club& club : directory_->clubs()) {
    for (const rules::Offer& offer : club.programme.offers) {
      const auto kept = budgets_spent_.find(offer.id);
      const rules::Amount sum = kept == budgets_spent_.end() ? 0 : kept->second;
      if (sum != spent[offer.id]) problems.push_back("a budget is not the sum of its grants");
      if (offer.budget > 0 && sum > offer.budget) problems.push_back("a budget is overspent");
    }
  }
  for (const auto& [key, one] : purchases_) {
    rules::Amount issued = 0;
    std::set<LotId> lots;
    if (one.code) lots.insert(codes_.at(*one.code).lot);
    for (const OfferGrant& grant : grants_) {
      if (grant.purchase == one.id && grant.lot != 0) lots.insert(grant.lot);
    }
    for (const LotId lot : lots) issued += lots_.at(lot).issued;
    if (issued != one.earned) problems.push_back("a purchase did not earn what its lots were issued with");
    rules::Amount taken = 0;
    for (const auto& [id, refund] : refunds_) {
      if (refund.purchase == one.id)
        taken += refund.clawed_back + refund.lapsed + refund.owed + refund.withheld;
    }
    if (taken > one.earned || (one.refunded == one.amount && taken != one.earned))
      problems.push_back("refunds do not take back what was earned");
  }
}

}  // namespace peyk::tests
