// What the simulated carrier may be told at start; peyk_sim_main.cpp fills it in from the command line.
// Every queue and buffer of the room has its limit here, with what happens when it is reached.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/profile.hpp"
#include "smpp/ussd.hpp"

namespace peyk::sim {

// One customer of the carrier. Whether a link carries texts, USSD dialogs or both is a matter of contract.
struct Account {
  std::string system_id;
  std::string password;
  bool sms = true;
  bool ussd = true;
  smpp::UssdProfile ussd_profile = smpp::ussd_profiles::spec_like;  // how its USSD links carry dialogs
  std::uint32_t sessions_max = 0;  // binds at once; one more is answered 0x05 (already bound). 0: no limit
};

struct Limits {
  std::uint32_t links_max = 200;                   // SMPP connections; more are closed at once
  std::uint32_t link_output_bytes_max = 64 << 20;  // unsent octets of one link; beyond it the link is dropped
  std::uint32_t control_connections_max = 200;     // more are closed at once
  std::uint32_t control_line_bytes_max = 65536;    // a longer line closes its connection
  std::uint32_t control_output_bytes_max = 64 << 20;  // a listener that does not read is cut off here
  std::uint32_t deliveries_max = 500'000;       // MO parts and receipts on their way; more MO are refused
  std::uint32_t answers_waiting_max = 500'000;  // late and held responses; more are given at once
  std::uint32_t dialogs_max = 20'000;           // open USSD dialogs; more are refused
  std::uint32_t submissions_kept_max =
      50'000;  // for query_sm, cancel_sm, replace_sm and what waits; the oldest go
  std::uint32_t texts_kept_max = 200'000;    // MT texts kept for `inbox`; the oldest go
  std::uint32_t partial_texts_max = 50'000;  // MT texts whose parts are not all there; the oldest go
  std::uint32_t record_pdus_max = 20'000;    // PDUs kept for `record`; the oldest go
  std::uint32_t record_octets_max = 4'096;   // octets kept of one PDU
};

// Somebody who listens, and whom we call: again a second after the connection has ended.
struct Dial {
  enum class As {
    esme,     // we bind to them with the first account, and submit what our phones send
    outbind,  // we say outbind with the first account, and they bind to us
  };
  std::string host;
  std::uint16_t port = 0;
  As as = As::esme;
};

struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t smpp_port = 2775;     // 0: any free one, printed
  std::uint16_t control_port = 2776;  // 0: any free one, printed
  std::vector<Account> accounts;
  std::vector<Dial> dials;
  // PEM files; with a certificate the SMPP port speaks TLS, with a CA it asks for the client's certificate.
  std::string tls_cert, tls_key, tls_ca;
  std::uint64_t seed = 1;      // of all chance
  bool check_contract = true;  // whether each PDU is read once more, by the witness (contract.hpp)
  Profile profile;             // how the carrier behaves; may be changed while it runs

  std::uint32_t deliver_window = 1000;                 // unanswered deliver_sm a link
  std::chrono::milliseconds receipt_delay{100};        // from a text's end to its receipt
  std::chrono::milliseconds validity{172'800'000};     // of a text that names none
  std::chrono::milliseconds response_timeout{10'000};  // an unanswered deliver_sm is sent again after this
  std::chrono::milliseconds retry_delay{1'000};        // ... and one answered by a temporary error after this
  std::uint32_t deliveries_attempts_max = 1'000;       // then the delivery fails
  std::chrono::milliseconds ussd_answer_timeout{10'000};   // the network ends a dialog without an answer
  std::chrono::milliseconds ussd_input_timeout{120'000};   // ... and one whose subscriber presses nothing
  std::chrono::milliseconds session_init_timeout{10'000};  // from connect to bind
  std::chrono::milliseconds enquire_link_interval{30'000};
  std::chrono::milliseconds enquire_link_timeout{10'000};

  Limits limits;
};

}  // namespace peyk::sim
