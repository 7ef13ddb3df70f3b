// What a decision is given besides facts: the time, chance, the clubs and the texts. All of it passed in, so
// a decision can be replayed to the letter.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "handlers/directory.hpp"
#include "handlers/rules/units.hpp"
#include "templates/catalogue.hpp"
#include "templates/keywords.hpp"

namespace peyk::handlers {

class Chance {
 public:
  virtual ~Chance() = default;
  virtual std::uint64_t random() = 0;   // 64 fresh bits of a cryptographic generator
  virtual std::uint64_t next_id() = 0;  // larger than any before it from this source; unique in the database
};

// True if the PIN is the one that was hashed. Slow by design; the caller may remember the answer.
using PinCheck = std::function<bool(std::string_view pin_hash, std::string_view pin)>;

struct Setting {
  const Directory& directory;
  const templates::Keywords& keywords;
  const templates::Catalogue& catalogue;
  Chance& chance;
  const PinCheck& pin_matches;
  rules::Instant now;
};

}  // namespace peyk::handlers
