// A MariaDB and a Redis of a test's own, through store/private_servers.sh: started in a temporary folder,
// gone with the object, and gone as well when the test is killed (the script's guard waits for the end of a
// pipe that we hold).
//
//   auto& mysql = shared_mysql();            // one a test program; each test makes a database of its own
//   mysql.create_database("codes_test");
//   PrivateMysql own;                        // for tests that stop and kill it
//   own.kill(); own.start();
//
// Everything here throws std::runtime_error with the server's log when the server does not do as told.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/kit/paths.hpp"
#include "tests/kit/process.hpp"

namespace peyk::tests {

// What both have in common: a folder, a guard, and a name in the script's commands.
class PrivateServer {
 public:
  PrivateServer(const PrivateServer&) = delete;
  PrivateServer& operator=(const PrivateServer&) = delete;

  void start();  // answers when the server does; the data of last time is there
  void stop();   // orderly
  void kill();   // SIGKILL
  bool running() const;
  pid_t pid() const;

  std::filesystem::path unix_socket() const { return file("sock"); }
  // On 127.0.0.1; another one after each start().
  std::uint16_t port() const;
  std::filesystem::path log() const { return file("log"); }

 protected:
  PrivateServer(std::string name, std::vector<std::string> server_options);
  ~PrivateServer();
  std::filesystem::path file(std::string_view suffix) const;

 private:
  void command(std::string_view verb, const std::vector<std::string>& more = {}) const;

  std::string name_;
  std::vector<std::string> server_options_;
  TempDir dir_;
  Process guard_;
};

class PrivateMysql : public PrivateServer {
 public:
  // Started when constructed. Options are mariadbd's, e.g. "--max-connections=5".
  explicit PrivateMysql(std::vector<std::string> server_options = {});

  std::string user() const { return "peyk"; }
  std::string password() const;
  // Empty, utf8mb4; one of that name is dropped before.
  void create_database(std::string_view name);
  // Runs statements as root with the command line client; rows as lines, columns parted by tabs, no header.
  std::string query(std::string_view sql, std::string_view database = "mysql") const;
};

class PrivateRedis : public PrivateServer {
 public:
  explicit PrivateRedis(std::vector<std::string> server_options = {});
  // One command through redis-cli, e.g. {"FLUSHALL"}; its answer without the last line end.
  std::string command(std::vector<std::string> words) const;
};

// One of each for a whole test program, started at first use, ended with the program.
PrivateMysql& shared_mysql();
PrivateRedis& shared_redis();

}  // namespace peyk::tests
