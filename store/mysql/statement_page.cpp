// What moved a member's credit: her ledger entries, and what others moved to her. Of a transfer that came to
// her no entry names her first, and the ledger has no index for whom it names behind; the moves have.
#include "handlers/rules/ledger.hpp"
#include "handlers/words.hpp"
#include "store/mysql/club_pages.hpp"

namespace peyk::store {
namespace {

using namespace handlers;
using rules::EntryKind;

// Columns: id, kind of entry, kind of move, whether she is who it came to, at, amount, redemption, lot.
constexpr const char* kHers =
    "(SELECT e.entry_id AS id, e.kind, v.kind AS move_kind, 0 AS came, e.at AS at, e.amount,"
    " COALESCE(r.redemption_id, d.redemption_id), e.lot_id FROM"
    " (SELECT entry_id, kind, at, amount, move_id, lot_id FROM ledger_entry WHERE member_id = ?{behind}"
    " ORDER BY at DESC, entry_id DESC LIMIT ?) e"
    " LEFT JOIN credit_move v ON v.move_id = e.move_id"
    " LEFT JOIN redemption r ON r.entry_id = e.entry_id"
    " LEFT JOIN redemption_void d ON d.entry_id = e.entry_id)";
constexpr const char* kCame =
    "(SELECT move_id, 6, kind, 1, at, amount, NULL, NULL FROM credit_move WHERE to_member_id = ?"
    " AND kind IN (2, 4, 5){behind} ORDER BY at DESC, move_id DESC LIMIT ?)";

std::string with_behind(std::string sql, std::string_view id, bool behind) {
  const std::string_view place = "{behind}";
  const std::string condition =
      behind ? " AND at <= ? AND (at < ? OR " + std::string(id) + " < ?)" : std::string();
  return sql.replace(sql.find(place), place.size(), condition);
}

// A move is told by what it was for.
std::string_view word_of(EntryKind kind, MoveKind move, bool came) {
  if (kind != EntryKind::move) return handlers::word_of(kind);
  if (move == MoveKind::undo) return "undo";
  if (move == MoveKind::gift) return "gift";
  if (move == MoveKind::transfer) return came ? "receive" : "give";
  return "split";
}

rules::Amount effect_of(EntryKind kind, MoveKind move, bool came, rules::Amount amount) {
  if (kind != EntryKind::move) return rules::effect_on_member(kind, amount);
  if (came) return amount;
  return move == MoveKind::code || move == MoveKind::pay ? 0 : -amount;  // into a lot of her own, or away
}

}  // namespace

std::vector<StatementRow> load_statement(Connection& connection, MemberId member, const PageAsked& page) {
  const bool behind = page.behind.has_value();
  Statement& statement =
      connection.prepare(with_behind(kHers, "entry_id", behind) + " UNION ALL " +
                         with_behind(kCame, "move_id", behind) + " ORDER BY at DESC, id DESC LIMIT ?");
  for (int part = 0; part < 2; ++part) {
    statement.add(member);
    if (behind) statement.add(page.behind->at).add(page.behind->at).add(page.behind->id);
    statement.add(page.rows_max);
  }
  statement.add(page.rows_max);
  std::vector<StatementRow> entries;
  std::map<std::uint64_t, std::size_t> granted;  // by lots, the place of the entry
  for (Rows rows = statement.query(); rows.next();) {
    StatementRow& row = entries.emplace_back();
    row.id = rows.u64();
    const auto kind = static_cast<EntryKind>(rows.u64());
    const auto move = static_cast<MoveKind>(rows.maybe_u64().value_or(0));
    const bool came = rows.flag();
    row.at = rows.instant();
    row.amount = rows.i64();
    row.redemption = rows.maybe_u64().value_or(0);
    const std::uint64_t lot = rows.maybe_u64().value_or(0);
    if (kind == EntryKind::grant) granted.emplace(lot, entries.size() - 1);
    row.kind = word_of(kind, move, came);
    row.effect = effect_of(kind, move, came, row.amount);
  }
  std::set<std::uint64_t> lots;
  for (const auto& [lot, place] : granted) lots.insert(lot);
  for (auto& [lot, offers] : load_offers_shown(connection, OffersOf::lots, lots))
    entries[granted.at(lot)].offers = std::move(offers);
  return entries;
}

}  // namespace peyk::store
