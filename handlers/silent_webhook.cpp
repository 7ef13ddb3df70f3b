#include "handlers/silent_webhook.hpp"

#include "handlers/digest.hpp"
#include "handlers/speaker.hpp"

namespace peyk::handlers {

std::vector<OutgoingText> webhook_given_up(const Club& club, std::string_view webhook,
                                           const std::map<PhoneNumber, Language>& languages,
                                           const templates::Catalogue& catalogue, rules::Instant now) {
  std::vector<OutgoingText> texts;
  const rules::Instant at = digest_time(club, now);
  for (const Cashier& one : club.cashiers) {
    if (!one.manager) continue;
    const auto chosen = languages.find(one.phone);
    const Language language = chosen == languages.end() ? club.language : chosen->second;
    const std::string text =
        catalogue.render("alarm_webhook", language, {{"club", club.name}, {"name", webhook}});
    texts.push_back(text_to(club, one.phone, Lane::notice, text, at));
    if (at > now) texts.back().send_at = at;
  }
  return texts;
}

}  // namespace peyk::handlers
