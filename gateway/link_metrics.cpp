#include "gateway/link_metrics.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace peyk::gateway {
namespace {

void follow(Counter& counter, std::uint64_t total) {
  counter.add(static_cast<double>(total) - counter.value());
}

}  // namespace

Histogram& response_seconds(Metrics& metrics, const CarrierLink& link) {
  const std::string session = std::to_string(link.index());
  return metrics.histogram("peyk_link_response_seconds",
                           {{"carrier", link.options().name}, {"session", session}});
}

void show_state(Metrics& metrics, const Carrier& carrier) {
  const std::string& name = carrier.options().name;
  metrics.gauge("peyk_link_up", {{"carrier", name}}).set(carrier.bound());
  for (std::size_t state = 0; state < kLinkStates; ++state) {
    const auto one = static_cast<LinkState>(state);
    metrics.gauge("peyk_link_state", {{"carrier", name}, {"state", words(one)}}).set(carrier.count(one));
  }
}

void show_counts(Metrics& metrics, Carrier& carrier) {
  const std::string& name = carrier.options().name;
  std::uint32_t in_vain = 0;
  smpp::SessionCounts all;
  for (const auto& link : carrier.links()) {
    const smpp::SessionCounts counts = link->counts();
    const std::string session = std::to_string(link->index());
    const std::pair<std::string_view, std::uint64_t> odd[] = {{"stray_response", counts.stray_responses},
                                                              {"unknown_command", counts.unknown_commands},
                                                              {"broken_body", counts.broken_bodies},
                                                              {"wrong_state", counts.wrong_state}};
    for (const auto& [kind, total] : odd) {
      if (total == 0) continue;  // a series only for what there is
      follow(metrics.counter("peyk_link_odd_pdus_total",
                             {{"carrier", name}, {"session", session}, {"kind", kind}}),
             total);
    }
    follow(metrics.counter("peyk_link_timeouts_total", {{"carrier", name}, {"session", session}}),
           counts.timeouts);
    all += counts;
    in_vain = std::max(in_vain, link->attempts_in_vain());
  }
  follow(metrics.counter("peyk_link_pdus_total", {{"carrier", name}, {"direction", "in"}}), all.pdus_in);
  follow(metrics.counter("peyk_link_pdus_total", {{"carrier", name}, {"direction", "out"}}), all.pdus_out);
  metrics.gauge("peyk_link_attempts_in_vain", {{"carrier", name}}).set(in_vain);
}

}  // namespace peyk::gateway
