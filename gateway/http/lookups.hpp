// What a club looks up over HTTP: its members, what moved their credit, its purchases and redemptions page by
// page, its branches, and how its line is.
//
//   GET /v1/members     GET /v1/members/{phone}    GET /v1/members/{phone}/statement
//   GET /v1/purchases   GET /v1/redemptions        GET /v1/branches        GET /v1/line
//
//   peyk-key → secrets → verify → query → the store's thread (branches and line: what is known here) → answer
//
// What must stay true:
// - A key sees the rows of its own club, of all its branches; another club's are not found.
// - No answer names a code: it is the member's, and pays whoever says it.
// - Every page has a limit and walks an index; `next` is where it ended, and its form is nobody's business.
// - Nothing waits here for the store, and decisions do not wait for a reader: it has a thread of its own.
//
// A new list: its rows in store/mysql/club_pages.hpp, its shape in lookup_answers.cpp, its route here,
// docs/openapi.yaml, a "no" for each of its parameters in the test.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/http/message.hpp"
#include "gateway/http/store_visits.hpp"
#include "gateway/http/till_auth.hpp"
#include "handlers/directory.hpp"
#include "handlers/lane.hpp"

namespace peyk::gateway {

// How a line is, as this process knows it.
struct LineHealth {
  struct Lane {
    handlers::Lane lane = handlers::Lane::urgent;
    std::uint64_t waiting = 0;  // messages of all its clubs
    double oldest_seconds = 0;
    bool paused = false;
  };
  bool served = false;  // peyk.yaml has it
  bool bound = false;   // some carrier of it takes texts now
  bool paused = false;  // as a whole, or for this club
  std::vector<Lane> lanes;
};

struct LookupHooks {
  TillDirectory directory;
  std::function<std::shared_ptr<const handlers::Directory>()> clubs;
  std::function<LineHealth(const handlers::Club&)> line;
  StoreHooks store;
};
struct LookupOptions {
  std::chrono::seconds signature_tolerance{300};
  std::size_t in_flight_max = 64;  // requests that wait for the store; more get 503
};

// A signed request, with its club. The directory is held: the club is in it.
struct AskedOfClub {
  const HttpRequest& request;
  rules::Instant now;
  std::shared_ptr<const handlers::Directory> directory;
  const handlers::Club& club;
  handlers::BranchNo branch;  // the key's; 0: it is bound to none
};
// Or the answer to whoever did not sign it, may not ask, or is of a club that is gone.
tl::expected<AskedOfClub, HttpResponse> asked_of_club(const LookupHooks& hooks, const HttpRequest& request,
                                                      rules::Instant now, std::chrono::seconds tolerance,
                                                      std::string_view event, Admits admits = Admits::tills);

// Network thread only. Outlives the server that holds its routes and every request under way.
class LookupEndpoint {
 public:
  LookupEndpoint(LookupHooks hooks, LookupOptions options = {});

  std::vector<HttpRoute> routes();

 private:
  using Asked = AskedOfClub;
  using Handle = void (LookupEndpoint::*)(const Asked& asked, HttpDone done);

  void handle(Handle looks_up, const HttpRequest& request, rules::Instant now, HttpDone done);
  void member(const Asked& asked, HttpDone done);
  void statement(const Asked& asked, HttpDone done);
  void members(const Asked& asked, HttpDone done);
  void purchases(const Asked& asked, HttpDone done);
  void redemptions(const Asked& asked, HttpDone done);
  void branches(const Asked& asked, HttpDone done);
  void line(const Asked& asked, HttpDone done);

  LookupHooks hooks_;
  LookupOptions options_;
  StoreVisits visits_;
};

}  // namespace peyk::gateway
