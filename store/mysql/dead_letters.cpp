#include "store/mysql/dead_letters.hpp"

#include <algorithm>
#include <map>

#include "handlers/codes_in_text.hpp"
#include "handlers/records.hpp"
#include "store/mysql/history.hpp"
#include "store/mysql/sets.hpp"
#include "templates/utf8.hpp"

namespace peyk::store {
namespace {

// The conditions of a filter with their values, in one order.
std::string conditions(const LetterFilter& filter) {
  std::string sql = filter.state ? "o.state = ?" : "o.state IN (4, 5, 6)";
  if (!filter.line.empty()) sql += " AND o.line = ?";
  if (filter.club) sql += " AND o.club_id = ?";
  if (filter.lane) sql += " AND o.lane = ?";
  if (!filter.reason.empty()) sql += " AND LOCATE(?, o.reason) > 0";
  if (filter.since != rules::Instant{}) sql += " AND o.settled_at >= ?";
  if (filter.until != rules::Instant{}) sql += " AND o.settled_at < ?";
  return sql;
}

void bind(Statement& statement, const LetterFilter& filter) {
  if (filter.state) statement.add(std::uint32_t{*filter.state});
  if (!filter.line.empty()) statement.add(filter.line);
  if (filter.club) statement.add(*filter.club);
  if (filter.lane) statement.add(static_cast<std::uint32_t>(*filter.lane));
  if (!filter.reason.empty()) statement.add(filter.reason);
  if (filter.since != rules::Instant{}) statement.add(filter.since);
  if (filter.until != rules::Instant{}) statement.add(filter.until);
}

// Of those that a receipt ended: whose, and what it said. `history`: "" or "_history".
void load_failed_parts(Connection& connection, std::vector<DeadLetter>& letters, const std::string& history) {
  std::map<MessageId, std::size_t> by_id;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (letters[i].state == failed) by_id.emplace(letters[i].id, i);
  }
  select_in(
      connection,
      "SELECT message_id, carrier, receipt_word, error FROM outbox_part" + history +
          " WHERE state = 4 AND message_id IN (",
      "ORDER BY message_id, part DESC", 1, by_id, [](Statement& s, const auto& one) { s.add(one.first); },
      [&letters, &by_id](Rows& rows) {
        DeadLetter& letter = letters[by_id.at(rows.u64())];
        letter.carrier = rows.text();
        letter.word = rows.text();
        letter.error = rows.text();
      });
}

using Day = std::chrono::sys_days;

// Days on which letters of the history died: from, and before. Only their partitions are read.
struct Days {
  Day from, before;
};

std::vector<DeadLetter> load_from(Connection& connection, const LetterFilter& filter,
                                  const std::optional<LetterCursor>& after, std::uint32_t limit,
                                  const std::optional<Days>& of_history) {
  const std::string history = of_history ? "_history" : "";
  std::string sql =
      "SELECT o.message_id, c.slug, c.time_zone, o.line, o.phone, o.lane, o.state, o.reason, o.text,"
      " o.maybe_twice, o.created_at, o.settled_at FROM outbox" +
      history + " o LEFT JOIN club c ON c.club_id = o.club_id WHERE " + conditions(filter);
  if (after) sql += " AND (o.settled_at < ? OR (o.settled_at = ? AND o.message_id < ?))";
  if (of_history) sql += " AND o.settled_on >= DATE(?) AND o.settled_on < DATE(?)";
  Statement& statement = connection.prepare(sql + " ORDER BY o.settled_at DESC, o.message_id DESC LIMIT ?");
  bind(statement, filter);
  if (after) statement.add(after->died_at).add(after->died_at).add(after->id);
  if (of_history) statement.add(rules::Instant(of_history->from)).add(rules::Instant(of_history->before));
  statement.add(limit);
  std::vector<DeadLetter> letters;
  for (Rows rows = statement.query(); rows.next();) {
    DeadLetter& letter = letters.emplace_back();
    letter.id = rows.u64();
    letter.club = rows.text();
    letter.time_zone = rows.text();
    letter.line = rows.text();
    letter.phone = rows.u64();
    letter.lane = static_cast<handlers::Lane>(rows.u64());
    letter.state = static_cast<MessageState>(rows.u64());
    letter.reason = rows.text();
    letter.text = rows.text();
    letter.maybe_twice = rows.flag();
    letter.created_at = rows.instant();
    letter.died_at = rows.instant();
  }
  load_failed_parts(connection, letters, history);
  return letters;
}

bool is_later(const DeadLetter& a, const DeadLetter& b) {
  return std::pair(a.died_at, a.id) > std::pair(b.died_at, b.id);
}

}  // namespace

std::vector<DeadLetter> load_dead_letters(Connection& connection, const LetterFilter& filter,
                                          const std::optional<LetterCursor>& after, std::uint32_t limit) {
  limit = std::min(limit, kLettersPageMax);
  std::vector<DeadLetter> letters = load_from(connection, filter, after, limit, std::nullopt);
  // From the last day backwards, ever more partitions at once, until there are enough.
  const std::vector<Day> edges = history_edges(connection);
  const auto day = [](rules::Instant at) { return std::chrono::floor<std::chrono::days>(at); };
  std::size_t found = 0, span = 1;
  for (std::size_t high = edges.size() - 1; high > 0 && found < limit; span *= 2) {
    const std::size_t low = high > span ? high - span : 0;
    const Days days{edges[low], edges[high]};
    high = low;
    if (filter.since != rules::Instant{} && days.before <= day(filter.since)) break;
    if (after && days.from > day(after->died_at)) continue;
    auto some = load_from(connection, filter, after, limit, days);
    found += some.size();
    letters.insert(letters.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  std::sort(letters.begin(), letters.end(), is_later);
  if (letters.size() > limit) letters.resize(limit);
  return letters;
}

std::vector<LettersOfReason> count_dead_letters(Connection& connection, const LetterFilter& filter) {
  std::map<std::pair<std::uint64_t, std::string>, LettersOfReason> all;
  for (const std::string history : {"", "_history"}) {
    const bool by_day = !history.empty() && filter.since != rules::Instant{};
    Statement& statement = connection.prepare(
        "SELECT o.state, o.reason, COUNT(*), MIN(o.settled_at), MAX(o.settled_at) FROM outbox" + history +
        " o WHERE " + conditions(filter) + (by_day ? " AND o.settled_on >= DATE(?)" : "") +
        " GROUP BY o.state, o.reason ORDER BY COUNT(*) DESC, o.state, o.reason LIMIT ?");
    bind(statement, filter);
    if (by_day) statement.add(filter.since);
    statement.add(kReasonsMax);
    for (Rows rows = statement.query(); rows.next();) {
      const std::uint64_t state = rows.u64();
      const std::string reason = rows.text();
      LettersOfReason& one = all[{state, reason}];
      one.state = static_cast<MessageState>(state);
      one.reason = reason;
      const std::uint64_t count = rows.u64();
      const rules::Instant first = rows.instant(), last = rows.instant();
      one.first = one.count == 0 ? first : std::min(one.first, first);
      one.last = std::max(one.last, last);
      one.count += count;
    }
  }
  std::vector<LettersOfReason> counts;
  for (auto& [key, one] : all) counts.push_back(std::move(one));
  std::stable_sort(counts.begin(), counts.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  if (counts.size() > kReasonsMax) counts.resize(kReasonsMax);
  return counts;
}

namespace {

struct Candidate {
  LetterFacts facts;
  handlers::PhoneNumber phone = 0;
  std::string reason;
  rules::Instant valid_until{}, settled_at{};
};
using Candidates = std::map<MessageId, Candidate>;

Candidates lock_letters(Connection& connection, std::span<const MessageId> ids) {
  Candidates letters;
  select_in(
      connection,
      "SELECT message_id, club_id, line, phone, lane, state, text, reason, valid_until, settled_at FROM "
      "outbox"
      " WHERE message_id IN (",
      "ORDER BY message_id FOR UPDATE", 1, ids, [](Statement& s, MessageId id) { s.add(id); },
      [&letters](Rows& rows) {
        Candidate& letter = letters[rows.u64()];
        letter.facts.club = rows.u32();
        letter.facts.line = rows.text();
        letter.phone = rows.u64();
        letter.facts.lane = static_cast<handlers::Lane>(rows.u64());
        letter.facts.state = static_cast<MessageState>(rows.u64());
        letter.facts.text = rows.text();
        letter.reason = rows.text();
        letter.valid_until = rows.instant();
        letter.settled_at = rows.instant();
      });
  return letters;
}

void load_replays(Connection& connection, Candidates& letters) {
  select_in(
      connection, "SELECT message_id, MAX(replay) FROM outbox_replay WHERE message_id IN (",
      "GROUP BY message_id", 1, letters, [](Statement& s, const auto& one) { s.add(one.first); },
      [&letters](Rows& rows) {
        Candidate& letter = letters.at(rows.u64());
        letter.facts.replays = rows.u32();
      });
}

void load_stops(Connection& connection, Candidates& letters) {
  std::set<std::pair<std::string, handlers::PhoneNumber>> keys, stopped;
  for (const auto& [id, letter] : letters) {
    if (letter.facts.lane == handlers::Lane::promo) keys.emplace(letter.facts.line, letter.phone);
  }
  select_in(
      connection, "SELECT line, phone FROM line_phone WHERE promo_stopped = 1 AND (line, phone) IN (", "", 2,
      keys, [](Statement& s, const auto& key) { s.add(key.first).add(key.second); },
      [&stopped](Rows& rows) {
        const std::string line = rows.text();
        stopped.emplace(line, rows.u64());
      });
  for (auto& [id, letter] : letters) {
    letter.facts.promo_stopped = stopped.contains({letter.facts.line, letter.phone});
  }
}

// The codes that members have or had, of those to whom a number was written that could be one.
void load_codes(Connection& connection, Candidates& letters, rules::Instant now) {
  using Member = std::pair<handlers::ClubId, handlers::PhoneNumber>;
  std::set<Member> named;
  for (const auto& [id, letter] : letters) {
    if (!handlers::numbers_like_codes(letter.facts.text).empty())
      named.emplace(letter.facts.club, letter.phone);
  }
  std::map<std::uint64_t, Member> members;
  select_in(
      connection, "SELECT member_id, club_id, phone FROM member WHERE (club_id, phone) IN (", "", 2, named,
      [](Statement& s, const Member& key) { s.add(key.first).add(key.second); },
      [&members](Rows& rows) {
        const std::uint64_t id = rows.u64();
        const handlers::ClubId club = rows.u32();
        members[id] = {club, rows.u64()};
      });
  std::map<Member, std::vector<CodeOfMember>> codes;
  for (const auto& [id, member] : members) codes[member];
  std::size_t bound = 0;
  select_in(
      connection,
      "SELECT l.expires_at > ?, c.member_id, c.number, c.state, l.expires_at FROM code c JOIN lot l ON "
      "l.lot_id = c.lot_id"
      " WHERE c.member_id IN (",
      "", 1, members,
      [&bound, now](Statement& s, const auto& one) {
        if (bound++ % kSetRowsMax == 0) s.add(now);  // each statement's first parameter
        s.add(one.first);
      },
      [&members, &codes](Rows& rows) {
        const bool lasts = rows.flag();
        const Member& member = members.at(rows.u64());
        const rules::CodeNumber number = rows.u32();
        const bool live = static_cast<handlers::CodeState>(rows.u64()) == handlers::CodeState::live;
        codes[member].push_back({number, lasts && live, rows.instant()});
      });
  for (auto& [id, letter] : letters) {
    const auto found = codes.find({letter.facts.club, letter.phone});
    letter.facts.is_member = found != codes.end();
    if (found != codes.end()) letter.facts.codes = found->second;
  }
}

// How each ended, before it begins anew; parts that failed make room for the next attempt.
void save_ends(Connection& connection, const std::vector<std::pair<MessageId, const Candidate*>>& replayed,
               const std::vector<MessageId>& ids, const ReplayTerms& terms, rules::Instant now) {
  insert_set(connection,
             "INSERT INTO outbox_replay (message_id, replay, line, replayed_at, replayed_by, state, reason,"
             " valid_until, settled_at) VALUES ",
             9, replayed, [&terms, now](Statement& s, const auto& one) {
               const Candidate& letter = *one.second;
               s.add(one.first).add(letter.facts.replays + 1).add(letter.facts.line).add(now);
               s.add(templates::clip(terms.by, 64)).add(std::uint32_t{letter.facts.state});
               s.add(letter.reason).add(letter.valid_until).add(letter.settled_at);
             });
  update_in(connection,
            "INSERT INTO outbox_replay_part (message_id, replay, part, carrier, carrier_message_id,"
            " receipt_word, error, submitted_at, done_at) SELECT p.message_id, r.replay, p.part, p.carrier,"
            " p.carrier_message_id, p.receipt_word, p.error, p.submitted_at, p.done_at FROM outbox_part p"
            " JOIN outbox_replay r ON r.message_id = p.message_id AND r.taken_up_at IS NULL"
            " AND r.replayed_at = ? WHERE p.state = 4 AND p.message_id IN (",
            ids, [now](Statement& s) { s.add(now); });
  update_in(connection, "DELETE FROM outbox_part WHERE state = 4 AND message_id IN (", ids);
}

// `send_at`: how long it takes is counted from here.
void queue_again(Connection& connection, const std::vector<MessageId>& ids, rules::Instant now,
                 rules::Instant valid_until) {
  update_in(
      connection,
      "UPDATE outbox SET maybe_twice = IF(state = 6, 1, maybe_twice), state = 1, reason = '',"
      " attempts = 0, settled_at = '1970-01-01 00:00:00', send_at = ?, valid_until = ?, parts_begun = EXISTS "
      "(SELECT 1 FROM"
      " outbox_part p WHERE p.message_id = outbox.message_id) WHERE state IN (4, 5, 6) AND message_id IN"
      " (",
      ids, [now, valid_until](Statement& s) { s.add(now).add(valid_until); });
}

}  // namespace

std::vector<Replayed> replay_letters(Connection& connection, std::span<const MessageId> ids,
                                     const ReplayTerms& terms, rules::Instant now) {
  Candidates letters = lock_letters(connection, ids);
  std::vector<MessageId> gone;
  for (const MessageId id : ids) {
    if (!letters.contains(id)) gone.push_back(id);
  }
  if (!gone.empty()) {
    bring_back(connection, gone);
    letters.merge(lock_letters(connection, gone));
  }
  load_replays(connection, letters);
  load_stops(connection, letters);
  load_codes(connection, letters, now);
  std::map<MessageId, ReplayVerdict> verdicts;
  std::vector<std::pair<MessageId, const Candidate*>> replayed;
  std::vector<MessageId> all;
  std::map<rules::Instant, std::vector<MessageId>> by_end;
  for (const auto& [id, letter] : letters) {
    const ReplayVerdict verdict = verdicts[id] = judge_letter(letter.facts, terms);
    if (verdict != ReplayVerdict::replayed) continue;
    replayed.emplace_back(id, &letter);
    all.push_back(id);
    by_end[letter_ends(letter.facts, terms, now)].push_back(id);
  }
  if (!all.empty()) save_ends(connection, replayed, all, terms, now);
  for (const auto& [end, some] : by_end) queue_again(connection, some, now, end);
  std::vector<Replayed> answers;
  for (const MessageId id : ids) {
    const auto verdict = verdicts.find(id);
    answers.push_back({id, verdict == verdicts.end() ? ReplayVerdict::no_such_message : verdict->second});
  }
  return answers;
}

std::vector<QueuedText> take_up_replays(Connection& connection, const std::set<std::string>& lines,
                                        rules::Instant now, std::uint32_t limit) {
  std::vector<MessageId> ids;
  select_in(
      connection, "SELECT message_id FROM outbox_replay WHERE taken_up_at IS NULL AND line IN (",
      "LIMIT " + std::to_string(limit), 1, lines, [](Statement& s, const std::string& line) { s.add(line); },
      [&ids](Rows& rows) { ids.push_back(rows.u64()); });
  if (ids.empty()) return {};
  std::sort(ids.begin(), ids.end());
  update_in(connection,
            "UPDATE outbox_replay SET taken_up_at = ? WHERE taken_up_at IS NULL AND message_id IN (", ids,
            [now](Statement& s) { s.add(now); });
  return load_queued(connection, ids);
}

std::uint64_t forget_replays(Connection& connection, rules::Instant before, std::uint32_t limit) {
  std::vector<MessageId> ids;
  {
    Rows rows = connection
                    .prepare(
                        "SELECT message_id FROM outbox_replay WHERE replayed_at < ? ORDER BY replayed_at"
                        " LIMIT ?")
                    .add(before)
                    .add(limit)
                    .query();
    while (rows.next()) ids.push_back(rows.u64());
  }
  const auto bind_before = [before](Statement& s) { s.add(before); };
  update_in(
      connection,
      "DELETE p FROM outbox_replay_part p JOIN outbox_replay r ON r.message_id = p.message_id AND r.replay"
      " = p.replay WHERE r.replayed_at < ? AND r.message_id IN (",
      ids, bind_before);
  update_in(connection, "DELETE FROM outbox_replay WHERE replayed_at < ? AND message_id IN (", ids,
            bind_before);
  return ids.size();
}

}  // namespace peyk::store
