// Whether a part of a long text belongs to what is kept under its reference, or to another text: a phone
// counts its references round, and a carrier may send a part again. Pure; store/mysql/mo_parts.cpp acts on
// it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace peyk::store {

// A part has come while something else is kept under the same sender, receiver, reference, width and total.
struct PartBefore {
  enum class Same : std::uint8_t { no_such_part, other_text, same_text };
  Same number = Same::no_such_part;                // what is kept under this part's number
  std::chrono::seconds since_begun{0};             // the first part came
  std::optional<std::chrono::seconds> since_done;  // the whole was acted upon
};
struct PartPatience {
  std::chrono::seconds wait_max{86400};        // for the parts that are missing
  std::chrono::seconds done_remembered{3600};  // a carrier may send a part again for so long
};
enum class PartVerdict : std::uint8_t {
  joins,        // of the text that is being put together; also when it is there already
  begins_anew,  // the reference has come round: what is kept is another text
  done_before,  // sent again, of a text that was acted upon: acknowledge it, no more
};
PartVerdict judge_part(const PartBefore& before, const PartPatience& patience);

}  // namespace peyk::store
