// Sees to it that each club's managers get the digest of the day before in the morning. Any gateway may: the store
// lets one send it, once for a day.
//
// Thread rule: the network thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include "gateway/expiry_keeper.hpp"
#include "handlers/directory.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/sql_thread.hpp"

namespace peyk::gateway {

class DigestKeeper {
 public:
  // `sql` outlives this, and is stopped before it goes.
  DigestKeeper(store::SqlThread& sql, Metrics& metrics, ExpiryHooks hooks);

  // Once a second: looks for a club whose digest is due and not known to be done, and sends that one.
  void tick();

 private:
  void send(std::shared_ptr<const handlers::Directory> directory, handlers::ClubId club,
            rules::Instant day_from);

  store::SqlThread& sql_;
  Metrics& metrics_;
  ExpiryHooks hooks_;
  store::SystemChance chance_;  // of the sql thread
  bool busy_ = false;
  std::map<handlers::ClubId, rules::Instant> done_;  // the day that was told of last
};

}  // namespace peyk::gateway
