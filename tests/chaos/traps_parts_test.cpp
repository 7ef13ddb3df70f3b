// Trap 6 on the running gateway: parts of long texts, interleaved, doubled, with the gateway killed in
// between.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "smpp/parts.hpp"
#include "smpp/pdu.hpp"
#include "tests/chaos/crowd.hpp"
#include "tests/kit/stack.hpp"
#include "tests/kit/vectors.hpp"

namespace peyk::tests::traps_parts_test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kFirstPhone = "989120000001";
constexpr const char* kSecondPhone = "989120000002";

// A message as the carrier hands it over, on each link. With UDHI where `header` is not empty.
void send(Stack& stack, const std::string& phone, const std::string& header, const std::string& text,
          smpp::Tlvs tlvs = {}) {
  static std::uint32_t sequence_number = 0x10000;
  smpp::DeliverSm deliver{.source_addr_ton = 1,
                          .source_addr_npi = 1,
                          .source_addr = phone,
                          .dest_addr_npi = 1,
                          .destination_addr = Stack::line(),
                          .esm_class = header.empty() ? std::uint8_t{0} : smpp::esm_class::udhi,
                          .short_message = header + text,
                          .tlvs = std::move(tlvs)};
  const smpp::Pdu pdu{
      .command_id = smpp::CommandId::deliver_sm, .sequence_number = ++sequence_number, .body = deliver};
  std::string octets;
  ASSERT_FALSE(smpp::encode(pdu, octets));
  stack.carrier().ask({{"do", "fault"}, {"what", "send_raw"}, {"hex", to_hex(octets)}});
}

void send_part(Stack& stack, const std::string& phone, std::uint16_t reference, std::uint8_t seq,
               const std::string& text, smpp::RefWidth width = smpp::RefWidth::bits8) {
  send(stack, phone, smpp::build_udh(reference, width, 2, seq), text);
}

void send_sar(Stack& stack, const std::string& phone, std::uint16_t reference, std::uint8_t seq,
              const std::string& text) {
  smpp::Tlvs tlvs;
  smpp::write_sar(tlvs, {reference, smpp::RefWidth::bits16, 2, seq});
  send(stack, phone, "", text, std::move(tlvs));
}

bool kept(Stack& stack, long parts) {
  return eventually(60s, [&] { return count(stack, "SELECT COUNT(*) FROM mo_part") == parts; });
}

TEST(Trap06, parts_of_two_phones_survive_a_restart_and_are_said_once_each) {
  Stack stack;
  // One reference, 0, for both; the last part first, and doubled.
  send_part(stack, kFirstPhone, 0, 2, "IN");
  send_part(stack, kSecondPhone, 0, 1, "HE");
  send_part(stack, kFirstPhone, 0, 2, "IN");
  ASSERT_TRUE(kept(stack, 2));
  stack.kill_gateway();
  stack.start_gateway();
  send_part(stack, kFirstPhone, 0, 1, "JO");
  EXPECT_EQ(stack.carrier().inbox(kFirstPhone, 0, 60s).size(), 1U);
  EXPECT_EQ(count(stack, std::string("SELECT COUNT(*) FROM member WHERE phone = ") + kFirstPhone), 1);
  EXPECT_EQ(count(stack, "SELECT COUNT(*) FROM member"), 1);
  send_part(stack, kSecondPhone, 0, 2, "LP");
  EXPECT_EQ(stack.carrier().inbox(kSecondPhone, 0, 60s).size(), 1U);

  // Both are done: a part that comes again is acknowledged and begins nothing, also after another restart.
  EXPECT_TRUE(eventually(
      60s, [&] { return count(stack, "SELECT COUNT(*) FROM mo_text WHERE done_at IS NULL") == 0; }));
  send_part(stack, kFirstPhone, 0, 1, "JO");
  stack.kill_gateway();
  stack.start_gateway();
  send_part(stack, kFirstPhone, 0, 2, "IN");
  // A text behind them has been heard: so have they.
  ASSERT_TRUE(stack.carrier().mo(kSecondPhone, stack.line(), "JOIN").ok);
  EXPECT_EQ(stack.carrier().inbox(kFirstPhone).size(), 1U);
  EXPECT_EQ(count(stack, "SELECT COUNT(*) FROM mo_text WHERE done_at IS NULL"), 0);

  // The reference comes round with another text.
  send_part(stack, kFirstPhone, 0, 1, "HE");
  send_part(stack, kFirstPhone, 0, 2, "LP");
  EXPECT_TRUE(eventually(60s, [&] { return stack.carrier().inbox(kFirstPhone).size() == 2; }));
}

long members(Stack& stack, const std::string& phone) {
  return count(stack, "SELECT COUNT(*) FROM member WHERE phone = " + phone);
}

TEST(Trap06, parts_by_16_bits_by_sar_and_behind_a_port_are_joined_last_first) {
  Stack stack;
  const std::string wide = "989120000011", sar = "989120000012", port = "989120000013";
  const std::string behind_port("\x0B\x05\x04\x0B\x84\x0B\x84\x00\x03\x07\x02", 11);
  for (const bool last : {true, false}) {
    const std::uint8_t seq = last ? 2 : 1;
    const std::string text = last ? "IN" : "JO";
    send_part(stack, wide, 0x0107, seq, text, smpp::RefWidth::bits16);
    send_sar(stack, sar, 0x0107, seq, text);
    send(stack, port, behind_port + static_cast<char>(seq), text);
  }
  for (const std::string& phone : {wide, sar, port}) {
    EXPECT_EQ(stack.carrier().inbox(phone, 0, 60s).size(), 1U) << phone << "\n" << stack.gateway_log();
    EXPECT_EQ(members(stack, phone), 1) << phone;
  }
}

TEST(Trap06, one_number_as_an_8_bit_and_as_a_16_bit_reference_are_two_texts) {
  Stack stack;
  send_part(stack, kFirstPhone, 7, 1, "JO");
  send_part(stack, kFirstPhone, 7, 2, "LP", smpp::RefWidth::bits16);
  ASSERT_TRUE(kept(stack, 2));
  EXPECT_EQ(count(stack, "SELECT COUNT(*) FROM mo_text"), 2);
  send_part(stack, kFirstPhone, 7, 1, "HE", smpp::RefWidth::bits16);
  send_part(stack, kFirstPhone, 7, 2, "IN");
  EXPECT_TRUE(eventually(60s, [&] { return stack.carrier().inbox(kFirstPhone).size() == 2; }))
      << stack.gateway_log();
  EXPECT_EQ(members(stack, kFirstPhone), 1);
}

TEST(Parts, that_cannot_be_kept_are_refused_for_now_and_taken_when_they_come_again) {
  Stack stack;
  stack.query("RENAME TABLE mo_part TO mo_part_away");
  send_part(stack, kFirstPhone, 9, 1, "JO");
  EXPECT_TRUE(
      eventually(60s, [&] { return stack.gateway_log().find("part_not_saved") != std::string::npos; }));
  ASSERT_TRUE(stack.carrier().mo(kSecondPhone, stack.line(), "JOIN").ok) << "others are taken meanwhile";
  stack.query("RENAME TABLE mo_part_away TO mo_part");
  send_part(stack, kFirstPhone, 9, 1, "JO");
  send_part(stack, kFirstPhone, 9, 2, "IN");
  EXPECT_EQ(stack.carrier().inbox(kFirstPhone, 0, 60s).size(), 1U) << stack.gateway_log();
  EXPECT_EQ(members(stack, kFirstPhone), 1);
}

}  // namespace
}  // namespace peyk::tests::traps_parts_test
