// A message's life and the receipts that found none, as an operator sees them: for eyes, and as JSON.
#pragma once

#include <optional>
#include <string>

#include "gateway/options.hpp"
#include "store/mysql/trace.hpp"
#include "store/redis/lanes.hpp"
#include "templates/language.hpp"

namespace peyk::gateway::ctl {

// By a club's clock; `club_zone` is empty where there is no club any more.
std::string local_time(rules::Instant at, std::string_view club_zone, templates::Language language);

// A carrier's error code in words: by its own error_words, else by the common table; empty if neither knows.
std::string error_in_words(const std::vector<CarrierOptions>& carriers, std::string_view carrier,
                           std::string_view code, templates::Language language);

// Who has a message that waits.
struct InItsLane {
  std::optional<store::Whereabouts> where;
  std::string unseen;  // why its lane could not be looked at; empty: it was, or need not be
};

// Lines for people; phones are masked.
std::string message_as_text(const store::MessageTrace& message, const std::vector<CarrierOptions>& carriers,
                            templates::Language language, const InItsLane& lane = {});

// {"id","club","line","lane","phone","state","reason","maybe_twice","text","attempts","created","send_at","valid_until",
//  "settled","causes":[{"what","branch","invoice","amount","used","cashier"}],"holder":{"is","owner","left_ms"},"parts":[{"part","carrier","carrier_message_id","state","word","error","error_words","submitted",
//  "asked","done"}],"lives":[{"state","reason","settled","replayed","by","parts"}]}; instants in UTC (RFC
//  3339),
// null where there is none yet.
std::string message_as_json(const store::MessageTrace& message, const std::vector<CarrierOptions>& carriers,
                            templates::Language language, const InItsLane& lane = {});

// A line each, the latest first; as JSON {"messages":[as above]}.
std::string messages_as_text(const std::vector<store::MessageTrace>& messages, templates::Language language);
std::string messages_as_json(const std::vector<store::MessageTrace>& messages,
                             const std::vector<CarrierOptions>& carriers, templates::Language language);

std::string receipts_as_text(const store::ReceiptsTrace& receipts);
// {"parked","aside","shown":[{"id","carrier","readable","carrier_message_id","state","error","phone","pdu",
//  "received"}]}; pdu in hexadecimal.
std::string receipts_as_json(const store::ReceiptsTrace& receipts);

}  // namespace peyk::gateway::ctl
