// What peyk.yaml says of the gateway itself; config/ fills this in, peykd hands each part to its owner.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "store/options.hpp"

namespace peyk::gateway {

enum class BindMode : std::uint8_t { transceiver, transmitter, receiver };
enum class LinePurpose : std::uint8_t { service, promo };

struct CarrierOptions {
  std::string name;  // unique: [a-z0-9_-]{1,32}
  std::string host;
  std::uint16_t port = 2775;
  std::string system_id;
  std::string password;  // from password, password_env or password_file
  std::string system_type;
  BindMode bind_mode = BindMode::transceiver;
  std::uint32_t sessions = 1;  // connections held at once
  std::uint32_t window = 100;  // unanswered submit_sm a session
  double rate = 0;             // submit_sm a second over all sessions of this account; 0: no limit
  std::uint8_t source_addr_ton = 0, source_addr_npi = 1;
  std::uint8_t dest_addr_ton = 1, dest_addr_npi = 1;
  bool udh_16bit = false;  // long texts: 16-bit concatenation reference instead of 8-bit
  std::chrono::milliseconds session_init_timeout{10000};
  std::chrono::milliseconds enquire_link_interval{30000};
  std::chrono::milliseconds enquire_link_timeout{10000};
  std::chrono::milliseconds response_timeout{60000};
  std::chrono::milliseconds reconnect_min{1000}, reconnect_max{60000};
  // The same text from the same phone within this time, unacknowledged as far as we know, is the carrier's
  // redelivery, not the member's second text.
  std::chrono::seconds redelivery_window{60};
  bool ussd =
      false;  // this link carries USSD dialogs (spec-like profile: ussd_service_op + its_session_info)
  std::uint8_t ussd_data_coding_latin = 0x0F, ussd_data_coding_ucs2 = 8;
  std::chrono::seconds ussd_session_timeout{120};

  bool operator==(const CarrierOptions&) const = default;
};

struct LineOptions {
  std::string number;   // digits
  std::string carrier;  // a carrier's name
  LinePurpose purpose = LinePurpose::service;
  double rate = 0;  // submit_sm a second, over all processes; 0: no limit
  std::chrono::seconds validity{86400};
  bool receipts = true;  // ask for a delivery receipt of each message

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

  bool operator==(const HttpOptions&) const = default;
};

struct LogOptions {
  std::string level = "info";  // trace, debug, info, warn, error
  std::string file;            // empty: standard error

  bool operator==(const LogOptions&) const = default;
};

struct Limits {
  std::uint32_t inbound_in_flight_max =
      5000;  // requests between the wire and their commit, all links together
  std::uint32_t outbound_prefetch_max = 20000;  // message texts held in memory
  std::chrono::seconds shutdown_grace{10};

  bool operator==(const Limits&) const = default;
};

struct Options {
  std::vector<CarrierOptions> carriers;
  std::vector<LineOptions> lines;
  store::MysqlOptions mysql;
  store::RedisOptions redis;
  HttpOptions http;
  LogOptions log;
  Limits limits;

  bool operator==(const Options&) const = default;
};

}  // namespace peyk::gateway
