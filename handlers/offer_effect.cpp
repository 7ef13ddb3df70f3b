#include "handlers/offer_effect.hpp"

#include <algorithm>

#include "handlers/rules/offer_draws.hpp"

namespace peyk::handlers {

EffectOfOffer::EffectOfOffer(rules::Offer offer, rules::Instant from, rules::Instant until)
    : offer_(std::move(offer)), from_(from), until_(until) {}

void EffectOfOffer::member(MemberId id, std::span<const RecordedPurchase> purchases,
                           std::optional<rules::Amount> given) {
  const bool known = std::ranges::any_of(purchases, [this](const auto& one) { return one.at < from_; });
  if (!known) return;
  EffectGroup& group = rules::is_held_out(offer_, id) ? held_out_ : with_;
  const std::uint64_t before = group.purchases;
  for (const RecordedPurchase& one : purchases) {
    const rules::Amount stays = one.amount - one.discount - one.refunded;
    if (one.at < from_ || one.at >= until_ || stays <= 0) continue;
    ++group.purchases;
    group.spent += stays;
  }
  ++group.members;
  group.buyers += group.purchases > before ? 1 : 0;
  group.got += given ? 1 : 0;
  group.given += given.value_or(0);
}

}  // namespace peyk::handlers
