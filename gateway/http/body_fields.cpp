#include "gateway/http/body_fields.hpp"

#include <algorithm>
#include <charconv>

#include "gateway/http/rfc3339.hpp"
#include "handlers/tags.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway {
namespace {

constexpr std::int64_t kBranchMax = UINT32_MAX;
constexpr std::size_t kCardDigits = 16;

// Characters of UTF-8 that the JSON parser has already found valid.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

FieldValue<std::uint32_t> read_quantity(const JsonValue& value) {
  const auto* number = std::get_if<std::int64_t>(&value.what);
  if (number != nullptr && *number >= 1 && *number <= handlers::kItemQuantityMax)
    return static_cast<std::uint32_t>(*number);
  return tl::unexpected("must be an integer from 1 to " + std::to_string(handlers::kItemQuantityMax) +
                        ": of what is weighed 1");
}

template <typename Value, typename Into>
std::string keep_of_item(std::string_view name, FieldValue<Value> read, Into& into) {
  if (!read) return "\"" + std::string(name) + "\" " + read.error();
  into = std::move(*read);
  return {};
}

// What is wrong with it; nothing: empty.
std::string take_of_item(const JsonMember& member, handlers::BoughtItem& item) {
  if (member.name == "name") return keep_of_item(member.name, read_name(member.value), item.name);
  if (member.name == "quantity") return keep_of_item(member.name, read_quantity(member.value), item.quantity);
  if (member.name == "amount") return keep_of_item(member.name, read_discount(member.value), item.amount);
  return "may have \"name\", \"quantity\" and \"amount\" only";
}

FieldValue<handlers::BoughtItem> read_item(const JsonValue& value) {
  handlers::BoughtItem item;
  const auto* object = std::get_if<JsonObject>(&value.what);
  if (object == nullptr) {
    auto name = read_name(value);
    if (!name) return tl::unexpected(name.error() + ", or be an object with such a \"name\"");
    item.name = std::move(*name);
    return item;
  }
  for (const JsonMember& member : *object) {
    if (std::string wrong = take_of_item(member, item); !wrong.empty()) return tl::unexpected(wrong);
  }
  if (item.name.empty()) return tl::unexpected(std::string("must have a \"name\""));
  return item;
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace

FieldValue<rules::Amount> read_amount(const JsonValue& value) {
  const auto* number = std::get_if<std::int64_t>(&value.what);
  if (number != nullptr && *number >= 1 && *number <= rules::kAmountMax) return *number;
  return tl::unexpected("must be an integer from 1 to " + std::to_string(rules::kAmountMax) +
                        " in the currency's smallest unit, written with ASCII digits only: no string, "
                        "fraction or exponent");
}

FieldValue<rules::Amount> read_discount(const JsonValue& value) {
  const auto* number = std::get_if<std::int64_t>(&value.what);
  if (number != nullptr && *number == 0) return *number;
  return read_amount(value).map_error([](const std::string& error) { return error + "; or 0"; });
}

FieldValue<std::string> read_name(const JsonValue& value, std::size_t characters_max) {
  const auto* text = std::get_if<std::string>(&value.what);
  if (text == nullptr) return tl::unexpected(std::string("must be a string"));
  const std::string_view name = without_blanks(*text);
  if (name.empty() || characters(name) > characters_max)
    return tl::unexpected("must have 1 to " + std::to_string(characters_max) + " characters");
  if (has_control_characters(name)) return tl::unexpected(std::string("must not hold control characters"));
  return std::string(name);
}

FieldValue<handlers::BranchNo> read_branch(const JsonValue& value, handlers::BranchNo key_branch) {
  const auto* number = std::get_if<std::int64_t>(&value.what);
  if (number == nullptr || *number < 1 || *number > kBranchMax)
    return tl::unexpected(std::string("must be a branch number"));
  const auto branch = static_cast<handlers::BranchNo>(*number);
  if (key_branch != 0 && branch != key_branch)
    return tl::unexpected("this key reports for branch " + std::to_string(key_branch) + " only");
  return branch;
}

FieldValue<handlers::PhoneNumber> read_phone(const JsonValue& value) {
  const auto* text = std::get_if<std::string>(&value.what);
  if (text == nullptr) return tl::unexpected(std::string("must be a string: \"09120000101\""));
  const auto number = text->size() <= kPhoneOctetsMax ? templates::parse_phone(*text) : std::nullopt;
  if (!number) return tl::unexpected(std::string("is not a mobile phone number"));
  return *number;
}

FieldValue<std::vector<handlers::BoughtItem>> read_items(const JsonValue& value) {
  const auto* array = std::get_if<JsonArray>(&value.what);
  if (array == nullptr || array->size() > kItemsMax)
    return tl::unexpected("must be an array of at most " + std::to_string(kItemsMax) + " names or objects");
  std::vector<handlers::BoughtItem> items;
  for (const JsonValue& one : *array) {
    auto item = read_item(one);
    if (!item) return tl::unexpected("each " + item.error());
    items.push_back(std::move(*item));
  }
  return items;
}

FieldValue<std::uint64_t> read_card(const JsonValue& value) {
  const auto* text = std::get_if<std::string>(&value.what);
  std::uint64_t card = 0;
  if (text != nullptr && text->size() == kCardDigits) {
    const auto read = std::from_chars(text->data(), text->data() + text->size(), card);
    if (read.ec == std::errc() && read.ptr == text->data() + text->size()) return card;
  }
  return tl::unexpected(std::string("must be a string of the 16 digits of a membership number"));
}

FieldValue<std::string> read_tag(const JsonValue& value) {
  const auto* text = std::get_if<std::string>(&value.what);
  auto tag = text == nullptr ? std::nullopt : handlers::tag_of(*text);
  if (!tag) return tl::unexpected("must be a string of " + std::string(handlers::kTagRule));
  return std::move(*tag);
}

FieldValue<std::vector<std::string>> read_tags(const JsonValue& value) {
  const auto* array = std::get_if<JsonArray>(&value.what);
  if (array == nullptr || array->size() > handlers::kTagsMax)
    return tl::unexpected("must be an array of at most " + std::to_string(handlers::kTagsMax) + " strings");
  std::vector<std::string> tags;
  for (const JsonValue& one : *array) {
    auto tag = read_tag(one);
    if (!tag) return tl::unexpected("each " + tag.error());
    tags.push_back(std::move(*tag));
  }
  return handlers::as_tags(std::move(tags));
}

FieldValue<std::uint64_t> read_id(const JsonValue& value) {
  const auto* text = std::get_if<std::string>(&value.what);
  std::uint64_t id = 0;
  if (text != nullptr) {
    const char* const end = text->data() + text->size();
    const auto read = std::from_chars(text->data(), end, id);
    if (read.ec == std::errc() && read.ptr == end && id != 0) return id;
  }
  return tl::unexpected(std::string("must be a string of digits, as it was answered: \"70213\""));
}

FieldValue<std::optional<rules::Instant>> read_past_time(const JsonValue& value) {
  constexpr std::size_t kTimeTextMax = 64;
  const auto* text = std::get_if<std::string>(&value.what);
  const auto time = text != nullptr && text->size() <= kTimeTextMax ? parse_rfc3339(*text) : std::nullopt;
  if (!time)
    return tl::unexpected(
        std::string("must be a time as RFC 3339 writes it, with its zone: 2026-01-05T10:15:00+03:30"));
  if (*time < std::chrono::sys_days(std::chrono::January / 1 / 2000))
    return tl::unexpected(std::string("lies before the year 2000"));
  return time;
}

Problem problem_of(const JsonMistake& mistake, std::size_t depth_max,
                   Problem (*invalid)(std::vector<ProblemError> errors)) {
  switch (mistake.kind) {
    case JsonMistakeKind::too_deep:
      return invalid({{"nested deeper than " + std::to_string(depth_max), mistake.pointer}});
    case JsonMistakeKind::doubled_name:
      return invalid({{"this name is written twice in one object", mistake.pointer}});
    case JsonMistakeKind::number_out_of_range:
      return invalid({{"this number is too large", mistake.pointer}});
    case JsonMistakeKind::malformed:
      break;
  }
  return {400,
          "malformed-json",
          "The body is not JSON",
          "Not valid JSON in UTF-8 at or before octet " + std::to_string(mistake.offset) + ".",
          {}};
}

}  // namespace peyk::gateway
