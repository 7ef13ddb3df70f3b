// What operators have stopped from being sent: few rows, read whole. Redis has a copy of them for each line
// (store/redis/lanes.hpp, govern); this is the truth that outlives it.
#pragma once

#include <string>
#include <vector>

#include "handlers/club.hpp"
#include "handlers/rules/units.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

struct Pause {
  enum class Scope : std::uint8_t { line = 0, lane = 1, club = 2 };
  Scope scope = Scope::line;
  std::string line;           // empty for a club: it is stopped on every line
  std::uint32_t subject = 0;  // the lane (handlers::Lane) or the club's id; 0 for a line
  rules::Instant since{};
  std::string by;   // who, at most 64 characters
  std::string why;  // at most 200 characters

  bool operator==(const Pause&) const = default;
};

// All of them, the oldest first. Throws SqlError, as all here do.
std::vector<Pause> load_pauses(Connection& connection);

// False: it was paused before, and stays as it was.
bool save_pause(Connection& connection, const Pause& pause);

// False: it was not paused.
bool delete_pause(Connection& connection, const Pause& pause);

}  // namespace peyk::store
