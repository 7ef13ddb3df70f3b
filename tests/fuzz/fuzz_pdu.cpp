// Any frame is read or refused; what was read can be described and checked; and what is written of it reads
// back as the same PDU.
#include <cstdint>
#include <cstdlib>

#include "smpp/check.hpp"
#include "smpp/pdu.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace peyk::smpp;
  if (size < kHeaderOctets - 4 || size > kFrameOctetsMax - 4) return 0;
  std::string frame;
  for (const unsigned shift : {24u, 16u, 8u, 0u}) frame += static_cast<char>((size + 4) >> shift & 0xFF);
  frame.append(reinterpret_cast<const char*>(data), size);
  const auto pdu = decode(frame);
  if (!pdu) return 0;
  if (describe(*pdu).empty() || check(*pdu).command_status > 0xFFFF) std::abort();
  std::string again;
  // A response may hold a string that was too long for the wire and was taken all the same.
  if (encode(*pdu, again)) {
    if (!is_response(pdu->command_id)) std::abort();
    return 0;
  }
  const auto second = decode(again);
  if (!second || !(*second == *pdu)) std::abort();
  return 0;
}
