// peykd: the gateway. Exit codes: 0 stopped as asked, 1 could not start or broke, 2 the configuration is
// wrong.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <iterator>

#include "config/load.hpp"
#include "gateway/log.hpp"
#include "gateway/peykd.hpp"
#include "gateway/tls.hpp"
#include "store/mysql/connection.hpp"

int main(int argc, char** argv) {
  CLI::App app{"peykd: the Peyk gateway. Binds to carriers over SMPP, answers texts, dialogs and tills."};
  std::string config = "config/peyk.yaml";
  bool check = false;
  app.add_option("--config", config, "The configuration file")->capture_default_str();
  app.add_flag("--check", check, "Check the configuration, say every mistake, and end");
  app.set_version_flag("--version", std::string(PEYK_VERSION));
  CLI11_PARSE(app, argc, argv);

  auto options = peyk::config::load_options_file(config, peyk::config::process_environment());
  if (!options) {
    std::cerr << peyk::config::report(options.error());
    return 2;
  }
  auto problems = peyk::gateway::tls_problems(options->carriers);
  std::ranges::move(peyk::gateway::tls_problems(options->http), std::back_inserter(problems));
  if (!problems.empty()) {
    for (const std::string& problem : problems) std::cerr << config << ": " << problem << '\n';
    return 2;
  }
  if (check) {
    std::cout << config << ": good\n";
    return 0;
  }
  std::signal(SIGPIPE, SIG_IGN);
  try {
    peyk::gateway::log::start(options->log);
    peyk::gateway::initialise_sodium();
    peyk::store::initialise_mysql_driver();
    peyk::gateway::Peykd gateway(std::move(*options));
    gateway.run();
  } catch (const std::exception& e) {
    peyk::gateway::log::error("broken", {{"why", e.what()}});
    peyk::gateway::log::stop();
    std::cerr << "peykd: " << e.what() << '\n';
    return 1;
  }
  peyk::gateway::log::stop();
  return 0;
}
