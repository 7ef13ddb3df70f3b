#include "tests/kit/tshark.hpp"

#include <fmt/format.h>

#include <map>
#include <sstream>
#include <stdexcept>
#include <tuple>

#include "tests/kit/paths.hpp"
#include "tests/kit/peer.hpp"
#include "tests/kit/process.hpp"

namespace peyk::tests {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kResponse = 0x80000000;
constexpr std::uint32_t kGenericNack = 0x80000000;
constexpr std::uint32_t kOutbind = 0x0B, kAlertNotification = 0x102;

std::vector<std::string> split(const std::string& text, char mark) {
  std::vector<std::string> pieces;
  std::istringstream in(text);
  for (std::string piece; std::getline(in, piece, mark);) pieces.push_back(piece);
  return pieces;
}

// The lines that tshark printed for the packets that `filter` lets through, cut into `fields`. All that does
// not begin with a frame's number is tshark's talk.
std::vector<std::vector<std::string>> rows(const std::filesystem::path& pcap, std::uint16_t server_port,
                                           const std::string& filter,
                                           const std::vector<std::string>& fields) {
  require_program("tshark", "tshark");
  const TempDir home;  // nobody's own preferences
  std::vector<std::string> argv{
      "tshark", "-n",   "-r", pcap.string(), "-d", fmt::format("tcp.port=={},smpp", server_port),
      "-Y",     filter, "-T", "fields",      "-e", "frame.number"};
  for (const std::string& field : fields) argv.insert(argv.end(), {"-e", field});
  const Finished tshark = run_process({.argv = argv, .env = {{"HOME", home.path().string()}}}, 180s);
  if (!tshark.status.ok()) throw std::runtime_error("tshark failed:\n" + tshark.output);
  std::vector<std::vector<std::string>> found;
  for (const std::string& line : split(tshark.output, '\n')) {
    if (!line.empty() && line[0] >= '0' && line[0] <= '9') found.push_back(split(line + "\t", '\t'));
  }
  return found;
}

std::uint32_t number(const std::string& text) {
  return static_cast<std::uint32_t>(std::stoul(text, nullptr, 0));
}

}  // namespace

Verdict judge(std::uint16_t server_port, const std::vector<Passed>& passed) {
  const TempDir dir;
  const auto pcap = dir.path() / "wire.pcap";
  write_pcap(pcap, server_port, passed);
  Verdict verdict;
  // 0x600000: a warning. Several PDUs of one packet stand in one field, parted by commas.
  for (const auto& row : rows(pcap, server_port, "_ws.malformed || _ws.expert.severity >= 0x600000",
                              {"_ws.col.Protocol", "_ws.col.Info", "_ws.expert.message", "tcp.payload"})) {
    std::string complaint = "frame";
    for (const std::string& field : row) complaint += " " + field;
    verdict.complaints.push_back(complaint);
  }
  for (const auto& row : rows(pcap, server_port, "smpp",
                              {"tcp.srcport", "tcp.dstport", "smpp.command_id", "smpp.sequence_number"})) {
    const auto ids = split(row.at(3), ','), sequence_numbers = split(row.at(4), ',');
    const bool to_server = number(row.at(2)) == server_port;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      verdict.pdus.push_back({.to_server = to_server,
                              .conversation = number(row.at(to_server ? 1 : 2)),
                              .command_id = number(ids[i]),
                              .sequence_number = number(sequence_numbers.at(i))});
    }
  }
  return verdict;
}

std::vector<std::string> unanswered(const std::vector<DissectedPdu>& pdus) {
  // By conversation, direction of the request, command and sequence number: requests less responses.
  std::map<std::tuple<std::uint32_t, bool, std::uint32_t, std::uint32_t>, int> open;
  for (const DissectedPdu& pdu : pdus) {
    if (pdu.command_id == kGenericNack || pdu.command_id == kOutbind || pdu.command_id == kAlertNotification)
      continue;
    const bool response = (pdu.command_id & kResponse) != 0;
    open[{pdu.conversation, pdu.to_server != response, pdu.command_id & ~kResponse, pdu.sequence_number}] +=
        response ? -1 : 1;
  }
  std::vector<std::string> found;
  for (const auto& [key, count] : open) {
    const auto& [conversation, to_server, command_id, sequence_number] = key;
    if (count != 0) {
      found.push_back(fmt::format("{} of command {:#x}, sequence number {}, {}, conversation {}: {} too many",
                                  count > 0 ? "request" : "response", command_id, sequence_number,
                                  to_server ? "asked by the client" : "asked by the server", conversation,
                                  std::abs(count)));
    }
  }
  return found;
}

std::size_t count_pdus(const std::vector<Passed>& passed) {
  std::map<std::pair<std::uint32_t, bool>, std::string> streams;
  for (const Passed& one : passed) streams[{one.conversation, one.to_server}] += one.octets;
  std::size_t count = 0;
  for (const auto& [key, octets] : streams) {
    for (std::size_t at = 0; at + 4 <= octets.size(); ++count) {
      std::size_t length = 0;
      for (std::size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(octets[at + i]);
      at += std::max<std::size_t>(length, 16);
    }
  }
  return count;
}

}  // namespace peyk::tests
