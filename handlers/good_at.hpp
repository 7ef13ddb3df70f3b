// At which branches a lot's credit, or its item, is good: what the club's policy says of where it was earned
// (docs/decisions/0042), and how people read it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "handlers/facts.hpp"
#include "handlers/setting.hpp"
#include "handlers/speaker.hpp"

namespace peyk::handlers {

bool is_good_at(const Club& club, const Lot& lot, BranchNo branch);
// Of those lots, in their order.
std::vector<const Lot*> good_lots_at(const Club& club, std::vector<const Lot*> lots, BranchNo branch);

inline constexpr std::size_t kBranchesNamedMax = 3;
// "Vanak, Tajrish and 2 others". Empty: every branch.
std::string branches_in_words(const Club& club, const Lot& lot, Language language, const Setting& setting,
                              std::size_t named_max = kBranchesNamedMax);
// A text that says them, with as many names as it has room for.
std::string text_with_branches(const Club& club, const Lot& lot, Language language, const Setting& setting,
                               const std::function<std::string(const std::string& branches)>& say);
// The cashier's answer: code, and where it is good; `key` of its text.
std::string wrong_branch_text(const Speaker& speaker, std::string_view key, const Code& code,
                              const Facts& facts, const Setting& setting);

}  // namespace peyk::handlers
