#include "handlers/speaker.hpp"

#include <algorithm>

#include "handlers/membership.hpp"

namespace peyk::handlers {

std::chrono::seconds validity_of(Lane lane) {
  using namespace std::chrono_literals;
  switch (lane) {
    case Lane::urgent:
      return 10min;
    case Lane::reply:
      return 1h;
    case Lane::notice:
      return 24h;
    case Lane::promo:
      return 6h;
  }
  throw std::logic_error("validity_of: not a Lane");
}

std::string Speaker::text(std::string_view name) const {
  return medium == Medium::ussd ? "ussd_" + std::string(name) : std::string(name);
}

std::string_view branch_name(const Club& club, BranchNo number) {
  const Branch* branch = branch_of(club, number);
  return branch == nullptr ? std::string_view() : std::string_view(branch->name);
}

Language language_for(const Member* member, std::optional<Language> of_words, const Club& club) {
  return member != nullptr ? member->language : of_words.value_or(club.language);
}

std::string render(const Setting& setting, std::string_view key, Language language,
                   std::initializer_list<templates::Argument> arguments) {
  return setting.catalogue.render(key, language, arguments);
}

Said not_member(const Speaker& speaker, const Setting& setting) {
  if (speaker.club->policy.membership == Membership::closed)
    return {.reply =
                how_to_join(*speaker.club, speaker.text("not_member_closed"), speaker.language, setting)};
  return {.reply = render(setting, speaker.text("not_member"), speaker.language,
                          {{"club", speaker.club->name}, {"word", speaker.club->word}})};
}

templates::Money money(const Club& club, rules::Amount amount) {
  return {amount, club.money_display};
}

OutgoingText text_to(const Club& club, PhoneNumber to, Lane lane, std::string text, rules::Instant now,
                     rules::Instant good_until) {
  return {.club = club.id,
          .line = club.line,
          .to = to,
          .lane = lane,
          .text = std::move(text),
          .valid_until = std::min<rules::Instant>(now + validity_of(lane), good_until)};
}

}  // namespace peyk::handlers
