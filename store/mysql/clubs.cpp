#include <map>
#include <set>

#include "store/mysql/clubs.hpp"
#include "store/mysql/digests.hpp"
#include "store/mysql/programmes.hpp"
#include "store/mysql/sets.hpp"
#include "store/mysql/till_keys.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

void bind_club(Statement& s, const Club& club) {
  s.add(club.name).add(club.keyword).add(club.currency).add(club.time_zone);
  s.add(static_cast<std::uint32_t>(club.language)).add(static_cast<std::uint32_t>(club.money_display));
  s.add(club.line).add(club.ussd_root).add(club.policy.earn_share).add(club.policy.credit_valid_days);
  s.add(club.policy.invoice_min).add(club.policy.credit_share_max).add(club.policy.join_on_purchase);
  s.add(static_cast<std::uint32_t>(club.policy.redeem_auth)).add(club.policy.repeat_window_minutes);
  s.add(club.sending_weight).add(club.policy.void_window_minutes);
  s.add(club.policy.move_min).add(club.policy.new_codes_per_day_max).add(club.policy.live_codes_max);
  s.add(club.policy.give_per_day_max).add(club.policy.give_undo_seconds);
  s.add(club.policy.branch_misses_max).add(club.policy.club_misses_max);
  s.add(club.policy.dispute_window_hours);
  s.add(club.policy.proof_last4_from).add(club.policy.proof_handset_from);
  s.add(club.policy.hold_seconds_max).add(club.policy.debt_on_refund);
  s.add(club.policy.repeat_purchase_seconds);
  s.add(club.policy.remind_days);
  s.add(static_cast<std::uint32_t>(club.policy.membership)).add(club.policy.join_after_purchases);
  s.add(club.policy.profile_credit).add(static_cast<std::int64_t>(club.policy.hijri_shift_days));
}

Club read_club(Rows& rows) {
  Club club;
  club.id = rows.u32();
  club.slug = rows.text();
  club.name = rows.text();
  club.keyword = rows.text();
  club.currency = rows.text();
  club.time_zone = rows.text();
  club.language = static_cast<Language>(rows.u64());
  club.money_display = static_cast<MoneyDisplay>(rows.u64());
  club.line = rows.text();
  club.ussd_root = rows.text();
  club.policy.earn_share = static_cast<rules::BasisPoints>(rows.i64());
  club.policy.credit_valid_days = rows.u32();
  club.policy.invoice_min = rows.i64();
  club.policy.credit_share_max = static_cast<rules::BasisPoints>(rows.i64());
  club.policy.join_on_purchase = rows.flag();
  club.policy.redeem_auth = static_cast<CashierAuth>(rows.u64());
  club.policy.repeat_window_minutes = rows.u32();
  club.sending_weight = rows.u32();
  club.policy.void_window_minutes = rows.u32();
  club.policy.move_min = rows.i64();
  club.policy.new_codes_per_day_max = rows.u32();
  club.policy.live_codes_max = rows.u32();
  club.policy.give_per_day_max = rows.i64();
  club.policy.give_undo_seconds = rows.u32();
  club.policy.branch_misses_max = rows.u32();
  club.policy.club_misses_max = rows.u32();
  club.policy.dispute_window_hours = rows.u32();
  club.policy.proof_last4_from = rows.i64();
  club.policy.proof_handset_from = rows.i64();
  club.policy.hold_seconds_max = rows.u32();
  club.policy.debt_on_refund = rows.flag();
  club.policy.repeat_purchase_seconds = rows.u32();
  club.policy.remind_days = rows.u32();
  club.policy.membership = static_cast<Membership>(rows.u64());
  club.policy.join_after_purchases = rows.u32();
  club.policy.profile_credit = rows.i64();
  club.policy.hijri_shift_days = static_cast<std::int32_t>(rows.i64());
  return club;
}

void save_branches(Connection& connection, ClubId id, const Club& club) {
  for (const Branch& branch : club.branches) {
    connection
        .prepare(
            "INSERT INTO branch (club_id, branch_no, name) VALUES (?, ?, ?)"
            " ON DUPLICATE KEY UPDATE name = VALUES(name)")
        .add(id)
        .add(branch.number)
        .add(branch.name)
        .update();
  }
}

void save_spend_at(Connection& connection, ClubId id, const rules::SpendAt& spend_at) {
  connection.prepare("DELETE FROM branch_spend WHERE club_id = ?").add(id).update();
  std::vector<std::pair<BranchNo, BranchNo>> pairs;
  for (const auto& [earned, branches] : spend_at) {
    for (const BranchNo spent : branches) pairs.emplace_back(earned, spent);
  }
  insert_set(connection, "INSERT INTO branch_spend (club_id, earned_no, spent_no) VALUES ", 3, pairs,
             [id](Statement& s, const auto& pair) { s.add(id).add(pair.first).add(pair.second); });
}

// After cashiers and keys have moved. A branch that a record names cannot go: the foreign key says so.
void delete_other_branches(Connection& connection, ClubId id, const Club& club) {
  std::set<BranchNo> gone;
  {
    Rows rows = connection.prepare("SELECT branch_no FROM branch WHERE club_id = ?").add(id).query();
    while (rows.next()) gone.insert(rows.u32());
  }
  for (const Branch& branch : club.branches) gone.erase(branch.number);
  for (const BranchNo number : gone) {
    connection.prepare("DELETE FROM branch WHERE club_id = ? AND branch_no = ?").add(id).add(number).update();
  }
}

// A cashier keeps her counted attempts over an apply; one the file no longer names keeps her row, for the
// records.
void save_cashiers(Connection& connection, ClubId id, const Club& club) {
  connection.prepare("UPDATE cashier SET is_active = 0 WHERE club_id = ?").add(id).update();
  for (const Cashier& cashier : club.cashiers) {
    connection
        .prepare(
            "INSERT INTO cashier (club_id, phone, branch_no, pin_hash, is_manager, is_active)"
            " VALUES (?, ?, ?, ?, ?, 1) ON DUPLICATE KEY UPDATE branch_no = VALUES(branch_no),"
            " pin_hash = VALUES(pin_hash), is_manager = VALUES(is_manager), is_active = 1")
        .add(id)
        .add(cashier.phone)
        .add(cashier.branch)
        .add(cashier.pin_hash)
        .add(cashier.manager)
        .update();
  }
}

}  // namespace

std::vector<Club> load_clubs(Connection& connection) {
  std::vector<Club> clubs;
  std::map<ClubId, std::size_t> at;
  // A club that was saved since the first statement is not among them: its version brings us here again.
  const auto find = [&](ClubId id) -> Club* {
    auto it = at.find(id);
    return it == at.end() ? nullptr : &clubs[it->second];
  };
  Rows rows =
      connection
          .prepare(
              "SELECT club_id, slug, name, keyword, currency, time_zone, language, money_display, line,"
              " ussd_root, earn_share, credit_valid_days, invoice_min, credit_share_max, join_on_purchase,"
              " redeem_auth, repeat_window_minutes, sending_weight, void_window_minutes, move_min,"
              " new_codes_per_day_max, live_codes_max, give_per_day_max, give_undo_seconds, "
              "branch_misses_max,"
              " club_misses_max, dispute_window_hours, proof_last4_from, proof_handset_from,"
              " hold_seconds_max, debt_on_refund, repeat_purchase_seconds, remind_days, membership,"
              " join_after_purchases, profile_credit, hijri_shift_days FROM club ORDER BY club_id")
          .query();
  while (rows.next()) {
    clubs.push_back(read_club(rows));
    at[clubs.back().id] = clubs.size() - 1;
  }
  load_digest_policies(connection, clubs);
  load_programmes(connection, clubs);
  Rows branches =
      connection.prepare("SELECT club_id, branch_no, name FROM branch ORDER BY branch_no").query();
  while (branches.next()) {
    Club* club = find(branches.u32());
    if (club == nullptr) continue;
    const BranchNo number = branches.u32();
    club->branches.push_back({number, branches.text()});
  }
  Rows cashiers =
      connection
          .prepare(
              "SELECT club_id, phone, branch_no, pin_hash, is_manager FROM cashier WHERE is_active = 1"
              " ORDER BY club_id, phone")
          .query();
  while (cashiers.next()) {
    Club* club = find(cashiers.u32());
    if (club == nullptr) continue;
    Cashier cashier;
    cashier.phone = cashiers.u64();
    cashier.branch = cashiers.u32();
    cashier.pin_hash = cashiers.text();
    cashier.manager = cashiers.flag();
    club->cashiers.push_back(std::move(cashier));
  }
  Rows spend_at =
      connection.prepare("SELECT club_id, earned_no, spent_no FROM branch_spend ORDER BY club_id").query();
  while (spend_at.next()) {
    Club* club = find(spend_at.u32());
    if (club == nullptr) continue;
    const BranchNo earned = spend_at.u32();
    club->policy.spend_at[earned].insert(spend_at.u32());
  }
  for (TillKeyRecord& record : load_till_keys(connection)) {
    Club* club = record.is_revoked() ? nullptr : find(record.club);
    if (club != nullptr) club->till_keys.push_back(std::move(record.key));
  }
  return clubs;
}

std::uint64_t clubs_version(Connection& connection) {
  Rows rows = connection.prepare("SELECT CAST(COALESCE(SUM(version), 0) AS UNSIGNED) FROM club").query();
  return rows.next() ? rows.u64() : 0;
}

ClubId save_club(Connection& connection, const Club& club) {
  Statement& statement = connection.prepare(
      "INSERT INTO club (slug, name, keyword, currency, time_zone, language, money_display, line, ussd_root,"
      " earn_share, credit_valid_days, invoice_min, credit_share_max, join_on_purchase, redeem_auth,"
      " repeat_window_minutes, sending_weight, void_window_minutes, move_min, new_codes_per_day_max,"
      " live_codes_max, give_per_day_max, give_undo_seconds, branch_misses_max, club_misses_max,"
      " dispute_window_hours, proof_last4_from, proof_handset_from, hold_seconds_max, debt_on_refund,"
      " repeat_purchase_seconds, remind_days, membership, join_after_purchases, profile_credit,"
      " hijri_shift_days) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?, ?, ?, ?, ?, ?,"
      " ?, ?, ?, ?, ?, ?, ?, ?)"
      " ON DUPLICATE KEY UPDATE version = version + 1, name = VALUES(name), keyword = VALUES(keyword),"
      " currency = VALUES(currency), time_zone = VALUES(time_zone), language = VALUES(language),"
      " money_display = VALUES(money_display), line = VALUES(line), ussd_root = VALUES(ussd_root),"
      " earn_share = VALUES(earn_share), credit_valid_days = VALUES(credit_valid_days),"
      " invoice_min = VALUES(invoice_min), credit_share_max = VALUES(credit_share_max),"
      " join_on_purchase = VALUES(join_on_purchase), redeem_auth = VALUES(redeem_auth),"
      " repeat_window_minutes = VALUES(repeat_window_minutes), sending_weight = VALUES(sending_weight),"
      " void_window_minutes = VALUES(void_window_minutes), move_min = VALUES(move_min),"
      " new_codes_per_day_max = VALUES(new_codes_per_day_max), live_codes_max = VALUES(live_codes_max),"
      " give_per_day_max = VALUES(give_per_day_max), give_undo_seconds = VALUES(give_undo_seconds),"
      " branch_misses_max = VALUES(branch_misses_max), club_misses_max = VALUES(club_misses_max),"
      " dispute_window_hours = VALUES(dispute_window_hours),"
      " proof_last4_from = VALUES(proof_last4_from), proof_handset_from = VALUES(proof_handset_from),"
      " hold_seconds_max = VALUES(hold_seconds_max), debt_on_refund = VALUES(debt_on_refund),"
      " repeat_purchase_seconds = VALUES(repeat_purchase_seconds),"
      " remind_days = VALUES(remind_days), membership = VALUES(membership),"
      " join_after_purchases = VALUES(join_after_purchases), profile_credit = VALUES(profile_credit),"
      " hijri_shift_days = VALUES(hijri_shift_days)");
  statement.add(club.slug);
  bind_club(statement, club);
  statement.update();
  Rows rows = connection.prepare("SELECT club_id FROM club WHERE slug = ?").add(club.slug).query();
  if (!rows.next()) throw SqlError(SqlError::Kind::broken, 0, "the club that was just saved is not there");
  const ClubId id = rows.u32();
  save_digest_policy(connection, id, club.policy.digest);
  save_programme(connection, id, club.programme);
  save_branches(connection, id, club);
  save_spend_at(connection, id, club.policy.spend_at);
  save_cashiers(connection, id, club);
  save_file_keys(connection, id, club);
  delete_other_branches(connection, id, club);
  connection.commit();
  return id;
}

}  // namespace peyk::store
