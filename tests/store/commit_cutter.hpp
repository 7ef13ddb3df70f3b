// A unix socket in front of MySQL's that hangs up at a COMMIT: before the server hears it, or after it has
// answered and before the client hears that. What a client cannot tell apart, made to order.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/kit/paths.hpp"

namespace peyk::tests {

class CommitCutter {
 public:
  enum class Cut { none, before_commit, after_commit };

  explicit CommitCutter(std::filesystem::path server)
      : server_(std::move(server)), path_(place_.path() / "cut.sock"), listener_(make_socket()) {
    const sockaddr_un address = address_of(path_);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_, 16) != 0) {
      throw std::runtime_error("cannot listen at " + path_.string());
    }
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~CommitCutter() {
    stopping_ = true;
    acceptor_.join();
    for (auto& thread : connections_) thread.join();
    ::close(listener_);
  }
  CommitCutter(const CommitCutter&) = delete;
  CommitCutter& operator=(const CommitCutter&) = delete;

  std::filesystem::path socket() const { return path_; }
  // The next COMMIT of any connection.
  void cut(Cut how) { next_ = how; }
  int cuts() const { return cuts_; }

 private:
  static constexpr int kPollMs = 20;

  // A connection's packets: four octets of length and number, then a command (MariaDB Server documentation,
  // "Client/Server Protocol": COM_QUERY 0x03, COM_STMT_PREPARE 0x16, COM_STMT_EXECUTE 0x17). Commits by word,
  // or by a prepared statement that ends with it.
  class Commands {
   public:
    bool commits(std::string_view packet) {
      if (packet.size() < 5) return false;
      const std::string_view rest = packet.substr(5);
      is_preparing_ = packet[4] == 0x16 && rest.find("COMMIT; END") != std::string_view::npos;
      if (packet[4] == 0x03) return rest == "COMMIT";
      return packet[4] == 0x17 && committing_.contains(std::string(rest.substr(0, 4)));
    }
    // COM_STMT_PREPARE's: 0x00, and the statement's number in four octets.
    void hear_answer(std::string_view packet) {
      if (is_preparing_ && packet.size() >= 9 && packet[4] == 0x00) committing_.emplace(packet.substr(5, 4));
      is_preparing_ = false;
    }

   private:
    std::set<std::string> committing_;
    bool is_preparing_ = false;
  };

  static int make_socket() {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) throw std::runtime_error("no socket");
    return fd;
  }
  static sockaddr_un address_of(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    return address;
  }
  static void send_all(int fd, std::string_view octets) {
    while (!octets.empty()) {
      const ssize_t sent = ::send(fd, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      octets.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  void accept_all() {
    while (!stopping_) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, kPollMs) <= 0) continue;
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client >= 0) connections_.emplace_back([this, client] { carry(client); });
    }
  }

  void carry(int client) {
    const int server = make_socket();
    const sockaddr_un address = address_of(server_);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      pump(client, server);
    ::close(client);
    ::close(server);
  }

  void pump(int client, int server) {
    std::array<char, 65536> buffer;
    bool cut_answer = false;
    Commands commands;
    while (!stopping_) {
      std::array<pollfd, 2> ends{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
      if (::poll(ends.data(), ends.size(), kPollMs) <= 0) continue;
      for (const pollfd& end : ends) {
        if (end.revents == 0) continue;
        const ssize_t got = ::recv(end.fd, buffer.data(), buffer.size(), 0);
        if (got <= 0) return;
        const std::string_view octets(buffer.data(), static_cast<std::size_t>(got));
        if (end.fd == server) {
          if (cut_answer) return;
          commands.hear_answer(octets);
          send_all(client, octets);
          continue;
        }
        if (commands.commits(octets)) {
          const Cut how = next_.exchange(Cut::none);
          if (how != Cut::none) ++cuts_;
          if (how == Cut::before_commit) return;
          cut_answer = how == Cut::after_commit;
        }
        send_all(server, octets);
      }
    }
  }

  TempDir place_;
  std::filesystem::path server_, path_;
  int listener_;
  std::atomic<bool> stopping_{false};
  std::atomic<Cut> next_{Cut::none};
  std::atomic<int> cuts_{0};
  std::thread acceptor_;
  std::vector<std::thread> connections_;
};

}  // namespace peyk::tests
