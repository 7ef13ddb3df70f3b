#include "gateway/digest_keeper.hpp"

#include "gateway/log.hpp"
#include "store/mysql/digests.hpp"

namespace peyk::gateway {
namespace {

constexpr std::chrono::seconds kDigestLookEvery{60};

}  // namespace

DigestKeeper::DigestKeeper(store::SqlThread& sql, Metrics& metrics, ExpiryHooks hooks)
    : sql_(sql), metrics_(metrics), hooks_(std::move(hooks)) {}

void DigestKeeper::tick() {
  if (telling_ || Clock::now() < next_) return;
  const auto told = std::make_shared<store::DigestTold>();
  telling_ = sql_.run(
      [this, told, directory = hooks_.directory(), failed = failed_](store::Connection& connection) {
        *told = store::tell_next_digest(connection, chance_, *directory, hooks_.clock(), failed);
      },
      [this, told](bool committed) {
        hooks_.post([this, told, committed] {
          telling_ = false;
          if (!committed || told->is_done) next_ = Clock::now() + kDigestLookEvery;
          if (!committed) ++failed_;
          if (!committed || told->texts == 0) return;
          metrics_.counter("peyk_digests_total").add(static_cast<double>(told->texts));
          log::info("digest_written", {{"texts", told->texts}});
        });
      });
}

}  // namespace peyk::gateway
