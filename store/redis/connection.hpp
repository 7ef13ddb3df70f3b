// One connection to Redis: commands go out in order, replies come back in order.
//
// A command's life: refused (no link, or too many wait: it surely had no effect), or waiting -> written ->
// answered. All commands issued in one turn of the loop leave in one write. When the link breaks, every
// command without an answer gets "redis connection lost" exactly once: it may or may not have happened, so
// callers use idempotent scripts. The link comes back by itself, with backoff and jitter; commands are never
// repeated on the new one.
//
// Liveness is one number: when the oldest command has waited command_timeout, the link is broken (replies
// have an order, so whatever follows it is late too).
//
// Rejected: queueing while the link is down (callers read the outbox again anyway, see lanes.hpp), hiredis'
// own I/O (no Asio adapter in 0.14; its reader and formatter do no I/O and are the codec here).
//
// Thread rule: everything, callbacks included, on the one thread that runs the io_context. No locks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "config/toolchain/asio.hpp"
#include "store/options.hpp"
#include "store/redis/reply.hpp"

namespace peyk::store {

namespace asio = boost::asio;

// Bytes accepted but not yet written. More: refused as full.
inline constexpr std::size_t kRedisUnsentBytesMax = 64U * 1024 * 1024;

// What a monitor wants to know. Counters only grow.
struct RedisHealth {
  std::uint64_t connects = 0;          // links that came up, AUTH included
  std::uint64_t connect_failures = 0;  // attempts that did not
  std::uint64_t commands = 0;          // accepted
  std::uint64_t replies = 0;           // answered by the server, errors included
  std::uint64_t errors = 0;            // answered with an error
  std::uint64_t refused = 0;           // not connected, or full
  std::uint64_t lost = 0;              // the link broke before the answer
  std::uint64_t writes = 0;            // socket writes: commands / writes is the depth of the pipeline
  std::size_t pending = 0;             // now
};

// Thrown by the typed operations (Lanes, Dialogs) when Redis did not do what was asked. `outcome_unknown`:
// the link broke after the command was accepted, so it may have happened.
class RedisError : public std::runtime_error {
 public:
  explicit RedisError(const Reply& reply);
  RedisFailure failure() const { return failure_; }
  bool outcome_unknown() const { return failure_ == RedisFailure::lost; }

 private:
  RedisFailure failure_;
};

// A Lua script and the name Redis knows it by.
struct Script {
  explicit Script(std::string lua);
  std::string text;
  std::string sha1;  // 40 hex digits
};

class RedisConnection {
 public:
  using Callback = std::function<void(Reply)>;

  // Nothing happens before start().
  RedisConnection(asio::io_context& loop, RedisOptions options);
  // Calls stop(). Whoever awaits a command is resumed in there, so stop() while they can still bear it.
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  // Called each time a link is up and authenticated. What Redis remembers may be gone: seed again where
  // needed. Set before start().
  void on_connected(std::function<void()> hook);
  // Called each time a link breaks ("redis_lost") or an attempt fails ("redis_unreachable"), for the log; it
  // must not call us. Set before start().
  void on_lost(std::function<void(const std::string& event, const std::string& why)> hook);

  void start();
  // Ends the link and all attempts; pending commands are told that they are lost. No callback follows. For
  // good.
  void stop();

  bool connected() const;
  RedisHealth health() const;

  // `callback` is called exactly once: with the reply; or, before send() returns, when the command is refused
  // (Reply::failure says not_connected or full); or when the link is lost.
  void send(const std::vector<std::string>& argv, Callback callback);

  // The same for coroutines of this io_context. Never throws for what Redis says: look at Reply::failure.
  asio::awaitable<Reply> command(std::vector<std::string> argv);

  // Runs a script by its hash; a server that does not know it (restart, SCRIPT FLUSH) gets the text once
  // more. `script` outlives the call.
  asio::awaitable<Reply> evaluate(const Script* script, std::vector<std::string> keys,
                                  std::vector<std::string> arguments);

 private:
  class Link;
  asio::awaitable<Reply> exchange(
      const std::vector<std::string>* argv);  // `argv` is the caller's, suspended meanwhile

  std::shared_ptr<Link>
      link_;  // handlers of the last turn may outlive us; they find it stopped and touch nothing else
};

}  // namespace peyk::store
