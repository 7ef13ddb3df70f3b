// What waits is cancelled, exactly that is told, and what a carrier had by then is not called cancelled.
#include <gmock/gmock.h>

#include "store/mysql/backlog.hpp"
#include "store/mysql/cancel.hpp"
#include "store/mysql/outbox.hpp"
#include "store/mysql/schedule.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_cancel_test {
namespace {

using namespace std::chrono_literals;
using handlers::Lane;
using store::MessageId;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class MysqlCancel : public testing::Test {
 protected:
  void save(const TextToQueue& text) { queue_text(database.connection, text); }
  std::vector<MessageId> find(const store::CancelScope& scope, store::MessageState state = store::queued) {
    auto ids = store::find_waiting(database.connection, scope, state, "30001234", 0, 100);
    database.connection.rollback();
    return ids;
  }
  std::vector<MessageId> cancel(const std::vector<MessageId>& wanted) {
    std::vector<MessageId> ids;
    for (const auto& one : store::cancel_waiting(database.connection, wanted, "cancelled by sara", kNoon))
      ids.push_back(one.id);
    database.connection.commit();
    return ids;
  }
  void settle(store::Settled settled) {
    store::save_settled(database.connection, std::span(&settled, 1), kNoon + 1s);
    database.connection.commit();
  }
  std::string state_of(MessageId id) {
    std::string line =
        database.query("SELECT state, reason FROM outbox WHERE message_id = " + std::to_string(id));
    line.pop_back();
    return line;
  }

  TestDatabase database{"cancel"};
};

TEST_F(MysqlCancel, what_waits_is_found_by_club_by_lane_and_by_phone) {
  save({.id = 1, .lane = Lane::promo});
  save({.id = 2, .lane = Lane::notice});
  save({.id = 3, .lane = Lane::promo, .club = 2});
  save({.id = 4, .to = kOtherShopper, .lane = Lane::promo});
  save({.id = 5, .lane = Lane::promo, .send_at = kNoon + 1h});
  EXPECT_THAT(find({.club = 1}), ElementsAre(1, 2, 4));
  EXPECT_THAT(find({.club = 1, .lane = Lane::promo}), ElementsAre(1, 4));
  EXPECT_THAT(find({.club = 1, .lane = Lane::promo}, store::scheduled), ElementsAre(5));
  EXPECT_THAT(find({.phone = kShopper}), ElementsAre(1, 2, 3));
  EXPECT_THAT(find({.club = 2, .phone = kShopper}), ElementsAre(3));
  EXPECT_THAT(find({.club = 3}), IsEmpty());
}

TEST_F(MysqlCancel, only_what_still_waits_is_cancelled_and_said_to_be) {
  save({.id = 1, .lane = Lane::promo});
  save({.id = 2, .lane = Lane::promo, .send_at = kNoon + 1h});
  save({.id = 3, .lane = Lane::promo});
  settle({.id = 3, .state = store::submitted, .parts = {{1, "sim", "a"}}});
  EXPECT_THAT(cancel({1, 2, 3, 99}), UnorderedElementsAre(1, 2));
  EXPECT_THAT(cancel({1, 2}), IsEmpty()) << "once";
  EXPECT_EQ(state_of(1), "8\tcancelled by sara");
  EXPECT_EQ(state_of(3), "2\t");
  EXPECT_EQ(database.query("SELECT COUNT(*) FROM outbox_schedule"), "0\n");
  const std::vector<MessageId> all{1, 3, 99};
  EXPECT_EQ(store::states_of(database.connection, all),
            (std::map<MessageId, store::MessageState>{{1, store::cancelled}, {3, store::submitted}}));
}

TEST_F(MysqlCancel, a_cancelled_text_is_given_to_nobody_who_reads_the_outbox) {
  save({.id = 1, .lane = Lane::promo});
  save({.id = 2, .lane = Lane::promo, .send_at = kNoon + 1h});
  cancel({1, 2});
  const std::vector<MessageId> both{1, 2};
  EXPECT_THAT(store::load_queued(database.connection, both), IsEmpty());
  EXPECT_THAT(store::load_backlog(database.connection, "30001234", Lane::promo, 0, 10), IsEmpty());
  const std::vector<store::LineToWake> lines{{"30001234"}};
  EXPECT_THAT(store::wake_due(database.connection, lines, kNoon + 2h, 10).texts, IsEmpty());
}

TEST_F(MysqlCancel, what_had_left_when_it_was_cancelled_is_what_became_of_it) {
  for (MessageId id = 1; id <= 5; ++id) save({.id = id, .lane = Lane::urgent});
  cancel({1, 2, 3, 4, 5});
  settle({.id = 1, .state = store::submitted, .parts = {{1, "sim", "a"}}});
  settle({.id = 2, .state = store::unknown, .reason = "nobody knows", .parts = {{1, "sim", "", true}}});
  EXPECT_EQ(state_of(1), "2\t");
  EXPECT_EQ(state_of(2), "6\tnobody knows");
  settle({.id = 3, .state = store::failed, .reason = "refused"});
  settle({.id = 4, .state = store::expired, .reason = "too late"});
  settle({.id = 5, .attempts = 3});
  save({.id = 6, .lane = Lane::urgent});
  cancel({6});
  settle({.id = 6, .parts = {{1, "sim", "", true}}, .maybe_twice = true});
  EXPECT_EQ(state_of(6).substr(0, 1), "6") << "it was about to be sent again";
  for (const MessageId id : {3, 4, 5}) EXPECT_EQ(state_of(id), "8\tcancelled by sara") << "it never left";
}

}  // namespace
}  // namespace peyk::tests::mysql_cancel_test
