// Prints what people say to each other and what was checked, so that a person can read along.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace peyk::sim {

class Conversation {
 public:
  explicit Conversation(std::FILE* out) : out_(out) {}

  void chapter(std::string_view title);
  void says(std::string_view who, std::string_view text);   // who → text
  void hears(std::string_view who, std::string_view text);  // indented ← text, all its lines
  // Counts it; prints ✓ or, with what was expected and what came, ✗. Returns `held`.
  bool check(bool held, std::string_view what, std::string_view expected = {}, std::string_view got = {});
  // "N checks, M failed".
  void summary();

  int failed() const { return failed_; }

 private:
  std::FILE* out_;
  int checks_ = 0, failed_ = 0;
};

}  // namespace peyk::sim
