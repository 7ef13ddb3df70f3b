#include "gateway/http/lookups.hpp"

#include <array>

#include "gateway/http/lookup_answers.hpp"
#include "gateway/http/phone_values.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/http/query.hpp"
#include "store/mysql/club_pages.hpp"
#include "templates/dates.hpp"

namespace peyk::gateway {
namespace {

constexpr std::array<std::string_view, 0> kNoNames{};
constexpr std::array<std::string_view, 2> kPageNames{"after", "limit"};
constexpr std::array<std::string_view, 5> kMemberNames{"joined_after", "joined_before", "card", "after",
                                                       "limit"};
constexpr std::array<std::string_view, 7> kSaleNames{"branch", "phone", "day",  "since",
                                                     "until",  "after", "limit"};

// One row more than is shown: it says that there is a next page.
store::PageAsked page_asked(const std::optional<PageEnd>& end, std::uint32_t limit) {
  store::PageAsked page{.behind = {}, .rows_max = limit + 1};
  if (end) page.behind = {end->at, end->id};
  return page;
}

HttpResponse unknown_club() {
  return problem_response({404,
                           "unknown-club",
                           "The club does not exist",
                           "The club of this key is gone; ask the operator.",
                           {}});
}

struct SalesPage {
  store::SalesAsked asked;
  store::PageAsked page;
  std::uint32_t limit = 0;
};

store::TimeSpan time_span(QueryReader& query, const handlers::Club& club) {
  const auto day = query.day("day", club.time_zone);
  const auto since = query.instant("since"), until = query.instant("until");
  if (day && (since || until)) query.wrong("day", "goes without since and until");
  if (day) return {*day, templates::end_of_local_day(*day, club.time_zone, 0)};
  return {since.value_or(rules::Instant{}), until.value_or(rules::Instant{})};
}

// Of a member, of all branches or of one; else of a branch: the key's if none is named.
SalesPage sales_page(QueryReader& query, const handlers::Club& club, handlers::BranchNo key_branch) {
  const std::uint32_t limit = query.limit();
  SalesPage sales{
      .asked = {.club = club.id}, .page = page_asked(query.page_end("after"), limit), .limit = limit};
  sales.asked.member = query.phone("phone");
  const auto branch = query.branch("branch");
  if (branch && handlers::branch_of(club, *branch) == nullptr)
    query.wrong("branch", "the club has no such branch");
  sales.asked.branch = branch.value_or(sales.asked.member ? 0 : key_branch);
  if (sales.asked.branch == 0 && !sales.asked.member)
    query.wrong("branch", "is needed: this key is bound to no branch");
  sales.asked.at = time_span(query, club);
  return sales;
}

}  // namespace

tl::expected<AskedOfClub, HttpResponse> asked_of_club(const LookupHooks& hooks, const HttpRequest& request,
                                                      rules::Instant now, std::chrono::seconds tolerance,
                                                      std::string_view event, Admits admits) {
  const auto key = authenticate_till(request, now, hooks.directory, tolerance, event, admits);
  if (!key) return tl::unexpected(key.error());
  const auto directory = hooks.clubs();
  const handlers::Club* club = directory->club(key->club);
  if (club == nullptr) return tl::unexpected(unknown_club());
  return AskedOfClub{request, now, directory, *club, key->branch};
}

LookupEndpoint::LookupEndpoint(LookupHooks hooks, LookupOptions options)
    : hooks_(std::move(hooks)), options_(options), visits_(hooks_.store, options.in_flight_max) {}

std::vector<HttpRoute> LookupEndpoint::routes() {
  const std::pair<const char*, Handle> all[] = {
      {"/v1/members", &LookupEndpoint::members},
      {"/v1/members/{phone}", &LookupEndpoint::member},
      {"/v1/members/{phone}/statement", &LookupEndpoint::statement},
      {"/v1/purchases", &LookupEndpoint::purchases},
      {"/v1/redemptions", &LookupEndpoint::redemptions},
      {"/v1/branches", &LookupEndpoint::branches},
      {"/v1/line", &LookupEndpoint::line},
  };
  std::vector<HttpRoute> routes;
  for (const auto& [path, looks_up] : all) {
    HttpHandler handler = [this, looks_up = looks_up](HttpRequest request, HttpContext context,
                                                      HttpDone done) {
      handle(looks_up, request, context.received_at, std::move(done));
    };
    routes.push_back({"GET", path, std::move(handler)});
  }
  return routes;
}

void LookupEndpoint::handle(Handle looks_up, const HttpRequest& request, rules::Instant now, HttpDone done) {
  const auto asked = asked_of_club(hooks_, request, now, options_.signature_tolerance, "lookup_unauthorized");
  if (!asked) return done(asked.error());
  (this->*looks_up)(*asked, std::move(done));
}

void LookupEndpoint::member(const Asked& asked, HttpDone done) {
  if (auto wrong = QueryReader(asked.request.query, kNoNames).problem()) return done(std::move(*wrong));
  const auto phone = phone_in_path(asked.request.path_value);
  if (!phone) return done(no_such_member());
  visits_.visit(
      [phone = *phone, directory = asked.directory, &club = asked.club,
       now = asked.now](store::Connection& connection) {
        const auto page = store::load_member_page(connection, club, phone, now);
        return page ? answer_of(*page, club, now) : no_such_member();
      },
      std::move(done));
}

void LookupEndpoint::statement(const Asked& asked, HttpDone done) {
  QueryReader query(asked.request.query, kPageNames);
  const std::uint32_t limit = query.limit();
  const store::PageAsked page = page_asked(query.page_end("after"), limit);
  if (auto wrong = query.problem()) return done(std::move(*wrong));
  const auto phone = phone_in_path(asked.request.path_value);
  if (!phone) return done(no_such_member());
  visits_.visit(
      [key = handlers::MemberKey{asked.club.id, *phone}, page, limit](store::Connection& connection) {
        const auto member = store::find_member_id(connection, key);
        if (!member) return no_such_member();
        return answer_of(store::load_statement(connection, *member, page), limit);
      },
      std::move(done));
}

void LookupEndpoint::members(const Asked& asked, HttpDone done) {
  QueryReader query(asked.request.query, kMemberNames);
  const std::uint32_t limit = query.limit();
  const store::PageAsked page = page_asked(query.page_end("after"), limit);
  const store::MembersAsked members{.club = asked.club.id,
                                    .joined = {query.instant("joined_after").value_or(rules::Instant{}),
                                               query.instant("joined_before").value_or(rules::Instant{})},
                                    .card = query.card("card")};
  if (auto wrong = query.problem()) return done(std::move(*wrong));
  visits_.visit(
      [members, page, limit](store::Connection& connection) {
        return answer_of(store::load_members(connection, members, page), limit);
      },
      std::move(done));
}

void LookupEndpoint::purchases(const Asked& asked, HttpDone done) {
  QueryReader query(asked.request.query, kSaleNames);
  const SalesPage sales = sales_page(query, asked.club, asked.branch);
  if (auto wrong = query.problem()) return done(std::move(*wrong));
  visits_.visit(
      [sales](store::Connection& connection) {
        return answer_of(store::load_purchases(connection, sales.asked, sales.page), sales.limit,
                         sales.asked.member.has_value());
      },
      std::move(done));
}

void LookupEndpoint::redemptions(const Asked& asked, HttpDone done) {
  QueryReader query(asked.request.query, kSaleNames);
  const SalesPage sales = sales_page(query, asked.club, asked.branch);
  if (auto wrong = query.problem()) return done(std::move(*wrong));
  visits_.visit(
      [sales](store::Connection& connection) {
        return answer_of(store::load_redemptions(connection, sales.asked, sales.page), sales.limit);
      },
      std::move(done));
}

void LookupEndpoint::branches(const Asked& asked, HttpDone done) {
  if (auto wrong = QueryReader(asked.request.query, kNoNames).problem()) return done(std::move(*wrong));
  done(branches_of(asked.club, asked.branch));
}

void LookupEndpoint::line(const Asked& asked, HttpDone done) {
  if (auto wrong = QueryReader(asked.request.query, kNoNames).problem()) return done(std::move(*wrong));
  done(answer_of(hooks_.line(asked.club), asked.club));
}

}  // namespace peyk::gateway
