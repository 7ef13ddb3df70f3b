#include "handlers/tags.hpp"

#include <algorithm>

#include "handlers/about_member.hpp"
#include "handlers/offer_words.hpp"
#include "handlers/typed_phone.hpp"
#include "templates/names.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

Said tagging_refused(const Speaker& speaker, std::string_view key, const Setting& setting,
                     std::initializer_list<templates::Argument> arguments) {
  return {.reply = render(setting, key, speaker.language, arguments)};
}

}  // namespace

std::optional<std::string> tag_of(std::string_view written) {
  return templates::parse_tag(written, kTagCharactersMax);
}

std::vector<std::string> as_tags(std::vector<std::string> words) {
  std::ranges::sort(words);
  words.erase(std::ranges::unique(words).begin(), words.end());
  return words;
}

std::vector<std::string> with_changes(std::vector<std::string> tags, std::span<const std::string> added,
                                      std::span<const std::string> removed) {
  std::erase_if(
      tags, [removed](const std::string& tag) { return std::ranges::find(removed, tag) != removed.end(); });
  tags.insert(tags.end(), added.begin(), added.end());
  return as_tags(std::move(tags));
}

std::string tags_in_words(std::span<const std::string> tags, Language language) {
  return listed({tags.begin(), tags.end()}, language);
}

Needs needs_tag_change(const TagChange& change) {
  Needs needs;
  needs.members.insert(change.member);
  needs.tags.insert(change.member);
  return needs;
}

TagAnswer change_tags(const TagChange& change, const Facts& facts) {
  const Member* member = facts.member(change.member);
  if (member == nullptr) return {.what = Tagged::no_member};
  const auto before = facts.tags(member->id);
  TagAnswer answer;
  answer.tags = with_changes({before.begin(), before.end()}, change.added, change.removed);
  if (answer.tags.size() > kTagsMax) {
    answer.what = Tagged::too_many;
  } else if (!std::ranges::equal(answer.tags, before)) {
    answer.outcome.effects.push_back(SetTags{member->club, member->id, answer.tags});
  }
  return answer;
}

Needs needs_tagging(const Speaker& speaker, std::span<const std::string> words) {
  const auto typed = phone_first(words);
  if (speaker.cashier == nullptr || !speaker.cashier->manager || !typed) return {};
  return needs_tag_change({.member = {speaker.club->id, typed->phone}});
}

Said tag_member(const Speaker& speaker, std::span<const std::string> words, bool takes_off,
                const Facts& facts, const Setting& setting) {
  if (speaker.cashier == nullptr || !speaker.cashier->manager) return managers_only(speaker, setting);
  const auto typed = phone_first(words);
  const std::string& word = speaker.club->word;
  if (!typed || typed->rest.empty())
    return tagging_refused(speaker, takes_off ? "untag_missing" : "tag_missing", setting, {{"word", word}});
  std::vector<std::string> tags;
  for (const std::string& written : typed->rest) {
    const auto tag = tag_of(written);
    if (!tag) {
      const std::string_view shown =
          written.size() <= 2 * kTagCharactersMax ? written : std::string_view("…");
      return tagging_refused(speaker, "tag_bad", setting, {{"tag", shown}});
    }
    tags.push_back(*tag);
  }
  TagChange change{.member = {speaker.club->id, typed->phone}};
  (takes_off ? change.removed : change.added) = std::move(tags);
  TagAnswer answer = change_tags(change, facts);
  const std::string phone = templates::masked(typed->phone);
  if (answer.what == Tagged::no_member)
    return tagging_refused(speaker, "about_no_member", setting,
                           {{"phone", phone}, {"club", speaker.club->name}});
  if (answer.what == Tagged::too_many) {
    return tagging_refused(
        speaker, "tag_too_many", setting,
        {{"phone", phone}, {"count", static_cast<std::int64_t>(kTagsMax)}, {"word", word}});
  }
  Said said;
  said.effects = std::move(answer.outcome.effects);
  if (answer.tags.empty()) {
    said.reply = render(setting, "tags_none", speaker.language, {{"phone", phone}});
    return said;
  }
  // As far as one text goes; of twenty long ones the first.
  std::vector<std::string> shown = answer.tags;
  const auto reply = [&] {
    const std::string list =
        listed(shown, speaker.language) + (shown.size() < answer.tags.size() ? " …" : "");
    return render(setting, "tags_now", speaker.language,
                  {{"phone", phone}, {"list", templates::Rendered{list}}});
  };
  for (said.reply = reply(); shown.size() > 1 && !fits_text(said.reply); said.reply = reply())
    shown.pop_back();
  return said;
}

}  // namespace peyk::handlers
