// All clubs, as one immutable snapshot: who answers on which line, who is a cashier, which till holds which
// key.
//
// The store loads it as a whole when a club file was applied; every decision of a batch sees one snapshot.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "handlers/club.hpp"

namespace peyk::handlers {

class Directory {
 public:
  explicit Directory(std::vector<Club> clubs = {});
  Directory(const Directory&) = delete;  // the maps point into clubs_
  Directory& operator=(const Directory&) = delete;

  const std::vector<Club>& clubs() const { return clubs_; }
  const Club* club(ClubId id) const;
  const std::vector<const Club*>& on_line(std::string_view line) const;
  const Club* at_ussd_root(std::string_view root) const;
  // The longest USSD root of any club that a dialled string begins with ("*7000*2#" has "*7000"); nullptr:
  // nobody's.
  const Club* dialled(std::string_view dialled) const;

  // nullptr: this phone is no cashier of the club.
  const Cashier* cashier(ClubId club, PhoneNumber phone) const;

  struct Till {
    const Club* club = nullptr;
    const TillKey* key = nullptr;
  };
  // Both nullptr: no such key.
  Till till(std::string_view key_id) const;

 private:
  std::vector<Club> clubs_;
  std::unordered_map<ClubId, const Club*> by_id_;
  std::unordered_map<std::string, std::vector<const Club*>> by_line_;
  std::unordered_map<std::string, const Club*> by_root_;
  std::unordered_map<std::string, Till> by_till_key_;
  std::unordered_map<ClubId, std::unordered_map<PhoneNumber, const Cashier*>> cashiers_;
};

// nullptr: the club has no such branch.
const Branch* branch_of(const Club& club, BranchNo number);

}  // namespace peyk::handlers
