// USSD dialogs: a step of the network's in, the next screen out, at once.
//
//   begin -> the dialled string names the club -> decide -> screen; the state waits in Redis
//   input -> the state from Redis -> decide -> screen, or the last one
//   abort -> the dialog is over; what is still being decided for it is not shown
//
// A step is acknowledged when its effect is committed. Its screen leaves on the link it came by, or on
// another of the same carrier, within answer_within of the step or not at all: a network that has given up
// must not hear of it. A screen never waits behind texts: where the account has a rate, it takes the next
// free slot, further ahead than texts may look. A screen is sent once; a step that the network sends again
// gets it again (ussd_steps.hpp).
//
// Whoever was told nothing of a change is told by a text: the screen was refused, unanswered or too late.
// That text was committed with the change, for a moment at which no screen can be shown any more; what became
// of the screen cancels it or lets it go at once, so it goes too when this process dies in between.
//
// When Redis is lost in the midst of a dialog it ends, politely; where the account has a rate nothing can be
// said without Redis, and the network's own time ends it.
//
// Thread rule: the network thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <unordered_map>

#include "gateway/carrier_link.hpp"
#include "gateway/inbound_allowance.hpp"
#include "gateway/requests.hpp"
#include "gateway/ussd_steps.hpp"
#include "handlers/directory.hpp"
#include "store/redis/dialogs.hpp"
#include "store/redis/lanes.hpp"

namespace peyk::gateway {

// Tags of messages that carry screens; all others are the lanes'.
inline constexpr std::uint64_t kUssdTag = std::uint64_t{1} << 63;

struct UssdLimits {
  std::chrono::milliseconds answer_within{8000};     // of a step; later nothing is said
  std::chrono::milliseconds response_timeout{8000};  // of a screen; then it counts as not shown
  std::size_t steps_per_link_max = 2000;  // under way; while Redis or MySQL stands still they pile up
};

// How far ahead a screen may take its slot: past those of the texts, which look a tenth of a second ahead,
// and past the second of silence after Redis forgot the pace.
inline constexpr store::LaneOptions kUssdLaneOptions{.horizon = std::chrono::seconds(2)};

class InboundUssd {
 public:
  struct Hooks {
    std::function<std::shared_ptr<const handlers::Directory>()> directory;
    // Sends a screen by this link or another of its carrier; false: none has room now, nothing was sent.
    std::function<bool(CarrierLink& by, const smpp::Body& screen, std::uint64_t tag)> submit;
    // Of a screen in whose place a text waits: whether it got through.
    std::function<void(store::MessageId text, bool shown)> settled;
  };

  // `lanes` has kUssdLaneOptions. All outlive this.
  InboundUssd(boost::asio::io_context& io, Requests& requests, store::Dialogs& dialogs, store::Lanes& lanes,
              Hooks hooks, UssdLimits limits = {});

  // Whether a step more of this link's may be taken; else its network is to be told to come again.
  bool has_room(const CarrierLink& link) const { return steps_.held(&link) < limits_.steps_per_link_max; }
  void take(CarrierRequest request);
  // What became of a screen: the status of its response; nothing: unknown.
  void settled(std::uint64_t tag, std::optional<std::uint32_t> command_status);

 private:
  struct Step;
  using StepPtr = std::shared_ptr<Step>;
  using Time = std::chrono::steady_clock::time_point;

  struct Shown {
    const CarrierOptions* carrier = nullptr;
    store::DialogKey dialog;
    std::string name;
    std::uint64_t steps = 0;    // of the dialog with this one; 0: none that is remembered
    store::MessageId text = 0;  // that waits in its place; 0: none
  };

  boost::asio::awaitable<void> begin(StepPtr step);
  boost::asio::awaitable<void> input(StepPtr step);
  boost::asio::awaitable<void> forget(StepPtr step);
  boost::asio::awaitable<void> refuse(StepPtr step);
  boost::asio::awaitable<void> finish(StepPtr step, store::Result result);
  boost::asio::awaitable<bool> remember(StepPtr step, const store::Result& result);
  boost::asio::awaitable<void> say_unavailable(StepPtr step);
  boost::asio::awaitable<void> show(StepPtr step, std::string screen, bool last,
                                    store::MessageId text_instead);
  boost::asio::awaitable<bool> take_slot(StepPtr step);
  boost::asio::awaitable<void> note_told(Shown shown);
  boost::asio::awaitable<void> slow_down(const CarrierOptions& carrier);
  boost::asio::awaitable<void> keep_time();
  boost::asio::awaitable<void> pause(std::chrono::microseconds time);

  void decide(StepPtr step, std::string state);
  void watch(const StepPtr& step);
  void expire(const StepPtr& step);

  boost::asio::io_context& io_;
  Requests& requests_;
  store::Dialogs& dialogs_;
  store::Lanes& lanes_;
  Hooks hooks_;
  const UssdLimits limits_;
  LinkAllowance steps_;
  std::uint64_t next_tag_ = 0;
  std::deque<std::pair<Time, std::weak_ptr<Step>>> due_;   // steps, by when they must be answered
  std::deque<std::pair<Time, std::uint64_t>> unanswered_;  // screens, by when they count as lost
  std::unordered_map<std::uint64_t, Shown> shown_;         // by tag
  std::map<std::string, std::weak_ptr<Step>> waiting_;     // for a slot, by dialog
  bool keeping_time_ = false;
  std::mt19937_64 names_{std::random_device{}()};
};

}  // namespace peyk::gateway
