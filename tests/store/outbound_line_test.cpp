// One line's way out over a real outbox, real lanes and a real link: what happens between them at moments
// that a whole program seldom meets.
#include "gateway/outbound_line.hpp"

#include <gmock/gmock.h>

#include <future>

#include "gateway/clock.hpp"
#include "store/mysql/outbox.hpp"
#include "tests/store/mysql_fixture.hpp"
#include "tests/unit/gateway_carrier_linked.hpp"

namespace peyk::tests::outbound_line_test {
namespace {

using namespace std::chrono_literals;
using handlers::Lane;
using store::MessageId;

constexpr std::uint32_t kWindow = 1500;

class OutboundLineTest : public testing::Test {
 protected:
  explicit OutboundLineTest(std::uint32_t window_of_carrier = kWindow) : window(window_of_carrier) {}
  // What waits in the outbox and, told by another process, in the lanes.
  void queue(MessageId first, MessageId count, Lane lane) {
    std::vector<store::QueuedText> texts;
    std::vector<store::QueuedMessage> messages;
    for (MessageId id = first; id < first + count; ++id) {
      texts.push_back(text_of(id, lane));
      messages.push_back({.message_id = id, .lane = lane, .club = 1});
    }
    store::save_queued(database.connection, texts);
    database.connection.commit();
    bool done = false;
    gateway::spawn(loop.io, enqueue(std::move(messages), done));
    ASSERT_TRUE(loop.until([&] { return done; }));
  }
  boost::asio::awaitable<void> enqueue(std::vector<store::QueuedMessage> messages, bool& done) {
    const std::string seed = co_await lanes.begin_seed(key);
    co_await lanes.finish_seed(key, seed);
    co_await lanes.enqueue(key, std::move(messages));
    done = true;
  }
  static store::QueuedText text_of(MessageId id, Lane lane) {
    return {.id = id,
            .club = 1,
            .line = "30001234",
            .to = 989120000000 + id,
            .lane = lane,
            .parts = 1,
            .text = "text " + std::to_string(id),
            .created_at = gateway::wall_clock(),
            .valid_until = gateway::wall_clock() + 1h};
  }

  // A line that may send so many a second; 0: as many as its carrier takes. Also by an alternate, if asked.
  void start(double rate, bool has_alternate = false) {
    shared_redis().command({"FLUSHALL"});
    for (store::SqlThread* thread : {&outcomes, &reader, &seeder}) thread->start();
    redis.start();
    ASSERT_TRUE(loop.until([this] { return redis.connected(); }));
    carriers.start();
    ASSERT_TRUE(loop.until([this] { return carriers.find("test")->bound() == 1; }));
    ASSERT_TRUE(loop.until([this] { return carriers.find("other")->bound() == 1; }));
    std::vector<gateway::Carrier*> its{carriers.find("test")};
    if (has_alternate) its.push_back(carriers.find("other"));
    line.emplace(parts("me"),
                 gateway::LineOptions{.number = key.number, .carrier = key.carrier, .rate = rate}, its,
                 next_tag);
  }
  ~OutboundLineTest() override {
    is_slow = false;
    bool ended = false;
    gateway::spawn(loop.io, end(ended));
    EXPECT_TRUE(loop.until([&] { return ended; }));
    redis.stop();
    for (store::SqlThread* thread : {&outcomes, &reader, &seeder}) thread->stop();
    loop.until([] { return false; }, 1ms);  // what they posted last
  }
  boost::asio::awaitable<void> end(bool& ended) {
    if (line) co_await line->stop(1s);
    if (second_line) co_await second_line->stop(1s);
    co_await carriers.stop(200ms);
    co_await second_carriers.stop(200ms);
    ended = true;
  }

  gateway::OutboundParts parts(std::string owner) {
    return {.io = loop.io,
            .lanes = lanes,
            .outcomes = outcomes,
            .reader = reader,
            .seeder = seeder,
            .metrics = metrics,
            .limits = limits,
            .post = [this](std::function<void()> work) { boost::asio::post(loop.io, std::move(work)); },
            .directory = [this] { return directory; },
            .owner = std::move(owner)};
  }
  static CarrierOptions carrier(const CarrierPeer& its_peer, const char* name = "test", double rate = 0,
                                std::uint32_t window = kWindow) {
    CarrierOptions options = options_to(its_peer.port());
    options.name = name;
    options.rate = rate;
    options.window = window;
    return options;
  }
  static gateway::LinkHooks hooks(std::optional<gateway::OutboundLine>& of) {
    return {.request = [](CarrierRequest) {},
            .response = [&of](std::uint64_t tag, const smpp::Pdu& answer) { of->responded(tag, answer); },
            .unknown = [&of](std::uint64_t tag) { of->unknown(tag); },
            .state =
                [&of](CarrierLink&, bool) {
                  if (of) of->wake();
                }};
  }
  static store::RedisOptions redis_options() {
    store::RedisOptions options;
    options.unix_socket = shared_redis().unix_socket();
    options.command_timeout = 60s;  // a test makes it wait
    return options;
  }

  boost::asio::awaitable<void> measure(bool& done) {
    co_await line->measure();
    done = true;
  }
  gateway::LaneView measured(handlers::ClubId club = 0) {
    bool done = false;
    gateway::spawn(loop.io, measure(done));
    EXPECT_TRUE(loop.until([&] { return done; }));
    return line->view(Lane::notice, club);
  }

  // Of what must be asked of MySQL or Redis: not after each event of the loop.
  bool soon(const std::function<bool()>& condition, std::chrono::milliseconds limit = 60s) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      loop.until([] { return false; }, 50ms);
    }
    return true;
  }

  // As long as it is, each read has one of these before it.
  void be_slow() {
    if (!is_slow) return;
    reader.run([](store::Connection& connection) { connection.prepare("SELECT SLEEP(0.3)").query(); },
               [this](bool) { boost::asio::post(loop.io, [this] { be_slow(); }); });
  }

  double counted(const char* name) { return metrics.counter(name, {{"line", key.number}}).value(); }
  double granted(const char* lane) {
    return metrics.counter("peyk_outbound_granted_total", {{"line", key.number}, {"lane", lane}}).value();
  }
  std::int64_t taken() { return database.number("SELECT COUNT(*) FROM outbox WHERE state = 2"); }
  std::int64_t known() { return std::stoll(shared_redis().command({"HLEN", lane_key("known")})); }

  std::int64_t leased() { return std::stoll(shared_redis().command({"ZCARD", lane_key("leased")})); }
  std::int64_t waiting() {
    return std::stoll(shared_redis().command({"HGET", lane_key("counts"), "waiting2"}));
  }
  static std::string lane_key(const std::string& what) { return "peyk:{carrier:test}:line:30001234:" + what; }

  const std::uint32_t window;
  const store::LineKey key{"test", "30001234"};
  gateway::Limits limits;
  const std::shared_ptr<const handlers::Directory> directory = std::make_shared<const handlers::Directory>();
  TestDatabase database{"outbound_line"};
  Loop loop;
  CarrierPeer peer{loop.io}, other_peer{loop.io}, second_peer{loop.io};
  gateway::Metrics metrics;
  store::RedisConnection redis{loop.io, redis_options()};
  store::Lanes lanes{redis, "peyk"};
  const store::SqlThread::Log no_log = [](const std::string&, const std::string&) {};
  store::SqlThread outcomes{database.options(), no_log}, reader{database.options(), no_log},
      seeder{database.options(), no_log};
  gateway::Carriers carriers{
      loop.io, {carrier(peer, "test", 0, window), carrier(other_peer, "other", 100)}, hooks(line)};
  std::uint64_t next_tag = 0;
  std::optional<gateway::OutboundLine> line;
  // The same line in another process, with links of its own; it asks for one text at a time.
  gateway::Carriers second_carriers{loop.io, {carrier(second_peer, "test", 0, 1)}, hooks(second_line)};
  std::optional<gateway::OutboundLine> second_line;
  bool is_slow = false;
};

TEST_F(OutboundLineTest,
       an_urgent_text_takes_the_slot_of_one_that_is_still_being_read_and_that_goes_on_waiting) {
  constexpr MessageId kNotices = 400;  // of twenty seconds: there is always a slot to come
  start(20);
  std::promise<void> may_read;
  reader.run([read = may_read.get_future().share()](store::Connection&) { read.wait(); }, {});
  queue(1, kNotices, Lane::notice);
  line->start(store::Government{});
  EXPECT_TRUE(loop.until([this] { return granted("notice") >= 3; }));
  EXPECT_TRUE(peer.submits.empty()) << "none has been read";
  const auto overtakes = [this] { return counted("peyk_outbound_overtakes_total"); };
  // Where this machine was so slow that each slot was over, an urgent text waits for its own: then another.
  MessageId last = 999;
  while (overtakes() == 0 && last < 1'008) {
    const store::QueuedText urgent = text_of(++last, Lane::urgent);
    store::save_queued(database.connection, std::span(&urgent, 1));
    database.connection.commit();
    const double slots = granted("notice"), own = granted("urgent");
    ASSERT_TRUE(loop.until([&] { return granted("notice") > slots; })) << "a slot that is not over";
    line->push(urgent);
    ASSERT_TRUE(loop.until([&] { return overtakes() > 0 || granted("urgent") > own; }));
  }
  ASSERT_EQ(overtakes(), 1);
  ASSERT_TRUE(loop.until([this] { return !peer.submits.empty(); }));
  EXPECT_EQ(peer.submits.front().short_message, "text " + std::to_string(last));
  const auto others = static_cast<std::int64_t>(kNotices + last - 1'000);
  EXPECT_TRUE(soon([&] { return taken() == 1 && known() == others; }))
      << known() << ": whoever gave the slot waits with the others";
  EXPECT_EQ(peer.submits.size(), 1U);
  may_read.set_value();
}

TEST_F(OutboundLineTest, what_is_settled_between_two_calls_that_keep_leases_is_not_leased_again) {
  peer.answer_submits = false;
  start(0);
  queue(1, kWindow, Lane::notice);
  line->start(store::Government{});
  ASSERT_TRUE(loop.until([this] { return peer.submits.size() == kWindow; }));
  ASSERT_TRUE(loop.until([this] { return redis.health().pending == 0; }));
  // The window is full, so the next that Redis hears is which leases are kept: in two calls, as there are
  // many.
  ASSERT_EQ(shared_redis().command({"CLIENT", "PAUSE", "60000", "WRITE"}), "OK");
  EXPECT_TRUE(loop.until([this] { return redis.health().pending == 1; }));
  peer.answer_now();
  EXPECT_TRUE(loop.until([this] { return redis.health().pending > 1; })) << "some are settled, and forgotten";
  ASSERT_EQ(shared_redis().command({"CLIENT", "UNPAUSE"}), "OK");
  EXPECT_TRUE(soon([this] { return taken() == kWindow; })) << taken();
  EXPECT_TRUE(soon([this] { return known() == 0; })) << known() << " are leased to nobody";
  EXPECT_EQ(peer.submits.size(), kWindow);
}

class NarrowLine : public OutboundLineTest {
 protected:
  NarrowLine() : OutboundLineTest(5) {}
};

// Nothing else happens then that would wake it: the window is empty, and all that it had is answered.
TEST_F(NarrowLine, goes_on_when_what_it_held_is_saved_though_it_may_hold_no_more) {
  constexpr MessageId kTexts = 100;  // twenty windows
  start(0);
  line->start(store::Government{});
  const auto time_of = [this](MessageId first) {
    const std::int64_t before = taken();
    queue(first, kTexts, Lane::notice);
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(soon([&] { return taken() == before + static_cast<std::int64_t>(kTexts); })) << taken();
    return std::chrono::steady_clock::now() - began;
  };
  const auto free = time_of(1);
  limits.outbound_prefetch_max = 1;
  EXPECT_LT(time_of(10'000), 3 * free + 5s) << "a second for each window is nineteen more";
}

TEST_F(OutboundLineTest, an_answer_leaves_before_what_was_granted_ahead_of_the_window) {
  start(0);
  queue(1, 6000, Lane::notice);
  line->start(store::Government{});
  ASSERT_TRUE(loop.until([this] { return peer.submits.size() > 1000; }));
  peer.answer_submits = false;
  ASSERT_TRUE(loop.until([this] { return carriers.find("test")->room() == 0; }));
  const store::QueuedText urgent = text_of(10'000, Lane::urgent);
  store::save_queued(database.connection, std::span(&urgent, 1));
  database.connection.commit();
  line->push(urgent);
  // Where this machine is so slow that the carrier counts as stalled, nothing lies ready any more, and it is
  // the first to be granted.
  const bool is_ahead = loop.until([this] { return granted("urgent") == 1; }, 3s);
  const std::size_t before = peer.submits.size();
  if (is_ahead) {
    EXPECT_GT(granted("notice"), static_cast<double>(before)) << "some lie ready behind the window";
  }
  peer.answer_submits = true;
  peer.answer_now();
  ASSERT_TRUE(loop.until([&] { return peer.submits.size() > before; }));
  EXPECT_EQ(peer.submits[before].short_message, "text 10000");
}

TEST_F(OutboundLineTest, what_lies_ready_for_a_carrier_that_stops_answering_goes_back_to_its_lane) {
  start(0);
  queue(1, 6000, Lane::notice);
  line->start(store::Government{});
  ASSERT_TRUE(loop.until([this] { return peer.submits.size() > 1000; }));
  peer.answer_submits = false;
  ASSERT_TRUE(loop.until([this] { return carriers.find("test")->room() == 0; }));
  EXPECT_TRUE(soon([this] { return taken() + kWindow + waiting() == 6000; }))
      << taken() << " are settled and " << waiting() << " wait: the others are leased";
  EXPECT_EQ(leased(), static_cast<std::int64_t>(kWindow)) << "only what is on the wire";
  peer.answer_submits = true;
  peer.answer_now();
  EXPECT_TRUE(loop.until([this] { return peer.submits.size() == 6000; })) << peer.submits.size();
  EXPECT_TRUE(soon([this] { return taken() == 6000; })) << taken();
  EXPECT_EQ(peer.submits.size(), 6000U) << "each once";
}

TEST_F(OutboundLineTest, one_process_by_the_alternate_and_one_by_its_own_carrier_share_the_lines_rate) {
  constexpr double kRate = 50;
  start(kRate, true);
  second_carriers.start();
  ASSERT_TRUE(loop.until([this] { return second_carriers.find("test")->bound() == 1; }));
  second_line.emplace(parts("you"),
                      gateway::LineOptions{.number = key.number, .carrier = key.carrier, .rate = kRate},
                      std::vector<gateway::Carrier*>{second_carriers.find("test")}, next_tag);
  queue(1, 1000, Lane::notice);
  peer.submit_status = smpp::ESME_RINVSERTYP;  // so this process goes over, for half a minute
  line->start(store::Government{});
  ASSERT_TRUE(loop.until([this] { return !other_peer.submits.empty(); }));
  second_line->start(store::Government{});
  ASSERT_TRUE(loop.until([this] { return !second_peer.submits.empty(); }));
  const auto all = [this] {
    return peer.submits.size() + other_peer.submits.size() + second_peer.submits.size();
  };
  const std::size_t before = all(), by_own = second_peer.submits.size(), by_other = other_peer.submits.size();
  const auto began = std::chrono::steady_clock::now();
  loop.until([] { return false; }, 4s);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  const double rate = static_cast<double>(all() - before) / took.count();
  EXPECT_LE(rate, kRate * 1.05);
  EXPECT_GE(rate, kRate / 2) << "a slow machine misses slots, and not that many";
  EXPECT_GT(second_peer.submits.size(), by_own + 3);
  EXPECT_GT(other_peer.submits.size(), by_other + 3);
}

TEST_F(OutboundLineTest, what_redis_forgot_is_as_old_as_it_was) {
  start(1);  // slow, so that it waits
  store::QueuedText old = text_of(1, Lane::notice);
  old.created_at -= 5h;
  std::vector<store::QueuedText> texts{old, text_of(2, Lane::notice), text_of(3, Lane::reply)};
  texts[2].created_at -= 5h;  // scheduled then for a moment ago
  texts[2].send_at = gateway::wall_clock();
  store::save_queued(database.connection, texts);
  database.connection.prepare("UPDATE outbox SET state = 1").run();
  database.connection.commit();
  line->start(store::Government{.line_paused = true});
  const auto oldest = [this](const char* lane) {
    bool done = false;
    gateway::spawn(loop.io, measure(done));
    loop.until([&] { return done; });
    return metrics.gauge("peyk_queue_oldest_seconds", {{"line", key.number}, {"lane", lane}}).value();
  };
  EXPECT_TRUE(soon([&] { return oldest("notice") >= 5 * 3600; })) << oldest("notice");
  EXPECT_LT(oldest("notice"), 5 * 3600 + 60);
  EXPECT_LT(oldest("reply"), 60);
  shared_redis().command({"FLUSHALL"});
  line->reseed();
  EXPECT_TRUE(soon([&] { return oldest("notice") >= 5 * 3600; })) << oldest("notice");
}

TEST_F(OutboundLineTest, a_paced_line_goes_on_though_each_text_is_read_after_its_slot) {
  start(50);
  is_slow = true;
  be_slow();
  queue(1, 20, Lane::notice);
  line->start(store::Government{});
  EXPECT_TRUE(soon([this] { return taken() == 20; })) << taken();
  EXPECT_EQ(peer.submits.size(), 20U);
  EXPECT_GT(counted("peyk_outbound_late_total"), 0) << "or this has shown nothing";
}

TEST_F(OutboundLineTest, tells_what_waits_in_a_lane_how_fast_it_is_and_what_an_operator_keeps_back) {
  start(20);
  EXPECT_EQ(line->view(Lane::notice).waiting, std::nullopt) << "not asked yet";
  EXPECT_FALSE(line->view(Lane::notice).could_send);
  EXPECT_EQ(measured().waiting, std::nullopt) << "nobody has seeded the line";
  queue(1, 20, Lane::notice);
  const gateway::LaneView view = measured();
  EXPECT_EQ(view.waiting, 20U);
  EXPECT_EQ(view.rate, 20);
  EXPECT_TRUE(view.could_send);
  EXPECT_FALSE(view.paused);
  line->push(text_of(21, Lane::notice));
  EXPECT_EQ(line->view(Lane::notice).waiting, 21U) << "before Redis is asked again";
  EXPECT_EQ(line->view(Lane::promo).waiting, 0U);
  store::Government government;
  government.clubs_paused = {1};
  line->govern(government);
  EXPECT_TRUE(line->view(Lane::notice, 1).paused);
  EXPECT_FALSE(line->view(Lane::notice, 2).paused);
  EXPECT_TRUE(soon([this] { return measured().waiting == 0U; })) << "what stays is in nobody's way";
  government.lanes_paused[2] = true;
  line->govern(government);
  EXPECT_TRUE(line->view(Lane::notice).paused);
  EXPECT_FALSE(line->view(Lane::promo).paused);
}

}  // namespace
}  // namespace peyk::tests::outbound_line_test
