// Any frame is read or refused; what was read can be described and checked; and what is written of it reads
// back as the same PDU.
#include <cstdint>

#include "smpp/check.hpp"
#include "smpp/pdu.hpp"
#include "tests/fuzz/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace peyk::smpp;
  using peyk::tests::fuzz::expect;
  if (size < kHeaderOctets - 4 || size > kFrameOctetsMax - 4) return 0;
  std::string frame;
  for (const unsigned shift : {24u, 16u, 8u, 0u}) frame += static_cast<char>((size + 4) >> shift & 0xFF);
  frame.append(reinterpret_cast<const char*>(data), size);
  const auto pdu = decode(frame);
  if (!pdu) {
    expect(pdu.error().command_status != ESME_ROK && !pdu.error().text().empty());
    return 0;
  }
  expect(!describe(*pdu).empty() && check(*pdu).command_status <= 0xFFFF);
  std::string again;
  if (encode(*pdu, again)) {
    // A response may hold a string that was too long for the wire and was taken all the same.
    expect(is_response(pdu->command_id) && again.empty());
    return 0;
  }
  const auto second = decode(again);
  expect(second && *second == *pdu);
  // A Pdu that was used before is filled no differently.
  Pdu used = *second;
  expect(!decode(frame, used) && used == *pdu);
  return 0;
}
