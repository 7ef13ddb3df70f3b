// Texts that wait for a moment: in the outbox with state `scheduled`, and in outbox_schedule by line and
// moment. Nobody holds them in memory; whoever looks when the moment has come makes them queued and puts them
// into their lane.
//
//   save_queued (with send_at) -> scheduled -> wake_due, wake -> queued -> the line's lanes
//                                     |-> cancel_scheduled -> cancelled
//
// Lane by lane, so that of many that are due some can be left here while more urgent ones are woken.
//
// What must stay true: a row of outbox_schedule is there exactly while its message is scheduled: both change
// in one transaction, outbox_schedule first (one order of locks). Of several that look at once each gets
// other rows. Whoever dies after the commit leaves queued texts behind, which the next reading of the outbox
// finds.
//
// All throw SqlError, commit nothing, and may be repeated.
#pragma once

#include <array>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/effects.hpp"
#include "store/mysql/outbox.hpp"

namespace peyk::store {

// Of these, those with a send_at: their rows in outbox_schedule. Part of save_queued().
void save_schedule(Connection& connection, std::span<const QueuedText> texts);

// These are scheduled no more; their messages are the caller's to change.
void delete_schedule(Connection& connection, std::span<const MessageId> ids);

struct LineToWake {
  static constexpr std::uint32_t kAnyNumber = std::numeric_limits<std::uint32_t>::max();

  std::string number;
  // By lane: how many it takes now. What is due beyond that is left for a later look.
  std::array<std::uint32_t, handlers::kLanes> room{kAnyNumber, kAnyNumber, kAnyNumber, kAnyNumber};
};
struct Woken {
  std::vector<QueuedText> texts;  // queued now
  rules::Instant next_due{};      // of what is not yet due on these lines; the epoch: nothing
  bool has_more = false;          // of what is due and has room: look again
};
// Of each lane at most `limit` whose moment has come, the longest due first.
Woken wake_due(Connection& connection, std::span<const LineToWake> lines, rules::Instant now,
               std::uint32_t limit);

// Those of them that are still scheduled, before their moment.
std::vector<QueuedText> wake(Connection& connection, std::span<const MessageId> ids);

// These are queued, and locked by the caller: they wait until then instead.
void schedule_again(Connection& connection, std::span<const QueuedText> texts, rules::Instant until);

// These are queued, and locked by the caller: they end as expired instead, and whoever asked to be told of
// what will not arrive is. `why` in words that staff can read.
void expire_woken(Connection& connection, std::span<const MessageId> ids, std::string_view why,
                  rules::Instant now);

// Those of them that are still scheduled; `why` as above.
void cancel_scheduled(Connection& connection, std::span<const MessageId> ids, std::string_view why,
                      rules::Instant now);

// Those that these effects cancel, still scheduled or not; a text of the same batch is saved before.
void cancel_given_back(Connection& connection, std::span<const handlers::Effect> effects);

struct ScheduledOfLine {
  std::uint64_t texts = 0;
  rules::Instant next_due{};
};
// By line. Reads the whole of outbox_schedule: about a second for five million.
std::map<std::string, ScheduledOfLine> count_scheduled(Connection& connection);

}  // namespace peyk::store
