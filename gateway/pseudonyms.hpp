// Names for members that lead nowhere: a keyed hash of the member's number, by a key that is drawn for one
// use, kept nowhere and wiped. The same member has another name in the next export, so two cannot be joined.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace peyk::gateway {

class Pseudonyms {
 public:
  Pseudonyms();  // libsodium must be initialised
  ~Pseudonyms();
  Pseudonyms(const Pseudonyms&) = delete;
  Pseudonyms& operator=(const Pseudonyms&) = delete;

  // 32 hexadecimal digits.
  std::string of(std::uint64_t member) const;

 private:
  std::array<unsigned char, 32> key_{};
};

}  // namespace peyk::gateway
