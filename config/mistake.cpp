#include "config/mistake.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace peyk::config {
namespace {

// Keys are short; anything longer is no misspelt key.
constexpr std::size_t kWordOctetsMax = 40;

// Optimal string alignment: inserted, lost, wrong and swapped letters.
std::size_t letters_wrong(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t differs = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + differs});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known) {
  if (word.empty() || word.size() > kWordOctetsMax) return {};
  std::string_view best;
  std::size_t best_wrong = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const std::string_view candidate : known) {
    const std::size_t wrong = letters_wrong(word, candidate);
    // "a" is not a misspelt "b": something of the word must be left.
    if (wrong < best_wrong && wrong < candidate.size() && wrong < word.size()) {
      best = candidate;
      best_wrong = wrong;
    }
  }
  return best;
}

std::string report(const std::vector<Mistake>& mistakes) {
  std::string text;
  for (const Mistake& mistake : mistakes) {
    text += mistake.file;
    if (mistake.line > 0) text += fmt::format(":{}", mistake.line);
    text += ": ";
    if (!mistake.key.empty()) text += mistake.key + ": ";
    text += mistake.what;
    if (!mistake.allowed.empty()) {
      text += (mistake.what.ends_with('?') ? " allowed: " : "; allowed: ") + mistake.allowed;
    }
    text += '\n';
  }
  return text;
}

}  // namespace peyk::config
