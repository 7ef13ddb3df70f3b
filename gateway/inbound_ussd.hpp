// USSD dialogs: deliver_sm with ussd_service_op in, submit_sm with the next screen out, at once, on the same
// link.
//
//   begin -> the dialled string names the club -> decide -> screen; the state waits in Redis
//   input -> the state from Redis -> decide -> screen, or the last one
//
// A screen never waits in a lane and is never sent twice: a subscriber holds the phone in her hand. A last
// screen that told of a change and did not get through is followed by a text.
//
// Thread rule: the network thread.
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <unordered_map>

#include "gateway/carrier_link.hpp"
#include "gateway/requests.hpp"
#include "handlers/directory.hpp"
#include "smpp/ussd.hpp"
#include "store/redis/dialogs.hpp"

namespace peyk::gateway {

// Tags of submit_sm that carry screens; all others are the lanes'.
inline constexpr std::uint64_t kUssdTag = std::uint64_t{1} << 63;

class InboundUssd {
 public:
  struct Hooks {
    std::function<std::shared_ptr<const handlers::Directory>()> directory;
    // A text in place of a screen that did not get through.
    std::function<void(const handlers::Club& club, handlers::PhoneNumber to, std::string text)> text_instead;
  };

  InboundUssd(boost::asio::io_context& io, Requests& requests, store::Dialogs& dialogs, Hooks hooks);

  void take(CarrierRequest request);
  // What became of a screen: its response, or nothing (unknown).
  void settled(std::uint64_t tag, bool shown);

 private:
  struct Step;
  using StepPtr = std::shared_ptr<Step>;

  boost::asio::awaitable<void> begin(StepPtr step);
  boost::asio::awaitable<void> input(StepPtr step);
  boost::asio::awaitable<void> finish(StepPtr step, store::Result result);
  boost::asio::awaitable<void> forget(StepPtr step);
  void decide(StepPtr step, std::string state);
  void unavailable(Step& step);
  void show(Step& step, const std::string& screen, bool last, bool changed);

  struct Shown {
    handlers::ClubId club = 0;
    handlers::PhoneNumber to = 0;
    std::string text;
  };

  boost::asio::io_context& io_;
  Requests& requests_;
  store::Dialogs& dialogs_;
  Hooks hooks_;
  std::uint64_t next_tag_ = 0;
  std::unordered_map<std::uint64_t, Shown> changes_told_;  // last screens whose loss must be made good
  std::mt19937_64 names_{std::random_device{}()};
};

}  // namespace peyk::gateway
