// Responses that wait: late ones until their time, held ones until they are released or their time has come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
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
  bool wait(Answer answer, Time until) { return add(std::move(answer), until, false); }
  // The same for one that release() gives too. `until`: Time::max() for as long as nobody does.
  bool hold(Answer answer, Time until) { return add(std::move(answer), until, true); }

  // The held ones are due now, in the order in which they would have been.
  void release(Time now) {
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      const auto next = std::next(it);
      if (it->second.held && it->first > now) {
        auto held = waiting_.extract(it);
        held.key() = now;
        waiting_.insert(std::move(held));
      }
      it = next;
    }
  }

  // The next one that is due.
  std::optional<Answer> take(Time now) {
    if (waiting_.empty() || waiting_.begin()->first > now) return std::nullopt;
    Answer answer = std::move(waiting_.begin()->second.answer);
    waiting_.erase(waiting_.begin());
    return answer;
  }

  std::size_t count() const { return waiting_.size(); }

 private:
  struct Waiting {
    Answer answer;
    bool held = false;
  };

  bool add(Answer answer, Time until, bool held) {
    if (waiting_.size() >= waiting_max_) return false;
    waiting_.emplace(until, Waiting{std::move(answer), held});
    return true;
  }

  std::size_t waiting_max_;
  std::multimap<Time, Waiting> waiting_;
};

}  // namespace peyk::sim
