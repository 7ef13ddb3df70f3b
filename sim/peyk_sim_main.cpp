// peyk-sim: the carrier simulator. Reads the command line, listens, says where, runs until SIGINT or SIGTERM.
// `peyk-sim load` is the other side: an ESME that submits as fast as it may, and measures.
#include "config/toolchain/asio.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sim/load_client.hpp"
#include "sim/options.hpp"
#include "sim/profile_file.hpp"
#include "sim/server.hpp"

namespace {

using namespace peyk::sim;
namespace smpp = peyk::smpp;

// "id:password", "id:password:sms" or "id:password:ussd".
Account parse_account(const std::string& text) {
  const std::size_t first = text.find(':');
  if (first == std::string::npos || first == 0)
    throw std::runtime_error("--account: id:password[:sms|:ussd]");
  Account account;
  account.system_id = text.substr(0, first);
  account.password = text.substr(first + 1);
  for (const std::string_view kind : {":sms", ":ussd"}) {
    if (!account.password.ends_with(kind)) continue;
    account.password.resize(account.password.size() - kind.size());
    account.sms = kind == ":sms";
    account.ussd = kind == ":ussd";
    break;
  }
  return account;
}

// "host:port", the port after the last colon.
Dial parse_dial(const std::string& text, const std::string& as) {
  const std::size_t colon = text.rfind(':');
  const int port = colon == std::string::npos ? 0 : std::atoi(text.c_str() + colon + 1);
  if (port < 1 || port > 65535) throw std::runtime_error("--dial: address:port");
  return {text.substr(0, colon), static_cast<std::uint16_t>(port),
          as == "outbind" ? Dial::As::outbind : Dial::As::esme};
}

struct CommandLine {
  Options options;
  std::vector<std::string> accounts{"peyk:secret"};
  std::vector<std::string> dials;
  std::string as = "esme";
  std::uint32_t sessions_max = 0;
  std::string profile;
  std::string record;
  std::uint64_t record_max_mb = 100;
  std::uint32_t record_files = 3;
  bool strict = false, no_check = false;
  std::string ussd_profile{smpp::ussd_profiles::spec_like.name};
  bool ussd_end_op_0x17 = false;
  std::int64_t receipt_delay_ms = 100, response_timeout_ms = 10'000, retry_delay_ms = 1'000,
               ussd_answer_timeout_ms = 10'000, ussd_input_timeout_ms = 120'000, enquire_link_ms = 30'000;
};

void describe(CLI::App& app, CommandLine& line) {
  app.description("A carrier to test against: SMSC and USSD gateway, scripted through a control port.");
  const auto milliseconds = CLI::Range(0, 86'400'000);
  app.add_option("--address", line.options.address, "address to listen on")->capture_default_str();
  app.add_option("--smpp-port", line.options.smpp_port, "SMPP port; 0: any")->capture_default_str();
  app.add_option("--control-port", line.options.control_port, "control port; 0: any")->capture_default_str();
  app.add_option("--account", line.accounts, "id:password[:sms|:ussd], repeatable")->capture_default_str();
  app.add_option("--dial", line.dials, "address:port of who listens for us, repeatable");
  app.add_option("--as", line.as, "what --dial does there: bind as an esme, or say outbind")
      ->check(CLI::IsMember({"esme", "outbind"}))
      ->capture_default_str();
  auto* cert = app.add_option("--tls-cert", line.options.tls_cert, "PEM: the SMPP port speaks TLS");
  auto* key = app.add_option("--tls-key", line.options.tls_key, "PEM: its key")->needs(cert);
  cert->needs(key);
  app.add_option("--tls-ca", line.options.tls_ca,
                 "PEM: and asks for a client's certificate of this authority")
      ->needs(cert);
  app.add_option("--sessions-max", line.sessions_max, "binds at once of one account; 0: no limit")
      ->capture_default_str();
  std::vector<std::string> profiles;
  for (const smpp::UssdProfile& profile : smpp::ussd_profiles::all) profiles.emplace_back(profile.name);
  app.add_option("--ussd-profile", line.ussd_profile, "how dialogs are carried over SMPP")
      ->check(CLI::IsMember(profiles))
      ->capture_default_str();
  app.add_flag("--ussd-end-op-0x17", line.ussd_end_op_0x17, "0x17 is said and understood for 0x11");
  app.add_option("--profile", line.profile, "YAML file of how the carrier behaves");
  app.add_option("--seed", line.options.seed, "of all chance; one is made up and printed if it is left out");
  app.add_option("--record", line.record, "file of JSON lines, one for each PDU");
  app.add_option("--record-max-mb", line.record_max_mb, "then FILE becomes FILE.1")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--record-files", line.record_files, "so many of them are kept")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_flag("--strict", line.strict, "exit code 3 if the ESME broke the grammar or its contract");
  app.add_flag("--no-check", line.no_check, "no witness: for measuring what the ESME can do");
  app.add_option("--deliver-window", line.options.deliver_window, "unanswered deliver_sm a link")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  app.add_option("--receipt-delay-ms", line.receipt_delay_ms, "from submit_sm to its receipt")
      ->check(milliseconds)
      ->capture_default_str();
  app.add_option("--response-timeout-ms", line.response_timeout_ms,
                 "an unanswered deliver_sm is sent again after")
      ->check(milliseconds)
      ->capture_default_str();
  app.add_option("--retry-delay-ms", line.retry_delay_ms,
                 "one answered by a temporary error is sent again after")
      ->check(milliseconds)
      ->capture_default_str();
  app.add_option("--ussd-answer-timeout-ms", line.ussd_answer_timeout_ms,
                 "the application's time for a screen")
      ->check(milliseconds)
      ->capture_default_str();
  app.add_option("--ussd-input-timeout-ms", line.ussd_input_timeout_ms, "the subscriber's time for a key")
      ->check(milliseconds)
      ->capture_default_str();
  app.add_option("--enquire-link-ms", line.enquire_link_ms, "silence before an enquire_link; 0: none")
      ->check(milliseconds)
      ->capture_default_str();
}

Options to_options(const CommandLine& line) {
  using std::chrono::milliseconds;
  Options options = line.options;
  options.check_contract = !line.no_check;
  if (!line.profile.empty()) {
    auto profile = load_profile(line.profile);
    if (!profile) throw std::runtime_error(profile.error());
    options.profile = std::move(*profile);
  }
  for (const std::string& text : line.accounts) {
    options.accounts.push_back(parse_account(text));
    options.accounts.back().sessions_max = line.sessions_max;
    const std::string& ussd = options.profile.ussd_profile;
    options.accounts.back().ussd_profile = *smpp::find_ussd_profile(ussd.empty() ? line.ussd_profile : ussd);
    options.accounts.back().ussd_profile.end_op_0x17 = line.ussd_end_op_0x17;
  }
  for (const std::string& text : line.dials) options.dials.push_back(parse_dial(text, line.as));
  options.receipt_delay = milliseconds(line.receipt_delay_ms);
  options.response_timeout = milliseconds(line.response_timeout_ms);
  options.retry_delay = milliseconds(line.retry_delay_ms);
  options.ussd_answer_timeout = milliseconds(line.ussd_answer_timeout_ms);
  options.ussd_input_timeout = milliseconds(line.ussd_input_timeout_ms);
  options.enquire_link_interval = milliseconds(line.enquire_link_ms);
  return options;
}

struct LoadLine {
  EsmeLoadPlan plan;
  std::string connect, bind = "transceiver";
  double duration_s = 10;
  bool json = false;
};

void describe(CLI::App& app, LoadLine& line) {
  EsmeLoadPlan& plan = line.plan;
  app.add_option("--connect", line.connect, "host:port of the SMSC")->required();
  app.add_option("--system-id", plan.system_id)->capture_default_str();
  app.add_option("--password", plan.password)->capture_default_str();
  app.add_option("--system-type", plan.system_type);
  app.add_option("--bind", line.bind)
      ->check(CLI::IsMember({"transceiver", "transmitter"}))
      ->capture_default_str();
  app.add_option("--sessions", plan.sessions)->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_option("--window", plan.window, "unanswered submits a session")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  app.add_option("--rate", plan.rate, "submits a second over all sessions; 0: as fast as answers come")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("-n,--count", plan.count, "submits; 0: as many as go into the time")->capture_default_str();
  app.add_option("--seconds", line.duration_s, "for so long")
      ->check(CLI::Range(0.1, 86'400.0))
      ->capture_default_str();
  app.add_option("--from", plan.from)->capture_default_str();
  app.add_option("--first-phone", plan.first_phone)->capture_default_str();
  app.add_option("--phones", plan.phones)->capture_default_str();
  app.add_option("--text", plan.text, "{n} becomes the number of the text")->capture_default_str();
  app.add_flag("--receipts", plan.receipts, "ask for them and wait for them");
  app.add_flag("--json", line.json, "one line for a program to read");
}

int run_load(LoadLine& line) {
  const std::size_t colon = line.connect.rfind(':');
  if (colon == std::string::npos) throw std::runtime_error("--connect: host:port");
  line.plan.kind = line.bind == "transmitter" ? smpp::BindKind::transmitter : smpp::BindKind::transceiver;
  line.plan.duration = std::chrono::milliseconds(static_cast<std::int64_t>(line.duration_s * 1000));
  boost::asio::io_context io(1);
  LoadClient client(io, line.plan);
  const auto port = static_cast<std::uint16_t>(std::stoul(line.connect.substr(colon + 1)));
  const EsmeLoadResult result = client.run(line.connect.substr(0, colon), port);
  std::fputs((line.json ? report_json(result) : report(result)).c_str(), stdout);
  return result.answered > 0 && result.lost == 0 ? 0 : 2;
}

void print_violations(const ContractCheck& check) {
  for (const Violation& one : check.examples()) {
    std::fprintf(stderr, "peyk-sim: %s on link %u, sequence %u: %s\n", std::string(words(one.rule)).c_str(),
                 one.link, one.sequence_number, one.what.c_str());
  }
}

int run_carrier(const CommandLine& line) {
  boost::asio::io_context io(1);
  const Options options = to_options(line);
  Server server(io, options);
  if (!line.record.empty()) {
    server.record().keep_in(
        std::make_unique<PduFile>(line.record, line.record_max_mb * 1'000'000, line.record_files));
  }
  server.start();
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
  std::printf("peyk-sim smpp=%u control=%u seed=%llu\n", server.smpp_port(), server.control_port(),
              static_cast<unsigned long long>(options.seed));
  std::fflush(stdout);
  io.run();
  if (!line.strict || server.carrier().contract().total() == 0) return 0;
  print_violations(server.carrier().contract());
  return 3;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    CommandLine line;
    line.options.seed = std::random_device()();
    CLI::App app;
    describe(app, line);
    LoadLine load;
    CLI::App* as_esme = app.add_subcommand("load", "submit to an SMSC and measure");
    describe(*as_esme, load);
    CLI11_PARSE(app, argc, argv);
    return as_esme->parsed() ? run_load(load) : run_carrier(line);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "peyk-sim: %s\n", error.what());
    return 1;
  }
}
