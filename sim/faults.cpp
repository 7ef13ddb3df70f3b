#include "sim/faults.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace peyk::sim {
namespace {

constexpr std::array<std::pair<std::string_view, FaultKind>, 21> kFaultWords{{
    {"respond", FaultKind::respond},
    {"nack", FaultKind::nack},
    {"lose_responses", FaultKind::lose_responses},
    {"hold_responses", FaultKind::hold_responses},
    {"delay_responses", FaultKind::delay_responses},
    {"duplicate_responses", FaultKind::duplicate_responses},
    {"wrong_sequence", FaultKind::wrong_sequence},
    {"lose_receipts", FaultKind::lose_receipts},
    {"delay_receipts", FaultKind::delay_receipts},
    {"duplicate_receipts", FaultKind::duplicate_receipts},
    {"early_receipts", FaultKind::early_receipts},
    {"wrong_receipt_ids", FaultKind::wrong_receipt_ids},
    {"redeliver", FaultKind::redeliver},
    {"close_links", FaultKind::close_links},
    {"unbind", FaultKind::unbind},
    {"half_open", FaultKind::half_open},
    {"slow_reading", FaultKind::slow_reading},
    {"garbage", FaultKind::garbage},
    {"ignore_enquire_links", FaultKind::ignore_enquire_links},
    {"refuse_binds", FaultKind::refuse_binds},
    {"close_after_bind", FaultKind::close_after_bind},
}};

bool concerns(const Fault& fault, const Faults::Target& target) {
  return (fault.part == 0 || fault.part == target.part) && (fault.to.empty() || fault.to == target.to);
}

}  // namespace

std::string_view words(FaultKind kind) {
  return std::ranges::find(kFaultWords, kind, [](const auto& row) { return row.second; })->first;
}

std::optional<FaultKind> fault_kind(std::string_view word) {
  const auto row = std::ranges::find(kFaultWords, word, [](const auto& one) { return one.first; });
  if (row == kFaultWords.end()) return std::nullopt;
  return row->second;
}

bool Faults::add(Fault fault, Time now) {
  std::erase_if(active_, [now](const Active& active) { return active.until <= now; });
  if (active_.size() >= kFaultsMax) return false;
  const Time from = now + fault.after;
  const Time until = fault.for_.count() > 0 ? from + fault.for_ : Time::max();
  active_.push_back({std::move(fault), from, until, 0});
  return true;
}

void Faults::remove(FaultKind kind) {
  std::erase_if(active_, [kind](const Active& active) { return active.fault.kind == kind; });
}

std::optional<Fault> Faults::strikes(FaultKind kind, const Target& target, Time now) {
  for (auto it = active_.begin(); it != active_.end(); ++it) {
    if (it->fault.kind != kind || now < it->from || now >= it->until) continue;
    if (!concerns(it->fault, target) || !chance_.happens(it->fault.probability)) continue;
    ++struck_total_;
    Fault fault = it->fault;
    if (it->until != Time::max()) fault.for_ = std::chrono::ceil<std::chrono::milliseconds>(it->until - now);
    if (++it->struck == it->fault.n) active_.erase(it);
    return fault;
  }
  return std::nullopt;
}

bool Faults::is_on(FaultKind kind, Time now) const {
  return std::ranges::any_of(active_, [&](const Active& active) {
    return active.fault.kind == kind && now >= active.from && now < active.until;
  });
}

}  // namespace peyk::sim
