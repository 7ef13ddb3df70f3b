#include "gateway/http/events.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "gateway/hash.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/http/query.hpp"
#include "gateway/webhook_body.hpp"
#include "store/mysql/inbox.hpp"

namespace peyk::gateway {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kInFlightMax = 16;  // requests that wait for the store; more get 503
constexpr std::chrono::days kReplayRemembered{30};

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

HttpResponse no_such_event() {
  return problem_response(
      {404, "unknown-event", "There is no such event", "None of this club has that id.", {}});
}

// As evt_40417 or 40417.
std::optional<store::EventId> event_id(std::string_view text) {
  if (text.starts_with("evt_")) text.remove_prefix(4);
  store::EventId id = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, id);
  return read.ec == std::errc() && read.ptr == end && id <= INT64_MAX ? std::optional(id) : std::nullopt;
}

struct Asked {
  store::EventFilter filter;
  std::uint32_t limit = kPageUsual;
};

tl::expected<Asked, HttpResponse> parse_query(std::string_view text) {
  constexpr std::string_view names[] = {"endpoint", "type", "state", "after", "limit"};
  QueryReader query(text, names);
  Asked asked;
  asked.filter.endpoint = query.text("endpoint").value_or("");
  if (const auto type = query.text("type")) {
    asked.filter.type = handlers::event_type_of(*type);
    if (!asked.filter.type) query.wrong("type", "must be the name of an event: code.redeemed");
  }
  if (const auto state = query.text("state")) {
    asked.filter.state = event_state_of(*state);
    if (!asked.filter.state) query.wrong("state", "must be waiting, delivered or failed");
  }
  if (const auto after = query.text("after")) {
    asked.filter.before = event_id(*after).value_or(0);
    if (asked.filter.before == 0) query.wrong("after", "is not what a page gave as \"next\"");
  }
  asked.limit = query.limit();
  if (auto problem = query.problem()) return tl::unexpected(std::move(*problem));
  return asked;
}

HttpResponse page_of(const std::vector<store::KeptEvent>& events, std::uint32_t limit) {
  Json body{{"events", Json::array()}, {"next", nullptr}};
  for (const store::KeptEvent& event : events) body["events"].push_back(event_as_json(event));
  if (events.size() == limit) body["next"] = std::to_string(events.back().id);
  return json_response(200, dumped(body));
}

// One replay by name: done, or what was answered the first time.
struct NamedReplay {
  handlers::RequestKey key{};
  handlers::Fingerprint fingerprint{};
  store::EventId id = 0;
  handlers::ClubId club = 0;
  rules::Instant now{};

  HttpResponse perform(store::Connection& connection) const {
    const store::Claims claims = store::load_claims(connection, {key});
    if (const auto claim = claims.find(key); claim != claims.end()) {
      if (claim->second.fingerprint != fingerprint) return key_reused();
      Json first = Json::parse(claim->second.answer);
      first["duplicate"] = true;
      return json_response(200, dumped(first));
    }
    if (store::replay_events(connection, {&id, 1}, club, now) == 0) return no_such_event();
    const auto event = store::find_event(connection, id, club);
    Json answer = event_as_json(*event);
    answer["duplicate"] = false;
    store::Claim fresh{.fingerprint = fingerprint, .claimed_at = now, .forget_at = now + kReplayRemembered};
    fresh.answer = dumped(answer);
    HttpResponse response = json_response(200, fresh.answer);
    store::save_claims(connection, {{key, std::move(fresh)}}, {});
    return response;
  }
};

}  // namespace

EventEndpoint::EventEndpoint(TillDirectory directory, StoreHooks store,
                             std::chrono::seconds signature_tolerance)
    : directory_(std::move(directory)),
      tolerance_(signature_tolerance),
      visits_(std::move(store), kInFlightMax) {}

std::vector<HttpRoute> EventEndpoint::routes() {
  using Handler = void (EventEndpoint::*)(const HttpRequest&, rules::Instant, HttpDone);
  const auto bound = [this](Handler handler) -> HttpHandler {
    return [this, handler](HttpRequest request, HttpContext context, HttpDone done) {
      (this->*handler)(request, context.received_at, std::move(done));
    };
  };
  return {{"GET", "/v1/events", bound(&EventEndpoint::list)},
          {"GET", "/v1/events/{id}", bound(&EventEndpoint::show)},
          {"POST", "/v1/events/{id}/replay", bound(&EventEndpoint::replay)}};
}

std::optional<TillIdentity> EventEndpoint::signer_of(const HttpRequest& request, rules::Instant now,
                                                     const HttpDone& done) {
  auto till = authenticate_till(request, now, directory_, tolerance_, "events_unauthorized");
  if (till) return std::move(*till);
  done(till.error());
  return std::nullopt;
}

void EventEndpoint::list(const HttpRequest& request, rules::Instant now, HttpDone done) {
  const auto till = signer_of(request, now, done);
  if (!till) return;
  auto asked = parse_query(request.query);
  if (!asked) return done(asked.error());
  asked->filter.club = till->club;
  visits_.visit(
      [asked = *asked](store::Connection& connection) {
        return page_of(store::load_events(connection, asked.filter, asked.limit), asked.limit);
      },
      std::move(done));
}

void EventEndpoint::show(const HttpRequest& request, rules::Instant now, HttpDone done) {
  const auto till = signer_of(request, now, done);
  if (!till) return;
  const auto id = event_id(request.path_value);
  if (!id) return done(no_such_event());
  visits_.visit(
      [id = *id, club = till->club](store::Connection& connection) {
        const auto event = store::find_event(connection, id, club);
        return event ? json_response(200, dumped(whole_event_as_json(*event))) : no_such_event();
      },
      std::move(done));
}

void EventEndpoint::replay(const HttpRequest& request, rules::Instant now, HttpDone done) {
  const auto till = signer_of(request, now, done);
  if (!till) return;
  const auto name = request_name(request);
  if (!name) return done(name.error());
  if (!request.body.empty() && request.body != "{}") {
    return done(problem_response({422,
                                  "invalid-replay",
                                  "The replay cannot be used",
                                  "The event is in the path; the body is empty or {}.",
                                  {{"nothing is asked for here", ""}}}));
  }
  const auto id = event_id(request.path_value);
  if (!id) return done(no_such_event());
  const std::string club = std::to_string(till->club);
  const NamedReplay named{.key = sha256_of({"events", club, name->kind, name->value}),
                          .fingerprint = sha256_of({"replay event", club, std::to_string(*id)}),
                          .id = *id,
                          .club = till->club,
                          .now = now};
  visits_.visit([named](store::Connection& connection) { return named.perform(connection); },
                std::move(done));
}

}  // namespace peyk::gateway
