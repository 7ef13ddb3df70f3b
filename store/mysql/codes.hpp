// How codes end, and when their numbers may be issued again.
#pragma once

#include <cstdint>
#include <span>

#include "handlers/records.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

struct EndedCode {
  handlers::CodeId id = 0;
  handlers::CodeState state = handlers::CodeState::redeemed;
  rules::Instant at{};
};
// They are over, and their numbers begin to rest.
void save_ended_codes(Connection& connection, std::span<const EndedCode> codes);
// Numbers that have rested long enough may be issued again: a set of at most `limit` ends, the oldest first.
// Returns how many it looked at.
std::uint64_t free_codes(Connection& connection, rules::Instant now, std::uint32_t limit);

}  // namespace peyk::store
