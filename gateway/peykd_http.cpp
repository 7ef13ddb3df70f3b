// What the gateway does for tills and for whoever looks in over HTTP: its routes, whose a key is, and the way
// of an order to the workers and of its answer back.
#include <fmt/format.h>

#include "gateway/clock.hpp"
#include "gateway/http/openapi.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/line_health.hpp"
#include "gateway/peykd.hpp"

namespace peyk::gateway {

std::vector<HttpRoute> Peykd::routes() {
  std::vector<HttpRoute> all =
      operation_routes([this] { return readiness(); }, [this] { return metrics_.expose(); });
  for (HttpRoute& route : openapi_routes()) all.push_back(std::move(route));
  std::vector<HttpRoute> signed_ones{purchases_.route()};
  for (HttpRoute& route : orders_.routes()) signed_ones.push_back(std::move(route));
  for (HttpRoute& route : letters_.routes()) signed_ones.push_back(std::move(route));
  for (HttpRoute& route : lookups_.routes()) signed_ones.push_back(std::move(route));
  for (HttpRoute& route : reports_.routes()) signed_ones.push_back(std::move(route));
  for (HttpRoute& route : events_.routes()) signed_ones.push_back(std::move(route));
  for (HttpRoute& route : signed_ones) all.push_back(once_begun(quotas_.told_by(std::move(route))));
  return all;
}

std::vector<ReadyPart> Peykd::readiness() {
  std::vector<ReadyPart> parts{
      {"mysql", workers_.is_connected(), fmt::format("{} requests waiting", workers_.waiting())},
      {"redis", redis_.connected(), ""}};
  for (auto& [name, carrier] : carriers_.all()) {
    parts.push_back({"carrier " + name, carrier.bound() > 0, carrier.describe()});
  }
  for (ReadyPart& part : watch_.held_up()) parts.push_back(std::move(part));
  if (stopping_) parts.push_back({"process", false, "stopping"});
  return parts;
}

// Those whose work is never given up, and those whose next work waits for it.
std::vector<StoreWatch::Watched> Peykd::watched() {
  std::vector<StoreWatch::Watched> all;
  const auto add = [&all](const char* name, const store::SqlThread& thread, bool gives_up = false) {
    all.push_back({name, [&thread] { return thread.held_up(); }, gives_up});
  };
  add("outcomes", outcomes_);
  add("parts", parts_);
  add("reader", reader_);
  add("seeder", seeder_);
  add("housekeeper", housekeeper_);
  add("sweeper", sweeper_, true);
  add("digester", digester_, true);
  add("librarian", librarian_, true);
  add("nightly", nightly_, true);
  return all;
}

// Until the clubs are known every key is a stranger's: a till must not be told that it is one.
HttpRoute Peykd::once_begun(HttpRoute route) {
  route.handler = [this, handler = std::move(route.handler)](HttpRequest request, HttpContext context,
                                                             HttpDone done) {
    if (begun_) return handler(std::move(request), context, std::move(done));
    done(problem_response({503, "busy", "Not ready yet", "Send the same request again.", {}}, 1));
  };
  return route;
}

std::optional<TillIdentity> Peykd::till(std::string_view key_id) {
  const DirectoryPtr directory = directory_.load();
  const auto found = directory->till(key_id);
  if (found.key == nullptr) return std::nullopt;
  TillIdentity till{.club = found.club->id,
                    .branch = found.key->branch,
                    .secrets = {found.key->secret},
                    .quotas = &quotas_,
                    .role = found.key->role};
  if (found.key->old_until > wall_clock()) till.secrets.push_back(found.key->old_secret);
  return till;
}

StoreHooks Peykd::store_hooks(store::SqlThread& thread) {
  return {.run = [&thread](auto work, auto after) { return thread.run(std::move(work), std::move(after)); },
          .post = [this](auto work) { post(std::move(work)); }};
}

LookupHooks Peykd::lookup_hooks() {
  return {.directory = [this](std::string_view key_id) { return till(key_id); },
          .clubs = [this] { return directory_.load(); },
          .line =
              [this](const handlers::Club& club) {
                return line_health(club, options_.lines, carriers_, metrics_, pauses_);
              },
          .store = store_hooks(librarian_)};
}

void Peykd::submit_till(handlers::Request request, std::function<void(TillAnswer)> done) {
  using Status = TillAnswer::Status;
  if (stopping_) return done({.status = Status::busy});
  // A buyer's purchases are neighbours, and so are the orders of one till, whose row they lock.
  const auto* purchase = std::get_if<handlers::PurchaseRequest>(&request.what);
  const std::uint64_t neighbourhood =
      purchase != nullptr ? purchase->phone
                          : std::hash<std::string>{}(std::get<handlers::TillOrder>(request.what).till.key);
  auto shared = std::make_shared<std::function<void(TillAnswer)>>(std::move(done));
  const bool taken =
      requests_.submit("pos", neighbourhood, std::move(request), [shared](store::Result result) {
        const auto status = [&result] {
          switch (result.verdict) {
            case store::Result::Verdict::done:
              return Status::done;
            case store::Result::Verdict::repeated:
              return Status::repeated;
            case store::Result::Verdict::different_content:
              return Status::different_content;
            case store::Result::Verdict::busy:
              return Status::busy;
            case store::Result::Verdict::failed:
              return Status::failed;
          }
          return Status::failed;
        }();
        (*shared)({.status = status, .body = std::move(result.answer), .http_status = result.status});
      });
  if (!taken) (*shared)({.status = Status::busy});
}

}  // namespace peyk::gateway
