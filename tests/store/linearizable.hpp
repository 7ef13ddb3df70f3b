// Whether what many saw of one account at once could have been seen one after the other (invariant I35): a
// search for an order of their operations that keeps to real time and explains every answer (Wing and Gong,
// "Testing and verifying concurrent objects", 1993; what was tried before is remembered, as Lowe does).
#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace peyk::tests {

struct Seen {
  enum class What : std::uint8_t { look, take, give_back } what = What::look;
  std::uint64_t began = 0, ended = 0;  // in the order of all beginnings and ends
  std::int64_t amount = 0;             // asked to take at most; given back
  std::int64_t left = 0;               // on the account, as the answer says it
  std::int64_t taken = 0;
};

inline constexpr std::size_t kSeenMax = 512;  // of one account

class Linearizable {
 public:
  Linearizable(std::vector<Seen> seen, std::int64_t left) : seen_(std::move(seen)), begins_with_(left) {}

  // False: no order explains them.
  bool holds() {
    if (seen_.size() > kSeenMax) return false;
    return goes_on({}, begins_with_);
  }

 private:
  using Done = std::bitset<kSeenMax>;

  // What is left after it if its answer can be given now; -1: it cannot.
  static std::int64_t after(const Seen& one, std::int64_t left) {
    std::int64_t next = left;
    if (one.what == Seen::What::take) {
      if (one.taken != std::min(one.amount, left)) return -1;
      next = left - one.taken;
    } else if (one.what == Seen::What::give_back) {
      next = left + one.amount;
    }
    return next == one.left ? next : -1;
  }

  bool goes_on(const Done& done, std::int64_t left) {
    if (done.count() == seen_.size()) return true;
    if (!tried_.emplace(left, done.to_string()).second) return false;
    std::uint64_t first_end = UINT64_MAX;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (!done[i]) first_end = std::min(first_end, seen_[i].ended);
    }
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (done[i] || seen_[i].began > first_end) continue;
      const std::int64_t next = after(seen_[i], left);
      if (next < 0) continue;
      Done with = done;
      with.set(i);
      if (goes_on(with, next)) return true;
    }
    return false;
  }

  std::vector<Seen> seen_;
  std::int64_t begins_with_;
  std::set<std::pair<std::int64_t, std::string>> tried_;
};

}  // namespace peyk::tests
