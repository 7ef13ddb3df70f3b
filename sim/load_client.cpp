#include "sim/load_client.hpp"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "smpp/status.hpp"

namespace peyk::sim {
namespace {

constexpr std::chrono::milliseconds kTick{1};
constexpr std::chrono::seconds kConnectAgain{1};

Time clock_now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

LoadClient::LoadClient(boost::asio::io_context& io, EsmeLoadPlan plan)
    : io_(io), sessions_(plan.sessions), load_(std::move(plan), clock_now()), pipes_(sessions_), timer_(io) {}

EsmeLoadResult LoadClient::run(const std::string& host, std::uint16_t port) {
  boost::asio::ip::tcp::resolver resolver(io_);
  smsc_ = *resolver.resolve(host, std::to_string(port)).begin();
  for (std::size_t i = 0; i < sessions_; ++i) connect(i);
  schedule_tick();
  io_.run();
  return load_.result();
}

void LoadClient::connect(std::size_t i) {
  boost::asio::ip::tcp::socket socket(io_);
  socket.connect(smsc_);
  pipes_[i] = std::make_unique<Pipe>(std::move(socket));
  Pipe& pipe = *pipes_[i];
  pipe.on_octets = [this, i](std::string_view octets) {
    load_.feed(i, octets, clock_now());
    flush(i);
  };
  pipe.on_writable = [this, i] { flush(i); };
  pipe.on_ended = [this, i] {
    load_.closed(i, clock_now());
    pipes_[i].reset();
  };
  pipe.start();
  load_.opened(i, clock_now());
  flush(i);
}

void LoadClient::flush(std::size_t i) {
  Pipe* pipe = pipes_[i].get();
  if (pipe == nullptr) return;
  if (!pipe->writing()) {
    std::string& output = load_.output(i);
    pipe->waiting().append(output);
    output.clear();
    pipe->flush();
  }
  if (!pipe->writing() && load_.ended(i)) pipe->close_after_writing();
}

void LoadClient::schedule_tick() {
  timer_.expires_after(kTick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    const Time now = clock_now();
    load_.tick(now);
    for (std::size_t i = 0; i < sessions_; ++i) flush(i);
    if (load_.finished()) {
      for (const auto& pipe : pipes_) {
        if (pipe) pipe->close_now();
      }
      return;
    }
    if (now >= next_connect_) {
      next_connect_ = now + kConnectAgain;
      for (std::size_t i = 0; i < sessions_; ++i) {
        try {
          if (!pipes_[i]) connect(i);
        } catch (const boost::system::system_error&) {
          break;  // the SMSC is away; in a second again
        }
      }
    }
    schedule_tick();
  });
}

std::string report(const EsmeLoadResult& result) {
  const auto ms = [&](double share) { return static_cast<double>(result.response.at(share)) / 1000; };
  std::string text = fmt::format(
      "sent {}  answered {}  lost {}  receipts {}  deliver_sm {}  links lost {}  in {:.2f} s\n"
      "rate {:.1f}/s  p50 {:.2f} ms  p90 {:.2f} ms  p99 {:.2f} ms  p99.9 {:.2f} ms  max {:.2f} ms\n",
      result.sent, result.answered, result.lost, result.receipts, result.delivered_sm, result.links_lost,
      result.seconds, result.rate(), ms(0.5), ms(0.9), ms(0.99), ms(0.999),
      static_cast<double>(result.response.max_us()) / 1000);
  for (const auto& [status, count] : result.statuses) {
    text += fmt::format("status {} {}\n", smpp::status_name(status), count);
  }
  return text;
}

std::string report_json(const EsmeLoadResult& result) {
  nlohmann::json statuses = nlohmann::json::object();
  for (const auto& [status, count] : result.statuses) statuses[std::to_string(status)] = count;
  const nlohmann::json line{{"sent", result.sent},
                            {"answered", result.answered},
                            {"lost", result.lost},
                            {"receipts", result.receipts},
                            {"deliver_sm", result.delivered_sm},
                            {"binds", result.binds},
                            {"binds_refused", result.binds_refused},
                            {"links_lost", result.links_lost},
                            {"seconds", result.seconds},
                            {"rate", result.rate()},
                            {"resp_us",
                             {{"p50", result.response.at(0.5)},
                              {"p90", result.response.at(0.9)},
                              {"p99", result.response.at(0.99)},
                              {"p99_9", result.response.at(0.999)},
                              {"max", result.response.max_us()}}},
                            {"statuses", std::move(statuses)}};
  return line.dump() + "\n";
}

}  // namespace peyk::sim
