#include "handlers/dispute.hpp"

#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

// In full: a manager has to know which of hers it was.
std::string taker(const Redemption& redemption) {
  return redemption.cashier == 0 ? std::string() : templates::format_local(redemption.cashier);
}

std::string_view manager_key(const Redemption& redemption) {
  if (redemption.cashier != 0) return "dispute_manager";
  return redemption.till.empty() ? "dispute_manager_pay" : "dispute_manager_till";
}

}  // namespace

Needs needs_dispute(const Speaker& speaker, rules::Instant now) {
  Needs needs;
  needs.members.insert(speaker.key());
  needs.disputes[speaker.key()] = now - std::chrono::hours{speaker.club->policy.dispute_window_hours};
  return needs;
}

Said dispute(const Speaker& speaker, const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  const Member* member = facts.member(speaker.key());
  if (member == nullptr) return not_member(speaker, setting);
  const Disputable* found = facts.disputable(member->id);
  if (found == nullptr) {
    return {.reply = render(setting, "dispute_nothing", speaker.language,
                            {{"club", club.name},
                             {"hours", static_cast<std::int64_t>(club.policy.dispute_window_hours)}})};
  }
  const Redemption& redemption = found->redemption;
  const std::string phone = templates::masked(speaker.phone), cashier = taker(redemption);
  const auto say = [&](std::string_view key, Language language) {
    return render(setting, key, language,
                  {{"used", money(club, redemption.used)},
                   {"branch", branch_name(club, redemption.branch)},
                   {"at", templates::Moment{redemption.at, club.time_zone}},
                   {"phone", phone},
                   {"cashier", cashier}});
  };
  if (found->disputed) return {.reply = say("dispute_already", speaker.language)};
  Said said{.reply = say("dispute_recorded", speaker.language)};
  said.effects.push_back(
      RecordDispute{{.redemption = redemption.id, .club = club.id, .member = member->id, .at = setting.now}});
  const std::string alarm = say(manager_key(redemption), club.language);
  for (const Cashier& one : club.cashiers) {
    if (one.manager) said.texts.push_back(text_to(club, one.phone, Lane::urgent, alarm, setting.now));
  }
  return said;
}

}  // namespace peyk::handlers
