#include "handlers/words.hpp"

#include <stdexcept>

namespace peyk::handlers {

std::string_view word_of(LotOrigin origin) {
  switch (origin) {
    case LotOrigin::purchase:
      return "purchase";
    case LotOrigin::gift:
      return "gift";
    case LotOrigin::referral:
      return "referral";
    case LotOrigin::transfer:
      return "transfer";
    case LotOrigin::occasion:
      return "occasion";
    case LotOrigin::manual:
      return "manual";
    case LotOrigin::item:
      return "item";
  }
  throw std::logic_error("word_of: not a LotOrigin");
}

std::string_view word_of(rules::EntryKind kind) {
  using rules::EntryKind;
  switch (kind) {
    case EntryKind::grant:
      return "grant";
    case EntryKind::redeem:
      return "redeem";
    case EntryKind::expire:
      return "expire";
    case EntryKind::void_redemption:
      return "void";
    case EntryKind::forfeit:
      return "forfeit";
    case EntryKind::move:
      return "move";
    case EntryKind::claw_back:
      return "claw_back";
    case EntryKind::return_credit:
      return "return";
    case EntryKind::owe:
      return "owe";
    case EntryKind::settle:
      return "settle";
    case EntryKind::withdraw:
      return "withdraw";
  }
  throw std::logic_error("word_of: not an EntryKind");
}

}  // namespace peyk::handlers
