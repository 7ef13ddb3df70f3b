#include <gtest/gtest.h>

#include "gateway/sending.hpp"
#include "smpp/parts.hpp"

namespace peyk::gateway {
namespace {

using namespace std::chrono_literals;

store::QueuedText text_of(std::string text) {
  return {.id = 0x1234, .club = 1, .line = "30001234", .to = 989120000101, .text = std::move(text)};
}

std::string persian(std::size_t letters) {
  std::string text;
  for (std::size_t i = 0; i < letters; ++i) text += "س";
  return text;
}

TEST(Sending, a_short_text_is_one_submit_sm_without_a_header) {
  const CarrierOptions carrier;
  const Sending sending(text_of("Hello"), carrier);
  ASSERT_EQ(sending.part_count(), 1U);
  const smpp::SubmitSm pdu = sending.pdu(0, 3661s, carrier, true);
  EXPECT_EQ(pdu.short_message, "Hello");
  EXPECT_EQ(pdu.esm_class, 0);
  EXPECT_EQ(pdu.data_coding, 0);
  EXPECT_EQ(pdu.source_addr, "30001234");
  EXPECT_EQ(pdu.destination_addr, "989120000101");
  EXPECT_EQ(pdu.registered_delivery, 1);
  EXPECT_EQ(pdu.validity_period, "000000010101000R");  // 1 h 1 min 1 s
  EXPECT_EQ(sending.pdu(0, 1s, carrier, false).registered_delivery, 0);
}

TEST(Sending, a_long_persian_text_carries_the_same_reference_in_each_part) {
  CarrierOptions carrier;
  const Sending sending(text_of(persian(150)), carrier);
  ASSERT_EQ(sending.part_count(), 3U);
  for (std::size_t part = 0; part < 3; ++part) {
    const smpp::SubmitSm pdu = sending.pdu(part, 60s, carrier, true);
    EXPECT_EQ(pdu.data_coding, 8);
    EXPECT_LE(pdu.short_message.size(), 140U);
    const auto message = smpp::read_message(pdu);
    ASSERT_TRUE(message && message->part);
    EXPECT_EQ(*message->part,
              (smpp::Part{1 + 0x1234 % 255, smpp::RefWidth::bits8, 3, static_cast<std::uint8_t>(part + 1)}));
  }
  carrier.long_texts = LongTexts::udh16;
  const auto wide = Sending(text_of(persian(150)), carrier).pdu(0, 60s, carrier, true);
  EXPECT_EQ(smpp::read_message(wide)->part->ref, 1 + 0x1234);
}

TEST(Sending, a_part_that_was_taken_is_not_sent_again) {
  const CarrierOptions carrier;
  Sending sending(text_of(persian(150)), carrier);
  for (std::size_t part = 0; part < 3; ++part) sending.sent(part);
  sending.taken(0, "a");
  sending.returned(1);
  sending.taken(2, "c");
  EXPECT_FALSE(sending.all_taken());
  EXPECT_FALSE(sending.any_sent());
  EXPECT_EQ(sending.part(0), Sending::Part::taken);
  EXPECT_EQ(sending.part(1), Sending::Part::waiting);
  sending.taken(1, "b");
  EXPECT_TRUE(sending.all_taken());
  EXPECT_EQ(sending.carrier_message_ids(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Sending, pauses_double_up_to_a_minute) {
  Sending sending(text_of("x"), CarrierOptions{});
  std::vector<std::int64_t> seconds;
  for (int i = 0; i < 8; ++i) seconds.push_back(sending.next_pause().count() / 1000);
  EXPECT_EQ(seconds, (std::vector<std::int64_t>{1, 2, 4, 8, 16, 32, 60, 60}));
}

}  // namespace
}  // namespace peyk::gateway
