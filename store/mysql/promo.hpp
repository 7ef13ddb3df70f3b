// Promotional texts at the moment of sending: of those that a gateway has just read to send them, which may.
//
// In the transaction of that reading: the facts of all in a few statements, a verdict for each
// (handlers/promo.hpp), those that may not leave put back to wait or given up, those that may counted. Two
// processes that each send one to the same phone never exceed a cap: before they count they take the phone's
// row in promo_phone, so the second counts what the first has committed. A text counts from here on, unless
// it came to nothing after all.
#pragma once

#include <set>
#include <vector>

#include "handlers/directory.hpp"
#include "handlers/promo.hpp"
#include "store/mysql/outbox.hpp"

namespace peyk::store {

// Leaves in `texts` what may be sent now. Not looked at are texts that are no advertising, and those of
// `begun`: what somebody may have sent already is not judged any more. The caller commits. Throws SqlError.
void keep_what_may_leave(Connection& connection, std::vector<QueuedText>& texts,
                         const std::set<MessageId>& begun, const handlers::PromoPolicy& policy,
                         const handlers::Directory& directory, rules::Instant now);

// Forgets at most `limit` that no cap counts any more.
void forget_old_promos(Connection& connection, rules::Instant now, std::uint32_t limit);

}  // namespace peyk::store
