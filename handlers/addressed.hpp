// Which club a text is for.
//
//   a line of one club -> that one
//   a shared line: the club's word in front -> that club; a cashier of just one club there -> hers, because
//   she has a queue; else it is open -> her memberships are read (Needs::memberships, then widen): exactly
//   one -> that club; none or several -> she is asked for the word, and nothing is done
//
// STOP and START hold for the whole line, and a one-time number finds its question by itself: neither is
// open. JOIN is never settled by a membership: who joins means another club.
#pragma once

#include <string>

#include "handlers/decide.hpp"
#include "handlers/facts.hpp"

namespace peyk::handlers {

struct Addressed {
  const Club* club = nullptr;  // nullptr: nobody's line; of a line that is open the first one
  std::string text;            // without the club's word
  bool by_name = false;        // the word was there
  bool open = false;
};
Addressed club_meant(const TextRequest& request, const Directory& directory);

// Of an open text: stays so for this command?
bool is_open_to(const templates::Typed& typed);
// What settles it: nothing where only the word can.
Needs needs_membership(const Speaker& speaker, const templates::Typed& typed, const Directory& directory);
// The club that it is settled to; nullptr: none or several, which are added to planned.hers.
const Club* settled_by(PlannedText& planned, const std::set<MemberKey>& members, const Directory& directory);

// "Begin with one of these words."
Said which_club(const PlannedText& planned, const Speaker& speaker, const Facts& facts,
                const Setting& setting);

}  // namespace peyk::handlers
