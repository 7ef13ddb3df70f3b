// What peykd counts, for GET /metrics (Prometheus text format).
//
// Every metric is a row of the table in metrics.cpp: name, kind, label names, help, buckets. To add one, add
// a row. A handle (Counter&, …) is looked up once and kept: it lives as long as the Metrics, and using it is
// an atomic addition from any thread. Names end with their unit; durations are seconds.
#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace peyk::gateway {

class Counter {
 public:
  explicit Counter(prometheus::Counter& counter) : counter_(counter) {}
  void add(double amount = 1) noexcept;
  double value() const;

 private:
  prometheus::Counter& counter_;
};

class Gauge {
 public:
  explicit Gauge(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void set(double value) noexcept;
  void add(double amount) noexcept;
  double value() const;

 private:
  prometheus::Gauge& gauge_;
};

class Histogram {
 public:
  explicit Histogram(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void observe(double value);
  void observe(std::chrono::nanoseconds took);  // in seconds, as Prometheus wants them

 private:
  prometheus::Histogram& histogram_;
};

using MetricLabels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Any thread. The labels must be those of the metric's row, in any order; an unknown name, another kind or
  // other labels are a mistake of ours: std::logic_error. A metric with more than kMetricSeriesMax label
  // values counts the rest under "other": a label that comes from outside cannot fill the memory.
  Counter& counter(std::string_view name, MetricLabels labels = {});
  Gauge& gauge(std::string_view name, MetricLabels labels = {});
  Histogram& histogram(std::string_view name, MetricLabels labels = {});

  // Everything in Prometheus text format 0.0.4.
  std::string expose() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

inline constexpr std::size_t kMetricSeriesMax = 1000;

}  // namespace peyk::gateway
