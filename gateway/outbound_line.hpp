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
// - a part that a carrier has is not sent again, whoever goes on with the text: what is known of a text is
// saved
//   before it goes back to its lane;
// - what a carrier may have is sent again only where may_send_again() says so, and after that was saved as
//   "maybe twice";
// - losing Redis means reading the outbox again; what any process has on the wire is left out of that: each
//   says so before what was read may leave;
// - no more messages are held here than outbound_prefetch_max; what is beyond waits in MySQL and Redis.
//
// A line with alternate carriers has one lane for all of them, that of its own carrier, so a message is
// leased once, whichever way it leaves, and one pace, so that its contract holds whatever its processes think
// of their carriers. While another one sends, slots of that pace are followed by slots of its account, and a
// part leaves in the later of the two.
//
// Its coroutines: pump (enqueue, grant), read_texts, send_slots, settle_all, keep_leases; seed and the like
// as needed. The pump waits for Redis and for nothing else: a text that has to be read is read while its slot
// comes nearer, and the outbox is read again beside it all, on connections of their own.
// Its files, in the order of a message's way: outbound_line.cpp (start, pump, stop), outbound_seed.cpp,
// outbound_grants.cpp or, for what cannot wait, outbound_takeover.cpp, outbound_texts.cpp,
// outbound_submits.cpp, outbound_outcomes.cpp. Thread rule: the network thread.
#pragma once

#include <array>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/carriers.hpp"
#include "gateway/lane_room.hpp"
#include "gateway/metrics.hpp"
#include "gateway/outbound_route.hpp"
#include "gateway/route_choice.hpp"
#include "gateway/sending.hpp"
#include "gateway/signal.hpp"
#include "handlers/directory.hpp"
#include "store/mysql/sql_thread.hpp"
#include "store/redis/lanes.hpp"

namespace peyk::gateway {

std::string_view words(handlers::Lane lane);  // "urgent", "reply", "notice", "promo"
// Since it could leave, by this machine's clock. Redis reckons the rest by its own.
std::chrono::milliseconds age_of(const store::QueuedText& text);

struct OutboundParts {
  boost::asio::io_context& io;
  store::Lanes& lanes;
  store::SqlThread& outcomes;  // where what became of messages is saved
  store::SqlThread& reader;    // texts that were granted are read
  store::SqlThread& seeder;    // and the outbox is read again
  Metrics& metrics;
  const Limits& limits;
  std::function<void(std::function<void()>)> post;  // onto the network thread, from any thread
  std::function<std::shared_ptr<const handlers::Directory>()> directory;  // from any thread
  std::string owner;                                                      // of leases: this process
};

class OutboundLine {
 public:
  // `carriers`: the line's own, then its alternates. They outlive this.
  OutboundLine(OutboundParts parts, LineOptions options, const std::vector<Carrier*>& carriers,
               std::uint64_t& next_tag);

  void start(store::Government government);
  // What operators decided has changed, or may have.
  void govern(store::Government government);
  void drain() { draining_ = true; }  // asks for nothing more
  // Lets what is on the wire come home, gives the rest back.
  boost::asio::awaitable<void> stop(std::chrono::milliseconds grace);

  void push(store::QueuedText text);
  // One that was settled before, and waits once more: whoever is granted it reads it anew.
  void push_again(const store::QueuedText& text);
  // A link is up or down.
  void wake();
  // Redis is new or was away: read the outbox again.
  void reseed();
  // Whatever a dead process left in the outbox and in no lane: the same, without haste.
  void sweep();

  bool owns(std::uint64_t tag) const { return on_wire_.contains(tag); }
  void responded(std::uint64_t tag, const smpp::Pdu& response);
  void unknown(std::uint64_t tag);

  const LineOptions& options() const { return options_; }
  boost::asio::awaitable<void> measure();
  // As it was measured last, and what was pushed since. `club`: 0, or one that may be paused.
  LaneView view(handlers::Lane lane, handlers::ClubId club = 0) const;

 private:
  using Clock = std::chrono::steady_clock;

  struct OnWire {
    store::MessageId id = 0;
    std::size_t part = 0, route = 0;
    Clock::time_point sent_at;
  };
  struct Slot {
    store::MessageId id = 0;
    std::size_t part = 0, route = 0;
    Clock::time_point latest;  // after it the slot must not be used
  };
  using Slots = std::multimap<Clock::time_point, Slot>;  // by the time to use them
  // A message that is ours to send.
  struct Held {
    Sending sending;
    // Once nothing of it is on the wire: back to its lane after so long …
    std::optional<std::chrono::milliseconds> give_back_after;
    // … or this is what has become of it.
    std::optional<store::Settled> verdict;
    std::uint32_t saving = 0;  // statements about it under way: it stays until they are done
    bool leaving = false;      // settled or given back, and about to be forgotten here
  };
  struct Placed {
    std::size_t route = 0;
    bool paced = false;
    Clock::time_point asked, received;  // around the call that gave the slots
  };
  // Granted to us; its text is being read.
  struct Awaited {
    store::GrantedMessage message;
    Placed how;
    bool given_back = false;  // meanwhile: an urgent text has its slots
  };
  // Granted for another carrier.
  struct Elsewhere {
    std::vector<store::GrantedMessage> messages;
    Placed how;
    std::size_t usable = 0;  // from the front; the others have no slot with that carrier, or none in time
    std::exception_ptr refused;
  };
  // Slots of texts that may be set aside for an urgent one.
  struct Seats {
    std::vector<Slots::iterator> placed;
    std::vector<Awaited*> awaited;  // one slot of each
    std::set<store::MessageId> givers;
  };
  enum class Reading : std::uint8_t { nothing, sweep, seed };

  // Of leases: short, so that what a dead process held comes back soon.
  static constexpr std::chrono::milliseconds kLease{15'000};
  // Other processes enqueue too, and leases run out.
  static constexpr std::chrono::microseconds kIdlePoll = std::chrono::seconds{1};
  static constexpr std::chrono::microseconds kRetry = std::chrono::milliseconds{200};  // after Redis refused

  boost::asio::awaitable<void> pump();
  boost::asio::awaitable<void> enqueue_waiting();
  boost::asio::awaitable<std::chrono::microseconds> grant_some();
  boost::asio::awaitable<void> seed();
  boost::asio::awaitable<bool> read_outbox();
  boost::asio::awaitable<bool> read_lane(handlers::Lane lane);
  boost::asio::awaitable<void> rest(std::chrono::microseconds time);
  std::vector<store::QueuedMessage> to_seed(const std::vector<store::QueuedText>& page);
  boost::asio::awaitable<void> tell_government();
  boost::asio::awaitable<void> take_over(store::QueuedText text);
  boost::asio::awaitable<void> keep_leases();
  boost::asio::awaitable<void> keep_held();
  boost::asio::awaitable<std::chrono::microseconds> grant_elsewhere(std::size_t route);
  boost::asio::awaitable<Elsewhere> reserve_elsewhere(store::Grant grant, Placed how);
  boost::asio::awaitable<bool> move_last(std::int64_t from_us, std::int64_t to_us);
  void place_elsewhere(Elsewhere granted);
  void place(std::vector<store::GrantedMessage> messages, const Placed& how);
  boost::asio::awaitable<void> read_texts();
  void place_read(std::size_t count, std::vector<store::QueuedText> texts, bool read);
  void hold(const store::GrantedMessage& message, const Placed& how);
  void hold_again(const Held& held, const store::GrantedMessage& message, const Placed& how);
  void give_slots(const Held& held, const store::GrantedMessage& message, const Placed& how);
  std::pair<Clock::time_point, Clock::time_point> times_of(std::chrono::microseconds slot,
                                                           handlers::Lane lane, const Placed& how) const;
  bool was_lost(const store::GrantedMessage& message) const;
  const CarrierOptions& carrier_of(const store::QueuedText& text, std::size_t route) const;
  void note_fresh(bool fresh);
  boost::asio::awaitable<bool> run_sql(store::SqlThread& thread, store::SqlThread::Work work);
  boost::asio::awaitable<void> send_slots();
  boost::asio::awaitable<void> gather_outcomes();
  boost::asio::awaitable<void> settle_all();
  boost::asio::awaitable<void> settle_one(store::Settled one);
  void saved(const std::vector<store::Settled>& settled);
  boost::asio::awaitable<void> settle_later(store::Settled one);
  boost::asio::awaitable<void> forget(std::vector<store::MessageId> ids);
  boost::asio::awaitable<void> give_back(std::vector<store::MessageId> ids, std::chrono::milliseconds delay);
  boost::asio::awaitable<void> penalise(std::size_t route, SubmitDecision::Slow whom);
  boost::asio::awaitable<void> all_ended(Clock::time_point deadline);

  store::QueuedMessage queued(const store::QueuedText& text) const;
  void enqueue_soon(store::QueuedMessage message);
  void remember(store::QueuedText text);
  bool is_paused(const store::QueuedText& text) const;
  std::vector<store::QueuedMessage> awaited_messages() const;
  bool is_untouched(const Held& held) const;
  bool may_take_over(const store::QueuedText& text) const;
  std::optional<Seats> find_seats(std::size_t wanted);
  Slots seize(Seats seats, store::MessageId id);
  void start(boost::asio::awaitable<void> work);
  boost::asio::awaitable<void> counted(boost::asio::awaitable<void> work);
  void send_slot(const Slot& slot);
  void send_part(Held& held, const Slot& slot);
  void answered(Held& held, const OnWire& part, const smpp::Pdu& response);
  void heed_congestion(std::size_t route, const smpp::Pdu& response);
  void slow_down(std::size_t route, SubmitDecision::Slow whom);
  void when_idle(store::MessageId id);
  void save_known(Held& held);
  void settle(store::Settled outcome);
  void count_outcome(const store::Settled& outcome, const Sending& sending);
  std::uint32_t appetite() const;
  std::uint32_t ahead(const OutboundRoute& route, Clock::time_point now) const;
  bool is_stalled(Clock::time_point now) const;  // no carrier of it has answered lately
  void count_taken(Clock::time_point now);
  bool waits_for_room(const Slot& slot) const;
  Clock::time_point next_grant_at(std::uint32_t room) const;

  OutboundParts parts_;
  LineOptions options_;
  std::vector<OutboundRoute> routes_;  // the line's own carrier first
  RouteChoice choice_;
  const store::LineKey& key_;  // of its lanes: the first route's
  std::uint64_t& next_tag_;
  std::minstd_rand chance_{std::random_device{}()};
  std::array<Histogram*, store::kLanes> seconds_{};  // from when a text was due to when it was taken

  store::Government government_;
  LaneCounts counts_;
  Clock::time_point could_send_until_{};
  std::vector<store::QueuedMessage> to_enqueue_;
  std::unordered_map<store::MessageId, store::QueuedText> texts_;  // committed here, not granted here yet
  std::deque<store::MessageId> texts_in_order_;                    // of coming; more than texts_ still has
  std::unordered_map<store::MessageId, Held> held_;
  std::deque<Awaited> awaited_;  // in the order of grants
  std::size_t awaited_slots_ = 0;
  Slots slots_;
  std::unordered_map<std::uint64_t, OnWire> on_wire_;
  std::vector<store::Settled> settled_;

  Signal pump_signal_, read_signal_, slot_signal_, settle_signal_, lease_signal_;
  Reading must_read_ = Reading::seed, reading_ = Reading::nothing;  // of the outbox
  bool draining_ = false, stopping_ = false;
  bool settling_ = false;                       // a batch is being saved
  Clock::time_point grant_not_before_{};        // the pace has no slot worth a call
  std::uint32_t taken_ = 0, taken_lately_ = 0;  // responses, since counted_from_ and in the moment before
  Clock::time_point counted_from_{};
  Clock::time_point gather_until_{};  // little room in the window is not worth a call
  bool answer_waits_ = false;         // unless somebody waits for what was just enqueued
  Clock::time_point elsewhere_not_before_{};
  int coroutines_ = 0;
};

}  // namespace peyk::gateway
