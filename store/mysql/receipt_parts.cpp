#include "store/mysql/receipt_parts.hpp"

#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

KnownPart read_part(Rows& rows) {
  KnownPart part;
  part.message = rows.u64();
  part.part = rows.u32();
  part.carrier = rows.text();
  part.carrier_message_id = rows.text();
  part.key = rows.text();
  part.state = rows.u32();
  part.submitted_at = rows.instant();
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

void KnownParts::save() {
  std::vector<const KnownPart*> changed;
  std::set<MessageId> messages;
  for (const auto& [name, part] : parts_) {
    if (!part.changed) continue;
    changed.push_back(&part);
    if (part.state != submitted) messages.insert(part.message);
  }
  // The first final state stays, whoever else works on the same part: `state` is assigned last.
  upsert_set(
      connection_,
      "INSERT INTO outbox_part (message_id, part, carrier, carrier_message_id, id_key, state, receipt_word,"
      " error, done_at) VALUES ",
      "receipt_word = IF(state = 2, VALUES(receipt_word), receipt_word),"
      " error = IF(state = 2, VALUES(error), error), done_at = IF(state = 2, VALUES(done_at), done_at),"
      " state = IF(state = 2, VALUES(state), state)",
      9, changed, [](Statement& s, const KnownPart* part) {
        s.add(part->message).add(part->part).add(part->carrier).add(part->carrier_message_id);
        s.add(part->key).add(part->state).add(part->word).add(part->error).add(part->done_at);
      });
  const std::vector<MessageId> ids(messages.begin(), messages.end());
  fold_parts(connection_, ids);
}

}  // namespace peyk::store
