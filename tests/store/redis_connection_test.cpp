#include "store/redis/connection.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/store/redis_fixture.hpp"

namespace peyk::tests::redis_connection_test {
namespace {

using namespace std::string_literals;

using std::chrono::milliseconds;
using store::RedisConnection;
using store::RedisFailure;
using store::RedisOptions;
using store::Reply;

// Blocks its connection for good: BLPOP on a list that nobody fills.
const std::vector<std::string> kNeverAnswered{"BLPOP", "nobody fills this", "0"};

// ---- the codec

TEST(RedisReply, is_read_from_bytes_however_they_are_sliced) {
  const std::string bytes =
      "+OK\r\n:-42\r\n$-1\r\n$5\r\na\0b\r\n\r\n*3\r\n$0\r\n\r\n*1\r\n:7\r\n-ERR no\r\n"s;
  for (std::size_t slice = 1; slice <= bytes.size(); ++slice) {
    store::ReplyReader reader;
    std::vector<Reply> replies;
    for (std::size_t i = 0; i < bytes.size(); i += slice) {
      ASSERT_TRUE(reader.feed(std::string_view(bytes).substr(i, slice)));
      while (auto reply = reader.next()) replies.push_back(std::move(*reply));
    }
    ASSERT_EQ(replies.size(), 5U);
    EXPECT_EQ(replies[0].text, "OK");
    EXPECT_EQ(replies[1].integer, -42);
    EXPECT_TRUE(replies[2].is(Reply::Kind::nil));
    EXPECT_EQ(replies[3].text, "a\0b\r\n"s);
    ASSERT_EQ(replies[4].elements.size(), 3U);
    EXPECT_EQ(replies[4].elements[1].elements.at(0).integer, 7);
    EXPECT_EQ(replies[4].elements[2].failure, RedisFailure::server);
    EXPECT_TRUE(replies[4].ok());
  }
}

TEST(RedisReply, that_is_no_redis_or_too_large_is_refused) {
  for (const std::string bytes : {"HTTP/1.1 200 OK\r\n", "*2000000\r\n",
                                  "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"}) {
    store::ReplyReader reader;
    reader.feed(bytes);
    EXPECT_FALSE(reader.next());
    EXPECT_TRUE(reader.broken()) << bytes;
    EXPECT_FALSE(reader.feed("+OK\r\n"));
  }
  store::ReplyReader reader;
  ASSERT_TRUE(reader.feed("$60000000\r\n"));
  const std::string megabyte(1024UL * 1024, 'x');
  int fed = 0;
  while (fed < 200 && reader.feed(megabyte) && !reader.next()) ++fed;
  EXPECT_LE(fed, 64);
}

RC_GTEST_PROP(RedisReply, no_bytes_break_the_reader, (const std::string& bytes)) {
  store::ReplyReader reader;
  reader.feed(bytes);
  while (reader.next()) {
  }
}

TEST(RedisCommand, is_framed_by_length_so_that_any_bytes_pass) {
  std::string out;
  store::append_command(out, {"SET", "a b", "\r\n\0"s});
  EXPECT_EQ(out, "*3\r\n$3\r\nSET\r\n$3\r\na b\r\n$3\r\n\r\n\0\r\n"s);
}

TEST(RedisScript, is_known_by_its_sha1) {
  EXPECT_EQ(store::Script("return 1").sha1, "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
}

// ---- the link

TEST(RedisConnection, answers_commands_in_their_order) {
  RedisLoop redis;
  EXPECT_EQ(redis.command({"SET", "k", "7"}).text, "OK");
  EXPECT_EQ(redis.command({"INCR", "k"}).integer, 8);
  EXPECT_TRUE(redis.command({"GET", "none"}).is(Reply::Kind::nil));
  const Reply wrong = redis.command({"NOSUCH"});
  EXPECT_EQ(wrong.failure, RedisFailure::server);
  EXPECT_TRUE(redis.redis.connected());
}

TEST(RedisConnection, writes_all_commands_of_one_turn_together) {
  RedisLoop redis;
  redis.command({"DEL", "n"});
  const auto before = redis.redis.health();
  std::vector<std::int64_t> answers;
  for (int i = 0; i < 1000; ++i) {
    redis.redis.send({"INCR", "n"}, [&answers](const Reply& reply) { answers.push_back(reply.integer); });
  }
  redis.until([&] { return answers.size() == 1000; });
  for (std::size_t i = 0; i < answers.size(); ++i) ASSERT_EQ(answers[i], static_cast<std::int64_t>(i) + 1);
  EXPECT_EQ(redis.redis.health().writes - before.writes, 1U);
  EXPECT_EQ(redis.redis.health().commands - before.commands, 1000U);
}

TEST(RedisConnection, goes_over_tcp_with_a_password_and_not_with_a_wrong_one) {
  PrivateRedis server;
  ASSERT_EQ(RedisLoop(server).command({"CONFIG", "SET", "requirepass", "secret"}).text, "OK");
  RedisOptions options;
  options.port = server.port();
  options.password = "secret";
  RedisLoop redis(options);
  EXPECT_EQ(redis.command({"PING"}).text, "PONG");

  options.password = "wrong";
  RedisConnection refused(redis.loop, options);
  refused.start();
  redis.until([&] { return refused.health().connect_failures >= 2; });
  EXPECT_FALSE(refused.connected());
  refused.stop();
}

TEST(RedisConnection, refuses_at_once_while_there_is_no_link) {
  asio::io_context loop{1};
  RedisOptions options;
  options.unix_socket = "/nonexistent/redis.sock";
  RedisConnection redis(loop, options);
  int answers = 0;
  redis.send({"PING"}, [&](const Reply& reply) {
    EXPECT_EQ(reply.failure, RedisFailure::not_connected);
    ++answers;
  });
  EXPECT_EQ(answers, 1);
  redis.start();
  while (redis.health().connect_failures < 3) loop.run_one();
  EXPECT_FALSE(redis.connected());
}

TEST(RedisConnection, refuses_what_exceeds_its_pipeline_and_keeps_the_rest) {
  RedisOptions options = RedisLoop::options_of(shared_redis());
  options.pipeline_max = 10;
  RedisLoop redis(options);
  int answered = 0, full = 0;
  for (int i = 0; i < 15; ++i) {
    redis.redis.send({"PING"}, [&](const Reply& reply) { reply.ok() ? ++answered : ++full; });
  }
  EXPECT_EQ(full, 5);
  redis.until([&] { return answered == 10; });
  EXPECT_EQ(full, 5);
  EXPECT_EQ(redis.redis.health().refused, 5U);
  EXPECT_EQ(redis.command({"PING"}).text, "PONG");
}

TEST(RedisConnection, tells_each_pending_command_once_that_the_server_died_and_comes_back) {
  PrivateRedis server;
  RedisLoop redis(server);
  const auto connects = redis.redis.health().connects;
  std::vector<int> lost(100, 0);
  redis.redis.send(kNeverAnswered,
                   [&](const Reply& reply) { lost[0] += reply.failure == RedisFailure::lost; });
  for (std::size_t i = 1; i < lost.size(); ++i) {
    redis.redis.send({"INCR", "n"}, [&lost, i](const Reply& reply) {
      EXPECT_EQ(reply.text, "redis connection lost");
      lost[i] += reply.failure == RedisFailure::lost;
    });
  }
  redis.until([&] { return redis.redis.health().writes > 0; });
  server.kill();
  redis.until([&] { return !redis.redis.connected(); });
  EXPECT_EQ(lost, std::vector<int>(100, 1));
  EXPECT_EQ(redis.command({"PING"}).failure, RedisFailure::not_connected);
  server.start();
  redis.until([&] { return redis.redis.connected(); });
  EXPECT_EQ(redis.redis.health().connects, connects + 1);
  EXPECT_EQ(redis.redis.health().lost, 100U);
  EXPECT_EQ(redis.command({"PING"}).text, "PONG");
  EXPECT_EQ(lost, std::vector<int>(100, 1));
}

TEST(RedisConnection, calls_its_hook_each_time_a_link_is_up) {
  PrivateRedis server;
  asio::io_context loop{1};
  RedisConnection redis(loop, RedisLoop::options_of(server));
  int ups = 0;
  redis.on_connected([&] {
    ++ups;
    EXPECT_TRUE(redis.connected());
  });
  redis.start();
  while (ups < 1) loop.run_one();
  server.stop();
  while (redis.connected()) loop.run_one();
  server.start();
  while (ups < 2) loop.run_one();
  redis.stop();
  EXPECT_EQ(ups, 2);
}

TEST(RedisConnection, drops_a_link_whose_oldest_command_waits_too_long) {
  RedisOptions options = RedisLoop::options_of(shared_redis());
  options.command_timeout = milliseconds(500);  // enough for a PING on a busy machine
  RedisLoop redis(options);
  const Reply reply = redis.command(kNeverAnswered);
  EXPECT_EQ(reply.failure, RedisFailure::lost);
  redis.until([&] { return redis.redis.connected(); });
  EXPECT_EQ(redis.command({"PING"}).text, "PONG");
}

TEST(RedisConnection, that_is_idle_for_longer_than_a_command_may_take_stays) {
  RedisOptions options = RedisLoop::options_of(shared_redis());
  options.command_timeout = milliseconds(20);
  RedisLoop redis(options);
  const auto connects = redis.redis.health().connects;  // a busy machine may need more than one
  asio::steady_timer timer(redis.loop, milliseconds(90));
  bool over = false;
  timer.async_wait([&](const boost::system::error_code&) { over = true; });
  redis.until([&] { return over; });
  EXPECT_EQ(redis.redis.health().connects, connects);
  EXPECT_TRUE(redis.redis.connected());
}

TEST(RedisConnection, that_is_stopped_answers_what_waits_and_never_calls_again) {
  RedisLoop redis;
  int lost = 0;
  auto own = std::make_unique<RedisConnection>(redis.loop, RedisLoop::options_of(shared_redis()));
  own->start();
  redis.until([&] { return own->connected(); });
  own->send(kNeverAnswered, [&](const Reply& reply) { lost += reply.failure == RedisFailure::lost; });
  own->stop();
  own->stop();
  EXPECT_EQ(lost, 1);
  own->send({"PING"}, [&](const Reply& reply) { EXPECT_EQ(reply.failure, RedisFailure::not_connected); });
  own.reset();
  redis.command({"PING"});  // the loop goes on, over what the stopped one has left in it
  EXPECT_EQ(lost, 1);
}

TEST(RedisConnection, may_be_stopped_and_destroyed_by_a_callback_of_its_own) {
  RedisLoop redis;
  auto own = std::make_unique<RedisConnection>(redis.loop, RedisLoop::options_of(shared_redis()));
  own->on_connected([&] {
    own->send({"PING"}, [&](const Reply& reply) {
      EXPECT_TRUE(reply.ok());
      own.reset();
    });
    own->send({"PING"}, [&](const Reply& reply) { EXPECT_EQ(reply.failure, RedisFailure::lost); });
  });
  own->start();
  redis.until([&] { return own == nullptr; });
  redis.command({"PING"});
}

TEST(RedisConnection, may_be_stopped_at_any_moment_of_its_life) {
  RedisLoop redis;
  for (int turns = 0; turns < 12; ++turns) {
    RedisOptions options = RedisLoop::options_of(shared_redis());
    options.unix_socket = turns % 2 == 0 ? options.unix_socket : "";
    options.port = shared_redis().port();
    auto own = std::make_unique<RedisConnection>(redis.loop, options);
    int answers = 0;
    own->start();
    for (int i = 0; i < turns; ++i) {
      own->send({"PING"}, [&](const Reply&) { ++answers; });
      redis.loop.restart();
      redis.loop.run_one_for(milliseconds(2));
    }
    own.reset();
    EXPECT_EQ(answers, turns);
    redis.command({"PING"});
  }
}

// ---- scripts

TEST(RedisConnection, runs_a_script_that_the_server_has_forgotten) {
  RedisLoop redis;
  const store::Script script("return {KEYS[1], ARGV[1], 'of this test'}");
  for (int i = 0; i < 2; ++i) {
    const Reply reply = redis.await(redis.redis.evaluate(&script, {"key"}, {"argument"}));
    ASSERT_EQ(reply.elements.size(), 3U);
    EXPECT_EQ(reply.elements[0].text, "key");
    EXPECT_EQ(reply.elements[1].text, "argument");
    EXPECT_EQ(redis.command({"SCRIPT", "EXISTS", script.sha1}).elements.at(0).integer, 1);
    redis.command({"SCRIPT", "FLUSH"});
  }
}

TEST(RedisConnection, hands_on_the_error_of_a_script) {
  RedisLoop redis;
  const store::Script script("return redis.error_reply('MINE is broken')");
  const Reply reply = redis.await(redis.redis.evaluate(&script, {}, {}));
  EXPECT_EQ(reply.failure, RedisFailure::server);
  EXPECT_EQ(reply.text, "MINE is broken");
}

}  // namespace
}  // namespace peyk::tests::redis_connection_test
