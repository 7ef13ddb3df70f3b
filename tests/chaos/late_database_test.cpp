// peykd begins while MySQL is away, as after a power cut where the database is up last: it waits, says so,
// and begins when it is there. What no waiting mends ends it.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "tests/kit/stack.hpp"

namespace peyk::tests::late_database_test {
namespace {

using namespace std::chrono_literals;

class LateDatabase : public testing::Test {
 protected:
  LateDatabase() { stack.stop_gateway(); }

  // How often any of them has said so yet.
  long said_waiting() {
    const std::string log = stack.gateway().output(), event = "waiting_for_mysql";
    long count = 0;
    for (std::size_t at = log.find(event); at != log.npos; at = log.find(event, at + 1)) ++count;
    return count;
  }
  bool awaits_mysql() {
    const long before = said_waiting();
    stack.start_gateway_unready();
    return eventually(60s, [this, before] { return said_waiting() > before; });
  }
  Finished peykd(const std::filesystem::path& config, const std::string& password) {
    auto environment = stack.environment(stack.till_secret());
    environment["PEYK_MYSQL_PASSWORD"] = password;
    return run_process({.argv = {(binary_dir() / "gateway/peykd").string(), "--config", config.string()},
                        .env = environment},
                       60s);
  }

  Stack stack;
};

TEST_F(LateDatabase, peykd_waits_for_it_and_begins_when_it_is_there_unless_a_signal_ends_it) {
  stack.mysql().kill();
  stack.redis().kill();
  ASSERT_TRUE(awaits_mysql()) << stack.gateway_log();
  stack.gateway().signal(SIGTERM);
  const auto ended = stack.gateway().wait(30s);
  ASSERT_TRUE(ended) << stack.gateway_log();
  EXPECT_TRUE(ended->ok()) << stack.gateway_log();

  const long before = said_waiting();
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(awaits_mysql()) << stack.gateway_log();
  EXPECT_TRUE(stack.get("/healthz").starts_with("HTTP/1.1 200"));
  const std::string readiness = stack.get("/readyz");
  EXPECT_TRUE(readiness.starts_with("HTTP/1.1 503")) << readiness;
  EXPECT_NE(readiness.find(R"("mysql":{"ready":false)"), std::string::npos) << readiness;
  const auto refused = stack.buy("989121234567", 1'000'000, "A-1", "early");
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_EQ(refused.header("retry-after"), "1");
  stack.redis().start();
  stack.mysql().start();
  stack.await_ready();
  const long said = said_waiting() - before;
  EXPECT_LE(said, 1 + (std::chrono::steady_clock::now() - began) / 10s) << "once in ten seconds\n"
                                                                        << stack.gateway_log();
  EXPECT_EQ(stack.buy("989121234567", 1'000'000, "A-1", "early").status, 200);
}

TEST_F(LateDatabase, a_wrong_password_or_a_database_that_is_not_there_is_not_waited_for) {
  const Finished refused = peykd(stack.config_file(), "not the password");
  EXPECT_EQ(refused.status.code, 1);
  EXPECT_NE(refused.output.find("does not let us in"), std::string::npos) << refused.output;
  EXPECT_NE(refused.output.find("(1045)"), std::string::npos) << refused.output;
  EXPECT_EQ(refused.output.find("not the password"), std::string::npos) << refused.output;

  const TempDir dir;
  std::string config = read_file(stack.config_file());
  const std::string database = "database: peyk\n";
  config.replace(config.find(database), database.size(), "database: nowhere\n");
  std::ofstream(dir.path() / "peyk.yaml") << config;
  const Finished ended = peykd(dir.path() / "peyk.yaml", stack.mysql().password());
  EXPECT_EQ(ended.status.code, 1);
  EXPECT_NE(ended.output.find("peykctl migrate --create-database"), std::string::npos) << ended.output;
  EXPECT_NE(ended.output.find("nowhere"), std::string::npos) << ended.output;
}

}  // namespace
}  // namespace peyk::tests::late_database_test
