// GCC 12 destroys a capturing lambda twice when it stands in one full expression with co_await or co_spawn: a
// double free, found days later. The rule (name the coroutine, start it in a statement of its own) is kept by
// this reader.
//
// It reads code, not C++. A statement ends at a ; outside its brackets, or at the { of a block. A { inside
// brackets or after co_await (a lambda's body, an initialiser) leaves the statement around it open, and what
// stands between the braces is statements of their own.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tests/kit/sources.hpp"

namespace peyk::tests::house_coroutines_test {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}
bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

class StatementReader {
 public:
  explicit StatementReader(std::string_view code) : code_(code) {}

  // Where in the code a statement has both.
  std::vector<std::size_t> offending_places() {
    statements_.emplace_back();
    while (at_ < code_.size()) step();
    end_statement();
    return std::move(places_);
  }

 private:
  struct Statement {
    std::string_view first_word{};
    bool captures = false, coroutine = false;
    bool lambda_without_body = false;  // its { is still to come
    std::size_t place = 0;
    std::string open_brackets{};
  };

  void step() {
    const char c = code_[at_];
    if (is_word(c)) return word();
    auto& statement = statements_.back();
    if (c == '[') look_for_lambda();
    if (c == '(' || c == '[') statement.open_brackets.push_back(c);
    if ((c == ')' || c == ']') && !statement.open_brackets.empty()) statement.open_brackets.pop_back();
    if (c == '{') open_brace();
    if (c == '}') close_brace();
    if (c == ';' && statements_.back().open_brackets.empty()) end_statement();
    ++at_;
  }

  void word() {
    const auto begin = at_;
    while (at_ < code_.size() && is_word(code_[at_])) ++at_;
    const auto word = code_.substr(begin, at_ - begin);
    auto& statement = statements_.back();
    if (statement.first_word.empty()) statement.first_word = word;
    if (word != "co_await" && word != "co_spawn") return;
    statement.coroutine = true;
    statement.place = begin;
  }

  void open_brace() {
    auto& around = statements_.back();
    if (!is_in_expression(around)) {
      end_statement();
      statements_.emplace_back();
    } else if (around.lambda_without_body) {
      around.lambda_without_body = false;
      statements_.emplace_back();
    } else {
      around.open_brackets.push_back('{');
    }
  }

  static bool is_in_expression(const Statement& statement) {
    if (!statement.open_brackets.empty()) return true;
    constexpr std::array kBlocks = {"if", "else", "for", "while", "switch"};
    for (const std::string_view keyword : kBlocks) {
      if (statement.first_word == keyword) return false;
    }
    return statement.coroutine;
  }

  void close_brace() {
    auto& brackets = statements_.back().open_brackets;
    if (brackets.ends_with('{')) return brackets.pop_back();
    end_statement();
    if (statements_.size() > 1) statements_.pop_back();
  }

  void end_statement() {
    auto& statement = statements_.back();
    if (statement.captures && statement.coroutine) places_.push_back(statement.place);
    statement = {};
  }

  // [x], [&] or [] before a parameter list, a body or template parameters; not a subscript or an attribute.
  void look_for_lambda() {
    const auto close = code_.find(']', at_);
    if (close == std::string_view::npos || code_.substr(at_ + 1, 1) == "[" || follows_a_value()) return;
    auto next = close + 1;
    while (next < code_.size() && is_space(code_[next])) ++next;
    const auto rest = code_.substr(next);
    constexpr std::array kAfterCaptures = {"(", "{", "<", "->", "mutable", "noexcept"};
    for (const std::string_view start : kAfterCaptures) {
      if (!rest.starts_with(start)) continue;
      statements_.back().lambda_without_body = true;
      if (!all_space(code_.substr(at_ + 1, close - at_ - 1))) statements_.back().captures = true;
    }
  }

  static bool all_space(std::string_view text) {
    for (const char c : text) {
      if (!is_space(c)) return false;
    }
    return true;
  }

  bool follows_a_value() const {
    auto end = at_;
    while (end > 0 && is_space(code_[end - 1])) --end;
    if (end == 0) return false;
    if (code_[end - 1] == ')' || code_[end - 1] == ']' || code_[end - 1] == '[') return true;
    auto begin = end;
    while (begin > 0 && is_word(code_[begin - 1])) --begin;
    const auto word = code_.substr(begin, end - begin);
    constexpr std::array kNoValues = {"return", "co_return", "co_await", "co_yield"};
    for (const std::string_view keyword : kNoValues) {
      if (word == keyword) return false;
    }
    return !word.empty();
  }

  std::string_view code_;
  std::size_t at_ = 0;
  std::vector<Statement> statements_;  // the innermost is the last
  std::vector<std::size_t> places_;
};

std::vector<std::size_t> offending_lines(std::string_view text) {
  const std::string code = only_code(text);
  std::vector<std::size_t> lines;
  for (const auto place : StatementReader(code).offending_places()) lines.push_back(line_of(code, place));
  return lines;
}

TEST(HouseCoroutines, no_capturing_lambda_stands_in_one_expression_with_co_await_or_co_spawn) {
  for (const auto& file : project_sources()) {
    for (const auto line : offending_lines(file.text))
      ADD_FAILURE()
          << file.path << ":" << line
          << ": a capturing lambda in one expression with co_await or co_spawn; name the coroutine, pass by "
             "value, start it in a second statement";
  }
}

struct Example {
  std::string code;
  bool allowed;
};

TEST(HouseCoroutines, the_reader_tells_the_deadly_from_the_harmless) {
  const std::vector<Example> examples = {
      {"co_spawn(io, [this]() -> awaitable<void> { co_return; }, detached);", false},
      {"co_spawn(\n io,\n [=] { return run(); },\n detached);", false},
      {"auto n = co_await submit([&](auto handler) { post(handler); });", false},
      {"co_await [x]() -> awaitable<void> { co_return; }();", false},
      {"co_await run(Task{[x] { go(x); }});", false},
      {"co_await Run{.then = [x] { go(x); }};", false},
      {"if (co_await any([x](int n) { return n == x; })) { stop(); }", false},
      {"return f([x] { g(x); }, co_await y);", false},
      {"co_return co_await wait([this]() mutable { ++n_; });", false},
      {"co_spawn(io, run(), detached);", true},
      {"co_spawn(io, [] { return run(); }, detached);", true},
      {"auto task = run(io);\nco_spawn(io, std::move(task), detached);", true},
      {"auto f = [this] { go(); };\nco_await run(f);", true},
      {"co_await run(list[i], map[key](1));", true},
      {"if (co_await ready()) { each([x] { go(x); }); }", true},
      {"awaitable<void> run() { each([x] { go(x); }); co_await stop(); }", true},
      {"each([] { return 1; });\n[[maybe_unused]] auto n = co_await size();", true},
      {"// co_spawn(io, [this] {}, detached);\nauto s = \"co_await f([x] {})\";", true},
      {"const char* s = R\"(co_await f([x] {});)\"; int n = 1'000;", true},
  };
  for (const auto& example : examples)
    EXPECT_EQ(offending_lines(example.code).empty(), example.allowed) << example.code;
}

TEST(HouseCoroutines, the_reader_names_the_line) {
  EXPECT_EQ(offending_lines("int a;\n/* two\nlines */\nco_spawn(io, [a] {}, detached);"),
            std::vector<std::size_t>{4});
}

}  // namespace
}  // namespace peyk::tests::house_coroutines_test
