#include "handlers/digest.hpp"

#include "handlers/speaker.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

// The lines of one sort.
void add(std::string& lines, std::string_view key, const std::vector<Oddities::Count>& counts,
         const Club& club, const Setting& setting) {
  for (const Oddities::Count& one : counts) {
    const std::string phone = templates::masked(one.phone);
    lines += '\n' + render(setting, key, club.language,
                           {{"phone", phone},
                            {"count", static_cast<std::int64_t>(one.count)},
                            {"amount", money(club, one.amount)},
                            {"branch", branch_name(club, one.branch)}});
  }
}

void add(std::string& lines, std::string_view key, std::uint64_t count, const Club& club,
         const Setting& setting) {
  if (count == 0) return;
  lines += '\n' + render(setting, key, club.language, {{"count", static_cast<std::int64_t>(count)}});
}

}  // namespace

DigestDay digest_day(const Club& club, rules::Instant now) {
  const rules::Instant today = templates::start_of_local_day(now, club.time_zone);
  return {.from = templates::start_of_local_day(today - std::chrono::microseconds{1}, club.time_zone),
          .until = today,
          .is_due = now - today >= kDigestAt};
}

std::vector<OutgoingText> digest(const Club& club, const DigestDay& day, const Oddities& odd,
                                 const Setting& setting) {
  std::string lines;
  add(lines, "digest_own_phone", odd.own_phone, club, setting);
  add(lines, "digest_many", odd.many, club, setting);
  add(lines, "digest_split", odd.split, club, setting);
  add(lines, "digest_undone", odd.undone, club, setting);
  add(lines, "digest_misses", odd.misses >= kManyMisses ? odd.misses : 0, club, setting);
  add(lines, "digest_disputes", odd.disputes, club, setting);
  std::vector<OutgoingText> texts;
  if (lines.empty()) return texts;
  const std::string text = render(setting, "digest", club.language,
                                  {{"club", club.name},
                                   {"day", templates::LastDayShort{day.until, club.time_zone}}}) +
                           lines;
  for (const Cashier& one : club.cashiers) {
    if (one.manager) texts.push_back(text_to(club, one.phone, Lane::notice, text, setting.now));
  }
  return texts;
}

}  // namespace peyk::handlers
