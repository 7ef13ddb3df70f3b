#include "gateway/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <span>
#include <stdexcept>
#include <vector>

namespace peyk::gateway {

namespace {

enum class Kind { counter, gauge, histogram };

struct Row {
  std::string_view name;
  Kind kind;
  std::vector<std::string> labels;
  std::string_view help;
  std::vector<double> buckets;  // histograms
};

const std::vector<double> kSeconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                   0.25,   0.5,   1,      2.5,   5,    10,    30,   60};
// From a commit to a phone that may be switched off.
const std::vector<double> kLongSeconds{0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 1800, 7200, 28800, 86400};
const std::vector<double> kSizes{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};

const std::vector<Row>& rows() {
  static const std::vector<Row> table{
      {"peyk_build_info", Kind::gauge, {"version"}, "1, labelled with the version that runs", {}},
      {"peyk_inbound_requests_total",
       Kind::counter,
       {"channel", "outcome"},
       "Texts, USSD steps and purchases, by what became of them",
       {}},
      {"peyk_inbound_seconds",
       Kind::histogram,
       {"channel"},
       "From the request to its committed answer",
       kSeconds},
      {"peyk_inbound_incomplete_total",
       Kind::counter,
       {"carrier"},
       "Long texts from phones of which parts never came",
       {}},
      {"peyk_inbound_refused_total",
       Kind::counter,
       {"carrier", "for"},
       "Carriers' requests that were told to come again, as their link holds too much",
       {}},
      {"peyk_inbound_unknown_tlvs_total",
       Kind::counter,
       {"carrier"},
       "TLVs in carriers' requests that no standard knows",
       {}},
      {"peyk_outbound_submits_total",
       Kind::counter,
       {"carrier", "status"},
       "submit_sm sent, by command_status of the response",
       {}},
      {"peyk_outbound_effective_rate",
       Kind::gauge,
       {"carrier", "line"},
       "submit_sm a second that we allow ourselves now, of line and account together; 0: no limit",
       {}},
      {"peyk_outbound_throttled_total",
       Kind::counter,
       {"carrier", "line"},
       "submit_sm refused as too fast (0x58) or for a full queue (0x14)",
       {}},
      {"peyk_outbound_unknown_total",
       Kind::counter,
       {"carrier", "then"},
       "submit_sm that were sent and not answered, by what was done: sent_again, left",
       {}},
      {"peyk_outbound_seconds",
       Kind::histogram,
       {"lane"},
       "From the commit of a message to the carrier's response to its last part",
       kSeconds},
      {"peyk_outbound_granted_total",
       Kind::counter,
       {"line", "lane"},
       "Messages granted to this process",
       {}},
      {"peyk_outbound_granted_parts_total",
       Kind::counter,
       {"line", "lane"},
       "Parts of those, each with a slot to leave in",
       {}},
      {"peyk_outbound_overtakes_total",
       Kind::counter,
       {"line"},
       "Urgent messages that took over slots granted to other lanes",
       {}},
      {"peyk_outbound_retries_total",
       Kind::counter,
       {"line", "lane"},
       "Parts that the carrier did not take and that are sent again, or wait for another carrier",
       {}},
      {"peyk_outbound_late_total",
       Kind::counter,
       {"line"},
       "Slots that could not be used in time: the message waits for another",
       {}},
      {"peyk_outbound_settled_total",
       Kind::counter,
       {"line", "as"},
       "Messages that are out of the queue, by how: submitted, failed, expired, unknown",
       {}},
      {"peyk_delivery_seconds",
       Kind::histogram,
       {"lane"},
       "From the commit of a message, or the moment it was to be sent at, to the receipt that a part arrived",
       kLongSeconds},
      {"peyk_receipts_total",
       Kind::counter,
       {"carrier", "state"},
       "Delivery receipts, by the state they name",
       {}},
      {"peyk_receipts_unmatched_total",
       Kind::counter,
       {"carrier"},
       "Receipts whose message was not known when they came",
       {}},
      {"peyk_receipts_parked", Kind::gauge, {}, "Receipts that wait for their message", {}},
      {"peyk_receipt_conflicts_total",
       Kind::counter,
       {"carrier"},
       "Final receipts that contradict the final state a part has",
       {}},
      {"peyk_queue_depth", Kind::gauge, {"line", "lane"}, "Messages waiting to be sent", {}},
      {"peyk_queue_oldest_seconds", Kind::gauge, {"line", "lane"}, "Since when the oldest of them waits", {}},
      {"peyk_queue_leased",
       Kind::gauge,
       {"line"},
       "Messages granted to some process and not settled yet",
       {}},
      {"peyk_queue_delayed",
       Kind::gauge,
       {"line"},
       "Messages that wait for a moment near by: before a retry, or after Redis has forgotten them",
       {}},
      {"peyk_queue_scheduled", Kind::gauge, {"line"}, "Messages that wait for their moment", {}},
      {"peyk_queue_next_due_seconds",
       Kind::gauge,
       {"line"},
       "When the first of those is due, as seconds since 1970; 0: there is none",
       {}},
      {"peyk_link_up", Kind::gauge, {"carrier"}, "Bound sessions of a carrier", {}},
      {"peyk_link_state",
       Kind::gauge,
       {"carrier", "state"},
       "Sessions of a carrier in each state; any in refused wants somebody to look at the credentials",
       {}},
      {"peyk_link_reconnects_total",
       Kind::counter,
       {"carrier"},
       "Attempts to connect again, after the first of each connection",
       {}},
      {"peyk_link_bind_refusals_total",
       Kind::counter,
       {"carrier", "status"},
       "Binds of ours that the carrier refused, by command_status",
       {}},
      {"peyk_link_response_seconds",
       Kind::histogram,
       {"carrier", "session"},
       "From a submit to the carrier's response to it",
       kSeconds},
      {"peyk_link_attempts_in_vain",
       Kind::gauge,
       {"carrier"},
       "Attempts in a row to bind that have not become a session that stays, of the session that has had the "
       "most; five and more want somebody to look",
       {}},
      {"peyk_link_pdus_total", Kind::counter, {"carrier", "direction"}, "PDUs that came in and went out", {}},
      {"peyk_link_odd_pdus_total",
       Kind::counter,
       {"carrier", "session", "kind"},
       "PDUs of the carrier's that fit nothing: stray_response (to nothing we asked, or too late), "
       "unknown_command, broken_body, wrong_state",
       {}},
      {"peyk_link_timeouts_total",
       Kind::counter,
       {"carrier", "session"},
       "Requests of ours that were not answered within response_timeout",
       {}},
      {"peyk_expired_lots_total", Kind::counter, {}, "Lots of which something lapsed", {}},
      {"peyk_digests_total", Kind::counter, {}, "Texts to managers of what was odd the day before", {}},
      {"peyk_reminders_total", Kind::counter, {}, "Members told of credit that is about to lapse", {}},
      {"peyk_tiers_looked_at_total",
       Kind::counter,
       {},
       "Members whose tier's period was over, and looked at",
       {}},
      {"peyk_occasions_total",
       Kind::counter,
       {"occasion"},
       "Members to whom an offer gave something in the morning, by occasion: birthday, away, join, profile",
       {}},
      {"peyk_occasions_waiting",
       Kind::gauge,
       {"for"},
       "Clubs whose offers on away give nothing now, by what the line for advertising waits for",
       {}},
      {"peyk_lrfm_members_total",
       Kind::counter,
       {},
       "Members of whom the bounds of scores were reckoned",
       {}},
      {"peyk_lrfm_seconds",
       Kind::histogram,
       {},
       "A club's night, from the first page to the last",
       kLongSeconds},
      {"peyk_night_failures_total", Kind::counter, {}, "Pieces of clubs' nights that failed", {}},
      {"peyk_expired_amount_total",
       Kind::counter,
       {"club"},
       "Credit that lapsed, in the club's smallest unit",
       {}},
      {"peyk_expiry_set_seconds", Kind::histogram, {}, "One set of lots swept and committed", kSeconds},
      {"peyk_expiry_behind_seconds", Kind::gauge, {}, "Since when the next lot to be swept was due", {}},
      {"peyk_codes_freed_total", Kind::counter, {}, "Ends of codes whose numbers have rested", {}},
      {"peyk_members_erased_total", Kind::counter, {}, "Members who left and are forgotten", {}},
      {"peyk_clock_behind_seconds", Kind::gauge, {}, "The wall clock behind that of decisions", {}},
      {"peyk_store_held_up_seconds",
       Kind::gauge,
       {"thread"},
       "Work on the database that has been tried in vain",
       {}},
      {"peyk_webhook_attempts_total",
       Kind::counter,
       {"endpoint", "outcome"},
       "Attempts to tell a club's system of an event, by outcome: delivered, gone, slow_down, failed",
       {}},
      {"peyk_webhook_seconds", Kind::histogram, {"endpoint"}, "One such attempt", kSeconds},
      {"peyk_webhook_waiting",
       Kind::gauge,
       {"endpoint"},
       "Events that a club's system was not told of yet",
       {}},
      {"peyk_webhook_oldest_seconds", Kind::gauge, {"endpoint"}, "How old the oldest of them is", {}},
      {"peyk_webhook_given_up_total",
       Kind::counter,
       {"endpoint"},
       "Events that no attempt brought through: peykctl webhooks list --state failed",
       {}},
      {"peyk_webhook_disabled",
       Kind::gauge,
       {"endpoint"},
       "1: the endpoint is called no more, as it was gone or took nothing for three days",
       {}},
      {"peyk_store_batch_size", Kind::histogram, {}, "Requests decided in one transaction", kSizes},
      {"peyk_store_commit_seconds",
       Kind::histogram,
       {},
       "From the first statement of a batch to its commit",
       kSeconds},
      {"peyk_http_requests_total", Kind::counter, {"route", "status"}, "HTTP requests answered", {}},
      {"peyk_http_seconds", Kind::histogram, {"route"}, "From a whole HTTP request to its answer", kSeconds},
  };
  return table;
}

// All series of one metric. `Native` is prometheus-cpp's class, `Handle` ours.
template <typename Native, typename Handle>
struct Family {
  const Row* row;
  prometheus::Family<Native>* native;
  std::map<std::vector<std::string>, std::unique_ptr<Handle>> series;  // by label values in the row's order

  template <typename... Arguments>
  Handle& get(MetricLabels labels, Arguments&&... arguments) {
    std::vector<std::string> values = in_order(labels);
    auto found = series.find(values);
    if (found == series.end() && series.size() >= kMetricSeriesMax) {
      values.assign(values.size(), "other");
      found = series.find(values);
    }
    if (found != series.end()) return *found->second;
    prometheus::Labels native_labels;
    for (std::size_t i = 0; i < values.size(); ++i) native_labels.emplace(row->labels[i], values[i]);
    Native& added = native->Add(native_labels, std::forward<Arguments>(arguments)...);
    return *series.emplace(std::move(values), std::make_unique<Handle>(added)).first->second;
  }

 private:
  std::vector<std::string> in_order(MetricLabels labels) const {
    std::vector<std::string> values;
    for (const std::string& name : row->labels) {
      const auto* given = std::ranges::find(labels, std::string_view(name), &MetricLabels::value_type::first);
      if (given != labels.end()) values.emplace_back(given->second);
    }
    if (values.size() != labels.size() || values.size() != row->labels.size()) {
      throw std::logic_error("metric " + std::string(row->name) + ": wrong labels");
    }
    return values;
  }
};

template <typename Families>
auto& family(Families& families, std::string_view name) {
  const auto found = families.find(name);
  if (found == families.end()) throw std::logic_error("no metric of this kind: " + std::string(name));
  return found->second;
}

}  // namespace

struct Metrics::Impl {
  prometheus::Registry registry;
  std::mutex mutex;  // the maps; not the counting
  std::map<std::string_view, Family<prometheus::Counter, Counter>> counters;
  std::map<std::string_view, Family<prometheus::Gauge, Gauge>> gauges;
  std::map<std::string_view, Family<prometheus::Histogram, Histogram>> histograms;

  template <typename Builder>
  auto* native(Builder builder, const Row& row) {
    return &builder.Name(std::string(row.name)).Help(std::string(row.help)).Register(registry);
  }
};

void Counter::add(double amount) noexcept {
  counter_.Increment(amount);
}
double Counter::value() const {
  return counter_.Value();
}
void Gauge::set(double value) noexcept {
  gauge_.Set(value);
}
void Gauge::add(double amount) noexcept {
  gauge_.Increment(amount);
}
double Gauge::value() const {
  return gauge_.Value();
}
void Histogram::observe(double value) {
  histogram_.Observe(value);
}
void Histogram::observe(std::chrono::nanoseconds took) {
  histogram_.Observe(std::chrono::duration<double>(took).count());
}

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {
  for (const Row& row : rows()) {
    switch (row.kind) {
      case Kind::counter:
        impl_->counters.emplace(row.name, Family<prometheus::Counter, Counter>{
                                              &row, impl_->native(prometheus::BuildCounter(), row), {}});
        break;
      case Kind::gauge:
        impl_->gauges.emplace(row.name, Family<prometheus::Gauge, Gauge>{
                                            &row, impl_->native(prometheus::BuildGauge(), row), {}});
        break;
      case Kind::histogram:
        impl_->histograms.emplace(row.name, Family<prometheus::Histogram, Histogram>{
                                                &row, impl_->native(prometheus::BuildHistogram(), row), {}});
        break;
    }
  }
  gauge("peyk_build_info", {{"version", PEYK_VERSION}}).set(1);
}

Metrics::~Metrics() = default;

Counter& Metrics::counter(std::string_view name, MetricLabels labels) {
  const std::lock_guard lock(impl_->mutex);
  return family(impl_->counters, name).get(labels);
}

Gauge& Metrics::gauge(std::string_view name, MetricLabels labels) {
  const std::lock_guard lock(impl_->mutex);
  return family(impl_->gauges, name).get(labels);
}

Histogram& Metrics::histogram(std::string_view name, MetricLabels labels) {
  const std::lock_guard lock(impl_->mutex);
  auto& found = family(impl_->histograms, name);
  return found.get(labels, found.row->buckets);
}

std::string Metrics::expose() const {
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace peyk::gateway
