// Which submitted part a receipt speaks of: the right one, or none. Pure.
//
// What must stay true: never a wrong message. An id alone proves little (numbers look alike in two bases,
// carriers begin to count anew), so a part counts when the phone agrees too; an id that stands exactly as the
// response gave it may do without, where no other reading of it exists or the carrier is known to keep its
// ids. Of several parts under one id the newest counts; of several ids the carrier's habit decides, else
// nobody: the receipt waits. A short number that goes against the habit, or has none to go by, waits a moment
// (`patient`), because the response that it really belongs to may not be saved yet.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "handlers/club.hpp"
#include "store/carrier_ids.hpp"

namespace peyk::store {

struct SubmittedPart {
  std::uint64_t message = 0;
  std::uint32_t part = 1;
  std::string carrier_message_id;   // as the response had it
  handlers::PhoneNumber phone = 0;  // to whom it went
  rules::Instant submitted_at{};
};

struct ReceiptQuestion {
  std::string id, text_id;          // the receipt's, raw; text_id may be empty
  handlers::PhoneNumber phone = 0;  // 0: the receipt names none that can be read
  bool phone_must_agree = false;
  bool patient = false;  // it has waited: nothing that is on its way now can be meant
};

struct ReceiptAnswer {
  enum class Verdict : std::uint8_t { found, none, unclear } verdict = Verdict::none;
  std::size_t index = 0;         // found: among the parts given
  std::optional<IdStyle> style;  // found, and only this style explains it
};

// `parts`: those under any key of the receipt's ids, at most a week old.
ReceiptAnswer match_receipt(const ReceiptQuestion& receipt, std::span<const SubmittedPart> parts,
                            const IdHabit& habit);

}  // namespace peyk::store
