#include "handlers/typed_member.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "handlers/history.hpp"
#include "handlers/typed_order.hpp"
#include "handlers/use_cases.hpp"
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

std::string bad_amount(const Speaker& speaker, templates::AmountError error, const Setting& setting) {
  return render(setting, templates::amount_bad_key(error), speaker.language);
}

Said give_typed(const Speaker& speaker, const templates::Typed& typed, const Facts& facts, Setting& setting) {
  const TypedGive order = read_give(typed.args, speaker.club->money_display);
  if (!order.to)
    return {.reply = render(setting, "give_refused_phone", speaker.language, {{"word", speaker.club->word}})};
  if (!order.amount) return {.reply = bad_amount(speaker, order.amount.error(), setting)};
  return give(speaker, {.to = *order.to, .amount = *order.amount}, facts, setting);
}

Said pay_typed(const Speaker& speaker, const templates::Typed& typed, const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  TypedPay order = read_pay(typed.args, club.money_display);
  if (!order.amount) return {.reply = bad_amount(speaker, order.amount.error(), setting)};
  if (!order.branch && club.branches.size() == 1) order.branch = club.branches.front().number;
  if (!order.branch)
    return {.reply = render(setting, "pay_branch_missing", speaker.language, {{"word", club.word}})};
  return pay(speaker, {.branch = *order.branch, .amount = *order.amount}, facts, setting);
}

}  // namespace peyk::handlers
