// The systems that clubs want told, as their files name them: read by whoever saves events and by whoever
// delivers them.
//
//   listed in the file, enabled there, not gone -> it listens
//
// One that answers 410, or that has taken nothing for days (silent_webhooks.hpp), is gone until somebody says
// otherwise (peykctl webhooks enable, or another URL in the file). What happens meanwhile is not kept for it;
// what waited before goes on waiting.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "handlers/events.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

using EndpointId = std::uint32_t;

struct Endpoint {
  EndpointId id = 0;
  handlers::ClubId club = 0;
  std::string club_slug;
  handlers::Webhook webhook;
  rules::Instant disabled_at{};  // the epoch: it is not
  std::string disabled_why;
  rules::Instant good_at{};  // it took an event, or was to be called anew

  bool listens() const { return webhook.enabled && disabled_at == rules::Instant{}; }
};

// All functions throw SqlError.

handlers::Listeners load_listeners(Connection& connection);
// Those that a file names; of one club, or (0) of all.
std::vector<Endpoint> load_endpoints(Connection& connection, handlers::ClubId club = 0);

// Makes the club's endpoints those of its file. One whose URL changed is not gone any more. The caller
// commits.
void save_webhooks(Connection& connection, handlers::ClubId club,
                   const std::vector<handlers::Webhook>& webhooks, rules::Instant now);

// While it is called at this URL: an answer that was late says nothing of another one.
void disable_endpoint(Connection& connection, EndpointId endpoint, const std::string& url,
                      const std::string& why, rules::Instant now);
// What waits for it is due at once, oldest first. Commits, a set at a time; doing it again goes on where it
// broke off. False: the club has no such endpoint.
bool enable_endpoint(Connection& connection, handlers::ClubId club, const std::string& name,
                     rules::Instant now);

}  // namespace peyk::store
