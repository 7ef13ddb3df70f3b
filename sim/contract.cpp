#include "sim/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "smpp/permissions.hpp"

namespace peyk::sim {
namespace {

using smpp::CommandId;

constexpr std::array<std::string_view, kRules> kRuleWords{
    "framing",        "broken_body",    "unknown_command", "wrong_state", "sequence",
    "stray_response", "wrong_response", "unanswered",      "time_format", "user_data_header",
    "message_twice",  "text_length",    "alphabet",        "address",     "part_twice",
    "parts_missing",  "tlv_for_v33",    "tlv_not_allowed", "rate",        "source_rate",
    "window",         "sessions",       "source",          "ton_npi",     "data_coding"};

constexpr std::size_t kInFlightMax = 100'000;
// A submit that has waited longer may have been given up by the ESME, and its place in the window with it.
constexpr std::int64_t kWindowAgeUs = 5'000'000;
constexpr std::int64_t kCheckEveryUs = 100'000;

bool is_bind(CommandId id) {
  return id == CommandId::bind_receiver || id == CommandId::bind_transmitter ||
         id == CommandId::bind_transceiver;
}

smpp::State bound_by(CommandId bind) {
  if (bind == CommandId::bind_receiver) return smpp::State::bound_rx;
  return bind == CommandId::bind_transmitter ? smpp::State::bound_tx : smpp::State::bound_trx;
}

CommandId request_of(CommandId response) {
  return static_cast<CommandId>(static_cast<std::uint32_t>(response) & ~smpp::kResponseBit);
}

template <class Map>
void keep_small(Map& in_flight) {
  if (in_flight.size() > kInFlightMax) in_flight.erase(in_flight.begin());
}

}  // namespace

std::string_view words(Rule rule) {
  return kRuleWords[static_cast<std::size_t>(rule)];
}

void ContractCheck::set_profile(const Profile& profile) {
  contract_ = profile.contract;
  default_alphabet_ = profile.mo.default_alphabet;
}

void ContractCheck::opened(std::uint32_t id) {
  links_[id].id = id;
}

void ContractCheck::closed(std::uint32_t id) {
  links_.erase(id);
}

void ContractCheck::clear() {
  counts_ = {};
  total_ = 0;
  examples_.clear();
  texts_.clear();
}

void ContractCheck::add(Rule rule, const Link& link, std::uint32_t sequence_number, std::int64_t at_us,
                        std::string what) {
  ++total_;
  if (++counts_[static_cast<std::size_t>(rule)] > kExamplesMax) return;
  examples_.push_back({rule, at_us, link.id, sequence_number, std::move(what)});
}

void ContractCheck::see(std::uint32_t id, Direction direction, std::string_view octets, std::int64_t at_us) {
  const auto it = links_.find(id);
  if (it == links_.end()) return;
  Link& link = it->second;
  if (octets.size() < smpp::kHeaderOctets || header_word(octets, 0) != octets.size()) {
    if (direction == Direction::in)
      add(Rule::framing, link, 0, at_us, fmt::format("{} octets", octets.size()));
    return;
  }
  const auto error = smpp::decode(octets, pdu_);
  if (direction == Direction::out) {
    if (!error) to_esme(link, at_us);
    return;
  }
  const std::uint32_t sequence = pdu_.sequence_number;
  if (!smpp::is_known(pdu_.command_id)) {
    add(Rule::unknown_command, link, sequence, at_us, smpp::command_name(pdu_.command_id));
  } else if (smpp::is_response(pdu_.command_id)) {
    response(link, at_us);
  } else {
    if (error) add(Rule::broken_body, link, sequence, at_us, error->text());
    request(link, error.has_value(), at_us);
  }
}

// What the ESME asks.
void ContractCheck::request(Link& link, bool broken, std::int64_t at_us) {
  const CommandId id = pdu_.command_id;
  const std::uint32_t sequence = pdu_.sequence_number;
  if (sequence == 0 || sequence > 0x7FFFFFFF || link.from_esme.contains(sequence)) {
    add(Rule::sequence, link, sequence, at_us, smpp::command_name(id) + " " + std::to_string(sequence));
  }
  if (!smpp::may_send(smpp::Role::esme, id, link.state)) {
    add(Rule::wrong_state, link, sequence, at_us,
        smpp::command_name(id) + " in " + std::string(smpp::words(link.state)));
  }
  Sent sent{id, at_us};
  if (is_bind(id) && !broken) bind_asked(link, at_us);
  if (!broken && link.state != smpp::State::open) text(link, sent, at_us);
  if (!smpp::has_response(id)) return;
  link.from_esme[sequence] = std::move(sent);
  keep_small(link.from_esme);
  if (contract_.window != 0 && is_submit(id)) check_window(link, at_us);
}

void ContractCheck::bind_asked(Link& link, std::int64_t at_us) {
  const auto* bind = std::get_if<smpp::Bind>(&pdu_.body);
  if (bind == nullptr) return;
  link.system_id = bind->system_id;
  const auto bound = std::ranges::count_if(links_, [&](const auto& entry) {
    return smpp::is_bound(entry.second.state) && entry.second.system_id == link.system_id;
  });
  if (contract_.sessions != 0 && static_cast<std::size_t>(bound) >= contract_.sessions) {
    add(Rule::sessions, link, pdu_.sequence_number, at_us, fmt::format("{} are bound", bound));
  }
}

void ContractCheck::check_window(const Link& link, std::int64_t at_us) {
  const auto open = std::ranges::count_if(link.from_esme, [at_us](const auto& entry) {
    return is_submit(entry.second.id) && entry.second.at_us > at_us - kWindowAgeUs;
  });
  if (static_cast<std::size_t>(open) > contract_.window) {
    add(Rule::window, link, pdu_.sequence_number, at_us,
        fmt::format("{} unanswered, {} agreed", open, contract_.window));
  }
}

bool ContractCheck::is_submit(CommandId id) {
  return id == CommandId::submit_sm || id == CommandId::submit_multi || id == CommandId::data_sm;
}

// How the ESME answers.
void ContractCheck::response(Link& link, std::int64_t at_us) {
  const std::uint32_t sequence = pdu_.sequence_number;
  const auto it = link.to_esme.find(sequence);
  if (it == link.to_esme.end()) {
    // A nack of what could not be framed has no request.
    if (pdu_.command_id == CommandId::generic_nack) return;
    return add(Rule::stray_response, link, sequence, at_us, smpp::command_name(pdu_.command_id));
  }
  const CommandId asked = it->second.id;
  link.to_esme.erase(it);
  if (pdu_.command_id == CommandId::generic_nack || request_of(pdu_.command_id) == asked) return;
  add(Rule::wrong_response, link, sequence, at_us,
      smpp::command_name(pdu_.command_id) + " to " + smpp::command_name(asked));
}

// What the carrier says.
void ContractCheck::to_esme(Link& link, std::int64_t at_us) {
  const CommandId id = pdu_.command_id;
  if (!smpp::is_response(id)) {
    if (!smpp::has_response(id)) return;
    link.to_esme[pdu_.sequence_number] = {id, at_us};
    return keep_small(link.to_esme);
  }
  const auto it = link.from_esme.find(pdu_.sequence_number);
  if (it == link.from_esme.end()) return;
  const Sent sent = std::move(it->second);
  link.from_esme.erase(it);
  if (is_bind(sent.id) && pdu_.command_status == smpp::ESME_ROK) {
    link.state = bound_by(sent.id);
    const auto* resp = std::get_if<smpp::BindResp>(&pdu_.body);
    const auto version =
        resp == nullptr ? std::nullopt : smpp::get_u8(resp->tlvs, smpp::tag::sc_interface_version);
    link.knows_tlvs = version.value_or(0) >= smpp::interface_version::v34;
  }
  if (sent.id == CommandId::unbind) link.state = smpp::State::unbound;
  if (sent.part != 0) part_answered(link, sent, at_us);
}

void ContractCheck::tick(std::int64_t at_us) {
  if (at_us < next_check_us_) return;
  next_check_us_ = at_us + kCheckEveryUs;
  const std::int64_t since = at_us - contract_.answer_within.count() * 1000;
  for (auto& [id, link] : links_) {
    for (auto& [sequence, sent] : link.to_esme) {
      if (sent.at_us > since || std::exchange(sent.told, true)) continue;
      add(Rule::unanswered, link, sequence, at_us, smpp::command_name(sent.id));
    }
  }
  const std::int64_t torn = at_us - contract_.parts_within.count() * 1000;
  std::erase_if(texts_, [&](const auto& entry) {
    const LongText& one = entry.second;
    if (one.last_at_us > torn) return false;
    if (one.accepted.size() < one.total) {
      Link link;
      link.id = one.link;
      add(Rule::parts_missing, link, one.sequence_number, at_us,
          fmt::format("{} of {} parts", one.accepted.size(), one.total));
    }
    return true;
  });
}

}  // namespace peyk::sim
