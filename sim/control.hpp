// What may be said at the control port: one JSON object a line, one answer a line. docs/simulator.md is its
// manual.
//
//   {"do":"mo", "from":"98912…", "to":"30001234", "text":"…", "id":7}  →  {"id":7, "ok":true,
//   "command_status":0, …}
//
// What must stay true: every line is answered exactly once ("ok" true or false with "error"), some at once,
// some when the ESME has acted; "id" comes back as it was sent, so a connection may ask several things at a
// time.
//
// A new word: a member function (long ones in a control_*.cpp of their own), a row in the table of
// control.cpp, a line in docs/simulator.md, a test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/carrier.hpp"
#include "sim/load.hpp"
#include "sim/record.hpp"

namespace peyk::sim {

using ClientId = std::uint32_t;

// What control asks of the shell.
struct ShellActions {
  std::function<void(ClientId, const std::string& line)> send;  // `line` ends with '\n'
  std::function<void()> stop_listening;
  std::function<bool()> start_listening;  // false: the port is taken
};

class Control {
 public:
  Control(const Options& options, Carrier& carrier, Record& record, ShellActions shell);
  ~Control();

  void handle(ClientId client, std::string_view line, Time now);
  void client_gone(ClientId client);
  // The time at which the carrier is about to be fed; its callbacks come here.
  void turn(Time now);
  void tick(Time now);

 private:
  // Its references end with the call.
  struct Ask {
    ClientId client = 0;
    const nlohmann::json& id;
    const nlohmann::json& body;
    Time now{};
  };
  struct InboxWait;
  struct BindWait;
  using Word = void (Control::*)(const Ask&);
  static Word find_word(std::string_view name);

  void mo(const Ask& ask);
  static StepFaults step_faults(const Ask& ask);
  void dial(const Ask& ask);
  void press(const Ask& ask);
  void hang_up(const Ask& ask);
  void inbox(const Ask& ask);
  void listen(const Ask& ask);
  void await_bound(const Ask& ask);
  void stats(const Ask& ask);
  void reset_stats(const Ask& ask);
  void show_record(const Ask& ask);
  void fault(const Ask& ask);
  void phone(const Ask& ask);
  void profile(const Ask& ask);
  void verdict(const Ask& ask);
  void mo_burst(const Ask& ask);

  bool act_at_once(std::string_view what, const Ask& ask);
  void add_fault(std::string_view what, const Ask& ask);
  std::function<void(const DialogAnswer&)> screen_to(const Ask& ask);
  void on_text(const Text& text);
  void on_bound();
  void answer_waits(Time now);
  void reply(ClientId client, const nlohmann::json& id, nlohmann::json answer);
  nlohmann::json texts_of(const std::string& phone, std::uint64_t after) const;

  const Options& options_;
  Carrier& carrier_;
  Record& record_;
  ShellActions shell_;
  std::set<ClientId> listeners_;
  std::vector<InboxWait> inbox_waits_;
  std::vector<BindWait> bind_waits_;
  std::vector<std::unique_ptr<Load>> loads_;
  Time now_{};  // of the turn that is being handled
};

}  // namespace peyk::sim
