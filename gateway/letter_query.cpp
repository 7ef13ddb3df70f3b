#include "gateway/letter_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "config/scalars.hpp"
#include "gateway/ctl/trace.hpp"
#include "gateway/http/rfc3339.hpp"
#include "gateway/lane_words.hpp"
#include "gateway/outbound_line.hpp"
#include "store/mysql/trace.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway {
namespace {

// An instant (RFC 3339), or how long ago.
std::optional<rules::Instant> moment(const std::string& text, rules::Instant now) {
  if (const auto ago = config::parse_time_span(text)) return now - *ago;
  return parse_rfc3339(text);
}

std::optional<store::MessageState> state_of(std::string_view word) {
  if (word == "failed") return store::failed;
  if (word == "expired") return store::expired;
  if (word == "unknown") return store::unknown;
  return std::nullopt;
}

tl::unexpected<std::string> wrong(std::string_view what, const std::string& value, std::string_view wanted) {
  return tl::unexpected(fmt::format("{} is \"{}\": it is one of {}", what, value, wanted));
}

}  // namespace

tl::expected<LettersAsked, std::string> letters_asked(const LetterQuery& query, rules::Instant now) {
  LettersAsked asked;
  store::LetterFilter& filter = asked.filter;
  filter.line = query.line;
  filter.reason = query.reason;
  filter.lane = lane_named(query.lane);
  if (!query.lane.empty() && !filter.lane)
    return wrong("lane", query.lane, fmt::format("{}", fmt::join(lane_words(), ", ")));
  filter.state = state_of(query.state);
  if (!query.state.empty() && !filter.state) return wrong("state", query.state, "failed, expired, unknown");
  for (const auto& [text, at] : {std::pair{&query.since, &filter.since}, {&query.until, &filter.until}}) {
    if (text->empty()) continue;
    const auto when = moment(*text, now);
    if (!when) return tl::unexpected("\"" + *text + "\" is no time: 2h, 3d, or 2026-11-22T08:00:00+03:30");
    *at = *when;
  }
  if (!query.after.empty()) {
    asked.after = parse_cursor(query.after);
    if (!asked.after) return tl::unexpected("\"" + query.after + "\" is not what a page ended with");
  }
  return asked;
}

std::string cursor_text(const store::LetterCursor& cursor) {
  return fmt::format("{}-{}", cursor.died_at.time_since_epoch().count(), cursor.id);
}

std::optional<store::LetterCursor> parse_cursor(std::string_view text) {
  std::int64_t died_us = 0;
  store::LetterCursor cursor;
  const char* const end = text.data() + text.size();
  const auto died = std::from_chars(text.data(), end, died_us);
  if (died.ec != std::errc() || died.ptr == end || *died.ptr != '-') return std::nullopt;
  const auto id = std::from_chars(died.ptr + 1, end, cursor.id);
  if (id.ec != std::errc() || id.ptr != end) return std::nullopt;
  cursor.died_at = rules::Instant{std::chrono::microseconds{died_us}};
  return cursor;
}

std::string reason_in_words(const store::DeadLetter& letter, const std::vector<CarrierOptions>& carriers) {
  if (letter.carrier.empty()) return letter.reason;
  const std::string words =
      ctl::error_in_words(carriers, letter.carrier, letter.error, templates::Language::en);
  const std::string said =
      fmt::format("{}{}{} by {}", letter.word, letter.error.empty() ? "" : " ", letter.error, letter.carrier);
  return words.empty() ? said : fmt::format("{} ({})", words, said);
}

nlohmann::ordered_json letter_as_json(const store::DeadLetter& letter,
                                      const std::vector<CarrierOptions>& carriers) {
  return {{"id", std::to_string(letter.id)},
          {"line", letter.line},
          {"lane", words(letter.lane)},
          {"phone", templates::masked(letter.phone)},
          {"state", store::word_of_state(letter.state)},
          {"reason", reason_in_words(letter, carriers)},
          {"maybe_twice", letter.maybe_twice},
          {"created", templates::rfc3339(letter.created_at)},
          {"died", templates::rfc3339(letter.died_at)}};
}

}  // namespace peyk::gateway
