#include "handlers/typed_phone.hpp"

#include <algorithm>

#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

constexpr std::size_t kPhoneGroupsMax = 5;  // +98 912 345 67 89

}  // namespace

std::optional<PhoneThen> phone_first(std::span<const std::string> words) {
  std::string joined;
  for (std::size_t taken = 1; taken <= std::min(words.size(), kPhoneGroupsMax); ++taken) {
    joined += words[taken - 1];
    if (const auto phone = templates::parse_phone(joined)) return PhoneThen{*phone, words.subspan(taken)};
  }
  return std::nullopt;
}

}  // namespace peyk::handlers
