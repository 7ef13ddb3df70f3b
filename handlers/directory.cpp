#include "handlers/directory.hpp"

#include <algorithm>

namespace peyk::handlers {

Directory::Directory(std::vector<Club> clubs) : clubs_(std::move(clubs)) {
  for (const Club& club : clubs_) {
    by_id_[club.id] = &club;
    by_line_[club.line].push_back(&club);
    if (!club.ussd_root.empty()) by_root_[club.ussd_root] = &club;
    for (const TillKey& key : club.till_keys) by_till_key_[key.id] = {&club, &key};
    for (const Cashier& cashier : club.cashiers) cashiers_[club.id][cashier.phone] = &cashier;
  }
  for (Club& club : clubs_) {
    club.word = by_line_[club.line].size() > 1 ? club.keyword + " " : "";
    club.programme.use.all = use_in(club.programme);
  }
}

const Club* Directory::club(ClubId id) const {
  auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : it->second;
}

const std::vector<const Club*>& Directory::on_line(std::string_view line) const {
  static const std::vector<const Club*> none;
  auto it = by_line_.find(std::string(line));
  return it == by_line_.end() ? none : it->second;
}

const Club* Directory::at_ussd_root(std::string_view root) const {
  auto it = by_root_.find(std::string(root));
  return it == by_root_.end() ? nullptr : it->second;
}

const Club* Directory::dialled(std::string_view dialled) const {
  while (!dialled.empty() && dialled.back() == '#') dialled.remove_suffix(1);
  for (;;) {
    if (const Club* club = at_ussd_root(dialled)) return club;
    const auto star = dialled.rfind('*');
    if (star == std::string_view::npos || star == 0) return nullptr;
    dialled = dialled.substr(0, star);
  }
}

const Cashier* Directory::cashier(ClubId club, PhoneNumber phone) const {
  auto of_club = cashiers_.find(club);
  if (of_club == cashiers_.end()) return nullptr;
  auto it = of_club->second.find(phone);
  return it == of_club->second.end() ? nullptr : it->second;
}

Directory::Till Directory::till(std::string_view key_id) const {
  auto it = by_till_key_.find(std::string(key_id));
  return it == by_till_key_.end() ? Till{} : it->second;
}

const Branch* branch_of(const Club& club, BranchNo number) {
  auto it = std::find_if(club.branches.begin(), club.branches.end(),
                         [number](const Branch& branch) { return branch.number == number; });
  return it == club.branches.end() ? nullptr : &*it;
}

}  // namespace peyk::handlers
