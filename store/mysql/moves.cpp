#include "store/mysql/moves.hpp"

#include <algorithm>

#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

CreditMove read_move(Rows& rows) {
  CreditMove move;
  move.id = rows.u64();
  move.club = rows.u32();
  move.kind = static_cast<MoveKind>(rows.u64());
  move.from = rows.u64();
  move.to = rows.u64();
  move.lots = rows.u32();
  move.amount = rows.i64();
  move.at = rows.instant();
  move.undone_at = rows.instant();
  return move;
}

}  // namespace

void load_moves(Connection& connection, const std::map<MemberKey, rules::Instant>& since, Facts& facts) {
  std::vector<MemberId> members;
  rules::Instant from = rules::Instant::max();
  for (const auto& [key, at] : since) {
    const Member* member = facts.member(key);
    if (member == nullptr) continue;
    members.push_back(member->id);
    from = std::min(from, at);  // of a batch: a decision looks at its own day only
  }
  select_in(
      connection,
      "SELECT move_id, club_id, kind, from_member_id, to_member_id, lots, amount, at, undone_at FROM"
      " credit_move WHERE at >= ? AND from_member_id IN (",
      "", 1, members,
      [from, bound = std::size_t{0}](Statement& s, MemberId id) mutable {
        if (bound++ % kSetRowsMax == 0) s.add(from);  // each statement's first parameter
        s.add(id);
      },
      [&facts](Rows& rows) { facts.load(read_move(rows)); });
}

void save_moves(Connection& connection, std::span<const CreditMove* const> moves) {
  insert_set(
      connection,
      "INSERT INTO credit_move (move_id, club_id, kind, from_member_id, to_member_id, lots, amount, at)"
      " VALUES ",
      8, moves, [](Statement& s, const CreditMove* move) {
        s.add(move->id).add(move->club).add(static_cast<std::uint32_t>(move->kind)).add(move->from);
        s.add(move->to).add(move->lots).add(move->amount).add(move->at);
      });
}

}  // namespace peyk::store
