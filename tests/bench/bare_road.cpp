#include "tests/bench/bare_road.hpp"

#include <hiredis/hiredis.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "store/mysql/connection.hpp"
#include "tests/bench/rounds.hpp"
#include "tests/kit/sockets.hpp"

namespace peyk::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kPduOctets = 133;  // as in `codec`

bool receive_all(int socket, std::array<char, kPduOctets>& octets) {
  return recv(socket, octets.data(), octets.size(), MSG_WAITALL) == static_cast<ssize_t>(octets.size());
}

// Both ends of a TCP connection over loopback.
std::pair<int, int> connected_pair() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int from = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = tests::loopback(0);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, any, size) != 0 || listen(listener, 1) != 0 || getsockname(listener, any, &size) != 0 ||
      connect(from, any, size) != 0)
    throw std::runtime_error("the bare road has no loopback");
  const int to = accept(listener, nullptr, nullptr);
  close(listener);
  tests::no_delay(from);
  tests::no_delay(to);
  return {from, to};
}

}  // namespace

struct BareRoad::Impl {
  explicit Impl(tests::Stack& stack)
      : mysql({.unix_socket = stack.mysql().unix_socket(),
               .user = stack.mysql().user(),
               .password = stack.mysql().password(),
               .database = "peyk"}),
        redis(redisConnectUnix(stack.redis().unix_socket().c_str())) {
    if (redis == nullptr || redis->err != 0) throw std::runtime_error("the bare road has no Redis");
    mysql.open();
    for (const char* table : {"bench_request", "bench_member", "bench_outbox"}) {
      mysql.execute(std::string("CREATE TABLE IF NOT EXISTS ") + table +
                    " (id BIGINT UNSIGNED PRIMARY KEY, what VARCHAR(200)) ENGINE=InnoDB");
    }
    std::tie(phone, gateway) = connected_pair();
    thread = std::thread([this] { run(); });
  }
  ~Impl() {
    shutdown(phone, SHUT_RDWR);
    thread.join();
    close(phone);
    close(gateway);
    redisFree(redis);
    mysql.execute("DROP TABLE bench_request, bench_member, bench_outbox");
  }

  void run() {
    std::array<char, kPduOctets> pdu{};
    while (receive_all(gateway, pdu)) {
      ++texts;
      // Was it asked before, and whose number is it: each answers with nothing, but is asked.
      for (const char* table : {"bench_request", "bench_member"}) {
        for (store::Rows rows =
                 mysql.prepare(std::string("SELECT what FROM ") + table + " WHERE id = ? FOR UPDATE")
                     .add(texts)
                     .query();
             rows.next();) {
        }
      }
      for (const char* table : {"bench_request", "bench_member", "bench_outbox"}) {
        mysql.prepare(std::string("INSERT INTO ") + table + " (id, what) VALUES (?, ?)")
            .add(texts)
            .add("one durable row of what a text costs")
            .update();
      }
      mysql.commit();
      freeReplyObject(redisCommand(redis, "LPUSH bench:road %llu", static_cast<unsigned long long>(texts)));
      freeReplyObject(redisCommand(redis, "RPOP bench:road"));
      if (!tests::send_all(gateway, {pdu.data(), pdu.size()})) return;
    }
  }

  store::Connection mysql;
  redisContext* redis;
  int phone = -1, gateway = -1;
  std::uint64_t texts = 0;
  std::thread thread;
};

BareRoad::BareRoad(tests::Stack& stack) : impl_(std::make_unique<Impl>(stack)) {}
BareRoad::~BareRoad() = default;

double BareRoad::p50_ms(int count) {
  std::vector<double> took;
  std::array<char, kPduOctets> pdu{};
  for (int i = 0; i < count; ++i) {
    const auto began = Clock::now();
    if (!tests::send_all(impl_->phone, {pdu.data(), pdu.size()}) || !receive_all(impl_->phone, pdu))
      throw std::runtime_error("the bare road is closed");
    took.push_back(std::chrono::duration<double, std::milli>(Clock::now() - began).count());
  }
  return median(std::move(took));
}

}  // namespace peyk::bench
