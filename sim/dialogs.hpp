// The network's side of USSD: phones with a dialog open, what they show, what they wait for.
//
//   dial → begin → [screen, open → press → input →] … → screen, final
//   either side may end it: hang_up, an abort, an application that is silent, a subscriber who is
//
// What must stay true: one dialog a phone; a question (dial, press) is answered exactly once, with a screen
// or an error; no step is sent twice, unless told to; an answer for a dialog that has ended is refused, and
// counted.
//
// A dialog belongs to the application (the account) that was bound when it was dialled, and is carried its
// way (ussd_network.hpp). What networks do wrong is told with the question: StepFaults.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sim/clock.hpp"
#include "sim/deliveries.hpp"
#include "sim/options.hpp"
#include "sim/ussd_network.hpp"

namespace peyk::sim {

struct DialogAnswer {
  std::uint32_t session = 0;
  std::string screen;
  bool open = false;
  std::int64_t us = 0;  // from the subscriber's key to the screen
  std::string error;    // empty: there is a screen
};
// What the network does wrong with one step.
struct StepFaults {
  bool twice = false;  // it is sent twice in a row
  bool abort = false;  // the network gives the dialog up right behind it
};

struct DialOptions {
  StepFaults faults;
  std::optional<std::uint32_t> session;  // the id on the wire, of whomever it was before
  // Not begun: this is sent as an input, of a dialog that the application does not know (any more).
  std::optional<std::string> as_input;
};

using DialogDone = std::function<void(const DialogAnswer&)>;

class Dialogs {
 public:
  // The account whose links may be given a dialog now; nothing: none is bound for USSD.
  using Choose = std::function<std::optional<std::size_t>()>;
  // Sends a step to the account; `done` hears how it ended. False: it is not bound any more.
  using Send = std::function<bool(std::size_t account, smpp::Body,
                                  std::function<void(const Delivered&, Time)> done, Time now)>;

  Dialogs(const Options& options, Choose choose, Send send)
      : options_(options), choose_(std::move(choose)), send_(std::move(send)) {}

  void dial(std::string_view phone, std::string_view code, DialogDone done, Time now, DialOptions how = {});
  void press(std::uint32_t session, std::string_view keys, DialogDone done, Time now, StepFaults faults = {});
  // False: no such dialog is open.
  bool hang_up(std::uint32_t session, Time now);

  // The application's submit_sm or data_sm. The status to answer it with.
  std::uint32_t submitted(const smpp::Body& body, Time now);

  void tick(Time now);

  std::size_t open_count() const { return dialogs_.size(); }
  std::uint64_t opened_total() const { return opened_total_; }
  std::uint64_t timed_out_total() const { return timed_out_total_; }
  // Answers that nobody had asked for, or not in this way.
  std::uint64_t refused_total() const { return refused_total_; }

 private:
  struct Dialog {
    std::size_t account = 0;
    NetworkStep step;  // the last one sent
    DialogDone done;   // set while a question waits for its screen
    Time asked_at{}, due_at{};
  };
  using Map = std::unordered_map<std::uint32_t, Dialog>;

  void ask(std::uint32_t session, NetworkStep::Kind kind, std::string_view text, DialogDone done, Time now,
           StepFaults faults);
  bool send(const Dialog& dialog, std::function<void(const Delivered&, Time)> done, Time now);
  std::uint32_t shown(const std::string& phone, const smpp::Body& body, Time now);
  void delivered(std::uint32_t session, std::uint8_t step, const Delivered& result, Time now);
  void end(Map::iterator dialog, const std::string& error);
  void abort(Map::iterator dialog, const std::string& error, Time now);

  const Options& options_;
  Choose choose_;
  Send send_;
  Map dialogs_;
  std::unordered_map<std::string, std::uint32_t> by_phone_;
  std::uint32_t next_session_ = 1;
  Time next_check_{};
  std::uint64_t opened_total_ = 0, timed_out_total_ = 0, refused_total_ = 0;
};

}  // namespace peyk::sim
