#include "store/mysql/outgoing.hpp"

#include <algorithm>

#include "templates/alphabet.hpp"

namespace peyk::store {

QueuedText queued_text(handlers::OutgoingText text, MessageId id, rules::Instant now) {
  const auto alphabet = templates::choose(text.text);
  const auto parts = static_cast<std::uint8_t>(
      std::clamp<std::size_t>(templates::part_count(text.text, alphabet), 1, templates::kPartsMax));
  return {.id = text.id != 0 ? text.id : id,
          .club = text.club,
          .line = std::move(text.line),
          .to = text.to,
          .lane = text.lane,
          .parts = parts,
          .text = std::move(text.text),
          .created_at = now,
          .valid_until = text.valid_until,
          .send_at = text.send_at};
}

}  // namespace peyk::store
