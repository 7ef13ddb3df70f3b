// Members whom a club brings along from its books: enrolled as they would be by their own word, without it.
#pragma once

#include <optional>

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
};

Needs needs_import(const MemberImport& row);
// No effects: she is a member already, and stays as she is. The text is the one of her own JOIN.
Outcome import_member(const MemberImport& row, const Facts& facts, Setting& setting);

}  // namespace peyk::handlers
