// The sockets of EsmeLoad: connects its sessions to an SMSC, runs until it is finished, connects again what
// was lost (once a second). One thread, the io_context's.
#pragma once

#include "config/toolchain/asio.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/esme_load.hpp"
#include "sim/pipe.hpp"

namespace peyk::sim {

class LoadClient {
 public:
  LoadClient(boost::asio::io_context& io, EsmeLoadPlan plan);

  // Runs the io_context. Throws boost::system::system_error when nobody listens there.
  EsmeLoadResult run(const std::string& host, std::uint16_t port);

 private:
  void connect(std::size_t i);
  void flush(std::size_t i);
  void schedule_tick();

  boost::asio::io_context& io_;
  std::size_t sessions_;
  EsmeLoad load_;
  boost::asio::ip::tcp::endpoint smsc_;
  std::vector<std::unique_ptr<Pipe>> pipes_;
  boost::asio::steady_timer timer_;
  Time next_connect_{};
};

// For people, a few lines; for programs, one of JSON.
std::string report(const EsmeLoadResult& result);
std::string report_json(const EsmeLoadResult& result);

}  // namespace peyk::sim
