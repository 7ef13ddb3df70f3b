// A club's books as CSV → what is to be imported, row by row, or why a row cannot be. Pure.
//
//   phone,language,joined,referred_by,tags                members; phone alone is required
//   phone,amount,invoice,branch,purchased_at              purchases; purchased_at may be left out
//
// The first line names the columns, in any order; a name that is not known is refused, for its writer meant
// something by it. Days are written 2026-11-22, 1405/09/01 or as RFC 3339; numbers in any digits.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "gateway/csv.hpp"
#include "handlers/import.hpp"
#include "handlers/request.hpp"

namespace peyk::gateway {

// Which column stands where.
class ImportColumns {
 public:
  // Why the first line cannot be one, in words.
  static tl::expected<ImportColumns, std::string> of(const CsvRecord& head,
                                                     const std::vector<std::string_view>& known,
                                                     const std::vector<std::string_view>& required);
  // Empty: the column is not there, or the field is empty.
  std::string_view at(const CsvRecord& record, std::string_view column) const;
  std::size_t count() const { return names_.size(); }

 private:
  std::vector<std::string> names_;
};

tl::expected<ImportColumns, std::string> member_columns(const CsvRecord& head);
tl::expected<ImportColumns, std::string> purchase_columns(const CsvRecord& head);

tl::expected<handlers::MemberImport, std::string> member_of(const CsvRecord& record,
                                                            const ImportColumns& columns,
                                                            const handlers::Club& club, rules::Instant now);
tl::expected<handlers::PurchaseRequest, std::string> purchase_of(const CsvRecord& record,
                                                                 const ImportColumns& columns,
                                                                 const handlers::Club& club,
                                                                 rules::Instant now);

}  // namespace peyk::gateway
