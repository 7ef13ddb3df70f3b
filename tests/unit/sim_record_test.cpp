#include "sim/record.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace peyk::tests {
namespace {

using sim::Direction;
using sim::Record;
using sim::Tap;

std::string pdu(std::uint32_t length, std::uint32_t id, std::uint32_t sequence_number) {
  std::string octets;
  for (const std::uint32_t word : {length, id, 0U, sequence_number}) {
    for (int shift = 24; shift >= 0; shift -= 8) octets.push_back(static_cast<char>(word >> shift & 0xFF));
  }
  octets.resize(length, '\x55');
  return octets;
}

RC_GTEST_PROP(TheTap, findsTheSamePdusHoweverTheReadsWereCut, ()) {
  const std::string stream = pdu(16, 0x15, 1) + pdu(40, 0x4, 2) + pdu(17, 0x5, 3) + pdu(300, 0x4, 4);
  Record record(100, 4096);
  Tap tap(record, 7, Direction::in);
  std::string_view rest = stream;
  while (!rest.empty()) {
    const auto size = *rc::gen::inRange<std::size_t>(1, rest.size() + 1);
    tap.see(rest.substr(0, size), 0);
    rest.remove_prefix(size);
  }
  const auto entries = record.last(100);
  RC_ASSERT(entries.size() == 4U);
  for (std::uint32_t i = 0; i < 4; ++i) RC_ASSERT(entries[i]->word(3) == i + 1);
  RC_ASSERT(entries[3]->octets_total == 300U);
}

TEST(TheTap, recordsWhatIsNoSmppAndGoesOn) {
  Record record(100, 4096);
  Tap tap(record, 1, Direction::in);
  tap.see("GET / HTTP/1.1\r\n\r\n", 0);
  tap.see(pdu(16, 0x15, 9), 1);
  const auto entries = record.last(100);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0]->octets.substr(0, 3), "GET");
  EXPECT_EQ(entries[1]->word(3), 9U);
}

TEST(TheRecord, keepsTheLastOnesInOrderAndCountsAll) {
  Record record(3, 4096);
  for (std::uint32_t i = 1; i <= 5; ++i) record.add(i, 1, Direction::out, pdu(16, 0x15, i));
  const auto entries = record.last(2);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0]->word(3), 4U);
  EXPECT_EQ(entries[1]->word(3), 5U);
  EXPECT_EQ(record.last(100).size(), 3U);
  EXPECT_EQ(record.total(Direction::out), 5U);
  EXPECT_EQ(record.total(Direction::in), 0U);
}

TEST(TheRecord, keepsOnlyTheFrontOfALargePduButItsWholeLength) {
  Record record(3, 32);
  record.add(0, 1, Direction::in, pdu(1000, 0x4, 1));
  EXPECT_EQ(record.last(1)[0]->octets.size(), 32U);
  EXPECT_EQ(record.last(1)[0]->octets_total, 1000U);
}

}  // namespace
}  // namespace peyk::tests
