#include "handlers/good_at.hpp"

#include "handlers/offer_words.hpp"

namespace peyk::handlers {
bool is_good_at(const Club& club, const Lot& lot, BranchNo branch) {
  return rules::is_good_at(club.policy.spend_at, lot.branch, branch);
}

std::vector<const Lot*> good_lots_at(const Club& club, std::vector<const Lot*> lots, BranchNo branch) {
  std::erase_if(lots, [&](const Lot* lot) { return !is_good_at(club, *lot, branch); });
  return lots;
}

std::string branches_in_words(const Club& club, const Lot& lot, Language language, const Setting& setting,
                              std::size_t named_max) {
  const auto* branches = rules::good_at(club.policy.spend_at, lot.branch);
  if (branches == nullptr) return "";
  std::vector<std::string> names;
  for (const BranchNo branch : *branches) {
    if (names.size() < named_max) names.emplace_back(branch_name(club, branch));
  }
  std::string list = listed(names, language);
  if (branches->size() == names.size()) return list;
  return render(setting, "branches_more", language,
                {{"branches", list}, {"count", static_cast<std::int64_t>(branches->size() - names.size())}});
}

std::string text_with_branches(const Club& club, const Lot& lot, Language language, const Setting& setting,
                               const std::function<std::string(const std::string& branches)>& say) {
  for (std::size_t named_max = kBranchesNamedMax; named_max > 1; --named_max) {
    std::string text = say(branches_in_words(club, lot, language, setting, named_max));
    if (fits_text(text)) return text;
  }
  return say(branches_in_words(club, lot, language, setting, 1));
}

std::string wrong_branch_text(const Speaker& speaker, std::string_view key, const Code& code,
                              const Facts& facts, const Setting& setting) {
  const std::string shown = std::to_string(code.number);
  return text_with_branches(
      *speaker.club, *facts.lot(code.lot), speaker.language, setting, [&](const std::string& branches) {
        return render(setting, key, speaker.language, {{"code", shown}, {"branches", branches}});
      });
}

}  // namespace peyk::handlers
