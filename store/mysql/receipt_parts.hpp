// The parts that a set of receipts may be about: read in sets, changed in memory, so that the second receipt
// of one part sees what the first did, and written in one go.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store/mysql/receipts.hpp"
#include "store/part_reference.hpp"
#include "store/receipt_match.hpp"

namespace peyk::store {

using CarrierKey = std::pair<std::string, std::string>;  // carrier, id_key

struct KnownPart : SubmittedPart {
  std::string carrier, key;
  std::uint32_t state = submitted;
  std::string word, error;
  rules::Instant done_at{};
  bool maybe_twice = false;  // its message was sent again; known of those read by phone
  bool changed = false;
  bool was_unknown = false;
};

class KnownParts {
 public:
  KnownParts(Connection& connection, rules::Instant now) : connection_(connection), now_(now) {}

  // Reads those under these keys that were submitted within kReceiptsAwaited, unless that is done.
  void load(std::set<CarrierKey> keys);
  // Of the keys loaded. Valid until the next load.
  std::vector<KnownPart*> under(const std::set<CarrierKey>& keys);
  // Reads all parts that these phones were sent within kReceiptsAwaited, or will be.
  void load(const std::set<handlers::PhoneNumber>& phones);
  // Of the phones loaded: the part that a receipt means by its reference, or null.
  KnownPart* referenced(const Receipt& receipt);
  // Writes what changed, then the states of their messages.
  void save();

 private:
  using PartName = std::pair<MessageId, std::uint32_t>;

  void add_of_phone(PartName name, KnownPart part);

  Connection& connection_;
  rules::Instant now_;
  std::map<CarrierKey, std::vector<PartName>> by_key_;
  std::map<handlers::PhoneNumber, std::set<PartName>> by_phone_;
  std::map<PartName, KnownPart> parts_;
};

}  // namespace peyk::store
