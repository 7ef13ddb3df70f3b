// Whose a signed request is: peyk-key → its secrets → Standard Webhooks' signature over the body.
//
// Where there is no body, what is signed in its place is the target: "/v1/dead-letters?limit=10"; for all but
// GET with the method before it: "DELETE /v1/holds/41". So no signature fits two operations: bodies, too,
// differ from operation to operation, and repeat what the path names.
//
// What must stay true: nothing is parsed before the signature is good; an unknown key and a wrong signature
// look the same (401), in text and in work done; only what is signed counts against a key's quota (429). What
// an analyst's key may do is only known to who signed with it (403).
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "gateway/http/message.hpp"
#include "handlers/club.hpp"

namespace peyk::gateway {

class KeyQuotas;

// Whose till a key is.
struct TillIdentity {
  handlers::ClubId club = 0;
  handlers::BranchNo branch = 0;     // 0: not bound to a branch
  std::vector<std::string> secrets;  // raw keys; two while a secret is being changed
  KeyQuotas* quotas = nullptr;       // who counts its requests; none: nobody does
  handlers::KeyRole role = handlers::KeyRole::till;
};

using TillDirectory = std::function<std::optional<TillIdentity>(std::string_view key_id)>;

// Analysts, who may only read reports, are let in where it is said; else they are answered 403.
enum class Admits : bool { tills, analysts_too };

// Who signed it, or the answer to whoever did not. `event` is what the log calls the refusal.
tl::expected<TillIdentity, HttpResponse> authenticate_till(const HttpRequest& request, rules::Instant now,
                                                           const TillDirectory& directory,
                                                           std::chrono::seconds tolerance,
                                                           std::string_view event,
                                                           Admits admits = Admits::tills);

// By what a request is known when it comes again: Idempotency-Key where it is given, as it is the till's own
// word for "the same request", else webhook-id. The answer instead, where the header cannot be used.
struct RequestName {
  std::string kind, value;
};
tl::expected<RequestName, HttpResponse> request_name(const HttpRequest& request);

// The answer to another request under the same name.
HttpResponse key_reused();

// A body that is JSON by its Content-Type; else the answer.
std::optional<HttpResponse> refusal_of_media_type(const HttpRequest& request);

}  // namespace peyk::gateway
