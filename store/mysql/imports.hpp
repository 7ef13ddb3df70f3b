// A set of rows that a club brings along, decided as live requests are and saved in one transaction: the
// members and purchases of its books.
//
//   rows -> needs of all -> load_facts, locked -> each decided in turn over the same working set -> effects
//   saved -> the caller commits, or rolls back to see what would be
//
// What is there already is known by its business key (phone; branch and invoice), so a set may be given
// again. Texts are queued only where they are wanted; the gateways find them in the outbox.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "handlers/import.hpp"
#include "handlers/request.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

inline constexpr std::size_t kImportSetMax = 200;  // rows

struct Imported {
  enum class What : std::uint8_t { fresh, known, refused } what = What::fresh;
  std::string why;  // refused: in words
};

struct ImportTerms {
  const handlers::Directory& directory;
  rules::Instant now;
  bool tell = false;  // members get the texts of it, and the club's systems the events
};

// One answer for each of at most kImportSetMax rows, in their order. Throw SqlError; after a conflict the
// caller rolls back and gives the set again.
std::vector<Imported> import_members(Connection& connection, SystemChance& chance,
                                     std::span<const handlers::MemberImport> rows, const ImportTerms& terms);
std::vector<Imported> import_purchases(Connection& connection, SystemChance& chance,
                                       std::span<const handlers::PurchaseRequest> rows,
                                       const ImportTerms& terms);

}  // namespace peyk::store
