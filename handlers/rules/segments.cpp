#include "handlers/rules/segments.hpp"

#include <stdexcept>

namespace peyk::rules {

SegmentMask segments_of(std::span<const Segment> segments, const Measures& measures) {
  if (segments.size() > kSegmentsMax) throw std::length_error("segments: more than can be asked of");
  SegmentMask mask = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (all_hold(segments[i].when, measures)) mask |= SegmentMask{1} << i;
  }
  return mask;
}

std::vector<std::string> contradictions(const Segment& segment) {
  std::vector<std::string> wrong = contradictions(std::span(segment.when));
  for (const Condition& condition : segment.when) {
    if (!condition.words.empty() && condition.set == WordSet::segment)
      wrong.emplace_back("segment: segments do not stand on each other");
  }
  return wrong;
}

}  // namespace peyk::rules
