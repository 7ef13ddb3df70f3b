#include "sim/mirror.hpp"

#include <utility>

#include "smpp/mirror.hpp"
#include "smpp/status.hpp"

namespace peyk::sim {
namespace {

constexpr std::uint64_t kDataSm = std::uint64_t{1} << 32;  // in a tag, above the number of the request

smpp::SessionOptions esme() {
  smpp::SessionOptions options;
  options.role = smpp::Role::esme;
  options.window = 1000;
  options.timers.inactivity = std::chrono::milliseconds{0};
  return options;
}

}  // namespace

Mirror::Mirror(const std::string& system_id, const std::string& password, Time now)
    : inner_(esme()), outer_(esme()) {
  const smpp::Bind fields{.system_id = system_id, .password = password};
  for (smpp::Session* end : {&inner_, &outer_}) {
    end->connected(now);
    end->bind(smpp::BindKind::transceiver, fields, now);
  }
}

void Mirror::feed_carrier(std::string_view octets, Time now) {
  inner_.feed(octets, now);
  pump(now);
}

void Mirror::feed_listener(std::string_view octets, Time now) {
  outer_.feed(octets, now);
  pump(now);
}

void Mirror::tick(Time now) {
  inner_.tick(now);
  outer_.tick(now);
  pump(now);
}

bool Mirror::finished() const {
  return ended_;
}

void Mirror::pump(Time now) {
  smpp::Event event;
  while (inner_.next_event(event)) pass_on(inner_, outer_, event, now);
  while (outer_.next_event(event)) pass_on(outer_, inner_, event, now);
}

// At both ends the other side delivers to us, and what it delivers we submit at the other; a data_sm stays
// one.
void Mirror::pass_on(smpp::Session& from, smpp::Session& to, smpp::Event& event, Time now) {
  if (auto* request = std::get_if<smpp::Request>(&event)) {
    const smpp::CommandId id = request->pdu.command_id;
    const std::uint32_t number = request->pdu.sequence_number;
    smpp::Body body = std::move(request->pdu.body);
    if (auto* message = std::get_if<smpp::DeliverSm>(&body)) body = smpp::as_submit_sm(std::move(*message));
    const std::uint64_t tag = number | (id == smpp::CommandId::data_sm ? kDataSm : 0);
    if (!to.request(body, tag, now)) from.respond(number, id, smpp::ESME_RX_T_APPN, {}, now);
  } else if (const auto* response = std::get_if<smpp::Response>(&event)) {
    answer(to, response->tag, response->pdu.command_status, now);
  } else if (const auto* failed = std::get_if<smpp::RequestFailed>(&event)) {
    answer(to, failed->tag, smpp::ESME_RX_T_APPN, now);
  } else if (std::holds_alternative<smpp::Closed>(event)) {
    ended_ = true;
  }
}

// The request that came at `to`, told by the tag that it left with.
void Mirror::answer(smpp::Session& to, std::uint64_t tag, std::uint32_t command_status, Time now) {
  const bool data_sm = (tag & kDataSm) != 0;
  smpp::Body body;
  if (command_status == smpp::ESME_ROK)
    body = data_sm ? smpp::Body(smpp::DataSmResp{}) : smpp::Body(smpp::DeliverSmResp{});
  to.respond(static_cast<std::uint32_t>(tag),
             data_sm ? smpp::CommandId::data_sm : smpp::CommandId::deliver_sm, command_status, body, now);
}

}  // namespace peyk::sim
