// Texts that wait in the outbox for their moment (store/mysql/schedule.hpp), and this process' part in that:
//
//   every second, and at the next known moment: what is due -> queued, in sets -> its line's lanes
//   a screen was shown -> the text that waited in its place is cancelled, with the next look
//   a screen was not shown -> its text is woken at once
//
// Of reminders and the like no more are woken than leave within some seconds (lane_room.hpp): the others stay
// where they are until the lane has room, the longest due first, and no purchase's code waits behind them
// (docs/decisions/0038).
//
// What is known of screens is forgotten when a look with it was committed; a look that failed takes it along
// to the next one.
//
// What is meant for the day and found no room before the evening is put off until the next morning. What is
// over by the time at which it could leave is settled here as expired: it takes no room of the lane.
//
// Nothing of it is held here: whoever looks first wakes a text, and each is woken by one process only. One
// that dies after its commit leaves queued texts behind, which the next reading of the outbox finds. A text
// whose screen was shown and whose cancelling is lost is sent: she hears twice, and never not at all.
//
// Thread rule: the network thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/metrics.hpp"
#include "gateway/signal.hpp"
#include "handlers/directory.hpp"
#include "store/mysql/schedule.hpp"
#include "store/mysql/sql_thread.hpp"

namespace peyk::gateway {

class ScheduledTexts {
 public:
  struct Hooks {
    std::function<void(std::function<void()>)> post;  // onto the network thread, from any thread
    std::function<void(std::vector<store::QueuedText>)> push;
    std::function<std::shared_ptr<const handlers::Directory>()> directory;  // from any thread
    // How many more a lane of a line takes now.
    std::function<std::uint32_t(const std::string& line, handlers::Lane lane)> room;
  };

  // `lines`: the numbers of those that this process sends for. All outlive this.
  ScheduledTexts(boost::asio::io_context& io, store::SqlThread& sql, Metrics& metrics,
                 std::vector<std::string> lines, Hooks hooks);

  boost::asio::awaitable<void> run();
  // Says what it still knows of screens, and ends.
  void stop();

  // What became of the screen in whose place a text waits.
  void shown(store::MessageId text);
  void not_shown(store::MessageId text);

 private:
  struct Look;

  static constexpr std::chrono::microseconds kLookEvery = std::chrono::seconds{1};
  // Reads all that is scheduled.
  static constexpr std::chrono::minutes kCountEvery{1};
  static constexpr std::uint32_t kWokenAtOnce = 1000;  // of a lane, in one transaction
  // Beyond it, while MySQL is away, a screen's text is left to its own moment.
  static constexpr std::size_t kScreensMax = 100'000;

  bool look();
  std::vector<store::LineToWake> lines_to_wake() const;
  void looked(bool committed, Look& look);
  void keep(Look& look);
  void tell_of_left_out(const Look& look);
  void count();

  store::SqlThread& sql_;
  Metrics& metrics_;
  const std::vector<std::string> lines_;
  const Hooks hooks_;
  Signal signal_;
  std::vector<store::MessageId> shown_, not_shown_;
  std::chrono::microseconds pause_ = kLookEvery;  // before the next look
  std::chrono::steady_clock::time_point counted_{};
  bool looking_ = false, failed_ = false, stopping_ = false;
};

}  // namespace peyk::gateway
