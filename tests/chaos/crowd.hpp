// Members who join by text and buy at a till, many at once, for as long as a test breaks things around them;
// and what must be true of each of them afterwards.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "tests/kit/stack.hpp"

namespace peyk::tests {

inline std::string phone(int n) {
  return std::to_string(989120000000 + n);
}

inline long count(Stack& stack, const std::string& sql) {
  return std::stol(stack.query(sql));
}

// Everything that was acknowledged is there, once; every member was answered.
inline void expect_whole(Stack& stack, const std::set<int>& joined, const std::set<int>& bought) {
  for (int n : joined) {
    EXPECT_EQ(count(stack, "SELECT COUNT(*) FROM member WHERE phone = " + phone(n)), 1) << phone(n);
    EXPECT_FALSE(stack.carrier().inbox(phone(n), 0, std::chrono::seconds{60}).empty())
        << "no reply to " << phone(n);
  }
  for (int n : bought) {
    EXPECT_EQ(
        count(stack, "SELECT COUNT(*) FROM lot JOIN member USING (member_id) WHERE phone = " + phone(n)), 1)
        << phone(n);
  }
  EXPECT_EQ(count(stack, "SELECT COUNT(*) FROM lot"),
            count(stack, "SELECT COUNT(*) FROM purchase WHERE earned > 0"));
  EXPECT_EQ(stack.ledger_problems(), "");
}

class Crowd {
 public:
  // `members` threads; each member joins, then her purchase is sent to one gateway after the other until one
  // answers.
  explicit Crowd(Stack& stack, std::size_t gateways = 1, int members = 4)
      : stack_(stack), gateways_(gateways) {
    for (int t = 0; t < members; ++t) people_.emplace_back([this, t] { run(t * 10'000); });
  }
  ~Crowd() { stop(); }

  std::size_t joined() const {
    std::lock_guard lock(mutex_);
    return joined_.size();
  }
  // Until so many more have joined. False: not within two minutes.
  bool await_more(std::size_t more) const {
    const std::size_t wanted = joined() + more;
    return eventually(std::chrono::seconds{120}, [&] { return joined() >= wanted; });
  }
  void stop() {
    ending_ = true;
    for (std::thread& person : people_) {
      if (person.joinable()) person.join();
    }
  }
  // After stop().
  void expect_all_whole() {
    EXPECT_EQ(joined_.size(), bought_.size());
    expect_whole(stack_, joined_, bought_);
  }

 private:
  void run(int first) {
    sim::ControlClient own = stack_.new_carrier_client();
    for (int n = first; !ending_; ++n) {
      if (!own.mo(phone(n), Stack::line(), "JOIN").ok) continue;
      {
        std::lock_guard lock(mutex_);
        joined_.insert(n);
      }
      buy(n);
    }
  }

  // A till keeps asking until it has an answer, under the same webhook-id.
  void buy(int n) {
    constexpr int kAttempts = 900;  // a minute and a half at least: a slow machine starts its gateways slowly
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      try {
        const auto gateway = static_cast<std::size_t>(n + attempt) % gateways_;
        const sim::HttpAnswer answer =
            stack_.buy(phone(n), 850'000, "I-" + std::to_string(n), "msg_" + std::to_string(n), gateway);
        if (answer.status == 200) {
          std::lock_guard lock(mutex_);
          bought_.insert(n);
          return;
        }
      } catch (const std::system_error&) {
        // Nobody listens there now.
      }
      eventually(std::chrono::milliseconds{100}, [] { return false; });
    }
  }

  Stack& stack_;
  const std::size_t gateways_;
  std::atomic<bool> ending_{false};
  mutable std::mutex mutex_;
  std::set<int> joined_, bought_;
  std::vector<std::thread> people_;
};

}  // namespace peyk::tests
