// Trap 6 on the running gateway: parts of long texts, interleaved, doubled, with the gateway killed in
// between.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "smpp/parts.hpp"
#include "smpp/pdu.hpp"
#include "tests/kit/stack.hpp"
#include "tests/kit/vectors.hpp"

namespace peyk::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* kFirstPhone = "989120000001";
constexpr const char* kSecondPhone = "989120000002";

// A part as the carrier hands it over, on each link.
void send_part(Stack& stack, const std::string& phone, std::uint16_t reference, std::uint8_t seq,
               const std::string& text) {
  static std::uint32_t sequence_number = 0x10000;
  smpp::DeliverSm deliver{.source_addr_ton = 1,
                          .source_addr_npi = 1,
                          .source_addr = phone,
                          .dest_addr_npi = 1,
                          .destination_addr = Stack::line(),
                          .esm_class = smpp::esm_class::udhi,
                          .short_message = smpp::build_udh(reference, smpp::RefWidth::bits8, 2, seq) + text};
  const smpp::Pdu pdu{
      .command_id = smpp::CommandId::deliver_sm, .sequence_number = ++sequence_number, .body = deliver};
  std::string octets;
  ASSERT_FALSE(smpp::encode(pdu, octets));
  stack.carrier().ask({{"do", "fault"}, {"what", "send_raw"}, {"hex", to_hex(octets)}});
}

long count(Stack& stack, const std::string& sql) {
  return std::stol(stack.query(sql));
}

bool kept(Stack& stack, long parts) {
  return eventually(20s, [&] { return count(stack, "SELECT COUNT(*) FROM mo_part") == parts; });
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
  EXPECT_EQ(stack.carrier().inbox(kFirstPhone, 0, 20s).size(), 1U);
  EXPECT_EQ(count(stack, std::string("SELECT COUNT(*) FROM member WHERE phone = ") + kFirstPhone), 1);
  EXPECT_EQ(count(stack, "SELECT COUNT(*) FROM member"), 1);
  send_part(stack, kSecondPhone, 0, 2, "LP");
  EXPECT_EQ(stack.carrier().inbox(kSecondPhone, 0, 20s).size(), 1U);

  // Both are done: a part that comes again is acknowledged and begins nothing, also after another restart.
  EXPECT_TRUE(eventually(
      10s, [&] { return count(stack, "SELECT COUNT(*) FROM mo_text WHERE done_at IS NULL") == 0; }));
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
  EXPECT_TRUE(eventually(10s, [&] { return stack.carrier().inbox(kFirstPhone).size() == 2; }));
}

}  // namespace
}  // namespace peyk::tests
