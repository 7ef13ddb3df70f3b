// Traps 4 and 5, as far as one PDU shows them: every dialect gives one record, and a text is no receipt.
#include <gtest/gtest.h>

#include "gateway/inbound_receipts.hpp"
#include "smpp/receipt.hpp"

namespace peyk::tests::traps_receipts_test {
namespace {

using namespace smpp;
using namespace std::chrono_literals;

DeliverSm receipt_saying(std::string text, std::uint8_t esm = esm_class::mc_delivery_receipt) {
  DeliverSm pdu{.source_addr = "989120000101", .destination_addr = "30001234"};
  pdu.esm_class = esm;
  pdu.short_message = std::move(text);
  return pdu;
}

std::string utf16(std::string_view ascii, bool big, bool marked) {
  std::string octets = !marked ? "" : big ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : ascii) {
    if (big) octets += '\0';
    octets += c;
    if (!big) octets += '\0';
  }
  return octets;
}

TEST(Trap04, every_dialect_gives_the_same_record) {
  const std::vector<std::string> dialects = {
      "id:1891273321 sub:001 dlvrd:001 submit date:2611211947 done date:2611212003 stat:UNDELIV err:027 "
      "text:hi",
      "id:1891273321 done date:2611212003 err:027 stat:UNDELIV",
      "stat:UNDELIV err:027 done date:2611212003 id:1891273321",
      "ID:1891273321 DONE DATE:2611212003 STAT:undeliv ERR:027 TEXT:id:1 stat:DELIVRD",
      "id: 1891273321  done  date: 2611212003  stat: UNDELIV  err: 027",
      "id :1891273321 done date :2611212003 stat :UNDELIV err :027",
      "id:1891273321 done date:2611212003stat:UNDELIVerr:027",
      "id:1891273321sub:001dlvrd:000submit date:2611211947done date:2611212003stat:UNDELIVerr:027text:x",
      "id:1891273321, done date:2611212003, stat:UNDELIV, err:027, text:x",
      "id:1891273321;done date:2611212003;stat:UNDELIV;err:027",
      "messageid:1891273321 donedate:2611212003 status:UNDELIVERABLE error:027",
      "id:1891273321 done date:2026-11-21 20:03 stat:UNDELIVERED err:027",
      "id:1891273321 done date:2026/11/21T20:03 stat:FAILED err:027",
      "id:1891273321 done date:21/11/2026 20:03 stat:UNDELIV err:027",
      "id:1891273321 done date:202611212003 stat:UNDELIV err:027",
      "id:1891273321 mcc:432 done date:2611212003 stat:UNDELIV mnc:11 err:027",
      utf16("id:1891273321 done date:2611212003 stat:UNDELIV err:027", true, false),
      utf16("id:1891273321 done date:2611212003 stat:UNDELIV err:027", true, true),
      utf16("id:1891273321 done date:2611212003 stat:UNDELIV err:027", false, false),
      utf16("id:1891273321 done date:2611212003 stat:UNDELIV err:027", false, true),
      utf16("id:1891273321 done date:2611212003 stat:UNDELIV err:027 text:", true, false) +
          "\x06\x33\x06\x44",
      std::string("id:1891273321 done date:2611212003 stat:UNDELIV err:027\0", 56),
  };
  for (const std::string& dialect : dialects) {
    SCOPED_TRACE(dialect);
    const auto receipt = parse_receipt(receipt_saying(dialect));
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->id, "1891273321");
    EXPECT_EQ(receipt->state, ReceiptState::undeliverable);
    EXPECT_EQ(receipt->error(), "027");
    EXPECT_EQ(receipt->done_date, "2611212003");
    EXPECT_TRUE(receipt->final());
  }
}

TEST(Trap04, the_ways_around_the_text_give_it_too) {
  DeliverSm in_payload = receipt_saying("");
  set_octets(in_payload.tlvs, tag::message_payload, "id:77 stat:DELIVRD");
  EXPECT_EQ(parse_receipt(in_payload)->id, "77");

  DataSm as_data;
  as_data.esm_class = esm_class::mc_delivery_receipt;
  set_c_string(as_data.tlvs, tag::receipted_message_id, "77");
  set_u8(as_data.tlvs, tag::message_state, 2);
  EXPECT_EQ(parse_receipt(as_data)->state, ReceiptState::delivered);

  const std::string udh("\x05\x00\x03\x5a\x01\x01", 6);
  EXPECT_EQ(parse_receipt(receipt_saying(udh + "id:77 stat:DELIVRD", 0x44))->id, "77");
  EXPECT_EQ(parse_receipt(receipt_saying("id:77 stat:DELIVRD", 0x07))->id, "77");
  EXPECT_TRUE(parse_receipt(receipt_saying("id:77 stat:DELIVRD", 0x08))->final());
  EXPECT_FALSE(parse_receipt(receipt_saying("id:77 stat:DELIVRD", 0x20))->final()) << "intermediate";

  DeliverSm coded = receipt_saying("id:77 stat:UNDELIV");
  set_octets(coded.tlvs, tag::network_error_code, std::string("\x03\x00\x1b", 3));
  EXPECT_EQ(parse_receipt(coded)->error(), "27");
  set_octets(coded.tlvs, tag::network_error_code, "021");
  EXPECT_EQ(parse_receipt(coded)->error(), "21") << "three digits";
}

TEST(Trap04, what_names_no_message_or_no_state_is_no_record) {
  for (const char* text : {"", "hello", "id:1", "stat:DELIVRD", "id: stat:DELIVRD", "id:1 stat: err:0",
                           "text:id:1 stat:DELIVRD", "1,2,3,4,5,6,7", "00,2611212003,2611211947,,x,y,z"}) {
    EXPECT_FALSE(parse_receipt(receipt_saying(text))) << text;
  }
  EXPECT_FALSE(parse_receipt(receipt_saying("id:" + std::string(65, '1') + " stat:DELIVRD")));
}

TEST(Trap04, the_time_is_the_carriers_clock_where_it_can_be_believed) {
  const rules::Instant received = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 16h + 40min;
  const auto done = [received](const char* date) {
    const auto receipt = parse_receipt(receipt_saying("id:1 stat:DELIVRD done date:" + std::string(date)));
    return gateway::done_at(*receipt, "Asia/Tehran", received);
  };
  const rules::Instant in_tehran = received - 7min;  // 20:03 is 16:33 in UTC
  EXPECT_EQ(done("2611212003"), in_tehran);
  EXPECT_EQ(done("261121200305"), in_tehran + 5s);
  EXPECT_EQ(done("20261121200305"), in_tehran + 5s);
  EXPECT_EQ(done("2026-11-21 20:03:05"), in_tehran + 5s);
  EXPECT_EQ(done("2026-11-21T16:33:05Z"), in_tehran + 5s);
  EXPECT_EQ(done("2026-11-21T20:03:05+03:30"), in_tehran + 5s);
  EXPECT_EQ(done("261121200305014+"), in_tehran + 5s);
  EXPECT_EQ(done("261121163305000+"), in_tehran + 5s);
  for (const char* unbelievable : {"", "2613212003", "2611211633999", "2611212233", "2601010000", "1", "x"}) {
    EXPECT_EQ(done(unbelievable), received) << unbelievable;
  }
}

TEST(Trap05, a_members_text_shaped_like_a_receipt_is_a_text) {
  for (const char* typed : {"id:1 stat:DELIVRD",
                            "id:1891273321 sub:001 dlvrd:001 submit date:2611211947 done date:2611212003 "
                            "stat:DELIVRD err:000 text:hi",
                            "00,2611212003,2611211947,,989120000101,20004455,20ac92ef3xy"}) {
    EXPECT_EQ(receipt_kind(receipt_saying(typed, 0)), ReceiptKind::look_alike) << typed;
    EXPECT_EQ(receipt_kind(receipt_saying(typed, esm_class::sme_user_ack)), ReceiptKind::none);
  }
  EXPECT_EQ(receipt_kind(receipt_saying("JOIN", 0)), ReceiptKind::none);
}

TEST(Trap05, but_what_no_phone_can_set_makes_it_a_receipt) {
  DeliverSm pdu = receipt_saying("", 0);
  set_c_string(pdu.tlvs, tag::receipted_message_id, "77");
  EXPECT_EQ(receipt_kind(pdu), ReceiptKind::final_or_progress);
  EXPECT_EQ(receipt_kind(receipt_saying("anything", 0x04)), ReceiptKind::final_or_progress);
  EXPECT_EQ(receipt_kind(receipt_saying("anything", 0x24)), ReceiptKind::final_or_progress);
}

}  // namespace
}  // namespace peyk::tests::traps_receipts_test
