// The disguises of a message id: what a carrier said in submit_sm_resp, and what its receipt calls the same
// message.
//
// Carriers answer in hexadecimal and send receipts in decimal, or the other way round; they pad with zeros,
// change the case, take the dashes out of a UUID (SMPP 3.4 says only "set by the SMSC", 5.2.23). So every id
// has a key, in which case, padding and dashes are gone; the part of a message is stored under the key of its
// id, and a receipt is looked up under at most three keys, one a style. Numbers have any length up to 64
// characters, as on the wire; longer ids are only ever compared as they stand.
//
// Pure: no I/O, no clock.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace peyk::store {

inline constexpr std::size_t kCarrierIdMax = 64;  // SMPP 3.4, 4.4.2: message_id
inline constexpr std::size_t kIdKeyMax = 80;      // 64 hexadecimal digits are 78 decimal ones

// From the response to the receipt.
enum class IdStyle : std::uint8_t {
  same,            // the same number in the same base, or the same word
  hex_to_decimal,  // "70BA8A69" comes back as "1891273321"
  decimal_to_hex,  // the other way round
};
inline constexpr std::size_t kIdStyles = 3;
using IdKeys = std::array<std::string, kIdStyles>;  // by style; empty: not possible, or as good as `same`

// Without case, padding, a leading 0x and the dashes of a UUID. Empty for an id of nothing but spaces.
std::string id_key(std::string_view id);

// The keys under which the response's id may stand, for a receipt that says `receipted`.
IdKeys submitted_keys(std::string_view receipted);
// The keys under which receipts may stand, for a response that said `submitted`.
IdKeys receipted_keys(std::string_view submitted);

// Which style one carrier has, learned from receipts that could mean nothing else. Ids that would fit under
// two styles are decided by it; a carrier that mixes them has none.
class IdHabit {
 public:
  // How often each was seen.
  using Counts = std::array<std::uint32_t, kIdStyles>;
  IdHabit() = default;
  explicit IdHabit(const Counts& counts) : counts_(counts) {}

  // True if it changed anything: what is known well enough is not counted any further.
  bool saw(IdStyle style);
  // Empty: not known yet, or mixed.
  std::optional<IdStyle> usual() const;
  const Counts& counts() const { return counts_; }

 private:
  Counts counts_{};
};

}  // namespace peyk::store
