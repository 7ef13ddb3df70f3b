#include "gateway/replays.hpp"

#include <memory>

#include "gateway/clock.hpp"
#include "gateway/log.hpp"
#include "store/mysql/dead_letters.hpp"

namespace peyk::gateway {
namespace {

constexpr std::uint32_t kTakenUpAtOnce = 2000;  // letters

}  // namespace

Replays::Replays(store::SqlThread& sql, std::set<std::string> lines, Hooks hooks)
    : sql_(sql), lines_(std::move(lines)), hooks_(std::move(hooks)) {}

void Replays::tick() {
  if (looking_) return;
  auto texts = std::make_shared<std::vector<store::QueuedText>>();
  looking_ = sql_.run(
      [texts, lines = lines_](store::Connection& connection) {
        *texts = store::take_up_replays(connection, lines, wall_clock(), kTakenUpAtOnce);
      },
      [this, texts](bool committed) {
        hooks_.post([this, texts, committed] {
          looking_ = false;
          if (!committed || texts->empty()) return;
          log::info("letters_replayed", {{"messages", texts->size()}});
          hooks_.push(std::move(*texts));
        });
      });
}

}  // namespace peyk::gateway
