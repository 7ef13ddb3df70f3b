// USSD dialogs while they are open: what the last screen left behind, kept for the network's time limit and
// no longer.
//
// A dialog is known by carrier, phone and session id. A phone has one open dialog for a code: a new begin()
// ends the old one and says what it had left, so that redialling can resume.
//
// Two steps of one dialog at the same moment (a redelivery, another process) are kept apart without locks:
// each step reads (state, step number) and writes under the condition that the number is still the same. All
// keys of a phone share a hash tag, so each operation is one script in a Redis Cluster too.
//
// Losing Redis ends the dialogs, nothing else: what they did is in MySQL.
// All operations throw RedisError when Redis does not do it. Thread rule: that of the connection.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "config/toolchain/asio.hpp"
#include "handlers/club.hpp"
#include "store/redis/connection.hpp"

namespace peyk::store {

inline constexpr std::size_t kDialogStateBytesMax = 4096;

struct DialogKey {
  std::string carrier;
  handlers::PhoneNumber phone = 0;
  std::string session;  // the network's session id, any bytes
};

struct Dialog {
  std::string state;
  std::string code;        // the code that was dialled: "*7000"
  std::uint64_t step = 0;  // writes since the begin
};

class Dialogs {
 public:
  // `redis` outlives this.
  Dialogs(RedisConnection& redis, std::string key_prefix);

  // Opens a dialog with an empty state at step 0. Returns the state of the one that it replaces, if any (that
  // of the same session id too: the network uses it anew).
  asio::awaitable<std::optional<std::string>> begin(DialogKey key, std::string code,
                                                    std::chrono::seconds time_to_live);
  // nullopt: ended, replaced, timed out, never begun.
  asio::awaitable<std::optional<Dialog>> get(DialogKey key);
  // Saves the state after step `step`, and starts the time anew. False: the dialog is gone or another step
  // was faster; nothing is changed then. Throws std::length_error for a state above kDialogStateBytesMax.
  asio::awaitable<bool> set(DialogKey key, std::string state, std::uint64_t step,
                            std::chrono::seconds time_to_live);
  // The end; ending twice is no error.
  asio::awaitable<void> erase(DialogKey key);

 private:
  asio::awaitable<Reply> run(DialogKey key, std::vector<std::string> arguments);

  RedisConnection& redis_;
  std::string key_prefix_;
};

}  // namespace peyk::store
