// Clubs' programmes: what their files say, the versions of their offers, the bounds of last night.
//
//   save_programme: the file's document, and of the offers a new version where the document differs; the
//   version before ends at the same moment.   load_programmes: all clubs, in three statements.
//
// What must stay true: a version is never changed but for its end, so a grant that names one can always say
// what it was given for; an offer has one version in force or none; its id stays when it goes and comes back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "handlers/club.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Into the clubs that are there; throws SqlError, and handlers::DocumentError for a document of a newer
// program.
void load_programmes(Connection& connection, std::vector<handlers::Club>& clubs);

// Part of save_club, which holds the club's row and commits.
void save_programme(Connection& connection, handlers::ClubId club, const handlers::Programme& programme);

// The bounds reckoned of so many members. Gateways load them within seconds: the club's version rises, unless
// they are what they were. The caller commits.
void save_reckoned_bounds(Connection& connection, handlers::ClubId club, const rules::LrfmBounds& bounds,
                          std::uint64_t members, rules::Instant now);

// Beside them, and part of the same change.
void save_places(Connection& connection, handlers::ClubId club, const rules::SpendPlaces& places);

struct OfferVersion {
  rules::Offer offer;  // with id and version
  rules::Instant from_at{};
  rules::Instant until_at{};  // the epoch: it is in force
};
struct OfferRecord {
  rules::Amount spent = 0;             // what its budget has given
  std::vector<OfferVersion> versions;  // the latest first
};
// All offers that a club has and had, by name; `name`: this one only, if it is not empty. Of each the latest
// `versions_max` versions.
std::vector<OfferRecord> load_offer_records(Connection& connection, handlers::ClubId club,
                                            std::string_view name, std::size_t versions_max);

// What an offer has done since it first was in the file, all of its versions.
struct OfferReach {
  std::uint64_t members = 0;  // who ever had it
  std::uint64_t uses = 0;     // purchases and occasions on which it fired
  rules::Amount money = 0;    // discount, credit and gifts
  std::uint64_t items = 0;    // pieces
  bool is_all = true;         // false: there is more than was counted
};
// Rows read for a whole list, so that it takes seconds in a club of any size.
inline constexpr std::uint64_t kReachRowsMax = 2'000'000;
// `rows_left` is lessened by what was read; when it is used up, the rest is not counted.
OfferReach load_offer_reach(Connection& connection, std::uint32_t offer, std::uint64_t& rows_left);

}  // namespace peyk::store
