// Dead letters that somebody replays, by peykctl or over HTTP, from another process: looked for once a second
// and put into their lanes. The row is the message: whichever gateway looks first takes it up, and what it
// loses by dying is found by the next reading of the outbox.
//
// Thread rule: the network thread.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "store/mysql/outbox.hpp"
#include "store/mysql/sql_thread.hpp"

namespace peyk::gateway {

class Replays {
 public:
  struct Hooks {
    std::function<void(std::function<void()>)> post;  // onto the network thread, from any thread
    std::function<void(std::vector<store::QueuedText>)> push;
  };
  // `lines`: numbers of those that are sent from here. `sql` outlives this, and is stopped before it goes.
  Replays(store::SqlThread& sql, std::set<std::string> lines, Hooks hooks);

  void tick();

 private:
  store::SqlThread& sql_;
  std::set<std::string> lines_;
  Hooks hooks_;
  bool looking_ = false;
};

}  // namespace peyk::gateway
