// A byte stream gives the same frames however its reads are cut, keeps no more than one frame of it, and once
// it makes no sense it never does again.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "smpp/framer.hpp"
#include "tests/fuzz/check.hpp"

namespace {

using namespace peyk::smpp;
using peyk::tests::fuzz::expect;

struct Seen {
  std::vector<std::string> frames;
  bool broken = false, partial = false;
  std::uint32_t broken_sequence_number = 0;
  bool operator==(const Seen&) const = default;
};

Seen read(std::string_view stream, std::size_t piece, std::size_t frame_octets_max) {
  Seen seen;
  Framer framer(frame_octets_max);
  while (!stream.empty() && !seen.broken) {
    std::string_view bytes = stream.substr(0, piece);
    stream.remove_prefix(bytes.size());
    for (;;) {
      std::string_view frame;
      const Framer::Cut cut = framer.next(bytes, frame);
      if (cut != Framer::Cut::frame) {
        seen.broken = cut == Framer::Cut::broken;
        break;
      }
      expect(frame.size() >= kHeaderOctets && frame.size() <= frame_octets_max);
      seen.frames.emplace_back(frame);
    }
    expect(seen.broken || bytes.empty());
  }
  seen.partial = framer.has_partial();
  if (seen.broken) {
    seen.partial = false;
    seen.broken_sequence_number = framer.broken_sequence_number();
    std::string_view more("\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x01", 16), frame;
    expect(framer.next(more, frame) == Framer::Cut::broken);
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = data[0] + std::size_t{1};
  const std::size_t frame_octets_max = kHeaderOctets + data[1] * std::size_t{16};
  const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Seen whole = read(stream, size, frame_octets_max);
  expect(read(stream, piece, frame_octets_max) == whole);
  std::size_t at = 0;
  for (const std::string& frame : whole.frames) {
    expect(stream.substr(at, frame.size()) == frame);
    at += frame.size();
  }
  expect(whole.broken || whole.partial == (at < stream.size()));
  return 0;
}
