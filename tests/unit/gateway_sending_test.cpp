#include <gtest/gtest.h>

#include <map>
#include <set>

#include "gateway/sending.hpp"
#include "gateway/submit_policy.hpp"
#include "smpp/parts.hpp"
#include "store/mysql/outbox.hpp"

namespace peyk::gateway::gateway_sending_test {
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
  sending.taken(0, "sim", "a");
  sending.returned(1);
  sending.taken(2, "sim", "c");
  EXPECT_FALSE(sending.all_taken());
  EXPECT_FALSE(sending.any_sent());
  EXPECT_TRUE(sending.any_waiting());
  EXPECT_EQ(sending.part(0), Sending::Part::taken);
  EXPECT_EQ(sending.part(1), Sending::Part::waiting);
  sending.taken(1, "other", "b");
  EXPECT_TRUE(sending.all_taken());
  const store::Settled known = sending.take_unsaved();
  EXPECT_EQ(known.state, store::queued);
  EXPECT_EQ(known.parts, (std::vector<store::SentPart>{{1, "sim", "a"}, {2, "other", "b"}, {3, "sim", "c"}}));
  EXPECT_FALSE(sending.has_unsaved());
}

TEST(Sending, goes_on_where_another_process_stopped) {
  const CarrierOptions carrier;
  store::QueuedText text = text_of(persian(150));
  text.attempts = 2;
  text.sent = {{.number = 1, .carrier = "sim", .carrier_message_id = "a"},
               {.number = 2, .carrier = "sim", .unknown = true},
               {.number = 9, .carrier = "sim", .carrier_message_id = "of another cut"}};
  Sending sending(text, carrier);
  EXPECT_FALSE(sending.has_unsaved());
  EXPECT_EQ(sending.part(0), Sending::Part::taken);
  EXPECT_EQ(sending.part(1), Sending::Part::waiting);
  EXPECT_EQ(sending.attempts(2), 2U);
  EXPECT_EQ(sending.unheard(1, "sim"), 1U) << "it happened before";
  EXPECT_EQ(sending.unheard(2, "sim"), 0U);
}

TEST(Sending, each_attempt_at_a_part_carries_the_same_references_and_each_part_its_own) {
  CarrierOptions carrier;
  carrier.submit_tlvs = {{0x1401, "ab"}};
  carrier.service_type = "CLUB";
  store::QueuedText text = text_of(persian(150));
  Sending first(text, carrier);
  first.sent(1);
  first.unheard(1, "sim");
  first.may_come_twice();
  const store::Settled known = first.take_unsaved();
  EXPECT_TRUE(known.maybe_twice);
  EXPECT_EQ(known.parts, (std::vector<store::SentPart>{{2, "sim", "", true}}));
  text.sent = known.parts;
  text.maybe_twice = true;
  const Sending again(text, carrier);
  std::set<std::uint16_t> references;
  for (std::size_t part = 0; part < 3; ++part) {
    const smpp::SubmitSm pdu = first.pdu(part, 60s, carrier, true);
    EXPECT_EQ(pdu, again.pdu(part, 60s, carrier, true));
    EXPECT_EQ(pdu.service_type, "CLUB");
    EXPECT_EQ(smpp::get_octets(pdu.tlvs, 0x1401), "ab");
    references.insert(smpp::get_u16(pdu.tlvs, smpp::tag::user_message_reference).value());
  }
  EXPECT_EQ(references.size(), 3U);
}

TEST(Sending, knows_whether_a_carrier_may_have_more_than_it_is_known_to_have) {
  const CarrierOptions carrier;
  Sending sending(text_of(persian(150)), carrier);
  EXPECT_FALSE(sending.any_unheard());
  sending.sent(0);
  sending.taken(0, "sim", "a");
  EXPECT_FALSE(sending.any_unheard());
  sending.all_unheard("sim");
  EXPECT_TRUE(sending.any_unheard());
  EXPECT_EQ(sending.take_unsaved().parts,
            (std::vector<store::SentPart>{{1, "sim", "a"}, {2, "sim", "", true}, {3, "sim", "", true}}));
  for (const std::size_t part : {1U, 2U}) sending.taken(part, "sim", "b");
  EXPECT_FALSE(sending.any_unheard()) << "answered since";
}

TEST(Sending, leaves_tlvs_out_for_who_refuses_or_cannot_know_them) {
  CarrierOptions carrier;
  carrier.submit_tlvs = {{0x1401, "ab"}};
  Sending sending(text_of("Hello"), carrier);
  EXPECT_TRUE(sending.carries_extra_tlvs(carrier));
  sending.drop_extra_tlvs();
  EXPECT_FALSE(sending.carries_extra_tlvs(carrier));
  EXPECT_TRUE(sending.pdu(0, 1s, carrier, false).tlvs.empty());
  carrier.interface_version = 0x33;
  EXPECT_TRUE(Sending(text_of("Hello"), carrier).pdu(0, 1s, carrier, false).tlvs.empty());
}

TEST(Sending, goes_over_to_another_carrier_unless_that_would_cut_a_begun_text_differently) {
  CarrierOptions first, same, other;
  same.name = "same";
  other.long_texts = LongTexts::udh16;
  Sending untouched(text_of(persian(150)), first);
  EXPECT_TRUE(untouched.go_over(other));
  EXPECT_EQ(smpp::read_message(untouched.pdu(0, 60s, other, true))->part->ref, 1 + 0x1234);
  Sending begun(text_of(persian(150)), first);
  begun.sent(0);
  EXPECT_FALSE(begun.go_over(other));
  begun.taken(0, "first", "a");
  EXPECT_FALSE(begun.go_over(other));
  EXPECT_TRUE(begun.go_over(same));
  EXPECT_EQ(begun.part(0), Sending::Part::taken) << "and the rest may go by the other";
  Sending unheard(text_of(persian(150)), first);
  unheard.sent(0);
  unheard.unheard(0, "first");
  EXPECT_FALSE(unheard.go_over(other)) << "two cuts of one text would be joined into nonsense";
}

// Part 2 of 3 is throttled, by a submit_sm_resp or a generic_nack (the session gives both as an answer with a
// status); the text is given back, loaded by whoever is granted it next, and goes on.
TEST(Trap13, throttled_in_the_middle_of_a_long_text_each_part_is_taken_once) {
  const CarrierOptions carrier;
  const SubmitPolicy policy;
  store::QueuedText text = text_of(persian(150));
  std::map<std::uint8_t, int> taken;
  for (int round = 0; round < 2; ++round) {
    Sending sending(text, carrier);
    for (std::size_t part = 0; part < 3; ++part) {
      if (sending.part(part) != Sending::Part::waiting) continue;
      sending.sent(part);
      const bool throttled = round == 0 && part == 1;
      const SubmitDecision decision =
          policy.decide({throttled ? smpp::ESME_RTHROTTLED : smpp::ESME_ROK, {}}, {.left = 1h}, 0.5);
      if (decision.what == SubmitDecision::What::taken) {
        ++taken[static_cast<std::uint8_t>(part + 1)];
        sending.taken(part, "sim", "id " + std::to_string(part));
      } else {
        EXPECT_EQ(decision.what, SubmitDecision::What::wait);
        EXPECT_FALSE(decision.counts);
        sending.returned(part, decision.counts);
      }
    }
    EXPECT_EQ(sending.all_taken(), round == 1);
    for (store::SentPart& part : sending.take_unsaved().parts) text.sent.push_back(std::move(part));
  }
  EXPECT_EQ(taken, (std::map<std::uint8_t, int>{{1, 1}, {2, 1}, {3, 1}}));
}

}  // namespace
}  // namespace peyk::gateway::gateway_sending_test
