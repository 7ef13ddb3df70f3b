// peykctl letters: dead letters as an operator sees them, and their replay.
//
//   words of the command line -> LettersOrder -> letters_asked() -> store -> text or JSON
//
// A replay by filter first tells how many letters it is about; each of its sets is committed before the next,
// so one that is broken off is simply given once more: what was replayed is no dead letter any more.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "gateway/ctl/program.hpp"
#include "gateway/letter_query.hpp"
#include "gateway/options.hpp"
#include "store/mysql/connection.hpp"

namespace CLI {
class App;
}

namespace peyk::gateway::ctl {

// As it was typed.
struct LettersOrder {
  LetterQuery query;
  std::vector<std::uint64_t> ids;
  std::string club, valid_for;
  bool by_reason = false, json = false, dry_run = false, even_urgent = false, even_unknown = false;
};

// Adds the options to `letters`; returns its subcommand `replay`.
CLI::App* describe_letters(CLI::App& letters, LettersOrder& order);

// Both with `err` for what is wrong with the order. Throw SqlError.
ExitCode list_letters(const LettersOrder& order, const Options& options, store::Connection& connection,
                      std::ostream& out, std::ostream& err);
// `by`: who replays.
ExitCode replay_letters(const LettersOrder& order, const Options& options, store::Connection& connection,
                        const std::string& by, std::ostream& out, std::ostream& err);

}  // namespace peyk::gateway::ctl
