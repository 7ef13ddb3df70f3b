#include "store/mysql/gifts.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "handlers/effects.hpp"
#include "handlers/rules/cards.hpp"
#include "store/mysql/codes.hpp"
#include "store/mysql/sets.hpp"
#include "store/mysql/tables.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

constexpr std::uint32_t kSet = 200;  // codes in one commit: as long may a member who texts one have to wait
constexpr std::uint32_t kIdsPerCode = 3;
constexpr int kConflictRetriesMax = 10;
constexpr int kGiftDrawsMax = 100;

// One commit, made again when somebody was in its way.
template <typename Work>
auto committed(Connection& connection, Work work) {
  for (int conflicts = 0;; ++conflicts) {
    try {
      auto result = work();
      connection.commit();
      return result;
    } catch (const SqlError& e) {
      connection.rollback();
      if (e.kind() != SqlError::Kind::conflict || conflicts == kConflictRetriesMax) throw;
    }
  }
}

// 0: the club has none yet.
MemberId account_of(Connection& connection, ClubId club) {
  Rows rows = connection.prepare("SELECT member_id FROM gift_account WHERE club_id = ?").add(club).query();
  return rows.next() ? rows.u64() : 0;
}

MemberId open_account(Connection& connection, SystemChance& chance, ClubId club) {
  return committed(connection, [&] {
    if (const MemberId known = account_of(connection, club)) return known;
    const MemberId member = chance.next_id();
    connection
        .prepare(
            "INSERT INTO member (member_id, club_id, phone, card, language, joined_at, balance)"
            " VALUES (?, ?, NULL, ?, 0, '2000-01-01', 0)")  // on no day that a report counts
        .add(member)
        .add(club)
        .add(rules::card_from_random(chance.random()))
        .update();
    connection.prepare("INSERT INTO gift_account (club_id, member_id) VALUES (?, ?)")
        .add(club)
        .add(member)
        .update();
    return member;
  });
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
    if (draws == kGiftDrawsMax) throw SqlError(SqlError::Kind::broken, 0, "the club has no free codes left");
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
                  .kind = order.item.empty() ? LotOrigin::gift : LotOrigin::item,
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
                    .issued_at = order.now,
                    .item = order.item};
    if (!order.item.empty()) {
      effects.emplace_back(IssueItem{lot, code});
      continue;
    }
    effects.emplace_back(OpenLot{lot, entry});
    effects.emplace_back(IssueCode{code});
  }
  for (const Effect& effect : effects) {
    std::visit([&facts](const auto& one) { facts.apply(one); }, effect);
  }
  save_effects(connection, effects, facts);
  insert_set(connection, "INSERT INTO gift_code (batch_id, code_id) VALUES ", 2, codes,
             [batch](Statement& s, CodeId code) { s.add(batch).add(code); });
  return numbers;
}

struct Gift {
  CodeId code = 0;
  rules::CodeNumber number = 0;
  CodeState state = CodeState::live;
  LotId lot = 0;
  rules::Amount left = 0;
  rules::Instant expires_at{};
};
const std::string kGifts =
    "SELECT c.code_id, c.number, c.state, l.lot_id, l.remaining, l.expires_at FROM gift_code g"
    " JOIN code c ON c.code_id = g.code_id JOIN lot l ON l.lot_id = c.lot_id WHERE ";

Gift read_gift(Rows& rows) {
  Gift gift{.code = rows.u64()};
  gift.number = rows.u32();
  gift.state = static_cast<CodeState>(rows.u64());
  gift.lot = rows.u64();
  gift.left = rows.i64();
  gift.expires_at = rows.instant();
  return gift;
}

Withdrawal judge(const Gift& gift, rules::Instant now) {
  if (gift.state == CodeState::redeemed) return Withdrawal::redeemed;
  if (gift.state == CodeState::voided) return Withdrawal::withdrawn_before;
  return gift.state == CodeState::expired || now >= gift.expires_at ? Withdrawal::expired : Withdrawal::done;
}

// Open ones, under the lock of their account.
void take_back(Connection& connection, SystemChance& chance, const WithdrawOrder& order, MemberId account,
               const std::vector<Gift>& gifts) {
  std::vector<LedgerEntry> entries;
  std::vector<EndedCode> ended;
  std::vector<LotId> lots;
  std::vector<CodeId> codes;
  rules::Amount sum = 0;
  for (const Gift& gift : gifts) {
    // Of an item there is nothing to post.
    if (gift.left > 0)
      entries.push_back({.id = chance.next_id(),
                         .club = order.club,
                         .kind = rules::EntryKind::withdraw,
                         .member = account,
                         .lot = gift.lot,
                         .amount = gift.left,
                         .at = order.now});
    ended.push_back({.id = gift.code, .state = CodeState::voided, .at = order.now});
    lots.push_back(gift.lot);
    codes.push_back(gift.code);
    sum += gift.left;
  }
  if (gifts.empty()) return;
  save_entries(connection, entries);
  connection.prepare("UPDATE member SET balance = balance - ? WHERE member_id = ?")
      .add(sum)
      .add(account)
      .update();
  update_in(connection, "UPDATE lot SET remaining = 0 WHERE lot_id IN (", lots);
  save_ended_codes(connection, ended);
  update_in(connection, "UPDATE gift_code SET withdrawn_by = ? WHERE code_id IN (", codes,
            [&order](Statement& s) { s.add(order.by); });
}

}  // namespace

std::uint64_t issue_gifts(Connection& connection, SystemChance& chance, const GiftOrder& order,
                          const std::function<void(std::span<const rules::CodeNumber>)>& issued) {
  if (order.count == 0 || order.count > kGiftsMax || order.amount < 0 ||
      (order.amount == 0) == order.item.empty() || order.amount > rules::kAmountMax / kGiftsMax ||
      order.expires_at <= order.now)
    throw std::invalid_argument("issue_gifts: an order outside its limits");
  chance.reserve_ids(connection, 2);
  const MemberId account = open_account(connection, chance, order.club);
  const std::uint64_t batch = chance.next_id();
  connection
      .prepare(
          "INSERT INTO gift_batch (batch_id, club_id, amount, expires_at, issued_at, issued_by, item)"
          " VALUES (?, ?, ?, ?, ?, ?, ?)")
      .add(batch)
      .add(order.club)
      .add(order.amount)
      .add(order.expires_at)
      .add(order.now)
      .add(order.by)
      .add(order.item)
      .update();
  connection.commit();
  for (std::uint32_t left = order.count; left > 0;) {
    const std::uint32_t count = std::min(left, kSet);
    issued(committed(connection, [&] {
      chance.reserve_ids(connection, count * kIdsPerCode);
      return issue_set(connection, chance, order, account, batch, count);
    }));
    left -= count;
  }
  return batch;
}

std::vector<Withdrawal> withdraw_gifts(Connection& connection, SystemChance& chance,
                                       const WithdrawOrder& order,
                                       std::span<const rules::CodeNumber> numbers) {
  if (numbers.size() > kSetRowsMax) throw std::invalid_argument("withdraw_gifts: too many at once");
  return committed(connection, [&] {
    chance.reserve_ids(connection, static_cast<std::uint32_t>(numbers.size()));
    std::map<rules::CodeNumber, Gift> gifts;
    if (const MemberId account = account_of(connection, order.club)) {
      lock_account(connection, order.club, account);
      select_in(
          connection, kGifts + "(c.club_id, c.reserved_number) IN (", "", 2, numbers,
          [&order](Statement& s, rules::CodeNumber number) { s.add(order.club).add(number); },
          [&gifts](Rows& rows) {
            const Gift gift = read_gift(rows);
            gifts.emplace(gift.number, gift);
          });
      std::vector<Gift> open;
      for (const auto& [number, gift] : gifts) {
        if (judge(gift, order.now) == Withdrawal::done) open.push_back(gift);
      }
      take_back(connection, chance, order, account, open);
    }
    std::vector<Withdrawal> found;
    for (const rules::CodeNumber number : numbers) {
      const auto gift = gifts.find(number);
      found.push_back(gift == gifts.end() ? Withdrawal::unknown : judge(gift->second, order.now));
    }
    return found;
  });
}

std::optional<std::uint64_t> withdraw_batch(Connection& connection, SystemChance& chance,
                                            const WithdrawOrder& order, std::uint64_t batch) {
  {
    Rows rows = connection.prepare("SELECT 1 FROM gift_batch WHERE batch_id = ? AND club_id = ?")
                    .add(batch)
                    .add(order.club)
                    .query();
    if (!rows.next()) return std::nullopt;
  }
  std::uint64_t withdrawn = 0;
  for (CodeId after = 0;;) {
    const std::vector<Gift> open = committed(connection, [&] {
      chance.reserve_ids(connection, kSet);
      const MemberId account = account_of(connection, order.club);
      lock_account(connection, order.club, account);
      std::vector<Gift> set;
      {
        Rows rows = connection
                        .prepare(kGifts +
                                 "g.batch_id = ? AND g.code_id > ? AND c.state = 1 AND l.expires_at > ?"
                                 " ORDER BY g.code_id LIMIT ?")
                        .add(batch)
                        .add(after)
                        .add(order.now)
                        .add(kSet)
                        .query();
        while (rows.next()) set.push_back(read_gift(rows));
      }
      take_back(connection, chance, order, account, set);
      return set;
    });
    withdrawn += open.size();
    if (open.size() < kSet) return withdrawn;
    after = open.back().code;
  }
}

std::vector<GiftBatch> list_gifts(Connection& connection, ClubId club, rules::Instant now,
                                  std::uint32_t limit) {
  std::vector<GiftBatch> batches;
  // 2: redeemed. 4: void. A live code past its expiry is expired, whether or not the sweep has been there.
  Rows rows =
      connection
          .prepare(
              "SELECT b.batch_id, b.amount, b.item, b.issued_at, b.expires_at, b.issued_by, COUNT(c.code_id),"
              " CAST(COALESCE(SUM(c.state = 2), 0) AS UNSIGNED),"
              " CAST(COALESCE(SUM(c.state = 4), 0) AS UNSIGNED),"
              " CAST(COALESCE(SUM(c.state = 1 AND b.expires_at > ?), 0) AS UNSIGNED) FROM gift_batch b"
              " LEFT JOIN gift_code g ON g.batch_id = b.batch_id LEFT JOIN code c ON c.code_id = g.code_id"
              " WHERE b.club_id = ? GROUP BY b.batch_id, b.amount, b.item, b.issued_at, b.expires_at,"
              " b.issued_by"
              " ORDER BY b.issued_at DESC, b.batch_id DESC LIMIT ?")
          .add(now)
          .add(club)
          .add(limit)
          .query();
  while (rows.next()) {
    GiftBatch batch{.id = rows.u64()};
    batch.amount = rows.i64();
    batch.item = rows.text();
    batch.issued_at = rows.instant();
    batch.expires_at = rows.instant();
    batch.by = rows.text();
    batch.codes = rows.u64();
    batch.redeemed = rows.u64();
    batch.withdrawn = rows.u64();
    batch.open = rows.u64();
    batch.expired = batch.codes - batch.redeemed - batch.withdrawn - batch.open;
    batches.push_back(std::move(batch));
  }
  return batches;
}

}  // namespace peyk::store
