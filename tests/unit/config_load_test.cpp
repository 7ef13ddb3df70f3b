// peyk.yaml: what is refused, and in which words.
#include "config/load.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/kit/paths.hpp"

namespace peyk::config::config_load_test {
namespace {

constexpr std::string_view kSmall = R"(carriers:
- name: sim
  host: 127.0.0.1
  system_id: peyk
  password: peyk
  rate: 100
lines:
- number: 30001234
  carrier: sim
)";

std::optional<std::string> no_variables(std::string_view) {
  return std::nullopt;
}

std::string mistakes_of(const std::string& yaml) {
  const auto options = load_options(yaml, "peyk.yaml", no_variables);
  return options ? "" : report(options.error());
}

TEST(ConfigLoad, a_carrier_and_a_line_are_enough_and_all_else_has_its_default) {
  const auto options = load_options(kSmall, "peyk.yaml", no_variables);
  ASSERT_TRUE(options) << report(options.error());
  gateway::Options expected;
  expected.carriers.push_back(
      {.name = "sim", .host = "127.0.0.1", .system_id = "peyk", .password = "peyk", .rate = 100});
  expected.lines.push_back({.number = "30001234", .carrier = "sim"});
  EXPECT_EQ(*options, expected);
}

TEST(ConfigLoad, nothing_at_all_is_missing_a_carrier_and_a_line) {
  EXPECT_EQ(mistakes_of("log: {level: info}\n"),
            "peyk.yaml:1: carriers: missing; allowed: a list of 1 to 64 entries, each begun with `- `\n"
            "peyk.yaml:1: lines: missing; allowed: a list of 1 to 256 entries, each begun with `- `\n");
  EXPECT_EQ(
      mistakes_of("carriers: []\nlines:\n"),
      "peyk.yaml:1: carriers: found 0 entries; allowed: a list of 1 to 64 entries, each begun with `- `\n"
      "peyk.yaml:2: lines: found nothing; allowed: a list of 1 to 256 entries, each begun with `- `\n");
}

TEST(ConfigLoad, an_empty_carrier_and_line_are_told_all_that_is_required) {
  EXPECT_EQ(
      mistakes_of("carriers:\n- {}\nlines:\n- {}\n"),
      "peyk.yaml:2: carriers[0].name: missing; allowed: 1 to 32 of a-z, 0-9, _ and -\n"
      "peyk.yaml:2: carriers[0].host: missing; allowed: a host name or an IP address\n"
      "peyk.yaml:2: carriers[0].system_id: missing; allowed: 1 to 15 ASCII characters (SMPP 3.4, 5.2.1)\n"
      "peyk.yaml:2: carriers[0].password: missing; allowed: one of password, password_env, password_file: up "
      "to "
      "64 ASCII characters\n"
      "peyk.yaml:4: lines[0].number: missing; allowed: 3 to 15 digits: 30001234\n"
      "peyk.yaml:4: lines[0].carrier: missing; allowed: 1 to 32 of a-z, 0-9, _ and -\n");
}

TEST(ConfigLoad, a_key_misspelt_is_told_with_its_line_and_all_that_is_allowed) {
  EXPECT_EQ(
      mistakes_of(
          "carriers:\n- name: sim\n  host: 127.0.0.1\n  system_id: peyk\n  password: peyk\n  windw: 10\n"
          "lines:\n- number: 30001234\n  carrier: sim\n"),
      "peyk.yaml:6: carriers[0].windw: unknown key; did you mean \"window\"? allowed: name, connection, "
      "host, allow, accepted_peer, port, "
      "system_id, password, password_env, password_file, system_type, bind_mode, interface_version, "
      "sessions, window, "
      "rate, tls, tls_ca_file, tls_server_name, tls_certificate_file, tls_key_file, source_addr_ton, "
      "source_addr_npi, "
      "dest_addr_ton, dest_addr_npi, long_texts, default_alphabet, national_languages, "
      "latin1_data_coding_3, service_type, submit_tlvs, "
      "status_classes, "
      "error_words, query_sm, time_zone, receipts_without_esm_class, session_init_timeout, "
      "enquire_link_interval, "
      "enquire_link_timeout, response_timeout, reconnect_min, reconnect_max, "
      "reconnects_per_minute, redelivery_window, ussd, "
      "ussd_profile, "
      "ussd_session_tag, ussd_end_op_0x17, ussd_data_coding_latin, ussd_data_coding_ucs2, "
      "ussd_session_timeout\n");
}

// One key more in one section of the small file.
struct Wrong {
  std::string_view section;  // "carrier", "line" or a section's name
  std::string_view text;
  std::string_view what;  // without "peyk.yaml:N: "
};

// The line that the added text begins at, and the whole file.
std::pair<int, std::string> with(std::string_view section, std::string_view text) {
  std::string yaml{kSmall};
  if (section == "carrier") {
    yaml.insert(yaml.find("lines:"), "  " + std::string(text) + "\n");
    return {7, yaml};
  }
  if (section == "line") return {10, yaml + "  " + std::string(text) + "\n"};
  return {11, yaml + std::string(section) + ":\n  " + std::string(text) + "\n"};
}

TEST(ConfigLoad, every_wrong_value_is_told_with_what_is_allowed) {
  const Wrong table[] = {
      {"carrier", "national_languages: [turkish, klingon]",
       "carriers[0].national_languages[1]: found \"klingon\"; allowed: a list of up to 13: any of turkish, "
       "spanish, portuguese, "
       "bengali, gujarati, hindi, kannada, malayalam, oriya, punjabi, tamil, telugu, urdu"},
      {"carrier", "port: 0", "carriers[0].port: found \"0\"; allowed: a whole number, 1 to 65535"},
      {"carrier", "system_type: thirteen_long",
       "carriers[0].system_type: found \"thirteen_long\"; allowed: up to 12 ASCII characters (SMPP 3.4, "
       "5.2.3)"},
      {"carrier", "bind_mode: both",
       "carriers[0].bind_mode: found \"both\"; allowed: transceiver, transmitter, receiver, pair"},
      {"carrier", "sessions: 0", "carriers[0].sessions: found \"0\"; allowed: a whole number, 1 to 64"},
      {"carrier", "window: 10001",
       "carriers[0].window: found \"10001\"; allowed: a whole number, 1 to 10000"},
      {"carrier", "source_addr_ton: 7",
       "carriers[0].source_addr_ton: found \"7\"; allowed: a whole number, 0 to 6"},
      {"carrier", "long_texts: udh",
       "carriers[0].long_texts: found \"udh\"; allowed: udh8, udh16, sar, payload"},
      {"carrier", "reconnect_min: 2m",
       "carriers[0].reconnect_min: reconnect_min (2m) is above reconnect_max (1m); "
       "allowed: reconnect_min up to reconnect_max"},
      {"carrier", "reconnect_max: 500ms",
       "carriers[0].reconnect_max: reconnect_min (1s) is above reconnect_max (500ms); "
       "allowed: reconnect_min up to reconnect_max"},
      {"carrier", "redelivery_window: 500ms",
       "carriers[0].redelivery_window: found \"500ms\"; allowed: 1s to 1d, a whole number with its unit: s, "
       "m, h, d"},
      {"carrier", "password_env: PEYK_NONE",
       "carriers[0].password_env: given beside password; allowed: one of password, password_env, "
       "password_file: up to "
       "64 ASCII characters"},
      {"carrier", "ussd_data_coding_ucs2: 256",
       "carriers[0].ussd_data_coding_ucs2: found \"256\"; allowed: a whole number, 0 to 255"},
      {"carrier", "allow: [10.0.0.0/8]",
       "carriers[0].allow: nobody connects to us; allowed: only where connection is accept or outbind"},
      {"carrier", "accepted_peer: smsc",
       "carriers[0].accepted_peer: found \"smsc\"; allowed: learned, esme, message_centre"},
      {"carrier", "accepted_peer: message_centre",
       "carriers[0].accepted_peer: found \"message_centre\", but nobody binds to us; allowed: only where "
       "connection is accept"},
      {"carrier", "allow: [10.0.0.0/33]",
       "carriers[0].allow[0]: found \"10.0.0.0/33\"; allowed: a list of up to 64: addresses and networks "
       "(10.1.2.3, 10.0.0.0/8)"},
      {"carrier", "tls_key_file: k.pem",
       "carriers[0].tls_key_file: a certificate and its key go together; allowed: both or neither"},
      {"carrier", "interface_version: 4.0",
       "carriers[0].interface_version: found \"4.0\"; allowed: 3.3, 3.4, 5.0"},
      {"carrier", "submit_tlvs: 0x1400 = 0",
       "carriers[0].submit_tlvs: found \"0x1400 = 0\"; allowed: a list of up to 16: tag = hexadecimal octets "
       "(0x1400 = 00ff)"},
      {"carrier", "status_classes: [0x45 = perhaps]",
       "carriers[0].status_classes[0]: found \"0x45 = perhaps\"; allowed: a list of up to 256: "
       "command_status = "
       "class (0x45 = temporary)"},
      {"carrier", "status_classes: [0 = temporary]",
       "carriers[0].status_classes[0]: found \"0 = temporary\"; allowed: a list of up to 256: command_status "
       "= "
       "class (0x45 = temporary)"},
      {"carrier", "error_words: {}",
       "carriers[0].error_words: found a map; allowed: a list of up to 1000: err of a receipt = words (027 = "
       "phone "
       "is off)"},
      {"line", "alternate_carriers: [nobody]",
       "lines[0].alternate_carriers: \"nobody\": no such carrier; allowed: names of carriers"},
      {"line", "alternate_carriers: sim",
       "lines[0].alternate_carriers: \"sim\" is named twice; allowed: each once"},
      {"line", "purpose: advert", "lines[0].purpose: found \"advert\"; allowed: service, promo, both"},
      {"line", "quiet_hours: 21:00-24:00",
       "lines[0].quiet_hours: found \"21:00-24:00\"; allowed: none, or two times of the day: 21:00-08:00"},
      {"line", "quiet_hours: 21:00-21:00",
       "lines[0].quiet_hours: found \"21:00-21:00\"; allowed: none, or two times of the day: 21:00-08:00"},
      {"line", "promo_per_day_max: -1",
       "lines[0].promo_per_day_max: found \"-1\"; allowed: a whole number, 0 to 1000"},
      {"line", "rate: 101",
       "lines[0].rate: 101/s is above the rate of its carrier \"sim\", 100/s; allowed: up to its "
       "carrier's rate"},
      {"line", "validity: 8d",
       "lines[0].validity: found \"8d\"; allowed: 1m to 7d, a whole number with its unit: s, m, h, d"},
      {"mysql", "port: 65536", "mysql.port: found \"65536\"; allowed: a whole number, 1 to 65535"},
      {"mysql", "database: peyk-1",
       "mysql.database: found \"peyk-1\"; allowed: 1 to 64 of a-z, A-Z, 0-9 and _"},
      {"mysql", "workers: 0", "mysql.workers: found \"0\"; allowed: a whole number, 1 to 64"},
      {"redis", "key_prefix: \"{peyk}\"",
       "redis.key_prefix: found \"{peyk}\"; allowed: 1 to 32 of a-z, 0-9, _ and -"},
      {"redis", "command_timeout: 5",
       "redis.command_timeout: found \"5\"; allowed: 100ms to 1m, a whole number with its unit: ms, s, m, h, "
       "d"},
      {"http", "address: localhost",
       "http.address: found \"localhost\"; allowed: an IP address of this machine: 127.0.0.1, 0.0.0.0, ::"},
      {"http", "body_bytes_max: 1 MB",
       "http.body_bytes_max: found \"1 MB\"; allowed: a whole number, 1024 to 16777216"},
      {"http", "tls: true",
       "http.tls: who listens needs a certificate; allowed: tls_certificate_file and tls_key_file"},
      {"http", "key_requests_max: -1",
       "http.key_requests_max: found \"-1\"; allowed: a whole number, 0 to 1000000"},
      {"log", "level: verbose", "log.level: found \"verbose\"; allowed: trace, debug, info, warn, error"},
      {"limits", "shutdown_grace: 0s",
       "limits.shutdown_grace: found \"0s\"; allowed: 1s to 5m, a whole number with its unit: s, m, h, d"},
  };
  for (const auto& [section, text, what] : table) {
    const auto [line, yaml] = with(section, text);
    EXPECT_EQ(mistakes_of(yaml), "peyk.yaml:" + std::to_string(line) + ": " + std::string(what) + "\n");
  }
}

TEST(ConfigLoad, values_at_both_ends_of_their_range_are_taken) {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"carrier", "port: 1"},
      {"carrier", "port: 65535"},
      {"carrier", "window: 10000"},
      {"carrier", "reconnect_min: 60s"},
      {"line", "rate: 100"},
      {"line", "rate: 0"},
      {"line", "validity: 7d"},
      {"http", "address: \"::\""},
      {"http", "key_requests_max: 0"},
      {"http", "key_requests_window: 1d"},
      {"http", "tls: true\n  tls_certificate_file: a.pem\n  tls_key_file: a.key"},
      {"mysql", "password: \"\""},
      {"redis", "unix_socket: \"\""},
      {"limits", "shutdown_grace: 5m"},
      {"history", "after: 1m"},
      {"history", "keep: 3650d"},
      {"carrier", "ussd_data_coding_latin: 0x0F"},
  };
  for (const auto& [section, text] : table) EXPECT_EQ(mistakes_of(with(section, text).second), "") << text;
}

TEST(ConfigLoad, what_a_carrier_does_in_its_own_way_is_read) {
  const auto options = load_options(with("carrier",
                                         "connection: accept\n  allow: [10.0.0.0/8, \"::1\"]\n"
                                         "  accepted_peer: message_centre\n"
                                         "  submit_tlvs:\n  - 0x1400 = 00ff\n  - 0x1401 =\n"
                                         "  status_classes: [0x45 = permanent, 1025 = throttle]\n"
                                         "  error_words: 027 = phone is off, perhaps\n")
                                        .second,
                                    "peyk.yaml", no_variables);
  ASSERT_TRUE(options) << report(options.error());
  const gateway::CarrierOptions& carrier = options->carriers[0];
  EXPECT_EQ(carrier.connection, gateway::ConnectionMode::accept);
  EXPECT_EQ(carrier.allow, (std::vector<std::string>{"10.0.0.0/8", "::1"}));
  EXPECT_EQ(carrier.accepted_peer, gateway::AcceptedPeer::message_centre);
  EXPECT_EQ(carrier.submit_tlvs,
            (std::vector<gateway::VendorTlv>{{0x1400, std::string("\0\xff", 2)}, {0x1401, ""}}));
  EXPECT_EQ(carrier.status_classes,
            (std::map<std::uint32_t, smpp::StatusClass>{{0x45, smpp::StatusClass::permanent},
                                                        {1025, smpp::StatusClass::throttle}}));
  EXPECT_EQ(carrier.error_words, (std::map<std::string, std::string>{{"027", "phone is off, perhaps"}}));
}

TEST(ConfigLoad, who_is_connected_to_says_who_may_connect_and_where_it_listens) {
  EXPECT_EQ(
      mistakes_of(with("carrier", "connection: accept").second),
      "peyk.yaml:2: carriers[0].allow: missing; allowed: the addresses that may connect, where connection is "
      "accept or outbind\n");
  std::string yaml = with("carrier", "connection: outbind\n  allow: 10.1.2.3").second;
  EXPECT_EQ(mistakes_of(yaml), "");
  yaml.replace(yaml.find("127.0.0.1"), 9, "smsc.test");
  EXPECT_EQ(mistakes_of(yaml),
            "peyk.yaml:3: carriers[0].host: found \"smsc.test\"; allowed: an IP address of this "
            "machine: 127.0.0.1, 0.0.0.0, ::\n");
  EXPECT_EQ(
      mistakes_of(with("carrier", "connection: accept\n  allow: 10.1.2.3\n  tls: true").second),
      "peyk.yaml:9: carriers[0].tls: who listens needs a certificate; allowed: tls_certificate_file and "
      "tls_key_file\n");
}

TEST(ConfigLoad, a_bind_that_cannot_come_about_is_refused) {
  const std::string outbind = "connection: outbind\n  allow: 10.1.2.3\n  bind_mode: ";
  for (const std::string mode : {"pair", "transmitter"}) {
    EXPECT_EQ(mistakes_of(with("carrier", outbind + mode).second),
              "peyk.yaml:9: carriers[0].bind_mode: found \"" + mode +
                  "\", but an outbind asks for one who receives; allowed: receiver or transceiver, where "
                  "connection is outbind\n");
  }
  EXPECT_EQ(mistakes_of(with("carrier", outbind + "transceiver").second), "");
  EXPECT_EQ(mistakes_of(with("carrier", "interface_version: 3.3").second),
            "peyk.yaml:7: carriers[0].interface_version: found \"3.3\", which knows no transceiver; allowed: "
            "3.4 or 5.0, or bind_mode: pair, transmitter or receiver\n");
  EXPECT_EQ(mistakes_of(with("carrier", "interface_version: 3.3\n  bind_mode: pair").second), "");
  EXPECT_EQ(
      mistakes_of(with("carrier", "interface_version: 3.3\n  connection: accept\n  allow: 10.1.2.3").second),
      "")
      << "who binds to us chooses";
}

TEST(ConfigLoad, carriers_that_share_a_port_must_agree_and_be_told_apart) {
  const auto two = [](const std::string& other) {
    std::string yaml = with("carrier", "connection: accept\n  allow: 10.1.2.3").second;
    yaml.insert(yaml.find("lines:"),
                "- name: other\n  host: 127.0.0.1\n  password: x\n  allow: 10.1.2.4\n  " + other + "\n");
    return mistakes_of(yaml);
  };
  EXPECT_EQ(two("connection: accept\n  system_id: other"), "");
  EXPECT_EQ(two("connection: accept\n  system_id: peyk\n  port: 2776"), "");
  EXPECT_EQ(two("connection: accept\n  system_id: peyk"),
            "peyk.yaml:14: carriers[1].system_id: carrier \"sim\" listens at 127.0.0.1:2775 too and has the "
            "same; allowed: each once on a port\n");
  EXPECT_EQ(two("system_id: other\n  connection: outbind"),
            "peyk.yaml:14: carriers[1].connection: carrier \"sim\" listens at 127.0.0.1:2775 too and has "
            "another; allowed: the same for all carriers of a port\n");
  EXPECT_EQ(
      two("system_id: other\n  connection: accept\n  tls: true\n  tls_certificate_file: c.pem\n  "
          "tls_key_file: k.pem"),
      "peyk.yaml:15: carriers[1].tls: carrier \"sim\" listens at 127.0.0.1:2775 too with other tls keys; "
      "allowed: the same for all carriers of a port\n");
}

TEST(ConfigLoad, a_socket_path_that_the_kernel_would_cut_is_refused) {
  const std::string path(108, 'x');
  EXPECT_NE(mistakes_of(with("mysql", "unix_socket: " + path).second), "");
  EXPECT_EQ(mistakes_of(with("mysql", "unix_socket: " + path.substr(1)).second), "");
}

TEST(ConfigLoad, names_are_given_once) {
  EXPECT_EQ(mistakes_of(std::string(kSmall) + "- number: 30001234\n  carrier: sim\n"),
            "peyk.yaml:10: lines[1].number: \"30001234\" is taken, at line 8; allowed: each once\n");
  std::string yaml{kSmall};
  yaml.insert(yaml.find("lines:"), "- name: sim\n  host: other\n  system_id: peyk\n  password_env: HOME\n");
  const auto environment = [](std::string_view) { return std::optional<std::string>("x"); };
  const auto options = load_options(yaml, "peyk.yaml", environment);
  ASSERT_FALSE(options);
  EXPECT_EQ(report(options.error()),
            "peyk.yaml:7: carriers[1].name: \"sim\" is taken, at line 2; allowed: each once\n");
}

TEST(ConfigLoad, a_line_names_a_carrier_that_is_there_and_can_send) {
  std::string yaml{kSmall};
  yaml.replace(yaml.find("carrier: sim"), 12, "carrier: smi");
  EXPECT_EQ(
      mistakes_of(yaml),
      "peyk.yaml:9: lines[0].carrier: found \"smi\", no such carrier; did you mean \"sim\"? allowed: sim\n");
  EXPECT_EQ(mistakes_of(with("carrier", "bind_mode: receiver").second),
            "peyk.yaml:10: lines[0].carrier: \"sim\" only receives (bind_mode: receiver), this line could "
            "not answer; "
            "allowed: a carrier bound as transceiver or transmitter\n");
  EXPECT_EQ(mistakes_of(with("carrier", "bind_mode: transmitter").second), "");
}

TEST(ConfigLoad, ussd_needs_both_ways_on_one_session) {
  EXPECT_EQ(mistakes_of(with("carrier", "bind_mode: transmitter\n  ussd: true").second),
            "peyk.yaml:8: carriers[0].ussd: a dialog needs both ways; allowed: bind_mode: transceiver or "
            "pair, or ussd: false\n");
  EXPECT_EQ(mistakes_of(with("carrier", "ussd: true").second), "");
}

TEST(ConfigLoad, a_file_is_read_with_its_password_files_beside_it) {
  const tests::TempDir dir;
  const std::string path = dir.path() / "peyk.yaml";
  std::string yaml{kSmall};
  yaml.replace(yaml.find("password: peyk"), 14, "password_file: sim.password");
  std::ofstream(path) << yaml;
  const auto without = load_options_file(path, no_variables);
  ASSERT_FALSE(without);
  EXPECT_EQ(report(without.error()),
            path + ":5: carriers[0].password_file: the file cannot be read: No such file or directory\n");

  const std::filesystem::path password = dir.path() / "sim.password";
  std::ofstream(password) << "hunter2\n";
  std::filesystem::permissions(password, std::filesystem::perms::owner_read);
  const auto with_file = load_options_file(path, no_variables);
  ASSERT_TRUE(with_file) << report(with_file.error());
  EXPECT_EQ(with_file->carriers[0].password, "hunter2");
}

TEST(ConfigLoad, a_file_that_cannot_be_read_is_a_mistake_like_any_other) {
  const auto options = load_options_file("/nowhere/peyk.yaml", no_variables);
  ASSERT_FALSE(options);
  EXPECT_EQ(report(options.error()), "/nowhere/peyk.yaml: cannot be read: No such file or directory\n");
}

TEST(ConfigLoad, the_environment_of_the_process_is_read) {
  const Environment environment = process_environment();
  EXPECT_TRUE(environment("PATH"));
  EXPECT_FALSE(environment("PEYK_NO_SUCH_VARIABLE_AT_ALL"));
}

}  // namespace
}  // namespace peyk::config::config_load_test
