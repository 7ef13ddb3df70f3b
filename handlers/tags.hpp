// What a club calls a member, in words of its own: "student", "level-3", «همکار». Offers and segments ask for
// them (`tag`); staff, tills and books set them, she never does.
//
//   what was typed -> tag_of() -> the list as it is to be -> SetTags
//
// - A tag is one word as fold() leaves it, so a club file, a text and a till mean the same however they write
//   it. A list is sorted, each word once.
// - They are of one membership, changed under its row's lock, and go with it (decision 0028).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/facts.hpp"
#include "handlers/speaker.hpp"

namespace peyk::handlers {

inline constexpr std::size_t kTagsMax = 20;  // of one member
inline constexpr std::size_t kTagCharactersMax = 40;
inline constexpr std::string_view kTagRule = "one word of 1 to 40 letters, digits, - or _";

// As it is kept. Nothing: it cannot be one (kTagRule).
std::optional<std::string> tag_of(std::string_view written);
// Sorted, each once; more than kTagsMax are the caller's to refuse.
std::vector<std::string> as_tags(std::vector<std::string> words);
std::vector<std::string> with_changes(std::vector<std::string> tags, std::span<const std::string> added,
                                      std::span<const std::string> removed);
// "office, student"
std::string tags_in_words(std::span<const std::string> tags, Language language);

// "TAG 0912… word word", "UNTAG 0912… word": managers.
Needs needs_tagging(const Speaker& speaker, std::span<const std::string> words);
Said tag_member(const Speaker& speaker, std::span<const std::string> words, bool takes_off,
                const Facts& facts, const Setting& setting);

// Who keeps a club's books or machines: the words come off and on. Nothing: there is no such member.
struct TagChange {
  MemberKey member;
  std::vector<std::string> added, removed;  // as tag_of() gave them
};
enum class Tagged : std::uint8_t { done, no_member, too_many };
struct TagAnswer {
  Tagged what = Tagged::done;
  std::vector<std::string> tags;  // that she has now, or would have
  Outcome outcome;
};
Needs needs_tag_change(const TagChange& change);
TagAnswer change_tags(const TagChange& change, const Facts& facts);

}  // namespace peyk::handlers
