// peyk-handset: a phone, a cashier's phone and a till at a prompt; with --demo, all of them by themselves.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include "sim/handset.hpp"

namespace {

using peyk::sim::HandsetOptions;

struct CommandLine {
  HandsetOptions options;
  std::string till_secret;
  std::int64_t deadline_ms = 5000, screens_ms = 250;
  bool demo = false;
};

void describe(CLI::App& app, CommandLine& line) {
  HandsetOptions& o = line.options;
  app.description("A handset for peyk-sim: type a text, dial *7000#, press keys, play the till.");
  app.add_flag("--demo", line.demo,
               "play the story of a club by itself, check each step, exit 0 only if all held");
  app.add_option("--control-host", o.control_host, "peyk-sim's control address")->capture_default_str();
  app.add_option("--control-port", o.control_port, "peyk-sim's control port")
      ->envname("PEYK_SIM_CONTROL_PORT")
      ->capture_default_str();
  app.add_option("--http-host", o.till.host, "peykd's HTTP address")->capture_default_str();
  app.add_option("--http-port", o.till.port, "peykd's HTTP port")
      ->envname("PEYK_HTTP_PORT")
      ->capture_default_str();
  app.add_option("--till-key", o.till.key_id, "the till's key id")
      ->envname("PEYK_TILL_KEY")
      ->default_val("till-12");
  app.add_option("--till-secret", line.till_secret, "its secret, whsec_…; better by the environment")
      ->envname("PEYK_TILL_SECRET");
  app.add_option("--line", o.line, "the number that texts go to")->capture_default_str();
  app.add_option("--ussd-code", o.ussd_code, "what the demo dials")->capture_default_str();
  app.add_option("--keyword", o.keyword, "the club's keyword, where several share the line");
  app.add_option("--member", o.member, "who you are at first")->capture_default_str();
  app.add_option("--peykctl", o.peykctl, "path of peykctl, for the demo's look at the ledger")
      ->envname("PEYKCTL");
  app.add_option("--config", o.config, "peykctl's --config")->envname("PEYK_CONFIG");
  app.add_option("--deadline-ms", line.deadline_ms, "how long a step may take")
      ->check(CLI::Range(100, 600'000))
      ->capture_default_str();
  app.add_option("--screens-ms", line.screens_ms, "how long a USSD screen of the demo may take")
      ->check(CLI::Range(1, 600'000))
      ->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    CommandLine line;
    CLI::App app;
    describe(app, line);
    CLI11_PARSE(app, argc, argv);
    line.options.deadline = std::chrono::milliseconds(line.deadline_ms);
    line.options.till.timeout = line.options.deadline;
    line.options.screens_within = std::chrono::milliseconds(line.screens_ms);
    if (!line.till_secret.empty()) {
      const auto key = peyk::sim::decode_secret(line.till_secret);
      if (!key) throw std::runtime_error("the till's secret is not whsec_ and the base64 of 24 to 64 octets");
      line.options.till.secret = *key;
    }
    return line.demo ? peyk::sim::run_demo(line.options, stdout)
                     : peyk::sim::run_prompt(line.options, STDIN_FILENO, stdout);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "peyk-handset: %s\n", error.what());
    return 1;
  }
}
