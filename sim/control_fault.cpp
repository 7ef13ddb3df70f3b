// The word fault: what the carrier is to do wrong (faults.hpp), and what it does at once.
#include <nlohmann/json.hpp>

#include "sim/ask.hpp"
#include "sim/control.hpp"
#include "sim/profile_file.hpp"

namespace peyk::sim {

void Control::fault(const Ask& ask) {
  const std::string what = get_text(ask.body, "what");
  if (!act_at_once(what, ask)) add_fault(what, ask);
  reply(ask.client, ask.id, {{"ok", true}});
}

bool Control::act_at_once(std::string_view what, const Ask& ask) {
  if (what == "drop_links") {
    carrier_.drop_links();
  } else if (what == "unbind_links") {
    carrier_.unbind_links(ask.now);
  } else if (what == "freeze_links") {
    carrier_.freeze_links();
  } else if (what == "release_responses") {
    carrier_.release_responses(ask.now);
  } else if (what == "send_raw") {
    const std::string octets = get_octets(ask.body, "hex");
    const std::uint64_t link = get_count(ask.body, "link", 0, UINT32_MAX);
    for (const LinkId id : carrier_.links()) {
      if (link == 0 || id == link) carrier_.send_raw(id, octets);
    }
  } else if (what == "stop_listening") {
    shell_.stop_listening();
  } else if (what == "start_listening") {
    if (!shell_.start_listening()) throw BadAsk("the port is taken");
  } else if (what == "withhold_receipts") {
    carrier_.faults().remove(FaultKind::lose_receipts);
    if (get_flag_or(ask.body, "on", true)) carrier_.faults().add({.kind = FaultKind::lose_receipts}, ask.now);
  } else if (what == "clear") {
    carrier_.faults().clear();
    carrier_.release_responses(ask.now);
  } else {
    return false;
  }
  return true;
}

void Control::add_fault(std::string_view what, const Ask& ask) {
  if (what != "throttle" && !fault_kind(what)) {
    throw BadAsk(
        "what: a fault of docs/simulator.md, or drop_links, unbind_links, freeze_links, release_responses, "
        "send_raw, stop_listening, start_listening, withhold_receipts or clear");
  }
  auto fault = parse_fault(to_settings(ask.body));
  if (!fault) throw BadAsk(fault.error());
  if (!carrier_.faults().add(std::move(*fault), ask.now)) throw BadAsk("too many faults");
}

}  // namespace peyk::sim
