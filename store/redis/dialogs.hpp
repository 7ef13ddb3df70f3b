// USSD dialogs while they are open: what the last screen left behind, kept for the network's time limit and
// no longer.
//
// A dialog is known by carrier, phone and session id. A phone has one open dialog for a code: a new begin()
// ends the old one and says what it had left, so that redialling can resume. Networks use their session ids
// again, so each dialog has a name of its own besides, which is drawn by whoever begins it.
//
// Two steps of one dialog at the same moment (a redelivery, another process) are kept apart without locks:
// each step reads (state, step number) and writes under the condition that name and number are still the
// same. All keys of a phone share a hash tag, so each operation is one script in a Redis Cluster too.
//
// A dialog that is over is remembered as such until its time is up: what comes late for it is told from what
// never was, and a last step that comes again gets its answer again.
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

// A step of the network's: what it said, and the number it gave it, if it counts its steps.
struct DialogStep {
  std::string mark;  // equal for equal content; not empty
  std::uint8_t sequence = 0;
};

struct Dialog {
  std::string name;
  std::string code;  // the code that was dialled: "*7000"
  std::string state;
  std::string mark;                  // of the last step that was answered, or of the begin
  std::uint8_t sequence = 0;         // of the same
  std::uint64_t step = 0;            // steps answered
  bool counts = false;               // the network gave its steps different sequence numbers
  bool told = false;                 // the network took the answer to the last step
  bool over = false;                 // ended, and only remembered
  std::chrono::milliseconds age{0};  // of the last answer, or of the begin
};

struct DialogBegun {
  // The same begin again: the dialog that it began is this one, and has answered so many steps. Empty: it
  // was new.
  std::optional<std::string> again;
  std::uint64_t step = 0;
  std::string left;  // new: the state of the dialog that it replaces, if any
};

// How long the same begin of the same session is a redelivery and no new one: after the network took its
// answer, and while it has not.
struct BeginAgain {
  std::chrono::milliseconds told{1000};
  std::chrono::milliseconds untold{60'000};
};

class Dialogs {
 public:
  // `redis` outlives this.
  Dialogs(RedisConnection& redis, std::string key_prefix);

  // Opens a dialog with an empty state at step 0, unless this is a redelivery: then nothing changes.
  asio::awaitable<DialogBegun> begin(DialogKey key, std::string name, std::string code, DialogStep step,
                                     std::chrono::seconds time_to_live, BeginAgain again = {});
  // nullopt: replaced, timed out, never begun.
  asio::awaitable<std::optional<Dialog>> get(DialogKey key);
  // Answers step `number` of the dialog `name`: saves the state (`over`: the end) and starts the time anew.
  // False: the dialog is gone or over, or another step was faster; nothing is changed then. Throws
  // std::length_error for a state above kDialogStateBytesMax.
  asio::awaitable<bool> set(DialogKey key, std::string name, std::uint64_t number, std::string state,
                            bool over, DialogStep step, std::chrono::seconds time_to_live);
  // The network took the answer that made `number` steps.
  asio::awaitable<void> told(DialogKey key, std::string name, std::uint64_t number);
  // The end, from outside. True: it was open.
  asio::awaitable<bool> close(DialogKey key);
  // Something came for a dialog that is not known, or over. True: for the first time (an unknown one is
  // remembered for this time).
  asio::awaitable<bool> refuse(DialogKey key, std::chrono::seconds time_to_live);

 private:
  asio::awaitable<Reply> run(DialogKey key, std::vector<std::string> arguments);

  RedisConnection& redis_;
  std::string key_prefix_;
};

}  // namespace peyk::store
