#include "store/mysql/gifts.hpp"

#include <algorithm>
#include <set>

#include "handlers/effects.hpp"
#include "handlers/rules/cards.hpp"
#include "store/mysql/sets.hpp"
#include "store/mysql/tables.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

constexpr std::uint32_t kSet = 200;
constexpr std::uint32_t kIdsPerCode = 3;
constexpr int kConflictRetriesMax = 10;
constexpr int kDrawsMax = 100;

// The club's gift account; made when it is first asked for.
MemberId account_of(Connection& connection, SystemChance& chance, ClubId club, rules::Instant now) {
  for (int tries = 0;; ++tries) {
    {
      Rows rows =
          connection.prepare("SELECT member_id FROM gift_account WHERE club_id = ?").add(club).query();
      if (rows.next()) return rows.u64();
    }
    try {
      const MemberId member = chance.next_id();
      connection
          .prepare(
              "INSERT INTO member (member_id, club_id, phone, card, language, joined_at, balance)"
              " VALUES (?, ?, NULL, ?, 0, ?, 0)")
          .add(member)
          .add(club)
          .add(rules::card_from_random(chance.random()))
          .add(now)
          .update();
      connection.prepare("INSERT INTO gift_account (club_id, member_id) VALUES (?, ?)")
          .add(club)
          .add(member)
          .update();
      connection.commit();
      return member;
    } catch (const SqlError& e) {
      connection.rollback();
      if (e.kind() != SqlError::Kind::conflict || tries == kConflictRetriesMax) throw;
    }
  }
}

Member lock_account(Connection& connection, ClubId club, MemberId id) {
  Rows rows =
      connection
          .prepare("SELECT card, language, joined_at, balance FROM member WHERE member_id = ? FOR UPDATE")
          .add(id)
          .query();
  if (!rows.next()) throw SqlError(SqlError::Kind::broken, 0, "the gift account has no row");
  Member account{.id = id, .club = club};
  account.card = rows.u64();
  account.language = static_cast<Language>(rows.u64());
  account.joined_at = rows.instant();
  account.balance = rows.i64();
  return account;
}

// Numbers that are free now; whoever takes one of them meanwhile makes the insert a conflict.
std::vector<rules::CodeNumber> draw(Connection& connection, SystemChance& chance, ClubId club,
                                    std::uint32_t count) {
  std::set<rules::CodeNumber> free;
  for (int draws = 0; free.size() < count; ++draws) {
    if (draws == kDrawsMax) throw SqlError(SqlError::Kind::broken, 0, "the club has no free codes left");
    std::set<rules::CodeNumber> drawn;
    while (drawn.size() < count - free.size()) drawn.insert(rules::code_from_random(chance.random()));
    const std::set<rules::CodeNumber> asked = drawn;
    select_in(
        connection, "SELECT reserved_number FROM code WHERE (club_id, reserved_number) IN (", "", 2, asked,
        [club](Statement& s, rules::CodeNumber number) { s.add(club).add(number); },
        [&drawn](Rows& rows) { drawn.erase(rows.u32()); });
    free.merge(drawn);
  }
  return {free.begin(), free.end()};
}

std::vector<rules::CodeNumber> issue_set(Connection& connection, SystemChance& chance, const GiftOrder& order,
                                         MemberId account, std::uint64_t batch, std::uint32_t count) {
  chance.reserve_ids(connection, count * kIdsPerCode);
  Facts facts;
  facts.load(lock_account(connection, order.club, account));
  const auto numbers = draw(connection, chance, order.club, count);
  std::vector<Effect> effects;
  std::vector<CodeId> codes;
  for (const rules::CodeNumber number : numbers) {
    const Lot lot{.id = chance.next_id(),
                  .club = order.club,
                  .member = account,
                  .origin = LotOrigin::gift,
                  .kind = LotOrigin::gift,
                  .issued = order.amount,
                  .remaining = order.amount,
                  .created_at = order.now,
                  .expires_at = order.expires_at};
    const LedgerEntry entry{.id = chance.next_id(),
                            .club = order.club,
                            .kind = rules::EntryKind::grant,
                            .member = account,
                            .lot = lot.id,
                            .amount = order.amount,
                            .at = order.now};
    codes.push_back(chance.next_id());
    const Code code{.id = codes.back(),
                    .club = order.club,
                    .number = number,
                    .member = account,
                    .lot = lot.id,
                    .state = CodeState::live,
                    .issued_at = order.now};
    effects.emplace_back(OpenLot{lot, entry});
    effects.emplace_back(IssueCode{code});
  }
  for (const Effect& effect : effects) {
    std::visit([&facts](const auto& one) { facts.apply(one); }, effect);
  }
  save_effects(connection, effects, facts);
  insert_set(connection, "INSERT INTO gift_code (batch_id, code_id) VALUES ", 2, codes,
             [batch](Statement& s, CodeId code) { s.add(batch).add(code); });
  connection.commit();
  return numbers;
}

}  // namespace

std::uint64_t issue_gifts(Connection& connection, SystemChance& chance, const GiftOrder& order,
                          const std::function<void(std::span<const rules::CodeNumber>)>& issued) {
  if (order.count == 0 || order.count > kGiftsMax || order.amount <= 0 ||
      order.amount > rules::kAmountMax / kGiftsMax || order.expires_at <= order.now)
    throw std::invalid_argument("issue_gifts: an order outside its limits");
  chance.reserve_ids(connection, 2);
  const MemberId account = account_of(connection, chance, order.club, order.now);
  const std::uint64_t batch = chance.next_id();
  connection
      .prepare(
          "INSERT INTO gift_batch (batch_id, club_id, amount, expires_at, issued_at, issued_by)"
          " VALUES (?, ?, ?, ?, ?, ?)")
      .add(batch)
      .add(order.club)
      .add(order.amount)
      .add(order.expires_at)
      .add(order.now)
      .add(order.by)
      .update();
  connection.commit();
  int conflicts = 0;
  for (std::uint32_t left = order.count; left > 0;) {
    const std::uint32_t count = std::min(left, kSet);
    try {
      issued(issue_set(connection, chance, order, account, batch, count));
      left -= count;
      conflicts = 0;
    } catch (const SqlError& e) {
      connection.rollback();
      if (e.kind() != SqlError::Kind::conflict || ++conflicts == kConflictRetriesMax) throw;
    }
  }
  return batch;
}

std::vector<GiftBatch> list_gifts(Connection& connection, ClubId club, rules::Instant now,
                                  std::uint32_t limit) {
  std::vector<GiftBatch> batches;
  // 2: redeemed. A live code past its expiry is expired, whether or not the sweep has been there.
  Rows rows =
      connection
          .prepare(
              "SELECT b.batch_id, b.amount, b.issued_at, b.expires_at, b.issued_by, COUNT(c.code_id),"
              " CAST(COALESCE(SUM(c.state = 2), 0) AS UNSIGNED),"
              " CAST(COALESCE(SUM(c.state = 1 AND b.expires_at > ?), 0) AS UNSIGNED) FROM gift_batch b"
              " LEFT JOIN gift_code g ON g.batch_id = b.batch_id LEFT JOIN code c ON c.code_id = g.code_id"
              " WHERE b.club_id = ? GROUP BY b.batch_id, b.amount, b.issued_at, b.expires_at, b.issued_by"
              " ORDER BY b.batch_id DESC LIMIT ?")
          .add(now)
          .add(club)
          .add(limit)
          .query();
  while (rows.next()) {
    GiftBatch batch{.id = rows.u64()};
    batch.amount = rows.i64();
    batch.issued_at = rows.instant();
    batch.expires_at = rows.instant();
    batch.by = rows.text();
    batch.codes = rows.u64();
    batch.redeemed = rows.u64();
    batch.open = rows.u64();
    batch.expired = batch.codes - batch.redeemed - batch.open;
    batches.push_back(std::move(batch));
  }
  return batches;
}

}  // namespace peyk::store
