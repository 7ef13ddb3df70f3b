#include "sim/message_ids.hpp"

#include <fmt/format.h>

#include <charconv>

namespace peyk::sim {
namespace {

constexpr std::string_view kDigits23Prefix = "20261";  // and 18 digits of the number
constexpr std::uint64_t kDigits23Max = 999'999'999'999'999'999;
constexpr std::string_view kUuidMiddle = "-4b6f-8579-";
constexpr std::size_t kUuidLength = 36;

std::optional<std::uint64_t> whole(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string format_id(const IdForm& form, std::uint64_t number) {
  switch (form.kind) {
    case IdForm::Kind::decimal:
      return fmt::format("{:0{}d}", number, form.width);
    case IdForm::Kind::hex:
      return fmt::format("{:0{}x}", number, form.width);
    case IdForm::Kind::upper_hex:
      return fmt::format("{:0{}X}", number, form.width);
    case IdForm::Kind::uuid:
      return fmt::format("{:08x}-0000{}{:012x}", number >> 32, kUuidMiddle, number & 0xFFFFFFFF);
    case IdForm::Kind::digits23:
      return fmt::format("{}{:018d}", kDigits23Prefix, number % (kDigits23Max + 1));
  }
  return {};
}

std::optional<std::uint64_t> read_id(const IdForm& form, std::string_view text) {
  std::optional<std::uint64_t> number;
  if (form.kind == IdForm::Kind::decimal) {
    number = whole(text, 10);
  } else if (form.kind == IdForm::Kind::digits23) {
    if (text.size() != 23 || !text.starts_with(kDigits23Prefix)) return std::nullopt;
    number = whole(text.substr(kDigits23Prefix.size()), 10);
  } else if (form.kind == IdForm::Kind::uuid) {
    if (text.size() != kUuidLength) return std::nullopt;
    const auto high = whole(text.substr(0, 8), 16), low = whole(text.substr(24), 16);
    if (high && low) number = *high << 32 | *low;
  } else {
    number = whole(text, 16);
  }
  // What we did not write so is not ours.
  if (!number || format_id(form, *number) != text) return std::nullopt;
  return number;
}

}  // namespace peyk::sim
