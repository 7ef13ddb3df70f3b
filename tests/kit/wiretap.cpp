#include "tests/kit/wiretap.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <map>
#include <system_error>

#include "tests/kit/sockets.hpp"

namespace peyk::tests {
namespace {

constexpr std::size_t kReadMax = 16'384;  // of one read, and so of one packet of the pcap

int tcp_socket() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "socket");
  return fd;
}

std::int64_t now_us() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since_1970).count();
}

}  // namespace

Wiretap::Wiretap(std::uint16_t server_port) : server_port_(server_port), listener_(tcp_socket()) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, generic, &size) != 0 || pipe2(stop_, O_CLOEXEC) != 0) {
    close(listener_);
    throw std::system_error(errno, std::generic_category(), "a wiretap's port");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

Wiretap::~Wiretap() {
  close(stop_[1]);
  thread_.join();
  close(stop_[0]);
  close(listener_);
}

std::vector<Passed> Wiretap::passed() const {
  std::lock_guard lock(mutex_);
  return passed_;
}

void Wiretap::take_client(std::vector<Wire>& wires) {
  Wire wire{.conversation = ++conversations_};
  wire.client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (wire.client < 0) return;
  wire.server = tcp_socket();
  const sockaddr_in address = loopback(server_port_);
  if (connect(wire.server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(wire.client);
    close(wire.server);
    return;
  }
  no_delay(wire.client);
  no_delay(wire.server);
  wires.push_back(wire);
}

bool Wiretap::pass_on(const Wire& wire, bool to_server) {
  const int from = to_server ? wire.client : wire.server;
  const int to = to_server ? wire.server : wire.client;
  std::string octets(kReadMax, '\0');
  const ssize_t size = read(from, octets.data(), octets.size());
  if (size < 0 && errno == EINTR) return true;
  if (size <= 0) {
    shutdown(to, SHUT_WR);
    return false;
  }
  octets.resize(static_cast<std::size_t>(size));
  {
    // Kept before it is passed on: who has received something finds it in passed().
    std::lock_guard lock(mutex_);
    passed_.push_back({wire.conversation, to_server, now_us(), octets});
  }
  return send_all(to, octets);
}

void Wiretap::run() {
  std::vector<Wire> wires;
  while (true) {
    std::vector<pollfd> waits{{stop_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Wire& wire : wires) {
      waits.push_back({wire.client_ended ? -1 : wire.client, POLLIN, 0});
      waits.push_back({wire.server_ended ? -1 : wire.server, POLLIN, 0});
    }
    poll(waits.data(), waits.size(), -1);
    if (waits[0].revents != 0) break;
    for (std::size_t i = 0; i < wires.size(); ++i) {
      if (waits[2 + 2 * i].revents != 0) wires[i].client_ended = !pass_on(wires[i], true);
      if (waits[3 + 2 * i].revents != 0) wires[i].server_ended = !pass_on(wires[i], false);
    }
    std::erase_if(wires, [](const Wire& wire) {
      if (!wire.client_ended || !wire.server_ended) return false;
      close(wire.client);
      close(wire.server);
      return true;
    });
    if (waits[1].revents != 0) take_client(wires);
  }
  for (const Wire& wire : wires) {
    close(wire.client);
    close(wire.server);
  }
}

namespace {

// Numbers as the wire has them, highest octet first.
void put(std::string& to, std::uint64_t number, int octets) {
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8)
    to.push_back(static_cast<char>(number >> shift & 0xFF));
}

struct Counts {
  std::uint32_t to_server = 1, to_client = 1;  // TCP's sequence numbers: of the next octet each way
};

// RFC 791 and RFC 9293 without options; checksums are 0, which tshark does not look at by default.
std::string packet(const Passed& passed, std::uint16_t server_port, Counts& counts) {
  constexpr std::size_t kHeaders = 40;
  const auto client_port = static_cast<std::uint16_t>(40'000 + passed.conversation);
  std::string octets;
  put(octets, 0x4500, 2);
  put(octets, kHeaders + passed.octets.size(), 2);
  put(octets, 0, 4);           // identification, fragment
  put(octets, 0x40060000, 4);  // time to live, TCP, checksum
  put(octets, INADDR_LOOPBACK, 4);
  put(octets, INADDR_LOOPBACK, 4);
  put(octets, passed.to_server ? client_port : server_port, 2);
  put(octets, passed.to_server ? server_port : client_port, 2);
  put(octets, passed.to_server ? counts.to_server : counts.to_client, 4);
  put(octets, passed.to_server ? counts.to_client : counts.to_server, 4);
  put(octets, 0x5018, 2);  // five words of header, PSH and ACK
  put(octets, 0xFFFF, 2);  // window
  put(octets, 0, 4);       // checksum, urgent pointer
  (passed.to_server ? counts.to_server : counts.to_client) +=
      static_cast<std::uint32_t>(passed.octets.size());
  return octets + passed.octets;
}

}  // namespace

void write_pcap(const std::filesystem::path& file, std::uint16_t server_port,
                const std::vector<Passed>& passed) {
  constexpr std::uint32_t kLinktypeRaw = 101;
  std::string octets;
  put(octets, 0xA1B2C3D4, 4);
  put(octets, 0x00020004, 4);  // version 2.4
  put(octets, 0, 8);
  put(octets, 0x40000, 4);
  put(octets, kLinktypeRaw, 4);
  std::map<std::uint32_t, Counts> counts;
  for (const Passed& one : passed) {
    const std::string content = packet(one, server_port, counts[one.conversation]);
    put(octets, static_cast<std::uint64_t>(one.at_us / 1'000'000), 4);
    put(octets, static_cast<std::uint64_t>(one.at_us % 1'000'000), 4);
    put(octets, content.size(), 4);
    put(octets, content.size(), 4);
    octets += content;
  }
  std::ofstream(file, std::ios::binary) << octets;
}

}  // namespace peyk::tests
