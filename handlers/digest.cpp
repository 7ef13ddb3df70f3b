#include "handlers/digest.hpp"

#include <algorithm>

#include "handlers/insights.hpp"
#include "handlers/speaker.hpp"
#include "templates/alphabet.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

using namespace std::chrono_literals;

constexpr auto kEvening = 20h;

std::chrono::hours hour_of(const Club& club) {
  return std::chrono::hours{club.policy.digest.hour};
}

// The last kDigestDays days that are due, the oldest first.
std::vector<DigestDay> due_days(const Club& club, rules::Instant now) {
  std::vector<DigestDay> days;
  rules::Instant until = templates::start_of_local_day(now, club.time_zone);
  for (std::uint32_t back = 0; back < kDigestDays; ++back) {
    const rules::Instant from = templates::start_of_local_day(templates::last_day_of(until), club.time_zone);
    if (now >= until + hour_of(club)) days.push_back({&club, from, until});
    until = from;
  }
  std::ranges::reverse(days);
  return days;
}

// With which a club's digests began, as far back as is known: yesterday, if it never had one.
rules::Instant first_day(const Club& club, const std::set<DigestKey>& told, rules::Instant now) {
  const auto known = told.lower_bound({club.id, digests_known_from(now)});
  if (known != told.end() && known->first == club.id) return known->second;
  const rules::Instant today = templates::start_of_local_day(now, club.time_zone);
  return templates::start_of_local_day(templates::last_day_of(today), club.time_zone);
}

// The worst of each sort, then the next of each. Many purchases of a phone are no news where something else
// is odd about them.
std::vector<OddThing> in_order(const std::vector<OddThing>& odd) {
  std::set<PhoneNumber> named;
  for (const OddThing& one : odd) {
    if (one.what == Oddity::own_phone || one.what == Oddity::split) named.insert(one.phone);
  }
  std::map<Oddity, std::uint32_t> before;
  std::vector<std::pair<std::pair<std::uint32_t, Oddity>, const OddThing*>> ranked;
  for (const OddThing& one : odd) {
    if (one.what == Oddity::purchases && named.contains(one.phone)) continue;
    ranked.push_back({{before[one.what]++, one.what}, &one});
  }
  std::ranges::stable_sort(ranked, {}, [](const auto& one) { return one.first; });
  std::vector<OddThing> ordered;
  for (const auto& [rank, one] : ranked) ordered.push_back(*one);
  return ordered;
}

std::string_view key_of(const OddThing& odd) {
  switch (odd.what) {
    case Oddity::own_phone:
      return "digest_own_phone";
    case Oddity::split:
      return "digest_split";
    case Oddity::refunds:
      return "digest_refunds";
    case Oddity::parked:
      return "digest_parked";
    case Oddity::voids:
      return odd.till.empty() ? "digest_voids" : "digest_voids_till";
    case Oddity::misses:
      return odd.till.empty() ? "digest_misses" : "digest_misses_till";
    case Oddity::purchases:
      return "digest_purchases";
    case Oddity::club_misses:
      return "digest_club_misses";
    case Oddity::quiet:
      return "digest_quiet";
  }
  throw std::logic_error("key_of: not an Oddity");
}

// On the last day of the week.
bool tells_insight(const DigestDay& day) {
  const Club& club = *day.club;
  const std::chrono::sys_days next = templates::local_date(day.until, club.time_zone);
  return club.policy.digest.insights && club.programme.insight &&
         std::chrono::weekday{next} == std::chrono::Saturday &&
         club.programme.insight->until + std::chrono::days{7} > day.until;  // older figures are told as none
}

// The text of a day in one language.
class Writer {
 public:
  Writer(const DigestDay& day, const ClubDay& facts, const templates::Catalogue& catalogue, Language language)
      : club_(*day.club), day_(day), facts_(facts), catalogue_(catalogue), language_(language) {}

  std::string write(const std::vector<OddThing>& odd) const {
    const std::string head = header();
    std::vector<std::string> lines;
    for (const OddThing& one : odd) lines.push_back('\n' + line_of(one));
    for (std::size_t told = lines.size();; --told) {
      std::string odd_things;
      for (std::size_t i = 0; i < told; ++i) odd_things += lines[i];
      if (told < lines.size())
        odd_things += '\n' + say("digest_more", {{"count", number(lines.size() - told)}});
      // One is told whatever the names are: the whole text is then a part longer.
      if (told <= 1 || is_one_text(head + odd_things))
        return head + of_the_week(head, odd_things) + odd_things;
    }
  }

 private:
  static bool is_one_text(const std::string& text) {
    return templates::part_count(text, templates::choose(text)) <= kDigestPartsMax;
  }
  // As far as there is room beside what is odd.
  std::string of_the_week(const std::string& head, const std::string& odd_things) const {
    std::string told;
    if (!tells_insight(day_)) return told;
    for (const std::string& line : insight_lines(club_, *club_.programme.insight, language_, catalogue_)) {
      if (is_one_text(head + told + '\n' + line + odd_things)) told += '\n' + line;
    }
    return told;
  }
  static std::int64_t number(std::uint64_t count) { return static_cast<std::int64_t>(count); }
  std::string say(std::string_view key, std::initializer_list<templates::Argument> arguments) const {
    return catalogue_.render(key, language_, arguments);
  }

  std::string header() const {
    const std::string head =
        say("digest", {{"club", club_.name}, {"day", templates::LastDayShort{day_.until, club_.time_zone}}});
    if (club_.policy.digest.when != DigestWhen::daily) return head;
    const DayFigures& figures = facts_.figures;
    const std::string sales = say(figures.sales == 0 ? "digest_no_sales" : "digest_figures",
                                  {{"sales", number(figures.sales)},
                                   {"amount", money(club_, figures.sold)},
                                   {"count", number(figures.joined)}});
    if (figures.best == 0 || club_.branches.size() < 2) return head + '\n' + sales;
    return head + '\n' + sales + ". " + say("digest_best", {{"branch", branch_name(club_, figures.best)}});
  }

  std::string line_of(const OddThing& odd) const {
    const std::string who = odd.till.empty() ? templates::masked(odd.phone) : odd.till;
    const std::string where = odd.branches > 1 ? say("digest_branches", {{"count", number(odd.branches)}})
                                               : std::string(branch_name(club_, odd.branch));
    return say(key_of(odd), {{"phone", who},
                             {"branch", where},
                             {"count", number(odd.count)},
                             {"minutes", number(club_.policy.digest.split_minutes)},
                             {"amount", money(club_, odd.amount)}});
  }

  const Club& club_;
  const DigestDay& day_;
  const ClubDay& facts_;
  const templates::Catalogue& catalogue_;
  Language language_;
};

}  // namespace

rules::Instant digests_known_from(rules::Instant now) {
  return now - std::chrono::days{kDigestDaysKnown};
}

std::vector<DigestDay> untold_days(const Directory& directory, const std::set<DigestKey>& told,
                                   rules::Instant now) {
  std::vector<DigestDay> untold;
  for (const Club& club : directory.clubs()) {
    if (club.policy.digest.when == DigestWhen::never) continue;
    const rules::Instant first = first_day(club, told, now);
    for (const DigestDay& day : due_days(club, now)) {
      if (day.from >= first && !told.contains({club.id, day.from})) untold.push_back(day);
    }
  }
  std::ranges::stable_sort(untold, {}, &DigestDay::until);
  return untold;
}

rules::Instant digest_time(const Club& club, rules::Instant now) {
  const rules::Instant today = templates::start_of_local_day(now, club.time_zone);
  if (now < today + hour_of(club)) return today + hour_of(club);
  if (now < today + kEvening) return now;
  return templates::end_of_local_day(now, club.time_zone, 0) + hour_of(club);
}

std::vector<OutgoingText> digest(const DigestDay& day, const ClubDay& facts,
                                 const templates::Catalogue& catalogue, rules::Instant now) {
  const Club& club = *day.club;
  const std::vector<OddThing> odd = in_order(facts.odd);
  std::vector<OutgoingText> texts;
  if (odd.empty() && club.policy.digest.when != DigestWhen::daily && !tells_insight(day)) return texts;
  const rules::Instant at = digest_time(club, now);
  for (const Cashier& one : club.cashiers) {
    if (!one.manager) continue;
    const auto chosen = facts.languages.find(one.phone);
    const Language language = chosen == facts.languages.end() ? club.language : chosen->second;
    texts.push_back(
        text_to(club, one.phone, Lane::notice, Writer(day, facts, catalogue, language).write(odd), at));
    texts.back().send_at = at;
  }
  return texts;
}

}  // namespace peyk::handlers
