// What in a programme is no mistake and yet cannot be meant: conditions that hold whatever happens, an offer
// that another one always beats. Only what is certain is told; what is likely is for a replay to find. One
// thing besides may be, and would be a surprise: that some of them have no place.
//
// A condition is certain to hold if its measure is known whenever such an offer is judged (certain_on), and
// cannot lie outside of what is asked. "Any known score" is none: who never bought has no score.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "handlers/rules/offers.hpp"
#include "handlers/rules/segments.hpp"

namespace peyk::rules {

// What holds of itself when an offer of this occasion is judged. Each also says that its measure is known.
std::vector<Condition> certain_on(Occasion on);

// In words, for who writes it. Empty: nothing.
std::vector<std::string> remarks(const Segment& segment);
std::vector<std::string> remarks(const Offer& offer, std::span<const Segment> segments);

// Of offers on purchases that say `best`, the place of one that fits whenever this one does and gives the
// same way, never less: beside it this one is as good as not there.
std::optional<std::size_t> shadow_of(std::size_t place, std::span<const Offer> offers);

// Offers that say `all` and may come together with so many others that some have no place (kGivenMax).
struct Crowd {
  std::size_t place = 0;   // of the one of them that is left out first
  std::size_t things = 0;  // that all of them give
};
// Of each occasion on which that may be; empty: surely on none. What their conditions say of numbers, of her
// city, of the event and of their days is looked at: two that can never hold together are no crowd.
std::vector<Crowd> crowds(std::span<const Offer> offers);

}  // namespace peyk::rules
