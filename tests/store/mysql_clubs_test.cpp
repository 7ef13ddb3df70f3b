// A club saved is the club loaded, and saving it again keeps what the database knows besides.
#include <gmock/gmock.h>

#include "store/mysql/clubs.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_clubs_test {
namespace {

using namespace handlers;
using testing::IsEmpty;
using testing::SizeIs;

void expect_same(const Club& saved, const Club& loaded) {
  EXPECT_EQ(loaded.slug, saved.slug);
  EXPECT_EQ(loaded.name, saved.name);
  EXPECT_EQ(loaded.keyword, saved.keyword);
  EXPECT_EQ(loaded.currency, saved.currency);
  EXPECT_EQ(loaded.time_zone, saved.time_zone);
  EXPECT_EQ(loaded.language, saved.language);
  EXPECT_EQ(loaded.money_display, saved.money_display);
  EXPECT_EQ(loaded.line, saved.line);
  EXPECT_EQ(loaded.ussd_root, saved.ussd_root);
  EXPECT_EQ(loaded.sending_weight, saved.sending_weight);
  EXPECT_EQ(loaded.policy.earn_share, saved.policy.earn_share);
  EXPECT_EQ(loaded.policy.credit_valid_days, saved.policy.credit_valid_days);
  EXPECT_EQ(loaded.policy.invoice_min, saved.policy.invoice_min);
  EXPECT_EQ(loaded.policy.credit_share_max, saved.policy.credit_share_max);
  EXPECT_EQ(loaded.policy.join_on_purchase, saved.policy.join_on_purchase);
  EXPECT_EQ(loaded.policy.redeem_auth, saved.policy.redeem_auth);
  EXPECT_EQ(loaded.policy.repeat_window_minutes, saved.policy.repeat_window_minutes);
  EXPECT_EQ(loaded.policy.void_window_minutes, saved.policy.void_window_minutes);
  EXPECT_EQ(loaded.policy.move_min, saved.policy.move_min);
  EXPECT_EQ(loaded.policy.new_codes_per_day_max, saved.policy.new_codes_per_day_max);
  EXPECT_EQ(loaded.policy.live_codes_max, saved.policy.live_codes_max);
  EXPECT_EQ(loaded.policy.give_per_day_max, saved.policy.give_per_day_max);
  EXPECT_EQ(loaded.policy.give_undo_seconds, saved.policy.give_undo_seconds);
  EXPECT_EQ(loaded.policy.hold_seconds_max, saved.policy.hold_seconds_max);
  EXPECT_EQ(loaded.policy.debt_on_refund, saved.policy.debt_on_refund);
  EXPECT_EQ(loaded.policy.repeat_purchase_seconds, saved.policy.repeat_purchase_seconds);
  EXPECT_EQ(loaded.policy.remind_days, saved.policy.remind_days);
  EXPECT_EQ(loaded.policy.membership, saved.policy.membership);
  EXPECT_EQ(loaded.policy.join_after_purchases, saved.policy.join_after_purchases);
  EXPECT_EQ(loaded.policy.profile_credit, saved.policy.profile_credit);
  EXPECT_EQ(loaded.policy.hijri_shift_days, saved.policy.hijri_shift_days);
  EXPECT_EQ(loaded.policy.spend_at, saved.policy.spend_at);
  EXPECT_EQ(loaded.policy.digest, saved.policy.digest);
  ASSERT_EQ(loaded.branches.size(), saved.branches.size());
  for (std::size_t i = 0; i < saved.branches.size(); ++i) {
    EXPECT_EQ(loaded.branches[i].number, saved.branches[i].number);
    EXPECT_EQ(loaded.branches[i].name, saved.branches[i].name);
  }
  ASSERT_EQ(loaded.cashiers.size(), saved.cashiers.size());
  for (std::size_t i = 0; i < saved.cashiers.size(); ++i) {
    EXPECT_EQ(loaded.cashiers[i].phone, saved.cashiers[i].phone);
    EXPECT_EQ(loaded.cashiers[i].branch, saved.cashiers[i].branch);
    EXPECT_EQ(loaded.cashiers[i].pin_hash, saved.cashiers[i].pin_hash);
    EXPECT_EQ(loaded.cashiers[i].manager, saved.cashiers[i].manager);
  }
  ASSERT_EQ(loaded.till_keys.size(), saved.till_keys.size());
  for (std::size_t i = 0; i < saved.till_keys.size(); ++i) {
    EXPECT_EQ(loaded.till_keys[i].id, saved.till_keys[i].id);
    EXPECT_EQ(loaded.till_keys[i].branch, saved.till_keys[i].branch);
    EXPECT_EQ(loaded.till_keys[i].secret, saved.till_keys[i].secret);
  }
}

class MysqlClubs : public testing::Test {
 protected:
  TestDatabase database{"clubs"};
};

TEST_F(MysqlClubs, come_back_as_they_were_saved_octets_of_secrets_and_all_letters_too) {
  Club club = stored_club();
  club.name = "نان و نمک 🧂 \\' ";
  club.keyword = "نان";
  club.language = Language::fa;
  club.money_display = MoneyDisplay::toman;
  club.sending_weight = 7;
  club.policy = {.earn_share = 725,
                 .credit_valid_days = 45,
                 .invoice_min = rules::kAmountMax,
                 .credit_share_max = 5'000,
                 .join_on_purchase = false,
                 .redeem_auth = CashierAuth::phone,
                 .repeat_window_minutes = 3,
                 .void_window_minutes = 7,
                 .proof_last4_from = 500'000,
                 .proof_handset_from = rules::kAmountMax,
                 .dispute_window_hours = 5,
                 .branch_misses_max = 3,
                 .club_misses_max = 0,
                 .move_min = 30'000,
                 .new_codes_per_day_max = 3,
                 .live_codes_max = 17,
                 .give_per_day_max = 700'000,
                 .give_undo_seconds = 45,
                 .hold_seconds_max = 77,
                 .repeat_purchase_seconds = 33,
                 .debt_on_refund = true,
                 .remind_days = 9,
                 .membership = Membership::closed,
                 .join_after_purchases = 3,
                 .profile_credit = 250'000,
                 .hijri_shift_days = -1,
                 .spend_at = {{12, {12, 14}}, {14, {14}}},
                 .digest = {.when = DigestWhen::daily,
                            .hour = 8,
                            .own_phone = 11,
                            .purchases = 12,
                            .split = 13,
                            .split_minutes = 14,
                            .refunds = 15,
                            .voids = 16,
                            .misses = 17,
                            .club_misses = 0,
                            .quiet = 18,
                            .insights = true}};
  club.till_keys[0].secret = std::string("\0\xff'\"\\\n\x80", 7) + std::string(24, '\0');
  const ClubId id = store::save_club(database.connection, club);
  const auto loaded = store::load_clubs(database.connection);
  ASSERT_THAT(loaded, SizeIs(1));
  EXPECT_EQ(loaded[0].id, id);
  expect_same(club, loaded[0]);
}

TEST_F(MysqlClubs, keep_their_id_and_change_their_version_when_saved_again) {
  const ClubId id = store::save_club(database.connection, stored_club());
  const auto version = store::clubs_version(database.connection);
  Club changed = stored_club();
  changed.name = "Salt";
  EXPECT_EQ(store::save_club(database.connection, changed), id);
  EXPECT_GT(store::clubs_version(database.connection), version);
  expect_same(changed, store::load_clubs(database.connection).at(0));
}

TEST_F(MysqlClubs, rows_of_where_credit_is_spent_go_with_their_branch) {
  Club club = stored_club();
  club.branches.push_back({16, "Niavaran"});
  club.policy.spend_at = {{12, {14, 16}}, {16, {16}}};
  store::save_club(database.connection, club);
  expect_same(club, store::load_clubs(database.connection).at(0));
  club.branches.pop_back();
  club.policy.spend_at = {{12, {14}}};
  store::save_club(database.connection, club);
  expect_same(club, store::load_clubs(database.connection).at(0));
  club.policy.spend_at.clear();
  store::save_club(database.connection, club);
  expect_same(club, store::load_clubs(database.connection).at(0));
}

TEST_F(MysqlClubs, who_is_no_cashier_any_more_keeps_her_row_and_what_was_counted) {
  store::save_club(database.connection, stored_club());
  database.query("UPDATE cashier SET misses = 4");
  Club without = stored_club();
  without.cashiers.clear();
  without.till_keys.clear();
  store::save_club(database.connection, without);
  expect_same(without, store::load_clubs(database.connection).at(0));
  EXPECT_EQ(database.query("SELECT is_active, misses FROM cashier"), "0\t4\n0\t4\n");
  store::save_club(database.connection, stored_club());
  EXPECT_EQ(database.query("SELECT is_active, misses FROM cashier"), "1\t4\n1\t4\n");
  expect_same(stored_club(), store::load_clubs(database.connection).at(0));
}

TEST_F(MysqlClubs, another_clubs_till_key_is_not_taken_over) {
  store::save_club(database.connection, stored_club());
  Club other = stored_club();
  other.slug = "other";
  EXPECT_THROW(store::save_club(database.connection, other), store::SqlError);
  database.connection.rollback();
  EXPECT_THAT(store::load_clubs(database.connection), SizeIs(1));
}

}  // namespace
}  // namespace peyk::tests::mysql_clubs_test
