// The keys with which tills sign, in the rows of till_key: those of club files and those that `peykctl till`
// makes (docs/decisions/0020).
//
//   listed in the club's file, with its secret there    apply writes both, until `till rotate` changes the
//   secret listed in the club's file, its secret kept          apply writes the branch, `till rotate` the
//   secret not listed                                          `till` alone; apply neither sees nor touches
//   it
//
// What must stay true: each change raises the version of its club, so that every gateway loads it within
// seconds; a revoked key's row stays without its secret and its name opens nothing ever again, whoever lists
// it.
//
// None of these commits, save for save_club, which commits what save_file_keys did. All throw SqlError.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/club.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

struct TillKeyRecord {
  handlers::ClubId club = 0;
  handlers::TillKey key;  // revoked: its secret is gone
  rules::Instant created_at{}, rotated_at{},
      revoked_at{};                    // the epoch: never, or before that was written down
  std::string created_by, revoked_by;  // at most 64 characters

  bool is_revoked() const { return revoked_at != rules::Instant{}; }
};

// Of all clubs, revoked ones too, by id.
std::vector<TillKeyRecord> load_till_keys(Connection& connection);
// Locked until the commit.
std::optional<TillKeyRecord> find_till_key(Connection& connection, std::string_view id);

// The keys of the club's file as rows; a row that the file no longer lists is deleted. A secret that the file
// does not give stays as it is now, whatever `club` holds: somebody may just have changed it.
void save_file_keys(Connection& connection, handlers::ClubId id, const handlers::Club& club);

// The id must be free.
void create_till_key(Connection& connection, handlers::ClubId club, const handlers::TillKey& key,
                     rules::Instant now, std::string_view by);
// The secret there is now becomes the old one, good until then; at once gone where that is not after `now`.
void rotate_till_key(Connection& connection, const TillKeyRecord& record, std::string_view secret,
                     rules::Instant old_until, rules::Instant now);
void revoke_till_key(Connection& connection, const TillKeyRecord& record, rules::Instant now,
                     std::string_view by);

}  // namespace peyk::store
