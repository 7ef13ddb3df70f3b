// A club file → handlers::Club: what `peykctl apply` compares with the database and writes.
// config/clubs/nan-o-namak.yaml is the manual of its keys.
//
// A cashier's PIN may be plain in the file; turning it into a hash needs chance and a third of a second, so
// that is left to `peykctl apply`. A till's secret is decoded here: the signature needs the raw octets. What
// is "kept" is not in the file at all: apply leaves it as the database has it.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "config/environment.hpp"
#include "config/mistake.hpp"
#include "handlers/club.hpp"
#include "handlers/events.hpp"

namespace peyk::config {

struct ClubFile {
  handlers::Club club;  // id stays 0: the database gives it
  std::vector<handlers::Webhook> webhooks;
  std::vector<std::string> pins;  // beside club.cashiers, one each: the plain PIN to hash, or empty
  std::set<handlers::PhoneNumber> pins_kept;  // of whom the PIN stays as it is stored
  std::vector<Mistake> remarks;               // what is no mistake, and yet hardly meant
};

// `file_name` names the file in mistakes; relative paths of secrets' files start at its folder.
tl::expected<ClubFile, std::vector<Mistake>> load_club(std::string_view yaml, std::string file_name,
                                                       const Environment& environment);

// The same from a file on disk; a file that cannot be read is a mistake like any other.
tl::expected<ClubFile, std::vector<Mistake>> load_club_file(const std::string& path,
                                                            const Environment& environment);

}  // namespace peyk::config
