#include "gateway/ctl/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gateway/outbound_line.hpp"
#include "templates/dates.hpp"
#include "templates/delivery_errors.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway::ctl {
namespace {

using Json = nlohmann::ordered_json;
using templates::Language;

constexpr std::string_view kZoneWithoutClub = "Asia/Tehran";

Json time_or_null(rules::Instant at) {
  if (at == rules::Instant{}) return nullptr;
  return templates::rfc3339(at);
}

// What the carrier called it is octets; people and JSON get ASCII.
std::string shown(std::string_view octets) {
  std::string text(octets);
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text;
}

std::string hex(std::string_view octets) {
  std::string text;
  for (const char c : octets)
    fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(c));
  return text;
}

std::string phone_of(handlers::PhoneNumber phone) {
  return phone == 0 ? "an unknown phone" : templates::masked(phone);
}

}  // namespace

std::string local_time(rules::Instant at, std::string_view club_zone, Language language) {
  const std::string_view zone = club_zone.empty() ? kZoneWithoutClub : club_zone;
  return templates::format_date_short(at, zone, language) + " " + templates::format_time(at, zone, language);
}

std::string error_in_words(const std::vector<CarrierOptions>& carriers, std::string_view carrier,
                           std::string_view code, Language language) {
  for (const CarrierOptions& one : carriers) {
    if (one.name != carrier) continue;
    const auto own = one.error_words.find(std::string(code));
    if (own != one.error_words.end()) return own->second;
  }
  return std::string(templates::delivery_error_words(code, language));
}

namespace {

using Carriers = std::vector<CarrierOptions>;

// "part 1 of 2 by mci as 70BA8A69: delivered at … (DELIVERED)", with when it was sent.
std::string part_as_text(const store::PartTrace& part, const store::MessageTrace& message,
                         const Carriers& carriers, Language language) {
  const auto time = [&](rules::Instant at) { return local_time(at, message.time_zone, language); };
  const std::size_t count = std::max<std::size_t>(message.parts.size(), part.part);
  std::string text = fmt::format("  part {} of {} by {}", part.part, count, part.carrier);
  if (!part.carrier_message_id.empty()) text += fmt::format(" as {}", shown(part.carrier_message_id));
  text += fmt::format(": {}", templates::delivery_state_words(part.state, language));
  if (part.done_at != rules::Instant{}) text += fmt::format(" at {}", time(part.done_at));
  if (!part.word.empty()) text += fmt::format(" ({})", shown(part.word));
  if (!part.error.empty()) {
    const std::string words = error_in_words(carriers, part.carrier, part.error, language);
    text += fmt::format(", error {}{}{}", shown(part.error), words.empty() ? "" : ": ", words);
  }
  if (part.asked_at != rules::Instant{}) text += fmt::format(", asked about at {}", time(part.asked_at));
  if (part.submitted_at != rules::Instant{}) text += fmt::format(", sent {}", time(part.submitted_at));
  return text + '\n';
}

std::string life_as_text(const store::LifeTrace& life, const store::MessageTrace& message,
                         const Carriers& carriers, Language language) {
  const auto time = [&](rules::Instant at) { return local_time(at, message.time_zone, language); };
  std::string text;
  for (const store::PartTrace& part : life.parts) text += part_as_text(part, message, carriers, language);
  text += fmt::format("  {}  {}{}{}\n", time(life.settled_at),
                      templates::delivery_state_words(life.state, language), life.reason.empty() ? "" : ": ",
                      shown(life.reason));
  text += fmt::format("  {}  replayed by {}{}\n", time(life.replayed_at), shown(life.replayed_by),
                      life.waits_for_gateway ? ", and no gateway has taken it up yet" : "");
  return text;
}

Json part_as_json(const store::PartTrace& part, const Carriers& carriers, Language language) {
  return {{"part", part.part},
          {"carrier", part.carrier},
          {"carrier_message_id", shown(part.carrier_message_id)},
          {"state", part.state},
          {"word", shown(part.word)},
          {"error", shown(part.error)},
          {"error_words", error_in_words(carriers, part.carrier, part.error, language)},
          {"submitted", time_or_null(part.submitted_at)},
          {"asked", time_or_null(part.asked_at)},
          {"done", time_or_null(part.done_at)}};
}

Json parts_as_json(const std::vector<store::PartTrace>& parts, const Carriers& carriers, Language language) {
  Json json = Json::array();
  for (const store::PartTrace& part : parts) json.push_back(part_as_json(part, carriers, language));
  return json;
}

// ": bread, milk ×2"; of more than a line holds, how many there are.
std::string items_as_text(const std::vector<handlers::BoughtItem>& items) {
  constexpr std::size_t kItemsShown = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(items.size(), kItemsShown); ++i) {
    text += (i == 0 ? ": " : ", ") + shown(items[i].name);
    if (items[i].quantity > 1) text += fmt::format(" ×{}", items[i].quantity);
  }
  if (items.size() > kItemsShown) text += fmt::format(", and {} more", items.size() - kItemsShown);
  return text;
}

Json items_as_json(const std::vector<handlers::BoughtItem>& items) {
  Json json = Json::array();
  for (const handlers::BoughtItem& item : items)
    json.push_back({{"name", shown(item.name)},
                    {"quantity", item.quantity},
                    {"amount", item.amount ? Json(*item.amount) : Json()}});
  return json;
}

std::string cause_as_text(const store::CauseTrace& cause) {
  const std::string invoice = cause.invoice.empty() ? "an invoice" : "invoice " + shown(cause.invoice);
  if (cause.what == store::CauseTrace::What::purchase)
    return fmt::format("for {} of {} at branch {}", invoice, cause.amount, cause.branch) +
           items_as_text(cause.items);
  return fmt::format("for {} of credit used on {} of {} at branch {}", cause.used, invoice, cause.amount,
                     cause.branch) +
         (cause.cashier == 0 ? "" : ", asked by " + templates::masked(cause.cashier));
}

Json causes_as_json(const std::vector<store::CauseTrace>& causes) {
  Json json = Json::array();
  for (const store::CauseTrace& cause : causes) {
    const bool redemption = cause.what == store::CauseTrace::What::redemption;
    json.push_back({{"what", redemption ? "redemption" : "purchase"},
                    {"branch", cause.branch},
                    {"invoice", shown(cause.invoice)},
                    {"amount", cause.amount},
                    {"used", redemption ? Json(cause.used) : Json()},
                    {"items", redemption ? Json() : items_as_json(cause.items)},
                    {"cashier", cause.cashier == 0 ? Json() : Json(templates::masked(cause.cashier))}});
  }
  return json;
}

std::string_view place_word(store::Whereabouts::State state) {
  using enum store::Whereabouts::State;
  switch (state) {
    case waiting:
      return "waiting";
    case leased:
      return "leased";
    case delayed:
      return "delayed";
    case unknown:
      break;
  }
  return "unknown";
}

std::string lane_as_text(const InItsLane& lane) {
  using enum store::Whereabouts::State;
  if (!lane.unseen.empty()) return fmt::format("  who has it now is not known: {}\n", lane.unseen);
  if (!lane.where) return {};
  const double seconds = static_cast<double>(std::max<std::int64_t>(lane.where->left.count(), 0)) / 1000;
  switch (lane.where->state) {
    case waiting:
      return "  waits in its lane\n";
    case leased:
      return fmt::format("  held by {}, whose lease ends in {:.1f} s unless it is renewed\n",
                         shown(lane.where->owner), seconds);
    case delayed:
      return fmt::format("  waits in its lane for its next attempt, {:.1f} s more\n", seconds);
    case unknown:
      break;
  }
  return "  its lane does not know it yet: the outbox is read again every minute\n";
}

Json lane_as_json(const InItsLane& lane) {
  if (!lane.where) return nullptr;
  return {{"is", place_word(lane.where->state)},
          {"owner", shown(lane.where->owner)},
          {"left_ms", lane.where->left.count()}};
}

Json as_json(const store::MessageTrace& message, const Carriers& carriers, Language language) {
  Json json{{"id", std::to_string(message.id)},
            {"club", message.club},
            {"line", message.line},
            {"lane", words(message.lane)},
            {"phone", templates::masked(message.phone)},
            {"state", message.state},
            {"reason", shown(message.reason)},
            {"maybe_twice", message.maybe_twice},
            {"text", message.text},
            {"attempts", message.attempts},
            {"created", time_or_null(message.created_at)},
            {"send_at", time_or_null(message.send_at)},
            {"valid_until", time_or_null(message.valid_until)},
            {"settled", time_or_null(message.settled_at)},
            {"parts", parts_as_json(message.parts, carriers, language)},
            {"lives", Json::array()}};
  for (const store::LifeTrace& life : message.lives) {
    json["lives"].push_back({{"state", life.state},
                             {"reason", shown(life.reason)},
                             {"settled", time_or_null(life.settled_at)},
                             {"valid_until", time_or_null(life.valid_until)},
                             {"replayed", time_or_null(life.replayed_at)},
                             {"by", shown(life.replayed_by)},
                             {"parts", parts_as_json(life.parts, carriers, language)}});
  }
  return json;
}

}  // namespace

std::string message_as_text(const store::MessageTrace& message, const Carriers& carriers, Language language,
                            const InItsLane& lane) {
  const auto time = [&](rules::Instant at) { return local_time(at, message.time_zone, language); };
  std::string text =
      fmt::format("message {} from {} to {}: {}\n", message.id, message.line, phone_of(message.phone),
                  templates::delivery_state_words(message.state, language));
  if (!message.reason.empty()) text += fmt::format("  {}\n", shown(message.reason));
  if (message.maybe_twice) text += "  maybe twice: an answer never came, so it was sent again\n";
  text += fmt::format("  {}  written", time(message.created_at));
  for (const store::CauseTrace& cause : message.causes) text += " " + cause_as_text(cause);
  text += fmt::format(", and queued in lane {}\n", words(message.lane));
  if (message.send_at != rules::Instant{} && message.lives.empty())
    text += fmt::format("  {}  to be sent from then on\n", time(message.send_at));
  for (const store::LifeTrace& life : message.lives) text += life_as_text(life, message, carriers, language);
  for (const store::PartTrace& part : message.parts) text += part_as_text(part, message, carriers, language);
  if (message.settled_at != rules::Instant{}) {
    text += fmt::format("  {}  {}\n", time(message.settled_at), message.parts.empty() ? "given up" : "sent");
  } else {
    text += lane_as_text(lane);
    text +=
        fmt::format("  {}  no longer sent after that{}\n", time(message.valid_until),
                    message.attempts == 0 ? "" : fmt::format("; refused for now {} times", message.attempts));
  }
  return text + "  " + message.text + "\n";
}

std::string message_as_json(const store::MessageTrace& message, const Carriers& carriers, Language language,
                            const InItsLane& lane) {
  Json json = as_json(message, carriers, language);
  json["causes"] = causes_as_json(message.causes);
  json["holder"] = lane_as_json(lane);
  return json.dump(2) + "\n";
}

std::string messages_as_text(const std::vector<store::MessageTrace>& messages, Language language) {
  std::string text;
  for (const store::MessageTrace& one : messages) {
    text +=
        fmt::format("{}  {} {} from {}, {}{}{}{}\n", local_time(one.created_at, one.time_zone, language),
                    one.id, words(one.lane), one.line, templates::delivery_state_words(one.state, language),
                    one.reason.empty() ? "" : ": ", shown(one.reason), one.lives.empty() ? "" : ", replayed");
  }
  return text;
}

std::string messages_as_json(const std::vector<store::MessageTrace>& messages, const Carriers& carriers,
                             Language language) {
  Json json{{"messages", Json::array()}};
  for (const store::MessageTrace& one : messages)
    json["messages"].push_back(as_json(one, carriers, language));
  return json.dump(2) + "\n";
}

std::string receipts_as_text(const store::ReceiptsTrace& receipts) {
  std::string text =
      fmt::format("{} wait for their message, {} were set aside\n", receipts.parked, receipts.aside);
  for (const store::AsideTrace& one : receipts.shown) {
    const std::string at = templates::rfc3339(one.received_at);
    if (one.readable) {
      text +=
          fmt::format("  {}  {}: no message {} to {}, {} {}\n", at, one.carrier,
                      shown(one.carrier_message_id), phone_of(one.phone), shown(one.word), shown(one.error));
    } else {
      text += fmt::format("  {}  {}: unreadable: {}\n", at, one.carrier, hex(one.pdu));
    }
  }
  return text;
}

std::string receipts_as_json(const store::ReceiptsTrace& receipts) {
  Json json{{"parked", receipts.parked}, {"aside", receipts.aside}, {"shown", Json::array()}};
  for (const store::AsideTrace& one : receipts.shown) {
    json["shown"].push_back({{"id", one.id},
                             {"carrier", one.carrier},
                             {"readable", one.readable},
                             {"carrier_message_id", shown(one.carrier_message_id)},
                             {"state", shown(one.word)},
                             {"error", shown(one.error)},
                             {"phone", one.phone == 0 ? "" : templates::masked(one.phone)},
                             {"pdu", hex(one.pdu)},
                             {"received", time_or_null(one.received_at)}});
  }
  return json.dump(2) + "\n";
}

}  // namespace peyk::gateway::ctl
