// Wireshark's SMPP dissector as a judge of what Peyk sends: it was written by people who never saw Peyk, and
// it says so when a PDU is not as it should be.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/kit/wiretap.hpp"

namespace peyk::tests {

struct DissectedPdu {
  bool to_server = false;
  std::uint32_t conversation = 0;  // the client's port
  std::uint32_t command_id = 0;
  std::uint32_t sequence_number = 0;
};

struct Verdict {
  std::vector<DissectedPdu> pdus;
  // "frame 7: Malformed Packet …": what the dissector calls malformed, a warning or an error, in SMPP or in
  // TCP.
  std::vector<std::string> complaints;
};

// Lets tshark read it as SMPP. Throws std::runtime_error when there is no tshark or it fails.
Verdict judge(std::uint16_t server_port, const std::vector<Passed>& passed);

// Requests that were not answered by exactly one response of the same sequence number, and responses to no
// request, in words. outbind and alert_notification have no response.
std::vector<std::string> unanswered(const std::vector<DissectedPdu>& pdus);

// How many PDUs the octets are by their command_length alone.
std::size_t count_pdus(const std::vector<Passed>& passed);

}  // namespace peyk::tests
