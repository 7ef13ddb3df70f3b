// What staff may look up: a member with all that is hers, and where a club's branches appear in its records.
// Read as it is, without locks; for people, not for decisions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/records.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

inline constexpr std::uint32_t kLookupRowsMax = 20;  // of each kind of history: the last ones

struct CodeFound {
  rules::CodeNumber number = 0;
  std::string state;  // live, redeemed, expired, void; a live one past its expiry is expired
  rules::Amount left = 0;
  rules::Instant expires_at{};
  std::string item;  // what is handed over for it; empty: it is of credit
};
struct RedemptionFound {
  rules::CodeNumber code = 0;
  handlers::BranchNo branch = 0;
  rules::Amount invoice_amount = 0;
  rules::Amount used = 0;
  rules::Instant at{};
  std::optional<rules::Instant> voided_at;  // when its cashier took it back
};
struct MessageFound {
  std::uint64_t id = 0;
  std::string line;
  std::string state;  // queued, submitted, delivered, failed, expired, unknown, scheduled, cancelled
  std::string reason;
  std::string text;
  bool maybe_twice = false;  // an answer never came, and it was sent again
  rules::Instant created_at{};
};
struct MemberFound {
  std::string club;  // its slug
  handlers::Member member;
  std::vector<std::string> tags;
  std::vector<handlers::Lot> lots;           // oldest first
  std::vector<CodeFound> codes;              // oldest first
  std::vector<RedemptionFound> redemptions;  // latest first
  std::vector<MessageFound> messages;        // from this club to her, latest first
};

// The memberships of a phone, by slug; `club`, if not empty, is the slug of the one asked for. Throws
// SqlError.
std::vector<MemberFound> find_member(Connection& connection, std::string_view club,
                                     handlers::PhoneNumber phone, rules::Instant now);

// Branches of a club that its records name, and in words which: "2 cashiers, 310 purchases". Throws SqlError.
std::map<handlers::BranchNo, std::string> branches_on_record(Connection& connection, handlers::ClubId club);

}  // namespace peyk::store
