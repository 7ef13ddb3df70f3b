// The servers that the other tests stand on.
#include "tests/kit/private_servers.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include "tests/kit/process.hpp"

namespace peyk::tests::private_servers_test {
namespace {

using namespace std::chrono_literals;

TEST(PrivateMysql, keeps_what_was_committed_when_it_is_killed_and_started_again) {
  PrivateMysql mysql;
  mysql.create_database("kept");
  mysql.query("CREATE TABLE t (n INT PRIMARY KEY); INSERT INTO t VALUES (7)", "kept");
  mysql.kill();
  EXPECT_FALSE(mysql.running());
  EXPECT_THROW(mysql.query("SELECT n FROM t", "kept"), std::runtime_error);
  mysql.start();
  EXPECT_EQ(mysql.query("SELECT n FROM t", "kept"), "7\n");
}

TEST(PrivateMysql, lets_its_user_in_over_tcp_with_the_password_only) {
  auto& mysql = shared_mysql();
  const auto login = [&](const std::string& user, const std::string& password) {
    return run_process({.argv = {"mariadb", "--no-defaults", "--host=127.0.0.1",
                                 "--port=" + std::to_string(mysql.port()), "--user=" + user,
                                 "--password=" + password, "--execute=SELECT 1"}},
                       60s)
        .status.ok();
  };
  EXPECT_TRUE(login(mysql.user(), mysql.password()));
  EXPECT_FALSE(login(mysql.user(), "wrong"));
  EXPECT_FALSE(login("root", ""));
}

TEST(PrivateMysql, gives_each_test_an_empty_database) {
  auto& mysql = shared_mysql();
  mysql.create_database("fresh");
  mysql.query("CREATE TABLE t (n INT)", "fresh");
  mysql.create_database("fresh");
  EXPECT_EQ(mysql.query("SHOW TABLES", "fresh"), "");
}

TEST(PrivateRedis, answers_and_forgets_all_when_it_is_killed) {
  PrivateRedis redis;
  EXPECT_EQ(redis.command({"SET", "a", "1"}), "OK");
  EXPECT_EQ(redis.command({"GET", "a"}), "1");
  redis.kill();
  EXPECT_FALSE(redis.running());
  redis.start();
  EXPECT_EQ(redis.command({"GET", "a"}), "");
}

// What ends it is the end of a pipe that its owner held, as when the owner is killed.
TEST(PrivateServers, end_with_their_owner_and_leave_no_folder) {
  const TempDir place;
  const std::string script = source_dir() / "store/private_servers.sh";
  const std::string dir = place.path() / "servers";
  const std::string holds_a_pipe_to_the_guard = "sleep 600 | { '" + script + "' guard \"$0\" remove && '" +
                                                script + "' start-redis \"$0\" && echo up && sleep 600; }";
  Process owner({.argv = {"sh", "-c", holds_a_pipe_to_the_guard, dir}, .output = place.path() / "output"});
  ASSERT_TRUE(eventually(60s, [&] { return owner.output() == "up\n"; })) << owner.output();
  kill(-owner.pid(), SIGKILL);
  EXPECT_TRUE(eventually(60s, [&] { return !std::filesystem::exists(dir); })) << owner.output();
}

TEST(Process, reports_how_a_child_ended_and_what_it_printed) {
  const auto finished =
      run_process({.argv = {"sh", "-c", "echo $GREETING; exit 3"}, .env = {{"GREETING", "salam"}}}, 60s);
  EXPECT_EQ(finished.status.code, 3);
  EXPECT_EQ(finished.output, "salam\n");
  Process sleeper({.argv = {"sleep", "600"}});
  EXPECT_TRUE(sleeper.running());
  EXPECT_FALSE(sleeper.wait(1ms).has_value());
  EXPECT_EQ(sleeper.stop(60s).signal, SIGTERM);
  EXPECT_FALSE(sleeper.running());
}

}  // namespace
}  // namespace peyk::tests::private_servers_test
