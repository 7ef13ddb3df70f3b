// What ESMEs have submitted, for as long as the carrier remembers it, found by number. The oldest go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <deque>

#include "sim/clock.hpp"
#include "sim/profile.hpp"
#include "smpp/pdu.hpp"

namespace peyk::sim {

struct Submission {
  std::uint64_t number = 0;  // 0: none
  std::uint64_t id = 0;      // the number that its message_id shows: submit_multi has one for all of its own
  std::size_t account = 0;
  smpp::SubmitSm submit_sm;  // data_sm and submit_multi are turned into it
  smpp::ReceiptState state = smpp::ReceiptState::enroute;
  std::uint16_t error = 0;
  std::time_t submitted_at = 0, ended_at = 0;
  Time due_at{}, expires_at{};
  bool told_intermediate = false;

  bool ended() const { return smpp::is_final(state); }
};

class Submissions {
 public:
  Submissions(std::size_t kept_max, std::uint64_t first_number)
      : kept_max_(kept_max), first_number_(first_number) {}

  // Lives until `kept_max` later ones are there.
  Submission& add() {
    if (kept_.size() >= kept_max_) {
      kept_.pop_front();
      ++first_number_;
    }
    Submission& added = kept_.emplace_back();
    added.number = added.id = next_number() - 1;
    return added;
  }

  Submission* find(std::uint64_t number) {
    return number < first_number_ || number >= next_number() ? nullptr : &kept_[number - first_number_];
  }

  // Every submission that is kept, oldest first.
  std::deque<Submission>& all() { return kept_; }

  std::uint64_t next_number() const { return first_number_ + kept_.size(); }

  // A carrier that uses its ids again shows 1 to `reused_after`; 0: it never does.
  static std::uint64_t shown(std::uint64_t number, std::uint64_t reused_after) {
    return reused_after == 0 ? number : number % reused_after + 1;
  }

  // The newest number that is shown so; 0: none.
  std::uint64_t newest(std::uint64_t shown_number, std::uint64_t reused_after) const {
    if (reused_after == 0) return shown_number;
    if (shown_number == 0 || shown_number > reused_after) return 0;
    const std::uint64_t last = next_number() - 1;
    const std::uint64_t back = (last % reused_after + reused_after - (shown_number - 1)) % reused_after;
    return back > last ? 0 : last - back;
  }

 private:
  std::size_t kept_max_;
  std::uint64_t first_number_;
  std::deque<Submission> kept_;
};

}  // namespace peyk::sim
