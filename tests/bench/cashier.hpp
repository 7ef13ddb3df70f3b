// A cashier who asks whether a code is good and waits for her answer, again and again, over the whole road:
// deliver_sm, decision, commit, urgent lane, submit_sm. Asking changes nothing, so it can be asked for ever.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/kit/stack.hpp"

namespace peyk::bench {

// How long the answers took.
struct Waits {
  double p50_ms = 0, p99_ms = 0;
};

class Cashier {
 public:
  // Of an empty stack: somebody buys, so that there is a code to ask about.
  explicit Cashier(tests::Stack& stack) : stack_(stack) {
    stack.buy("989121234567", 1'000'000, "A-1", "bench-1");
    code_ = stack.query("SELECT LPAD(number, 7, 0) FROM code LIMIT 1").substr(0, 7);
  }

  // One question after the other; `between`, if given, passes the time after each. std::runtime_error where
  // an answer does not come.
  Waits ask(int questions, const std::function<void(int question)>& between = {}) {
    std::vector<double> took;
    for (int i = 0; i < questions; ++i) {
      const std::uint64_t last = stack_.carrier().last_text_number();
      const auto began = std::chrono::steady_clock::now();
      stack_.carrier().mo(kPhone, tests::Stack::line(), code_);
      if (stack_.carrier().inbox(kPhone, last, std::chrono::seconds{20}).empty())
        throw std::runtime_error("no answer to the cashier\n" + stack_.gateway_log());
      took.push_back(
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
      if (between) between(i);
    }
    std::ranges::sort(took);
    return {took[took.size() / 2], took[took.size() * 99 / 100]};
  }

 private:
  static constexpr const char* kPhone = "989121112233";

  tests::Stack& stack_;
  std::string code_;
};

}  // namespace peyk::bench
