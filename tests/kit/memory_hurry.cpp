// No stale code leaves: what every text of every conversation is held to (docs/decisions/0039).
//
// Most codes live for weeks and most texts for hours, so a text that forgets its code's end would hardly ever
// be seen. So each request is decided once more on the side, by a store in which all that lives ends in a
// minute and what is given is good today only.
#include <gtest/gtest.h>

#include <algorithm>

#include "handlers/codes_in_text.hpp"
#include "tests/kit/memory_store.hpp"

namespace peyk::tests {
namespace {

using namespace handlers;

// It was taken, handed over or undone just now: who did that hears it, whatever becomes of the code.
bool was_used(const Outcome& outcome) {
  return std::ranges::any_of(outcome.effects, [](const Effect& effect) {
    return std::holds_alternative<TakeFromLot>(effect) || std::holds_alternative<VoidRedemption>(effect) ||
           std::holds_alternative<HandOver>(effect) || std::holds_alternative<TakeItemBack>(effect);
  });
}

}  // namespace

MemoryStore MemoryStore::hurried(rules::Instant now) const {
  MemoryStore hurry = *this;
  std::vector<Club> clubs = directory_->clubs();
  for (Club& club : clubs) {
    club.policy.credit_valid_days = 0;
    for (rules::Offer& offer : club.programme.offers) {
      for (rules::OfferEffect& effect : offer.then) effect.valid_days = 0;
    }
  }
  hurry.directory_ = std::make_shared<const Directory>(std::move(clubs));
  for (auto& [id, lot] : hurry.lots_) {
    if (lot.expires_at > now) lot.expires_at = std::min(lot.expires_at, now + std::chrono::minutes{1});
  }
  return hurry;
}

void MemoryStore::expect_texts_end_with_codes(const Outcome& outcome, rules::Instant now) const {
  std::vector<OutgoingText> texts = outcome.texts;
  if (outcome.if_not_shown) texts.push_back(*outcome.if_not_shown);
  const bool used = was_used(outcome);
  for (const OutgoingText& text : texts) {
    if (used && text.lane == Lane::urgent) continue;
    const auto numbers = numbers_like_codes(text.text);
    for (const auto& [id, code] : codes_) {
      if (code.club != text.club || code.state != CodeState::live || lots_.at(code.lot).expires_at <= now ||
          std::ranges::find(numbers, code.number) == numbers.end())
        continue;
      // Whoever names a stranger's is told nothing of it.
      const PhoneNumber owner = members_.at(code.member).phone;
      if (owner != 0 && owner != text.to && directory_->cashier(text.club, text.to) == nullptr) continue;
      EXPECT_LE(text.valid_until, lots_.at(code.lot).expires_at)
          << "may be sent after its code has ended: " << text.text;
    }
  }
}

}  // namespace peyk::tests
