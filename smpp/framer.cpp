#include "smpp/framer.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace peyk::smpp {
namespace {

// The first four.
std::uint32_t load_u32(std::string_view octets) {
  assert(octets.size() >= 4);
  unsigned char four[4];
  std::memcpy(four, octets.data(), sizeof four);
  return std::uint32_t{four[0]} << 24 | std::uint32_t{four[1]} << 16 | std::uint32_t{four[2]} << 8 | four[3];
}

}  // namespace

Framer::Cut Framer::next(std::string_view& bytes, std::string_view& frame) {
  if (broken_) return Cut::broken;
  if (given_) {
    partial_.clear();
    given_ = false;
  }
  // The length is believed only with the whole header, so that what follows does not depend on how reads were
  // cut.
  if (partial_.empty() && bytes.size() >= kHeaderOctets) {
    const std::uint32_t length = load_u32(bytes);
    if (!is_legal(length)) return refuse(bytes);
    if (bytes.size() >= length) {
      frame = bytes.substr(0, length);
      bytes.remove_prefix(length);
      return Cut::frame;
    }
  }
  if (!fill(bytes, kHeaderOctets)) return Cut::need_more;
  const std::uint32_t length = load_u32(partial_);
  if (!is_legal(length)) return refuse(partial_);
  if (!fill(bytes, length)) return Cut::need_more;
  frame = partial_;
  given_ = true;
  return Cut::frame;
}

bool Framer::is_legal(std::uint32_t length) const {
  return length >= kHeaderOctets && length <= frame_octets_max_;
}

bool Framer::fill(std::string_view& bytes, std::size_t octets) {
  if (partial_.size() < octets) {
    const std::size_t taken = std::min(octets - partial_.size(), bytes.size());
    partial_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
  }
  return partial_.size() >= octets;
}

Framer::Cut Framer::refuse(std::string_view header) {
  broken_ = true;
  // A greeting of another protocol has no sequence_number.
  const bool smpp = is_known(static_cast<CommandId>(load_u32(header.substr(4))));
  broken_sequence_number_ = smpp ? load_u32(header.substr(12)) : 0;
  return Cut::broken;
}

}  // namespace peyk::smpp
