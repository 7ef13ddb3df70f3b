// A customer as analysts see her: how she buys, where she stands, roughly where from and how old; nobody's
// name, and nothing by which who knows her figures to the last rial would find her.
//
// - Money is told in its two leading digits, days in weeks.
// - City and age are told only where at least kAlikeMin rows share both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/measures.hpp"

namespace peyk::handlers {

inline constexpr std::size_t kAlikeMin = 5;

struct AnonymousCustomer {
  std::uint32_t visits = 0, purchases = 0;
  std::int64_t weeks_away = 0, weeks_known = 0;  // since her last visit; from her first visit to the last
  std::optional<std::int64_t> usual_gap_days;
  rules::Amount spent = 0, mean_basket = 0;
  std::string_view basket;  // falling, steady, rising; empty: not known
  rules::Scores scores;     // 0: not known
  std::optional<std::int64_t> top_percent;
  std::vector<std::string> segments;
  std::string tier;  // empty: none
  std::string city, age_band;
  bool operator==(const AnonymousCustomer&) const = default;
};

// `measures`: hers of now.
AnonymousCustomer anonymous(const Club& club, const Profile& profile, const rules::Behaviour& behaviour,
                            const rules::Measures& measures);

// Leaves out where from and how old those are of whom there are not enough alike.
void hide_rare(std::vector<AnonymousCustomer>& customers);

// 1'284'500 is 1'200'000.
rules::Amount in_two_digits(rules::Amount amount);
// "25-34"; empty: not known.
std::string_view age_band(std::int64_t age_years);

}  // namespace peyk::handlers
