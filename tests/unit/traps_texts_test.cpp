// Traps 6 and 14 of those that other gateways fell into: parts of texts, and alphabets.
#include <gtest/gtest.h>

#include "gateway/composition.hpp"
#include "gateway/mo_text.hpp"
#include "smpp/parts.hpp"
#include "templates/alphabet.hpp"
#include "templates/fold.hpp"

namespace peyk::tests::traps_texts_test {
namespace {

using namespace std::string_literals;
using namespace smpp;

struct Heard {
  std::string from, text;
  bool operator==(const Heard&) const = default;
};

// deliver_sm in, whole texts out.
class Phones {
 public:
  void hear(const DeliverSm& pdu) {
    const auto message = read_message(pdu);
    ASSERT_TRUE(message);
    const auto joined = reassembly_.add(pdu.source_addr, pdu.destination_addr, message->part.value_or(Part{}),
                                        message->text, pdu.data_coding, now_);
    if (joined) heard.push_back({pdu.source_addr, joined->text});
  }
  void wait(std::chrono::seconds time) { expired += reassembly_.expire(now_ += time); }

  std::vector<Heard> heard;
  std::size_t expired = 0;

 private:
  Reassembly reassembly_{ReassemblyOptions{}};
  Time now_{};
};

DeliverSm part(const std::string& from, const std::string& header, const std::string& text) {
  return {.source_addr = from,
          .destination_addr = "30001234",
          .esm_class = esm_class::udhi,
          .short_message = header + text};
}
std::string narrow(int ref, int total, int seq) {
  return build_udh(static_cast<std::uint16_t>(ref), RefWidth::bits8, static_cast<std::uint8_t>(total),
                   static_cast<std::uint8_t>(seq));
}

TEST(Trap06, parts_come_last_first_and_doubled) {
  Phones phones;
  for (const int seq : {3, 3, 2, 3, 1})
    phones.hear(part("98912", narrow(9, 3, seq), "<" + std::to_string(seq)));
  EXPECT_EQ(phones.heard, (std::vector<Heard>{{"98912", "<1<2<3"}}));
}

TEST(Trap06, a_part_that_never_comes_ends_its_text_and_no_other) {
  Phones phones;
  phones.hear(part("98912", narrow(9, 2, 1), "old 1"));
  phones.wait(std::chrono::hours(24));
  EXPECT_EQ(phones.expired, 1u);
  phones.hear(part("98912", narrow(9, 2, 2), "new 2"));
  phones.hear(part("98912", narrow(9, 2, 1), "new 1 "));
  EXPECT_EQ(phones.heard, (std::vector<Heard>{{"98912", "new 1 new 2"}}));
}

TEST(Trap06, references_of_8_and_16_bits_and_sar_are_told_apart) {
  Phones phones;
  const auto wide = [](int seq) { return build_udh(9, RefWidth::bits16, 2, static_cast<std::uint8_t>(seq)); };
  DeliverSm sar{.source_addr = "98913", .destination_addr = "30001234", .short_message = "sar 1 "};
  write_sar(sar.tlvs, {0x1234, RefWidth::bits16, 2, 1});
  phones.hear(part("98912", narrow(9, 2, 1), "narrow 1 "));
  phones.hear(part("98912", wide(2), "wide 2"));
  phones.hear(sar);
  EXPECT_TRUE(phones.heard.empty());
  phones.hear(part("98912", wide(1), "wide 1 "));
  phones.hear(part("98912", narrow(9, 2, 2), "narrow 2"));
  sar.short_message = "sar 2";
  sar.tlvs.clear();
  write_sar(sar.tlvs, {0x1234, RefWidth::bits16, 2, 2});
  phones.hear(sar);
  EXPECT_EQ(phones.heard,
            (std::vector<Heard>{
                {"98912", "wide 1 wide 2"}, {"98912", "narrow 1 narrow 2"}, {"98913", "sar 1 sar 2"}}));
}

TEST(Trap06, a_port_element_may_stand_before_the_concatenation_element) {
  Phones phones;
  phones.hear(part("98912", "\x0B\x05\x04\x0B\x84\x00\x00\x00\x03\x5A\x02\x01"s, "port 1 "));
  phones.hear(part("98912", "\x09\x04\x02\x10\x20\x00\x03\x5A\x02\x02"s, "port 2"));
  EXPECT_EQ(phones.heard, (std::vector<Heard>{{"98912", "port 1 port 2"}}));
}

TEST(Trap06, two_phones_with_reference_0_interleave) {
  Phones phones;
  phones.hear(part("98912", narrow(0, 2, 1), "a1"));
  phones.hear(part("98913", narrow(0, 2, 2), "b2"));
  phones.hear(part("98913", narrow(0, 2, 1), "b1"));
  phones.hear(part("98912", narrow(0, 2, 2), "a2"));
  EXPECT_EQ(phones.heard, (std::vector<Heard>{{"98913", "b1b2"}, {"98912", "a1a2"}}));
}

TEST(Trap06, a_reference_that_comes_round_begins_a_new_text) {
  Phones phones;
  phones.hear(part("98912", narrow(1, 2, 1), "lost 1"));
  phones.hear(part("98912", narrow(1, 2, 1), "found 1 "));
  phones.hear(part("98912", narrow(1, 2, 2), "found 2"));
  EXPECT_EQ(phones.heard, (std::vector<Heard>{{"98912", "found 1 found 2"}}));
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Trap14, an_escape_pair_on_the_153_boundary_stays_whole) {
  const auto parts =
      templates::split(repeated("a", 152) + "€" + repeated("b", 20), templates::Alphabet::gsm7);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0], repeated("a", 152));
  EXPECT_EQ(parts[1].substr(0, 3),
            "\x1b"
            "eb");
}

TEST(Trap14, a_surrogate_pair_on_the_67_boundary_stays_whole) {
  const auto parts = templates::split(repeated("س", 66) + "😀" + repeated("س", 20), templates::Alphabet::ucs2);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].size(), 132u);
  EXPECT_EQ(parts[1].substr(0, 4), "\xD8\x3D\xDE\x00"s);
}

TEST(Trap14, what_reads_as_one_character_stays_whole) {
  for (const std::string& one : {"س\u064e\u0651"s, "👩\u200d👩\u200d👧"s, "👍🏽"s, "❤\uFE0F"s, "🇮🇷"s}) {
    for (std::size_t before = 55; before <= 67; ++before) {
      const std::string text = repeated("س", before) + one + repeated("س", 40);
      std::string whole;
      bool found = false;
      for (const std::string& part : templates::split(text, templates::Alphabet::ucs2)) {
        const std::string said = templates::decode(part, 8);
        found = found || said.find(one) != std::string::npos;
        whole += said;
      }
      EXPECT_TRUE(found) << one << ' ' << before;
      EXPECT_EQ(whole, text);
    }
  }
}

TEST(Trap14, the_at_sign_is_octet_0_in_a_text_and_ends_nothing) {
  DeliverSm pdu{.source_addr = "98912", .destination_addr = "30001234", .short_message = "a\0b\0\0c"s};
  Pdu whole{.command_id = CommandId::deliver_sm, .sequence_number = 1, .body = pdu};
  std::string octets;
  ASSERT_FALSE(encode(whole, octets));
  const auto message = read_message(pdu);
  ASSERT_TRUE(message);
  const auto piece = gateway::piece_of(*message, 0, templates::DefaultAlphabet::gsm7);
  EXPECT_EQ(gateway::text_of({&piece, 1}, templates::DefaultAlphabet::gsm7), "a@b@@c");
  EXPECT_EQ(templates::encode("a@b@@c", templates::Alphabet::gsm7), "a\0b\0\0c"s);
}

TEST(Trap14, what_carriers_hide_under_data_coding_0_is_read) {
  using templates::decode;
  using templates::DefaultAlphabet;
  EXPECT_EQ(decode("caf\xE9", 0, DefaultAlphabet::latin1), "café");
  EXPECT_EQ(decode("\x06\x33\x06\x44\x06\x27\x06\x45"s, 0), "سلام");
  EXPECT_EQ(decode("\x06\xF1\x06\xF2"s, 0), "۱۲");
  EXPECT_EQ(decode("\x00J\x00O\x00I\x00N"s, 0), "JOIN");
  EXPECT_EQ(decode("\x00J"s, 0), "@J") << "two septets as well";
  EXPECT_EQ(decode("J\x00"s, 0), "J@");
}

TEST(Trap14, a_byte_order_mark_is_obeyed_and_not_part_of_the_text) {
  EXPECT_EQ(templates::decode("\xFE\xFF\x06\x33"s, 8), "س");
  EXPECT_EQ(templates::decode("\xFF\xFE\x33\x06"s, 8), "س");
  EXPECT_EQ(templates::decode("\xFF\xFE\x33\x06"s, 0), "س");
}

TEST(Trap14, zwnj_and_digits_of_three_scripts_come_back_as_they_went) {
  const std::string text = "می\u200cخواهم ۱۲۳ ٤٥٦ 789";
  for (const gateway::LongTexts method : {gateway::LongTexts::udh8, gateway::LongTexts::udh16,
                                          gateway::LongTexts::sar, gateway::LongTexts::payload}) {
    gateway::CarrierOptions carrier;
    carrier.long_texts = method;
    SubmitSm pdu;
    gateway::write_part(pdu, gateway::compose(text, 1, carrier), 0);
    const auto message = read_message(pdu);
    EXPECT_EQ(templates::decode(message->text, pdu.data_coding), text);
  }
  EXPECT_EQ(templates::units(text), 20u) << "each digit and the ZWNJ count one unit";
  EXPECT_EQ(templates::fold("می\u200cخواهم ۱۲۳ ٤٥٦"), templates::fold("میخواهم 123 456"));
}

}  // namespace
}  // namespace peyk::tests::traps_texts_test
