#include "store/mysql/receipt_parts.hpp"

#include "store/mysql/events.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

void read_submit(Rows& rows, KnownPart& part) {
  part.part = rows.u32();
  part.carrier = rows.text();
  part.carrier_message_id = rows.text();
  part.key = rows.text();
  part.state = rows.u32();
  part.submitted_at = rows.instant();
}

KnownPart read_part(Rows& rows) {
  KnownPart part;
  part.message = rows.u64();
  read_submit(rows, part);
  part.phone = rows.u64();
  return part;
}

}  // namespace

void KnownParts::load(std::set<CarrierKey> keys) {
  std::erase_if(keys, [this](const CarrierKey& key) { return by_key_.contains(key); });
  std::vector<KnownPart> found;
  const rules::Instant since = now_ - kReceiptsAwaited;
  std::size_t bound = 0;
  // The limit: a carrier that gives all its messages one id must not bring the whole table here.
  select_in(
      connection_,
      "SELECT p.message_id, p.part, p.carrier, p.carrier_message_id, p.id_key, p.state, p.submitted_at,"
      " o.phone FROM outbox_part p JOIN outbox o ON o.message_id = p.message_id"
      " WHERE p.submitted_at >= ? AND (p.carrier, p.id_key) IN (",
      "LIMIT 8192", 2, keys,
      [&bound, since](Statement& s, const CarrierKey& key) {
        if (bound++ % kSetRowsMax == 0) s.add(since);  // each statement's first parameter
        s.add(key.first).add(key.second);
      },
      [&found](Rows& rows) { found.push_back(read_part(rows)); });
  for (const CarrierKey& key : keys) by_key_[key];
  for (KnownPart& part : found) {
    const PartName name{part.message, part.part};
    by_key_[{part.carrier, part.key}].push_back(name);
    parts_.emplace(name, std::move(part));
  }
}

std::vector<KnownPart*> KnownParts::under(const std::set<CarrierKey>& keys) {
  std::vector<KnownPart*> found;
  for (const CarrierKey& key : keys) {
    const auto at = by_key_.find(key);
    if (at == by_key_.end()) continue;
    for (const PartName& name : at->second) found.push_back(&parts_.at(name));
  }
  return found;
}

void KnownParts::load(const std::set<handlers::PhoneNumber>& phones) {
  constexpr std::size_t kRowsMax = 8192;  // in one statement
  const rules::Instant since = now_ - kReceiptsAwaited;
  std::size_t bound = 0, seen = 0;
  // What still waits has no part yet, or not all of them.
  select_in(
      connection_,
      "SELECT o.message_id, o.phone, o.state, o.parts, o.maybe_twice, COALESCE(p.part, 0),"
      " COALESCE(p.carrier, ''), COALESCE(p.carrier_message_id, ''), COALESCE(p.id_key, ''),"
      " COALESCE(p.state, 1), COALESCE(p.submitted_at, o.created_at) FROM outbox o"
      " LEFT JOIN outbox_part p ON p.message_id = o.message_id WHERE o.valid_until >= ? AND o.phone IN (",
      "LIMIT " + std::to_string(kRowsMax), 1, phones,
      [&bound, since](Statement& s, handlers::PhoneNumber phone) {
        if (bound++ % kSetRowsMax == 0) s.add(since);
        s.add(phone);
      },
      [this, &seen, since](Rows& rows) {
        ++seen;
        KnownPart part;
        part.message = rows.u64();
        part.phone = rows.u64();
        const bool waits = rows.u64() == queued;
        const std::uint32_t parts = rows.u32();
        part.maybe_twice = rows.flag();
        read_submit(rows, part);
        for (std::uint32_t number = 1; waits && number <= parts; ++number) {
          KnownPart unsent{{.message = part.message, .part = number, .phone = part.phone}};
          unsent.state = queued;
          add_of_phone({part.message, number}, std::move(unsent));
        }
        if (part.part != 0 && part.submitted_at >= since)
          add_of_phone({part.message, part.part}, std::move(part));
      });
  if (seen >= kRowsMax) by_phone_.clear();  // not all of them: one alone among these proves nothing
}

// The row of a part beats what was supposed of it; what a receipt of this set has changed stays.
void KnownParts::add_of_phone(PartName name, KnownPart part) {
  by_phone_[part.phone].insert(name);
  const auto [known, fresh] = parts_.emplace(name, part);
  if (fresh) return;
  if (known->second.state == queued && part.state != queued)
    known->second = std::move(part);
  else
    known->second.maybe_twice |= part.maybe_twice;
}

KnownPart* KnownParts::referenced(const Receipt& receipt) {
  const auto of_phone = by_phone_.find(receipt.phone);
  if (of_phone == by_phone_.end()) return nullptr;
  std::vector<KnownPart*> known;
  std::vector<ReferencedPart> parts;
  for (const PartName& name : of_phone->second) {
    KnownPart& part = parts_.at(name);
    known.push_back(&part);
    parts.push_back({.message = part.message,
                     .part = part.part,
                     .carrier = part.carrier,
                     .unknown = !part.carrier.empty() && part.carrier_message_id.empty(),
                     .maybe_twice = part.maybe_twice});
  }
  const auto found = match_reference({.reference = receipt.reference,
                                      .carrier = receipt.carrier,
                                      .delivered = receipt.delivered,
                                      .has_id = !receipt.id.empty()},
                                     parts);
  return found ? known[*found] : nullptr;
}

void KnownParts::save() {
  std::vector<const KnownPart*> changed;
  std::set<MessageId> messages;
  for (const auto& [name, part] : parts_) {
    if (!part.changed) continue;
    changed.push_back(&part);
    if (part.state != submitted || part.was_unknown) messages.insert(part.message);
  }
  // The first final state stays, whoever else works on the same part: `state` is assigned last.
  upsert_set(
      connection_,
      "INSERT INTO outbox_part (message_id, part, carrier, carrier_message_id, id_key, state, receipt_word,"
      " error, done_at) VALUES ",
      "carrier_message_id = IF(state = 6, VALUES(carrier_message_id), carrier_message_id),"
      " id_key = IF(state = 6, VALUES(id_key), id_key),"
      " receipt_word = IF(state IN (2, 6), VALUES(receipt_word), receipt_word),"
      " error = IF(state IN (2, 6), VALUES(error), error),"
      " done_at = IF(state IN (2, 6), VALUES(done_at), done_at),"
      " state = IF(state IN (2, 6), VALUES(state), state)",
      9, changed, [](Statement& s, const KnownPart* part) {
        s.add(part->message).add(part->part).add(part->carrier).add(part->carrier_message_id);
        s.add(part->key).add(part->state).add(part->word).add(part->error).add(part->done_at);
      });
  const std::vector<MessageId> ids(messages.begin(), messages.end());
  fold_parts(connection_, ids);
  std::vector<MessageId> failed_messages;
  for (const KnownPart* part : changed) {
    if (part->state == failed) failed_messages.push_back(part->message);
  }
  tell_of_failed(connection_, failed_messages, now_);
}

}  // namespace peyk::store
