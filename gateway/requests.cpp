#include "gateway/requests.hpp"

namespace peyk::gateway {
namespace {

std::string_view words(store::Result::Verdict verdict) {
  using Verdict = store::Result::Verdict;
  switch (verdict) {
    case Verdict::done:
      return "done";
    case Verdict::repeated:
      return "repeated";
    case Verdict::different_content:
      return "different_content";
    case Verdict::busy:
      return "busy";
    case Verdict::failed:
      return "failed";
  }
  return "failed";
}

}  // namespace

Requests::Requests(store::RequestWorkers& workers, const Limits& limits, Metrics& metrics,
                   PushTexts push_texts)
    : workers_(workers), limits_(limits), metrics_(metrics), push_texts_(std::move(push_texts)) {}

bool Requests::submit(const char* channel, std::uint64_t neighbourhood, handlers::Request request,
                      store::Done done) {
  if (in_flight_ >= limits_.inbound_in_flight_max) {
    metrics_.counter("peyk_inbound_requests_total", {{"channel", channel}, {"outcome", "busy"}}).add();
    return false;
  }
  const auto began = std::chrono::steady_clock::now();
  const bool taken =
      workers_.submit(neighbourhood, std::move(request),
                      [this, channel, began, done = std::move(done)](store::Result result) {
                        --in_flight_;
                        metrics_
                            .counter("peyk_inbound_requests_total",
                                     {{"channel", channel}, {"outcome", words(result.verdict)}})
                            .add();
                        metrics_.histogram("peyk_inbound_seconds", {{"channel", channel}})
                            .observe(std::chrono::steady_clock::now() - began);
                        push_texts_(std::move(result.texts));
                        done(std::move(result));
                      });
  if (taken) ++in_flight_;
  return taken;
}

}  // namespace peyk::gateway
