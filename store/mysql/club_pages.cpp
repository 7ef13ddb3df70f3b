#include "store/mysql/club_pages.hpp"

#include "handlers/measures.hpp"
#include "store/mysql/behaviours.hpp"
#include "store/mysql/member_events.hpp"
#include "store/mysql/offer_uses.hpp"
#include "store/mysql/profiles.hpp"
#include "store/mysql/purchase_items.hpp"
#include "store/mysql/sets.hpp"
#include "store/mysql/tags.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

constexpr const char* kMemberColumns =
    "SELECT member_id, phone, card, language, joined_at, balance, debt, last_purchase_id,"
    " last_purchase_branch, last_purchase_amount, last_purchase_at FROM member ";

Member read_member(Rows& rows, ClubId club) {
  Member member{.id = rows.u64(), .club = club, .phone = rows.u64(), .card = rows.u64()};
  member.language = static_cast<Language>(rows.u64());
  member.joined_at = rows.instant();
  member.balance = rows.i64();
  member.debt = rows.i64();
  member.last_purchase.id = rows.u64();
  member.last_purchase.branch = rows.u32();
  member.last_purchase.amount = rows.i64();
  member.last_purchase.at = rows.instant();
  return member;
}

std::vector<Lot> spendable_lots(Connection& connection, const Member& member, rules::Instant now) {
  std::vector<Lot> lots;
  Rows rows = connection
                  .prepare(
                      "SELECT lot_id, origin, kind, issued, remaining, created_at, expires_at, hold_id, held,"
                      " held_until FROM lot WHERE member_id = ? AND expires_at > ? AND remaining > 0"
                      " ORDER BY expires_at, lot_id LIMIT ?")
                  .add(member.id)
                  .add(now)
                  .add(kMemberLotsMax)
                  .query();
  while (rows.next()) {
    Lot lot{.id = rows.u64(), .club = member.club, .member = member.id};
    lot.origin = static_cast<LotOrigin>(rows.u64());
    lot.kind = static_cast<LotOrigin>(rows.u64());
    lot.issued = rows.i64();
    lot.remaining = rows.i64();
    lot.created_at = rows.instant();
    lot.expires_at = rows.instant();
    lot.hold = rows.u64();
    lot.held = rows.i64();
    lot.held_until = rows.instant();
    lots.push_back(lot);
  }
  return lots;
}

// The conditions of a list in the order of a column and an id, and their values, in one order.
struct Walk {
  std::string_view at, id;
  bool latest_first = true;

  std::string conditions(const TimeSpan& span, const PageAsked& page) const {
    const std::string column(at);
    std::string sql;
    if (span.since != rules::Instant{}) sql += " AND " + column + " >= ?";
    if (span.until != rules::Instant{}) sql += " AND " + column + " < ?";
    const std::string beyond = latest_first ? " < ?" : " > ?";
    if (page.behind)
      sql += " AND " + column + (latest_first ? " <= ?" : " >= ?") + " AND (" + column + beyond + " OR " +
             std::string(id) + beyond + ")";
    return sql;
  }
  std::string order() const {
    const std::string way = latest_first ? " DESC" : "";
    return " ORDER BY " + std::string(at) + way + ", " + std::string(id) + way + " LIMIT ?";
  }
};

void bind(Statement& statement, const TimeSpan& span, const PageAsked& page) {
  if (span.since != rules::Instant{}) statement.add(span.since);
  if (span.until != rules::Instant{}) statement.add(span.until);
  if (page.behind) statement.add(page.behind->at).add(page.behind->at).add(page.behind->id);
  statement.add(page.rows_max);
}

// Whose rows: a member's by her id, else a branch's. Nothing: there is no such member.
struct Whose {
  std::optional<MemberId> member;
};
std::optional<Whose> whose(Connection& connection, const SalesAsked& asked) {
  if (!asked.member) return Whose{};
  const auto member = find_member_id(connection, {asked.club, *asked.member});
  return member ? std::optional(Whose{member}) : std::nullopt;
}

constexpr const char* kRedemptionColumns =
    "SELECT r.redemption_id, r.branch_no, r.invoice, r.invoice_amount, r.used, r.returned, r.till_key,"
    " r.cashier_phone > 0, m.phone, r.at, v.at FROM ";
constexpr const char* kRedemptionJoins =
    " LEFT JOIN member m ON m.member_id = r.member_id"
    " LEFT JOIN redemption_void v ON v.redemption_id = r.redemption_id ";

}  // namespace

std::optional<MemberId> find_member_id(Connection& connection, const MemberKey& key) {
  Rows rows = connection.prepare("SELECT member_id FROM member WHERE club_id = ? AND phone = ?")
                  .add(key.club)
                  .add(key.phone)
                  .query();
  return rows.next() ? std::optional(rows.u64()) : std::nullopt;
}

std::optional<MemberPage> load_member_page(Connection& connection, const Club& club, PhoneNumber phone,
                                           rules::Instant now) {
  const MemberKey key{club.id, phone};
  MemberPage page;
  {
    Rows rows = connection.prepare(std::string(kMemberColumns) + "WHERE club_id = ? AND phone = ?")
                    .add(key.club)
                    .add(key.phone)
                    .query();
    if (!rows.next()) return std::nullopt;
    page.member = read_member(rows, key.club);
  }
  {
    Rows rows = connection.prepare("SELECT promo_stopped FROM line_phone WHERE line = ? AND phone = ?")
                    .add(club.line)
                    .add(key.phone)
                    .query();
    page.promo_stopped = rows.next() && rows.flag();
  }
  page.lots = spendable_lots(connection, page.member, now);
  page.facts.load(page.member);
  for (const Lot& lot : page.lots) page.facts.load(lot);
  Needs needs = needs_measures(club, key, now, now, false);
  needs.tags.insert(key);
  load_behaviours(connection, needs, {}, page.facts);
  load_standings(connection, needs, {}, page.facts);
  load_profiles(connection, needs.profiles, page.facts);
  load_tags(connection, needs.tags, page.facts);
  load_survey_scores(connection, needs.survey_scores, page.facts);
  return page;
}

std::map<std::uint64_t, std::vector<OfferShown>> load_offers_shown(Connection& connection, OffersOf what,
                                                                   const std::set<std::uint64_t>& ids) {
  std::map<std::uint64_t, std::vector<OfferShown>> all;
  const std::string column = what == OffersOf::purchases ? "g.purchase_id" : "g.lot_id";
  select_in(
      connection,
      "SELECT " + column +
          ", o.name, COALESCE(JSON_UNQUOTE(JSON_EXTRACT(v.body, '$.title')), ''), g.kind,"
          " g.value, CASE WHEN g.kind = 9 THEN COALESCE(JSON_UNQUOTE(JSON_EXTRACT(v.body, CONCAT('$.then[', "
          "g.place,"
          " '].text'))), '') ELSE '' END FROM offer_grant g JOIN offer o ON o.offer_id = g.offer_id LEFT "
          "JOIN offer_version v ON"
          " v.version_id = g.version_id WHERE g.kind <> 8 AND " +
          column + " IN (",
      "ORDER BY g.grant_id", 1, ids, [](Statement& s, std::uint64_t id) { s.add(id); },
      [&all](Rows& rows) {
        OfferShown& one = all[rows.u64()].emplace_back();
        one.name = rows.text();
        one.title = rows.text();
        one.kind = static_cast<rules::EffectKind>(rows.u64());
        one.value = rows.i64();
        one.item = rows.text();
      });
  return all;
}

std::vector<Member> load_members(Connection& connection, const MembersAsked& asked, const PageAsked& page) {
  const Walk walk{.at = "joined_at", .id = "member_id", .latest_first = false};
  Statement& statement = connection.prepare(
      std::string(kMemberColumns) + "WHERE club_id = ? AND phone IS NOT NULL" +
      (asked.card ? " AND card = ?" : "") + walk.conditions(asked.joined, page) + walk.order());
  statement.add(asked.club);
  if (asked.card) statement.add(*asked.card);
  bind(statement, asked.joined, page);
  std::vector<Member> members;
  for (Rows rows = statement.query(); rows.next();) members.push_back(read_member(rows, asked.club));
  return members;
}

std::vector<PurchaseRow> load_purchases(Connection& connection, const SalesAsked& asked,
                                        const PageAsked& page) {
  const auto of = whose(connection, asked);
  if (!of) return {};
  const Walk walk{.at = of->member ? "purchased_at" : "recorded_at", .id = "purchase_id"};
  Statement& statement = connection.prepare(
      std::string("SELECT purchase_id, branch_no, invoice, amount, discount, by_credit, refunded, earned,"
                  " points, phone, purchased_at, recorded_at, grants > 0 FROM purchase WHERE club_id = ?") +
      (asked.branch != 0 ? " AND branch_no = ?" : "") + (of->member ? " AND member_id = ?" : "") +
      walk.conditions(asked.at, page) + walk.order());
  statement.add(asked.club);
  if (asked.branch != 0) statement.add(asked.branch);
  if (of->member) statement.add(*of->member);
  bind(statement, asked.at, page);
  std::vector<PurchaseRow> purchases;
  std::set<std::uint64_t> with_offers;
  for (Rows rows = statement.query(); rows.next();) {
    PurchaseRow& row = purchases.emplace_back();
    row.id = rows.u64();
    row.branch = rows.u32();
    row.invoice = rows.text();
    row.amount = rows.i64();
    row.discount = rows.i64();
    row.by_credit = rows.i64();
    row.refunded = rows.i64();
    row.earned = rows.i64();
    row.points = rows.i64();
    row.phone = rows.maybe_u64().value_or(0);
    row.purchased_at = rows.instant();
    row.recorded_at = rows.instant();
    if (rows.flag()) with_offers.insert(row.id);
  }
  const auto offers = load_offers_shown(connection, OffersOf::purchases, with_offers);
  std::vector<std::uint64_t> ids;
  for (const PurchaseRow& row : purchases) ids.push_back(row.id);
  const auto items = load_purchase_items(connection, ids);
  for (PurchaseRow& row : purchases) {
    if (const auto its = offers.find(row.id); its != offers.end()) row.offers = its->second;
    if (const auto its = items.find(row.id); its != items.end()) row.items = its->second;
  }
  return purchases;
}

std::vector<RedemptionRow> load_redemptions(Connection& connection, const SalesAsked& asked,
                                            const PageAsked& page) {
  const auto of = whose(connection, asked);
  if (!of) return {};
  const Walk walk{.at = "r.at", .id = "r.redemption_id"};
  // Of a member by her entries: redemptions have an index by their entry, and none by member.
  const std::string from =
      of->member ? "ledger_entry e JOIN redemption r ON r.entry_id = e.entry_id" : "redemption r";
  Statement& statement = connection.prepare(
      kRedemptionColumns + from + kRedemptionJoins +
      (of->member ? "WHERE e.member_id = ? AND e.kind = ? AND r.club_id = ?" : "WHERE r.club_id = ?") +
      (asked.branch != 0 ? " AND r.branch_no = ?" : "") + walk.conditions(asked.at, page) + walk.order());
  if (of->member) statement.add(*of->member).add(static_cast<std::uint32_t>(rules::EntryKind::redeem));
  statement.add(asked.club);
  if (asked.branch != 0) statement.add(asked.branch);
  bind(statement, asked.at, page);
  std::vector<RedemptionRow> redemptions;
  for (Rows rows = statement.query(); rows.next();) {
    RedemptionRow& row = redemptions.emplace_back();
    row.id = rows.u64();
    row.branch = rows.u32();
    row.invoice = rows.text();
    row.invoice_amount = rows.i64();
    row.used = rows.i64();
    row.returned = rows.i64();
    row.till = rows.text();
    row.by_cashier = rows.flag();
    row.phone = rows.maybe_u64().value_or(0);
    row.at = rows.instant();
    row.voided_at = rows.instant();
  }
  return redemptions;
}

}  // namespace peyk::store
