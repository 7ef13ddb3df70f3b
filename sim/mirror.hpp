// A link on which the simulator plays an ESME that carries its own subscribers: it connects to somebody who
// listens, binds, submits what its phones send and takes delivered what they are to read. So do the USSD
// gateways of some networks.
//
//   Carrier <-- deliver_sm, submit_sm --> Mirror <-- submit_sm, deliver_sm --> the listener
//
// To the Carrier this is an ESME like any other, bound with an account of its own; each request that comes at
// one end leaves at the other, and its answer goes back. No socket in here.
#pragma once

#include <string>
#include <string_view>

#include "sim/clock.hpp"
#include "smpp/session.hpp"

namespace peyk::sim {

class Mirror {
 public:
  // Binds at both ends with these credentials.
  Mirror(const std::string& system_id, const std::string& password, Time now);

  void feed_carrier(std::string_view octets, Time now);   // what the Carrier wrote
  void feed_listener(std::string_view octets, Time now);  // what came from the wire
  void tick(Time now);
  std::string& to_carrier() { return inner_.output(); }
  std::string& to_listener() { return outer_.output(); }
  bool finished() const;

 private:
  void pump(Time now);
  void pass_on(smpp::Session& from, smpp::Session& to, smpp::Event& event, Time now);
  void answer(smpp::Session& to, std::uint64_t tag, std::uint32_t command_status, Time now);

  smpp::Session inner_, outer_;
  bool ended_ = false;
};

}  // namespace peyk::sim
