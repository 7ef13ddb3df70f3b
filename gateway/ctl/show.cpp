#include "gateway/ctl/show.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "handlers/words.hpp"
#include "templates/dates.hpp"
#include "templates/language.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway::ctl {
namespace {

using Json = nlohmann::ordered_json;

std::string_view word(handlers::Language language) {
  return language == handlers::Language::fa ? "fa" : "en";
}

std::string local(rules::Instant at, std::string_view time_zone) {
  return templates::format_date_short(at, time_zone, templates::Language::en) + " " +
         templates::format_time(at, time_zone, templates::Language::en);
}

}  // namespace

std::string member_as_text(const store::MemberFound& found, std::string_view time_zone) {
  std::string text = fmt::format("{} in {}\n  card {}, language {}, joined {}, balance {}\n",
                                 templates::e164(found.member.phone), found.club, found.member.card,
                                 word(found.member.language), local(found.member.joined_at, time_zone),
                                 found.member.balance);
  if (!found.tags.empty()) text += fmt::format("  tags {}\n", fmt::join(found.tags, ", "));
  text += "codes\n";
  for (const store::CodeFound& code : found.codes) {
    text += fmt::format("  {}  {}, {}, until {}\n", code.number, code.state,
                        code.item.empty() ? fmt::format("{} left", code.left) : "for " + code.item,
                        local(code.expires_at, time_zone));
  }
  text += "lots\n";
  for (const handlers::Lot& lot : found.lots) {
    text += fmt::format("  {}  {} of {} left, until {}\n", handlers::word_of(lot.origin), lot.remaining,
                        lot.issued, local(lot.expires_at, time_zone));
  }
  text += "redemptions\n";
  for (const store::RedemptionFound& one : found.redemptions) {
    text += fmt::format("  {}  {} used of {} at branch {}, invoice of {}{}\n", local(one.at, time_zone),
                        one.used, one.code, one.branch, one.invoice_amount,
                        one.voided_at ? ", taken back " + local(*one.voided_at, time_zone) : "");
  }
  text += "messages\n";
  for (const store::MessageFound& one : found.messages) {
    text += fmt::format("  {}  {} from {}{}{}{}\n    {}\n", local(one.created_at, time_zone), one.state,
                        one.line, one.reason.empty() ? "" : ": ", one.reason,
                        one.maybe_twice ? ", maybe twice" : "", one.text);
  }
  return text;
}

std::string member_as_json(const store::MemberFound& found) {
  Json json{{"phone", templates::e164(found.member.phone)},
            {"club", found.club},
            {"card", std::to_string(found.member.card)},
            {"language", word(found.member.language)},
            {"joined", templates::rfc3339(found.member.joined_at)},
            {"balance", found.member.balance},
            {"tags", found.tags},
            {"codes", Json::array()},
            {"lots", Json::array()},
            {"redemptions", Json::array()},
            {"messages", Json::array()}};
  for (const store::CodeFound& code : found.codes) {
    json["codes"].push_back({{"code", std::to_string(code.number)},
                             {"state", code.state},
                             {"left", code.left},
                             {"expires", templates::rfc3339(code.expires_at)}});
    if (!code.item.empty()) json["codes"].back()["item"] = code.item;
  }
  for (const handlers::Lot& lot : found.lots) {
    json["lots"].push_back({{"origin", handlers::word_of(lot.origin)},
                            {"issued", lot.issued},
                            {"remaining", lot.remaining},
                            {"expires", templates::rfc3339(lot.expires_at)}});
  }
  for (const store::RedemptionFound& one : found.redemptions) {
    json["redemptions"].push_back(
        {{"code", std::to_string(one.code)},
         {"branch", one.branch},
         {"invoice_amount", one.invoice_amount},
         {"used", one.used},
         {"at", templates::rfc3339(one.at)},
         {"voided", one.voided_at ? Json(templates::rfc3339(*one.voided_at)) : Json()}});
  }
  for (const store::MessageFound& one : found.messages) {
    json["messages"].push_back({{"id", std::to_string(one.id)},
                                {"line", one.line},
                                {"state", one.state},
                                {"reason", one.reason},
                                {"maybe_twice", one.maybe_twice},
                                {"text", one.text},
                                {"created", templates::rfc3339(one.created_at)}});
  }
  return json.dump(2) + "\n";
}

}  // namespace peyk::gateway::ctl
