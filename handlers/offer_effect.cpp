#include "handlers/offer_effect.hpp"

#include <algorithm>

#include "handlers/rules/offer_draws.hpp"

namespace peyk::handlers {
namespace {

// Of the mean of what a member spent: its variance over the members. Nothing here is beyond 128 bits: the
// squares of parts are at most the square of their sum, which has 126.
SpentSquares squared_error(const EffectGroup& group) {
  const SpentSquares members = group.members, sum = static_cast<SpentSquares>(group.spent);
  const SpentSquares mean_part = sum * sum / members;
  return (group.spent_squares - std::min(group.spent_squares, mean_part)) / (members - 1) / members;
}

}  // namespace

rules::Amount spent_a_member(const EffectGroup& group) {
  return group.members == 0 ? 0 : group.spent / static_cast<rules::Amount>(group.members);
}

EffectVerdict verdict_of(const EffectGroup& with, const EffectGroup& held_out) {
  if (held_out.members == 0) return EffectVerdict::not_measured;
  if (std::min(with.members, held_out.members) < kEffectGroupMin) return EffectVerdict::too_few;
  const rules::Amount more = spent_a_member(with) - spent_a_member(held_out);
  const auto size = static_cast<SpentSquares>(more < 0 ? -more : more);
  if (size * size / 4 <= squared_error(with) + squared_error(held_out)) return EffectVerdict::chance;
  return more > 0 ? EffectVerdict::more : EffectVerdict::less;
}

EffectOfOffer::EffectOfOffer(rules::Offer offer, rules::Instant from, rules::Instant until)
    : offer_(std::move(offer)), from_(from), until_(until) {}

void EffectOfOffer::member(MemberId id, std::span<const RecordedPurchase> purchases,
                           std::optional<rules::Amount> given) {
  const bool known = std::ranges::any_of(purchases, [this](const auto& one) { return one.at < from_; });
  if (!known) return;
  EffectGroup& group = rules::is_held_out(offer_, id) ? held_out_ : with_;
  const std::uint64_t before = group.purchases;
  rules::Amount spent = 0;
  for (const RecordedPurchase& one : purchases) {
    const rules::Amount stays = one.amount - one.discount - one.refunded;
    if (one.at < from_ || one.at >= until_ || stays <= 0) continue;
    ++group.purchases;
    spent += stays;
  }
  group.spent += spent;
  group.spent_squares += static_cast<SpentSquares>(spent) * static_cast<SpentSquares>(spent);
  ++group.members;
  group.buyers += group.purchases > before ? 1 : 0;
  group.got += given ? 1 : 0;
  group.given += given.value_or(0);
}

}  // namespace peyk::handlers
