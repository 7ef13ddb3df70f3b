// Cuts a byte stream into frames by command_length (SMPP 3.4, 3.2), however the reads were cut.
//
// A frame that lies whole in the bytes fed is not copied; at most one incomplete frame is kept, and never
// more than `frame_octets_max` of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "smpp/pdu.hpp"

namespace peyk::smpp {

class Framer {
 public:
  enum class Cut : std::uint8_t {
    frame,      // `frame` is whole, until the next call
    need_more,  // all bytes were taken
    broken,     // command_length is below 16 or above the limit; nothing after it can be trusted
  };

  explicit Framer(std::size_t frame_octets_max = kFrameOctetsMax) : frame_octets_max_(frame_octets_max) {}

  // Takes octets off the front of `bytes`. Once broken, it stays broken.
  Cut next(std::string_view& bytes, std::string_view& frame);

  // The start of a frame is here and its end is not.
  bool has_partial() const { return !partial_.empty() && !given_; }

  // After `broken`: the sequence_number of the bad header; 0 when its command_id makes no sense either.
  std::uint32_t broken_sequence_number() const { return broken_sequence_number_; }

 private:
  bool is_legal(std::uint32_t length) const;
  // Moves octets from `bytes` until partial_ has so many; false when there were too few.
  bool fill(std::string_view& bytes, std::size_t octets);
  Cut refuse(std::string_view header);

  std::size_t frame_octets_max_;
  std::string partial_;
  bool given_ = false;  // partial_ was handed out as a frame and may go
  bool broken_ = false;
  std::uint32_t broken_sequence_number_ = 0;
};

}  // namespace peyk::smpp
