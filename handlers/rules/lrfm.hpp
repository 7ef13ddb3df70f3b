// Length, Recency, Frequency, Monetary: each a score of 1 to 5, told by four bounds.
//
// The bounds are the club's own quintiles (recomputed each night) or stand in its file. They are sixteen
// integers; a score is a pure function of them, of her behaviour and of the day. So nothing is written for a
// member when the club's are recomputed, nobody's row is locked, and a score can always be explained.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "handlers/rules/behaviour.hpp"

namespace peyk::rules {

// Ascending. A value has the score 1 and one more for each bound that it has reached.
using Bounds = std::array<std::int64_t, 4>;
struct LrfmBounds {
  Bounds length_days{};
  Bounds days_away{};  // of the recency, where less is better: a value has 5 and one less for each it has
                       // reached
  Bounds visits{};
  Bounds spent{};
  bool operator==(const LrfmBounds&) const = default;
};

// Beside the scores a place by spending, in percent: 99 bounds, the least values below which lie one, two ..
// ninety-nine hundredths of the members.
using SpendPlaces = std::array<std::int64_t, 99>;
// 1: among the hundredth that spent most, to 100.
int top_percent(Amount spent, const SpendPlaces& places);

// 1 to 5 each; all 0: she has never bought.
struct Scores {
  std::uint8_t length = 0, recency = 0, frequency = 0, monetary = 0;
  bool operator==(const Scores&) const = default;
};

Scores scores_of(const Behaviour& behaviour, DayNumber today, const LrfmBounds& bounds);

// What the quintiles of a club are made of: one value a member with at least one visit.
class Quintiles {
 public:
  void reserve(std::size_t members);
  void add(const Behaviour& behaviour, DayNumber today);
  std::size_t members() const { return spent_.size(); }
  // A bound is the least value below which lie one, two, three, four fifths of the members: so equal values
  // have equal scores, and a crowd at the low end (all who came once) has the low score. With fewer than five
  // members the bounds are those of who is there; with none all are 0. Reorders what it holds.
  LrfmBounds bounds();
  // Likewise.
  SpendPlaces places();

 private:
  std::vector<std::int32_t> length_days_, days_away_;
  std::vector<std::uint32_t> visits_;
  std::vector<Amount> spent_;
};

}  // namespace peyk::rules
