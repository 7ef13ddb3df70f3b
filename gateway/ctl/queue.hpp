// What waits in Redis, as an operator sees it: for eyes, and as JSON.
//
// A rate needs two looks: how many messages each lane had granted then and now. So looking takes a second.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "gateway/options.hpp"
#include "handlers/club.hpp"
#include "store/mysql/pauses.hpp"
#include "store/mysql/schedule.hpp"
#include "store/redis/lanes.hpp"

namespace peyk::gateway::ctl {

struct LineLook {
  LineOptions line;
  store::LineDepth depth;
  std::array<double, store::kLanes> leaving{};  // messages a second, over the time between the two looks
  store::ScheduledOfLine scheduled;             // MySQL's, so the caller's to fill in
};

// Redis is away or refuses us; says which one and why.
class QueueAway : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// `redis` was started on `io`. Throws QueueAway when it does not let us in within its connect_timeout.
boost::asio::awaitable<void> await_connection(boost::asio::io_context& io,
                                              const store::RedisConnection& redis,
                                              const store::RedisOptions& options);

// Each line of peyk.yaml. Takes `between`. Throws QueueAway.
std::vector<LineLook> look_at_queue(const Options& options, std::chrono::milliseconds between);

// Where a waiting message is; nullopt: peyk.yaml has no such line. Throws QueueAway.
std::optional<store::Whereabouts> where_is(const Options& options, const std::string& line,
                                           store::MessageId message);

std::string queue_as_text(std::span<const LineLook> lines, std::span<const store::Pause> pauses,
                          const std::vector<handlers::Club>& clubs);

// One line: {"lines":[{"line","carrier","rate","paused","lanes":[{"lane","waiting","oldest_ms","leaving",
//  "paused"}],"leased","delayed","scheduled","next_due"}],"pauses":[{"scope","line","lane","club","since","by","why"}]}
std::string queue_as_json(std::span<const LineLook> lines, std::span<const store::Pause> pauses,
                          const std::vector<handlers::Club>& clubs);

}  // namespace peyk::gateway::ctl
