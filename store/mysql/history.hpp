// The outbox's past: what is over is moved, in sets, to outbox_history and outbox_part_history, which are
// partitioned by day; a day that is past its time is dropped with its partition.
//
//   outbox, settled and quiet -> move_settled -> history -> drop, after `keep`
//                                       replay -> bring_back -> outbox
//
// What must stay true: a message is in one of the two, whole, with all its parts: it moves in one
// transaction. Nothing moves that still waits, nor a part of which a receipt may still come
// (kReceiptsAwaited). Any number of gateways may do this at once: each set is locked first, partitions are
// made and dropped under one lock. The way out and the receipts know the outbox only; history is read by
// people.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "store/mysql/outbox.hpp"
#include "store/mysql/resting_ranges.hpp"

namespace peyk::store {

struct HistoryTerms {
  std::chrono::seconds move_after{86400};  // so long after it was settled
  std::set<std::string> no_receipts;       // lines that ask for none: submitted is the last of it
};

// Where the next look goes on: messages of one state, line and lane, by id. What was read and is young rests
// until its eldest comes of age (docs/decisions/0041): who begins without that memory reads all of it once.
struct HistoryPlace {
  std::size_t state = 0;  // of those that are moved, in the order of their number
  std::string line;       // empty: before the first
  std::uint32_t lane = 0;
  MessageId after = 0;
  std::map<std::tuple<std::size_t, std::string, std::uint32_t>, RestingRanges> resting;
};
struct HistoryMoved {
  std::uint64_t messages = 0;
  bool round_done = false;  // all was looked at: begin anew after a while
};
inline constexpr std::uint32_t kHistoryPage = 500;  // messages looked at in one go
// One page. What has come of age is found within a 144th of its time to rest (of a day: ten minutes). The
// caller commits. Throws SqlError, as all here do; `place` is then as it was.
HistoryMoved move_settled(Connection& connection, HistoryPlace& place, const HistoryTerms& terms,
                          rules::Instant now);

// Those of them that are in history go back to the outbox, as they were. The caller commits.
void bring_back(Connection& connection, std::span<const MessageId> ids);

// The days between which its partitions lie, in order: the first is before all, the last after all.
std::vector<std::chrono::sys_days> history_edges(Connection& connection);

inline constexpr std::chrono::days kPartitionsAhead{14};
// Partitions for the days to come, and none for those more than `keep` ago. False: another process is at it.
// Commits, as changes of tables do.
bool keep_partitions(Connection& connection, std::chrono::days keep, rules::Instant now);

}  // namespace peyk::store
