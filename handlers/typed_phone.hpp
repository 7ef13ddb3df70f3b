// A phone at the beginning of what was typed, whole or in groups: "0912 345 6789 hello".
//
// The first words that are a mobile number together are the phone: digits behind it are somebody's amount or
// text.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "handlers/club.hpp"

namespace peyk::handlers {

struct PhoneThen {
  PhoneNumber phone = 0;
  std::span<const std::string> rest;  // behind it
};
// Out of folded words; nothing: they begin with none.
std::optional<PhoneThen> phone_first(std::span<const std::string> words);

}  // namespace peyk::handlers
