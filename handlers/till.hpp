// What a till orders over HTTP beside purchases: checks, redemptions, voids, holds and what becomes of them;
// members, their tags and what they did; what a purchase would bring.
//
// Its key is its proof; the rules of money are the cashier's (taking.hpp). A wrong code counts as a miss of
// the key, and after too many every answer is the same refusal, for a right code too. Of another club's code,
// hold or redemption it learns what it learns of one that does not exist.
//
// A refusal is an answer: the same request again gets it again. Whoever means it anew signs a new one.
//
// To add an order: its struct in request.hpp, its case in till.cpp, a file for what it decides, its route and
// its body in gateway/http/, docs/openapi.yaml.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/request.hpp"
#include "handlers/setting.hpp"
#include "handlers/taking.hpp"

namespace peyk::handlers {

Needs needs_till(const TillOrder& order, const Setting& setting);
// A card is found to be somebody's: her phone stands in the order from then on.
void widen_till(TillOrder& order, Needs& needs, const std::map<CardKey, PhoneNumber>& found,
                const Setting& setting);
// `candidates` of its needs. Throws OutOfCandidates.
Outcome till_order(const TillOrder& order, std::span<const CodeKey> candidates, const Facts& facts,
                   Setting& setting);

// One order at work.
struct Desk {
  const Club& club;
  const TillId& till;
  const Facts& facts;
  Setting& setting;
  std::span<const CodeKey> candidates{};

  Taker taker() const { return {.club = &club, .branch = till.branch, .till = till.key}; }
};

// An answer that refuses: a problem document (RFC 9457), `slug` the end of its type. `pointer` tells where in
// the body the reason stands. `retry_after`, if not zero, when the same could be ordered anew.
Outcome refuse(std::string_view slug, std::string_view title, const std::string& detail,
               std::string_view pointer = "", std::uint16_t status = 422,
               std::chrono::seconds retry_after = {});

// till_codes.cpp
Outcome check_at_till(const Desk& desk, const TillCheck& order);
Outcome redeem_at_till(const Desk& desk, const TillRedemption& order);
Outcome void_at_till(const Desk& desk, const TillVoid& order);
// What a till is told of a redemption; `captured`: of the hold that it came of, 0: of none.
std::string redemption_answer(const Desk& desk, const Redemption& redemption, const Code& code,
                              bool duplicate, HoldId captured = 0);
// The code, or the refusal: locked, or not found, which is counted.
std::variant<const Code*, Outcome> find_code(const Desk& desk, rules::CodeNumber number);
Outcome refuse_taking(const Desk& desk, rules::RedeemRefusal why, const Code& code, const Bill& bill);
// It is good at other branches, which it names.
Outcome refuse_branch(const Desk& desk, const Code& code);
// The numbers of those at which it is good; null: all.
nlohmann::ordered_json branches_as_json(const Desk& desk, const Code& code);

// holds.cpp
inline constexpr std::chrono::seconds kHoldUsual{120};
inline constexpr std::chrono::hours kHoldsCountedFor{1};
inline constexpr int kUnusedHoldsMax = 5;  // of one member's credit by one till, in that time
Outcome hold_at_till(const Desk& desk, const TillHold& order);
Outcome capture_at_till(const Desk& desk, const TillCapture& order);
Outcome release_at_till(const Desk& desk, const TillRelease& order);

// till_refunds.cpp
Outcome refund_at_till(const Desk& desk, const TillRefund& order);

// till_members.cpp
Outcome join_at_till(const Desk& desk, const TillJoin& order);
Outcome change_member_at_till(const Desk& desk, const TillMemberChange& order);
Outcome erase_at_till(const Desk& desk, const TillErasure& order);
Outcome tag_at_till(const Desk& desk, const TillTags& order);

// till_quote.cpp
Needs needs_till_quote(const TillId& till, const TillQuote& order, const Setting& setting);
Outcome quote_at_till(const Desk& desk, const TillQuote& order);

// till_events.cpp
Needs needs_till_event(const TillId& till, const TillEvent& order, const Setting& setting);
Outcome event_at_till(const Desk& desk, const TillEvent& order);

}  // namespace peyk::handlers
