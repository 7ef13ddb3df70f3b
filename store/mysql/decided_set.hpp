// A set of things that are decided as live requests are, in turn over one working set, and saved in one
// transaction: rows of a club's books, mornings of its members.
//
//   load() the needs of all, locked -> take() each decision -> save()
//
// The caller commits; after a conflict it rolls back and begins anew.
#pragma once

#include <vector>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/setting.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/outbox.hpp"

namespace peyk::store {

class DecidedSet {
 public:
  DecidedSet(Connection& connection, SystemChance& chance, const handlers::Directory& directory,
             rules::Instant now);

  handlers::Setting& setting() { return setting_; }
  const handlers::Facts& facts() const { return facts_; }

  // What several loads have in common is loaded once. Throws SqlError, as save() does.
  void load(const handlers::Needs& needs);
  // What follows sees what it has changed. `with_texts`: else they are dropped.
  void take(handlers::Outcome outcome, bool with_texts = true);
  // Effects, texts, and what the clubs' systems are told of them. Once.
  // Events are as of now, not of when an imported member joined: old ones are forgotten untold.
  void save(bool with_events = true);

  std::size_t texts() const { return texts_.size(); }
  // After save(): those that wait for no moment.
  std::vector<QueuedText> take_queued();

 private:
  Connection& connection_;
  SystemChance& chance_;
  handlers::PinCheck no_pin_ = [](std::string_view, std::string_view) { return false; };
  handlers::Setting setting_;
  handlers::Facts facts_;
  std::vector<handlers::Effect> effects_;
  std::vector<QueuedText> texts_;
};

}  // namespace peyk::store
