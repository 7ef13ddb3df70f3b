#include "handlers/use_cases.hpp"

namespace peyk::handlers {
namespace {

Said set_promo(const Speaker& speaker, bool stopped, std::string_view key, const Facts& facts, const Setting& setting) {
  const LinePhoneKey line_phone{speaker.club->line, speaker.phone};
  LinePhone row = facts.line_phone(line_phone);
  Said said{.reply = render(setting, key, speaker.language, {{"club", speaker.club->name}})};
  if (row.promo_stopped == stopped) return said;
  row.promo_stopped = stopped;
  said.effects.push_back(SetLinePhone{line_phone, row});
  return said;
}

}  // namespace

Said stop_promo(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  return set_promo(speaker, true, "stopped", facts, setting);
}

Said start_promo(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  return set_promo(speaker, false, "started", facts, setting);
}

Said unknown_text(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  const LinePhoneKey line_phone{speaker.club->line, speaker.phone};
  LinePhone row = facts.line_phone(line_phone);
  if (row.help_sent_at != rules::Instant{} && setting.now - row.help_sent_at < std::chrono::hours{1}) return {};
  row.help_sent_at = setting.now;
  Said said{.reply = render(setting, speaker.cashier != nullptr ? "help_cashier" : "unknown_text", speaker.language,
                            {{"club", speaker.club->name}})};
  said.effects.push_back(SetLinePhone{line_phone, row});
  return said;
}

Said help(const Speaker& speaker, const Setting& setting) {
  return {.reply = render(setting, speaker.cashier != nullptr ? "help_cashier" : "help_member", speaker.language,
                          {{"club", speaker.club->name}})};
}

}  // namespace peyk::handlers
