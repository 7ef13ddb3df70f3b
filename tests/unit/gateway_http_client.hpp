// A blocking HTTP client that sends octets as they are, good or bad, for tests of the server. Every wait ends
// after kPatience.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace peyk::tests {

struct RawResponse {
  int status = 0;
  std::string head;  // status line and fields
  std::string body;
};

class RawClient {
 public:
  static constexpr std::chrono::seconds kPatience{60};

  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{kPatience.count(), 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
      ::close(fd_);
      throw std::runtime_error("RawClient: nobody listens");
    }
  }
  ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False: the other side has closed.
  bool send(std::string_view octets) const {
    while (!octets.empty()) {
      const ssize_t sent = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // The next response, or nothing when the connection ends before one is whole. `head`: it was asked for by
  // HEAD.
  std::optional<RawResponse> read(bool head = false) {
    std::size_t end = std::string::npos;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return std::nullopt;
    }
    RawResponse response;
    response.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    response.status = std::atoi(response.head.substr(9, 3).c_str());
    const std::size_t length = response.head.find("Content-Length: ");
    const std::size_t size = length == std::string::npos || head
                                 ? 0
                                 : std::strtoul(response.head.c_str() + length + 16, nullptr, 10);
    while (buffer_.size() < size) {
      if (!more()) return std::nullopt;
    }
    response.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return response;
  }

  // True when the other side closes before sending anything more.
  bool closed() { return buffer_.empty() && !more() && !waited_in_vain_; }

  // Waits for the other side to close (or send), no longer than this.
  bool closes_within(std::chrono::milliseconds patience) const {
    pollfd wanted{fd_, POLLIN, 0};
    return ::poll(&wanted, 1, static_cast<int>(patience.count())) != 0;
  }

  RawResponse ask(std::string_view request) {
    send(request);
    return read().value_or(RawResponse{});
  }

 private:
  bool more() {
    char octets[4096];
    const ssize_t got = ::recv(fd_, octets, sizeof octets, 0);
    waited_in_vain_ = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (got <= 0) return false;
    buffer_.append(octets, static_cast<std::size_t>(got));
    return true;
  }

  int fd_;
  std::string buffer_;
  bool waited_in_vain_ = false;
};

}  // namespace peyk::tests
