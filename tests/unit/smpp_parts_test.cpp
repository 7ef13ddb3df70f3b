#include <gtest/gtest.h>

#include "smpp/parts.hpp"

namespace peyk::smpp::smpp_parts_test {
namespace {

using namespace std::string_literals;
using std::chrono::hours;
using std::chrono::seconds;

TEST(Udh, IsBuiltAndReadInBothWidths) {
  const std::string narrow = build_udh(0x5A, RefWidth::bits8, 4, 2),
                    wide = build_udh(8011, RefWidth::bits16, 4, 2);
  EXPECT_EQ(narrow, "\x05\x00\x03\x5A\x04\x02"s);
  EXPECT_EQ(wide, "\x06\x08\x04\x1F\x4B\x04\x02"s);
  EXPECT_EQ(split_user_data(narrow + "x", esm_class::udhi)->part, (Part{0x5A, RefWidth::bits8, 4, 2}));
  EXPECT_EQ(split_user_data(wide + "x", esm_class::udhi)->part, (Part{8011, RefWidth::bits16, 4, 2}));
}

TEST(Udh, MayHoldSeveralElementsInAnyOrder) {
  const std::string octets = "\x0B\x05\x04\x0B\x84\x00\x00\x00\x03\x5A\x02\x01text"s;
  const auto data = split_user_data(octets, esm_class::udhi);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->part, (Part{0x5A, RefWidth::bits8, 2, 1}));
  EXPECT_EQ(data->ports, (Ports{2948, 0}));
  EXPECT_EQ(data->text, "text");
}

TEST(Udh, NamesTheLanguagesOfItsText) {
  const std::string octets = "\x0B\x24\x01\x01\x25\x01\x0D\x00\x03\x5A\x02\x01text"s;
  const auto data = split_user_data(octets, esm_class::udhi);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->single_shift, 1);
  EXPECT_EQ(data->locking_shift, 13);
  EXPECT_EQ(data->part, (Part{0x5A, RefWidth::bits8, 2, 1}));
  const auto too_long = split_user_data("\x04\x24\x02\x01\x01text"s, esm_class::udhi);
  EXPECT_EQ(too_long->single_shift, 0);
}

TEST(Udh, ThatSaysNonsenseAboutPartsDescribesOneMessage) {
  for (const std::string& header :
       {"\x05\x00\x03\x5A\x00\x01"s, "\x05\x00\x03\x5A\x02\x00"s, "\x05\x00\x03\x5A\x02\x05"s,
        "\x04\x00\x02\x5A\x02"s, "\x05\x00\x09\x5A\x02\x01"s, "\x00"s}) {
    const std::string octets = header + "text";
    const auto data = split_user_data(octets, esm_class::udhi);
    ASSERT_TRUE(data);
    EXPECT_FALSE(data->part);
    EXPECT_EQ(data->text, "text");
  }
}

TEST(Udh, LongerThanItsMessageIsRefusedAndWithoutUdhiThereIsNone) {
  EXPECT_FALSE(
      split_user_data("\x09"
                      "abc",
                      esm_class::udhi));
  EXPECT_FALSE(split_user_data("", esm_class::udhi));
  EXPECT_EQ(split_user_data("\x09"
                            "abc",
                            0)
                ->text,
            "\x09"
            "abc");
}

TEST(Sar, NeedsAllThreeAndSense) {
  Tlvs tlvs;
  write_sar(tlvs, Part{8011, RefWidth::bits16, 4, 3});
  EXPECT_EQ(read_sar(tlvs), (Part{8011, RefWidth::bits16, 4, 3}));
  set_u8(tlvs, tag::sar_segment_seqnum, 5);
  EXPECT_FALSE(read_sar(tlvs));
  erase_tlv(tlvs, tag::sar_segment_seqnum);
  EXPECT_FALSE(read_sar(tlvs));
}

TEST(Message, IsThePayloadOnlyWhenTheShortMessageIsEmpty) {
  DeliverSm pdu{.tlvs = {{tag::message_payload, "long"}}};
  EXPECT_EQ(message_octets(pdu), "long");
  pdu.short_message = "short";
  EXPECT_EQ(message_octets(pdu), "short");
}

struct Joining {
  Reassembly reassembly{ReassemblyOptions{.messages_max = 2, .octets_max = 20, .wait_max = hours(1)}};
  Time now{};
  std::optional<std::string> add(const char* from, std::uint8_t ref, std::uint8_t total, std::uint8_t seq,
                                 std::string_view text) {
    const auto joined = reassembly.add(from, "3000", Part{ref, RefWidth::bits8, total, seq}, text, 8, now);
    if (!joined) return std::nullopt;
    return joined->text;
  }
};

TEST(Reassembly, JoinsInAnyOrderAndIgnoresRepeats) {
  Joining join;
  EXPECT_FALSE(join.add("a", 1, 3, 3, "C"));
  EXPECT_FALSE(join.add("a", 1, 3, 1, "A"));
  EXPECT_FALSE(join.add("a", 1, 3, 1, "A"));
  EXPECT_EQ(join.add("a", 1, 3, 2, "B"), "ABC");
  EXPECT_EQ(join.reassembly.octets(), 0u);
  EXPECT_EQ(join.add("a", 1, 1, 1, "whole"), "whole");
}

TEST(Reassembly, BeginsAnewWhenANumberSaysSomethingElse) {
  Joining join;
  EXPECT_FALSE(join.add("a", 1, 2, 1, "A"));
  EXPECT_FALSE(join.add("a", 1, 2, 1, "X"));
  EXPECT_EQ(join.add("a", 1, 2, 2, "Y"), "XY");
}

TEST(Reassembly, KeepsSendersReferencesAndTotalsApart) {
  Joining join;
  EXPECT_FALSE(join.add("a", 1, 2, 1, "A"));
  EXPECT_FALSE(join.add("b", 1, 2, 2, "B"));
  EXPECT_FALSE(join.add("a", 2, 2, 2, "C"));
  EXPECT_FALSE(join.reassembly.add("a", "3000", Part{2, RefWidth::bits16, 2, 1}, "D", 8, join.now));
}

TEST(Reassembly, ForgetsWhatWaitsTooLong) {
  Joining join;
  EXPECT_FALSE(join.add("a", 1, 2, 1, "A"));
  join.now += hours(1) - seconds(1);
  EXPECT_EQ(join.reassembly.expire(join.now), 0u);
  join.now += seconds(1);
  EXPECT_EQ(join.reassembly.expire(join.now), 1u);
  EXPECT_FALSE(join.add("a", 1, 2, 2, "B"));
}

TEST(Reassembly, StaysWithinItsLimitsByGivingUpTheOldest) {
  Joining join;
  EXPECT_FALSE(join.add("a", 1, 2, 1, "A"));
  EXPECT_FALSE(join.add("b", 1, 2, 1, "B"));
  EXPECT_FALSE(join.add("c", 1, 2, 1, "C"));
  EXPECT_EQ(join.reassembly.size(), 2u);
  EXPECT_FALSE(join.add("a", 1, 2, 2, "A")) << "the first was given up";
  EXPECT_EQ(join.add("c", 1, 2, 2, "C"), "CC");
  EXPECT_FALSE(join.add("d", 1, 2, 1, std::string(19, 'd')));
  EXPECT_FALSE(join.add("e", 1, 2, 1, std::string(19, 'e')));
  EXPECT_LE(join.reassembly.octets(), 20u);
  EXPECT_GT(join.reassembly.crowded_out_count(), 1u);
}

}  // namespace
}  // namespace peyk::smpp::smpp_parts_test
