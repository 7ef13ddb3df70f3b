// peyk-sim as a program: what --strict exits with, what --record leaves, and peyk-sim load on the other side.
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "config/toolchain/asio.hpp"
#include "smpp/pdu.hpp"
#include "tests/kit/simulator.hpp"

namespace peyk::tests::peyk_sim_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

Finished load(std::uint16_t port, const std::vector<std::string>& more) {
  std::vector<std::string> argv{(binary_dir() / "sim/peyk-sim").string(), "load", "--connect",
                                "127.0.0.1:" + std::to_string(port)};
  argv.insert(argv.end(), more.begin(), more.end());
  return run_process({.argv = argv}, 60s);
}

// What an ESME may not do: a submit_sm before its bind. Returns when it was answered.
void submit_unbound(std::uint16_t port) {
  namespace asio = boost::asio;
  const smpp::SubmitSm submit_sm{
      .source_addr = "30001234", .destination_addr = "989120000001", .short_message = "hi"};
  std::string pdu;
  ASSERT_FALSE(smpp::encode(1, submit_sm, pdu));
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::address_v4::loopback(), port});
  asio::write(socket, asio::buffer(pdu));
  std::array<char, 16> header{};
  asio::read(socket, asio::buffer(header));
  EXPECT_EQ(static_cast<unsigned char>(header[11]), 0x04) << "ESME_RINVBNDSTS";
}

TEST(PeykSimLoad, submits_and_measures_and_a_strict_carrier_finds_nothing_and_records_all) {
  const TempDir dir;
  const std::filesystem::path file = dir.path() / "pdus.jsonl";
  Simulator carrier({"--strict", "--record", file.string(), "--receipt-delay-ms", "1"});
  const Finished measured = load(carrier.smpp_port(), {"--count", "20", "--sessions", "2", "--window", "5",
                                                       "--receipts", "--json", "--text", "number {n}"});
  EXPECT_TRUE(measured.status.ok()) << measured.output;
  const json told = json::parse(measured.output);
  for (const char* key : {"sent", "answered", "receipts"}) EXPECT_EQ(told[key], 20) << key;
  EXPECT_EQ(told["lost"], 0);
  EXPECT_EQ(told["statuses"], json({{"0", 20}}));
  EXPECT_GT(told["resp_us"]["p50"], 0);
  const ExitStatus ended = carrier.stop();
  EXPECT_TRUE(ended.ok()) << ended.code << carrier.output();

  std::map<std::string, int> seen;
  std::istringstream lines(read_file(file));
  for (std::string line; std::getline(lines, line);) {
    const json one = json::parse(line);
    ++seen[one["from"].get<std::string>() + " " + one["command"].get<std::string>()];
    EXPECT_EQ(one["octets"].get<std::size_t>() * 2, one["hex"].get<std::string>().size());
    EXPECT_THAT(one["at"].get<std::string>(), testing::MatchesRegex("....-..-..T..:..:..\\.......Z"));
    EXPECT_EQ(one["command_status"], 0);
  }
  EXPECT_EQ(seen["esme bind_transceiver"], 2);
  EXPECT_EQ(seen["esme submit_sm"], 20);
  EXPECT_EQ(seen["carrier submit_sm_resp"], 20);
  EXPECT_EQ(seen["carrier deliver_sm"], 20);
  const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  EXPECT_EQ(std::filesystem::status(file).permissions() & others, std::filesystem::perms::none)
      << "it holds passwords";
}

TEST(PeykSimLoad, tells_people_and_exits_otherwise_when_nothing_was_answered_or_nobody_listens) {
  Simulator carrier;
  const Finished good = load(carrier.smpp_port(), {"--count", "3"});
  EXPECT_TRUE(good.status.ok());
  EXPECT_THAT(good.output, HasSubstr("sent 3  answered 3  lost 0"));
  EXPECT_THAT(good.output, HasSubstr("status ESME_ROK 3"));
  const Finished refused = load(carrier.smpp_port(), {"--seconds", "3", "--password", "wrong", "--json"});
  EXPECT_EQ(refused.status.code, 2);
  EXPECT_GE(json::parse(refused.output)["binds_refused"], 1);
  EXPECT_EQ(json::parse(refused.output)["answered"], 0);
  const Finished nobody = load(free_port(), {"--count", "1"});
  EXPECT_EQ(nobody.status.code, 1);
  EXPECT_THAT(nobody.output, HasSubstr("peyk-sim:"));
}

TEST(PeykSimStrict, exits_with_3_and_says_what_the_esme_broke_and_without_it_does_not) {
  Simulator strict({"--strict"});
  submit_unbound(strict.smpp_port());
  EXPECT_EQ(strict.stop().code, 3);
  EXPECT_THAT(strict.output(), HasSubstr("wrong_state"));
  Simulator forgiving;
  submit_unbound(forgiving.smpp_port());
  const ExitStatus ended = forgiving.stop();
  EXPECT_TRUE(ended.ok());
  EXPECT_THAT(forgiving.output(), testing::Not(HasSubstr("wrong_state")));
}

}  // namespace
}  // namespace peyk::tests::peyk_sim_test
