// What a club's systems tell of a member beside purchases: that she did something, by its name, and that she
// rated the club. As it is kept; decided in till_events.cpp.
//
// Must stay true: an event is one by the key of its teller and the teller's own name for it; a purchase is
// rated once, whoever tells of it; her score is the one of the latest rating.
#pragma once

#include <cstdint>
#include <string>

#include "handlers/club.hpp"
#include "handlers/ids.hpp"
#include "handlers/rules/units.hpp"

namespace peyk::handlers {

inline constexpr std::uint32_t kScoreMin = 1, kScoreMax = 5;

struct MemberEventKey {
  ClubId club = 0;
  std::string till;       // its key
  std::string reference;  // the till's own name of the event
  auto operator<=>(const MemberEventKey&) const = default;
};

struct MemberEvent {
  std::uint64_t id = 0;
  MemberEventKey key;
  MemberId member = 0;
  std::string name;            // folded
  std::uint32_t score = 0;     // of a survey; 0: none
  std::uint64_t purchase = 0;  // that it rates; 0: none
  rules::Instant at{};         // when she did it, as the till says
  rules::Instant recorded_at{};
  std::string answer;  // given to the till; a repeat gets it again. Names no phone
};

struct SurveyScore {
  std::uint32_t score = 0;
  rules::Instant at{};
  std::uint64_t purchase = 0;  // 0: of none
};

// A purchase that is to be rated.
struct RatedPurchase {
  MemberId member = 0;  // 0: a stranger's
  bool rated = false;
};

}  // namespace peyk::handlers
