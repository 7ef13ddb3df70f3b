// What a member has told of herself. Beside her row, loaded where it is asked for, and changed under her
// row's lock; it goes when she leaves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "handlers/rules/units.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {

enum class Gender : std::uint8_t { unknown = 0, woman = 1, man = 2 };

struct Profile {
  std::uint64_t member = 0;
  std::string name;                           // empty: not told
  std::optional<templates::JalaliDate> born;  // as she told it, or the same day of the Jalali calendar
  std::string city;
  Gender gender = Gender::unknown;
  rules::Instant born_changed_at{};  // after it was first told; the epoch: never
  rules::Instant
      completed_at{};  // the first time that all was told, which the club may reward; the epoch: never

  bool operator==(const Profile&) const = default;
};

inline bool is_complete(const Profile& profile) {
  return !profile.name.empty() && profile.born && !profile.city.empty() && profile.gender != Gender::unknown;
}

}  // namespace peyk::handlers
