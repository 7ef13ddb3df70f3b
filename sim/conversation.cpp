#include "sim/conversation.hpp"

#include <fmt/format.h>

namespace peyk::sim {

void Conversation::chapter(std::string_view title) {
  fmt::print(out_, "\n{}\n", title);
  std::fflush(out_);
}

void Conversation::says(std::string_view who, std::string_view text) {
  fmt::print(out_, "  {} → {}\n", who, text);
  std::fflush(out_);
}

void Conversation::hears(std::string_view who, std::string_view text) {
  fmt::print(out_, "      {} ←", who);
  while (true) {
    const std::size_t end = text.find('\n');
    fmt::print(out_, " {}\n", text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
    fmt::print(out_, "        ");
  }
  std::fflush(out_);
}

bool Conversation::check(bool held, std::string_view what, std::string_view expected, std::string_view got) {
  ++checks_;
  if (!held) ++failed_;
  fmt::print(out_, "  {} {}\n", held ? "✓" : "✗", what);
  if (!held) fmt::print(out_, "      expected: {}\n      got:      {}\n", expected, got);
  std::fflush(out_);
  return held;
}

void Conversation::summary() {
  fmt::print(out_, "\n{} checks, {} failed\n", checks_, failed_);
  std::fflush(out_);
}

}  // namespace peyk::sim
