#include "handlers/events.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <variant>

#include "handlers/words.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kTypes{EventType::member_joined, EventType::credit_granted, EventType::code_redeemed,
                            EventType::code_voided,   EventType::credit_expired, EventType::message_failed};

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

std::string_view hand_of(PhoneNumber cashier, const std::string& till) {
  return !till.empty() ? "till" : cashier != 0 ? "cashier" : "member";
}

// The last two digits, by which staff know it again. Never the whole: it may live on, or live again after a
// void, and it pays whoever says it. Null: its number is no longer known here.
Json end_of_number(CodeId id, const Facts& facts) {
  const Code* code = facts.code(id);
  return code == nullptr ? Json() : Json(std::to_string(code->number).substr(5));
}

WebhookEvent granted(const OpenLot& effect) {
  const Lot& lot = effect.lot;
  return {.club = lot.club,
          .type = EventType::credit_granted,
          .member = lot.member,
          .about = lot.id,
          .at = lot.created_at,
          .data = dumped({{"lot", std::to_string(lot.id)},
                          {"origin", word_of(lot.origin == LotOrigin::transfer ? lot.kind : lot.origin)},
                          {"amount", lot.issued},
                          {"expires", templates::rfc3339(lot.expires_at)}})};
}

WebhookEvent redeemed(const TakeFromLot& effect, const Facts& facts) {
  const Redemption& r = effect.redemption;
  return {.club = r.club,
          .type = EventType::code_redeemed,
          .member = r.member,
          .about = r.id,
          .at = r.at,
          .data = dumped({{"redemption", std::to_string(r.id)},
                          {"code_ends", end_of_number(r.code, facts)},
                          {"branch", r.branch},
                          {"by", hand_of(r.cashier, r.till)},
                          {"till", or_null(r.till)},
                          {"invoice", or_null(r.invoice)},
                          {"invoice_amount", r.invoice_amount},
                          {"used", r.used},
                          {"left", r.left}})};
}

WebhookEvent voided(const VoidRedemption& effect, const Facts& facts) {
  const Voided& v = effect.voided;
  return {.club = effect.entry.club,
          .type = EventType::code_voided,
          .member = effect.entry.member,
          .about = effect.redemption,
          .at = v.at,
          .data = dumped({{"redemption", std::to_string(effect.redemption)},
                          {"code_ends", end_of_number(effect.code, facts)},
                          {"by", hand_of(v.cashier, v.till)},
                          {"till", or_null(v.till)},
                          {"returned", effect.entry.amount},
                          {"left", v.left}})};
}

// As a redemption of credit is told, of nothing: whoever sums up what was used is right.
WebhookEvent handed_over_event(const Handover& h, const Facts& facts) {
  const Code* code = facts.code(h.code);
  return {.club = h.club,
          .type = EventType::code_redeemed,
          .member = h.member,
          .about = h.id,
          .at = h.at,
          .data = dumped({{"redemption", std::to_string(h.id)},
                          {"code_ends", end_of_number(h.code, facts)},
                          {"branch", h.branch},
                          {"by", hand_of(h.cashier, h.till)},
                          {"till", or_null(h.till)},
                          {"invoice", or_null(h.invoice)},
                          {"invoice_amount", nullptr},
                          {"used", 0},
                          {"left", 0},
                          {"item", code == nullptr ? Json() : Json(code->item)}})};
}

WebhookEvent item_back_event(const TakeItemBack& effect, const Code& code, const Facts& facts) {
  const Voided& v = effect.voided;
  return {.club = code.club,
          .type = EventType::code_voided,
          .member = code.member,
          .about = effect.handover,
          .at = v.at,
          .data = dumped({{"redemption", std::to_string(effect.handover)},
                          {"code_ends", end_of_number(effect.code, facts)},
                          {"by", hand_of(v.cashier, v.till)},
                          {"till", or_null(v.till)},
                          {"returned", 0},
                          {"left", 0},
                          {"item", code.item}})};
}

WebhookEvent lapsed(const LedgerEntry& entry) {
  return {.club = entry.club,
          .type = EventType::credit_expired,
          .member = entry.member,
          .about = entry.id,
          .at = entry.at,
          .data = dumped({{"lot", std::to_string(entry.lot)}, {"amount", entry.amount}})};
}

// Goes through effects; builds nothing that nobody wants.
struct Teller {
  const Facts& facts;
  const Listeners& listeners;
  std::vector<WebhookEvent> events{};

  bool wanted(ClubId club, EventType type) const { return anybody_listens(listeners, club, type); }

  void operator()(const EnrolMember& effect) {
    const Member& member = effect.member;
    if (!wanted(member.club, EventType::member_joined)) return;
    events.push_back({.club = member.club,
                      .type = EventType::member_joined,
                      .member = member.id,
                      .about = member.id,
                      .at = member.joined_at,
                      .data = dumped({{"language", member.language == Language::fa ? "fa" : "en"},
                                      {"referred", member.referred_by.has_value()}})});
  }
  void operator()(const OpenLot& effect) {
    if (wanted(effect.lot.club, EventType::credit_granted)) events.push_back(granted(effect));
  }
  // A gift code that a member texted: credit that she has from the club. Other moves give the club's members
  // nothing that they had not.
  void operator()(const MoveCredit& effect) {
    if (effect.move.kind != MoveKind::gift || !wanted(effect.move.club, EventType::credit_granted)) return;
    for (const MoveCredit::Part& part : effect.parts)
      events.push_back(granted({.lot = part.lot, .entry = part.entry}));
  }
  void operator()(const TakeFromLot& effect) {
    if (wanted(effect.redemption.club, EventType::code_redeemed)) events.push_back(redeemed(effect, facts));
  }
  void operator()(const VoidRedemption& effect) {
    if (wanted(effect.entry.club, EventType::code_voided)) events.push_back(voided(effect, facts));
  }
  void operator()(const HandOver& effect) {
    if (wanted(effect.handover.club, EventType::code_redeemed))
      events.push_back(handed_over_event(effect.handover, facts));
  }
  void operator()(const TakeItemBack& effect) {
    const Code* code = facts.code(effect.code);
    if (code != nullptr && wanted(code->club, EventType::code_voided))
      events.push_back(item_back_event(effect, *code, facts));
  }
  // What she leaves is forfeited, which is no event; what had lapsed before has expired.
  void operator()(const EndMembership& effect) {
    const auto expired = events_of(effect.entries, listeners);
    events.insert(events.end(), expired.begin(), expired.end());
  }
  template <typename Other>
  void operator()(const Other&) {}
};

}  // namespace

std::string_view name_of(EventType type) {
  switch (type) {
    case EventType::member_joined:
      return "member.joined";
    case EventType::credit_granted:
      return "credit.granted";
    case EventType::code_redeemed:
      return "code.redeemed";
    case EventType::code_voided:
      return "code.voided";
    case EventType::credit_expired:
      return "credit.expired";
    case EventType::message_failed:
      return "message.failed";
  }
  return "unknown";
}

std::optional<EventType> event_type_of(std::string_view name) {
  for (const EventType type : kTypes) {
    if (name_of(type) == name) return type;
  }
  return std::nullopt;
}

std::span<const EventType> all_event_types() {
  return kTypes;
}

bool anybody_listens(const Listeners& listeners, ClubId club, EventType type) {
  const auto found = listeners.find(club);
  return found != listeners.end() && std::ranges::any_of(found->second, [type](const Listener& one) {
           return (one.events & bit_of(type)) != 0;
         });
}

std::vector<WebhookEvent> events_of(std::span<const Effect> effects, const Facts& facts,
                                    const Listeners& listeners) {
  if (listeners.empty()) return {};
  Teller teller{.facts = facts, .listeners = listeners};
  for (const Effect& effect : effects) std::visit(teller, effect);
  return std::move(teller.events);
}

std::vector<WebhookEvent> events_of(std::span<const LedgerEntry> entries, const Listeners& listeners) {
  std::vector<WebhookEvent> events;
  for (const LedgerEntry& entry : entries) {
    if (entry.kind == rules::EntryKind::expire &&
        anybody_listens(listeners, entry.club, EventType::credit_expired))
      events.push_back(lapsed(entry));
  }
  return events;
}

WebhookEvent event_of(const FailedText& text, rules::Instant now) {
  return {.club = text.club,
          .type = EventType::message_failed,
          .member = text.member,
          .about = text.message,
          .at = now,
          .data = dumped({{"message", std::to_string(text.message)}, {"reason", or_null(text.reason)}})};
}

}  // namespace peyk::handlers
