#include "handlers/later.hpp"

#include <algorithm>

#include "handlers/reminder.hpp"
#include "handlers/speaker.hpp"

namespace peyk::handlers {
namespace {

constexpr std::chrono::hours kSaidLate{24};  // and no later

rules::Instant due_moment(const Purchase& purchase, const rules::OfferEffect& message) {
  return purchase.purchased_at + std::chrono::minutes{message.after_minutes};
}

void fill_in(std::string& text, std::string_view name, std::string_view value) {
  for (std::size_t at = text.find(name); at != text.npos; at = text.find(name, at + value.size()))
    text.replace(at, name.size(), value);
}

}  // namespace

std::string later_words(const std::string& message, std::string_view club, std::string_view branch,
                        Language language, const templates::Catalogue& catalogue) {
  std::string text = message;
  fill_in(text, "{club}", club);
  fill_in(text, "{branch}", branch);
  return catalogue.render("occasion_own", language, {{"message", templates::Rendered{text}}});
}

bool too_late_to_say(const Purchase& purchase, const rules::OfferEffect& message, rules::Instant now) {
  return due_moment(purchase, message) + kSaidLate < now;
}

OutgoingText text_after(const Club& club, const Purchase& purchase, const Member& member,
                        const rules::OfferEffect& message, const Setting& setting) {
  const rules::Instant at = reminder_time(club, std::max(due_moment(purchase, message), setting.now));
  OutgoingText text = text_to(club, member.phone, Lane::notice,
                              later_words(message.text, club.name, branch_name(club, purchase.key.branch),
                                          member.language, setting.catalogue),
                              at);
  text.send_at = at;
  return text;
}

}  // namespace peyk::handlers
