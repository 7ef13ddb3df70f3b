#include "sim/server.hpp"

#include <chrono>
#include <utility>

#include "config/toolchain/asio_ssl.hpp"

namespace peyk::sim {
namespace {

constexpr std::chrono::milliseconds kTick{5};  // how late a timer of the carrier may be
constexpr std::chrono::seconds kCallAgain{1};

Time clock_now() {
  return std::chrono::steady_clock::now();
}

// Microseconds since 1970: a carrier that starts again begins above every id it has given.
std::uint64_t first_message_id() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                        std::chrono::system_clock::now().time_since_epoch())
                                        .count());
}

}  // namespace

Server::Server(boost::asio::io_context& io, Options options)
    : io_(io),
      options_(std::move(options)),
      record_(options_.limits.record_pdus_max, options_.limits.record_octets_max),
      carrier_(options_, record_, first_message_id()),
      control_(options_, carrier_, record_,
               {[this](ClientId id, const std::string& line) { send_line(id, line); },
                [this] { stop_listening(); }, [this] { return start_listening(); }}),
      timer_(io) {}

Server::~Server() = default;

void Server::start() {
  read_certificates();
  smpp_acceptor_ = open_acceptor(options_.smpp_port);
  smpp_port_ = smpp_acceptor_->local_endpoint().port();
  control_acceptor_ = open_acceptor(options_.control_port);
  control_port_ = control_acceptor_->local_endpoint().port();
  accept_links();
  accept_clients();
  schedule_tick();
  for (const Dial& dial : options_.dials) {
    calls_.push_back(std::make_unique<Call>(io_, dial));
    call(*calls_.back());
  }
}

void Server::read_certificates() {
  namespace ssl = boost::asio::ssl;
  if (options_.tls_cert.empty()) return;
  tls_ = std::make_unique<ssl::context>(ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(tls_->native_handle(), TLS1_2_VERSION);
  tls_->use_certificate_chain_file(options_.tls_cert);
  tls_->use_private_key_file(options_.tls_key, ssl::context::pem);
  if (options_.tls_ca.empty()) return;
  tls_->load_verify_file(options_.tls_ca);
  tls_->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
}

void Server::call(Call& whom) {
  whom.socket = Tcp::socket(io_);
  const Tcp::endpoint endpoint(boost::asio::ip::make_address(whom.dial.host), whom.dial.port);
  whom.socket.async_connect(endpoint, [this, &whom](const boost::system::error_code& error) {
    if (error) return call_again(whom);
    called(whom);
  });
}

void Server::call_again(Call& whom) {
  whom.pause.expires_after(kCallAgain);
  whom.pause.async_wait([this, &whom](const boost::system::error_code& error) {
    if (!error) call(whom);
  });
}

void Server::called(Call& whom) {
  const Account& account = options_.accounts.front();
  if (whom.dial.as == Dial::As::esme)
    whom.mirror = std::make_unique<Mirror>(account.system_id, account.password, clock_now());
  Pipe* const pipe = add_link(std::move(whom.socket), &whom);
  if (pipe == nullptr) return call_again(whom);
  if (whom.dial.as == Dial::As::outbind) {
    smpp::encode(smpp::CommandId::outbind, smpp::ESME_ROK, 1,
                 smpp::Outbind{.system_id = account.system_id, .password = account.password},
                 pipe->waiting());
    pipe->flush();
  }
  flush_links(clock_now());
}

Server::Tcp::acceptor Server::open_acceptor(std::uint16_t port) const {
  const Tcp::endpoint endpoint(boost::asio::ip::make_address(options_.address), port);
  return Tcp::acceptor(io_, endpoint);
}

void Server::accept_links() {
  smpp_acceptor_->async_accept([this](const boost::system::error_code& error, Tcp::socket socket) {
    if (!error) add_link(std::move(socket));
    if (smpp_acceptor_ && smpp_acceptor_->is_open() && error != boost::asio::error::operation_aborted) {
      accept_links();
    }
  });
}

void Server::accept_clients() {
  control_acceptor_->async_accept([this](const boost::system::error_code& error, Tcp::socket socket) {
    if (!error) add_client(std::move(socket));
    if (error != boost::asio::error::operation_aborted) accept_clients();
  });
}

// The tick leaves no longer pause between two turns, unless something took so long or we waited for a
// processor: then what is read now may have come since, and is not to be blamed on whoever sent it.
Time Server::turn() {
  const Time now = clock_now();
  if (now - ran_at_ > kTick + std::chrono::milliseconds(1)) {
    late_since_ = ran_at_;
    late_until_ = now + kTick;
  }
  ran_at_ = now;
  carrier_.may_have_come_at(now < late_until_ ? late_since_ : now);
  control_.turn(now);
  return now;
}

// A link of a call as an esme goes through its mirror, everything else straight to the carrier.
Pipe* Server::add_link(Tcp::socket socket, Call* call) {
  const std::optional<LinkId> opened = carrier_.opened(clock_now());
  if (!opened) return nullptr;  // the socket closes itself
  const LinkId id = *opened;
  auto* const tls = call == nullptr ? tls_.get() : nullptr;
  Pipe& pipe = *links_.emplace(id, std::make_unique<Pipe>(std::move(socket), tls)).first->second;
  if (call != nullptr && call->mirror) called_[id] = call;
  pipe.on_octets = [this, id, call](std::string_view octets) {
    const Time now = turn();
    if (call != nullptr && call->mirror) {
      call->mirror->feed_listener(octets, now);
    } else {
      carrier_.feed(id, octets, now);
      links_.at(id)->set_reading(carrier_.reads(id, now));
    }
    flush_links(now);
  };
  pipe.on_writable = [this, id, &pipe] { flush_link(id, pipe, clock_now()); };
  pipe.on_ended = [this, id, call] {
    const Time now = turn();
    links_.erase(id);
    called_.erase(id);
    carrier_.closed(id, now);
    if (call != nullptr) {
      call->mirror.reset();
      call_again(*call);
    }
    flush_links(now);
  };
  pipe.start();
  return &pipe;
}

void Server::flush_links(Time now) {
  for (const auto& [id, pipe] : links_) flush_link(id, *pipe, now);
}

void Server::flush_link(LinkId id, Pipe& pipe, Time now) {
  if (carrier_.dropped(id)) return pipe.close_now();
  const auto called = called_.find(id);
  Mirror* const mirror = called == called_.end() ? nullptr : called->second->mirror.get();
  if (!pipe.writing() && mirror == nullptr) {
    carrier_.take_output(id, pipe.waiting(), now);
    pipe.flush();
  } else if (!pipe.writing()) {
    carry(id, *mirror, now);
    pipe.waiting().append(std::exchange(mirror->to_listener(), {}));
    pipe.flush();
  }
  const bool finished = carrier_.finished(id) || (mirror != nullptr && mirror->finished());
  if (!pipe.writing() && finished) pipe.close_after_writing();
}

// Between the carrier and the mirror, until both have nothing to say: each answers the other.
void Server::carry(LinkId id, Mirror& mirror, Time now) {
  mirror.tick(now);
  for (std::string octets;;) {
    octets.clear();
    carrier_.take_output(id, octets, now);
    if (octets.empty() && mirror.to_carrier().empty()) return;
    mirror.feed_carrier(octets, now);
    octets.swap(mirror.to_carrier());
    mirror.to_carrier().clear();
    carrier_.feed(id, octets, now);
  }
}

void Server::add_client(Tcp::socket socket) {
  if (clients_.size() >= options_.limits.control_connections_max) return;
  const ClientId id = next_client_++;
  Client& client = *clients_.emplace(id, std::make_unique<Client>(std::move(socket))).first->second;
  client.pipe.on_octets = [this, id](std::string_view octets) { read_lines(id, octets); };
  client.pipe.on_ended = [this, id] {
    control_.client_gone(id);
    clients_.erase(id);
  };
  client.pipe.start();
}

void Server::read_lines(ClientId id, std::string_view octets) {
  Client& client = *clients_.at(id);
  const Time now = turn();
  client.line.append(octets);
  std::size_t begin = 0;
  for (std::size_t end; (end = client.line.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::string_view line = std::string_view(client.line).substr(begin, end - begin);
    if (line.size() > options_.limits.control_line_bytes_max) break;
    if (!line.empty()) control_.handle(id, line, now);
  }
  client.line.erase(0, begin);
  if (client.line.size() > options_.limits.control_line_bytes_max) client.pipe.close_now();
  flush_links(now);
}

void Server::send_line(ClientId id, const std::string& line) {
  const auto it = clients_.find(id);
  if (it == clients_.end()) return;
  Pipe& pipe = it->second->pipe;
  if (pipe.waiting().size() + line.size() > options_.limits.control_output_bytes_max) return pipe.close_now();
  pipe.waiting().append(line);
  pipe.flush();
}

void Server::schedule_tick() {
  timer_.expires_after(kTick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    const Time now = turn();
    carrier_.tick(now);
    for (const auto& [id, pipe] : links_) pipe->set_reading(carrier_.reads(id, now));
    control_.tick(now);
    flush_links(now);
    record_.flush();
    schedule_tick();
  });
}

void Server::stop_listening() {
  if (smpp_acceptor_) {
    boost::system::error_code ignored;
    smpp_acceptor_->close(ignored);
  }
}

// On the port of the first time, also when the system chose it.
bool Server::start_listening() {
  if (smpp_acceptor_ && smpp_acceptor_->is_open()) return true;
  try {
    smpp_acceptor_ = open_acceptor(smpp_port_);
  } catch (const boost::system::system_error&) {
    return false;
  }
  accept_links();
  return true;
}

}  // namespace peyk::sim
