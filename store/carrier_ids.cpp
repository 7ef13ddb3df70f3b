#include "store/carrier_ids.hpp"

#include <algorithm>
#include <numeric>

namespace peyk::store {
namespace {

constexpr std::uint32_t kSure = 3;      // receipts that make a habit
constexpr std::uint32_t kEnough = 20;   // receipts after which more of the same say nothing new
constexpr std::uint32_t kExcused = 10;  // one exception in so many does not break it

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
// 16: no digit.
std::uint32_t value_of(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint32_t>(c - 'a' + 10);
  return 16;
}
bool all_below(std::string_view text, std::uint32_t base) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [base](char c) { return value_of(c) < base; });
}

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// 8-4-4-4-12 digits (RFC 4122).
bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : value_of(text[i]) == 16) return false;
  }
  return true;
}

// The digits of one base in another: schoolbook division, at most 64 of them.
std::string converted(std::string_view digits, std::uint32_t from, std::uint32_t to) {
  std::string number;
  for (const char c : digits) number += static_cast<char>(value_of(c));
  std::string result;
  while (!number.empty()) {
    std::string quotient;
    std::uint32_t rest = 0;
    for (const char digit : number) {
      rest = rest * from + static_cast<std::uint32_t>(digit);
      if (!quotient.empty() || rest >= to) quotient += static_cast<char>(rest / to);
      rest %= to;
    }
    result += "0123456789abcdef"[rest];
    number = std::move(quotient);
  }
  std::reverse(result.begin(), result.end());
  return result;
}

// "" if it is no number of that base.
std::string in_other_base(const std::string& key, std::uint32_t from, std::uint32_t to) {
  if (key.size() > kCarrierIdMax || !all_below(key, from)) return {};
  std::string other = converted(key, from, to);
  return other == key ? std::string() : other;  // 0 to 9 look alike
}

}  // namespace

std::string id_key(std::string_view id) {
  id = trimmed(id);
  std::string key(id.substr(0, kIdKeyMax));
  std::transform(key.begin(), key.end(), key.begin(), lower);
  if (id.size() > kCarrierIdMax) return key;
  if (is_uuid(key)) std::erase(key, '-');
  if (key.starts_with("0x") && all_below(std::string_view(key).substr(2), 16)) key.erase(0, 2);
  if (all_below(key, 16)) key.erase(0, std::min(key.find_first_not_of('0'), key.size() - 1));
  return key;
}

IdKeys submitted_keys(std::string_view receipted) {
  const std::string key = id_key(receipted);
  return {key, in_other_base(key, 10, 16), in_other_base(key, 16, 10)};
}

IdKeys receipted_keys(std::string_view submitted) {
  const std::string key = id_key(submitted);
  return {key, in_other_base(key, 16, 10), in_other_base(key, 10, 16)};
}

bool IdHabit::saw(IdStyle style) {
  std::uint32_t& count = counts_[static_cast<std::size_t>(style)];
  if (count >= kEnough && (usual() == style || count >= kEnough * kExcused)) return false;
  ++count;
  return true;
}

std::optional<IdStyle> IdHabit::usual() const {
  const auto most = std::max_element(counts_.begin(), counts_.end());
  const std::uint32_t others = std::accumulate(counts_.begin(), counts_.end(), 0U) - *most;
  if (*most < kSure || others * kExcused > *most) return std::nullopt;
  return static_cast<IdStyle>(most - counts_.begin());
}

}  // namespace peyk::store
