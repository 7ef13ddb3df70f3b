// Members whom a club brings along from its books: enrolled as they would be by their own word, without it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/setting.hpp"

namespace peyk::handlers {

struct MemberImport {
  ClubId club = 0;
  PhoneNumber phone = 0;
  std::optional<Language> language;         // none: the club's
  std::optional<rules::Instant> joined_at;  // none: now
  std::optional<PhoneNumber> referred_by;
  std::vector<std::string> tags;  // as tag_of() gave them
};

Needs needs_import(const MemberImport& row);
// No effects: she is a member already, and stays as she is, but for tags that the row adds to hers and for
// which there is room. The text is the one of her own JOIN.
Outcome import_member(const MemberImport& row, const Facts& facts, Setting& setting);

}  // namespace peyk::handlers
