#include "gateway/http/lookup_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gateway/http/query.hpp"
#include "gateway/lane_words.hpp"
#include "handlers/facts.hpp"
#include "handlers/measures.hpp"
#include "handlers/offer_words.hpp"
#include "handlers/programme_words.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway {
namespace {

using Json = nlohmann::ordered_json;

HttpResponse ok(const Json& body) {
  return json_response(200, body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Json time_or_null(rules::Instant at) {
  return at == rules::Instant{} ? Json(nullptr) : Json(templates::rfc3339(at));
}

// 0: hers who has left, and is forgotten.
Json phone_or_null(handlers::PhoneNumber phone) {
  return phone == 0 ? Json(nullptr) : Json(templates::e164(phone));
}

Json shown(const handlers::Member& member) {
  Json shown{{"phone", templates::e164(member.phone)},
             {"card", std::to_string(member.card)},
             {"language", member.language == handlers::Language::fa ? "fa" : "en"},
             {"joined", templates::rfc3339(member.joined_at)},
             {"balance", member.balance},
             {"debt", member.debt},
             {"last_purchase", nullptr}};
  const handlers::LastPurchase& last = member.last_purchase;
  if (last.id != 0) {
    shown["last_purchase"] = {{"id", std::to_string(last.id)},
                              {"branch", last.branch},
                              {"amount", last.amount},
                              {"at", templates::rfc3339(last.at)}};
  }
  return shown;
}

Json shown(const std::vector<store::OfferShown>& offers) {
  Json all = Json::array();
  for (const store::OfferShown& one : offers) {
    Json& shown = all.emplace_back(Json{{"offer", one.name},
                                        {"title", one.title},
                                        {"effect", handlers::word_of(one.kind).name},
                                        {"value", one.value}});
    if (one.kind == rules::EffectKind::item) shown["item"] = one.item;
  }
  return all;
}

Json segments_of(const handlers::Club& club, const rules::Measures& measures) {
  Json hers = Json::array();
  const auto& segments = club.programme.segments;
  const rules::SegmentMask mask = rules::segments_of(segments, measures);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if ((mask >> i & 1U) == 0) continue;
    hers.push_back(
        {{"name", segments[i].name},
         {"title", handlers::segment_title(segments[i], club.language, templates::Catalogue::standard())}});
  }
  return hers;
}

Json scores_of(const rules::Measures& measures) {
  using rules::Measure;
  if (measures.of(Measure::score_length) == rules::Measures::kUnknown) return nullptr;
  return {{"length", measures.of(Measure::score_length)},
          {"recency", measures.of(Measure::score_recency)},
          {"frequency", measures.of(Measure::score_frequency)},
          {"monetary", measures.of(Measure::score_monetary)}};
}

std::string date_text(rules::DayNumber day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

Json shown(const rules::Behaviour& behaviour, rules::DayNumber today) {
  if (behaviour.visits == 0) return nullptr;
  const auto gap = rules::usual_gap(behaviour);
  const rules::Baskets baskets = rules::baskets_before(behaviour, today);
  const auto trend = rules::trend_of(baskets);
  return {{"purchases", behaviour.purchases},
          {"visits", behaviour.visits},
          {"first", date_text(behaviour.first_day)},
          {"last", date_text(behaviour.last_day)},
          {"spent", behaviour.spent},
          {"usual_gap_days", gap ? Json(gap->days) : Json(nullptr)},
          {"recent_basket", baskets.visits > 0 ? Json(baskets.recent) : Json(nullptr)},
          {"basket", trend ? Json(rules::name_of(*trend)) : Json(nullptr)}};
}

Json shown(const std::vector<handlers::BoughtItem>& items) {
  Json all = Json::array();
  for (const handlers::BoughtItem& item : items)
    all.push_back({{"name", item.name},
                   {"quantity", item.quantity},
                   {"amount", item.amount ? Json(*item.amount) : Json(nullptr)}});
  return all;
}

Json shown(const store::PurchaseRow& row) {
  return {{"id", std::to_string(row.id)},
          {"branch", row.branch},
          {"invoice", row.invoice},
          {"amount", row.amount + row.discount},
          {"discount", row.discount},
          {"by_credit", row.by_credit},
          {"refunded", row.refunded},
          {"credit", row.earned},
          {"points", row.points},
          {"offers", shown(row.offers)},
          {"items", shown(row.items)},
          {"phone", phone_or_null(row.phone)},
          {"purchased_at", templates::rfc3339(row.purchased_at)},
          {"recorded_at", templates::rfc3339(row.recorded_at)}};
}

Json shown(const store::RedemptionRow& row) {
  const std::string_view by = !row.till.empty() ? "till" : row.by_cashier ? "cashier" : "member";
  return {{"id", std::to_string(row.id)},
          {"branch", row.branch},
          {"invoice", row.invoice},
          {"invoice_amount", row.invoice_amount},
          {"used", row.used},
          {"collect", row.invoice_amount - row.used},
          {"returned", row.returned},
          {"by", by},
          {"phone", phone_or_null(row.phone)},
          {"at", templates::rfc3339(row.at)},
          {"voided_at", time_or_null(row.voided_at)}};
}

Json shown(const store::StatementRow& row) {
  return {{"id", std::to_string(row.id)},
          {"kind", row.kind},
          {"amount", row.amount},
          {"effect", row.effect},
          {"redemption", row.redemption == 0 ? Json(nullptr) : Json(std::to_string(row.redemption))},
          {"offers", shown(row.offers)},
          {"at", templates::rfc3339(row.at)}};
}

// `end_of` is where the page ends if its last row is that one.
template <typename Row, typename EndOf>
HttpResponse page_of(const char* name, const std::vector<Row>& rows, std::uint32_t limit, EndOf end_of) {
  Json body{{name, Json::array()}, {"next", nullptr}};
  const std::size_t count = std::min<std::size_t>(rows.size(), limit);
  for (std::size_t i = 0; i < count; ++i) body[name].push_back(shown(rows[i]));
  if (rows.size() > count) body["next"] = text_of(end_of(rows[count - 1]));
  return ok(body);
}

}  // namespace

HttpResponse answer_of(const store::MemberPage& page, const handlers::Club& club, rules::Instant now) {
  const handlers::Facts& facts = page.facts;
  Json body = shown(page.member);
  body["spendable"] = facts.spendable(page.member.id, now);
  body["promo"] = !page.promo_stopped;
  body["credit"] = Json::array();
  for (const handlers::Lot& lot : page.lots) {
    const bool held = facts.held(lot, now) > 0;
    body["credit"].push_back({{"available", facts.available(lot, now)},
                              {"expires", templates::rfc3339(lot.expires_at)},
                              {"held_until", held ? time_or_null(lot.held_until) : Json(nullptr)}});
  }
  const handlers::Rank rank = facts.rank(page.member.id);
  const rules::Tier* tier = handlers::tier_of(club, rank);
  body["tier"] = tier == nullptr ? Json(nullptr) : Json(tier->name);
  body["points"] = rank.points;
  const rules::Measures measures = handlers::measures_of(club, &page.member, facts, now);
  body["segments"] = segments_of(club, measures);
  const auto tags = facts.tags(page.member.id);
  body["tags"] = std::vector<std::string>(tags.begin(), tags.end());
  body["scores"] = scores_of(measures);
  body["behaviour"] = shown(handlers::behaviour_of(club, page.member.id, facts), handlers::day_of(club, now));
  return ok(body);
}

HttpResponse answer_of(const std::vector<handlers::Member>& members, std::uint32_t limit) {
  return page_of("members", members, limit, [](const handlers::Member& last) {
    return PageEnd{last.joined_at, last.id};
  });
}

HttpResponse answer_of(const std::vector<store::PurchaseRow>& purchases, std::uint32_t limit,
                       bool by_purchase_time) {
  return page_of("purchases", purchases, limit, [by_purchase_time](const store::PurchaseRow& last) {
    return PageEnd{by_purchase_time ? last.purchased_at : last.recorded_at, last.id};
  });
}

HttpResponse answer_of(const std::vector<store::RedemptionRow>& redemptions, std::uint32_t limit) {
  return page_of("redemptions", redemptions, limit, [](const store::RedemptionRow& last) {
    return PageEnd{last.at, last.id};
  });
}

HttpResponse answer_of(const std::vector<store::StatementRow>& entries, std::uint32_t limit) {
  return page_of("entries", entries, limit, [](const store::StatementRow& last) {
    return PageEnd{last.at, last.id};
  });
}

HttpResponse branches_of(const handlers::Club& club, handlers::BranchNo key_branch) {
  Json body{{"club", club.slug},
            {"branch", key_branch == 0 ? Json(nullptr) : Json(key_branch)},
            {"branches", Json::array()}};
  for (const handlers::Branch& branch : club.branches)
    body["branches"].push_back({{"number", branch.number}, {"name", branch.name}});
  return ok(body);
}

HttpResponse answer_of(const LineHealth& health, const handlers::Club& club) {
  Json body{{"line", club.line},
            {"served", health.served},
            {"bound", health.bound},
            {"paused", health.paused},
            {"lanes", Json::array()}};
  for (const LineHealth::Lane& lane : health.lanes) {
    body["lanes"].push_back({{"lane", lane_words()[static_cast<std::size_t>(lane.lane)]},
                             {"waiting", lane.waiting},
                             {"oldest_seconds", static_cast<std::int64_t>(std::ceil(lane.oldest_seconds))},
                             {"paused", lane.paused}});
  }
  return ok(body);
}

}  // namespace peyk::gateway
