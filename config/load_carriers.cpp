#include "config/load_carriers.hpp"

#include <algorithm>
#include <utility>

#include "config/text_rules.hpp"
#include "templates/dates.hpp"

namespace peyk::config {
namespace {

using namespace std::chrono_literals;
using std::uint16_t, std::uint32_t, std::uint8_t;

// The lengths of system_id and system_type are those of the bind PDU's fields less the closing zero
// (SMPP 3.4, 5.2.1 and 5.2.3). A password has 8 characters there (5.2.2), but carriers give longer ones.
constexpr TextRule kSystemId{[](std::string_view t) { return is_ascii(t, 1, 15); },
                             "1 to 15 ASCII characters (SMPP 3.4, 5.2.1)"};
constexpr TextRule kSmppPassword{[](std::string_view t) { return t.empty() || is_ascii(t, 1, 64); },
                                 "up to 64 ASCII characters"};
constexpr TextRule kSystemType{[](std::string_view t) { return t.empty() || is_ascii(t, 1, 12); },
                               "up to 12 ASCII characters (SMPP 3.4, 5.2.3)"};
constexpr TextRule kServiceType{[](std::string_view t) { return t.empty() || is_ascii(t, 1, 5); },
                                "up to 5 ASCII characters (SMPP 3.4, 5.2.11)"};
constexpr TextRule kTimeZone{templates::is_time_zone, "a zone of the IANA database: Asia/Tehran"};
constexpr TextRule kOptionalHost{[](std::string_view t) { return t.empty() || kHost.fits(t); },
                                 "a host name; empty: the host above"};
constexpr TextRule kFilePath{[](std::string_view t) { return t.size() <= 4095 && is_clean_line(t); },
                             "the path of a PEM file"};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  return first == text.npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// "0x45 = temporary" in two; nothing without a sign of equality.
std::optional<std::pair<std::string_view, std::string_view>> parted(std::string_view text) {
  const auto at = text.find('=');
  if (at == text.npos) return std::nullopt;
  return std::pair(trimmed(text.substr(0, at)), trimmed(text.substr(at + 1)));
}

std::optional<std::int64_t> number_within(std::string_view text, std::int64_t min, std::int64_t max) {
  const auto number = parse_whole_number(text);
  return number && *number >= min && *number <= max ? number : std::nullopt;
}

void read_carrier_connection(Section& s, gateway::CarrierOptions& carrier) {
  using Mode = gateway::ConnectionMode;
  s.choice<Mode>("connection", carrier.connection,
                 {{"connect", Mode::connect}, {"accept", Mode::accept}, {"outbind", Mode::outbind}});
  s.text("host", carrier.host, kHost, Presence::required);
  const bool listens = carrier.connection != Mode::connect;
  if (listens && s.has("host") && !carrier.host.empty() && !kIpAddress.fits(carrier.host)) {
    s.mistake("host", s.found("host"), std::string(kIpAddress.allowed));
  }
  s.texts("allow", 64, "addresses and networks (10.1.2.3, 10.0.0.0/8)", [&](const std::string& item) {
    if (!is_network(item)) return std::optional(fmt::format("found \"{}\"", item));
    carrier.allow.push_back(item);
    return std::optional<std::string>();
  });
  if (listens && !s.has("allow")) {
    s.mistake("allow", "missing", "the addresses that may connect, where connection is accept or outbind");
  }
  if (!listens && !carrier.allow.empty()) {
    s.mistake("allow", "nobody connects to us", "only where connection is accept or outbind");
  }
  using Peer = gateway::AcceptedPeer;
  s.choice<Peer>(
      "accepted_peer", carrier.accepted_peer,
      {{"learned", Peer::learned}, {"esme", Peer::esme}, {"message_centre", Peer::message_centre}});
  if (carrier.connection != Mode::accept && carrier.accepted_peer != Peer::learned) {
    s.mistake("accepted_peer", s.found("accepted_peer") + ", but nobody binds to us",
              "only where connection is accept");
  }
}

void read_carrier_tls(Section& s, gateway::CarrierOptions& carrier) {
  gateway::TlsOptions& tls = carrier.tls;
  s.boolean("tls", tls.enabled);
  s.text("tls_ca_file", tls.ca_file, kFilePath);
  s.text("tls_server_name", tls.server_name, kOptionalHost);
  s.text("tls_certificate_file", tls.certificate_file, kFilePath);
  s.text("tls_key_file", tls.key_file, kFilePath);
  if (tls.certificate_file.empty() != tls.key_file.empty()) {
    s.mistake(tls.key_file.empty() ? "tls_certificate_file" : "tls_key_file",
              "a certificate and its key go together", "both or neither");
  }
  const bool listens = carrier.connection != gateway::ConnectionMode::connect;
  if (tls.enabled && listens && tls.certificate_file.empty()) {
    s.mistake("tls", "who listens needs a certificate", "tls_certificate_file and tls_key_file");
  }
}

constexpr std::pair<std::string_view, smpp::StatusClass> kStatusClasses[] = {
    {"throttle", smpp::StatusClass::throttle},
    {"temporary", smpp::StatusClass::temporary},
    {"permanent", smpp::StatusClass::permanent},
    {"config", smpp::StatusClass::config},
    {"bind", smpp::StatusClass::bind}};

// What this carrier does otherwise than the standard says.
void read_carrier_ways(Section& s, gateway::CarrierOptions& carrier) {
  s.texts("submit_tlvs", 16, "tag = hexadecimal octets (0x1400 = 00ff)", [&](const std::string& item) {
    const auto pair = parted(item);
    const auto tag = pair ? number_within(pair->first, 0, 0xFFFF) : std::nullopt;
    const auto octets = pair ? parse_hex(pair->second) : std::nullopt;
    if (!tag || !octets || octets->size() > 255) return std::optional(fmt::format("found \"{}\"", item));
    carrier.submit_tlvs.push_back({static_cast<std::uint16_t>(*tag), *octets});
    return std::optional<std::string>();
  });
  s.texts("status_classes", 256, "command_status = class (0x45 = temporary)", [&](const std::string& item) {
    const auto pair = parted(item);
    const auto status = pair ? number_within(pair->first, 1, 0xFFFFFFFF) : std::nullopt;
    const auto means = std::find_if(std::begin(kStatusClasses), std::end(kStatusClasses),
                                    [&](const auto& one) { return pair && one.first == pair->second; });
    if (!status || means == std::end(kStatusClasses)) return std::optional(fmt::format("found \"{}\"", item));
    carrier.status_classes[static_cast<uint32_t>(*status)] = means->second;
    return std::optional<std::string>();
  });
  s.texts("error_words", 1000, "err of a receipt = words (027 = phone is off)", [&](const std::string& item) {
    const auto pair = parted(item);
    if (!pair || pair->first.empty() || pair->first.size() > 16 || pair->second.empty() ||
        characters(pair->second) > 80)
      return std::optional(fmt::format("found \"{}\"", item));
    carrier.error_words[std::string(pair->first)] = std::string(pair->second);
    return std::optional<std::string>();
  });
  s.boolean("query_sm", carrier.query_sm);
  s.text("time_zone", carrier.time_zone, kTimeZone);
  s.boolean("receipts_without_esm_class", carrier.receipts_without_esm_class);
}

// By national language identifier, from 1 on (3GPP TS 23.038, 6.2.1.2.4).
constexpr std::string_view kNationalLanguages[] = {"turkish", "spanish", "portuguese", "bengali", "gujarati",
                                                   "hindi",   "kannada", "malayalam",  "oriya",   "punjabi",
                                                   "tamil",   "telugu",  "urdu"};
static_assert(std::size(kNationalLanguages) == templates::kNationalLanguageMax);

void read_carrier_languages(Section& s, gateway::CarrierOptions& carrier) {
  const std::string allowed = fmt::format("any of {}", fmt::join(kNationalLanguages, ", "));
  s.texts("national_languages", std::size(kNationalLanguages), allowed, [&](const std::string& item) {
    const auto found = std::find(std::begin(kNationalLanguages), std::end(kNationalLanguages), item);
    if (found == std::end(kNationalLanguages)) return std::optional(fmt::format("found \"{}\"", item));
    const auto id = static_cast<uint8_t>(1 + std::distance(std::begin(kNationalLanguages), found));
    if (std::ranges::find(carrier.national_languages, id) != carrier.national_languages.end())
      return std::optional(fmt::format("\"{}\" twice", item));
    carrier.national_languages.push_back(id);
    return std::optional<std::string>();
  });
  if (!carrier.national_languages.empty() && carrier.default_alphabet != templates::DefaultAlphabet::gsm7) {
    s.mistake("national_languages", "their tables are of GSM-7", "only where default_alphabet is gsm7");
  }
  s.boolean("latin1_data_coding_3", carrier.latin1_data_coding_3);
}

void read_carrier_link(Section& s, gateway::CarrierOptions& carrier) {
  s.integer("port", carrier.port, 1, 65535);
  s.text("system_id", carrier.system_id, kSystemId, Presence::required);
  s.secret("password", carrier.password, kSmppPassword, Presence::required);
  s.text("system_type", carrier.system_type, kSystemType);
  s.choice<gateway::BindMode>("bind_mode", carrier.bind_mode,
                              {{"transceiver", gateway::BindMode::transceiver},
                               {"transmitter", gateway::BindMode::transmitter},
                               {"receiver", gateway::BindMode::receiver},
                               {"pair", gateway::BindMode::pair}});
  s.choice<uint8_t>("interface_version", carrier.interface_version,
                    {{"3.3", uint8_t{0x33}}, {"3.4", uint8_t{0x34}}, {"5.0", uint8_t{0x50}}});
  s.integer("sessions", carrier.sessions, 1, 64);
  s.integer("window", carrier.window, 1, 10'000);
  s.rate("rate", carrier.rate, kRateMax);
}

void read_carrier_addresses(Section& s, gateway::CarrierOptions& carrier) {
  s.integer("source_addr_ton", carrier.source_addr_ton, 0, 6);
  s.integer("source_addr_npi", carrier.source_addr_npi, 0, 18);
  s.integer("dest_addr_ton", carrier.dest_addr_ton, 0, 6);
  s.integer("dest_addr_npi", carrier.dest_addr_npi, 0, 18);
  s.choice<gateway::LongTexts>("long_texts", carrier.long_texts,
                               {{"udh8", gateway::LongTexts::udh8},
                                {"udh16", gateway::LongTexts::udh16},
                                {"sar", gateway::LongTexts::sar},
                                {"payload", gateway::LongTexts::payload}});
  s.choice<templates::DefaultAlphabet>("default_alphabet", carrier.default_alphabet,
                                       {{"gsm7", templates::DefaultAlphabet::gsm7},
                                        {"latin1", templates::DefaultAlphabet::latin1},
                                        {"ascii", templates::DefaultAlphabet::ascii},
                                        {"ucs2", templates::DefaultAlphabet::ucs2}});
  read_carrier_languages(s, carrier);
  s.text("service_type", carrier.service_type, kServiceType);
}

void read_carrier_times(Section& s, gateway::CarrierOptions& carrier) {
  s.duration("session_init_timeout", carrier.session_init_timeout, 100ms, 5min);
  s.duration("enquire_link_interval", carrier.enquire_link_interval, 100ms, 1h);
  s.duration("enquire_link_timeout", carrier.enquire_link_timeout, 100ms, 5min);
  s.duration("response_timeout", carrier.response_timeout, 100ms, 10min);
  s.duration("reconnect_min", carrier.reconnect_min, 10ms, 10min);
  s.duration("reconnect_max", carrier.reconnect_max, 10ms, 1h);
  s.integer("reconnects_per_minute", carrier.reconnects_per_minute, 1, 6000);
  s.duration("redelivery_window", carrier.redelivery_window, 1s, 24h);
  if (carrier.reconnect_min > carrier.reconnect_max) {
    s.mistake(s.has("reconnect_min") ? "reconnect_min" : "reconnect_max",
              fmt::format("reconnect_min ({}) is above reconnect_max ({})",
                          format_time_span(carrier.reconnect_min), format_time_span(carrier.reconnect_max)),
              "reconnect_min up to reconnect_max");
  }
}

void read_carrier_ussd(Section& s, gateway::CarrierOptions& carrier) {
  s.boolean("ussd", carrier.ussd);
  using Profile = gateway::UssdProfileName;
  s.choice<Profile>("ussd_profile", carrier.ussd_profile,
                    {{"spec_like", Profile::spec_like},
                     {"user_message_reference", Profile::user_message_reference},
                     {"session_15_bits", Profile::session_15_bits},
                     {"end_bit_only", Profile::end_bit_only},
                     {"vendor_session_id", Profile::vendor_session_id},
                     {"no_session", Profile::no_session},
                     {"data_sm", Profile::data_sm},
                     {"smpp_plus", Profile::smpp_plus}});
  s.integer("ussd_session_tag", carrier.ussd_session_tag, 0, 65535);
  s.boolean("ussd_end_op_0x17", carrier.ussd_end_op_0x17);
  s.integer("ussd_data_coding_latin", carrier.ussd_data_coding_latin, 0, 255);
  s.integer("ussd_data_coding_ucs2", carrier.ussd_data_coding_ucs2, 0, 255);
  s.duration("ussd_session_timeout", carrier.ussd_session_timeout, 1s, 1h);
  const bool both_ways =
      carrier.bind_mode == gateway::BindMode::transceiver || carrier.bind_mode == gateway::BindMode::pair;
  if (carrier.ussd && !both_ways) {
    s.mistake("ussd", "a dialog needs both ways", "bind_mode: transceiver or pair, or ussd: false");
  }
}

// What a carrier's version and the way the connection comes about know no bind for.
void check_bind(Section& s, const gateway::CarrierOptions& carrier) {
  using Mode = gateway::BindMode;
  const Mode mode = carrier.bind_mode;
  if (carrier.connection == gateway::ConnectionMode::outbind &&
      (mode == Mode::transmitter || mode == Mode::pair)) {
    s.mistake("bind_mode", s.found("bind_mode") + ", but an outbind asks for one who receives",
              "receiver or transceiver, where connection is outbind");
  }
  if (carrier.connection != gateway::ConnectionMode::accept && mode == Mode::transceiver &&
      carrier.interface_version < 0x34) {
    s.mistake("interface_version", s.found("interface_version") + ", which knows no transceiver",
              "3.4 or 5.0, or bind_mode: pair, transmitter or receiver");
  }
}

// Where carriers connect to us, those of one port are told apart by their system_id and by nothing else.
class Ports {
 public:
  void check(Section& s, const gateway::CarrierOptions& carrier) {
    if (carrier.connection == gateway::ConnectionMode::connect) return;
    std::vector<gateway::CarrierOptions>& there = carriers_[{carrier.host, carrier.port}];
    for (const gateway::CarrierOptions& other : there) {
      const auto shared =
          fmt::format("carrier \"{}\" listens at {}:{} too", other.name, other.host, other.port);
      if (other.system_id == carrier.system_id) {
        s.mistake("system_id", shared + " and has the same", "each once on a port");
      }
      if (other.connection != carrier.connection) {
        s.mistake("connection", shared + " and has another", "the same for all carriers of a port");
      }
      if (other.tls != carrier.tls) {
        s.mistake("tls", shared + " with other tls keys", "the same for all carriers of a port");
      }
    }
    there.push_back(carrier);
  }

 private:
  std::map<std::pair<std::string, uint16_t>, std::vector<gateway::CarrierOptions>> carriers_;
};

}  // namespace

void read_carriers(Section& root, gateway::Options& options) {
  Unique names;
  Ports ports;
  root.list("carriers", 1, 64, [&](Section& s, std::size_t) {
    gateway::CarrierOptions& carrier = options.carriers.emplace_back();
    if (s.text("name", carrier.name, kName, Presence::required)) names.check(s, "name", carrier.name);
    read_carrier_connection(s, carrier);
    read_carrier_link(s, carrier);
    read_carrier_tls(s, carrier);
    read_carrier_addresses(s, carrier);
    read_carrier_ways(s, carrier);
    read_carrier_times(s, carrier);
    read_carrier_ussd(s, carrier);
    check_bind(s, carrier);
    ports.check(s, carrier);
  });
}

}  // namespace peyk::config
