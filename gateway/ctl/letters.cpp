#include "gateway/ctl/letters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "config/scalars.hpp"
#include "gateway/clock.hpp"
#include "gateway/ctl/trace.hpp"
#include "gateway/outbound_line.hpp"
#include "store/mysql/clubs.hpp"
#include "store/mysql/trace.hpp"
#include "templates/dates.hpp"
#include "templates/delivery_errors.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway::ctl {
namespace {

using Json = nlohmann::ordered_json;
using store::DeadLetter;
using store::ReplayVerdict;
using templates::Language;

constexpr std::uint32_t kConflictRetriesMax = 20;
constexpr std::size_t kToldMax = 100;  // letters that are told by name, of those that were not replayed

// The code at the end of "UNDELIVERABLE 027", in words; empty if there is none or nobody knows them.
std::string words_of_code(const std::string& reason, const std::vector<CarrierOptions>& carriers) {
  const std::size_t blank = reason.rfind(' ');
  if (blank == std::string::npos) return {};
  const std::string code = reason.substr(blank + 1);
  if (code.empty() || code.find_first_not_of("0123456789") != std::string::npos) return {};
  for (const CarrierOptions& carrier : carriers) {
    if (carrier.error_words.contains(code)) return carrier.error_words.at(code);
  }
  return std::string(templates::delivery_error_words(code, Language::en));
}

std::string as_text(const DeadLetter& letter, const std::vector<CarrierOptions>& carriers) {
  return fmt::format("{}  {} {} from {} to {}, {}: {}{}\n",
                     local_time(letter.died_at, letter.time_zone, Language::en), letter.id,
                     words(letter.lane), letter.line, templates::masked(letter.phone),
                     store::word_of_state(letter.state), reason_in_words(letter, carriers),
                     letter.maybe_twice ? " (maybe twice)" : "");
}

// An operator sees whose it is and what it says, too.
Json as_json(const DeadLetter& letter, const std::vector<CarrierOptions>& carriers) {
  Json json = letter_as_json(letter, carriers);
  json["club"] = letter.club;
  json["text"] = letter.text;
  return json;
}

ExitCode usage(std::string_view wrong, std::ostream& err) {
  err << "peykctl: " << wrong << '\n';
  return kUsage;
}

tl::expected<LettersAsked, std::string> asked_of_club(const LettersOrder& order,
                                                      store::Connection& connection, rules::Instant now) {
  auto asked = letters_asked(order.query, now);
  if (!asked || order.club.empty()) return asked;
  const auto clubs = store::load_clubs(connection);
  const auto club = std::ranges::find(clubs, order.club, &handlers::Club::slug);
  if (club == clubs.end()) return tl::unexpected("there is no club " + order.club);
  asked->filter.club = club->id;
  return asked;
}

void show_reasons(const LettersOrder& order, const Options& options, store::Connection& connection,
                  const store::LetterFilter& filter, std::ostream& out) {
  const auto counts = store::count_dead_letters(connection, filter);
  Json all = Json::array();
  for (const store::LettersOfReason& one : counts) {
    const std::string words = words_of_code(one.reason, options.carriers);
    if (!order.json) {
      out << fmt::format("{:>10}  {}: {}{}\n", one.count, store::word_of_state(one.state), one.reason,
                         words.empty() ? "" : ", " + words);
      continue;
    }
    all.push_back({{"state", store::word_of_state(one.state)},
                   {"reason", one.reason},
                   {"words", words},
                   {"count", one.count},
                   {"first", templates::rfc3339(one.first)},
                   {"last", templates::rfc3339(one.last)}});
  }
  if (order.json) {
    out << Json{{"reasons", std::move(all)}}.dump(2) << '\n';
  } else if (counts.empty()) {
    out << "no dead letters\n";
  }
}

}  // namespace

ExitCode list_letters(const LettersOrder& order, const Options& options, store::Connection& connection,
                      std::ostream& out, std::ostream& err) {
  const auto asked = asked_of_club(order, connection, wall_clock());
  if (!asked) return usage(asked.error(), err);
  if (order.by_reason) {
    show_reasons(order, options, connection, asked->filter, out);
    connection.rollback();
    return kDone;
  }
  const auto letters = store::load_dead_letters(connection, asked->filter, asked->after, order.query.limit);
  connection.rollback();
  std::string next;
  if (letters.size() == order.query.limit) next = cursor_text({letters.back().died_at, letters.back().id});
  if (order.json) {
    Json json{{"letters", Json::array()}, {"next", next.empty() ? Json() : Json(next)}};
    for (const DeadLetter& letter : letters) json["letters"].push_back(as_json(letter, options.carriers));
    out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    return kDone;
  }
  for (const DeadLetter& letter : letters) out << as_text(letter, options.carriers);
  if (letters.empty()) out << "no dead letters\n";
  if (!next.empty()) out << "more: --after " << next << '\n';
  return kDone;
}

namespace {

// Sets of letters, judged and replayed one after the other; what became of each.
class Replay {
 public:
  Replay(store::Connection& connection, store::ReplayTerms terms, bool dry_run)
      : connection_(connection), terms_(std::move(terms)), dry_run_(dry_run) {}

  // At most kLettersPageMax.
  void set(std::span<const store::MessageId> ids) {
    for (const store::Replayed& one : attempt(ids)) {
      ++counts_[one.verdict];
      if (one.verdict != ReplayVerdict::replayed && refused_.size() < kToldMax) refused_.push_back(one);
    }
  }

  std::uint64_t count(ReplayVerdict verdict) const {
    const auto found = counts_.find(verdict);
    return found == counts_.end() ? 0 : found->second;
  }

  std::string text() const {
    std::string text;
    for (const store::Replayed& one : refused_)
      text += fmt::format("{}: not replayed, {}\n", one.id, store::words(one.verdict));
    std::uint64_t left = 0;
    for (const auto& [verdict, number] : counts_) left += verdict == ReplayVerdict::replayed ? 0 : number;
    return text + fmt::format("{} {}{}, {} left as they are\n", count(ReplayVerdict::replayed),
                              dry_run_ ? "would be replayed" : "replayed", dry_run_ ? " (--dry-run)" : "",
                              left);
  }

  std::string json() const {
    Json json{{"dry_run", dry_run_}, {"replayed", count(ReplayVerdict::replayed)}};
    json["refused"] = Json::object();
    for (const auto& [verdict, number] : counts_) {
      if (verdict != ReplayVerdict::replayed) json["refused"][std::string(store::slug(verdict))] = number;
    }
    json["letters"] = Json::array();
    for (const store::Replayed& one : refused_)
      json["letters"].push_back({{"id", std::to_string(one.id)}, {"refused", store::slug(one.verdict)}});
    return json.dump(2) + "\n";
  }

 private:
  std::vector<store::Replayed> attempt(std::span<const store::MessageId> ids) {
    for (std::uint32_t conflicts = 0;; ++conflicts) {
      try {
        auto answers = store::replay_letters(connection_, ids, terms_, wall_clock());
        dry_run_ ? connection_.rollback() : connection_.commit();
        return answers;
      } catch (const store::SqlError& error) {
        if (error.kind() != store::SqlError::Kind::conflict || conflicts == kConflictRetriesMax) throw;
        connection_.rollback();
      }
    }
  }

  store::Connection& connection_;
  store::ReplayTerms terms_;
  bool dry_run_;
  std::map<ReplayVerdict, std::uint64_t> counts_;
  std::vector<store::Replayed> refused_;
};

// Everything that was dead before the replay began: what dies again meanwhile is not met a second time.
void replay_all(store::Connection& connection, store::LetterFilter filter, Replay& replay,
                rules::Instant now) {
  if (filter.until == rules::Instant{}) filter.until = now;
  std::optional<store::LetterCursor> after;
  while (true) {
    const auto page = store::load_dead_letters(connection, filter, after, store::kLettersPageMax);
    connection.rollback();
    if (page.empty()) return;
    std::vector<store::MessageId> ids;
    for (const DeadLetter& letter : page) ids.push_back(letter.id);
    after = store::LetterCursor{page.back().died_at, page.back().id};
    replay.set(ids);
  }
}

}  // namespace

ExitCode replay_letters(const LettersOrder& order, const Options& options, store::Connection& connection,
                        const std::string& by, std::ostream& out, std::ostream& err) {
  const auto now = wall_clock();
  const auto asked = asked_of_club(order, connection, now);
  if (!asked) return usage(asked.error(), err);
  const bool by_filter = !order.query.names_nothing() || !order.club.empty();
  if (by_filter != order.ids.empty())
    return usage(
        "name letters by their ids, or say which with --line, --club, --since and the like; not both", err);
  store::ReplayTerms terms{.even_urgent = order.even_urgent, .even_unknown = order.even_unknown, .by = by};
  if (const auto span = config::parse_time_span(order.valid_for))
    terms.valid_for = std::chrono::floor<std::chrono::seconds>(*span);
  for (const LineOptions& line : options.lines) terms.lines.insert(line.number);
  Replay replay(connection, std::move(terms), order.dry_run);
  if (order.ids.empty()) {
    if (!order.json) {
      std::uint64_t all = 0;
      for (const auto& one : store::count_dead_letters(connection, asked->filter)) all += one.count;
      connection.rollback();
      out << fmt::format("{} dead letters\n", all) << std::flush;
    }
    replay_all(connection, asked->filter, replay, now);
  } else {
    for (std::size_t at = 0; at < order.ids.size(); at += store::kLettersPageMax)
      replay.set(std::span(order.ids).subspan(
          at, std::min<std::size_t>(store::kLettersPageMax, order.ids.size() - at)));
  }
  out << (order.json ? replay.json() : replay.text());
  const bool nothing = replay.count(ReplayVerdict::replayed) == 0 && !order.ids.empty();
  return nothing ? kFound : kDone;
}

}  // namespace peyk::gateway::ctl
