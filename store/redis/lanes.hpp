// The queue of a line in Redis: which messages wait, in which order they leave, and when.
//
//   outbox row (MySQL, the truth) -> enqueue -> waiting -> grant: leased, with a slot to send in ->
//   acknowledge
//                                                  ^------ give_back, or the lease ran out ------+
//
// Redis holds ids only and may lose them all: `fresh` in an answer says that nobody has seeded this line
// since. Then
//   keep() -> begin_seed() -> read the outbox, enqueue() all that is not done, as `seeded` and with a delay
//   -> finish_seed(), which fails when Redis lost its memory in between.
// Enqueueing is idempotent, so several processes may seed one line at the same time. What another process has
// on the wire is in the outbox too: within the delay that one says so with keep(), which every process
// repeats more often than that.
//
// Order: lanes strictly by urgency, but a lane with work gets at least one message in so many (LaneOptions),
// so none starves. Inside a lane clubs take turns, of one message each or of their weight; inside a club
// first come, first served; messages given back, or whose lease ran out, come first again.
//
// What an operator has paused (govern) stays where it is and is granted to nobody until it is resumed. Pauses
// and weights are MySQL's too; who finds the line fresh tells them again.
//
// Pace: see pace.hpp. A line and its carrier's account are paced in the same call, therefore all keys of a
// carrier share one hash tag, <prefix>:{carrier:<name>}:..., and live in one slot of a Redis Cluster. (A tag
// per line would spread lines over a cluster, but then the account would need a second call between whose
// grant and the line's slots are lost or overdrawn.) Only while another carrier sends for a line there are
// two calls: grant() takes slots of the line's one pace, reserve() points of that carrier's account behind
// them. Where these come later than the line's pace has room for, or not at all, move_last() tells it so;
// where it has gone on meanwhile, what is late is not used. See docs/decisions/0037.
//
// Every operation is one script call for many messages (several where there are more than per_call_max). All
// clocks are Redis' own: times in and out are relative to its now.
//
// All operations throw RedisError when Redis does not do it, and may be repeated after that.
// Thread rule: that of the connection.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/toolchain/asio.hpp"
#include "handlers/club.hpp"
#include "handlers/lane.hpp"
#include "store/redis/connection.hpp"
#include "store/redis/pace.hpp"

namespace peyk::store {

inline constexpr std::size_t kLanes = handlers::kLanes;

struct LaneOptions {
  // How far ahead slots are granted: longer than a round trip, and short, as an urgent message waits behind
  // all slots that are already given.
  std::chrono::microseconds horizon{100'000};
  // By lane: among so many granted messages at least one of this lane, while it has any. 0: no share.
  std::array<std::uint32_t, kLanes> one_in{0, 10, 20, 50};
  std::uint32_t per_call_max = 1000;  // messages in one script call: bounds how long Redis is busy with it
  std::uint32_t returned_max = 500;   // expired leases, and delays that are over, that one grant puts back
};

struct LineKey {
  std::string carrier;  // its name, [a-z0-9_-]{1,32}
  std::string number;   // digits
};

// submit_sm a second, over all processes; 0: no limit.
struct Rates {
  double line = 0;
  double account = 0;
  double slowest_account = 0;  // of all that the line may take, where that is another's
};

struct QueuedMessage {
  std::uint64_t message_id = 0;
  handlers::Lane lane = handlers::Lane::reply;
  handlers::ClubId club = 0;
  std::uint8_t parts = 1;              // at least 1
  std::chrono::milliseconds delay{0};  // not before that; then it comes behind those who wait
  bool seeded = false;  // found in the outbox, not just committed: another process may know more of it
  std::chrono::milliseconds age{
      0};  // since it could leave: Redis may have lost its memory; below 0 counts as 0
};

using Slots = std::vector<std::chrono::microseconds>;  // of a message's parts, after Redis' now

struct GrantedMessage {
  std::uint64_t message_id = 0;
  handlers::Lane lane = handlers::Lane::reply;
  handlers::ClubId club = 0;
  std::chrono::milliseconds age{0};  // since it could leave
  bool known_elsewhere = false;      // leased before, or seeded: the outbox may know more of it by now
  std::string given_back_by;         // … than anybody but this owner, who had it last; else empty
  std::string lost_by;               // the owner whose lease ran out, and who may have sent it; else empty
  // When each part leaves: at most kSlotToleranceUs late, or not at all (then give_back). One entry a part;
  // all 0 where nothing is limited.
  Slots slots;
};

struct Enqueued {
  std::uint32_t added = 0;  // the others were there already, waiting, delayed or leased
  bool fresh = false;       // nobody has seeded this line: read the outbox again
};

struct Grant {
  std::vector<GrantedMessage> messages;  // in the order of their first slots
  // When to ask again; nullopt: nothing waits, so not before something is enqueued (by any process).
  std::optional<std::chrono::microseconds> again_in;
  bool full = false;  // the pace has no further slot within the horizon
  bool fresh = false;
  // The line's last slot, then and now, by Redis' clock: what move_last() wants to see. 0: it has no pace.
  std::int64_t before_us = 0, last_us = 0;
};

// What became of a message that is not to be sent any more.
enum class Withdrawn : std::uint8_t {
  forgotten,  // it waited; nobody is granted it now
  leased,     // somebody has it, and may be sending it: left as it is
  unknown,    // not, or not yet, known here
};

// Where a message is, for people.
struct Whereabouts {
  enum class State : std::uint8_t { unknown, waiting, leased, delayed };
  State state = State::unknown;
  std::string owner;  // whose lease it is
  std::chrono::milliseconds left{
      0};  // of the lease or the delay; below 0: over, and it waits with the next grant
};

// Slots for messages that have some of another pace.
struct Reservation {
  std::vector<Slots> messages;            // from the front; the others have none within the horizon
  std::chrono::microseconds again_in{0};  // then: when to ask again
  // How much later than the other pace has room for the last of them is, and how many from the front are not.
  std::chrono::microseconds late{0};
  std::size_t on_time = 0;
};

// What operators decided of a line.
struct Government {
  bool line_paused = false;
  std::array<bool, kLanes> lanes_paused{};
  std::vector<handlers::ClubId> clubs_paused;
  std::map<handlers::ClubId, std::uint32_t> weights;  // messages a turn, at least 1; 1 need not be said

  bool operator==(const Government&) const = default;
};

struct LaneDepth {
  std::uint64_t waiting = 0;
  std::uint64_t paused = 0;             // of them, nearly: of the first 256 clubs that are paused
  std::chrono::milliseconds oldest{0};  // age of the oldest one, looking at the first 256 clubs of the lane
  std::uint64_t granted = 0;            // since Redis remembers; only grows
};

struct LineDepth {
  std::array<LaneDepth, kLanes> lanes;
  std::uint64_t leased = 0;
  std::uint64_t delayed = 0;
  bool fresh = false;
};

const Script& lanes_script();

class Lanes {
 public:
  // `redis` and `script` outlive this. Tests pass another script: the same, with a clock of their own.
  Lanes(RedisConnection& redis, std::string key_prefix, LaneOptions options = {},
        const Script& script = lanes_script());

  asio::awaitable<Enqueued> enqueue(LineKey line, std::vector<QueuedMessage> messages);

  // Takes up to `messages_max` messages as far as the pace allows. They are leased to `owner` (a name that
  // no other process uses) and come back by themselves when the lease is over. `hold`, 20 ms at most: for so
  // long, or until move_last(), nobody is granted more of a paced line.
  asio::awaitable<Grant> grant(LineKey line, Rates rates, std::uint32_t messages_max,
                               std::chrono::milliseconds lease, std::string owner,
                               std::chrono::microseconds hold = {});

  // While another carrier sends for a line, grant() is asked without an account, and this for slots of that
  // carrier's account, none before those that the messages have; these in Redis' time as it may have passed.
  asio::awaitable<Reservation> reserve(LineKey line, Rates rates, std::vector<Slots> messages);
  // What was granted as the last leaves later, or not at all, and what the line is granted next follows that.
  // False: more was granted since, so what is late must not leave.
  asio::awaitable<bool> move_last(LineKey line, std::int64_t from_us, std::int64_t to_us);

  // The outcome is known: forgotten, whoever holds it now. Returns how many were still known.
  asio::awaitable<std::uint32_t> acknowledge(LineKey line, std::vector<std::uint64_t> message_ids);
  // These are not to be sent any more, and the outbox says so already. One answer for each.
  asio::awaitable<std::vector<Withdrawn>> withdraw(LineKey line, std::vector<std::uint64_t> message_ids);
  // Not sent: back to the front of its club's queue, now or after `delay`. Only what is leased to `owner`, so
  // a lease that ran out and went to another is left alone. Returns how many.
  asio::awaitable<std::uint32_t> give_back(LineKey line, std::string owner,
                                           std::vector<std::uint64_t> message_ids,
                                           std::chrono::milliseconds delay);
  // These are in the owner's hands until `lease` from now, also those whose lease ran out and those that
  // Redis forgot; but not what is leased to another. Returns how many are the owner's.
  asio::awaitable<std::uint32_t> keep(LineKey line, std::string owner, std::vector<QueuedMessage> messages,
                                      std::chrono::milliseconds lease);

  // From now on this is paused, and these are the weights; what was, and is not said, no longer.
  asio::awaitable<void> govern(LineKey line, Government government);

  // The carrier said "too fast": no slot for `pause`, then half the rate, recovering (pace.hpp).
  asio::awaitable<void> penalise_line(LineKey line, std::chrono::milliseconds pause);
  asio::awaitable<void> penalise_account(LineKey line, std::chrono::milliseconds pause);

  // Returns what finish_seed() wants to see again.
  asio::awaitable<std::string> begin_seed(LineKey line);
  // False: Redis lost its memory since begin_seed(); do it all again.
  asio::awaitable<bool> finish_seed(LineKey line, std::string seed);

  asio::awaitable<LineDepth> depth(LineKey line);
  asio::awaitable<Whereabouts> look(LineKey line, std::uint64_t message_id);

 private:
  asio::awaitable<Reply> run(LineKey line, std::vector<std::string> arguments);
  asio::awaitable<std::uint32_t> run_for_ids(LineKey line, std::vector<std::string> head,
                                             std::vector<std::uint64_t> message_ids);

  RedisConnection& redis_;
  std::string key_prefix_;
  LaneOptions options_;
  const Script& script_;
};

}  // namespace peyk::store
