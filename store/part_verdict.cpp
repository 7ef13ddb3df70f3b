#include "store/part_verdict.hpp"

namespace peyk::store {

PartVerdict judge_part(const PartBefore& before, const PartPatience& patience) {
  const bool stale = before.since_begun >= patience.wait_max;
  switch (before.number) {
    case PartBefore::Same::no_such_part:
      return stale ? PartVerdict::begins_anew : PartVerdict::joins;
    case PartBefore::Same::other_text:
      return PartVerdict::begins_anew;
    case PartBefore::Same::same_text:
      break;
  }
  if (!before.since_done) return stale ? PartVerdict::begins_anew : PartVerdict::joins;
  return *before.since_done < patience.done_remembered ? PartVerdict::done_before : PartVerdict::begins_anew;
}

}  // namespace peyk::store
