// Whoever tries the same work on the database again and again, in vain: seen by the operator while it lasts.
//
//   each second: how long has each thread's unit been tried? -> a gauge each; after kHeldUpMax an error in
//   the log, once, and /readyz names the thread until it goes on
//
// What may be given up has a limit of its own (SqlThread's lost_max). This is for what must not be: outcomes,
// receipts, parts of texts are tried until they are saved, and everything behind them waits.
//
// Thread rule: the network thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "gateway/http/operations.hpp"
#include "gateway/metrics.hpp"

namespace peyk::gateway {

inline constexpr std::chrono::seconds kHeldUpMax{30};  // a failover of the database takes less

class StoreWatch {
 public:
  struct Watched {
    std::string name;
    std::function<std::chrono::milliseconds()> held_up;  // 0: nothing is tried in vain
    bool gives_up = false;  // after a few: a slow report is no reason to send tills elsewhere
  };

  StoreWatch(Metrics& metrics, std::vector<Watched> threads);

  void look();
  // Those that never give up, and have been held up for longer than kHeldUpMax.
  std::vector<ReadyPart> held_up() const;

 private:
  struct Standing {
    Watched watched;
    std::chrono::milliseconds held_up{0};
  };

  Metrics& metrics_;
  std::vector<Standing> threads_;
};

}  // namespace peyk::gateway
