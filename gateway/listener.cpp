#include "gateway/listener.hpp"

#include <algorithm>
#include <stdexcept>

#include "gateway/carriers.hpp"
#include "gateway/log.hpp"
#include "gateway/spawn.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kAcceptAgain{100};  // after the system had no descriptor left

smpp::Time now() {
  return std::chrono::steady_clock::now();
}

smpp::BindKind kind_after_outbind(BindMode mode) {
  return mode == BindMode::receiver ? smpp::BindKind::receiver : smpp::BindKind::transceiver;
}

smpp::Role our_role(const CarrierOptions& options) {
  return options.connection == ConnectionMode::accept ? smpp::Role::mc : smpp::Role::esme;
}

}  // namespace

Listener::Listener(asio::io_context& io, std::vector<Carrier*> carriers, ListenerLimits limits)
    : io_(io), carriers_(std::move(carriers)), limits_(limits), acceptor_(io) {
  for (const Carrier* carrier : carriers_) {
    const CarrierOptions& one = carrier->options();
    if (one.connection != options().connection || one.tls != options().tls) {
      throw std::runtime_error("carriers " + options().name + " and " + one.name +
                               " share a port and must agree about connection and tls");
    }
    guests_.push_back({&one, Networks(one.allow)});
  }
  if (options().tls.enabled) tls_ = std::make_unique<Tls>(options().tls, Tls::Side::server);
}

const CarrierOptions& Listener::options() const {
  return carriers_.front()->options();
}

void Listener::start() {
  const Tcp::endpoint endpoint(asio::ip::make_address(options().host), options().port);
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(Tcp::acceptor::reuse_address(true));
  acceptor_.bind(endpoint);
  acceptor_.listen();
  log::info("listening_for_carriers", {{"host", options().host}, {"port", port()}});
  accepting_ = true;
  spawn(io_, accept());
}

asio::awaitable<void> Listener::accept() {
  while (!stopping_) {
    Wire::Error error;
    Tcp::socket socket(io_);
    co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (stopping_) break;
    if (error) {
      asio::steady_timer pause(io_, kAcceptAgain);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    const auto peer = socket.remote_endpoint(error);
    if (error || !may_wait(peer.address())) continue;  // the socket closes itself
    const std::uint64_t id = ++next_id_;
    waiting_[id] = {peer.address(), make_wire(io_, std::move(socket), tls_.get()), nullptr};
    spawn(io_, welcome(id));
  }
  accepting_ = false;
}

bool Listener::may_wait(const asio::ip::address& from) const {
  const bool anybodys =
      std::ranges::any_of(guests_, [&from](const Guest& guest) { return guest.allow.contains(from); });
  const auto same = static_cast<std::size_t>(
      std::ranges::count_if(waiting_, [&from](const auto& waiting) { return waiting.second.from == from; }));
  if (anybodys && waiting_.size() < limits_.waiting_max && same < limits_.waiting_per_address_max)
    return true;
  log::warn("carrier_connection_rejected",
            {{"port", port()},
             {"from", from.to_string()},
             {"why", anybodys ? "too many that have not bound" : "address not allowed"}});
  return false;
}

// The handshake, bounded; then the session, which bounds itself.
asio::awaitable<void> Listener::welcome(std::uint64_t id) {
  Wire& wire = *waiting_.at(id).wire;
  asio::steady_timer limit(io_, options().session_init_timeout);
  limit.async_wait([&wire](const Wire::Error& cancelled) {
    if (!cancelled) wire.close();
  });
  const Wire::Error error = co_await wire.handshake();
  const bool in_time = limit.cancel() > 0;
  // A timer that could not be cancelled has a handler on its way that still knows the wire.
  if (!in_time) co_await asio::post(io_, asio::use_awaitable);
  Waiting& waiting = waiting_.at(id);
  if (error || stopping_) {
    const std::string why = in_time ? wire.why(error) : "not within session_init_timeout";
    if (error) {
      log::warn("carrier_handshake_failed",
                {{"port", port()}, {"from", waiting.from.to_string()}, {"why", why}});
    }
    wire.close();
    waiting_.erase(id);
    co_return;
  }
  const auto session = session_options(options(), our_role(options()));
  waiting.connection = std::make_unique<SmppConnection>(io_, std::move(waiting.wire), session);
  waiting.connection->start(*this);
}

Listener::WaitingList::iterator Listener::find(const SmppConnection& connection) {
  return std::ranges::find_if(waiting_, [&connection](const auto& waiting) {
    return waiting.second.connection.get() == &connection;
  });
}

void Listener::on_event(SmppConnection& connection, smpp::Event& event) {
  const auto waiting = find(connection);
  if (const auto* bind = std::get_if<smpp::BindRequested>(&event)) return on_bind(waiting, *bind);
  if (const auto* outbind = std::get_if<smpp::Outbound>(&event)) return on_outbind(waiting, *outbind);
  if (const auto* closed = std::get_if<smpp::Closed>(&event);
      closed != nullptr && closed->reason != smpp::CloseReason::unbound) {
    log::info("carrier_connection_without_bind",
              {{"from", waiting->second.from.to_string()}, {"why", smpp::words(closed->reason)}});
  }
}

void Listener::on_bind(WaitingList::iterator waiting, const smpp::BindRequested& event) {
  const auto admitted = admit(guests_, waiting->second.from, event.bind.system_id, event.bind.password);
  if (!admitted.guest) return reject(waiting->second, event.bind.system_id, admitted.command_status);
  Carrier& carrier = *carriers_[*admitted.guest];
  LinkLeg* place = carrier.place_for(event.kind);
  if (place == nullptr) return reject(waiting->second, event.bind.system_id, smpp::ESME_RALYBND);
  smpp::Session& session = waiting->second.connection->session();
  session.set_terms(session_options(carrier.options(), smpp::Role::mc));
  session.accept_bind(now());
  auto connection = std::move(waiting->second.connection);
  waiting_.erase(waiting);
  place->adopt(std::move(connection));
}

void Listener::on_outbind(WaitingList::iterator waiting, const smpp::Outbound& event) {
  const auto& said = event.outbind;
  const auto admitted = admit(guests_, waiting->second.from, said.system_id, said.password);
  if (!admitted.guest) return reject(waiting->second, said.system_id, admitted.command_status);
  Carrier& carrier = *carriers_[*admitted.guest];
  LinkLeg* place = carrier.place_for(kind_after_outbind(carrier.options().bind_mode));
  if (place == nullptr) {
    log::warn("carrier_outbind_put_off", {{"carrier", carrier.options().name},
                                          {"why", "no place is free, or not so soon after a bind in vain"}});
    return waiting->second.connection->session().unbind(now());  // not bound: the session ends here
  }
  waiting->second.connection->session().set_terms(session_options(carrier.options(), smpp::Role::esme));
  auto connection = std::move(waiting->second.connection);
  waiting_.erase(waiting);
  place->adopt(std::move(connection));
}

// The one bind was wrong: it is answered, and the connection ends.
void Listener::reject(Waiting& waiting, const std::string& system_id, std::uint32_t command_status) {
  log::warn("carrier_bind_rejected", {{"port", port()},
                                      {"from", waiting.from.to_string()},
                                      {"system_id", system_id},
                                      {"status", smpp::status_name(command_status)}});
  smpp::Session& session = waiting.connection->session();
  session.refuse_bind(command_status, now());
  session.unbind(now());  // not bound: the session ends here
}

void Listener::on_ended(SmppConnection& connection) {
  const auto waiting = find(connection);
  waiting_.erase(waiting);
}

void Listener::begin_stop() {
  stopping_ = true;
  Wire::Error ignored;
  acceptor_.close(ignored);
  for (auto& [id, waiting] : waiting_) {
    if (waiting.wire) waiting.wire->close();
    if (waiting.connection) waiting.connection->close();
  }
}

}  // namespace peyk::gateway
