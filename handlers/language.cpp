#include "handlers/use_cases.hpp"

namespace peyk::handlers {

Said choose_language(const Speaker& speaker, std::optional<Language> wanted, const Facts& facts,
                     const Setting& setting) {
  const Language other = speaker.language == Language::fa ? Language::en : Language::fa;
  const Language chosen = wanted.value_or(other);
  const Member* member = facts.member(speaker.key());
  if (member == nullptr) {
    Speaker chooser = speaker;
    chooser.language = chosen;
    return not_member(chooser, setting);
  }
  Said said{.reply = render(setting, speaker.text("language_changed"), chosen)};
  if (member->language != chosen) said.effects.push_back(ChangeMember{member->id, chosen, member->strangers});
  return said;
}

}  // namespace peyk::handlers
