// An SMPP stack that others wrote, as a process that a test drives: orders go in, and all that it sees comes
// out, one JSON object a line. tests/interop/node_smpp_peer.js says which words there are.
//
//   auto esme = Peer::net_smpp();
//   esme->tell({{"do", "connect"}, {"port", port}});
//   esme->send("bind_transceiver", {{"system_id", "peyk"}, {"password", "secret"}});
//   esme->await_pdu("bind_transceiver_resp");
//
// Whatever is missing is an error that names its package: a test is never skipped for it.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/kit/paths.hpp"
#include "tests/kit/process.hpp"

namespace peyk::tests {

class Peer {
 public:
  static constexpr std::chrono::seconds kWithin{60};  // a busy machine, a sanitizer's build on the other end

  // Throw std::runtime_error when perl, node or their SMPP library is not there and cannot be had.
  static std::unique_ptr<Peer> net_smpp();
  static std::unique_ptr<Peer> node_smpp();
  static std::unique_ptr<Peer> node_smpp_carrier(const std::string& system_id, const std::string& password);

  void tell(const nlohmann::json& order);
  void send(std::string_view command);
  void send(std::string_view command, const nlohmann::json& fields);

  // The first event not taken yet that has all these members, taken; those before it stay. Throws
  // std::runtime_error with all that the peer printed when none comes within `limit` or the peer has ended.
  nlohmann::json await(const nlohmann::json& members, std::chrono::milliseconds limit = kWithin);
  nlohmann::json await_pdu(std::string_view command);
  nlohmann::json await_pdu(std::string_view command, const nlohmann::json& members);
  // The text of the next message to `destination`, its parts joined by their user data headers; each of them
  // is appended to `parts`.
  std::string await_text(std::string_view command, std::string_view destination,
                         std::vector<nlohmann::json>& parts);
  // Whether such an event has come and was not taken.
  bool has(const nlohmann::json& members);

 private:
  Peer(std::vector<std::string> argv, std::map<std::string, std::string> env);
  void read_events();
  std::optional<nlohmann::json> take(const nlohmann::json& members);

  TempDir dir_;
  Process process_;
  std::size_t scanned_ = 0;          // octets of the output that are events already
  std::vector<std::string> events_;  // not taken yet
};

// The folder with the npm packages of tests/interop in it, installed if they are not. Throws
// std::runtime_error when node or npm is not there or they cannot be had.
std::filesystem::path node_modules();

// Throws std::runtime_error that names the Debian package when there is no such program in PATH.
void require_program(const std::string& program, const std::string& package);

}  // namespace peyk::tests
