#include "store/mysql/receipts.hpp"

#include <algorithm>

#include "store/mysql/receipt_parking.hpp"
#include "store/mysql/receipt_parts.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

constexpr std::chrono::minutes kClocksDiffer{5};

using Habits = std::map<std::string, IdHabit>;  // by carrier

Habits load_habits(Connection& connection, std::span<const ParkedReceipt> receipts) {
  std::set<std::string> carriers;
  for (const ParkedReceipt& one : receipts) carriers.insert(one.receipt.carrier);
  Habits habits;
  select_in(
      connection,
      "SELECT carrier, same, hex_to_decimal, decimal_to_hex FROM carrier_id_habit WHERE carrier IN (", "", 1,
      carriers, [](Statement& s, const std::string& carrier) { s.add(carrier); },
      [&habits](Rows& rows) {
        const std::string carrier = rows.text();
        IdHabit::Counts counts{};
        for (std::uint32_t& count : counts) count = rows.u32();
        habits[carrier] = IdHabit(counts);
      });
  return habits;
}

void save_habits(Connection& connection, const Habits& habits) {
  upsert_set(
      connection, "INSERT INTO carrier_id_habit (carrier, same, hex_to_decimal, decimal_to_hex) VALUES ",
      "same = VALUES(same), hex_to_decimal = VALUES(hex_to_decimal), decimal_to_hex = VALUES(decimal_to_hex)",
      4, habits, [](Statement& s, const auto& habit) {
        s.add(habit.first);
        for (const std::uint32_t count : habit.second.counts()) s.add(count);
      });
}

// The keys under which the receipt's part may stand; with a habit, first only the usual one.
std::set<CarrierKey> keys_of(const Receipt& receipt, std::optional<IdStyle> only) {
  std::set<CarrierKey> keys;
  for (const std::string& id : {receipt.id, receipt.text_id}) {
    if (id.empty()) continue;
    const IdKeys all = submitted_keys(id);
    for (std::size_t style = 0; style < kIdStyles; ++style) {
      const bool wanted = !only || static_cast<std::size_t>(*only) == style;
      if (wanted && !all[style].empty()) keys.emplace(receipt.carrier, all[style]);
    }
  }
  return keys;
}

// What a receipt that found its part does to it.
ReceiptOutcome apply(const Receipt& receipt, KnownPart& part, rules::Instant now) {
  if (part.state == unknown) {  // the carrier has it after all, under this id
    part.state = submitted;
    part.carrier_message_id = receipt.id;
    part.key = id_key(receipt.id);
    part.was_unknown = true;
  }
  if (part.state != submitted) {
    if (!receipt.final) return ReceiptOutcome::repeated;
    return (part.state == delivered) == receipt.delivered ? ReceiptOutcome::repeated
                                                          : ReceiptOutcome::conflict;
  }
  part.word = receipt.word;
  part.error = receipt.error;
  part.changed = true;
  if (!receipt.final) return ReceiptOutcome::progress;
  part.state = receipt.delivered ? delivered : failed;
  // What was done before it was sent was dated by another clock than we think.
  part.done_at = receipt.done_at < part.submitted_at - kClocksDiffer ? now : receipt.done_at;
  return ReceiptOutcome::settled;
}

// One set of receipts, new or parked, against the parts.
class Round {
 public:
  Round(Connection& connection, std::span<const ParkedReceipt> receipts, rules::Instant now)
      : connection_(connection), receipts_(receipts), now_(now), parts_(connection, now) {}

  std::vector<ReceiptResult> run() {
    habits_ = load_habits(connection_, receipts_);
    results_.resize(receipts_.size());
    std::vector<std::size_t> all(receipts_.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    // Most carriers have a habit: then one key finds nearly all, and only the rest needs the others.
    const std::vector<std::size_t> left = probe(all, true);
    settle_by_reference(probe(left, false));
    parts_.save();
    save_habits(connection_, learned_);
    return std::move(results_);
  }

 private:
  std::optional<IdStyle> usual_of(const Receipt& receipt) const {
    const auto habit = habits_.find(receipt.carrier);
    return habit == habits_.end() ? std::nullopt : habit->second.usual();
  }

  // Returns those that found nothing.
  std::vector<std::size_t> probe(const std::vector<std::size_t>& which, bool only_usual) {
    std::map<std::size_t, std::set<CarrierKey>> keys;
    std::set<CarrierKey> all;
    for (const std::size_t i : which) {
      const Receipt& receipt = receipts_[i].receipt;
      keys[i] = keys_of(receipt, only_usual ? usual_of(receipt) : std::nullopt);
      all.insert(keys[i].begin(), keys[i].end());
    }
    parts_.load(std::move(all));
    std::vector<std::size_t> left;
    for (const std::size_t i : which) {
      if (!settle(i, keys[i])) left.push_back(i);
    }
    return left;
  }

  bool settle(std::size_t i, const std::set<CarrierKey>& keys) {
    const Receipt& receipt = receipts_[i].receipt;
    const std::vector<KnownPart*> known = parts_.under(keys);
    std::vector<SubmittedPart> submitted_parts(known.size());
    std::transform(known.begin(), known.end(), submitted_parts.begin(),
                   [](const KnownPart* part) { return static_cast<const SubmittedPart&>(*part); });
    IdHabit& habit = habits_[receipt.carrier];
    const ReceiptAnswer answer =
        match_receipt({.id = receipt.id,
                       .text_id = receipt.text_id,
                       .phone = receipt.phone,
                       .phone_must_agree = receipt.only_of_phone,
                       .patient = receipt.patient || now_ - receipts_[i].parked_at >= kReceiptDoubt},
                      submitted_parts, habit);
    if (answer.verdict != ReceiptAnswer::Verdict::found) {
      results_[i].outcome = receipt.only_of_phone ? ReceiptOutcome::not_receipt
                            : receipt.final       ? ReceiptOutcome::parked
                                                  : ReceiptOutcome::unmatched;
      return false;
    }
    KnownPart& part = *known[answer.index];
    results_[i] = {apply(receipt, part, now_), part.message, part.part};
    if (answer.style && habit.saw(*answer.style)) learned_[receipt.carrier] = habit;
    return true;
  }

  // Those whose id says nothing. A text that only looks like a receipt is not believed its reference: some
  // carriers put the phone's own there.
  void settle_by_reference(const std::vector<std::size_t>& which) {
    const auto may = [](const Receipt& one) {
      return one.reference != 0 && one.phone != 0 && !one.only_of_phone;
    };
    std::set<handlers::PhoneNumber> phones;
    for (const std::size_t i : which) {
      if (may(receipts_[i].receipt)) phones.insert(receipts_[i].receipt.phone);
    }
    parts_.load(phones);
    for (const std::size_t i : which) {
      const Receipt& receipt = receipts_[i].receipt;
      KnownPart* part = may(receipt) ? parts_.referenced(receipt) : nullptr;
      if (part != nullptr) results_[i] = {apply(receipt, *part, now_), part->message, part->part};
    }
  }

  Connection& connection_;
  std::span<const ParkedReceipt> receipts_;
  rules::Instant now_;
  KnownParts parts_;
  Habits habits_, learned_;
  std::vector<ReceiptResult> results_;
};

std::string printable(std::string_view text, std::size_t max) {
  std::string shown(text.substr(0, max));
  for (char& c : shown) {
    if (c < ' ' || c > '~') c = '?';
  }
  return shown;
}

// The store's own columns have limits, and what people read is ASCII.
ParkedReceipt arriving(Receipt receipt, rules::Instant now) {
  receipt.word = printable(receipt.word, 20);
  receipt.error = printable(receipt.error, 16);
  receipt.id.resize(std::min(receipt.id.size(), kCarrierIdMax));
  receipt.text_id.resize(std::min(receipt.text_id.size(), kCarrierIdMax));
  return {.receipt = std::move(receipt), .parked_at = now};
}

}  // namespace

std::vector<ReceiptResult> match_receipts(Connection& connection, std::span<const ParkedReceipt> receipts,
                                          rules::Instant now) {
  if (receipts.empty()) return {};
  return Round(connection, receipts, now).run();
}

std::vector<ReceiptResult> save_receipts(Connection& connection, std::span<const Receipt> receipts,
                                         rules::Instant now) {
  std::vector<ParkedReceipt> arrived;
  for (const Receipt& receipt : receipts) arrived.push_back(arriving(receipt, now));
  std::vector<ReceiptResult> results = match_receipts(connection, arrived, now);
  std::vector<const ParkedReceipt*> parked;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].outcome == ReceiptOutcome::parked) parked.push_back(&arrived[i]);
  }
  park_receipts(connection, parked);
  return results;
}

void save_taken_parts(Connection& connection, std::span<const TakenPart> parts, rules::Instant now) {
  upsert_set(
      connection,
      "INSERT INTO outbox_part (message_id, part, carrier, carrier_message_id, id_key, state, submitted_at)"
      " VALUES ",
      "carrier = VALUES(carrier), carrier_message_id = VALUES(carrier_message_id), id_key = VALUES(id_key),"
      " submitted_at = VALUES(submitted_at), state = IF(state = 6, VALUES(state), state)",
      7, parts, [now](Statement& s, const TakenPart& part) {
        s.add(part.message).add(part.part).add(part.carrier).add(part.carrier_message_id);
        s.add(id_key(part.carrier_message_id)).add(std::uint32_t{submitted}).add(now);
      });
  unpark_receipts(connection, parts, now);
}

void save_unknown_parts(Connection& connection, std::span<const TakenPart> parts, rules::Instant now) {
  upsert_set(
      connection,
      "INSERT INTO outbox_part (message_id, part, carrier, carrier_message_id, id_key, state, submitted_at)"
      " VALUES ",
      "submitted_at = VALUES(submitted_at)", 7, parts, [now](Statement& s, const TakenPart& part) {
        s.add(part.message).add(part.part).add(part.carrier).add(std::string_view()).add(std::string_view());
        s.add(std::uint32_t{unknown}).add(now);
      });
  unpark_receipts_by_reference(connection, parts, now);
}

void fold_parts(Connection& connection, std::span<const MessageId> messages) {
  change_in(
      connection,
      "UPDATE outbox o JOIN (SELECT message_id, COUNT(*) AS parts, SUM(state = 4) AS failed,"
      " SUM(state <> 3) AS undelivered, SUM(state = 6) AS unsure,"
      " MAX(CASE WHEN state = 4 THEN CONCAT(receipt_word, ' ', error) ELSE '' END) AS why FROM outbox_part"
      " WHERE message_id IN (",
      " GROUP BY message_id) p ON p.message_id = o.message_id"
      " SET o.state = CASE WHEN p.failed > 0 THEN 4"
      " WHEN o.state = 6 AND (p.unsure > 0 OR p.parts < o.parts) THEN 6"
      " WHEN p.undelivered = 0 THEN 3 ELSE 2 END,"
      " o.reason = CASE WHEN p.failed > 0 THEN TRIM(CONVERT(p.why USING utf8mb4))"
      " WHEN p.unsure > 0 OR p.parts < o.parts THEN o.reason ELSE '' END"
      " WHERE o.state IN (2, 6)",
      1, messages, [](Statement&) {}, [](Statement& s, MessageId id) { s.add(id); });
}

}  // namespace peyk::store
