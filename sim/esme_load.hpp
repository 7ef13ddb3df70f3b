// An ESME that does nothing but submit: so many sessions, at a rate or as fast as a window allows, for a time
// or a number, and how long each answer took. No socket in here.
//
//   shell: opened / feed / closed / tick → EsmeLoad → output(i), finished(); at the end result()
//
// What must stay true: never more than `window` unanswered submits a session, never more than `rate` begun a
// second since the start; every request is counted once, as answered, lost or refused by its own codec.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/clock.hpp"
#include "sim/latencies.hpp"
#include "smpp/session.hpp"

namespace peyk::sim {

struct EsmeLoadPlan {
  std::string system_id = "peyk", password = "secret", system_type{};
  smpp::BindKind kind = smpp::BindKind::transceiver;
  std::uint32_t sessions = 1, window = 10;
  double rate = 0;          // submits a second over all sessions; 0: as fast as answers come
  std::uint64_t count = 0;  // submits; 0: as many as go into the time
  std::chrono::milliseconds duration{10'000};
  std::chrono::milliseconds drain{5'000};  // then, for answers and receipts still under way
  std::string from = "30001234";
  std::uint64_t first_phone = 989'120'000'000, phones = 1000;
  std::string text = "load {n}";  // {n} becomes the number of the text
  bool receipts = false;
};

struct EsmeLoadResult {
  std::uint64_t sent = 0, answered = 0, lost = 0, receipts = 0, delivered_sm = 0;
  std::uint64_t binds = 0, binds_refused = 0, links_lost = 0;
  std::map<std::uint32_t, std::uint64_t> statuses;
  Latencies response;
  double seconds = 0;  // from the first submit to the last answer
  double rate() const { return seconds > 0 ? static_cast<double>(answered) / seconds : 0; }
};

class EsmeLoad {
 public:
  EsmeLoad(EsmeLoadPlan plan, Time now);

  // Connection `i` of plan.sessions is up: it binds. A lost one may be opened again.
  void opened(std::size_t i, Time now);
  void feed(std::size_t i, std::string_view octets, Time now);
  void closed(std::size_t i, Time now);
  void tick(Time now);
  std::string& output(std::size_t i) { return links_[i].session->output(); }
  // The connection is to be closed once its output is written.
  bool ended(std::size_t i) const { return links_[i].ended; }

  bool finished() const { return finished_; }
  const EsmeLoadResult& result() const { return result_; }

 private:
  struct Link {
    std::unique_ptr<smpp::Session> session;
    bool up = false, ended = false;
  };

  void take_events(Link& link, Time now);
  void send_more(Time now);
  bool send_one(Link& link, Time now);
  bool done_sending(Time now) const;

  EsmeLoadPlan plan_;
  std::vector<Link> links_;
  std::size_t next_link_ = 0;
  std::map<std::uint64_t, Time> open_;  // by number of the text
  Time began_at_, first_at_{}, last_at_{};
  bool finished_ = false, said_goodbye_ = false;
  EsmeLoadResult result_;
};

}  // namespace peyk::sim
