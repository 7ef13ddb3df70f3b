// The forms of a message_id. Inside, a message has a number; what an ESME sees of it is the form of the
// carrier, which may be another in the response than in the receipt. Every form can be read back, so that
// query_sm needs no index.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace peyk::sim {

struct IdForm {
  enum class Kind : std::uint8_t {
    decimal,
    hex,        // lower case
    upper_hex,  //
    uuid,       // 36 characters
    digits23,   // more than 64 bits can hold
  };
  Kind kind = Kind::decimal;
  std::uint8_t width = 0;  // decimal and hex: padded with zeros to so many characters

  bool operator==(const IdForm&) const = default;
};

std::string format_id(const IdForm& form, std::uint64_t number);

// Nothing when the text has not this form.
std::optional<std::uint64_t> read_id(const IdForm& form, std::string_view text);

}  // namespace peyk::sim
