// Receipts out of any text: an id is never empty nor too long, and a date is a moment that exists.
#include <cstdint>
#include <cstdlib>

#include "smpp/receipt.hpp"

namespace {

void expect(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace peyk::smpp;
  if (size < 2) return 0;
  DeliverSm pdu;
  pdu.esm_class = data[0];
  pdu.short_message.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  if ((data[0] & 1) != 0) pdu.tlvs = {{tag::receipted_message_id, pdu.short_message.substr(0, data[0])}};
  const auto receipt = parse_receipt(pdu);
  if (!receipt) return 0;
  expect(!receipt->id.empty() && receipt->id.size() <= 64);
  expect(receipt->done_date.empty() || receipt->done_date.size() == 10 || receipt->done_date.size() == 12);
  expect(receipt->done_date.empty() || local_time_of({receipt->done_date, {}}));
  expect(receipt->text_id.value_or("").size() <= 64);
  return 0;
}
