// Responses that wait: late ones until their time, held ones until they are released.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "sim/clock.hpp"
#include "sim/link.hpp"
#include "smpp/pdu.hpp"

namespace peyk::sim {

struct Answer {
  LinkId link = 0;
  std::uint32_t sequence_number = 0;
  smpp::CommandId request = smpp::CommandId::submit_sm;  // generic_nack: the answer is one
  std::uint32_t status = 0;
  smpp::Body body{};
};

class Answers {
 public:
  explicit Answers(std::size_t waiting_max) : waiting_max_(waiting_max) {}

  // False: so many wait that this one is to be given at once.
  bool wait(Answer answer, Time until) {
    if (waiting_.size() >= waiting_max_) return false;
    waiting_.emplace(until, std::move(answer));
    return true;
  }
  bool hold(Answer answer) { return wait(std::move(answer), Time::max()); }

  // Those without a time of their own are due now.
  void release(Time now) {
    auto held = waiting_.extract(Time::max());
    for (; !held.empty(); held = waiting_.extract(Time::max())) {
      held.key() = now;
      waiting_.insert(std::move(held));
    }
  }

  // The next one that is due.
  std::optional<Answer> take(Time now) {
    if (waiting_.empty() || waiting_.begin()->first > now) return std::nullopt;
    Answer answer = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    return answer;
  }

  std::size_t count() const { return waiting_.size(); }

 private:
  std::size_t waiting_max_;
  std::multimap<Time, Answer> waiting_;
};

}  // namespace peyk::sim
