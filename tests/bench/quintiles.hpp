// The pure half of scoring a club: the quintiles of so many members, from their behaviours in memory.
#pragma once

#include <fmt/core.h>
#include <unistd.h>

#include <memory>
#include <string_view>

#include "handlers/rules/lrfm.hpp"
#include "tests/bench/cpu.hpp"
#include "tests/bench/rounds.hpp"

namespace peyk::bench {

// Made up from a number: most come a few times and few of them often, as in shops.
inline rules::Behaviour behaviour_of(std::uint64_t n) {
  n = (n + 1) * 0x9e3779b97f4a7c15;
  n ^= n >> 31;
  const auto draw = [&n](std::uint64_t below) {
    n = n * 6364136223846793005 + 1442695040888963407;
    return (n >> 33) % below;
  };
  const auto visits = static_cast<std::uint32_t>(1 + draw(1 + draw(60)));
  const auto last = static_cast<rules::DayNumber>(20'000 + draw(700));
  return {.purchases = visits,
          .visits = visits,
          .first_day = last - static_cast<rules::DayNumber>(visits == 1 ? 0 : draw(1'000)),
          .last_day = last,
          .spent = static_cast<rules::Amount>(visits * (500'000 + draw(4'500'000)))};
}

// Seconds to take in and part `members`, of which the store hands over one by one, and the memory that it
// takes meanwhile.
inline void print_quintiles(std::uint64_t members, std::string_view named) {
  constexpr rules::DayNumber kToday = 20'700;
  const double before = resident_mb(getpid());
  auto quintiles = std::make_unique<rules::Quintiles>();
  const double adding = seconds_of([&] {
    quintiles->reserve(members);
    for (std::uint64_t n = 0; n < members; ++n) quintiles->add(behaviour_of(n), kToday);
  });
  rules::LrfmBounds bounds;
  const double parting = seconds_of([&] { bounds = quintiles->bounds(); });
  const double megabytes = resident_mb(getpid()) - before;
  if (bounds.spent[0] >= bounds.spent[3]) throw std::logic_error("the club has no quintiles");
  fmt::print("quintiles_seconds_{}_members: {:.3f} s\n", named, adding + parting);
  fmt::print("quintiles_memory_{}_members: {:.0f} MB\n", named, megabytes);
  std::fflush(stdout);
}

}  // namespace peyk::bench
