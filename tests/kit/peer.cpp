#include "tests/kit/peer.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace peyk::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;

constexpr std::chrono::seconds kInstallWithin{400};

fs::path scripts() {
  return source_dir() / "tests/interop";
}

bool matches(const std::string& line, const json& members) {
  const json event = json::parse(line);
  return std::ranges::all_of(members.items(), [&event](const auto& member) {
    return event.contains(member.key()) && event[member.key()] == member.value();
  });
}

// Installs the packages as package-lock.json pins them, unless that is what stands there. What went wrong;
// "": nothing.
std::string install_node_smpp(const fs::path& folder) {
  const std::string lock = read_file(scripts() / "package-lock.json");
  const fs::path installed = folder / "node_modules/installed-lock.json";
  if (fs::exists(installed) && read_file(installed) == lock) return "";
  fs::create_directories(folder);
  for (const char* file : {"package.json", "package-lock.json"})
    fs::copy_file(scripts() / file, folder / file, fs::copy_options::overwrite_existing);
  const Finished npm =
      run_process({.argv = {"npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts",
                            "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"},
                   .working_directory = folder},
                  kInstallWithin);
  if (!npm.status.ok())
    return "npm could not install what tests/interop/package.json names; it said:\n" + npm.output;
  std::ofstream(installed) << lock;
  return "";
}

// Which part of how many a header says: of `00 03 ref total seq` or `08 04 ref ref total seq`, with or
// without its length octet.
struct PartNumber {
  unsigned total = 1, seq = 1;
};

PartNumber part_number(const json& pdu) {
  std::string udh = pdu.value("udh", "");
  if (udh.starts_with("050003") || udh.starts_with("060804")) udh.erase(0, 2);
  if (!udh.starts_with("0003") && !udh.starts_with("0804")) return {};
  const std::string numbers = udh.substr(udh.size() - 4);
  return {.total = static_cast<unsigned>(std::stoul(numbers.substr(0, 2), nullptr, 16)),
          .seq = static_cast<unsigned>(std::stoul(numbers.substr(2), nullptr, 16))};
}

}  // namespace

// A program of tests tries to install it once: without a network each try is long.
fs::path node_modules() {
  require_program("node", "nodejs");
  require_program("npm", "npm");
  const fs::path folder = binary_dir() / "tests/interop";
  static const std::string failure = install_node_smpp(folder);
  if (!failure.empty()) throw std::runtime_error(failure);
  return folder / "node_modules";
}

void require_program(const std::string& program, const std::string& package) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (access((fs::path(folder) / program).c_str(), X_OK) == 0) return;
  throw std::runtime_error("there is no `" + program + "`: apt-get install " + package);
}

Peer::Peer(std::vector<std::string> argv, std::map<std::string, std::string> env)
    : process_({.argv = std::move(argv),
                .env = std::move(env),
                .output = dir_.path() / "events",
                .stdin_pipe = true}) {}

std::unique_ptr<Peer> Peer::net_smpp() {
  require_program("perl", "perl");
  const Finished there = run_process({.argv = {"perl", "-MNet::SMPP", "-e1"}}, kWithin);
  if (!there.status.ok())
    throw std::runtime_error("perl has no Net::SMPP: apt-get install libnet-smpp-perl\n" + there.output);
  return std::unique_ptr<Peer>(new Peer({"perl", (scripts() / "net_smpp_peer.pl").string()}, {}));
}

std::unique_ptr<Peer> Peer::node_smpp() {
  return std::unique_ptr<Peer>(new Peer({"node", (scripts() / "node_smpp_peer.js").string(), "esme"},
                                        {{"NODE_PATH", node_modules().string()}}));
}

std::unique_ptr<Peer> Peer::node_smpp_carrier(const std::string& system_id, const std::string& password) {
  return std::unique_ptr<Peer>(
      new Peer({"node", (scripts() / "node_smpp_peer.js").string(), "carrier", system_id, password},
               {{"NODE_PATH", node_modules().string()}}));
}

void Peer::tell(const json& order) {
  process_.write_stdin(order.dump() + "\n");
}

void Peer::send(std::string_view command) {
  send(command, json::object());
}

void Peer::send(std::string_view command, const json& fields) {
  tell({{"do", "send"}, {"command", command}, {"fields", fields}});
}

// Lines that are no JSON are the peer's warnings; they are shown when something fails.
void Peer::read_events() {
  const std::string output = process_.output();
  for (auto end = output.find('\n', scanned_); end != std::string::npos; end = output.find('\n', scanned_)) {
    const std::string_view line(output.data() + scanned_, end - scanned_);
    scanned_ = end + 1;
    if (json::accept(line)) events_.emplace_back(line);
  }
}

std::optional<json> Peer::take(const json& members) {
  read_events();
  const auto found =
      std::ranges::find_if(events_, [&](const std::string& event) { return matches(event, members); });
  if (found == events_.end()) return std::nullopt;
  json event = json::parse(*found);
  events_.erase(found);
  return event;
}

json Peer::await(const json& members, std::chrono::milliseconds limit) {
  std::optional<json> event;
  eventually(limit, [&] {
    const bool ended = !process_.running();
    event = take(members);
    return event || ended;
  });
  if (!event)
    throw std::runtime_error("the peer did not say " + members.dump() + "; it said:\n" + process_.output());
  return *event;
}

json Peer::await_pdu(std::string_view command) {
  return await_pdu(command, json::object());
}

json Peer::await_pdu(std::string_view command, const json& members) {
  json wanted = members;
  wanted["event"] = "pdu";
  wanted["command"] = command;
  return await(wanted);
}

std::string Peer::await_text(std::string_view command, std::string_view destination,
                             std::vector<json>& parts) {
  std::map<unsigned, std::string> by_seq;
  unsigned total = 1;
  while (by_seq.size() < total) {
    const json pdu = await_pdu(command, {{"destination_addr", destination}});
    const PartNumber number = part_number(pdu);
    total = number.total;
    by_seq[number.seq] = pdu.at("text").get<std::string>();
    parts.push_back(pdu);
  }
  std::string text;
  for (const auto& [seq, part] : by_seq) text += part;
  return text;
}

bool Peer::has(const json& members) {
  read_events();
  return std::ranges::any_of(events_, [&](const std::string& event) { return matches(event, members); });
}

}  // namespace peyk::tests
