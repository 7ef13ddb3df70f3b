// Segments: named rules over behaviour, scores, profile, tier, tags. Who is in one is never stored to be
// believed: it is asked of her measures, whenever it is asked. At a purchase it is asked of what she was
// before it: who comes back is still of those who stayed away.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/rules/conditions.hpp"

namespace peyk::rules {

struct Segment {
  std::string name;             // [a-z0-9-]{1,40}: stable
  std::string title;            // as people read it; empty: the catalogue's "segment_<name>" if it has one
  std::vector<Condition> when;  // none on segments: they do not stand on each other
  bool operator==(const Segment&) const = default;
};

inline constexpr std::size_t kSegmentsMax = 64;
// Bit i: she is in segments[i].
using SegmentMask = std::uint64_t;
// More than kSegmentsMax: std::length_error.
SegmentMask segments_of(std::span<const Segment> segments, const Measures& measures);

// What is wrong with one by itself, in words. Empty: nothing.
std::vector<std::string> contradictions(const Segment& segment);

// Those that ship ready, by line of business: restaurant, grocery, beauty, clothing. Empty: no such name.
// Who has bought is in exactly one of new, promising, loyal, at-risk, sleeping, lost; champion, big-spender
// and dissatisfied come on top.
std::span<const Segment> usual_segments(std::string_view business);

}  // namespace peyk::rules
