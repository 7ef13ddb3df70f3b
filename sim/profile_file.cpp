#include "sim/profile_file.hpp"

#include <chrono>
#include <utility>

#include "sim/hex.hpp"
#include "smpp/status.hpp"

namespace peyk::sim {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kCountMax = 1'000'000'000;

void set_usual(Fault& fault) {
  switch (fault.kind) {
    case FaultKind::respond:
    case FaultKind::nack:
      fault.status = smpp::ESME_RSYSERR;
      break;
    case FaultKind::refuse_binds:
      fault.status = smpp::ESME_RBINDFAIL;
      break;
    case FaultKind::delay_responses:
    case FaultKind::delay_receipts:
      fault.delay = milliseconds(1000);
      break;
    case FaultKind::garbage:
      fault.octets = "HTTP/1.1 400 Bad Request\r\n\r\n";
      break;
    default:
      break;
  }
}

void set_usual_extent(Fault& fault) {
  if (fault.kind == FaultKind::refuse_binds) {
    fault.for_ = milliseconds(5000);
  } else if (fault.kind != FaultKind::ignore_enquire_links) {
    fault.n = 1;
  }
}

}  // namespace

void read_fault(Settings& settings, Fault& fault) {
  std::string what, hex;
  settings.text("what", what);
  const auto kind = what == "throttle" ? FaultKind::respond : fault_kind(what);
  if (!kind) settings.mistake("what", "no such fault: \"" + what + "\"");
  fault.kind = kind.value_or(FaultKind::respond);
  set_usual(fault);
  if (what == "throttle") fault.status = smpp::ESME_RTHROTTLED;
  const bool limited = settings.has("n") || settings.has("probability") || settings.has("for_ms");
  if (!limited) set_usual_extent(fault);
  settings.integer("n", fault.n, 1, kCountMax);
  settings.number("probability", fault.probability, 0, 1);
  settings.milliseconds("after_ms", fault.after);
  settings.milliseconds("for_ms", fault.for_);
  settings.integer("status", fault.status, 0, UINT32_MAX);
  settings.milliseconds("ms", fault.delay);
  settings.integer("part", fault.part, 1, 255);
  settings.text("to", fault.to, 64);
  if (settings.text("hex", hex, 4096)) {
    auto octets = from_hex(hex);
    if (!octets) settings.mistake("hex", "pairs of hexadecimal digits expected");
    fault.octets = std::move(octets).value_or("");
  }
}

tl::expected<Fault, std::string> parse_fault(std::string_view yaml) {
  Fault fault;
  const auto mistakes = read_settings(yaml, "fault", [&](Settings& root) { read_fault(root, fault); });
  if (!mistakes.empty()) return tl::unexpected(mistakes.front());
  return fault;
}

}  // namespace peyk::sim
