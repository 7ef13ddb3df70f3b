// What the words of `peykctl letters` mean.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>

#include "config/scalars.hpp"
#include "gateway/ctl/letters.hpp"
#include "gateway/http/rfc3339.hpp"
#include "gateway/outbound_line.hpp"

namespace peyk::gateway::ctl {
namespace {

constexpr std::chrono::minutes kValidMin{1};
constexpr std::chrono::days kValidMax{7};

// An instant (RFC 3339), or how long ago.
std::optional<rules::Instant> moment(const std::string& text, rules::Instant now) {
  if (const auto ago = config::parse_time_span(text)) return now - *ago;
  return parse_rfc3339(text);
}

std::optional<handlers::Lane> lane_of(std::string_view word) {
  for (std::size_t lane = 0; lane < store::kLanes; ++lane) {
    if (words(static_cast<handlers::Lane>(lane)) == word) return static_cast<handlers::Lane>(lane);
  }
  return std::nullopt;
}

}  // namespace

CLI::App* describe_letters(CLI::App& letters, LettersOrder& order) {
  letters.add_option("--line", order.line, "only of this line");
  letters.add_option("--club", order.club, "only of this club (its slug)");
  letters.add_option("--lane", order.lane, "only of this lane")
      ->check(CLI::IsMember({"urgent", "reply", "notice", "promo"}));
  letters.add_option("--state", order.state, "only those that ended so")
      ->check(CLI::IsMember({"failed", "expired", "unknown"}));
  letters.add_option("--reason", order.reason, "only those whose reason holds these words");
  letters.add_option("--since", order.since, "that died since then: 2h, 3d, or 2026-11-22T08:00:00+03:30");
  letters.add_option("--until", order.until, "that died before then: the same");
  letters.add_flag("--json", order.json, "as JSON");
  letters.add_option("--limit", order.limit, "letters on a page")
      ->check(CLI::Range(1U, store::kLettersPageMax));
  letters.add_option("--after", order.after, "the page after this letter, as the last page said");
  letters.add_flag("--by-reason", order.by_reason, "only how many of each reason");

  CLI::App* replay = letters.add_subcommand("replay", "queue letters anew: by their ids, or all that fit");
  replay->add_option("id", order.ids, "as letters shows them")->expected(1, -1);
  replay->add_flag("--dry-run", order.dry_run, "only tell what would be done");
  replay->add_option("--valid-for", order.valid_for, "how long to try, 1m to 7d")
      ->check([](const std::string& text) {
        const auto span = config::parse_time_span(text);
        const bool fits = span && *span >= kValidMin && *span <= kValidMax;
        return fits ? std::string() : std::string("1m to 7d");
      });
  replay->add_flag("--even-urgent", order.even_urgent, "answers to cashiers too, though they are stale");
  replay->add_flag("--even-unknown", order.even_unknown,
                   "those too that may have arrived and come twice then");
  replay->fallthrough();
  letters.require_subcommand(0, 1);
  return replay;
}

tl::expected<store::LetterFilter, std::string> filter_of(const LettersOrder& order,
                                                         const std::vector<handlers::Club>& clubs,
                                                         rules::Instant now) {
  store::LetterFilter filter{.line = order.line, .lane = lane_of(order.lane), .reason = order.reason};
  if (!order.club.empty()) {
    const auto club = std::ranges::find(clubs, order.club, &handlers::Club::slug);
    if (club == clubs.end()) return tl::unexpected("there is no club " + order.club);
    filter.club = club->id;
  }
  if (order.state == "failed") filter.state = store::failed;
  if (order.state == "expired") filter.state = store::expired;
  if (order.state == "unknown") filter.state = store::unknown;
  for (const auto& [text, at] : {std::pair{&order.since, &filter.since}, {&order.until, &filter.until}}) {
    if (text->empty()) continue;
    const auto when = moment(*text, now);
    if (!when) return tl::unexpected("\"" + *text + "\" is no time: 2h, 3d, or 2026-11-22T08:00:00+03:30");
    *at = *when;
  }
  return filter;
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

}  // namespace peyk::gateway::ctl
