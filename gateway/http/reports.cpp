#include "gateway/http/reports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gateway/http/problem.hpp"
#include "gateway/http/query.hpp"
#include "gateway/http/report_answers.hpp"
#include "gateway/pseudonyms.hpp"
#include "store/mysql/customer_pages.hpp"
#include "templates/dates.hpp"

namespace peyk::gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kReportsInFlight = 8;  // that wait for the store; more get 503
constexpr rules::DayNumber kNightsBack = 7;  // so old may the figures of segments be
constexpr int kSalesDaysMax = 31;

constexpr std::array<std::string_view, 0> kNoParameters{};
constexpr std::array<std::string_view, 2> kDayParameters{"since", "until"};
constexpr std::array<std::string_view, 1> kAfter{"after"};

// The last 30 days up to today, or up to `until`; both days counted.
store::InsightSpan days_asked(QueryReader& query, const handlers::Club& club, rules::Instant now) {
  const auto since = query.day("since", club.time_zone), last = query.day("until", club.time_zone);
  const auto today = templates::start_of_local_day(now, club.time_zone);
  const rules::Instant until = templates::end_of_local_day(last.value_or(today), club.time_zone, 0);
  // In the middle of a day: days of 23 and of 25 hours have one.
  const rules::Instant first = until - std::chrono::days{handlers::kInsightDays} + 12h;
  const rules::Instant from = since.value_or(templates::start_of_local_day(first, club.time_zone));
  if (from >= until) query.wrong("since", "lies behind until");
  if (until - from > std::chrono::days{kSalesDaysMax} + 2h)
    query.wrong("since", fmt::format("at most {} days at once", kSalesDaysMax));
  return {from, until};
}

// Sorted by the names, so that a place on the page says nothing either.
HttpResponse customers_page(store::Connection& connection, const handlers::Club& club,
                            handlers::MemberId after, rules::Instant now) {
  store::CustomerPages pages(club, store::CustomerPages::Whom::buyers, after);
  handlers::Facts facts;
  const auto customers = pages.next(connection, facts);
  const Pseudonyms pseudonyms;
  std::vector<handlers::AnonymousCustomer> told;
  std::vector<std::string> names;
  for (const store::Customer& one : customers) {
    const rules::Behaviour buys = facts.behaviour(one.member.id);
    if (buys.visits == 0) continue;
    const auto measures = handlers::measures_of(club, &one.member, facts, now, &one.profile);
    told.push_back(handlers::anonymous(club, one.profile, buys, measures));
    names.push_back(pseudonyms.of(one.member.id));
  }
  handlers::hide_rare(told);
  std::vector<NamedCustomer> page;
  for (std::size_t i = 0; i < told.size(); ++i) page.push_back({std::move(names[i]), std::move(told[i])});
  std::ranges::sort(page, {}, &NamedCustomer::name);
  return customers_answer(page, customers.empty() ? "" : text_of({rules::Instant{1us}, pages.after()}));
}

}  // namespace

ReportEndpoint::ReportEndpoint(LookupHooks hooks, std::chrono::seconds signature_tolerance)
    : hooks_(std::move(hooks)), tolerance_(signature_tolerance), visits_(hooks_.store, kReportsInFlight) {}

std::vector<HttpRoute> ReportEndpoint::routes() {
  const std::pair<const char*, Handle> all[] = {
      {"/v1/insights", &ReportEndpoint::insights},   {"/v1/offers", &ReportEndpoint::offers},
      {"/v1/segments", &ReportEndpoint::segments},   {"/v1/sales", &ReportEndpoint::sales},
      {"/v1/customers", &ReportEndpoint::customers},
  };
  std::vector<HttpRoute> routes;
  for (const auto& [path, reports] : all) {
    HttpHandler handler = [this, reports = reports](HttpRequest request, HttpContext context, HttpDone done) {
      handle(reports, request, context.received_at, std::move(done));
    };
    routes.push_back({"GET", path, std::move(handler)});
  }
  return routes;
}

void ReportEndpoint::handle(Handle reports, const HttpRequest& request, rules::Instant now, HttpDone done) {
  const auto asked =
      asked_of_club(hooks_, request, now, tolerance_, "report_unauthorized", Admits::analysts_too);
  if (!asked) return done(asked.error());
  (this->*reports)(*asked, std::move(done));
}

void ReportEndpoint::insights(const Asked& asked, HttpDone done) {
  auto wrong = QueryReader(asked.request.query, kNoParameters).problem();
  done(wrong ? std::move(*wrong) : insights_answer(asked.club));
}

void ReportEndpoint::offers(const Asked& asked, HttpDone done) {
  auto wrong = QueryReader(asked.request.query, kNoParameters).problem();
  done(wrong ? std::move(*wrong) : offers_answer(asked.club));
}

void ReportEndpoint::segments(const Asked& asked, HttpDone done) {
  if (auto wrong = QueryReader(asked.request.query, kNoParameters).problem()) return done(std::move(*wrong));
  visits_.visit(
      [directory = asked.directory, &club = asked.club, now = asked.now](store::Connection& connection) {
        const auto days =
            store::load_segment_days(connection, club.id, handlers::day_of(club, now) - kNightsBack);
        return segments_answer(club, days);
      },
      std::move(done));
}

void ReportEndpoint::sales(const Asked& asked, HttpDone done) {
  QueryReader query(asked.request.query, kDayParameters);
  const store::InsightSpan span = days_asked(query, asked.club, asked.now);
  if (auto wrong = query.problem()) return done(std::move(*wrong));
  visits_.visit(
      [directory = asked.directory, &club = asked.club, span](store::Connection& connection) {
        return sales_answer(store::read_sales_days(connection, club, span), handlers::day_of(club, span.from),
                            handlers::day_of(club, span.until - 1us));
      },
      std::move(done));
}

void ReportEndpoint::customers(const Asked& asked, HttpDone done) {
  QueryReader query(asked.request.query, kAfter);
  const auto end = query.page_end("after");
  if (auto wrong = query.problem()) return done(std::move(*wrong));
  visits_.visit([directory = asked.directory, &club = asked.club, now = asked.now, after = end ? end->id : 0](
                    store::Connection& connection) { return customers_page(connection, club, after, now); },
                std::move(done));
}

}  // namespace peyk::gateway
