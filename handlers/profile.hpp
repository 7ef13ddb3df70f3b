// NAME, BORN, CITY, GENDER: what a member tells of herself, one thing at a time, by text or by menu.
//
//   a word and what stands behind it -> read (or why not) -> SetProfile, and with the fourth the club's
//   reward
//
// Must stay true: a name is shown in texts, so nothing in it can be an order, an address or a placeholder
// (templates/names.hpp). A date of birth may be put right once; after that it stays for a year, or birthdays
// would come as often as one likes. The reward is given once to a phone in a club, whatever is changed
// afterwards and whoever leaves and joins again (docs/decisions/0022), and settles a debt first, as all
// credit does.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "handlers/facts.hpp"
#include "handlers/speaker.hpp"
#include "templates/keywords.hpp"

namespace peyk::handlers {

enum class ProfileField : std::uint8_t { name, born, city, gender };

inline constexpr int kMemberAgeMin = 10, kMemberAgeMax = 110;                   // years
inline constexpr std::chrono::days kBornStays{365};                             // after a change
inline constexpr std::size_t kNameCharactersMax = 60, kCityCharactersMax = 40;  // of their columns

// The member, what she has told, and numbers for a code where the club rewards.
Needs needs_profile(const Speaker& speaker, const Setting& setting);
// What is known of her; with nothing, if she has told nothing. Wants needs_profile.
Profile profile_of(const Member& member, const Facts& facts);
// The first that she has not told yet.
std::optional<ProfileField> missing_in(const Profile& profile);

// What is known and how to tell the rest.
Said profile(const Speaker& speaker, const Facts& facts, const Setting& setting);
// `typed` stood behind the word; empty: as profile(). Throws OutOfCandidates.
Said set_profile(const Speaker& speaker, ProfileField field, std::string_view typed,
                 std::span<const CodeKey> candidates, const Facts& facts, Setting& setting);

// By text: the word tells which field it is.
Needs needs_told(const Speaker& speaker, const templates::Typed& typed, const Setting& setting);
Said told(const Speaker& speaker, const templates::Typed& typed, std::span<const CodeKey> candidates,
          const Facts& facts, Setting& setting);

}  // namespace peyk::handlers
