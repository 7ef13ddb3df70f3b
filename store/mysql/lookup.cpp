#include "store/mysql/lookup.hpp"

#include <algorithm>
#include <functional>

#include "store/mysql/tags.hpp"
#include "store/mysql/trace.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

std::string state_word(CodeState state, rules::Instant expires_at, rules::Instant now) {
  switch (state) {
    case CodeState::live:
      return now >= expires_at ? "expired" : "live";
    case CodeState::redeemed:
      return "redeemed";
    case CodeState::expired:
      return "expired";
    case CodeState::voided:
      return "void";
  }
  throw SqlError(SqlError::Kind::broken, 0, "a code in a state that is not known");
}

void find_lots(Connection& connection, MemberFound& found) {
  Rows rows = connection
                  .prepare(
                      "SELECT lot_id, origin, issued, remaining, created_at, expires_at FROM lot"
                      // of items there is none
                      " WHERE member_id = ? AND kind <> 7 ORDER BY created_at DESC, lot_id DESC LIMIT ?")
                  .add(found.member.id)
                  .add(kLookupRowsMax)
                  .query();
  while (rows.next()) {
    Lot lot;
    lot.id = rows.u64();
    lot.club = found.member.club;
    lot.member = found.member.id;
    lot.origin = static_cast<LotOrigin>(rows.u64());
    lot.issued = rows.i64();
    lot.remaining = rows.i64();
    lot.created_at = rows.instant();
    lot.expires_at = rows.instant();
    found.lots.insert(found.lots.begin(), lot);
  }
}

void find_codes(Connection& connection, MemberFound& found, rules::Instant now) {
  Rows rows = connection
                  .prepare(
                      "SELECT c.number, c.state, l.remaining, l.expires_at, c.item FROM code c JOIN lot l"
                      " ON l.lot_id = c.lot_id WHERE c.member_id = ? ORDER BY c.issued_at DESC, c.code_id"
                      " DESC LIMIT ?")
                  .add(found.member.id)
                  .add(kLookupRowsMax)
                  .query();
  while (rows.next()) {
    CodeFound code;
    code.number = rows.u32();
    const auto state = static_cast<CodeState>(rows.u64());
    code.left = rows.i64();
    code.expires_at = rows.instant();
    code.item = rows.text();
    code.state = state_word(state, code.expires_at, now);
    found.codes.insert(found.codes.begin(), std::move(code));
  }
}

void find_redemptions(Connection& connection, MemberFound& found) {
  Rows rows = connection
                  .prepare(
                      "SELECT c.number, r.branch_no, r.invoice_amount, r.used, r.at, v.redemption_id, v.at"
                      " FROM redemption r JOIN code c ON c.code_id = r.code_id"
                      " LEFT JOIN redemption_void v ON v.redemption_id = r.redemption_id"
                      " WHERE r.member_id = ? ORDER BY r.at DESC, r.redemption_id DESC LIMIT ?")
                  .add(found.member.id)
                  .add(kLookupRowsMax)
                  .query();
  while (rows.next()) {
    RedemptionFound redemption;
    redemption.code = rows.u32();
    redemption.branch = rows.u32();
    redemption.invoice_amount = rows.i64();
    redemption.used = rows.i64();
    redemption.at = rows.instant();
    if (rows.maybe_u64()) redemption.voided_at = rows.instant();
    found.redemptions.push_back(redemption);
  }
}

void find_messages(Connection& connection, MemberFound& found) {
  for (const std::string history : {"", "_history"}) {
    Rows rows =
        connection
            .prepare("SELECT message_id, line, state, reason, text, maybe_twice, created_at FROM outbox" +
                     history +
                     " WHERE phone = ? AND club_id = ? ORDER BY created_at DESC, message_id DESC LIMIT ?")
            .add(found.member.phone)
            .add(found.member.club)
            .add(kLookupRowsMax)
            .query();
    while (rows.next()) {
      MessageFound message;
      message.id = rows.u64();
      message.line = rows.text();
      message.state = word_of_state(rows.u64());
      message.reason = rows.text();
      message.text = rows.text();
      message.maybe_twice = rows.flag();
      message.created_at = rows.instant();
      found.messages.push_back(std::move(message));
    }
  }
  std::ranges::sort(found.messages, std::greater(),
                    [](const MessageFound& message) { return std::pair(message.created_at, message.id); });
  if (found.messages.size() > kLookupRowsMax) found.messages.resize(kLookupRowsMax);
}

}  // namespace

std::vector<MemberFound> find_member(Connection& connection, std::string_view club, PhoneNumber phone,
                                     rules::Instant now) {
  std::vector<MemberFound> all;
  Rows rows = connection
                  .prepare(
                      "SELECT c.slug, m.member_id, m.club_id, m.card, m.language, m.joined_at, m.balance"
                      " FROM club c JOIN member m ON m.club_id = c.club_id AND m.phone = ?"
                      " WHERE ? = '' OR c.slug = ? ORDER BY c.slug")
                  .add(phone)
                  .add(club)
                  .add(club)
                  .query();
  while (rows.next()) {
    MemberFound& found = all.emplace_back();
    found.club = rows.text();
    found.member.id = rows.u64();
    found.member.club = rows.u32();
    found.member.phone = phone;
    found.member.card = rows.u64();
    found.member.language = static_cast<Language>(rows.u64());
    found.member.joined_at = rows.instant();
    found.member.balance = rows.i64();
  }
  for (MemberFound& found : all) {
    if (auto tags = tags_of(connection, {found.member.id}); !tags.empty())
      found.tags = std::move(tags.begin()->second);
    find_lots(connection, found);
    find_codes(connection, found, now);
    find_redemptions(connection, found);
    find_messages(connection, found);
  }
  connection.rollback();
  return all;
}

std::map<BranchNo, std::string> branches_on_record(Connection& connection, ClubId club) {
  std::map<BranchNo, std::string> records;
  Rows rows =
      connection
          .prepare(
              "SELECT branch_no, COUNT(*), 'cashiers' FROM cashier WHERE club_id = ? GROUP BY branch_no"
              " UNION ALL SELECT branch_no, COUNT(*), 'purchases' FROM purchase WHERE club_id = ?"
              " GROUP BY branch_no UNION ALL SELECT branch_no, COUNT(*), 'redemptions' FROM redemption"
              " WHERE club_id = ? GROUP BY branch_no UNION ALL SELECT branch_no, COUNT(*), 'till keys' FROM"
              " till_key WHERE club_id = ? AND branch_no IS NOT NULL AND (in_file = 0 OR revoked_at IS NOT "
              "NULL)"
              " GROUP BY branch_no")
          .add(club)
          .add(club)
          .add(club)
          .add(club)
          .query();
  while (rows.next()) {
    std::string& record = records[rows.u32()];
    const std::string count = std::to_string(rows.u64());
    record += (record.empty() ? "" : ", ") + count + " " + rows.text();
  }
  connection.rollback();
  return records;
}

}  // namespace peyk::store
