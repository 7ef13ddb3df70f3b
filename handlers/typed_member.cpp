#include "handlers/typed_member.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "handlers/history.hpp"
#include "handlers/typed_order.hpp"
#include "templates/fold.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

std::optional<std::uint32_t> read_number(const std::string& word, std::uint32_t max) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  const bool whole = error == std::errc() && end == word.data() + word.size();
  if (!whole || number == 0 || number > max) return std::nullopt;
  return number;
}

// "AT 12", "branch 12": what stands between the amount and the branch.
bool names_branch(const std::string& word) {
  static const std::array<std::string, 5> words = {"at", "branch", templates::fold("شعبه"),
                                                   templates::fold("شعبهٔ"), templates::fold("در")};
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

TypedGive read_give(std::span<const std::string> words, MoneyDisplay typed_in) {
  TypedGive give;
  if (words.empty()) return give;
  if (const auto first = templates::parse_phone(words.front())) {
    give.to = first;
    words = words.subspan(1);
  } else if (const auto last = templates::parse_phone(words.back())) {
    give.to = last;
    words = words.first(words.size() - 1);
  }
  give.amount = read_amount(words, typed_in);
  return give;
}

TypedPay read_pay(std::span<const std::string> words, MoneyDisplay typed_in) {
  constexpr BranchNo kBranchMax = 999'999;
  TypedPay pay;
  const auto named = std::find_if(words.begin(), words.end(), names_branch);
  if (named != words.end()) {
    const auto at = static_cast<std::size_t>(named - words.begin());
    // «شعبه» may stand behind another such word: "در شعبه 12".
    std::size_t number = at + 1;
    while (number < words.size() && names_branch(words[number])) ++number;
    if (number + 1 == words.size()) pay.branch = read_number(words[number], kBranchMax);
    words = words.first(at);
  }
  pay.amount = read_amount(words, typed_in);
  return pay;
}

std::optional<std::uint32_t> read_page(std::span<const std::string> words) {
  if (words.empty()) return 1;
  return words.size() > 1 ? std::nullopt : read_number(words.front(), kStatementPagesMax);
}

}  // namespace peyk::handlers
