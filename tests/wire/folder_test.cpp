// Vectors of others: whatever folder PEYK_VECTORS names is read, whatever its files are called, and a wrong
// expectation of any kind is found. This program runs itself over folders of a single vector, as it stands
// (passes) and with one word of it changed (fails, and names it).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <ostream>

#include "tests/kit/paths.hpp"
#include "tests/kit/process.hpp"
#include "tests/kit/vectors.hpp"

namespace peyk::tests::folder_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

void write(const std::filesystem::path& path, const json& content) {
  std::ofstream(path) << content;
}

Finished run_over(const std::filesystem::path& folder) {
  return run_process({.argv = {(binary_dir() / "tests/peyk_tests_wire").string(),
                               "--gtest_filter=-VectorFolders.*:*/VectorFolder.*"},
                      .env = {{"PEYK_VECTORS", folder.string()}}},
                     60s);
}

Finished run_over(const json& vector) {
  const TempDir dir;
  write(dir.path() / "somebody-elses.json", {{"vectors", {vector}}});
  return run_over(dir.path());
}

struct Mutation {
  const char* name;
  const char* file;     // of the kept copy
  const char* pointer;  // the first vector of the file that has this is taken
  json wrong;
  friend std::ostream& operator<<(std::ostream& out, const Mutation& one) { return out << one.name; }
};

class VectorFolder : public testing::TestWithParam<Mutation> {
 protected:
  static json taken() {
    for (json& vector : load_vectors(GetParam().file)) {
      const json::json_pointer where(GetParam().pointer);
      if (vector.contains(where) && vector[where] != GetParam().wrong) return vector;
    }
    throw std::runtime_error(std::string("no vector has ") + GetParam().pointer);
  }
};

TEST_P(VectorFolder, tells_a_right_expectation_from_a_wrong_one) {
  json vector = taken();
  const Finished right = run_over(vector);
  EXPECT_TRUE(right.status.ok()) << right.output;
  vector[json::json_pointer(GetParam().pointer)] = GetParam().wrong;
  const Finished wrong = run_over(vector);
  EXPECT_EQ(wrong.status.code, 1) << wrong.output;
  EXPECT_THAT(wrong.output, HasSubstr(vector["id"].get<std::string>()));
}

INSTANTIATE_TEST_SUITE_P(
    Expectations, VectorFolder,
    testing::Values(
        Mutation{"octets", "submit", "/hex", "00000010000000040000000000000001"},
        Mutation{"command", "session", "/decoded/command", "alert_notification"},
        Mutation{"command_status", "submitresp", "/decoded/command_status", 4242},
        Mutation{"sequence_number", "mo", "/decoded/sequence_number", 424242},
        Mutation{"field", "submit", "/decoded/fields/destination_addr", "1"},
        Mutation{"short_message", "mo", "/decoded/fields/short_message", "00"},
        Mutation{"tlv", "dlr", "/decoded/tlvs/0/hex", "0102030405"},
        Mutation{"exempt", "exempt", "/decoded/tlvs/0/tag", "0x0001"},
        Mutation{"text", "submit", "/expect/text", "another"},
        Mutation{"text_of_a_subscriber", "mo", "/expect/text", "another"},
        Mutation{"charset", "submit", "/expect/charset", "ucs2"},
        Mutation{"udh", "submit", "/expect/udh/ref", 4242},
        Mutation{"udh_raw", "submit", "/expect/udh_raw", "00"},
        Mutation{"sar", "submit", "/expect/sar/seq", 77},
        Mutation{"whole", "submit", "/expect/whole", "another"},
        Mutation{"ussd_event", "ussd", "/expect/ussd/event", "abort"},
        Mutation{"ussd_op", "ussd", "/expect/ussd/op", 19},
        Mutation{"ussd_session", "ussd", "/expect/ussd/session", "ffff"},
        Mutation{"receipt_id", "dlr", "/expect/receipt/id", "0"},
        Mutation{"receipt_state", "dlr", "/expect/receipt/state", "REJECTED"},
        Mutation{"receipt_final", "dlr", "/expect/receipt/final", false},
        Mutation{"receipt_err", "dlr", "/expect/receipt/err", "777"},
        Mutation{"receipt_done", "dlr", "/expect/receipt/done", "0101010101"},
        Mutation{"receipt_text", "dlr", "/expect/receipt_text", "id:0"},
        Mutation{"status", "submitresp", "/expect/status", 4242},
        Mutation{"message_id", "submitresp", "/expect/message_id", "0"},
        Mutation{"congestion_state", "submitresp", "/expect/congestion_state", 1},
        Mutation{"unknown_member", "submit", "/expect/charset", "EBCDIC"},
        Mutation{"reply", "malformed", "/expect/reply/command_status", "0x00004242"},
        Mutation{"kept_or_closed", "malformed", "/expect/session", "perhaps"},
        Mutation{"delivered_text", "malformed", "/expect/text", "another"},
        Mutation{"delivered", "malformed", "/expect/app", "delivered"},
        Mutation{"pending_request", "malformed", "/pending_request", "nothing_that_is"},
        Mutation{"stream", "stream", "/offsets/1", 17}, Mutation{"alphabet", "text", "/encoding", "ucs2"},
        Mutation{"parts", "text", "/parts_udh6/0/text", "another"},
        Mutation{"parts_with_a_wide_reference", "text", "/parts_udh7_count", 99},
        Mutation{"screen", "text", "/ussd_fits", false}, Mutation{"septets", "pack7", "/unpacked_hex", "41"},
        Mutation{"packed_septets", "pack7", "/packed_hex", "41"},
        Mutation{"moment", "time", "/utc", "1970-01-01T00:00:00.0Z"},
        Mutation{"relative_time", "time", "/days", 99}, Mutation{"kind_of_time", "time", "/kind", "invalid"},
        Mutation{"phone", "address", "/e164", "+1"}, Mutation{"wire_address", "address", "/smpp/ton", 6},
        Mutation{"line", "address", "/canonical", "1"}, Mutation{"folded", "fold", "/folded", "another"}),
    [](const auto& mutation) { return std::string(mutation.param.name); });

TEST(VectorFolders, of_any_file_names_are_read_whole) {
  const TempDir dir;
  json all = json::array();
  for (const char* group : {"submit", "malformed", "fold", "time"}) {
    for (const json& vector : load_vectors(group)) all.push_back(vector);
  }
  write(dir.path() / "all-at-once.json", {{"vectors", all}});
  std::ofstream(dir.path() / "README.md") << "no vector";
  std::size_t read = 0;
  for (const auto& [kind, vectors] : read_vectors(dir.path())) read += vectors.size();
  EXPECT_EQ(read, all.size());
  const Finished run = run_over(dir.path());
  EXPECT_TRUE(run.status.ok()) << run.output;
}

std::string refusal(const std::filesystem::path& folder) {
  try {
    read_vectors(folder);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

TEST(VectorFolders, that_hold_nothing_to_test_are_refused_with_their_name) {
  const TempDir dir;
  EXPECT_THAT(refusal(dir.path() / "nowhere"), HasSubstr("missing: " + (dir.path() / "nowhere").string()));
  EXPECT_THAT(refusal(dir.path()), HasSubstr("no vectors"));
  write(dir.path() / "empty.json", {{"vectors", json::array()}});
  EXPECT_THAT(refusal(dir.path()), HasSubstr("no vectors"));
  const Finished run = run_over(dir.path());
  EXPECT_EQ(run.status.code, 1);
  EXPECT_THAT(run.output, HasSubstr("PEYK_VECTORS"));

  write(dir.path() / "odd.json", {{"vectors", {{{"id", "odd-1"}, {"octets", 3}}}}});
  EXPECT_THAT(refusal(dir.path()), testing::AllOf(HasSubstr("odd.json"), HasSubstr("odd-1")));
  std::ofstream(dir.path() / "odd.json") << "{";
  EXPECT_THAT(refusal(dir.path()), HasSubstr("odd.json"));
}

TEST(VectorFolders, that_we_keep_are_whole) {
  std::map<VectorKind, std::size_t> counts;
  for (const auto& [kind, vectors] : read_vectors(source_dir() / "tests/wire/vectors"))
    counts[kind] = vectors.size();
  const std::map<VectorKind, std::size_t> expected{{VectorKind::pdu, 338},    {VectorKind::malformed, 168},
                                                   {VectorKind::stream, 12},  {VectorKind::text, 50},
                                                   {VectorKind::pack7, 10},   {VectorKind::time, 31},
                                                   {VectorKind::address, 65}, {VectorKind::fold, 24}};
  EXPECT_EQ(counts, expected);
}

}  // namespace
}  // namespace peyk::tests::folder_test
