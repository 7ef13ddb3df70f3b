#include "handlers/addressed.hpp"

#include <algorithm>

#include "handlers/use_cases.hpp"
#include "templates/fold.hpp"

namespace peyk::handlers {
namespace {

using templates::Keyword;

constexpr std::size_t kWordsShownMax = 6;

std::vector<const Club*> clubs_of_cashier(PhoneNumber phone, std::string_view line,
                                          const Directory& directory) {
  std::vector<const Club*> hers;
  for (const Club* club : directory.on_line(line)) {
    if (directory.cashier(club->id, phone) != nullptr) hers.push_back(club);
  }
  return hers;
}

std::string words_of(const std::vector<const Club*>& clubs) {
  std::string words;
  for (std::size_t i = 0; i < std::min(clubs.size(), kWordsShownMax); ++i)
    words += (words.empty() ? "" : ", ") + clubs[i]->keyword;
  return clubs.size() > kWordsShownMax ? words + ", ..." : words;
}

}  // namespace

Addressed club_meant(const TextRequest& request, const Directory& directory) {
  const auto& clubs = directory.on_line(request.line);
  if (clubs.empty()) return {};
  const auto [first, rest] = templates::split_first_word(request.text);
  for (const Club* club : clubs) {
    if (!club->keyword.empty() && first == templates::fold(club->keyword))
      return {.club = club, .text = rest, .by_name = true};
  }
  if (clubs.size() == 1) return {.club = clubs.front(), .text = request.text};
  const auto hers = clubs_of_cashier(request.from, request.line, directory);
  if (hers.size() == 1) return {.club = hers.front(), .text = request.text};
  return {.club = clubs.front(), .text = request.text, .open = true};
}

bool is_open_to(const templates::Typed& typed) {
  return typed.keyword != Keyword::stop && typed.keyword != Keyword::start &&
         typed.keyword != Keyword::one_time_number;
}

Needs needs_membership(const Speaker& speaker, const templates::Typed& typed, const Directory& directory) {
  Needs needs;
  const std::string& line = speaker.club->line;
  needs.line_phones.insert({line, speaker.phone});
  if (typed.keyword == Keyword::join || !clubs_of_cashier(speaker.phone, line, directory).empty())
    return needs;
  for (const Club* club : directory.on_line(line)) needs.memberships.insert({club->id, speaker.phone});
  return needs;
}

const Club* settled_by(PlannedText& planned, const std::set<MemberKey>& members, const Directory& directory) {
  for (const Club* club : directory.on_line(planned.speaker.club->line)) {
    if (members.contains({club->id, planned.speaker.phone})) planned.hers.push_back(club);
  }
  return planned.hers.size() == 1 ? planned.hers.front() : nullptr;
}

Said which_club(const PlannedText& planned, const Speaker& speaker, const Facts& facts,
                const Setting& setting) {
  const std::string& line = speaker.club->line;
  auto clubs = planned.hers;
  if (clubs.empty()) clubs = clubs_of_cashier(speaker.phone, line, setting.directory);
  if (clubs.empty()) clubs = setting.directory.on_line(line);
  Said said{.reply = render(setting, "which_club", speaker.language, {{"words", words_of(clubs)}})};
  if (planned.typed.keyword != Keyword::unknown) return said;
  const auto counted = one_help(speaker, facts, setting.now);
  if (!counted) return {};
  said.effects.push_back(*counted);
  return said;
}

}  // namespace peyk::handlers
