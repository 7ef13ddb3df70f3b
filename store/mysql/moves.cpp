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
  move.returned = rows.i64();
  move.undoes = rows.u64();
  return move;
}

// Members of the keys, and the earliest of their instants: a decision looks at its own time only.
struct Since {
  std::vector<MemberId> members;
  rules::Instant at = rules::Instant::max();
};
Since members_of(const std::map<MemberKey, rules::Instant>& since, const Facts& facts) {
  Since found;
  for (const auto& [key, at] : since) {
    const Member* member = facts.member(key);
    if (member == nullptr) continue;
    found.members.push_back(member->id);
    found.at = std::min(found.at, at);
  }
  return found;
}

// Binds what stands before the set: each statement's first parameter.
auto after_instant(rules::Instant at) {
  return [at, bound = std::size_t{0}](Statement& s, MemberId id) mutable {
    if (bound++ % kSetRowsMax == 0) s.add(at);
    s.add(id);
  };
}

}  // namespace

void load_moves(Connection& connection, const Needs& needs, Facts& facts) {
  std::map<MemberKey, rules::Instant> wanted = needs.moves;
  for (const auto& [key, at] : needs.transfers) {
    const auto [known, fresh] = wanted.emplace(key, at);
    if (!fresh) known->second = std::min(known->second, at);
  }
  const Since all = members_of(wanted, facts);
  select_in(
      connection,
      "SELECT move_id, club_id, kind, from_member_id, to_member_id, lots, amount, at, returned, undoes FROM"
      " credit_move WHERE at >= ? AND from_member_id IN (",
      "", 1, all.members, after_instant(all.at), [&facts](Rows& rows) { facts.load(read_move(rows)); });
  // The entries of a move have larger ids than it: a short walk from there in the index of her entries.
  const Since transfers = members_of(needs.transfers, facts);
  select_in(
      connection,
      "SELECT v.move_id, e.to_lot_id FROM credit_move v JOIN ledger_entry e ON e.member_id = v.from_member_id"
      " AND e.entry_id > v.move_id AND e.move_id = v.move_id WHERE v.kind = 2 AND v.at >= ? AND"
      " v.from_member_id IN (",
      "", 1, transfers.members, after_instant(transfers.at), [&facts](Rows& rows) {
        const MoveId move = rows.u64();
        facts.load_moved(move, rows.u64());
      });
}

void find_recipients(Connection& connection, const std::map<MemberKey, rules::Instant>& transfers,
                     std::set<MemberId>& found) {
  for (const auto& [key, at] : transfers) {
    Rows rows = connection
                    .prepare(
                        "SELECT v.to_member_id FROM member m JOIN credit_move v ON v.from_member_id ="
                        " m.member_id WHERE m.club_id = ? AND m.phone = ? AND v.at >= ? AND v.kind = 2")
                    .add(key.club)
                    .add(key.phone)
                    .add(at)
                    .query();
    while (rows.next()) found.insert(rows.u64());
  }
}

void save_moves(Connection& connection, std::span<const CreditMove* const> moves) {
  insert_set(
      connection,
      "INSERT INTO credit_move (move_id, club_id, kind, from_member_id, to_member_id, lots, amount, at,"
      " undoes) VALUES ",
      9, moves, [](Statement& s, const CreditMove* move) {
        s.add(move->id).add(move->club).add(static_cast<std::uint32_t>(move->kind)).add(move->from);
        s.add(move->to).add(move->lots).add(move->amount).add(move->at).add(move->undoes);
      });
  for (const CreditMove* move : moves) {
    if (move->undoes == 0) continue;
    connection.prepare("UPDATE credit_move SET returned = returned + ? WHERE move_id = ?")
        .add(move->amount)
        .add(move->undoes)
        .run();
  }
}

}  // namespace peyk::store
