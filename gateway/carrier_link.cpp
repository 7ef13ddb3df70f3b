#include "gateway/carrier_link.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gateway/clock.hpp"
#include "gateway/log.hpp"
#include "smpp/mirror.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
using smpp::CommandId;

constexpr std::size_t kGenerationsRemembered = 8;

smpp::Time now() {
  return std::chrono::steady_clock::now();
}

bool they_bind(const CarrierOptions& options) {
  return options.connection == ConnectionMode::accept;
}

std::vector<smpp::BindKind> leg_kinds(const CarrierOptions& options) {
  switch (options.bind_mode) {
    case BindMode::transceiver:
      return {smpp::BindKind::transceiver};
    case BindMode::transmitter:
      return {smpp::BindKind::transmitter};
    case BindMode::receiver:
      return {smpp::BindKind::receiver};
    case BindMode::pair:
      return {smpp::BindKind::transmitter, smpp::BindKind::receiver};
  }
  throw std::logic_error("leg_kinds: not a BindMode");
}

// Microseconds since 1970 with room for the links of a carrier: ids that no other start of ours has given.
std::uint64_t first_message_id(std::uint32_t index) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(wall_clock().time_since_epoch());
  return static_cast<std::uint64_t>(us.count()) << 8 | (index & 0xFF);
}

}  // namespace

std::string_view words(LinkState state) {
  constexpr std::array<std::string_view, kLinkStates> kWords{"down",       "connecting", "binding",
                                                             "half_bound", "bound",      "refused"};
  return kWords[static_cast<std::size_t>(state)];
}

CarrierLink::CarrierLink(asio::io_context& io, const CarrierOptions& options, std::uint32_t index,
                         SharedByLinks& shared, LinkHooks hooks, Tls* tls, MakeWire make_wire)
    : io_(io),
      options_(options),
      index_(index),
      shared_(shared),
      hooks_(std::move(hooks)),
      policy_(options.status_classes),
      next_message_id_(first_message_id(index)) {
  if (!make_wire) {
    make_wire = [&io, tls, &options] {
      const std::string& name = options.tls.server_name;
      return gateway::make_wire(io, tls, name.empty() ? options.host : name);
    };
  }
  for (const smpp::BindKind kind : leg_kinds(options)) add_leg(kind, make_wire);
}

void CarrierLink::add_leg(smpp::BindKind kind, const MakeWire& make_wire) {
  LegHooks hooks{.event = [this](LinkLeg& leg, smpp::Event& event) { on_event(leg, event); },
                 .changed = [this](LinkLeg& leg) { on_changed(leg); },
                 .attempt =
                     [this](LinkLeg&) {
                       if (hooks_.reconnecting) hooks_.reconnecting(*this);
                     },
                 .bind_refused =
                     [this](LinkLeg&, std::uint32_t command_status) {
                       if (hooks_.bind_refused) hooks_.bind_refused(*this, command_status);
                     }};
  legs_.push_back(std::make_unique<LinkLeg>(io_, options_, kind, index_, make_wire, shared_.attempts,
                                            generations_, std::move(hooks)));
}

void CarrierLink::start() {
  if (options_.connection != ConnectionMode::connect) return;
  for (auto& leg : legs_) leg->start();
}

LinkLeg* CarrierLink::place_for(smpp::BindKind kind) {
  for (auto& leg : legs_) {
    // A pair has one place for each kind, and a transceiver sits where the transmitter would. Without a pair
    // the one place is for any kind: the carrier chooses.
    const bool fits =
        legs_.size() == 1 || (leg->kind() == smpp::BindKind::receiver) == (kind == smpp::BindKind::receiver);
    if (fits && leg->is_free()) return leg.get();
  }
  return nullptr;
}

bool CarrierLink::is_bound() const {
  return std::ranges::any_of(legs_, [](const auto& leg) { return leg->is_bound(); });
}

LinkState CarrierLink::state() const {
  const auto count = [this](LegState state) {
    return std::ranges::count(legs_, state, [](const auto& leg) { return leg->state(); });
  };
  const auto bound = static_cast<std::size_t>(count(LegState::bound));
  if (bound == legs_.size()) return LinkState::bound;
  // An accepted transceiver does the work of both of a pair.
  const auto does_both = [](const auto& leg) {
    return leg->is_bound() && leg->connection()->session().state() == smpp::State::bound_trx;
  };
  if (bound > 0) return std::ranges::any_of(legs_, does_both) ? LinkState::bound : LinkState::half_bound;
  if (std::ranges::any_of(legs_,
                          [](const auto& leg) { return smpp::bind_refusal_is_lasting(leg->refusal()); })) {
    return LinkState::refused;
  }
  if (count(LegState::binding) > 0) return LinkState::binding;
  return count(LegState::connecting) > 0 ? LinkState::connecting : LinkState::down;
}

std::string CarrierLink::describe() const {
  std::string text(words(state()));
  for (const auto& leg : legs_) {
    if (leg->is_bound() || state() == LinkState::bound) continue;
    if (legs_.size() > 1)
      text += leg->kind() == smpp::BindKind::receiver ? ", no receiver" : ", no transmitter";
    if (leg->refusal() != 0) text += ", refused with " + smpp::status_name(leg->refusal());
  }
  return text;
}

// Whether we are the message centre to who bound to us.
bool CarrierLink::is_mirrored() const {
  return they_bind(options_) && !shared_.peer_delivers;
}

bool CarrierLink::sends(const LinkLeg& leg) const {
  const CommandId command = is_mirrored() ? CommandId::deliver_sm : CommandId::submit_sm;
  return can_send() && leg.may_ask() && leg.connection()->session().may_request(command);
}

bool CarrierLink::may_submit() const {
  return std::ranges::any_of(legs_, [this](const auto& leg) { return sends(*leg); });
}

std::uint32_t CarrierLink::room() const {
  std::uint32_t sum = 0;
  for (const auto& leg : legs_) {
    if (sends(*leg)) sum += leg->connection()->session().window_free();
  }
  return sum;
}

bool CarrierLink::submit(const smpp::SubmitSm& message, std::uint64_t tag) {
  for (auto& leg : legs_) {
    if (!sends(*leg)) continue;
    smpp::Session& session = leg->connection()->session();
    const auto sent = is_mirrored() ? session.request(smpp::as_deliver_sm(message), tag, now())
                                    : session.request(message, tag, now());
    if (!sent) continue;
    leg->connection()->flush();
    return true;
  }
  return false;
}

bool CarrierLink::submit(const smpp::Body& message, std::uint64_t tag) {
  if (const auto* submit_sm = std::get_if<smpp::SubmitSm>(&message)) return submit(*submit_sm, tag);
  for (auto& leg : legs_) {
    if (!can_send() || !leg->may_ask()) continue;
    if (!leg->connection()->session().request(message, tag, now())) continue;
    leg->connection()->flush();
    return true;
  }
  return false;
}

bool CarrierLink::respond(std::uint64_t generation, const smpp::Pdu& request, std::uint32_t command_status) {
  for (auto& leg : legs_) {
    if (leg->generation() != generation || leg->connection() == nullptr) continue;
    smpp::Body body;
    if (command_status == smpp::ESME_ROK) {
      if (request.command_id == CommandId::deliver_sm) body = smpp::DeliverSmResp{};
      if (request.command_id == CommandId::submit_sm)
        body = smpp::SubmitSmResp{.message_id = next_message_id()};
      if (request.command_id == CommandId::data_sm) {
        body = smpp::DataSmResp{.message_id = they_bind(options_) ? next_message_id() : std::string()};
      }
    }
    leg->connection()->session().respond(request.sequence_number, request.command_id, command_status, body,
                                         now());
    leg->connection()->flush();
    return true;
  }
  return false;
}

std::string CarrierLink::next_message_id() {
  next_message_id_ += 0x100;
  return fmt::format("{:x}", next_message_id_);
}

void CarrierLink::on_event(LinkLeg& leg, smpp::Event& event) {
  if (auto* request = std::get_if<smpp::Request>(&event)) {
    on_request(leg, std::move(request->pdu));
  } else if (auto* response = std::get_if<smpp::Response>(&event)) {
    on_response(leg, *response);
  } else if (const auto* failed = std::get_if<smpp::RequestFailed>(&event)) {
    hooks_.unknown(failed->tag);
  } else if (const auto* alert = std::get_if<smpp::Alert>(&event)) {
    // SMPP 3.4, 4.12: a phone can be reached again. What waits for it has its own time to go again.
    log::info(
        "carrier_alert",
        {{"carrier", options_.name}, {"session", index_}, {"phone", alert->alert_notification.source_addr}});
  }
}

void CarrierLink::on_request(LinkLeg& leg, smpp::Pdu pdu) {
  if (they_bind(options_)) {
    if (pdu.command_id == CommandId::deliver_sm && options_.accepted_peer == AcceptedPeer::learned)
      shared_.peer_delivers = true;
    if (auto* submitted = std::get_if<smpp::SubmitSm>(&pdu.body))
      pdu.body = smpp::as_deliver_sm(std::move(*submitted));
  }
  hooks_.request({this, leg.generation(), std::move(pdu)});
}

void CarrierLink::on_response(LinkLeg& leg, smpp::Response& response) {
  if (hooks_.answered) hooks_.answered(*this, leg.connection()->last_received() - response.sent_at);
  if (auto* delivered = std::get_if<smpp::DeliverSmResp>(&response.pdu.body))
    response.pdu.body = smpp::SubmitSmResp{std::move(delivered->message_id), std::move(delivered->tlvs)};
  const std::uint32_t command_status = response.pdu.command_status;
  hooks_.response(response.tag, response.pdu);
  if (command_status == smpp::ESME_ROK) return;
  if (policy_.rule({command_status, {}}).status_class == smpp::StatusClass::bind) leg.bind_again();
}

void CarrierLink::on_changed(LinkLeg& leg) {
  if (leg.state() == LegState::down && leg.connection() != nullptr) {
    if (last_received_.size() >= kGenerationsRemembered) last_received_.erase(last_received_.begin());
    last_received_[leg.generation()] = leg.connection()->last_received();
  }
  if (leg.state() == LegState::down && state() == LinkState::half_bound) {
    log::warn("carrier_half_bound", {{"carrier", options_.name}, {"session", index_}, {"state", describe()}});
  }
  hooks_.state(*this, is_bound());
}

bool CarrierLink::lives(std::uint64_t generation) const {
  return std::ranges::any_of(
      legs_, [&](const auto& leg) { return leg->generation() == generation && leg->is_bound(); });
}

smpp::Time CarrierLink::last_received(std::uint64_t generation) const {
  for (const auto& leg : legs_) {
    if (leg->generation() == generation && leg->connection() != nullptr)
      return leg->connection()->last_received();
  }
  auto it = last_received_.find(generation);
  return it == last_received_.end() ? smpp::Time::min() : it->second;
}

smpp::SessionCounts CarrierLink::counts() const {
  smpp::SessionCounts all;
  for (const auto& leg : legs_) all += leg->counts();
  return all;
}

std::uint32_t CarrierLink::attempts_in_vain() const {
  std::uint32_t most = 0;
  for (const auto& leg : legs_) most = std::max(most, leg->attempts_in_vain());
  return most;
}

void CarrierLink::begin_stop(std::chrono::steady_clock::time_point deadline) {
  for (auto& leg : legs_) leg->begin_stop(deadline);
}

bool CarrierLink::stopped() const {
  return std::ranges::all_of(legs_, [](const auto& leg) { return leg->stopped(); });
}

asio::awaitable<void> CarrierLink::stop(std::chrono::milliseconds grace) {
  begin_stop(now() + grace);
  asio::steady_timer poll(io_);
  while (!stopped()) {
    poll.expires_after(std::chrono::milliseconds(5));
    boost::system::error_code ignored;
    co_await poll.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace peyk::gateway
