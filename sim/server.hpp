// The simulator's wires: two listening ports, the links of ESMEs, the connections of control clients, the
// clock.
//
//   read → Carrier::feed / Control::handle → what they want written → one write a connection and turn
//
// Everything gathered in a turn of the loop goes out in one write, and while a write runs the next batch
// gathers: that is what makes it fast. One thread, the io_context's; the server outlives whatever is queued
// on it, so stop the io_context before the destructor.
#pragma once

#include "config/toolchain/asio.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "sim/carrier.hpp"
#include "sim/control.hpp"
#include "sim/mirror.hpp"
#include "sim/options.hpp"
#include "sim/pipe.hpp"
#include "sim/record.hpp"

namespace peyk::sim {

class Server {
 public:
  Server(boost::asio::io_context& io, Options options);

  ~Server();

  // Throws boost::system::system_error when a port cannot be had or a certificate cannot be read.
  void start();

  Record& record() { return record_; }
  const Carrier& carrier() const { return carrier_; }

  std::uint16_t smpp_port() const { return smpp_port_; }
  std::uint16_t control_port() const { return control_port_; }

 private:
  using Tcp = boost::asio::ip::tcp;
  struct Client {
    explicit Client(Tcp::socket socket) : pipe(std::move(socket)) {}
    Pipe pipe;
    std::string line;  // the start of one
  };

  // A call to somebody who listens, and the link that came of it.
  struct Call {
    Call(boost::asio::io_context& io, Dial whom) : dial(std::move(whom)), socket(io), pause(io) {}
    Dial dial;
    Tcp::socket socket;
    boost::asio::steady_timer pause;
    std::unique_ptr<Mirror> mirror;  // as an esme
  };

  Tcp::acceptor open_acceptor(std::uint16_t port) const;
  void accept_links();
  void accept_clients();
  void read_certificates();
  void call(Call& whom);
  void call_again(Call& whom);
  void called(Call& whom);
  // Null: too many links.
  Pipe* add_link(Tcp::socket socket, Call* call = nullptr);
  void add_client(Tcp::socket socket);
  void read_lines(ClientId id, std::string_view octets);
  void send_line(ClientId id, const std::string& line);
  void flush_links(Time now);
  void flush_link(LinkId id, Pipe& pipe, Time now);
  void carry(LinkId id, Mirror& mirror, Time now);
  Time turn();  // whatever happens to us begins with it
  void schedule_tick();
  void stop_listening();
  bool start_listening();

  boost::asio::io_context& io_;
  const Options options_;
  Record record_;
  Carrier carrier_;
  Control control_;
  std::optional<Tcp::acceptor> smpp_acceptor_, control_acceptor_;
  boost::asio::steady_timer timer_;
  std::unique_ptr<boost::asio::ssl::context> tls_;
  std::vector<std::unique_ptr<Call>> calls_;
  std::map<LinkId, Call*> called_;  // links that we opened as an esme
  std::map<LinkId, std::unique_ptr<Pipe>> links_;
  std::map<ClientId, std::unique_ptr<Client>> clients_;
  ClientId next_client_ = 1;
  Time ran_at_ = Time::clock::now(), late_since_{}, late_until_{};
  std::uint16_t smpp_port_ = 0, control_port_ = 0;
};

}  // namespace peyk::sim
