// A club file against the database: what differs, in lines for people, and what forbids saving it.
//
//   load_club_file -> plan_apply(file, clubs of the database, branches on record, lines of peyk.yaml)
//                  -> differences (none: nothing to do), refusals (any: nothing is saved), the club to save
//
// Pure but for the two functions that hash and verify PINs. What must stay true: applying a file twice finds
// no difference the second time; no line holds a PIN, a secret or a whole phone number; keys that `till
// create` made are neither compared nor touched.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/club_file.hpp"
#include "gateway/options.hpp"
#include "handlers/club.hpp"
#include "handlers/events.hpp"
#include "handlers/setting.hpp"
#include "store/mysql/till_keys.hpp"

namespace peyk::gateway::ctl {

struct ApplyWorld {
  std::vector<handlers::Club> clubs;  // of the database
  std::map<handlers::BranchNo, std::string>
      branches_on_record;                       // of the club of this file; see store/mysql/lookup.hpp
  std::vector<store::TillKeyRecord> till_keys;  // of all clubs, revoked ones too
  std::vector<LineOptions> lines;
  std::vector<handlers::Webhook> webhooks;  // of the club of this file, in the database
  bool plain_http = false;                  // of peyk.yaml: they may be called without TLS
  std::function<std::string(std::string_view pin)> hash_pin;
  handlers::PinCheck pin_matches;
};

struct ApplyPlan {
  handlers::Club club;  // PINs hashed; its id is the database's, 0 for a new club
  std::vector<handlers::Webhook> webhooks;
  std::vector<std::string> differences;
  std::vector<std::string> refusals;
};

// Keeps the stored hash of a PIN that still verifies it, so that a fresh salt is no difference.
ApplyPlan plan_apply(const config::ClubFile& file, const ApplyWorld& world);

// What stands in place of a text that is empty: its key is left out of a file.
inline constexpr std::string_view kNotGiven = "none";

// In YAML's double quotes; of a text on one line.
std::string yaml_quoted(std::string_view text);

// The fields of a club, but for its slug and lists, in the words and the order of its file:
// "policy.earn_percent" and "5%". Texts that may hold anything are in YAML's quotes.
std::vector<std::pair<std::string_view, std::string>> fields_of(const handlers::Club& club);

// The club of this slug; nullptr: none.
const handlers::Club* club_of(const std::vector<handlers::Club>& clubs, std::string_view slug);

}  // namespace peyk::gateway::ctl
