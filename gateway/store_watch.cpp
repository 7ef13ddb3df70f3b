#include "gateway/store_watch.hpp"

#include <fmt/format.h>

#include "gateway/log.hpp"

namespace peyk::gateway {

StoreWatch::StoreWatch(Metrics& metrics, std::vector<Watched> threads) : metrics_(metrics) {
  for (Watched& one : threads) threads_.push_back({.watched = std::move(one)});
}

void StoreWatch::look() {
  for (Standing& one : threads_) {
    const std::chrono::milliseconds before = std::exchange(one.held_up, one.watched.held_up());
    metrics_.gauge("peyk_store_held_up_seconds", {{"thread", one.watched.name}})
        .set(std::chrono::duration<double>(one.held_up).count());
    const bool was_late = before > kHeldUpMax, is_late = one.held_up > kHeldUpMax;
    if (is_late && !was_late) {
      log::error("store_held_up", {{"thread", one.watched.name},
                                   {"advice", "mysql_lost or mysql_unreachable in the log says why"}});
    }
    if (was_late && !is_late) log::info("store_goes_on", {{"thread", one.watched.name}});
  }
}

std::vector<ReadyPart> StoreWatch::held_up() const {
  std::vector<ReadyPart> parts;
  for (const Standing& one : threads_) {
    if (one.watched.gives_up || one.held_up <= kHeldUpMax) continue;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(one.held_up).count();
    parts.push_back(
        {"mysql " + one.watched.name, false, fmt::format("the same work tried in vain for {} s", seconds)});
  }
  return parts;
}

}  // namespace peyk::gateway
