#include "store/mysql/pendings.hpp"

#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

constexpr const char* kColumns =
    "club_id, phone, kind, pending_id, number, code_number, amount, invoice, other_phone, asked_by, "
    "branch_no,"
    " asked_at, until_at, used, misses, missed_at, offer";
constexpr std::size_t kWidth = 17;

Pending read(Rows& rows) {
  Pending pending;
  pending.key.club = rows.u32();
  pending.key.phone = rows.u64();
  pending.key.kind = static_cast<PendingKind>(rows.u64());
  pending.id = rows.u64();
  pending.number = rows.u32();
  pending.code = rows.u32();
  pending.amount = rows.i64();
  pending.invoice = rows.text();
  pending.other_phone = rows.u64();
  pending.asked_by = rows.u64();
  pending.branch = rows.u32();
  pending.asked_at = rows.instant();
  pending.until = rows.instant();
  pending.used = rows.flag();
  pending.misses = rows.u32();
  pending.missed_at = rows.instant();
  pending.offer = rows.text();
  return pending;
}

template <typename Row>
void select(Connection& connection, const std::set<MemberKey>& phones, const char* after, Row row) {
  select_in(
      connection, std::string("SELECT ") + kColumns + " FROM pending WHERE (club_id, phone) IN (", after, 2,
      phones, [](Statement& s, const MemberKey& key) { s.add(key.club).add(key.phone); },
      [&row](Rows& rows) { row(read(rows)); });
}

}  // namespace

std::vector<Pending> find_pendings(Connection& connection, const std::set<MemberKey>& phones) {
  std::vector<Pending> found;
  select(connection, phones, "", [&found](Pending pending) { found.push_back(std::move(pending)); });
  return found;
}

void lock_pendings(Connection& connection, const Needs& needs, Facts& facts) {
  std::set<MemberKey> phones = needs.pendings;
  phones.insert(needs.replies.begin(), needs.replies.end());
  for (const CodeKey& key : needs.owners_pendings) {
    const Code* code = facts.code(key);
    const Member* owner = code == nullptr ? nullptr : facts.member(code->member);
    if (owner != nullptr && owner->phone != 0) phones.insert({key.club, owner->phone});
  }
  for (const auto& [key, phone] : needs.items_pendings) {
    const Code* code = facts.code(key);
    if (code != nullptr && !code->item.empty()) phones.insert(phone);
  }
  select(connection, phones, "ORDER BY club_id, phone, kind FOR UPDATE",
         [&facts](Pending pending) { facts.load(std::move(pending)); });
}

void save_pendings(Connection& connection, const std::map<PendingKey, const Pending*>& pendings) {
  upsert_set(connection, std::string("INSERT INTO pending (") + kColumns + ") VALUES ",
             "pending_id = VALUES(pending_id), number = VALUES(number), code_number = VALUES(code_number),"
             " amount = VALUES(amount), invoice = VALUES(invoice), other_phone = VALUES(other_phone),"
             " asked_by = VALUES(asked_by), branch_no = VALUES(branch_no), asked_at = VALUES(asked_at),"
             " until_at = VALUES(until_at), used = VALUES(used), misses = VALUES(misses),"
             " missed_at = VALUES(missed_at), offer = VALUES(offer)",
             kWidth, pendings, [](Statement& s, const auto& one) {
               const Pending& p = *one.second;
               s.add(p.key.club).add(p.key.phone).add(static_cast<std::uint32_t>(p.key.kind)).add(p.id);
               s.add(p.number).add(p.code).add(p.amount).add(p.invoice).add(p.other_phone).add(p.asked_by);
               s.add(p.branch).add(p.asked_at).add(p.until).add(p.used).add(p.misses).add(p.missed_at);
               s.add(p.offer);
             });
}

std::uint64_t forget_pendings(Connection& connection, rules::Instant now, std::uint32_t limit) {
  return connection.prepare("DELETE FROM pending WHERE until_at < ? ORDER BY until_at LIMIT ?")
      .add(now - kPendingsKept)
      .add(limit)
      .update();
}

}  // namespace peyk::store
