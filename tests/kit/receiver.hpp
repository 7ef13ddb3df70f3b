// A club's system that is told of events: an HTTP server on 127.0.0.1 that answers as a test wants, badly
// too.
//
//   Receiver receiver([](const Receiver::Got& got) { return Receiver::Reply{.status = 503}; });
//   receiver.url();  receiver.got();
//
// Each connection has a thread; the answers are asked for on it, one at a time. One request a connection.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace peyk::tests {

class Receiver {
 public:
  struct Got {
    std::string target;
    std::map<std::string, std::string> headers;  // names in small letters
    std::string body;
    std::chrono::steady_clock::time_point at{};

    std::string header(const std::string& name) const {
      const auto found = headers.find(name);
      return found == headers.end() ? "" : found->second;
    }
  };
  enum class How { whole, hang_up, half, silence };  // half: of the answer's head, then hung up
  struct Reply {
    int status = 200;
    std::string body{};
    std::string headers{};  // more of them, each line with its \r\n
    How how = How::whole;
    std::chrono::milliseconds after{0};
  };
  using Answer = std::function<Reply(const Got&)>;

  Receiver();  // says 200 to everything
  explicit Receiver(Answer answer);
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& path = "/hook") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  std::vector<Got> got() const;
  std::size_t most_at_once() const;
  // False: fewer came within `limit`.
  bool await(std::size_t count, std::chrono::milliseconds limit) const;

 private:
  void accept_all();
  void serve(int socket);

  Answer answer_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<Got> got_;
  std::size_t at_once_ = 0, most_at_once_ = 0;
  bool stopping_ = false;
  std::vector<int> sockets_;
  std::vector<std::thread> serving_;
  std::thread accepting_;
};

}  // namespace peyk::tests
