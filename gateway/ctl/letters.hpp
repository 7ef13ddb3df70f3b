// peykctl letters: dead letters as an operator sees them, and their replay.
//
//   words of the command line -> LettersOrder -> LetterFilter -> store -> text or JSON
//
// A replay by filter first tells how many letters it is about; each of its sets is committed before the next,
// so one that is broken off is simply given once more: what was replayed is no dead letter any more.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "gateway/ctl/program.hpp"
#include "gateway/options.hpp"
#include "handlers/club.hpp"
#include "store/mysql/dead_letters.hpp"

namespace CLI {
class App;
}

namespace peyk::gateway::ctl {

// As they were typed.
struct LettersOrder {
  std::vector<std::uint64_t> ids;
  std::string line, club, lane, state, reason, since, until, after, valid_for;
  std::uint32_t limit = 50;
  bool by_reason = false, json = false, dry_run = false, even_urgent = false, even_unknown = false;
};

// Adds the options to `letters`; returns its subcommand `replay`.
CLI::App* describe_letters(CLI::App& letters, LettersOrder& order);

// What the words mean, or what is wrong with them.
tl::expected<store::LetterFilter, std::string> filter_of(const LettersOrder& order,
                                                         const std::vector<handlers::Club>& clubs,
                                                         rules::Instant now);
// "1795337131000000-40417": after which letter the next page begins.
std::string cursor_text(const store::LetterCursor& cursor);
std::optional<store::LetterCursor> parse_cursor(std::string_view text);

// The reason in words that staff can read: the carrier's error code put into words, if there is one.
std::string reason_in_words(const store::DeadLetter& letter, const std::vector<CarrierOptions>& carriers);

// Both with `err` for what is wrong with the order. Throw SqlError.
ExitCode list_letters(const LettersOrder& order, const Options& options, store::Connection& connection,
                      std::ostream& out, std::ostream& err);
// `by`: who replays.
ExitCode replay_letters(const LettersOrder& order, const Options& options, store::Connection& connection,
                        const std::string& by, std::ostream& out, std::ostream& err);

}  // namespace peyk::gateway::ctl
