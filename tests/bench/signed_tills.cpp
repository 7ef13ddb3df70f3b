#include "tests/bench/signed_tills.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <list>
#include <stdexcept>

#include "config/toolchain/asio.hpp"
#include "sim/till.hpp"

namespace peyk::bench {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

struct Run {
  const std::vector<std::string>& requests;
  std::size_t next = 0;
  std::vector<double> took_ms;
};

class Till {
 public:
  Till(asio::io_context& io, std::uint16_t port, Run& run) : socket_(io), run_(run) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
    socket_.set_option(asio::ip::tcp::no_delay(true));
  }

  // What is sent is less than a socket holds: it never waits.
  void send() {
    if (run_.next == run_.requests.size()) return;
    began_ = Clock::now();
    answer_.clear();
    asio::write(socket_, asio::buffer(run_.requests[run_.next++]));
    read();
  }

 private:
  void read() {
    socket_.async_read_some(asio::buffer(chunk_), [this](boost::system::error_code ec, std::size_t size) {
      if (ec) throw std::runtime_error("the gateway hung up: " + ec.message());
      answer_.append(chunk_.data(), size);
      if (!is_whole()) return read();
      if (!answer_.starts_with("HTTP/1.1 200 ")) throw std::runtime_error("answered\n" + answer_);
      run_.took_ms.push_back(since_ms(began_));
      send();
    });
  }

  bool is_whole() const {
    static constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t head = answer_.find("\r\n\r\n"), length = answer_.find(kLength);
    return head != answer_.npos &&
           answer_.size() >= head + 4 + std::stoul(answer_.substr(length + kLength.size(), 8));
  }

  asio::ip::tcp::socket socket_;
  Run& run_;
  std::string answer_;
  std::array<char, 4096> chunk_{};
  Clock::time_point began_;
};

}  // namespace

std::vector<std::string> signed_purchases(const tests::Stack& stack, std::uint64_t first_phone,
                                          std::uint64_t first, std::uint64_t count) {
  const sim::TillOptions till = stack.till().options();
  const std::int64_t now_s = std::time(nullptr);
  std::vector<std::string> requests;
  for (std::uint64_t n = first; n < first + count; ++n) {
    const std::string id = fmt::format("bench_{}", n);
    const std::string body =
        sim::purchase_json(std::to_string(first_phone + n), 1'000'000, fmt::format("B-{}", n));
    requests.push_back(fmt::format(
        "POST /v1/purchases HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        "peyk-key: {}\r\nwebhook-id: {}\r\nwebhook-timestamp: {}\r\nwebhook-signature: {}\r\n"
        "Content-Length: {}\r\n\r\n{}",
        till.key_id, id, now_s, sim::sign_webhook(till.secret, id, now_s, body), body.size(), body));
  }
  return requests;
}

Figure report(const tests::Stack& stack, int connections, const std::vector<std::string>& requests) {
  asio::io_context io(1);
  Run run{.requests = requests};
  std::list<Till> tills;
  for (int n = 0; n < connections; ++n) tills.emplace_back(io, stack.http_port(), run);
  const auto began = Clock::now();
  for (Till& till : tills) till.send();
  io.run();
  return figure_of(std::move(run.took_ms), since_ms(began) / 1000);
}

}  // namespace peyk::bench
