// What offers gave and what a member has of it, as systems are told: in answers to purchases, events and
// quotes.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "handlers/earning.hpp"

namespace peyk::handlers {

// [{"offer", "title", "effect", "value"}], with "item" where it is one. Notes are for the cashier, and left
// out.
nlohmann::ordered_json offers_as_json(std::span<const rules::Given> given, const Club& club);
// [{"code", "amount", "expires"}] of the lots of which something was left once debts were settled.
nlohmann::ordered_json codes_as_json(const Brought& brought);
// [{"code", "item", "expires"}].
nlohmann::ordered_json items_as_json(const Brought& brought);
// Its name; null: none, or one that the club has no more.
nlohmann::ordered_json tier_as_json(std::uint32_t tier, const Club& club);

}  // namespace peyk::handlers
