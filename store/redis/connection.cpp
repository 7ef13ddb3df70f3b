// The link is callbacks over one shared state, not coroutines: whatever a stopped connection leaves in the
// io_context (an aborted read, a cancelled timer) holds that state, finds another epoch or `stopped_`, and
// ends.
//
// An epoch is one attempt to have a link. drop() ends it; every handler carries the epoch in which it was
// started.
#include "store/redis/connection.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <chrono>
#include <deque>
#include <random>
#include <utility>

namespace peyk::store {
namespace {

using Clock = std::chrono::steady_clock;
using boost::system::error_code;
using Stream = asio::generic::stream_protocol;

constexpr std::chrono::milliseconds kBackoffMin{50};
constexpr std::chrono::milliseconds kBackoffMax{5000};
constexpr std::size_t kReadBytes = 64U * 1024;

std::string hex_of_sha1(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
    throw std::runtime_error("SHA-1 is not available");
  }
  static constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += digits[digest[i] >> 4U];
    hex += digits[digest[i] & 15U];
  }
  return hex;
}

}  // namespace

RedisError::RedisError(const Reply& reply) : std::runtime_error(reply.text), failure_(reply.failure) {}

Script::Script(std::string lua) : text(std::move(lua)), sha1(hex_of_sha1(text)) {}

class RedisConnection::Link : public std::enable_shared_from_this<RedisConnection::Link> {
 public:
  Link(asio::io_context& loop, RedisOptions options)
      : loop_(loop),
        options_(std::move(options)),
        socket_(loop),
        resolver_(loop),
        watch_(loop),
        backoff_timer_(loop) {}

  void start() {
    if (!started_ && !stopped_) connect();
    started_ = true;
  }
  void stop();
  void send(const std::vector<std::string>& argv, Callback callback);

  // What async_initiate calls. A named function object: GCC 12 miscompiles capturing lambdas in an expression
  // with co_await.
  struct Start {
    Link* link;
    const std::vector<std::string>* argv;
    template <typename Handler>
    void operator()(Handler&& handler) const {
      auto shared =
          std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler));  // it cannot be copied
      link->send(*argv, [shared](Reply reply) { (*shared)(std::move(reply)); });
    }
  };

  bool connected() const { return up_; }
  RedisFailure refusal() const {
    if (!up_) return RedisFailure::not_connected;
    if (pending_.size() >= options_.pipeline_max || unsent_.size() > kRedisUnsentBytesMax)
      return RedisFailure::full;
    return RedisFailure::none;
  }
  RedisHealth health() const {
    RedisHealth now = health_;
    now.pending = pending_.size();
    return now;
  }
  void count_refused() { ++health_.refused; }

  std::function<void()> on_connected;
  std::function<void(const std::string& event, const std::string& why)> on_lost;

 private:
  struct Pending {
    Callback callback;
    Clock::time_point deadline;
  };

  bool current(std::uint64_t epoch) const { return !stopped_ && epoch == epoch_; }

  void connect();
  void resolved(std::uint64_t epoch, const error_code& error,
                const asio::ip::tcp::resolver::results_type& found);
  void connect_to(const std::vector<Stream::endpoint>& endpoints);
  void connected_to(std::uint64_t epoch, const error_code& error);
  void authenticated(const Reply& reply);
  void link_up();
  void drop(const std::string& why);
  std::deque<Pending> end_link();
  void connect_later();

  void accept(const std::vector<std::string>& argv, Callback callback);
  void write_soon();
  void write();
  void written(std::uint64_t epoch, const error_code& error);
  void read();
  void received(std::uint64_t epoch, const error_code& error, std::size_t bytes);
  void answer_all(std::uint64_t epoch);
  void watch(Clock::time_point until);
  void watched(std::uint64_t epoch, const error_code& error);

  asio::io_context& loop_;
  const RedisOptions options_;
  Stream::socket socket_;
  asio::ip::tcp::resolver resolver_;
  asio::steady_timer watch_;  // while connecting: the time allowed for it; afterwards: for the oldest command
  asio::steady_timer backoff_timer_;
  std::minstd_rand jitter_{std::random_device{}()};
  std::chrono::milliseconds backoff_ = kBackoffMin;

  bool started_ = false, stopped_ = false;
  bool linking_ = false;  // an attempt is on its way, not yet authenticated
  bool up_ = false;
  std::uint64_t epoch_ = 0;

  std::deque<Pending> pending_;
  std::string unsent_, writing_;
  bool write_is_posted_ = false, write_is_running_ = false;
  std::array<char, kReadBytes> received_{};
  ReplyReader reader_;
  RedisHealth health_;
};

// ---- coming up

void RedisConnection::Link::connect() {
  const std::uint64_t epoch = ++epoch_;
  linking_ = true;
  watch(Clock::now() + options_.connect_timeout);
  if (!options_.unix_socket.empty()) {
    connect_to({Stream::endpoint(asio::local::stream_protocol::endpoint(options_.unix_socket))});
    return;
  }
  resolver_.async_resolve(options_.host, std::to_string(options_.port),
                          [self = shared_from_this(), epoch](const error_code& error, auto found) {
                            self->resolved(epoch, error, found);
                          });
}

void RedisConnection::Link::resolved(std::uint64_t epoch, const error_code& error,
                                     const asio::ip::tcp::resolver::results_type& found) {
  if (!current(epoch)) return;
  if (error) return drop(error.message());
  std::vector<Stream::endpoint> endpoints;
  for (const auto& entry : found) endpoints.emplace_back(entry.endpoint());
  connect_to(endpoints);
}

void RedisConnection::Link::connect_to(const std::vector<Stream::endpoint>& endpoints) {
  asio::async_connect(
      socket_, endpoints,
      [self = shared_from_this(), epoch = epoch_](const error_code& error, const Stream::endpoint&) {
        self->connected_to(epoch, error);
      });
}

void RedisConnection::Link::connected_to(std::uint64_t epoch, const error_code& error) {
  if (!current(epoch)) return;
  if (error) return drop(error.message());
  if (options_.unix_socket.empty()) {
    error_code ignored;  // a peer that is gone again is noticed by the first read
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  }
  reader_ = ReplyReader();
  read();
  if (options_.password.empty()) return link_up();
  accept({"AUTH", options_.password}, [this](const Reply& reply) { authenticated(reply); });
}

void RedisConnection::Link::authenticated(const Reply& reply) {
  if (reply.failure == RedisFailure::lost) return;  // drop() has called us
  if (!reply.ok()) return drop(reply.text);
  link_up();
}

void RedisConnection::Link::link_up() {
  linking_ = false;
  up_ = true;
  backoff_ = kBackoffMin;
  ++health_.connects;
  watch(Clock::now() + options_.command_timeout);
  if (const auto hook = on_connected) hook();  // a copy: it may stop() us
}

// ---- going down

void RedisConnection::Link::drop(const std::string& why) {
  if (!up_) ++health_.connect_failures;
  if (on_lost) on_lost(up_ ? "redis_lost" : "redis_unreachable", why);
  std::deque<Pending> lost = end_link();
  connect_later();
  for (Pending& command : lost) command.callback(Reply::failed(RedisFailure::lost));
}

// Returns the commands that will have no answer; they are told when everything here is in order again.
std::deque<RedisConnection::Link::Pending> RedisConnection::Link::end_link() {
  ++epoch_;
  linking_ = up_ = false;
  error_code ignored;  // closing twice is no harm
  socket_.close(ignored);
  resolver_.cancel();
  watch_.cancel();
  backoff_timer_.cancel();
  write_is_running_ = write_is_posted_ = false;
  unsent_.clear();
  health_.lost += pending_.size();
  return std::exchange(pending_, {});
}

void RedisConnection::Link::connect_later() {
  // Half to all of the backoff, so that many processes do not come back in step.
  std::uniform_int_distribution<std::int64_t> share(backoff_.count() / 2, backoff_.count());
  backoff_timer_.expires_after(std::chrono::milliseconds(share(jitter_)));
  backoff_ = std::min(backoff_ * 2, kBackoffMax);
  backoff_timer_.async_wait([self = shared_from_this(), epoch = epoch_](const error_code& error) {
    if (!error && self->current(epoch)) self->connect();
  });
}

void RedisConnection::Link::stop() {
  if (stopped_) return;
  stopped_ = true;
  on_connected = nullptr;
  std::deque<Pending> lost = end_link();
  for (Pending& command : lost) command.callback(Reply::failed(RedisFailure::lost));
}

// ---- commands

void RedisConnection::Link::send(const std::vector<std::string>& argv, Callback callback) {
  if (const RedisFailure why = refusal(); why != RedisFailure::none) {
    count_refused();
    callback(Reply::failed(why));
    return;
  }
  ++health_.commands;
  accept(argv, std::move(callback));
}

void RedisConnection::Link::accept(const std::vector<std::string>& argv, Callback callback) {
  append_command(unsent_, argv);
  pending_.push_back({std::move(callback), Clock::now() + options_.command_timeout});
  write_soon();
}

// Not at once: what else is said in this turn of the loop goes with it.
void RedisConnection::Link::write_soon() {
  if (write_is_posted_ || write_is_running_) return;
  write_is_posted_ = true;
  asio::post(loop_, [self = shared_from_this(), epoch = epoch_] {
    if (!self->current(epoch)) return;
    self->write_is_posted_ = false;
    self->write();
  });
}

void RedisConnection::Link::write() {
  if (unsent_.empty()) return;
  write_is_running_ = true;
  writing_.swap(unsent_);
  unsent_.clear();
  ++health_.writes;
  asio::async_write(socket_, asio::buffer(writing_),
                    [self = shared_from_this(), epoch = epoch_](const error_code& error, std::size_t) {
                      self->written(epoch, error);
                    });
}

void RedisConnection::Link::written(std::uint64_t epoch, const error_code& error) {
  if (!current(epoch)) return;
  if (error) return drop(error.message());
  write_is_running_ = false;
  write();
}

void RedisConnection::Link::read() {
  socket_.async_read_some(asio::buffer(received_), [self = shared_from_this(), epoch = epoch_](
                                                       const error_code& error, std::size_t bytes) {
    self->received(epoch, error, bytes);
  });
}

void RedisConnection::Link::received(std::uint64_t epoch, const error_code& error, std::size_t bytes) {
  if (!current(epoch)) return;
  if (error) return drop(error.message());
  reader_.feed({received_.data(), bytes});
  answer_all(epoch);
  if (!current(epoch)) return;
  if (reader_.broken()) return drop("not a Redis reply, or too large");
  read();
}

// Any callback may stop us, or break the link.
void RedisConnection::Link::answer_all(std::uint64_t epoch) {
  while (current(epoch)) {
    std::optional<Reply> reply = reader_.next();
    if (!reply) return;
    if (pending_.empty()) return drop("a reply to no command");
    Callback callback = std::move(pending_.front().callback);
    pending_.pop_front();
    ++health_.replies;
    if (!reply->ok()) ++health_.errors;
    callback(std::move(*reply));
  }
}

// ---- the one clock

// One timer, never moved for a command: it wakes when the oldest command known at that time could be late.
void RedisConnection::Link::watch(Clock::time_point until) {
  watch_.expires_at(until);
  watch_.async_wait(
      [self = shared_from_this(), epoch = epoch_](const error_code& error) { self->watched(epoch, error); });
}

void RedisConnection::Link::watched(std::uint64_t epoch, const error_code& error) {
  if (error || !current(epoch)) return;
  if (linking_) return drop("no answer within the time for connecting");
  const auto now = Clock::now();
  if (pending_.empty()) return watch(now + options_.command_timeout);
  if (pending_.front().deadline <= now) return drop("no answer within the time for a command");
  watch(pending_.front().deadline);
}

// ---- the owner's side

RedisConnection::RedisConnection(asio::io_context& loop, RedisOptions options)
    : link_(std::make_shared<Link>(loop, std::move(options))) {}

RedisConnection::~RedisConnection() {
  stop();
}

void RedisConnection::on_connected(std::function<void()> hook) {
  link_->on_connected = std::move(hook);
}
void RedisConnection::on_lost(std::function<void(const std::string& event, const std::string& why)> hook) {
  link_->on_lost = std::move(hook);
}
void RedisConnection::start() {
  link_->start();
}
void RedisConnection::stop() {
  link_->stop();
}
bool RedisConnection::connected() const {
  return link_->connected();
}
RedisHealth RedisConnection::health() const {
  return link_->health();
}

void RedisConnection::send(const std::vector<std::string>& argv, Callback callback) {
  link_->send(argv, std::move(callback));
}

asio::awaitable<Reply> RedisConnection::exchange(const std::vector<std::string>* argv) {
  // A handler must not be called inside its own initiation, so refusals are answered here.
  if (const RedisFailure why = link_->refusal(); why != RedisFailure::none) {
    link_->count_refused();
    co_return Reply::failed(why);
  }
  const Link::Start start{link_.get(), argv};
  Reply reply =
      co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Reply)>(start, asio::use_awaitable);
  co_return reply;
}

asio::awaitable<Reply> RedisConnection::command(std::vector<std::string> argv) {
  co_return co_await exchange(&argv);
}

asio::awaitable<Reply> RedisConnection::evaluate(const Script* script, std::vector<std::string> keys,
                                                 std::vector<std::string> arguments) {
  std::vector<std::string> argv{"EVALSHA", script->sha1, std::to_string(keys.size())};
  argv.reserve(argv.size() + keys.size() + arguments.size());
  std::move(keys.begin(), keys.end(), std::back_inserter(argv));
  std::move(arguments.begin(), arguments.end(), std::back_inserter(argv));
  Reply reply = co_await exchange(&argv);
  if (reply.failure == RedisFailure::server && reply.text.starts_with("NOSCRIPT")) {
    argv[0] = "EVAL";  // which also makes the server remember it
    argv[1] = script->text;
    reply = co_await exchange(&argv);
  }
  co_return reply;
}

}  // namespace peyk::store
