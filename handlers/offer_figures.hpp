// What offers did in a while, in a few figures: what they gave to whom, and where some members are held out,
// how these buy beside the others.
//
//   each night: [store/mysql/offer_effects.hpp] -> OfferFigures, part of the club's programme -> EFFECT of a
//   manager (effect_told.hpp), GET /v1/offers
//
// The comparison is EffectOfOffer's (offer_effect.hpp), as `peykctl offers effect` has it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "handlers/rules/units.hpp"

namespace peyk::handlers {

// Whether those with the offer spend otherwise than those held out, and by more than chance would.
enum class EffectVerdict : std::uint8_t { not_measured, too_few, chance, more, less };

struct OfferFigures {
  std::uint32_t offer = 0;
  std::string name, title;
  bool is_over = false;            // no version of it was in force any more
  rules::Instant from{}, until{};  // of its time in these days
  std::uint64_t uses = 0;          // purchases and occasions on which it gave
  std::uint64_t members = 0;       // to whom
  rules::Amount given = 0;         // discount, credit and gifts
  rules::Amount used = 0;          // of it, what cost the club something already: discount, credit redeemed
  std::uint64_t with_members = 0;  // who had bought before; of them those who might have it
  std::uint64_t held_out = 0;      // and those who might not
  rules::Amount with_spent = 0, held_out_spent = 0;
  EffectVerdict verdict = EffectVerdict::not_measured;
  bool operator==(const OfferFigures&) const = default;
};

inline constexpr std::size_t kOfferFiguresMax = 50;  // of a club: those that gave most

}  // namespace peyk::handlers
