// Long texts from phones: a row of mo_text for each text, a row of mo_part for each of its parts.
//
//   parts -> lock their texts' rows -> for each, in turn: judge_part -> kept -> all there? -> the pieces, in
//   order -> all written at once
//
// The text's row is the lock: processes that are given different parts of one text at the same moment come
// one after the other, and the last one sees all parts. Rows are locked in the order of their keys. The rows
// of a finished text stay for a while, so that a part that the carrier sends again is known and not taken for
// the beginning of another text.
#include <algorithm>
#include <map>
#include <set>

#include "store/mysql/mo_parts.hpp"
#include "store/mysql/sets.hpp"
#include "store/part_verdict.hpp"

namespace peyk::store {
namespace {

using Key = handlers::RequestKey;

std::string_view octets(const Key& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

Key read_key(Rows& rows) {
  const std::string text = rows.text();
  Key key{};
  std::copy_n(text.begin(), std::min(text.size(), key.size()), key.begin());
  return key;
}

std::chrono::seconds between(rules::Instant from, rules::Instant to) {
  return std::chrono::duration_cast<std::chrono::seconds>(to - from);
}

struct KeptText {
  std::string carrier;
  handlers::PhoneNumber phone = 0;
  std::uint32_t total = 0;
  rules::Instant begun_at{}, done_at{};
  std::map<std::uint8_t, MoPiece> parts;  // by seq
  // Not in the tables yet:
  std::set<std::uint8_t> added;
  bool begun_anew = false;  // its row says when, and what parts it had are not its own
  bool given_up = false;
};

struct WaitingText {
  Key key{};
  LostText text;
};

// Texts that wait for parts, of each phone, the oldest first.
using Waiting = std::map<handlers::PhoneNumber, std::vector<WaitingText>>;

constexpr const char* kWaitingColumns =
    "SELECT t.message_key, t.carrier, t.phone, t.total, "
    "(SELECT COUNT(*) FROM mo_part p WHERE p.message_key = t.message_key) FROM mo_text t ";

WaitingText read_waiting(Rows& rows) {
  WaitingText one;
  one.key = read_key(rows);
  one.text.carrier = rows.text();
  one.text.phone = rows.u64();
  one.text.total = rows.u32();
  one.text.parts = rows.u32();
  return one;
}

void delete_parts(Connection& connection, const std::vector<std::string_view>& keys) {
  if (!keys.empty()) update_in(connection, "DELETE FROM mo_part WHERE message_key IN (", keys);
}

void forget(Connection& connection, const std::vector<std::string_view>& keys) {
  delete_parts(connection, keys);
  if (!keys.empty()) update_in(connection, "DELETE FROM mo_text WHERE message_key IN (", keys);
}

// What a set of parts meets and what it leaves behind.
class PartSet {
 public:
  PartSet(Connection& connection, std::span<const MoPart> parts, const MoPatience& patience,
          rules::Instant now)
      : connection_(connection), patience_(patience), now_(now) {
    lock_texts(parts);
    read_parts();
    read_waiting_of_phones();
  }

  AddedPart add(const MoPart& part);
  void write();

 private:
  void lock_texts(std::span<const MoPart> parts);
  void read_parts();
  void read_waiting_of_phones();
  PartVerdict judge(const KeptText& text, const MoPart& part) const;
  void begin_anew(KeptText& text, AddedPart& added);
  void make_room(const MoPart& part, std::vector<LostText>& lost);
  void no_longer_waits(const MoPart& part);

  Connection& connection_;
  const MoPatience& patience_;
  const rules::Instant now_;
  std::map<Key, KeptText> texts_;
  Waiting waiting_;
  std::vector<Key> given_up_;  // of other texts than these
};

// Begins the texts that are new, and holds the rows of all until the end of the transaction.
void PartSet::lock_texts(std::span<const MoPart> parts) {
  for (const MoPart& part : parts) {
    KeptText& text = texts_[part.message];
    text.carrier = part.carrier;
    text.phone = part.phone;
    text.total = part.total;
  }
  upsert_set(connection_, "INSERT INTO mo_text (message_key, carrier, phone, total, begun_at) VALUES ",
             "total = VALUES(total)", 5, texts_, [this](Statement& statement, const auto& entry) {
               const auto& [key, text] = entry;
               statement.add(octets(key)).add(text.carrier).add(text.phone).add(text.total).add(now_);
             });
  select_in(
      connection_, "SELECT message_key, begun_at, done_at FROM mo_text WHERE message_key IN (", "FOR UPDATE",
      1, texts_, [](Statement& statement, const auto& entry) { statement.add(octets(entry.first)); },
      [this](Rows& rows) {
        KeptText& text = texts_[read_key(rows)];
        text.begun_at = rows.instant();
        text.done_at = rows.instant();
      });
}

void PartSet::read_parts() {
  select_in(
      connection_, "SELECT message_key, seq, octets, data_coding FROM mo_part WHERE message_key IN (", "", 1,
      texts_, [](Statement& statement, const auto& entry) { statement.add(octets(entry.first)); },
      [this](Rows& rows) {
        KeptText& text = texts_[read_key(rows)];
        const auto seq = static_cast<std::uint8_t>(rows.u64());
        std::string kept = rows.text();
        text.parts[seq] = {std::move(kept), static_cast<std::uint8_t>(rows.u64())};
      });
}

void PartSet::read_waiting_of_phones() {
  std::set<handlers::PhoneNumber> phones;
  for (const auto& [key, text] : texts_) phones.insert(text.phone);
  select_in(
      connection_, std::string(kWaitingColumns) + "WHERE t.done_at IS NULL AND t.phone IN (",
      "ORDER BY t.phone, t.begun_at", 1, phones,
      [](Statement& statement, handlers::PhoneNumber phone) { statement.add(phone); },
      [this](Rows& rows) {
        WaitingText one = read_waiting(rows);
        // A text of which nothing was kept before this set begins with it.
        const auto here = texts_.find(one.key);
        if (here == texts_.end() || !here->second.parts.empty())
          waiting_[one.text.phone].push_back(std::move(one));
      });
}

PartVerdict PartSet::judge(const KeptText& text, const MoPart& part) const {
  PartBefore before{.since_begun = between(text.begun_at, now_)};
  if (text.done_at != rules::Instant{}) before.since_done = between(text.done_at, now_);
  if (const auto here = text.parts.find(part.seq); here != text.parts.end()) {
    const bool same = here->second.octets == part.octets && here->second.data_coding == part.data_coding;
    before.number = same ? PartBefore::Same::same_text : PartBefore::Same::other_text;
  }
  return judge_part(before, {.wait_max = patience_.wait_max, .done_remembered = patience_.done_remembered});
}

void PartSet::begin_anew(KeptText& text, AddedPart& added) {
  const bool unfinished = text.done_at == rules::Instant{} && !text.given_up;
  if (unfinished) {
    const auto there = static_cast<std::uint32_t>(text.parts.size());
    added.lost.push_back({text.carrier, text.phone, there, text.total});
  }
  text.parts.clear();
  text.added.clear();
  text.begun_at = now_;
  text.done_at = {};
  text.begun_anew = true;
  text.given_up = false;
}

void PartSet::no_longer_waits(const MoPart& part) {
  std::erase_if(waiting_[part.phone], [&part](const WaitingText& one) { return one.key == part.message; });
}

// A phone that never finishes its texts holds no more than so many.
void PartSet::make_room(const MoPart& part, std::vector<LostText>& lost) {
  no_longer_waits(part);
  auto& waiting = waiting_[part.phone];
  while (!waiting.empty() && waiting.size() >= patience_.texts_per_phone_max) {
    WaitingText& oldest = waiting.front();
    if (const auto here = texts_.find(oldest.key); here != texts_.end()) {
      oldest.text.parts = static_cast<std::uint32_t>(here->second.parts.size());
      here->second.parts.clear();
      here->second.added.clear();
      here->second.given_up = true;
    } else {
      given_up_.push_back(oldest.key);
    }
    lost.push_back(oldest.text);
    waiting.erase(waiting.begin());
  }
  waiting.push_back({part.message, {part.carrier, part.phone, 0, part.total}});
}

AddedPart PartSet::add(const MoPart& given) {
  MoPart part = given;
  part.octets.resize(std::min(part.octets.size(), kMoPartOctetsMax));
  KeptText& text = texts_.at(part.message);
  AddedPart added;
  const PartVerdict verdict = judge(text, part);
  if (verdict == PartVerdict::done_before) {
    added.done_before = true;
    return added;
  }
  if (verdict == PartVerdict::begins_anew || text.given_up) begin_anew(text, added);
  if (text.parts.empty()) make_room(part, added.lost);
  if (!text.parts.contains(part.seq)) {
    text.added.insert(part.seq);
    text.parts[part.seq] = {std::move(part.octets), part.data_coding};
  }
  added.begun_at = text.begun_at;
  if (text.parts.size() < part.total) return added;
  no_longer_waits(part);  // for parts
  for (const auto& [seq, piece] : text.parts) added.pieces.push_back(piece);
  return added;
}

void PartSet::write() {
  struct NewPart {
    const Key& key;
    std::uint8_t seq;
    const MoPiece& piece;
  };
  std::vector<std::string_view> gone, without_old_parts;
  std::vector<std::pair<const Key*, const KeptText*>> begun;
  std::vector<NewPart> parts;
  for (const Key& key : given_up_) gone.push_back(octets(key));
  for (const auto& [key, text] : texts_) {
    if (text.given_up) {
      gone.push_back(octets(key));
      continue;
    }
    if (text.begun_anew) {
      without_old_parts.push_back(octets(key));
      begun.emplace_back(&key, &text);
    }
    for (const std::uint8_t seq : text.added) parts.push_back({key, seq, text.parts.at(seq)});
  }
  forget(connection_, gone);
  delete_parts(connection_, without_old_parts);
  upsert_set(connection_, "INSERT INTO mo_text (message_key, carrier, phone, total, begun_at) VALUES ",
             "begun_at = VALUES(begun_at), done_at = NULL", 5, begun,
             [](Statement& statement, const auto& one) {
               const KeptText& text = *one.second;
               statement.add(octets(*one.first))
                   .add(text.carrier)
                   .add(text.phone)
                   .add(text.total)
                   .add(text.begun_at);
             });
  insert_set(connection_, "INSERT INTO mo_part (message_key, seq, octets, data_coding, received_at) VALUES ",
             5, parts, [this](Statement& statement, const NewPart& part) {
               statement.add(octets(part.key))
                   .add(std::uint32_t{part.seq})
                   .add(part.piece.octets)
                   .add(std::uint32_t{part.piece.data_coding})
                   .add(now_);
             });
}

std::vector<WaitingText> read_all_waiting(Rows rows) {
  std::vector<WaitingText> texts;
  while (rows.next()) texts.push_back(read_waiting(rows));
  return texts;
}

std::vector<LostText> give_up(Connection& connection, const std::vector<WaitingText>& texts) {
  std::vector<std::string_view> keys;
  std::vector<LostText> lost;
  for (const WaitingText& one : texts) {
    keys.push_back(octets(one.key));
    lost.push_back(one.text);
  }
  forget(connection, keys);
  return lost;
}

}  // namespace

std::vector<AddedPart> add_mo_parts(Connection& connection, std::span<const MoPart> parts,
                                    const MoPatience& patience, rules::Instant now) {
  PartSet set(connection, parts, patience, now);
  std::vector<AddedPart> added;
  added.reserve(parts.size());
  for (const MoPart& part : parts) added.push_back(set.add(part));
  set.write();
  return added;
}

void mo_texts_done(Connection& connection, std::span<const DoneMoText> texts, rules::Instant now) {
  for (std::size_t from = 0; from < texts.size(); from += kSetRowsMax) {
    const auto some = texts.subspan(from, std::min(kSetRowsMax, texts.size() - from));
    const std::size_t padded = std::bit_ceil(some.size());
    const auto at = [&some](std::size_t i) -> const DoneMoText& {
      return some[std::min(i, some.size() - 1)];
    };
    // The keys twice: MariaDB finds rows by a list of keys, and not by a list of pairs.
    Statement& statement = connection.prepare(
        "UPDATE mo_text SET done_at = ? WHERE done_at IS NULL AND message_key IN (" +
        placeholders(padded, 1) + ") AND (message_key, begun_at) IN (" + placeholders(padded, 2) + ")");
    statement.add(now);
    for (std::size_t i = 0; i < padded; ++i) statement.add(octets(at(i).message));
    for (std::size_t i = 0; i < padded; ++i) statement.add(octets(at(i).message)).add(at(i).begun_at);
    statement.update();
  }
}

std::vector<LostText> forget_old_mo_texts(Connection& connection, const MoPatience& patience,
                                          rules::Instant now, std::uint32_t limit) {
  auto lost = give_up(
      connection,
      read_all_waiting(connection
                           .prepare(std::string(kWaitingColumns) +
                                    "WHERE t.done_at IS NULL AND t.begun_at <= ? ORDER BY t.begun_at LIMIT ?")
                           .add(now - patience.wait_max)
                           .add(limit)
                           .query()));
  give_up(connection, read_all_waiting(connection
                                           .prepare(std::string(kWaitingColumns) +
                                                    "WHERE t.done_at IS NOT NULL AND t.done_at <= ? LIMIT ?")
                                           .add(now - patience.done_remembered)
                                           .add(limit)
                                           .query()));
  // Parts from before there was a row for each text.
  connection.prepare("DELETE FROM mo_part WHERE received_at < ? ORDER BY received_at LIMIT ?")
      .add(now - patience.wait_max - patience.done_remembered - patience.wait_max)
      .add(limit)
      .update();
  return lost;
}

}  // namespace peyk::store
