// Receipts out of any text, in a deliver_sm and in a data_sm: an id is never too long, nor empty without a
// reference, a date is a moment that exists; and the receipt that we write of one is read as the same.
#include <algorithm>
#include <cctype>
#include <cstdint>

#include "smpp/receipt.hpp"
#include "tests/fuzz/check.hpp"

namespace {

using namespace peyk::smpp;
using peyk::tests::fuzz::expect;

bool is_date(const std::string& date) {
  return date.empty() || ((date.size() == 10 || date.size() == 12) && local_time_of({date, {}}));
}

void expect_written_alike(const Receipt& receipt) {
  if (receipt.id.empty() ||
      !std::ranges::all_of(receipt.id, [](unsigned char c) { return std::isalnum(c) != 0; }))
    return;
  DeliverSm pdu;
  write_receipt(pdu, {.id = receipt.id, .state = receipt.state, .done_date = receipt.done_date});
  const auto again = parse_receipt(pdu);
  expect(again && again->id == receipt.id && again->state == receipt.state);
  expect(!again->state_conflict && !again->intermediate);
}

void expect_receipt(const Receipt& receipt) {
  expect(receipt.id.size() <= 64 && (!receipt.id.empty() || receipt.reference != 0));
  expect(is_date(receipt.submit_date) && is_date(receipt.done_date));
  expect(receipt.text_id.value_or("").size() <= 64);
  expect_written_alike(receipt);
}

}  // namespace

// esm_class (its lowest bit: with receipted_message_id; the next: with message_state; both: with
// user_message_reference too), then the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  DeliverSm deliver;
  deliver.esm_class = data[0];
  deliver.short_message.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  if ((data[0] & 1) != 0) deliver.tlvs = {{tag::receipted_message_id, deliver.short_message.substr(0, 70)}};
  if ((data[0] & 2) != 0) set_u8(deliver.tlvs, tag::message_state, data[size - 1]);
  if ((data[0] & 3) == 3) set_u16(deliver.tlvs, tag::user_message_reference, data[size - 1]);
  DataSm by_data_sm{.esm_class = deliver.esm_class, .tlvs = deliver.tlvs};
  set_octets(by_data_sm.tlvs, tag::message_payload, deliver.short_message);

  const auto receipt = parse_receipt(deliver);
  const auto by_data = parse_receipt(by_data_sm);
  expect(receipt.has_value() == by_data.has_value());
  expect(!receipt || (receipt->id == by_data->id && receipt->state == by_data->state));
  if (receipt) expect_receipt(*receipt);
  if (const auto alone = parse_receipt_text(deliver.short_message)) expect_receipt(*alone);
  return 0;
}
