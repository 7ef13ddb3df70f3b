#include "tests/kit/stack.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "config/toolchain/asio.hpp"

namespace peyk::tests {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kStartWithin{120};  // a sanitizer's build on a busy machine
constexpr const char* kTillKey = "c2FtcGxlIHNlY3JldCBvZiB0aGUgdGlsbCBvZiBicmFuY2ggMTI=";

std::string tail(const std::filesystem::path& file) {
  const std::string all = std::filesystem::exists(file) ? read_file(file) : std::string();
  constexpr std::size_t kShown = 40'000;  // tests look for words in it, too
  return all.size() > kShown ? all.substr(all.size() - kShown) : all;
}

}  // namespace

Stack::Stack(StackOptions options) : options_(options), till_secret_(std::string("whsec_") + kTillKey) {
  mysql_.create_database("peyk");
  if (options_.carrier_port == 0) {
    std::vector<std::string> more{"--response-timeout-ms",
                                  std::to_string(options_.carrier_response_timeout.count()),
                                  "--retry-delay-ms", "200"};
    if (!options_.carrier_dials_as.empty()) {
      listening_port_ = free_port();
      const std::string whom = "127.0.0.1:" + std::to_string(listening_port_);
      more.insert(more.end(), {"--dial", whom, "--as", options_.carrier_dials_as});
    }
    more.insert(more.end(), options_.simulator_options.begin(), options_.simulator_options.end());
    simulator_.emplace(std::move(more));
  }
  for (std::uint32_t number = 0; number < options_.gateways; ++number) {
    const std::string suffix = number == 0 ? "" : "-" + std::to_string(number);
    gateways_.push_back({.config = dir_.path() / ("peyk" + suffix + ".yaml"),
                         .log = dir_.path() / ("peykd" + suffix + ".log"),
                         .http_port = free_port(),
                         .process = nullptr});
    write_config(gateways_.back());
  }
  const auto club = (source_dir() / "config/clubs/nan-o-namak.yaml").string();
  for (const auto& words : {std::vector<std::string>{"migrate"}, std::vector<std::string>{"apply", club}}) {
    const Finished done = peykctl(words);
    if (!done.status.ok()) throw std::runtime_error("peykctl " + words[0] + " failed:\n" + done.output);
  }
  for (std::size_t number = 0; number < gateways_.size(); ++number) start_gateway(number);
}

Stack::~Stack() = default;

void Stack::write_config(const Gateway& gateway) {
  const bool two = options_.alternate_port != 0;
  const std::string other = fmt::format(
      "  - name: other\n    host: 127.0.0.1\n    port: {}\n    system_id: peyk\n    password: secret\n",
      options_.alternate_port);
  std::ofstream out(gateway.config);
  out << fmt::format(R"(carriers:
  - name: sim
    host: 127.0.0.1
    port: {}
    system_id: peyk
    password: secret
    sessions: {}
    window: {}
    ussd: true
    reconnect_min: 100ms
    reconnect_max: 1s
    reconnects_per_minute: 6000
{}lines:
  - number: 30001234
    carrier: sim
{}    purpose: both
    rate: {}
    receipts: {}
{}mysql:
  unix_socket: {}
  password_env: PEYK_MYSQL_PASSWORD
  database: peyk
  workers: {}
redis:
  unix_socket: {}
http:
  port: {}
{})",
                     listening_port_ != 0 ? listening_port_ : smpp_port(), options_.sessions, options_.window,
                     options_.carrier_yaml + (two ? other : ""),
                     two ? "    alternate_carriers: [other]\n" : "", options_.line_rate, options_.receipts,
                     options_.line_yaml, mysql_.unix_socket().string(), options_.mysql_workers,
                     redis_.unix_socket().string(), gateway.http_port, options_.more_yaml);
}

std::map<std::string, std::string> Stack::environment(const std::string& till_secret) const {
  return {{"PEYK_MYSQL_PASSWORD", mysql_.password()}, {"PEYK_TILL_SECRET", till_secret}};
}

Finished Stack::peykctl(std::vector<std::string> words) {
  std::vector<std::string> argv{(binary_dir() / "gateway/peykctl").string(), "--config",
                                config_file().string()};
  argv.insert(argv.end(), words.begin(), words.end());
  return run_process({.argv = argv, .env = environment(till_secret_)}, 180s);
}

void Stack::start_gateway_unready(std::size_t number) {
  Gateway& gateway = gateways_[number];
  gateway.process = std::make_unique<Process>(
      ProcessOptions{.argv = {(binary_dir() / "gateway/peykd").string(), "--config", gateway.config.string()},
                     .env = environment(till_secret_),
                     .output = gateway.log});
}

// What the gateway itself says: a carrier calls a link bound before its answer has been read here.
bool Stack::is_ready(std::size_t number) const {
  if (!till(number).wait_for_listener(10ms)) return false;
  const std::string answer = get("/readyz", number);
  const auto parts = nlohmann::json::parse(answer.substr(answer.find("\r\n\r\n") + 4))["parts"];
  const auto ready = [&parts](const char* part) { return parts[part]["ready"].get<bool>(); };
  return ready("mysql") && (!simulator_ || (ready("redis") && ready("carrier sim")));
}

void Stack::await_ready(std::size_t number) {
  const bool ready = eventually(kStartWithin, [&] {
    if (!gateway(number).running()) return true;
    try {
      return is_ready(number);
    } catch (const std::exception&) {
      return false;
    }
  });
  if (!ready || !gateway(number).running())
    throw std::runtime_error("peykd did not get ready:\n" + gateway_log(number));
}

void Stack::start_gateway(std::size_t number) {
  start_gateway_unready(number);
  await_ready(number);
}

void Stack::kill_gateway(std::size_t number) {
  gateway(number).signal(SIGKILL);
  gateway(number).wait(60s);
}

ExitStatus Stack::stop_gateway(std::size_t number) {
  return gateway(number).stop(60s);
}

sim::ControlClient Stack::new_carrier_client() const {
  return simulator_.value().new_control();
}

sim::Till Stack::till(std::size_t number) const {
  return sim::Till({.port = http_port(number),
                    .key_id = "till-12",
                    .secret = sim::decode_secret(till_secret_).value(),
                    .timeout = std::chrono::milliseconds(60'000)});
}

sim::HttpAnswer Stack::buy(std::string_view phone, std::int64_t amount, std::string_view invoice,
                           std::string_view id, std::size_t gateway) {
  return till(gateway).post("/v1/purchases", id, std::time(nullptr),
                            sim::purchase_json(phone, amount, invoice));
}

std::string Stack::ledger_problems() {
  const Finished audit = peykctl({"ledger", "audit", "--json"});
  return audit.status.ok() ? std::string() : audit.output;
}

std::string Stack::get(const std::string& path, std::size_t number) const {
  namespace asio = boost::asio;
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::address_v4::loopback(), http_port(number)});
  asio::write(socket, asio::buffer("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  std::string answer;
  boost::system::error_code ended;
  asio::read(socket, asio::dynamic_buffer(answer), ended);
  return answer;
}

double Stack::metric(const std::string& series, std::size_t number) const {
  const std::string all = get("/metrics", number);
  const std::size_t at = all.find("\n" + series + " ");
  return at == std::string::npos ? -1 : std::strtod(all.c_str() + at + series.size() + 2, nullptr);
}

std::string Stack::gateway_log(std::size_t number) const {
  return tail(gateways_[number].log);
}

}  // namespace peyk::tests
