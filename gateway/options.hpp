// What peyk.yaml says of the gateway itself; config/ fills this in, peykd hands each part to its owner.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "handlers/promo.hpp"
#include "smpp/status.hpp"
#include "store/options.hpp"
#include "templates/alphabet.hpp"

namespace peyk::gateway {

// pair: a transmitter and a receiver side by side, as one session.
enum class BindMode : std::uint8_t { transceiver, transmitter, receiver, pair };
// Who opens the TCP connection, and who binds.
enum class ConnectionMode : std::uint8_t {
  connect,  // we connect to host:port and bind
  accept,   // the carrier (its USSD gateway) connects to us, at host:port, and binds to us
  outbind,  // the carrier connects to us, at host:port, says outbind, and we bind (SMPP 3.4, 4.1.7)
};
// accept: what the peer is that binds to us, and so what our texts to it leave as.
enum class AcceptedPeer : std::uint8_t {
  learned,         // an esme, until it sends a deliver_sm; from then on a message centre
  esme,            // it submits; ours leave as deliver_sm
  message_centre,  // it delivers although it binds; ours leave as submit_sm
};
enum class LinePurpose : std::uint8_t { service, promo, both };
// How a text of several parts travels.
enum class LongTexts : std::uint8_t { udh8, udh16, sar, payload };
// Where a USSD gateway puts its session id and what closes a dialog; smpp/ussd.hpp has their rows.
enum class UssdProfileName : std::uint8_t {
  spec_like,               // A: octet 1 of its_session_info
  user_message_reference,  // B: user_message_reference, with the MSISDN
  session_15_bits,         // C: its_session_info without its lowest bit
  end_bit_only,            // C-Tata: the same, and the operation stays "request" to the end
  vendor_session_id,       // D: a TLV of the vendor's
  no_session,              // E: nothing: one dialog a subscriber and code
  data_sm,                 // F: its_session_info, text in the message_payload of data_sm
  smpp_plus,               // G: user_message_reference, vendor operations 128 to 146
};

struct TlsOptions {
  bool enabled = false;
  std::string ca_file;           // PEM; empty: the system's
  std::string server_name;       // in the certificate and in SNI; empty: host
  std::string certificate_file;  // ours, PEM with its chain; empty: none is shown
  std::string key_file;          // its key, PEM

  bool operator==(const TlsOptions&) const = default;
};

// A TLV that a carrier wants to see in each submit_sm.
struct VendorTlv {
  std::uint16_t tag = 0;
  std::string value;  // octets

  bool operator==(const VendorTlv&) const = default;
};

struct CarrierOptions {
  std::string name;  // unique: [a-z0-9_-]{1,32}
  ConnectionMode connection = ConnectionMode::connect;
  std::string host;  // connect: the SMSC's; accept, outbind: our address to listen on
  std::uint16_t port = 2775;
  std::vector<std::string> allow;  // accept, outbind: addresses and networks (10.0.0.0/8) that may connect
  AcceptedPeer accepted_peer = AcceptedPeer::learned;
  std::string system_id;
  std::string password;  // from password, password_env or password_file
  std::string system_type;
  TlsOptions tls;
  std::uint8_t interface_version = 0x34;  // 0x33, 0x34, 0x50
  BindMode bind_mode = BindMode::transceiver;
  std::uint32_t sessions = 1;  // connections held at once; of pairs: pairs
  std::uint32_t window = 100;  // unanswered submit_sm a session
  double rate = 0;             // submit_sm a second over all sessions of this account; 0: no limit
  std::uint8_t source_addr_ton = 0, source_addr_npi = 1;
  std::uint8_t dest_addr_ton = 1, dest_addr_npi = 1;
  std::string service_type;
  LongTexts long_texts = LongTexts::udh8;
  templates::DefaultAlphabet default_alphabet = templates::DefaultAlphabet::gsm7;
  // National language identifiers (3GPP TS 23.038, 6.2.1.2.4) whose tables may be named in a header of what
  // is sent, where default_alphabet is gsm7 and the text takes fewer parts so than in UCS-2.
  std::vector<std::uint8_t> national_languages;
  bool latin1_data_coding_3 = false;  // Latin-1 may be sent so, where it takes fewer parts than UCS-2
  std::vector<VendorTlv> submit_tlvs;
  // command_status -> what to do about it, where this carrier means something else than the standard.
  std::map<std::uint32_t, smpp::StatusClass> status_classes;
  std::map<std::string, std::string> error_words;  // a receipt's err -> words that staff can read
  // query_sm settles an unknown outcome where no receipt does.
  bool query_sm = false;
  std::string time_zone = "Asia/Tehran";  // of the dates in its receipts, which do not say
  // Receipts come with esm_class 0, told by their text alone (some 3.3 carriers). A member who writes such a
  // text is then taken for a receipt: only where the carrier leaves no other way.
  bool receipts_without_esm_class = false;
  std::chrono::milliseconds session_init_timeout{10000};
  std::chrono::milliseconds enquire_link_interval{30000};
  std::chrono::milliseconds enquire_link_timeout{10000};
  std::chrono::milliseconds response_timeout{60000};
  std::chrono::milliseconds reconnect_min{1000}, reconnect_max{60000};
  // Attempts in any minute that come to nothing or do not last, over all sessions: a carrier must not be
  // stormed.
  std::uint32_t reconnects_per_minute = 6;
  // The same text from the same phone within this time, unacknowledged as far as we know, is the carrier's
  // redelivery, not the member's second text.
  std::chrono::seconds redelivery_window{60};
  bool ussd = false;  // this link carries USSD dialogs
  UssdProfileName ussd_profile = UssdProfileName::spec_like;
  std::uint16_t ussd_session_tag = 0x1501;  // vendor_session_id: the TLV
  bool ussd_end_op_0x17 = false;            // 0x17 (decimal 23) closes a dialog, as if it were 0x11
  std::uint8_t ussd_data_coding_latin = 0x0F, ussd_data_coding_ucs2 = 8;
  std::chrono::seconds ussd_session_timeout{120};

  bool operator==(const CarrierOptions&) const = default;
};

struct LineOptions {
  std::string number;   // digits
  std::string carrier;  // a carrier's name
  // Carriers that send for this line while its own cannot, in this order.
  std::vector<std::string> alternate_carriers;
  LinePurpose purpose = LinePurpose::service;
  double rate = 0;  // submit_sm a second, over all processes; 0: no limit
  std::chrono::seconds validity{86400};
  bool receipts = true;         // ask for a delivery receipt of each message
  handlers::PromoPolicy promo;  // its line_may is the purpose's

  bool operator==(const LineOptions&) const = default;
};

struct HttpOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::uint32_t connections_max = 1000;
  std::uint32_t body_bytes_max = 65536;
  std::uint32_t header_bytes_max = 16384;
  std::chrono::milliseconds read_timeout{10000};
  std::chrono::milliseconds idle_timeout{60000};
  std::chrono::milliseconds answer_timeout{30000};  // of a whole request; then 503, come again
  std::chrono::seconds signature_tolerance{300};
  std::uint32_t key_requests_max = 6000;  // of one key in a window, of this process; 0: no limit
  std::chrono::seconds key_requests_window{60};
  TlsOptions tls;  // certificate and key; the rest is the carriers'

  bool operator==(const HttpOptions&) const = default;
};

// What clubs' own systems are told, and how.
struct WebhookOptions {
  std::chrono::milliseconds timeout{15000};  // of one attempt, from the name's lookup to the answer
  std::uint32_t in_flight_max = 8;           // attempts at once, of one process to one endpoint
  std::chrono::seconds keep{30 * 86400};     // events, delivered or not; then they are forgotten
  std::vector<std::string> allow;            // networks that may be called though they are not public
  bool plain_http = false;                   // http:// is allowed
  std::string ca_file;                       // PEM; empty: the system's

  bool operator==(const WebhookOptions&) const = default;
};

// What is over leaves the outbox.
struct HistoryOptions {
  std::chrono::seconds after{86400};       // it was settled: then it goes to the history
  std::chrono::seconds keep{180 * 86400};  // whole days; then it is forgotten

  bool operator==(const HistoryOptions&) const = default;
};

struct LogOptions {
  std::string level = "info";  // trace, debug, info, warn, error
  std::string file;            // empty: standard error

  bool operator==(const LogOptions&) const = default;
};

struct Limits {
  std::uint32_t inbound_in_flight_max =
      5000;  // requests between the wire and their commit, all links together
  // Octets of the requests that each link's carrier waits to hear of; more are told to come again.
  std::uint32_t inbound_octets_per_link_max = 16u << 20;
  std::uint32_t ussd_steps_per_link_max = 2000;  // steps of dialogs under way; the same
  std::uint32_t outbound_prefetch_max = 20000;   // message texts held in memory
  std::chrono::seconds shutdown_grace{10};

  bool operator==(const Limits&) const = default;
};

struct Options {
  std::vector<CarrierOptions> carriers;
  std::vector<LineOptions> lines;
  store::MysqlOptions mysql;
  store::RedisOptions redis;
  HttpOptions http;
  WebhookOptions webhooks;
  HistoryOptions history;
  LogOptions log;
  Limits limits;

  bool operator==(const Options&) const = default;
};

}  // namespace peyk::gateway
