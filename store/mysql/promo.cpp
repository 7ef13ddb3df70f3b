#include "store/mysql/promo.hpp"

#include <algorithm>

#include "handlers/facts.hpp"
#include "store/mysql/schedule.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using handlers::LinePhoneKey;
using handlers::MemberKey;
using handlers::PromoVerdict;

constexpr std::chrono::hours kDay{24}, kWeek{7 * 24};

struct Counted {
  MessageId message = 0;
  rules::Instant at{};
};

// A text whose first parts have left goes on: half a text is worse than one too many.
bool is_asked(const QueuedText& text) {
  return text.lane == handlers::Lane::promo && text.sent.empty();
}

// What the verdicts need, of all texts at once.
class PromoReader {
 public:
  PromoReader(Connection& connection, const handlers::Directory& directory, rules::Instant now)
      : connection_(connection), directory_(directory), now_(now) {}

  void load(std::span<const QueuedText> texts, bool with_counts) {
    for (const QueuedText& text : texts) {
      for (const LinePhoneKey& key : stops_of(text)) may_have_stopped_[key.line].push_back(key.phone);
      phones_.insert({text.club, text.to});
    }
    load_stops();
    if (!with_counts) return;
    lock_phones();
    load_counts();
  }

  handlers::PromoFacts of(const QueuedText& text) const {
    const handlers::Club* club = directory_.club(text.club);
    handlers::PromoFacts facts{.time_zone = club == nullptr ? std::string_view("UTC") : club->time_zone,
                               .valid_until = text.valid_until};
    for (const LinePhoneKey& key : stops_of(text)) facts.stopped = facts.stopped || stopped_.contains(key);
    const auto sent = sent_.find({text.club, text.to});
    if (sent == sent_.end()) return facts;
    for (const Counted& one : sent->second) {
      if (one.message == text.id) continue;  // counted when it was let go before
      facts.in_day += one.at > now_ - kDay ? 1U : 0U;
      facts.in_week += one.at > now_ - kWeek ? 1U : 0U;
    }
    return facts;
  }

  void count(const QueuedText& text) {
    std::vector<Counted>& sent = sent_[{text.club, text.to}];
    if (std::ranges::find(sent, text.id, &Counted::message) == sent.end()) sent.push_back({text.id, now_});
  }

 private:
  // She said it to the line that the text leaves from, or to the club's own.
  std::vector<LinePhoneKey> stops_of(const QueuedText& text) const {
    std::vector<LinePhoneKey> keys{{text.line, text.to}};
    const handlers::Club* club = directory_.club(text.club);
    if (club != nullptr && club->line != text.line) keys.push_back({club->line, text.to});
    return keys;
  }

  // Line by line: a list of pairs costs MySQL nearly twice what a list of phones does.
  void load_stops() {
    for (const auto& [line, phones] : may_have_stopped_) {
      std::size_t bound = 0;
      select_in(
          connection_, "SELECT phone FROM line_phone WHERE promo_stopped = 1 AND line = ? AND phone IN (", "",
          1, phones,
          [&bound, &line = line](Statement& s, handlers::PhoneNumber phone) {
            if (bound++ % kSetRowsMax == 0) s.add(line);  // each statement's first parameter
            s.add(phone);
          },
          [this, &line = line](Rows& rows) {
            stopped_.insert({line, rows.u64()});
          });
    }
  }

  void lock_phones() {
    upsert_set(connection_, "INSERT INTO promo_phone (club_id, phone) VALUES ", "phone = VALUES(phone)", 2,
               phones_, [](Statement& s, const MemberKey& key) { s.add(key.club).add(key.phone); });
  }

  void load_counts() {
    std::size_t bound = 0;
    select_in(
        connection_,
        "SELECT p.club_id, p.phone, p.message_id, p.at FROM promo_sent p LEFT JOIN outbox o ON o.message_id ="
        " p.message_id WHERE p.at > ? AND COALESCE(o.state, 2) NOT IN (4, 5, 8) AND (p.club_id, p.phone) IN "
        "(",
        "", 2, phones_,
        [this, &bound](Statement& s, const MemberKey& key) {
          if (bound++ % kSetRowsMax == 0) s.add(now_ - kWeek);  // each statement's first parameter
          s.add(key.club).add(key.phone);
        },
        [this](Rows& rows) {
          MemberKey key;
          key.club = rows.u32();
          key.phone = rows.u64();
          Counted one;
          one.message = rows.u64();
          one.at = rows.instant();
          sent_[key].push_back(one);
        });
  }

  Connection& connection_;
  const handlers::Directory& directory_;
  const rules::Instant now_;
  std::map<std::string, std::vector<handlers::PhoneNumber>> may_have_stopped_;  // by line
  std::set<LinePhoneKey> stopped_;
  std::set<MemberKey> phones_;
  std::map<MemberKey, std::vector<Counted>> sent_;
};

void save_given_up(Connection& connection, MessageState state, std::string_view why,
                   const std::vector<MessageId>& ids, rules::Instant now) {
  update_in(
      connection,
      "UPDATE outbox FORCE INDEX (PRIMARY) SET state = ?, reason = ?, settled_at = ? WHERE message_id IN (",
      ids, [state, why, now](Statement& s) { s.add(static_cast<std::uint32_t>(state)).add(why).add(now); });
}

struct Held {
  QueuedText text;
  PromoVerdict verdict;
};

// They were read without a lock: only those that still are what they were may change.
void lock_queued(Connection& connection, std::vector<Held>& held) {
  std::vector<MessageId> ids;
  for (const Held& one : held) ids.push_back(one.text.id);
  std::set<MessageId> queued_ids;
  select_in(
      connection, "SELECT message_id FROM outbox FORCE INDEX (PRIMARY) WHERE state = 1 AND message_id IN (",
      "FOR UPDATE", 1, ids, [](Statement& s, MessageId id) { s.add(id); },
      [&queued_ids](Rows& rows) { queued_ids.insert(rows.u64()); });
  std::erase_if(held, [&queued_ids](const Held& one) { return !queued_ids.contains(one.text.id); });
}

// Those that may not leave now, or never.
void save_held(Connection& connection, std::vector<Held> held, rules::Instant now) {
  lock_queued(connection, held);
  std::map<rules::Instant, std::vector<QueuedText>> waiting;
  std::map<std::pair<MessageState, std::string_view>, std::vector<MessageId>> given_up;
  for (Held& one : held) {
    if (one.verdict.what == PromoVerdict::What::wait) {
      waiting[one.verdict.until].push_back(std::move(one.text));
    } else {
      const MessageState state = one.verdict.what == PromoVerdict::What::expire ? expired : cancelled;
      given_up[{state, one.verdict.why}].push_back(one.text.id);
    }
  }
  for (const auto& [until, texts] : waiting) schedule_again(connection, texts, until);
  for (const auto& [what, ids] : given_up) save_given_up(connection, what.first, what.second, ids, now);
}

}  // namespace

void keep_what_may_leave(Connection& connection, std::vector<QueuedText>& texts,
                         const std::set<MessageId>& begun, const handlers::PromoPolicy& policy,
                         const handlers::Directory& directory, rules::Instant now) {
  const auto first_asked = std::stable_partition(
      texts.begin(), texts.end(),
      [&begun](const QueuedText& text) { return !is_asked(text) || begun.contains(text.id); });
  std::vector<QueuedText> asked(std::make_move_iterator(first_asked), std::make_move_iterator(texts.end()));
  texts.erase(first_asked, texts.end());
  if (asked.empty()) return;
  PromoReader facts(connection, directory, now);
  facts.load(asked, policy.has_caps());
  std::vector<QueuedText> counted;
  std::vector<Held> held;
  for (QueuedText& text : asked) {
    const PromoVerdict verdict = handlers::judge_promo(policy, facts.of(text), now);
    if (verdict.what != PromoVerdict::What::send) {
      held.push_back({std::move(text), verdict});
      continue;
    }
    facts.count(text);
    if (policy.has_caps()) counted.push_back(text);
    texts.push_back(std::move(text));
  }
  save_held(connection, std::move(held), now);
  upsert_set(connection, "INSERT INTO promo_sent (club_id, phone, message_id, at) VALUES ", "at = VALUES(at)",
             4, counted, [now](Statement& s, const QueuedText& text) {
               s.add(text.club).add(text.to).add(text.id).add(now);
             });
}

void forget_old_promos(Connection& connection, rules::Instant now, std::uint32_t limit) {
  connection.prepare("DELETE FROM promo_sent WHERE at < ? LIMIT ?").add(now - kWeek).add(limit).update();
}

}  // namespace peyk::store
