// The fields that bodies of tills share, each read strictly: this is money. A value, or what is wrong with it
// in words for people.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "gateway/http/problem.hpp"
#include "gateway/http/strict_json.hpp"
#include "handlers/bought_item.hpp"
#include "handlers/club.hpp"
#include "handlers/rules/units.hpp"

namespace peyk::gateway {

inline constexpr std::size_t kInvoiceCharactersMax = 64;
inline constexpr std::size_t kPhoneOctetsMax = 64;  // as it is written

template <typename Value>
using FieldValue = tl::expected<Value, std::string>;

// 1 to kAmountMax, written with ASCII digits only.
FieldValue<rules::Amount> read_amount(const JsonValue& value);
// The same, or 0.
FieldValue<rules::Amount> read_discount(const JsonValue& value);
// 1 to `characters_max` characters, blanks around them dropped; no control characters.
FieldValue<std::string> read_name(const JsonValue& value, std::size_t characters_max = kInvoiceCharactersMax);
// A branch's number; of a key that is bound to one (not 0) only that.
FieldValue<handlers::BranchNo> read_branch(const JsonValue& value, handlers::BranchNo key_branch);

// A mobile number in any usual form.
FieldValue<handlers::PhoneNumber> read_phone(const JsonValue& value);

inline constexpr std::size_t kItemsMax = 100;  // of one invoice
// What was bought: a name each, or an object of "name" and, where the till says it, "quantity" and "amount".
FieldValue<std::vector<handlers::BoughtItem>> read_items(const JsonValue& value);
// The 16 digits of a membership number.
FieldValue<std::uint64_t> read_card(const JsonValue& value);

// A tag, or the name of an event, as handlers::tag_of() leaves it; and a member's whole list of tags.
FieldValue<std::string> read_tag(const JsonValue& value);
FieldValue<std::vector<std::string>> read_tags(const JsonValue& value);
// A record's number as it was answered: "70213".
FieldValue<std::uint64_t> read_id(const JsonValue& value);
// An instant with its zone, not before 2000. Whether it lies in the future is for who knows the time.
FieldValue<std::optional<rules::Instant>> read_past_time(const JsonValue& value);

// The problem of a body that could not be read. `invalid` makes one of what JSON says wrong (422); what is no
// JSON or no UTF-8 is 400.
Problem problem_of(const JsonMistake& mistake, std::size_t depth_max,
                   Problem (*invalid)(std::vector<ProblemError> errors));

}  // namespace peyk::gateway
