// At which branches a lot's credit, or its item, is good: what the club's policy says of where it was earned
// (docs/decisions/0042), and how people read it.
#pragma once

#include <string>
#include <vector>

#include "handlers/facts.hpp"
#include "handlers/setting.hpp"
#include "handlers/speaker.hpp"

namespace peyk::handlers {

bool is_good_at(const Club& club, const Lot& lot, BranchNo branch);
// Of those lots, in their order.
std::vector<const Lot*> good_lots_at(const Club& club, std::vector<const Lot*> lots, BranchNo branch);

// "Vanak, Tajrish": as many as a text has room for. Empty: every branch.
std::string branches_in_words(const Club& club, const Lot& lot, Language language, const Setting& setting);
// The cashier's answer: code, and where it is good; `key` of its text.
std::string wrong_branch_text(const Speaker& speaker, std::string_view key, const Code& code,
                              const Facts& facts, const Setting& setting);

}  // namespace peyk::handlers
