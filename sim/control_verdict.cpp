// The word verdict: did the ESME keep to the grammar and its contract (contract.hpp)?
#include <nlohmann/json.hpp>

#include "sim/control.hpp"

namespace peyk::sim {

void Control::verdict(const Ask& ask) {
  const ContractCheck& check = carrier_.contract();
  nlohmann::json violations = nlohmann::json::array();
  for (std::size_t i = 0; i < kRules; ++i) {
    const Rule rule{static_cast<std::uint8_t>(i)};
    if (check.count(rule) == 0) continue;
    nlohmann::json examples = nlohmann::json::array();
    for (const Violation& one : check.examples()) {
      if (one.rule != rule) continue;
      examples.push_back({{"at_us", one.at_us},
                          {"link", one.link},
                          {"sequence_number", one.sequence_number},
                          {"what", one.what}});
    }
    violations.push_back(
        {{"rule", words(rule)}, {"count", check.count(rule)}, {"first", std::move(examples)}});
  }
  reply(ask.client, ask.id, {{"ok", check.total() == 0}, {"violations", std::move(violations)}});
}

}  // namespace peyk::sim
