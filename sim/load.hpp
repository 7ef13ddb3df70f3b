// A crowd of phones: so many MO texts from so many phones, so many open at once, and how long each took.
//
// A text is open from send_text until its deliver_sm_resp and, if a reply is expected, until the phone has
// received a text. A phone has one text open at a time, so a reply needs no other mark than its phone.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/carrier.hpp"
#include "sim/clock.hpp"

namespace peyk::sim {

struct LoadPlan {
  struct Item {
    std::string phone, text;
  };
  std::vector<Item> items;  // sent in this order; the next one waits while its phone is busy
  std::string to;           // the line
  std::uint32_t open_max = 100;
  double rate_max = 0;  // texts started a second; 0: as fast as answers come
  bool expect_reply = true;
  std::chrono::milliseconds timeout{60'000};  // a text open for longer has failed
};

struct Percentiles {
  std::int64_t p50_us = 0, p90_us = 0, p99_us = 0, p99_9_us = 0, max_us = 0;
};
Percentiles percentiles(std::vector<std::int64_t> values_us);

struct LoadResult {
  std::uint64_t sent = 0, answered = 0, replied = 0, failed = 0;
  double seconds = 0;
  double rate = 0;  // whole texts a second: replied if a reply is expected, else answered
  Percentiles answer, reply;
  std::map<std::uint32_t, std::uint64_t> statuses;
};

class Load {
 public:
  // `done` is called once, from tick().
  Load(Carrier& carrier, LoadPlan plan, std::function<void(const LoadResult&)> done);

  void start(Time now);
  void text_arrived(const std::string& phone, Time now);
  void tick(Time now);
  bool finished() const { return finished_; }

 private:
  struct Open {
    Time started_at{};
    std::uint64_t number = 0;
    bool answered = false, replied = false;
  };

  void send_more(Time now);
  void answered(const std::string& phone, std::uint64_t number, std::uint32_t status, Time now);
  void close_if_whole(std::unordered_map<std::string, Open>::iterator open, Time now);
  void fail_the_late(Time now);
  void finish(Time now);

  Carrier& carrier_;
  LoadPlan plan_;
  std::function<void(const LoadResult&)> done_;
  std::unordered_map<std::string, Open> open_;
  std::vector<std::int64_t> answer_us_, reply_us_;
  LoadResult result_;
  Time started_at_{}, ended_at_{}, next_check_{};
  bool sending_ = false, finished_ = false;
  std::shared_ptr<const bool> alive_ =
      std::make_shared<const bool>(true);  // answers may outlive a load that gave up
};

}  // namespace peyk::sim
