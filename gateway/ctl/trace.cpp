#include "gateway/ctl/trace.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "templates/dates.hpp"
#include "templates/delivery_errors.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway::ctl {
namespace {

using Json = nlohmann::ordered_json;
using templates::Language;

constexpr std::string_view kZoneWithoutClub = "Asia/Tehran";

Json rfc3339(rules::Instant at) {
  if (at == rules::Instant{}) return nullptr;
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::floor<std::chrono::seconds>(at));
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

std::string message_as_text(const store::MessageTrace& message, const std::vector<CarrierOptions>& carriers,
                            Language language) {
  const auto time = [&](rules::Instant at) { return local_time(at, message.time_zone, language); };
  std::string text =
      fmt::format("message {} from {} to {}: {}\n", message.id, message.line, phone_of(message.phone),
                  templates::delivery_state_words(message.state, language));
  if (!message.reason.empty()) text += fmt::format("  {}\n", shown(message.reason));
  if (message.maybe_twice) text += "  maybe twice: an answer never came, so it was sent again\n";
  text += fmt::format("  {}  written\n", time(message.created_at));
  if (message.settled_at != rules::Instant{})
    text += fmt::format("  {}  {}\n", time(message.settled_at), message.parts.empty() ? "given up" : "sent");
  for (const store::PartTrace& part : message.parts) {
    text += fmt::format("  part {} of {} by {}", part.part, message.parts.size(), part.carrier);
    if (!part.carrier_message_id.empty()) text += fmt::format(" as {}", shown(part.carrier_message_id));
    text += fmt::format(": {}", templates::delivery_state_words(part.state, language));
    if (part.done_at != rules::Instant{}) text += fmt::format(" at {}", time(part.done_at));
    if (!part.word.empty()) text += fmt::format(" ({})", shown(part.word));
    if (!part.error.empty()) {
      const std::string words = error_in_words(carriers, part.carrier, part.error, language);
      text += fmt::format(", error {}{}{}", shown(part.error), words.empty() ? "" : ": ", words);
    }
    text += '\n';
  }
  return text + "  " + message.text + "\n";
}

std::string message_as_json(const store::MessageTrace& message, const std::vector<CarrierOptions>& carriers,
                            Language language) {
  Json json{{"id", std::to_string(message.id)},
            {"club", message.club},
            {"line", message.line},
            {"phone", templates::masked(message.phone)},
            {"state", message.state},
            {"reason", shown(message.reason)},
            {"maybe_twice", message.maybe_twice},
            {"text", message.text},
            {"created", rfc3339(message.created_at)},
            {"settled", rfc3339(message.settled_at)},
            {"parts", Json::array()}};
  for (const store::PartTrace& part : message.parts) {
    json["parts"].push_back({{"part", part.part},
                             {"carrier", part.carrier},
                             {"carrier_message_id", shown(part.carrier_message_id)},
                             {"state", part.state},
                             {"word", shown(part.word)},
                             {"error", shown(part.error)},
                             {"error_words", error_in_words(carriers, part.carrier, part.error, language)},
                             {"submitted", rfc3339(part.submitted_at)},
                             {"done", rfc3339(part.done_at)}});
  }
  return json.dump(2) + "\n";
}

std::string receipts_as_text(const store::ReceiptsTrace& receipts) {
  std::string text =
      fmt::format("{} wait for their message, {} were set aside\n", receipts.parked, receipts.aside);
  for (const store::AsideTrace& one : receipts.shown) {
    const std::string at = rfc3339(one.received_at).get<std::string>();
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
                             {"received", rfc3339(one.received_at)}});
  }
  return json.dump(2) + "\n";
}

}  // namespace peyk::gateway::ctl
