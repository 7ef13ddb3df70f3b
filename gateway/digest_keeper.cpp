#include "gateway/digest_keeper.hpp"

#include "gateway/log.hpp"
#include "handlers/digest.hpp"
#include "store/mysql/digests.hpp"

namespace peyk::gateway {

DigestKeeper::DigestKeeper(store::SqlThread& sql, Metrics& metrics, ExpiryHooks hooks)
    : sql_(sql), metrics_(metrics), hooks_(std::move(hooks)) {}

void DigestKeeper::tick() {
  if (busy_) return;
  const auto directory = hooks_.directory();
  const rules::Instant now = hooks_.clock();
  for (const handlers::Club& club : directory->clubs()) {
    const handlers::DigestDay day = handlers::digest_day(club, now);
    const auto done = done_.find(club.id);
    if (!day.is_due || (done != done_.end() && done->second >= day.from)) continue;
    return send(directory, club.id, day.from);
  }
}

void DigestKeeper::send(std::shared_ptr<const handlers::Directory> directory, handlers::ClubId club,
                        rules::Instant day_from) {
  const auto texts = std::make_shared<std::uint64_t>();
  busy_ = sql_.run(
      [this, texts, directory, club](store::Connection& connection) {
        *texts = store::send_digest(connection, chance_, *directory, club, hooks_.clock());
      },
      [this, texts, club, day_from](bool committed) {
        hooks_.post([this, texts, club, day_from, committed] {
          busy_ = false;
          // What cannot be told today is left: tomorrow's digest is another.
          done_[club] = day_from;
          if (!committed || *texts == 0) return;
          metrics_.counter("peyk_digests_total").add(static_cast<double>(*texts));
          log::info("digest_queued", {{"club", club}, {"texts", *texts}});
        });
      });
}

}  // namespace peyk::gateway
