// The whole of Peyk as a user runs it, for a test of its own: MariaDB, Redis, a simulated carrier, the
// gateway as a process, the sample club «نان و نمک» (line 30001234, cashiers and PINs as in its file, branch
// 12's till key).
//
//   Stack stack;                       // started, bound, ready
//   stack.carrier().mo("989121234567", stack.line(), "عضویت");
//   stack.kill_gateway(); stack.start_gateway();
//
// Throws std::runtime_error with the tail of the gateway's log when something does not come up.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/control_client.hpp"
#include "sim/till.hpp"
#include "tests/kit/private_servers.hpp"
#include "tests/kit/simulator.hpp"

namespace peyk::tests {

struct StackOptions {
  double line_rate = 0;  // 0: no limit
  std::uint32_t window = 1000;
  std::uint32_t sessions = 1;
  std::uint32_t gateways = 1;  // processes on one database, one Redis and one carrier; see gateway numbers
  bool receipts = true;
  std::uint32_t mysql_workers = 2;
  // Then the carrier sends an unanswered text again.
  std::chrono::milliseconds carrier_response_timeout{2000};
  // A carrier of the test's own listens there, and no simulated one is started: carrier() must not be used,
  // and ready is a gateway whose tills are answered, bound or not.
  std::uint16_t carrier_port = 0;
  std::string line_yaml;                       // more keys of the line, indented likewise
  std::string carrier_yaml;                    // more keys of the carrier, each line indented by four
  std::vector<std::string> simulator_options;  // more options of peyk-sim
  std::string more_yaml;                       // more sections of peyk.yaml
  // "esme" or "outbind": the gateway listens, and the simulated carrier connects to it in that way. Then
  // carrier_yaml says `connection` and `allow`.
  std::string carrier_dials_as;
  // A second carrier, "other", listens there, and sends for the line while its own cannot.
  std::uint16_t alternate_port = 0;
};

class Stack {
 public:
  explicit Stack(StackOptions options = {});
  ~Stack();

  PrivateMysql& mysql() { return mysql_; }
  PrivateRedis& redis() { return redis_; }
  sim::ControlClient& carrier() { return simulator_.value().control(); }
  // Another connection to the same control port, for another thread.
  sim::ControlClient new_carrier_client() const;
  sim::Till till(std::size_t number = 0) const;
  std::uint16_t http_port(std::size_t number = 0) const { return gateways_[number].http_port; }
  std::uint16_t smpp_port() const { return simulator_ ? simulator_->smpp_port() : options_.carrier_port; }
  Process& gateway(std::size_t number = 0) { return *gateways_[number].process; }
  static std::string line() { return "30001234"; }

  // Gateways have numbers from 0; where there is one, nobody says it.
  void start_gateway(std::size_t number = 0);          // returns when it is ready
  void start_gateway_unready(std::size_t number = 0);  // returns at once
  void await_ready(std::size_t number = 0);
  void kill_gateway(std::size_t number = 0);        // SIGKILL, and reaped
  ExitStatus stop_gateway(std::size_t number = 0);  // SIGTERM

  // A statement on Peyk's database, rows as lines.
  std::string query(std::string_view sql) { return mysql_.query(sql, "peyk"); }
  // `peykctl ledger audit --json`, as text; "" when it is balanced.
  std::string ledger_problems();
  Finished peykctl(std::vector<std::string> words);
  // POST /v1/purchases; the answer.
  sim::HttpAnswer buy(std::string_view phone, std::int64_t amount, std::string_view invoice,
                      std::string_view id, std::size_t gateway = 0);
  // GET of that path from the gateway; the whole answer with its head. Throws where nobody listens.
  std::string get(const std::string& path, std::size_t number = 0) const;
  // Of `name{labels}` as /metrics shows it; -1: it is not there.
  double metric(const std::string& series, std::size_t number = 0) const;
  std::string gateway_log(std::size_t number = 0) const;

  // What a program needs to be started beside the gateway.
  std::filesystem::path config_file(std::size_t number = 0) const { return gateways_[number].config; }
  std::map<std::string, std::string> environment(const std::string& till_secret) const;
  const std::string& till_secret() const { return till_secret_; }
  std::uint16_t control_port() const { return simulator_.value().control_port(); }

 private:
  struct Gateway {
    std::filesystem::path config, log;
    std::uint16_t http_port = 0;
    std::unique_ptr<Process> process;
  };

  void write_config(const Gateway& gateway);
  bool is_ready(std::size_t number) const;

  StackOptions options_;
  TempDir dir_;
  PrivateMysql mysql_;
  PrivateRedis redis_;
  std::optional<Simulator> simulator_;
  std::vector<Gateway> gateways_;
  std::uint16_t listening_port_ = 0;  // of the gateway, where the carrier dials
  std::string till_secret_;
};

}  // namespace peyk::tests
