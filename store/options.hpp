// What peyk.yaml may say about the two stores. Defaults are the manual's; config/ fills this in.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace peyk::store {

struct MysqlOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 3306;
  std::string unix_socket;  // wins over host and port; as fast as the C API and needs no TCP
  std::string user = "peyk";
  std::string password;
  std::string database = "peyk";
  std::uint32_t workers = 2;      // threads that decide and save, one connection each
  std::uint32_t batch_max = 200;  // requests in one transaction; more are left for the next
  std::uint32_t queue_max =
      10000;  // waiting requests a worker may hold; full: the sender is told to come again
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds statement_timeout{10000};

  bool operator==(const MysqlOptions&) const = default;
};

struct RedisOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  std::string unix_socket;  // wins over host and port
  std::string password;
  std::string key_prefix = "peyk";
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds command_timeout{5000};
  std::uint32_t pipeline_max = 10000;  // commands awaiting an answer; more are refused at once

  bool operator==(const RedisOptions&) const = default;
};

}  // namespace peyk::store
