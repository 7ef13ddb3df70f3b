// The way out of one line: outbox rows that were committed -> its lanes in Redis -> granted, with a slot to
// leave in
// -> submit_sm -> response -> the outbox row settled, in sets -> the lane forgets it.
//
// What must stay true:
// - a message leaves only with a grant, a part only in its slot (at most the tolerance late, or it is given
// back);
// - a message is forgotten by its lane only after its outcome is saved; whatever dies before that comes back
// by itself;
// - nothing leaves after its validity;
// - losing Redis means reading the outbox again; what this process has on the wire is left out of that;
// - no more messages are held here than outbound_prefetch_max; what is beyond waits in MySQL and Redis.
//
// Its coroutines: pump (enqueue, grant), send_slots, settle_all, keep_leases; seed and the like as needed.
// Its files, in the order of a message's way: outbound_line.cpp (start, pump, stop), outbound_seed.cpp,
// outbound_grants.cpp, outbound_submits.cpp, outbound_outcomes.cpp.
// Thread rule: the network thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/carriers.hpp"
#include "gateway/metrics.hpp"
#include "gateway/sending.hpp"
#include "gateway/signal.hpp"
#include "store/mysql/sql_thread.hpp"
#include "store/redis/lanes.hpp"

namespace peyk::gateway {

std::string_view words(handlers::Lane lane);  // "urgent", "reply", "notice", "promo"

struct OutboundParts {
  boost::asio::io_context& io;
  store::Lanes& lanes;
  store::SqlThread& sql;
  Metrics& metrics;
  const Limits& limits;
  std::function<void(std::function<void()>)> post;  // onto the network thread, from any thread
  std::string owner;                                // of leases: this process
};

class OutboundLine {
 public:
  OutboundLine(OutboundParts parts, LineOptions options, Carrier& carrier, std::uint64_t& next_tag);

  void start();
  void drain() { draining_ = true; }  // asks for nothing more
  // Lets what is on the wire come home, gives the rest back.
  boost::asio::awaitable<void> stop(std::chrono::milliseconds grace);

  void push(store::QueuedText text);
  void wake() { pump_signal_.wake(); }
  // Redis is new or was away: read the outbox again.
  void reseed();

  bool owns(std::uint64_t tag) const { return on_wire_.contains(tag); }
  void responded(std::uint64_t tag, const smpp::Pdu& response);
  void unknown(std::uint64_t tag);

  const LineOptions& options() const { return options_; }
  boost::asio::awaitable<void> measure();

 private:
  struct OnWire {
    store::MessageId id = 0;
    std::size_t part = 0;
  };
  struct Slot {
    store::MessageId id = 0;
    std::size_t part = 0;
    std::chrono::steady_clock::time_point latest;  // after it the slot must not be used
  };
  struct Held {
    Sending sending;
    bool leased = false;    // ours to send; else it waits in the lane and this only remembers what was done
    bool finished = false;  // its outcome is known and about to be saved
    std::optional<std::chrono::milliseconds> give_back_after;  // once nothing of it is on the wire
  };
  using Clock = std::chrono::steady_clock;

  // Other processes enqueue too, and leases run out.
  static constexpr std::chrono::microseconds kIdlePoll = std::chrono::seconds{1};
  static constexpr std::chrono::microseconds kRetry = std::chrono::milliseconds{200};  // after Redis refused

  boost::asio::awaitable<void> pump();
  boost::asio::awaitable<void> enqueue_waiting();
  boost::asio::awaitable<std::chrono::microseconds> grant_some();
  boost::asio::awaitable<void> seed();
  boost::asio::awaitable<bool> read_outbox();
  boost::asio::awaitable<void> keep_leases();
  boost::asio::awaitable<void> place(store::Grant grant, Clock::time_point asked, Clock::time_point received);
  boost::asio::awaitable<bool> load_missing(const std::vector<store::GrantedMessage>& messages);
  boost::asio::awaitable<bool> run_sql(store::SqlThread::Work work);
  boost::asio::awaitable<void> send_slots();
  boost::asio::awaitable<void> settle_all();
  boost::asio::awaitable<void> settle_one(store::Settled one);
  boost::asio::awaitable<void> forget(const std::vector<store::Settled>& settled);
  boost::asio::awaitable<void> settle_later(store::Settled one);
  boost::asio::awaitable<void> give_back(std::vector<store::MessageId> ids, std::chrono::milliseconds delay);
  boost::asio::awaitable<void> penalise();
  boost::asio::awaitable<void> all_ended(Clock::time_point deadline);

  store::QueuedMessage queued(const store::QueuedText& text) const;
  void start(boost::asio::awaitable<void> work);
  boost::asio::awaitable<void> counted(boost::asio::awaitable<void> work);
  void send_part(store::MessageId id, std::size_t part);
  void part_failed(Held& held, std::uint32_t command_status);
  void finish(store::Settled outcome);
  void return_if_idle(store::MessageId id);
  std::uint32_t appetite() const;

  OutboundParts parts_;
  LineOptions options_;
  Carrier& carrier_;
  store::LineKey key_;
  store::Rates rates_;
  std::uint64_t& next_tag_;

  std::vector<store::QueuedMessage> to_enqueue_;
  std::unordered_map<store::MessageId, store::QueuedText> texts_;  // committed here, not granted yet
  std::unordered_map<store::MessageId, Held> held_;
  std::multimap<Clock::time_point, Slot> slots_;
  std::unordered_map<std::uint64_t, OnWire> on_wire_;
  std::vector<store::Settled> settled_;

  Signal pump_signal_, slot_signal_, settle_signal_, lease_signal_;
  bool must_seed_ = true, seeding_ = false;
  bool draining_ = false, stopping_ = false;
  bool penalising_ = false;
  int coroutines_ = 0;
};

}  // namespace peyk::gateway
