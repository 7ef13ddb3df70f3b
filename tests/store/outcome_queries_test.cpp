// Questions about texts of which no receipt told, over a real database and real links: each is asked once,
// and none is lost.
#include "gateway/outcome_queries.hpp"

#include <fmt/format.h>

#include "tests/store/mysql_fixture.hpp"
#include "tests/unit/gateway_carrier_linked.hpp"

namespace peyk::tests::outcome_queries_test {
namespace {

using namespace std::chrono_literals;
using gateway::OutcomeQueries;

constexpr std::uint32_t kWindow = 16;

// Two carriers of one line: "up" is the peer, nobody listens for "down".
class OutcomeQueriesTest : public testing::Test {
 protected:
  OutcomeQueriesTest() {
    sql.start();
    restart();
  }
  ~OutcomeQueriesTest() override {
    bool ended = false;
    gateway::spawn(loop.io, end(carriers, ended));
    EXPECT_TRUE(loop.until([&] { return ended; }));
    sql.stop();
  }
  static boost::asio::awaitable<void> end(gateway::Carriers& carriers, bool& ended) {
    co_await carriers.stop(200ms);
    ended = true;
  }

  std::vector<CarrierOptions> both() const {
    CarrierOptions up = options_to(peer.port()), down = options_to(free_port());
    up.name = "up";
    down.name = "down";
    for (CarrierOptions* one : {&up, &down}) {
      one->window = kWindow;
      one->query_sm = true;
    }
    down.reconnect_min = down.reconnect_max = 1h;
    return {up, down};
  }
  gateway::LinkHooks hooks() {
    return {
        .request = [](CarrierRequest) {},
        .response = [this](std::uint64_t tag, const smpp::Pdu& answer) { queries->answered(tag, answer); },
        .unknown = [this](std::uint64_t tag) { queries->unanswered(tag); },
        .state = [](CarrierLink&, bool) {}};
  }
  // The process ended, and another one begins.
  void restart() {
    queries.emplace(sql, carriers,
                    std::vector<gateway::LineOptions>{
                        {.number = "30001234", .carrier = "up", .alternate_carriers = {"down"}}},
                    [this](std::function<void()> work) { boost::asio::post(loop.io, std::move(work)); });
  }

  // Messages that a carrier took and that are long over.
  void took(const std::string& carrier, int first, int count = 1) {
    database.query(fmt::format(
        "INSERT INTO outbox (message_id, club_id, line, phone, lane, parts, text, state, created_at,"
        " valid_until) SELECT {0} + seq, 1, '30001234', 989130000000 + {0} + seq, 2, 1, 'hello', 2,"
        " UTC_TIMESTAMP(6) - INTERVAL 2 HOUR, UTC_TIMESTAMP(6) - INTERVAL 1 HOUR FROM seq_0_to_{1};"
        "INSERT INTO outbox_part (message_id, part, carrier, carrier_message_id, id_key, state, submitted_at)"
        " SELECT {0} + seq, 1, '{2}', CONCAT('id{0}x', seq), CONCAT('id{0}x', seq), 2,"
        " UTC_TIMESTAMP(6) - INTERVAL 2 HOUR FROM seq_0_to_{1}",
        first, count - 1, carrier));
  }
  bool tick_until(const std::function<bool()>& condition) {
    return loop.until([&] {
      queries->tick();
      return condition();
    });
  }
  // As many seconds; each has its look, and what follows from it.
  void ticks(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      queries->tick();
      bool looked = false;
      ASSERT_TRUE(sql.run([](store::Connection&) {},
                          [&](bool) { boost::asio::post(loop.io, [&looked] { looked = true; }); }));
      ASSERT_TRUE(loop.until([&] { return looked; }));
    }
  }
  bool bind() {
    carriers.start();
    return loop.until([this] { return carriers.find("up")->bound() == 1; });
  }
  std::int64_t asked() {
    return database.number("SELECT COUNT(*) FROM outbox_part WHERE asked_at IS NOT NULL");
  }
  bool becomes_delivered(int message) {
    return tick_until([&] {
      return database.number("SELECT state FROM outbox WHERE message_id = " + std::to_string(message)) == 3;
    });
  }

  TestDatabase database{"outcome_queries"};
  Loop loop;
  CarrierPeer peer{loop.io};
  std::atomic<int> failures = 0;  // of whatever was to be saved
  store::SqlThread sql{database.options(), [this](const std::string& event, const std::string&) {
                         if (event == "sql_failed") ++failures;
                       }};
  gateway::Carriers carriers{loop.io, both(), hooks()};
  std::optional<OutcomeQueries> queries;
};

TEST_F(OutcomeQueriesTest, are_asked_once_answered_or_not) {
  took("up", 1);
  ASSERT_TRUE(bind());
  EXPECT_TRUE(becomes_delivered(1));
  peer.answer_queries = false;
  took("up", 2);
  EXPECT_TRUE(tick_until([&] { return peer.queries.size() == 2; }));
  ticks(4);
  restart();
  ticks(4);
  ASSERT_EQ(peer.queries.size(), 2U);
  EXPECT_EQ(peer.queries[1].message_id, "id2x0");
  EXPECT_EQ(asked(), 2);
}

TEST_F(OutcomeQueriesTest, that_were_read_and_not_asked_are_asked_by_the_next_process) {
  took("up", 1);
  ticks(3);
  EXPECT_EQ(asked(), 0) << "nobody to ask yet";
  restart();
  ASSERT_TRUE(bind());
  EXPECT_TRUE(becomes_delivered(1));
  EXPECT_EQ(peer.queries.size(), 1U);
}

TEST_F(OutcomeQueriesTest, are_asked_of_a_carrier_that_has_become_slow_and_wait_behind_its_texts) {
  ASSERT_TRUE(bind());
  gateway::Carrier& up = *carriers.find("up");
  for (std::uint32_t i = 0; i < kWindow; ++i) up.answered(10ms);
  for (std::uint32_t i = 0; i < 4 * kWindow; ++i) up.answered(2s);
  peer.answer_submits = false;
  for (std::uint64_t tag : {1U, 2U}) ASSERT_TRUE(up.submit(submit_sm(), tag));
  took("up", 1);
  ticks(3);
  EXPECT_TRUE(peer.queries.empty()) << "half of what it is given is unanswered";
  peer.close_all();
  EXPECT_TRUE(becomes_delivered(1));
}

TEST_F(OutcomeQueriesTest, of_a_carrier_that_is_down_keep_no_other_from_being_asked) {
  took("down", 1, 1300);
  took("up", 2000);
  ASSERT_TRUE(bind());
  EXPECT_TRUE(becomes_delivered(2000));
  EXPECT_EQ(asked(), 1);
}

// Without that table no answer can be saved; reading and marking go on.
constexpr const char* kBreak = "RENAME TABLE carrier_id_habit TO away";
constexpr const char* kMend = "RENAME TABLE away TO carrier_id_habit";

TEST_F(OutcomeQueriesTest, whose_answers_cannot_be_saved_are_not_asked_again_but_saved_later) {
  database.query(kBreak);
  took("up", 1, 3);
  ASSERT_TRUE(bind());
  EXPECT_TRUE(tick_until([&] { return asked() == 3 && failures >= 4; }));
  database.query(kMend);
  for (int message : {1, 2, 3}) EXPECT_TRUE(becomes_delivered(message));
  EXPECT_EQ(peer.queries.size(), 3U);
}

TEST_F(OutcomeQueriesTest, give_up_an_answer_that_can_never_be_saved) {
  database.query(kBreak);
  took("up", 1);
  ASSERT_TRUE(bind());
  EXPECT_TRUE(tick_until([&] { return failures == 10; }));
  ticks(4);
  EXPECT_EQ(failures, 10);
  database.query(kMend);
  ticks(4);
  EXPECT_EQ(database.query("SELECT state FROM outbox WHERE message_id = 1"), "2\n");
}

}  // namespace
}  // namespace peyk::tests::outcome_queries_test
