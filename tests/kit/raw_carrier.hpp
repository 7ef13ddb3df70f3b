// A carrier that knows no session: a listening port, one connection at a time, PDUs written and read as
// octets, so that it can do what no session would, and see each answer with its time.
//
//   RawCarrier carrier;
//   Stack stack({.carrier_port = carrier.port()});
//   carrier.await_bind();
//   const auto number = carrier.send(deliver_sm);
//   carrier.until(10s, [&] { return carrier.answers.contains(number); });
//
// It answers binds, submits and enquire_links itself. One thread: it lives only within until().
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "smpp/framer.hpp"
#include "smpp/pdu.hpp"

namespace peyk::tests {

class RawCarrier {
 public:
  using Clock = std::chrono::steady_clock;

  struct Answer {
    std::uint32_t status = 0;
    std::chrono::microseconds after{};  // the request was written or queued
    unsigned times = 0;
  };

  RawCarrier();  // throws std::system_error when no port can be had
  ~RawCarrier();
  RawCarrier(const RawCarrier&) = delete;
  RawCarrier& operator=(const RawCarrier&) = delete;

  std::uint16_t port() const { return port_; }
  bool await_bind(std::chrono::milliseconds limit = std::chrono::seconds(30));
  // A request of its own; its sequence number.
  std::uint32_t send(const smpp::Body& body, smpp::CommandId command = smpp::CommandId::deliver_sm);
  // Reads, answers and writes until the condition holds; false: it did not within `limit`.
  bool until(std::chrono::milliseconds limit, const std::function<bool()>& condition);

  std::map<std::uint32_t, Answer> answers;  // to its requests, by sequence number
  std::map<std::string, unsigned> heard;    // submit_sm, by destination
  std::vector<smpp::SubmitSm> submits;      // the latest few

 private:
  void turn();
  void accept();
  void read();
  void write();
  void on_pdu(std::string_view frame);
  void answer(const smpp::Pdu& request, smpp::CommandId command, const smpp::Body& body);
  void hang_up();

  int listener_ = -1, peer_ = -1;
  std::uint16_t port_ = 0;
  bool bound_ = false;
  smpp::Framer framer_;
  std::string out_;
  std::size_t written_ = 0;
  std::uint32_t next_sequence_number_ = 0, next_message_id_ = 0;
  std::map<std::uint32_t, Clock::time_point> sent_;
};

}  // namespace peyk::tests
