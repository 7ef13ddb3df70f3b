// The command line of `peykctl letters`.
#include <CLI/CLI.hpp>

#include "config/scalars.hpp"
#include "gateway/ctl/letters.hpp"
#include "gateway/lane_words.hpp"

namespace peyk::gateway::ctl {
CLI::App* describe_letters(CLI::App& letters, LettersOrder& order) {
  letters.add_option("--line", order.query.line, "only of this line");
  letters.add_option("--club", order.club, "only of this club (its slug)");
  letters.add_option("--lane", order.query.lane, "only of this lane")->check(CLI::IsMember(lane_words()));
  letters.add_option("--state", order.query.state, "only those that ended so")
      ->check(CLI::IsMember({"failed", "expired", "unknown"}));
  letters.add_option("--reason", order.query.reason, "only those whose reason holds these words");
  letters.add_option("--since", order.query.since,
                     "that died since then: 2h, 3d, or 2026-11-22T08:00:00+03:30");
  letters.add_option("--until", order.query.until, "that died before then: the same");
  letters.add_flag("--json", order.json, "as JSON");
  letters.add_option("--limit", order.query.limit, "letters on a page")
      ->check(CLI::Range(1U, store::kLettersPageMax));
  letters.add_option("--after", order.query.after, "the page after this letter, as the last page said");
  letters.add_flag("--by-reason", order.by_reason, "only how many of each reason");

  CLI::App* replay = letters.add_subcommand("replay", "queue letters anew: by their ids, or all that fit");
  replay->add_option("id", order.ids, "as letters shows them")->expected(1, -1);
  replay->add_flag("--dry-run", order.dry_run, "only tell what would be done");
  replay->add_option("--valid-for", order.valid_for, "how long to try, 1m to 7d")
      ->check([](const std::string& text) {
        const auto span = config::parse_time_span(text);
        const bool fits = span && *span >= kReplayValidMin && *span <= kReplayValidMax;
        return fits ? std::string() : std::string("1m to 7d");
      });
  replay->add_flag("--even-urgent", order.even_urgent, "answers to cashiers too, though they are stale");
  replay->add_flag("--even-unknown", order.even_unknown,
                   "those too that may have arrived and come twice then");
  replay->fallthrough();
  letters.require_subcommand(0, 1);
  return replay;
}

}  // namespace peyk::gateway::ctl
