// Texts that only wait, scheduled or queued, and are not to be sent any more.
//
// The outbox's word is the truth: who reads a text from now on does not send it. Whoever had it in hand
// before may: what a carrier then takes, or may have taken, is `submitted` or `unknown` after all
// (outbox.cpp), so a text that stays `cancelled` never left as a whole. Redis is told after
// (Lanes::withdraw).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/mysql/outbox.hpp"

namespace peyk::store {

// Whose texts: a club's, all or of one lane, or a phone's, of all clubs or of one.
struct CancelScope {
  handlers::ClubId club = 0;  // 0: of all
  std::optional<handlers::Lane> lane;
  handlers::PhoneNumber phone = 0;  // 0: of all
};

struct Cancelled {
  MessageId id = 0;
  std::string line;
  bool was_queued = false;  // else it was scheduled
};

// At most `limit` that wait in this state, by id, after `after`; nothing is locked. Of a club it looks at
// what waits on `line`, of a phone at everything of hers.
std::vector<MessageId> find_waiting(Connection& connection, const CancelScope& scope, MessageState state,
                                    const std::string& line, MessageId after, std::uint32_t limit);

// Those of them that still wait, in one transaction that the caller commits; the others stay as they are.
// `why` in words that staff can read, at most 100 octets. Throws SqlError.
std::vector<Cancelled> cancel_waiting(Connection& connection, std::span<const MessageId> ids,
                                      std::string_view why, rules::Instant now);

// What these are; those that are not there are left out.
std::map<MessageId, MessageState> states_of(Connection& connection, std::span<const MessageId> ids);

}  // namespace peyk::store
