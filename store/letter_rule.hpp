// Whether a dead letter may be sent anew. Pure; store/mysql/dead_letters.cpp asks and acts.
//
// What must stay true: nothing that was overtaken by time goes out by itself. A number in a text that is a
// code of this member's must still be good (and be hers: of one who has left, any number of that form counts
// as one); what a cashier waited for is stale after minutes; what may have been heard is heard twice only if
// somebody says so; whoever stopped adverts gets none.
//
// What cannot be known: whether other words of a text still hold (a balance, a date). Who replays reads one
// first.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/lane.hpp"
#include "handlers/rules/codes.hpp"
#include "store/mysql/outbox.hpp"

namespace peyk::store {

inline constexpr std::uint32_t kReplaysMax = 20;  // of one letter

// In the order of checking.
enum class ReplayVerdict : std::uint8_t {
  replayed,
  no_such_message,  // or of another club than the one that asks
  not_dead,         // it waits, was sent or was delivered: also when it was replayed a moment ago
  no_such_line,     // its line is not in peyk.yaml (any more)
  too_often,        // kReplaysMax
  stopped,          // an advert, and she said STOP on this line
  code_over,        // it names a code of hers that is redeemed, expired or void
  urgent,           // an answer to a cashier, or to a screen: stale
  maybe_heard,      // the carrier may have it: she would hear it twice
};
// "its code is no longer good", for staff.
std::string_view words(ReplayVerdict verdict);
// "code_over", for programs.
std::string_view slug(ReplayVerdict verdict);

struct ReplayTerms {
  bool even_urgent = false;
  bool even_unknown = false;
  std::optional<std::chrono::seconds> valid_for;  // else as long as texts of its lane are
  std::optional<handlers::ClubId> club;           // only this one's
  std::set<std::string> lines;                    // numbers of all lines there are
  std::string by;                                 // who, at most 64 octets
};

// A code that a member has or had.
struct CodeOfMember {
  rules::CodeNumber number = 0;
  bool good = false;  // live, and not expired
  rules::Instant ends_at{};
};
struct LetterFacts {
  handlers::ClubId club = 0;
  std::string line;
  handlers::Lane lane = handlers::Lane::reply;
  MessageState state = failed;
  std::string text;
  std::uint32_t replays = 0;
  bool promo_stopped = false;
  bool is_member = true;            // of that club; whoever left it has no code that is good
  std::vector<CodeOfMember> codes;  // that she has or had there
};
ReplayVerdict judge_letter(const LetterFacts& letter, const ReplayTerms& terms);
// How long one that is replayed may be sent: no longer than the codes in it are good.
rules::Instant letter_ends(const LetterFacts& letter, const ReplayTerms& terms, rules::Instant now);

}  // namespace peyk::store
