// JSON (RFC 8259) read strictly, for bodies that move money: a doubled name is a mistake, not "the last one
// wins"; a number stays what was written, so 1e3, 1.0 and 10^20 can be told from 1000; nesting is bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

namespace peyk::gateway {

struct JsonMember;
struct JsonValue;
using JsonObject = std::vector<JsonMember>;  // in the order written, names unique
using JsonArray = std::vector<JsonValue>;

// A number with a fraction or exponent, or outside 64 signed bits.
struct JsonOtherNumber {};

struct JsonValue {
  std::variant<std::monostate, bool, std::int64_t, JsonOtherNumber, std::string, JsonArray, JsonObject> what;
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

enum class JsonMistakeKind : std::uint8_t { malformed, too_deep, doubled_name, number_out_of_range };

struct JsonMistake {
  JsonMistakeKind kind = JsonMistakeKind::malformed;
  std::size_t offset = 0;  // malformed: octets read when it was noticed
  std::string pointer;     // where, as far as it was understood
};

// Invalid UTF-8, a lone surrogate or a NUL is malformed. depth_max counts nested objects and arrays.
tl::expected<JsonValue, JsonMistake> parse_strict_json(std::string_view text, std::size_t depth_max);

// `name` as a part of a JSON pointer, with its slash: "a/b" → "/a~1b" (RFC 6901, 3). Long names are cut.
std::string json_pointer_token(std::string_view name);

}  // namespace peyk::gateway
