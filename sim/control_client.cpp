#include "sim/control_client.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

namespace peyk::sim {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void broken(const std::string& what) {
  throw ControlBroken("simulator's control port: " + what);
}

nlohmann::json parse(const std::string& line) {
  nlohmann::json answer = nlohmann::json::parse(line, nullptr, false);
  if (!answer.is_object()) broken("not a JSON object: " + line.substr(0, 200));
  return answer;
}

ReceivedText to_text(const nlohmann::json& item) {
  ReceivedText text;
  text.n = item.value("n", std::uint64_t{0});
  text.from = item.value("from", "");
  text.to = item.value("to", "");
  text.text = item.value("text", "");
  text.parts = item.value("parts", 1U);
  text.at_us = item.value("at_us", std::int64_t{0});
  return text;
}

Screen to_screen(const nlohmann::json& answer) {
  Screen screen;
  screen.ok = answer.value("ok", false);
  screen.session = answer.value("session", 0U);
  screen.screen = answer.value("screen", "");
  screen.open = answer.value("open", false);
  screen.us = answer.value("us", std::int64_t{0});
  screen.error = answer.value("error", "");
  return screen;
}

}  // namespace

ControlClient::ControlClient(const std::string& host, std::uint16_t port, Milliseconds timeout)
    : timeout_(timeout) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &to.sin_addr) != 1) broken("not an IPv4 address: " + host);
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) broken(std::strerror(errno));
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  int error = 0;
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    error = errno;
    if (error == EINPROGRESS && wait_for(POLLOUT, Clock::now() + timeout)) {
      socklen_t size = sizeof error;
      ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    }
  }
  if (error != 0) {
    close_socket();
    broken("cannot connect to " + host + ":" + std::to_string(port) + ": " + std::strerror(error));
  }
}

ControlClient::~ControlClient() {
  close_socket();
}

ControlClient::ControlClient(ControlClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      timeout_(other.timeout_),
      input_(std::move(other.input_)),
      scanned_(other.scanned_) {}

ControlClient& ControlClient::operator=(ControlClient&& other) noexcept {
  if (this != &other) {
    close_socket();
    fd_ = std::exchange(other.fd_, -1);
    timeout_ = other.timeout_;
    input_ = std::move(other.input_);
    scanned_ = other.scanned_;
  }
  return *this;
}

void ControlClient::close_socket() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

nlohmann::json ControlClient::ask(const nlohmann::json& request) {
  return ask(request, timeout_);
}

nlohmann::json ControlClient::ask(const nlohmann::json& request, Milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  // A text with invalid UTF-8 is the simulator's to refuse, so it must not throw here.
  send_line(request.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n", deadline);
  const std::optional<std::string> line = receive_line(deadline);
  if (!line) {
    close_socket();  // a late answer would be taken for the next question's
    broken("no answer within " + std::to_string(timeout.count()) + " ms to " + request.value("do", "?"));
  }
  return parse(*line);
}

MoAnswer ControlClient::mo(std::string_view from, std::string_view to, std::string_view text) {
  const nlohmann::json answer = ask({{"do", "mo"}, {"from", from}, {"to", to}, {"text", text}});
  MoAnswer result;
  result.ok = answer.value("ok", false);
  result.command_status = answer.value("command_status", 0U);
  result.us = answer.value("us", std::int64_t{0});
  result.error = answer.value("error", "");
  return result;
}

Screen ControlClient::dial(std::string_view from, std::string_view code) {
  return to_screen(ask({{"do", "dial"}, {"from", from}, {"code", code}}));
}

Screen ControlClient::press(std::uint32_t session, std::string_view keys) {
  return to_screen(ask({{"do", "press"}, {"session", session}, {"keys", keys}}));
}

void ControlClient::hang_up(std::uint32_t session) {
  ask({{"do", "hang_up"}, {"session", session}});
}

std::vector<ReceivedText> ControlClient::inbox(std::string_view phone, std::uint64_t after,
                                               Milliseconds wait) {
  const nlohmann::json answer =
      ask({{"do", "inbox"}, {"phone", phone}, {"after", after}, {"wait_ms", wait.count()}}, timeout_ + wait);
  std::vector<ReceivedText> texts;
  if (const auto list = answer.find("texts"); list != answer.end()) {
    for (const auto& item : *list) texts.push_back(to_text(item));
  }
  return texts;
}

std::uint64_t ControlClient::last_text_number() {
  return ask({{"do", "stats"}}).value("last_text", std::uint64_t{0});
}

void ControlClient::listen() {
  if (!ask({{"do", "listen"}}).value("ok", false)) broken("refuses to be listened to");
}

std::optional<ReceivedText> ControlClient::next_text(Milliseconds wait) {
  const auto deadline = Clock::now() + wait;
  for (;;) {
    const std::optional<std::string> line = receive_line(deadline);
    if (!line) return std::nullopt;
    const nlohmann::json event = parse(*line);
    if (event.value("event", "") == "mt") return to_text(event);
  }
}

void ControlClient::send_line(const std::string& line, Clock::time_point deadline) {
  std::size_t sent = 0;
  while (sent < line.size()) {
    const ssize_t n = ::send(fd_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (n > 0) {
      sent += static_cast<std::size_t>(n);
    } else if (n < 0 && errno != EAGAIN && errno != EINTR) {
      broken(std::strerror(errno));
    } else if (!wait_for(POLLOUT, deadline)) {
      broken("does not read");
    }
  }
}

// Nothing: the deadline passed.
std::optional<std::string> ControlClient::receive_line(Clock::time_point deadline) {
  for (;;) {
    if (const std::size_t end = input_.find('\n', scanned_); end != std::string::npos) {
      std::string line = input_.substr(0, end);
      input_.erase(0, end + 1);
      scanned_ = 0;
      return line;
    }
    scanned_ = input_.size();
    char buffer[65536];
    const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n > 0) {
      input_.append(buffer, static_cast<std::size_t>(n));
    } else if (n == 0) {
      broken("closed the connection");
    } else if (errno != EAGAIN && errno != EINTR) {
      broken(std::strerror(errno));
    } else if (!wait_for(POLLIN, deadline)) {
      return std::nullopt;
    }
  }
}

bool ControlClient::wait_for(short events, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<Milliseconds>(deadline - Clock::now()).count();
    pollfd entry{fd_, events, 0};
    const int n = ::poll(&entry, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000)));
    if (n > 0) return true;
    if (n == 0 && left <= 0) return false;
    if (n < 0 && errno != EINTR) broken(std::strerror(errno));
  }
}

}  // namespace peyk::sim
