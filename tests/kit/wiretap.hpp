// A wire that can be listened to: a port of 127.0.0.1 before a server's, which passes all octets on and keeps
// them, and a pcap file made of them. It needs no rights, as capturing on an interface does, and loses
// nothing.
//
// One thread of its own reads and writes; passed() may be called from any.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace peyk::tests {

// What one read gave. TCP's own packets are not kept: a stream's octets are.
struct Passed {
  std::uint32_t conversation = 0;  // 1, 2, 3 … in the order in which the clients came
  bool to_server = false;
  std::int64_t at_us = 0;  // since 1970
  std::string octets;
};

class Wiretap {
 public:
  // Throws std::system_error when no port can be had. A client is let go again when the server does not
  // listen.
  explicit Wiretap(std::uint16_t server_port);
  ~Wiretap();
  Wiretap(const Wiretap&) = delete;
  Wiretap& operator=(const Wiretap&) = delete;

  std::uint16_t port() const { return port_; }
  std::uint16_t server_port() const { return server_port_; }
  std::vector<Passed> passed() const;

 private:
  struct Wire {
    std::uint32_t conversation = 0;
    int client = -1, server = -1;
    bool client_ended = false, server_ended = false;
  };

  void run();
  void take_client(std::vector<Wire>& wires);
  // False: nothing more comes from there.
  bool pass_on(const Wire& wire, bool to_server);

  std::uint16_t server_port_, port_ = 0;
  int listener_ = -1;
  int stop_[2] = {-1, -1};  // a pipe whose end tells the thread to end
  mutable std::mutex mutex_;
  std::vector<Passed> passed_;
  std::uint32_t conversations_ = 0;
  std::thread thread_;
};

// The octets as TCP over IPv4 between 127.0.0.1's `server_port` and ports from 40001 on, one packet a read.
void write_pcap(const std::filesystem::path& file, std::uint16_t server_port,
                const std::vector<Passed>& passed);

}  // namespace peyk::tests
