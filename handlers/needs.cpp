#include "handlers/needs.hpp"

#include <algorithm>

namespace peyk::handlers {

void Needs::merge(Needs other) {
  members.merge(other.members);
  wallets.merge(other.wallets);
  codes.merge(other.codes);
  voids.merge(other.voids);
  line_phones.merge(other.line_phones);
  cashiers.merge(other.cashiers);
  guessers.merge(other.guessers);
  branch_days.merge(other.branch_days);
  readings.merge(other.readings);
  pendings.merge(other.pendings);
  owners_pendings.merge(other.owners_pendings);
  items_pendings.merge(other.items_pendings);
  replies.merge(other.replies);
  memberships.merge(other.memberships);
  cards.merge(other.cards);
  const auto merge_since = [](auto& ours, const auto& theirs) {
    for (const auto& [member, since] : theirs) {
      const auto [known, fresh] = ours.emplace(member, since);
      if (!fresh) known->second = std::min(known->second, since);
    }
  };
  merge_since(moves, other.moves);
  merge_since(transfers, other.transfers);
  merge_since(disputes, other.disputes);
  merge_since(sales, other.sales);
  merge_since(letters, other.letters);
  candidates.insert(candidates.end(), other.candidates.begin(), other.candidates.end());
  tills.merge(other.tills);
  const auto has_bills = [](const Needs& one) { return !one.bills.empty() || !one.holds.empty(); };
  if (has_bills(other))
    bills_since = has_bills(*this) ? std::min(bills_since, other.bills_since) : other.bills_since;
  bills.merge(other.bills);
  for (const auto& [member, span] : other.payments) {
    const auto [known, fresh] = payments.emplace(member, span);
    if (fresh) continue;
    known->second.from = std::min(known->second.from, span.from);
    known->second.until = std::max(known->second.until, span.until);
  }
  redemptions.merge(other.redemptions);
  holds.merge(other.holds);
  if (!other.holders.empty())
    holders_since = holders.empty() ? other.holders_since : std::min(holders_since, other.holders_since);
  holders.merge(other.holders);
  refunded.merge(other.refunded);
  refunded_bills.merge(other.refunded_bills);
  references.merge(other.references);
  profiles.merge(other.profiles);
  thanked.merge(other.thanked);
  strangers.merge(other.strangers);
  for (const auto& [member, days] : other.behaviours) {
    const auto [known, fresh] = behaviours.emplace(member, days);
    if (fresh) continue;
    known->second.earliest = std::min(known->second.earliest, days.earliest);
    known->second.latest = std::max(known->second.latest, days.latest);
  }
  ranks.merge(other.ranks);
  owners_ranks.merge(other.owners_ranks);
  periods.merge(other.periods);  // those of one club are the same
  offer_uses.merge(other.offer_uses);
  budgets.merge(other.budgets);
  gift_accounts.merge(other.gift_accounts);
  tags.merge(other.tags);
  survey_scores.merge(other.survey_scores);
  member_events.merge(other.member_events);
  rated_purchases.merge(other.rated_purchases);
  for (auto& [club, key] : other.offer_desks) {
    const auto [known, fresh] = offer_desks.try_emplace(club, key);
    if (fresh) continue;
    known->second.tiers.merge(key.tiers);
    known->second.all = known->second.all || key.all;
  }
}

}  // namespace peyk::handlers
