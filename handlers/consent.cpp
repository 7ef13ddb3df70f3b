#include "handlers/use_cases.hpp"

namespace peyk::handlers {
namespace {

Said set_promo(const Speaker& speaker, bool stopped, std::string_view key, const Facts& facts,
               const Setting& setting) {
  const LinePhoneKey line_phone{speaker.club->line, speaker.phone};
  LinePhone row = facts.line_phone(line_phone);
  Said said{.reply = render(setting, key, speaker.language, {{"club", speaker.club->name}})};
  if (row.promo_stopped == stopped) return said;
  row.promo_stopped = stopped;
  said.effects.push_back(SetLinePhone{line_phone, row});
  return said;
}

// The row with a help sent now; nothing: one was sent within the hour.
std::optional<SetLinePhone> one_help(const Speaker& speaker, const Facts& facts, rules::Instant now) {
  const LinePhoneKey line_phone{speaker.club->line, speaker.phone};
  LinePhone row = facts.line_phone(line_phone);
  if (row.help_sent_at != rules::Instant{} && now - row.help_sent_at < std::chrono::hours{1})
    return std::nullopt;
  row.help_sent_at = now;
  return SetLinePhone{line_phone, row};
}

}  // namespace

Said stop_promo(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  return set_promo(speaker, true, "stopped", facts, setting);
}

Said start_promo(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  return set_promo(speaker, false, "started", facts, setting);
}

Said unknown_text(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  auto counted = one_help(speaker, facts, setting.now);
  if (!counted) return {};
  // A cashier or a stranger gets the commands at once; a member is told how to ask for them.
  const bool is_plain_member = speaker.cashier == nullptr && facts.member(speaker.key()) != nullptr;
  Said said = is_plain_member ? Said{.reply = render(setting, "unknown_text", speaker.language)}
                              : help(speaker, facts, setting);
  said.effects.push_back(std::move(*counted));
  return said;
}

Said unknown_number(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  Said said{.reply = render(setting, "one_time_unknown", speaker.language)};
  if (speaker.cashier != nullptr) return said;
  auto counted = one_help(speaker, facts, setting.now);
  if (!counted) return {};
  said.effects.push_back(std::move(*counted));
  return said;
}

Said help(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  if (speaker.cashier != nullptr) {
    return {.reply = render(setting, "help_cashier", speaker.language,
                            {{"club", speaker.club->name},
                             {"branch", branch_name(*speaker.club, speaker.cashier->branch)}})};
  }
  const bool member = facts.member(speaker.key()) != nullptr;
  return {.reply = render(setting, member ? "help_member" : "help_guest", speaker.language,
                          {{"club", speaker.club->name}})};
}

}  // namespace peyk::handlers
