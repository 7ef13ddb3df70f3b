// A decision's text becomes a row of the outbox.
#pragma once

#include "handlers/effects.hpp"
#include "store/mysql/outbox.hpp"

namespace peyk::store {

// `id`: where it has none of its own.
QueuedText queued_text(handlers::OutgoingText text, MessageId id, rules::Instant now);

}  // namespace peyk::store
