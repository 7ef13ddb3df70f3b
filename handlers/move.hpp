// Credit that moves: out of lots, soonest expiry first, into new lots of the same expiry, kind and branch,
// each with a code of its own. The ground of CODE, GIVE, PAY, UNDO and gifts.
//
//   needs_move (wallet, what she moved before, candidates for codes) -> prepare (or why not) -> MoveCredit
//
// Must stay true: what leaves is what arrives; nothing lives longer by moving, nor is good at more branches;
// a lot that is emptied takes its code with it.
#pragma once

#include <span>
#include <variant>
#include <vector>

#include "handlers/facts.hpp"
#include "handlers/rules/move.hpp"
#include "handlers/speaker.hpp"

namespace peyk::handlers {

// The member's wallet, and her moves of the club's day.
Needs needs_move(const Club& club, const MemberKey& from, const Setting& setting);
// Candidates, enough for so many codes.
void draw_codes(Needs& needs, const Club& club, const Setting& setting,
                std::size_t codes = rules::kMovedLotsMax);
// The first instant of the club's day.
rules::Instant start_of_day(const Club& club, rules::Instant now);

// One lot's share of a move.
struct Source {
  const Lot* lot = nullptr;
  rules::Amount amount = 0;
};
// What `amount` is taken from, of lots in the order of spending; or why it cannot move.
std::variant<std::vector<Source>, rules::MoveRefusal> sources_of(std::span<const Lot* const> lots,
                                                                 rules::Amount amount, const Facts& facts,
                                                                 rules::Instant now);
// As much of them as can move at once.
rules::Amount movable_at_once(std::span<const Lot* const> lots, const Facts& facts, rules::Instant now);

struct MoveOrder {
  MoveKind kind = MoveKind::code;
  MemberId from = 0, to = 0;
  std::vector<Source> sources;
};
// Throws OutOfCandidates. Codes are taken from the front of `candidates`.
MoveCredit move_credit(const Club& club, const MoveOrder& order, std::span<const CodeKey> candidates,
                       const Facts& facts, Setting& setting);

// When the first of its codes ends.
rules::Instant soonest_end(const MoveCredit& move);
// Its codes, a line each, as many as a text holds; then how many more there are.
std::string list_of_moved(std::string_view line_key, Language language, const Club& club,
                          const MoveCredit& move, const Setting& setting);

}  // namespace peyk::handlers
