#include "tests/kit/receiver.hpp"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "tests/kit/sockets.hpp"

namespace peyk::tests {
namespace {

std::string in_small_letters(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// Empty where the other side hung up before all of it was there.
bool read_request(int socket, Receiver::Got& got) {
  std::string octets;
  std::size_t head_end = octets.npos, length = 0;
  char chunk[4096];
  while (head_end == octets.npos || octets.size() < head_end + 4 + length) {
    const ssize_t read = ::recv(socket, chunk, sizeof chunk, 0);
    if (read <= 0) return false;
    octets.append(chunk, static_cast<std::size_t>(read));
    if (head_end != octets.npos) continue;
    head_end = octets.find("\r\n\r\n");
    if (head_end == octets.npos) continue;
    std::size_t at = octets.find("\r\n");
    got.target = octets.substr(octets.find(' ') + 1, octets.rfind(' ', at) - octets.find(' ') - 1);
    while (at < head_end) {
      const std::size_t begin = at + 2, colon = octets.find(':', begin);
      at = octets.find("\r\n", begin);
      got.headers[in_small_letters(octets.substr(begin, colon - begin))] =
          octets.substr(colon + 2, at - colon - 2);
    }
    length = std::stoul("0" + got.header("content-length"));
  }
  got.body = octets.substr(head_end + 4);
  got.at = std::chrono::steady_clock::now();
  return true;
}

}  // namespace

Receiver::Receiver() : Receiver([](const Got&) { return Reply{}; }) {}

Receiver::Receiver(Answer answer) : answer_(std::move(answer)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 128) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("the receiver cannot listen");
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { accept_all(); });
}

Receiver::~Receiver() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  changed_.notify_all();
  accepting_.join();
  for (std::thread& one : serving_) one.join();
  for (const int socket : sockets_) ::close(socket);
  ::close(listener_);
}

void Receiver::accept_all() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    if (stopping_) return;
    serving_.emplace_back([this, socket] { serve(socket); });
  }
}

void Receiver::serve(int socket) {
  Got got;
  if (!read_request(socket, got)) return;
  Reply reply;
  {
    std::unique_lock lock(mutex_);
    most_at_once_ = std::max(most_at_once_, ++at_once_);
    reply = answer_(got);
    got_.push_back(got);
    changed_.notify_all();
    if (reply.how == How::silence) changed_.wait(lock, [this] { return stopping_; });
    changed_.wait_for(lock, reply.after, [this] { return stopping_; });
    --at_once_;
  }
  const std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " As Told\r\n" + reply.headers +
                           "Content-Length: " + std::to_string(reply.body.size()) +
                           "\r\nConnection: close\r\n\r\n" + reply.body;
  if (reply.how == How::whole) send_all(socket, head);
  if (reply.how == How::half) send_all(socket, std::string_view(head).substr(0, 12));
  ::shutdown(socket, SHUT_RDWR);
}

std::vector<Receiver::Got> Receiver::got() const {
  const std::lock_guard lock(mutex_);
  return got_;
}

std::size_t Receiver::most_at_once() const {
  const std::lock_guard lock(mutex_);
  return most_at_once_;
}

bool Receiver::await(std::size_t count, std::chrono::milliseconds limit) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [this, count] { return got_.size() >= count; });
}

}  // namespace peyk::tests
