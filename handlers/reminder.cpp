#include "handlers/reminder.hpp"

#include <algorithm>
#include <map>

#include "handlers/speaker.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {
namespace {

using namespace std::chrono_literals;

constexpr auto kMorning = 10h, kEvening = 20h;
// What was put off comes before what is new in that morning, and ends sooner.
constexpr auto kBeforeTheMorning = 1s;

bool is_for_the_day(const Club& club, rules::Instant send_at) {
  const rules::Instant if_put_off = send_at + kBeforeTheMorning;
  return reminder_time(club, send_at) == send_at || reminder_time(club, if_put_off) == if_put_off;
}

}  // namespace

std::vector<ReminderRound> reminder_rounds(const Directory& directory, rules::Instant now) {
  std::map<std::pair<rules::Instant, std::uint32_t>, std::vector<const Club*>> rounds;
  for (const Club& club : directory.clubs()) {
    const std::uint32_t days = club.policy.remind_days;
    for (std::uint32_t ahead = days; ahead > 0 && ahead + 1 >= days; --ahead) {
      const auto end = templates::end_of_local_day(now, club.time_zone, static_cast<int>(ahead));
      rounds[{end, days}].push_back(&club);
    }
  }
  std::vector<ReminderRound> all;
  for (auto& [key, clubs] : rounds) all.push_back({key.first, key.second, std::move(clubs)});
  return all;
}

rules::Instant reminder_time(const Club& club, rules::Instant now) {
  const rules::Instant today = templates::start_of_local_day(now, club.time_zone);
  if (now < today + kMorning) return today + kMorning;
  if (now < today + kEvening) return now;
  return templates::end_of_local_day(now, club.time_zone, 0) + kMorning;
}

std::optional<rules::Instant> put_off(const Club& club, rules::Instant send_at, rules::Instant now) {
  const rules::Instant first = reminder_time(club, now) - kBeforeTheMorning;
  return first > now && is_for_the_day(club, send_at) ? std::optional(first) : std::nullopt;
}

OutgoingText reminder(const Club& club, PhoneNumber phone, Language language, rules::Amount amount,
                      rules::Instant expires_at, const templates::Catalogue& catalogue, rules::Instant now) {
  const rules::Instant at = reminder_time(club, now);
  std::string text = catalogue.render("credit_lapses", language,
                                      {{"club", club.name},
                                       {"amount", money(club, amount)},
                                       {"word", club.word},
                                       {"until", templates::LastDay{expires_at, club.time_zone}}});
  OutgoingText waiting = text_to(club, phone, Lane::notice, std::move(text), at);
  waiting.valid_until = std::min(at + kToldWithin, expires_at);
  waiting.send_at = at;
  return waiting;
}

}  // namespace peyk::handlers
