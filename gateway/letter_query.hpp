// Which dead letters somebody asks for, in words: of peykctl's command line, or of a query over HTTP; and how
// one is shown to either. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include "gateway/options.hpp"
#include "handlers/club.hpp"
#include "store/mysql/dead_letters.hpp"

namespace peyk::gateway {

// As it was written; empty: any.
struct LetterQuery {
  std::string line, lane, state, reason, since, until;
  std::string after;  // where the last page ended
  std::uint32_t limit = 50;

  bool names_nothing() const {
    return line.empty() && lane.empty() && state.empty() && reason.empty() && since.empty() && until.empty();
  }
};

struct LettersAsked {
  store::LetterFilter filter;
  std::optional<store::LetterCursor> after;
};
// What it means, or what is wrong with it.
tl::expected<LettersAsked, std::string> letters_asked(const LetterQuery& query, rules::Instant now);

// "1795337131000000-40417": after which letter the next page begins.
std::string cursor_text(const store::LetterCursor& cursor);
std::optional<store::LetterCursor> parse_cursor(std::string_view text);

// How long a replayed letter may be tried.
inline constexpr std::chrono::minutes kReplayValidMin{1};
inline constexpr std::chrono::days kReplayValidMax{7};

// The reason in words that staff can read: the carrier's error code put into words, if there is one.
std::string reason_in_words(const store::DeadLetter& letter, const std::vector<CarrierOptions>& carriers);

// {"id","line","lane","phone","state","reason","maybe_twice","created","died"}: what whoever may ask for it
// may see; the phone is masked.
nlohmann::ordered_json letter_as_json(const store::DeadLetter& letter,
                                      const std::vector<CarrierOptions>& carriers);

}  // namespace peyk::gateway
