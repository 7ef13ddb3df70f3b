// Texts that failed, expired or ended unknown: to be looked at by staff, and sent anew.
//
//   outbox in state 4, 5, 6 -> list, counts -> replay -> the same row, state 1, with a new validity
//                                              outbox_replay: how it ended before, not taken up yet
//                                              outbox_replay_part: its parts that failed
//   outbox_replay not taken up -> a gateway, within a second -> its lane in Redis
//
// Letters are looked for in the outbox and in its history; one that is replayed goes back from there first.
//
// What must stay true: a letter is replayed once, however many ask at once: it is judged under its row's lock
// and is queued in the same transaction. Its identity stays, so its trace shows all its lives. Parts that a
// carrier has stay as they are and are not sent again; parts of unknown outcome stay too, so that a receipt
// can still tell. If nobody takes a replay up (Redis away, a gateway that died with it), whoever reads the
// outbox anew does.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "store/letter_rule.hpp"
#include "store/mysql/outbox.hpp"

namespace peyk::store {

inline constexpr std::uint32_t kLettersPageMax = 500;  // letters listed, or replayed, in one go

struct LetterFilter {
  std::string line;                      // empty: any
  std::optional<handlers::ClubId> club;  // nothing: any; the same for the others
  std::optional<handlers::Lane> lane;
  std::optional<MessageState> state;  // failed, expired or unknown
  std::string reason;                 // what the reason holds; empty: anything
  rules::Instant since{}, until{};    // when it died: from, and before; the epoch: any time
};
// The last letter of a page: the next one goes on after it.
struct LetterCursor {
  rules::Instant died_at{};
  MessageId id = 0;
  bool operator==(const LetterCursor&) const = default;
};
struct DeadLetter {
  MessageId id = 0;
  std::string club, time_zone;  // the club's slug and clock
  std::string line;
  handlers::PhoneNumber phone = 0;
  handlers::Lane lane = handlers::Lane::reply;
  MessageState state = failed;
  std::string reason, text;
  bool maybe_twice = false;
  rules::Instant created_at{}, died_at{};
  // Of the part that failed by a receipt; empty: none did.
  std::string carrier, word, error;
};
// The latest first, at most `limit` (kLettersPageMax). Throws SqlError, as all here do.
std::vector<DeadLetter> load_dead_letters(Connection& connection, const LetterFilter& filter,
                                          const std::optional<LetterCursor>& after, std::uint32_t limit);

inline constexpr std::uint32_t kReasonsMax = 200;
struct LettersOfReason {
  MessageState state = failed;
  std::string reason;
  std::uint64_t count = 0;
  rules::Instant first{}, last{};  // of them to die
};
// The most frequent first, at most kReasonsMax.
std::vector<LettersOfReason> count_dead_letters(Connection& connection, const LetterFilter& filter);

struct Replayed {
  MessageId id = 0;
  ReplayVerdict verdict = ReplayVerdict::no_such_message;
};
// One answer for each of at most kLettersPageMax ids. The caller commits; or rolls back, to see only what
// would be.
std::vector<Replayed> replay_letters(Connection& connection, std::span<const MessageId> ids,
                                     const ReplayTerms& terms, rules::Instant now);

// Replays on these lines that no gateway has put into a lane yet, at most `limit`; they count as taken up
// once this is committed. The texts of those that still wait.
std::vector<QueuedText> take_up_replays(Connection& connection, const std::set<std::string>& lines,
                                        rules::Instant now, std::uint32_t limit);

// Forgets replays from before `before`, at most `limit` of them; returns how many rows.
std::uint64_t forget_replays(Connection& connection, rules::Instant before, std::uint32_t limit);

}  // namespace peyk::store
