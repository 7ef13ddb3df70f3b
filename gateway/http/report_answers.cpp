#include "gateway/http/report_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers/offer_words.hpp"
#include "handlers/programme_words.hpp"
#include "templates/dates.hpp"

namespace peyk::gateway {
namespace {

using Json = nlohmann::ordered_json;
using handlers::Insight;
using handlers::OfferFigures;

HttpResponse json_report(const Json& body) {
  return json_response(200, body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

template <typename Value>
Json known_or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}
Json told_or_null(std::string_view text) {
  return text.empty() ? Json(nullptr) : Json(text);
}
Json score_or_null(std::uint8_t score) {
  return score == 0 ? Json(nullptr) : Json(score);
}
Json moment_or_null(rules::Instant at) {
  return at == rules::Instant{} ? Json(nullptr) : Json(templates::rfc3339(at));
}

std::string calendar_day(rules::DayNumber day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return fmt::format("{:04}-{:02}-{:02}", int{date.year()}, unsigned{date.month()}, unsigned{date.day()});
}

Json sold_as_json(std::uint64_t purchases, rules::Amount sold) {
  return {{"purchases", purchases},
          {"sold", sold},
          {"mean_basket", known_or_null(handlers::mean_basket(sold, purchases))}};
}

Json insight_as_json(const Insight& insight) {
  Json json = sold_as_json(insight.purchases, insight.sold);
  json["from"] = templates::rfc3339(insight.from);
  json["until"] = templates::rfc3339(insight.until);
  json["before"] = sold_as_json(insight.purchases_before, insight.sold_before);
  json["mean_basket_change_percent"] = known_or_null(handlers::basket_change(insight));
  json["by_members"] = insight.by_members;
  json["by_top_fifth"] = insight.by_top;
  json["top_fifth_share_percent"] = known_or_null(handlers::top_share(insight));
  json["best_customers"] = insight.top;
  json["best_customers_away"] = insight.top_asleep;
  json["best_seller"] =
      insight.best.empty() ? Json(nullptr) : Json{{"name", insight.best}, {"purchases", insight.best_count}};
  return json;
}

std::string_view verdict_word(handlers::EffectVerdict verdict) {
  switch (verdict) {
    case handlers::EffectVerdict::not_measured:
      return "not measured";
    case handlers::EffectVerdict::too_few:
      return "too few";
    case handlers::EffectVerdict::chance:
      return "chance";
    case handlers::EffectVerdict::more:
      return "more";
    case handlers::EffectVerdict::less:
      return "less";
  }
  return {};
}

Json figures_as_json(const OfferFigures& one) {
  return {{"from", templates::rfc3339(one.from)},
          {"until", templates::rfc3339(one.until)},
          {"uses", one.uses},
          {"members", one.members},
          {"given", one.given},
          {"used", one.used},
          {"with", {{"members", one.with_members}, {"spent", one.with_spent}}},
          {"held_out", {{"members", one.held_out}, {"spent", one.held_out_spent}}},
          {"verdict", verdict_word(one.verdict)}};
}

Json offer_as_json(const rules::Offer& offer, const handlers::Club& club) {
  Json json{{"name", offer.name},
            {"title", told_or_null(offer.title)},
            {"on", handlers::word_in(handlers::occasion_words(), offer.on)},
            {"when", Json::array()},
            {"then", Json::array()},
            {"from", moment_or_null(offer.from)},
            {"until", moment_or_null(offer.until)},
            {"budget", offer.budget == 0 ? Json(nullptr) : Json(offer.budget)},
            {"hold_out_percent", handlers::percent_text(offer.hold_out)},
            {"figures", nullptr}};
  for (const rules::Condition& one : offer.when)
    json["when"].push_back(handlers::said(one, club.programme.tiers));
  for (const rules::OfferEffect& one : offer.then) json["then"].push_back(handlers::said(one));
  const auto& figures = club.programme.figures;
  const auto its = std::ranges::find(figures, offer.id, &OfferFigures::offer);
  if (its != figures.end()) json["figures"] = figures_as_json(*its);
  return json;
}

Json customer_as_json(const NamedCustomer& named) {
  const handlers::AnonymousCustomer& one = named.customer;
  return {{"customer", named.name},
          {"visits", one.visits},
          {"purchases", one.purchases},
          {"weeks_away", one.weeks_away},
          {"weeks_known", one.weeks_known},
          {"usual_gap_days", known_or_null(one.usual_gap_days)},
          {"spent", one.spent},
          {"mean_basket", one.mean_basket},
          {"basket", told_or_null(one.basket)},
          {"scores",
           {{"length", score_or_null(one.scores.length)},
            {"recency", score_or_null(one.scores.recency)},
            {"frequency", score_or_null(one.scores.frequency)},
            {"monetary", score_or_null(one.scores.monetary)}}},
          {"top_percent", known_or_null(one.top_percent)},
          {"segments", one.segments},
          {"tier", told_or_null(one.tier)},
          {"city", told_or_null(one.city)},
          {"age", told_or_null(one.age_band)}};
}

}  // namespace

HttpResponse insights_answer(const handlers::Club& club) {
  const auto& insight = club.programme.insight;
  return json_report({{"insight", insight ? insight_as_json(*insight) : Json(nullptr)}});
}

HttpResponse offers_answer(const handlers::Club& club) {
  Json body{{"offers", Json::array()}, {"over", Json::array()}};
  const auto& offers = club.programme.offers;
  for (const rules::Offer& offer : offers) body["offers"].push_back(offer_as_json(offer, club));
  for (const OfferFigures& one : club.programme.figures) {
    if (std::ranges::find(offers, one.offer, &rules::Offer::id) != offers.end()) continue;
    body["over"].push_back(
        {{"name", one.name}, {"title", told_or_null(one.title)}, {"figures", figures_as_json(one)}});
  }
  return json_report(body);
}

HttpResponse segments_answer(const handlers::Club& club, const std::vector<store::SegmentDay>& days) {
  Json body{{"night", nullptr}, {"segments", Json::array()}};
  if (!days.empty()) body["night"] = calendar_day(days.back().day);
  for (const rules::Segment& segment : club.programme.segments) {
    Json one{{"name", segment.name},
             {"title", handlers::segment_title(segment, club.language, templates::Catalogue::standard())},
             {"when", Json::array()},
             {"members", nullptr},
             {"entered", nullptr},
             {"left", nullptr}};
    for (const rules::Condition& condition : segment.when)
      one["when"].push_back(handlers::said(condition, club.programme.tiers));
    for (const store::SegmentDay& day : days) {
      if (day.day != days.back().day || day.name != segment.name) continue;
      one["members"] = day.count.members;
      one["entered"] = day.count.entered;
      one["left"] = day.count.left;
    }
    body["segments"].push_back(std::move(one));
  }
  return json_report(body);
}

HttpResponse sales_answer(const std::vector<store::SalesDay>& days, rules::DayNumber from,
                          rules::DayNumber until) {
  Json body{{"since", calendar_day(from)}, {"until", calendar_day(until)}, {"days", Json::array()}};
  for (const store::SalesDay& one : days)
    body["days"].push_back({{"day", calendar_day(one.day)},
                            {"branch", one.branch},
                            {"purchases", one.purchases},
                            {"sold", one.sold}});
  return json_report(body);
}

HttpResponse customers_answer(std::span<const NamedCustomer> page, const std::string& next) {
  Json body{{"customers", Json::array()}, {"next", told_or_null(next)}};
  for (const NamedCustomer& one : page) body["customers"].push_back(customer_as_json(one));
  return json_report(body);
}

}  // namespace peyk::gateway
