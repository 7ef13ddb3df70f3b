#include "sim/record.hpp"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "tests/kit/paths.hpp"

namespace peyk::tests::sim_record_test {
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

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

const std::string kEnquireLink("\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x07", 16);

TEST(PduFiles, holdALineForEachPdu) {
  TempDir dir;
  const auto path = dir.path() / "pdus.jsonl";
  Record record(0, 0);
  record.keep_in(std::make_unique<sim::PduFile>(path.string(), 1'000'000, 3));
  record.add(5, 2, Direction::in, kEnquireLink);
  record.flush();
  const auto lines = lines_of(path);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0].starts_with(R"({"at":"20)")) << lines[0];
  EXPECT_TRUE(lines[0].ends_with(
      R"("link":2,"from":"esme","command":"enquire_link","command_status":0,"sequence_number":7,"octets":16,"hex":"00000010000000150000000000000007"})"))
      << lines[0];
  EXPECT_EQ(std::filesystem::status(path).permissions() & std::filesystem::perms::group_all,
            std::filesystem::perms::none);
}

TEST(PduFiles, areTurnedOverAndTheOldestGoes) {
  TempDir dir;
  const std::string path = (dir.path() / "pdus.jsonl").string();
  {
    sim::PduFile file(path, 500, 3);
    for (int i = 0; i < 20; ++i) file.write(i, 1, Direction::out, kEnquireLink);
  }
  EXPECT_EQ(lines_of(path).size(), 2U);
  EXPECT_EQ(lines_of(path + ".1").size(), 2U);
  EXPECT_EQ(lines_of(path + ".2").size(), 2U);
  EXPECT_FALSE(std::filesystem::exists(path + ".3"));
  sim::PduFile again(path, 10'000, 3);
  again.write(0, 1, Direction::out, kEnquireLink);
  again.flush();
  EXPECT_EQ(lines_of(path).size(), 3U);
  EXPECT_THROW(sim::PduFile("/nowhere/at/all", 1, 1), std::system_error);
}

}  // namespace
}  // namespace peyk::tests::sim_record_test
