#include "gateway/http/dead_letters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "gateway/hash.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/http/query.hpp"
#include "gateway/http/replay_body.hpp"
#include "gateway/letter_query.hpp"
#include "store/mysql/inbox.hpp"

namespace peyk::gateway {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

HttpResponse bad_query(std::string why) {
  return problem_response({400, "bad-query", "The query cannot be used", std::move(why), {}});
}

// What is wrong with it, or nothing.
std::optional<std::string> set_value(LetterQuery& query, std::string_view name, std::string value) {
  if (name == "limit") {
    const char* const end = value.data() + value.size();
    const auto read = std::from_chars(value.data(), end, query.limit);
    const bool fits =
        read.ec == std::errc() && read.ptr == end && query.limit >= 1 && query.limit <= kPageMax;
    return fits ? std::nullopt
                : std::optional("limit must be a number from 1 to " + std::to_string(kPageMax));
  }
  const std::pair<std::string_view, std::string*> fields[] = {
      {"line", &query.line},   {"lane", &query.lane},   {"state", &query.state}, {"reason", &query.reason},
      {"since", &query.since}, {"until", &query.until}, {"after", &query.after}};
  for (const auto& [field, place] : fields) {
    if (field != name) continue;
    *place = std::move(value);
    return std::nullopt;
  }
  return "unknown name in the query";
}

tl::expected<LetterQuery, std::string> parse_query(std::string_view text) {
  LetterQuery query;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos)
      return tl::unexpected(std::string("the query is not name=value&name=value"));
    auto value = percent_decoded(pair.substr(equals + 1), PlusSign::is_blank);
    if (!value || value->size() > kQueryValueMax)
      return tl::unexpected(std::string("a value is too long, or its %xx is wrong"));
    if (auto wrong = set_value(query, pair.substr(0, equals), std::move(*value)))
      return tl::unexpected(*wrong);
  }
  return query;
}

HttpResponse page_of(const std::vector<store::DeadLetter>& letters, std::uint32_t limit,
                     const std::vector<CarrierOptions>& carriers) {
  Json body{{"letters", Json::array()}, {"next", nullptr}};
  for (const store::DeadLetter& letter : letters) body["letters"].push_back(letter_as_json(letter, carriers));
  if (letters.size() == limit) body["next"] = cursor_text({letters.back().died_at, letters.back().id});
  return json_response(200, dumped(body));
}

std::string answer_to(const std::vector<store::Replayed>& replayed) {
  Json body{{"replayed", 0}, {"letters", Json::array()}, {"duplicate", false}};
  std::uint64_t count = 0;
  for (const store::Replayed& one : replayed) {
    count += one.verdict == store::ReplayVerdict::replayed ? 1 : 0;
    body["letters"].push_back({{"id", std::to_string(one.id)}, {"result", store::slug(one.verdict)}});
  }
  body["replayed"] = count;
  return dumped(body);
}

handlers::Fingerprint fingerprint_of(handlers::ClubId club, const ReplayBody& body) {
  std::string ids;
  for (const store::MessageId id : body.ids) ids += std::to_string(id) + ",";
  const std::string terms = fmt::format("{} {} {}", body.valid_for ? body.valid_for->count() : 0,
                                        body.even_urgent, body.even_unknown);
  return sha256_of({"replay", std::to_string(club), ids, terms});
}

// One replay by name: done, or what was answered the first time.
struct NamedReplay {
  handlers::RequestKey key{};
  handlers::Fingerprint fingerprint{};
  ReplayBody body;
  store::ReplayTerms terms;
  rules::Instant now{};

  HttpResponse perform(store::Connection& connection) const {
    store::Claims claims = store::load_claims(connection, {key});
    if (const auto claim = claims.find(key); claim != claims.end()) {
      if (claim->second.fingerprint != fingerprint) return key_reused();
      Json first = Json::parse(claim->second.answer);
      first["duplicate"] = true;
      return json_response(200, dumped(first));
    }
    const std::string answer = answer_to(store::replay_letters(connection, body.ids, terms, now));
    store::Claim fresh{.fingerprint = fingerprint, .claimed_at = now, .forget_at = now + kReplayRemembered};
    fresh.answer = answer;
    store::save_claims(connection, {{key, std::move(fresh)}}, {});
    return json_response(200, answer);
  }
};

}  // namespace

DeadLetterEndpoint::DeadLetterEndpoint(TillDirectory directory, StoreHooks store, DeadLetterOptions options)
    : directory_(std::move(directory)),
      options_(std::move(options)),
      visits_(std::move(store), options_.in_flight_max) {}

std::vector<HttpRoute> DeadLetterEndpoint::routes() {
  HttpHandler listing = [this](HttpRequest request, HttpContext context, HttpDone done) {
    list(request, context.received_at, std::move(done));
  };
  HttpHandler replaying = [this](HttpRequest request, HttpContext context, HttpDone done) {
    replay(request, context.received_at, std::move(done));
  };
  return {{"GET", "/v1/dead-letters", std::move(listing)},
          {"POST", "/v1/dead-letters/replay", std::move(replaying)}};
}

void DeadLetterEndpoint::list(const HttpRequest& request, rules::Instant now, HttpDone done) {
  const auto till =
      authenticate_till(request, now, directory_, options_.signature_tolerance, "letters_unauthorized");
  if (!till) return done(till.error());
  const auto query = parse_query(request.query);
  if (!query) return done(bad_query(query.error()));
  auto asked = letters_asked(*query, now);
  if (!asked) return done(bad_query(asked.error()));
  asked->filter.club = till->club;
  visits_.visit(
      [asked = *asked, limit = query->limit, &carriers = options_.carriers](store::Connection& connection) {
        return page_of(store::load_dead_letters(connection, asked.filter, asked.after, limit), limit,
                       carriers);
      },
      std::move(done));
}

void DeadLetterEndpoint::replay(const HttpRequest& request, rules::Instant now, HttpDone done) {
  const auto till =
      authenticate_till(request, now, directory_, options_.signature_tolerance, "letters_unauthorized");
  if (!till) return done(till.error());
  if (auto refused = refusal_of_media_type(request)) return done(std::move(*refused));
  const auto name = request_name(request);
  if (!name) return done(name.error());
  auto body = parse_replay_body(request.body);
  if (!body) return done(problem_response(body.error()));
  const std::string key_id(request.headers.only("peyk-key").value_or(""));
  NamedReplay named{.key = sha256_of({"letters", std::to_string(till->club), name->kind, name->value}),
                    .fingerprint = fingerprint_of(till->club, *body),
                    .body = *body,
                    .terms = {.even_urgent = body->even_urgent,
                              .even_unknown = body->even_unknown,
                              .valid_for = body->valid_for,
                              .club = till->club,
                              .lines = options_.lines,
                              .by = "till key " + key_id},
                    .now = now};
  visits_.visit([named](store::Connection& connection) { return named.perform(connection); },
                std::move(done));
}

}  // namespace peyk::gateway
