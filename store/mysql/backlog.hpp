// All that waits in the outbox, read again lane by lane: for seeding Redis anew.
#pragma once

#include <string>
#include <vector>

#include "store/mysql/outbox.hpp"

namespace peyk::store {

// Still queued in a lane of a line, id above `after`, in the order of ids. Not that of time: whoever begins
// again from 0 finds what came meanwhile below.
std::vector<QueuedText> load_backlog(Connection& connection, const std::string& line, handlers::Lane lane,
                                     MessageId after, std::uint32_t limit);

}  // namespace peyk::store
