// Requests that were acted upon, by their keys: claimed in the transaction of their effects, so that each is
// acted upon once.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "handlers/request.hpp"
#include "handlers/rules/units.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

struct Claim {
  handlers::Fingerprint fingerprint{};
  std::uint32_t generation = 1;
  rules::Instant claimed_at{};
  rules::Instant forget_at{};  // the epoch: kept for good
  std::uint16_t status = 200;
  std::string answer;
  std::string ussd_state;
};
using Claims = std::map<handlers::RequestKey, Claim>;
Claims load_claims(Connection& connection, const std::set<handlers::RequestKey>& keys);
// New keys are inserted (a race fails on the key: SqlError::conflict); `renewed` ones must still be at the
// generation before, or SqlError::conflict is thrown.
void save_claims(Connection& connection, const Claims& fresh, const Claims& renewed);
// Forgets at most `limit` claims whose time is over; returns how many.
std::uint64_t forget_claims(Connection& connection, rules::Instant now, std::uint32_t limit);

}  // namespace peyk::store
