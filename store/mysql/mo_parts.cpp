// Long texts from phones: a row of mo_text for each text, a row of mo_part for each of its parts.
//
//   part -> lock its text's row -> judge_part -> kept -> all there? -> the pieces, in order
//
// The text's row is the lock: processes that are given different parts of one text at the same moment come
// one after the other, and the last one sees all parts. The rows of a finished text stay for a while, so that
// a part that the carrier sends again is known and not taken for the beginning of another text.
#include <algorithm>
#include <map>

#include "store/mysql/tables.hpp"
#include "store/part_verdict.hpp"

namespace peyk::store {
namespace {

std::string_view octets(const handlers::RequestKey& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

std::chrono::seconds between(rules::Instant from, rules::Instant to) {
  return std::chrono::duration_cast<std::chrono::seconds>(to - from);
}

struct KeptText {
  rules::Instant begun_at{}, done_at{};
  std::map<std::uint8_t, MoPiece> parts;  // by seq
};

// Begins the text if it is new, and holds its row until the end of the transaction.
KeptText lock_text(Connection& connection, const MoPart& part, rules::Instant now) {
  connection
      .prepare(
          "INSERT INTO mo_text (message_key, carrier, phone, total, begun_at) VALUES (?, ?, ?, ?, ?) "
          "ON DUPLICATE KEY UPDATE total = VALUES(total)")
      .add(octets(part.message))
      .add(part.carrier)
      .add(part.phone)
      .add(std::uint32_t{part.total})
      .add(now)
      .update();
  KeptText text;
  {
    Rows rows = connection.prepare("SELECT begun_at, done_at FROM mo_text WHERE message_key = ? FOR UPDATE")
                    .add(octets(part.message))
                    .query();
    if (rows.next()) {
      text.begun_at = rows.instant();
      text.done_at = rows.instant();
    }
  }
  Rows rows = connection.prepare("SELECT seq, octets, data_coding FROM mo_part WHERE message_key = ?")
                  .add(octets(part.message))
                  .query();
  while (rows.next()) {
    const auto seq = static_cast<std::uint8_t>(rows.u64());
    std::string kept = rows.text();
    text.parts[seq] = {std::move(kept), static_cast<std::uint8_t>(rows.u64())};
  }
  return text;
}

PartVerdict judge(const KeptText& text, const MoPart& part, const MoPatience& patience, rules::Instant now) {
  PartBefore before{.since_begun = between(text.begun_at, now)};
  if (text.done_at != rules::Instant{}) before.since_done = between(text.done_at, now);
  if (const auto here = text.parts.find(part.seq); here != text.parts.end()) {
    const bool same = here->second.octets == part.octets && here->second.data_coding == part.data_coding;
    before.number = same ? PartBefore::Same::same_text : PartBefore::Same::other_text;
  }
  return judge_part(before, {.wait_max = patience.wait_max, .done_remembered = patience.done_remembered});
}

void delete_parts(Connection& connection, std::string_view key) {
  connection.prepare("DELETE FROM mo_part WHERE message_key = ?").add(key).update();
}

void begin_anew(Connection& connection, const MoPart& part, KeptText& text, rules::Instant now) {
  delete_parts(connection, octets(part.message));
  connection.prepare("UPDATE mo_text SET begun_at = ?, done_at = NULL WHERE message_key = ?")
      .add(now)
      .add(octets(part.message))
      .update();
  text = {.begun_at = now, .done_at = {}, .parts = {}};
}

struct WaitingText {
  std::string key;
  LostText text;
};

std::vector<WaitingText> read_waiting(Rows rows) {
  std::vector<WaitingText> texts;
  while (rows.next()) {
    WaitingText one;
    one.key = rows.text();
    one.text.carrier = rows.text();
    one.text.phone = rows.u64();
    one.text.total = rows.u32();
    one.text.parts = rows.u32();
    texts.push_back(std::move(one));
  }
  return texts;
}

constexpr const char* kWaitingColumns =
    "SELECT t.message_key, t.carrier, t.phone, t.total, "
    "(SELECT COUNT(*) FROM mo_part p WHERE p.message_key = t.message_key) FROM mo_text t ";

void give_up(Connection& connection, const std::vector<WaitingText>& texts, std::vector<LostText>& lost) {
  for (const WaitingText& one : texts) {
    delete_parts(connection, one.key);
    connection.prepare("DELETE FROM mo_text WHERE message_key = ?").add(one.key).update();
    lost.push_back(one.text);
  }
}

// A phone that never finishes its texts holds no more than so many.
void make_room(Connection& connection, const MoPart& part, const MoPatience& patience,
               std::vector<LostText>& lost) {
  auto waiting = read_waiting(connection
                                  .prepare(std::string(kWaitingColumns) +
                                           "WHERE t.phone = ? AND t.done_at IS NULL AND t.message_key <> ? "
                                           "ORDER BY t.begun_at DESC LIMIT 1000")
                                  .add(part.phone)
                                  .add(octets(part.message))
                                  .query());
  if (waiting.size() < patience.texts_per_phone_max) return;
  waiting.erase(waiting.begin(), waiting.begin() + (patience.texts_per_phone_max - 1));
  give_up(connection, waiting, lost);
}

}  // namespace

AddedPart add_mo_part(Connection& connection, const MoPart& given, const MoPatience& patience,
                      rules::Instant now) {
  MoPart part = given;
  part.octets.resize(std::min(part.octets.size(), kMoPartOctetsMax));
  AddedPart added;
  KeptText text = lock_text(connection, part, now);
  const PartVerdict verdict = judge(text, part, patience, now);
  if (verdict == PartVerdict::done_before) {
    added.done_before = true;
    return added;
  }
  if (verdict == PartVerdict::begins_anew) {
    const bool unfinished = text.done_at == rules::Instant{};
    if (unfinished) {
      const auto there = static_cast<std::uint32_t>(text.parts.size());
      added.lost.push_back({part.carrier, part.phone, there, part.total});
    }
    begin_anew(connection, part, text, now);
  }
  if (text.parts.empty()) make_room(connection, part, patience, added.lost);
  if (!text.parts.contains(part.seq)) {
    connection
        .prepare(
            "INSERT INTO mo_part (message_key, seq, octets, data_coding, received_at) VALUES (?, ?, ?, ?, ?)")
        .add(octets(part.message))
        .add(std::uint32_t{part.seq})
        .add(part.octets)
        .add(std::uint32_t{part.data_coding})
        .add(now)
        .update();
    text.parts[part.seq] = {part.octets, part.data_coding};
  }
  added.begun_at = text.begun_at;
  if (text.parts.size() < part.total) return added;
  for (auto& [seq, piece] : text.parts) added.pieces.push_back(std::move(piece));
  return added;
}

void mo_text_done(Connection& connection, const handlers::RequestKey& message, rules::Instant begun_at,
                  rules::Instant now) {
  connection
      .prepare("UPDATE mo_text SET done_at = ? WHERE message_key = ? AND begun_at = ? AND done_at IS NULL")
      .add(now)
      .add(octets(message))
      .add(begun_at)
      .update();
}

std::vector<LostText> forget_old_mo_texts(Connection& connection, const MoPatience& patience,
                                          rules::Instant now, std::uint32_t limit) {
  std::vector<LostText> lost, done;
  give_up(connection,
          read_waiting(connection
                           .prepare(std::string(kWaitingColumns) +
                                    "WHERE t.done_at IS NULL AND t.begun_at <= ? ORDER BY t.begun_at LIMIT ?")
                           .add(now - patience.wait_max)
                           .add(limit)
                           .query()),
          lost);
  give_up(connection,
          read_waiting(connection
                           .prepare(std::string(kWaitingColumns) +
                                    "WHERE t.done_at IS NOT NULL AND t.done_at <= ? LIMIT ?")
                           .add(now - patience.done_remembered)
                           .add(limit)
                           .query()),
          done);
  // Parts from before there was a row for each text.
  connection.prepare("DELETE FROM mo_part WHERE received_at < ? ORDER BY received_at LIMIT ?")
      .add(now - patience.wait_max - patience.done_remembered - patience.wait_max)
      .add(limit)
      .update();
  return lost;
}

}  // namespace peyk::store
