#include "handlers/membership.hpp"

#include <algorithm>

namespace peyk::handlers {
namespace {

bool is_closed(const Club& club) {
  return club.policy.membership == Membership::closed;
}

bool is_invited(const MemberKey& phone, const Facts& facts, rules::Instant now) {
  return std::ranges::any_of(facts.pendings(phone), [&](const Pending* one) {
    return one->key.kind == PendingKind::enrol && is_waiting(*one, now);
  });
}

}  // namespace

Needs needs_joining_by_purchase(const Club& club, const MemberKey& phone) {
  Needs needs;
  if (is_closed(club) && club.policy.join_after_purchases > 0)
    needs.strangers.emplace(phone, club.policy.join_after_purchases);
  return needs;
}

Needs needs_joining(const Club& club, const MemberKey& phone) {
  Needs needs = needs_joining_by_purchase(club, phone);
  if (is_closed(club)) needs.pendings.insert(phone);
  return needs;
}

bool may_join(const Club& club, const MemberKey& phone, const Facts& facts, rules::Instant now) {
  const std::uint32_t wanted = club.policy.join_after_purchases;
  return !is_closed(club) || (wanted > 0 && facts.purchases_of_stranger(phone) >= wanted) ||
         is_invited(phone, facts, now);
}

std::string how_to_join(const Club& club, std::string_view key, Language language, const Setting& setting) {
  return render(
      setting, key, language,
      {{"club", club.name}, {"count", static_cast<std::int64_t>(club.policy.join_after_purchases)}});
}

ByPurchase joining_by_purchase(const Club& club, const MemberKey& phone, const Facts& facts) {
  const std::uint32_t wanted = club.policy.join_after_purchases;
  if (!is_closed(club)) return club.policy.join_on_purchase ? ByPurchase::enrols : ByPurchase::nothing;
  if (wanted == 0) return ByPurchase::nothing;
  const std::uint32_t now = facts.purchases_of_stranger(phone) + 1;
  if (club.policy.join_on_purchase) return now >= wanted ? ByPurchase::enrols : ByPurchase::nothing;
  return now == wanted ? ByPurchase::invites : ByPurchase::nothing;
}

bool counts_strangers(const Club& club) {
  return is_closed(club) ? club.policy.join_after_purchases > 0 : club.policy.join_on_purchase;
}

OutgoingText may_join_now(const Club& club, PhoneNumber phone, const Setting& setting) {
  return text_to(club, phone, Lane::notice,
                 render(setting, "may_join_now", club.language, {{"club", club.name}, {"word", club.word}}),
                 setting.now);
}

}  // namespace peyk::handlers
