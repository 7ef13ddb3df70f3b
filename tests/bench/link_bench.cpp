// link: submits a second of one gateway::CarrierLink with windows of 1, 10, 50 and 100, beside a bare client
// that keeps as many of the same octets in flight at the same carrier, in turn. The carrier answers at once
// and lives in this process, on a thread of its own; no store, no outbox, no pace: the link alone.
#include <fmt/core.h>

#include <stdexcept>

#include "gateway/carrier_link.hpp"
#include "gateway/spawn.hpp"
#include "tests/bench/loopback.hpp"
#include "tests/bench/rounds.hpp"

namespace {

using namespace peyk;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kRounds = 7;
constexpr auto kDuration = 400ms;
constexpr std::uint64_t kAnswersALook = 32;

// A Persian text of 32 letters as the gateway sends one: 133 octets on the wire, as in `codec`.
smpp::SubmitSm message() {
  smpp::SubmitSm submit{.source_addr = "30001234",
                        .dest_addr_ton = 1,
                        .dest_addr_npi = 1,
                        .destination_addr = "989120000101",
                        .validity_period = "000001000000000R",
                        .registered_delivery = 1,
                        .data_coding = 8};
  for (int i = 0; i < 32; ++i) submit.short_message += std::string("\x06\x33", 2);
  return submit;
}

std::string octets_of(const smpp::SubmitSm& submit) {
  std::string octets;
  if (smpp::encode(smpp::CommandId::submit_sm, smpp::ESME_ROK, 1, submit, octets))
    throw std::logic_error("the message cannot be written");
  return octets;
}

// The link with its window always full, until the time is over.
class Drive {
 public:
  Drive(std::uint16_t port, std::uint32_t window, const smpp::SubmitSm& message)
      : message_(message), options_(options_of(port, window)), link_(io_, options_, 0, shared_, hooks()) {}

  double submits_per_second() {
    link_.start();
    io_.run();
    return static_cast<double>(answered_) / std::chrono::duration<double>(ended_ - began_).count();
  }

 private:
  static gateway::CarrierOptions options_of(std::uint16_t port, std::uint32_t window) {
    gateway::CarrierOptions options;
    options.name = "bare";
    options.host = "127.0.0.1";
    options.port = port;
    options.system_id = "peyk";
    options.password = "secret";
    options.window = window;
    return options;
  }

  gateway::LinkHooks hooks() {
    return {.request = [](gateway::CarrierRequest) {},
            .response = [this](std::uint64_t, const smpp::Pdu&) { on_response(); },
            .unknown = [](std::uint64_t) {},
            .state =
                [this](gateway::CarrierLink&, bool up) {
                  if (!up || began_ != Clock::time_point{}) return;
                  began_ = Clock::now();
                  fill();
                }};
  }

  void fill() {
    while (link_.submit(message_, ++tag_)) {
    }
  }

  void on_response() {
    if (ended_ != Clock::time_point{}) return;
    ++answered_;
    // The bare client looks at its clock once a read.
    const bool looks = answered_ % kAnswersALook == 0;
    const auto now = looks ? Clock::now() : began_;
    if (now - began_ < kDuration) {
      fill();
      return;
    }
    ended_ = now;
    auto ending = stop();
    gateway::spawn(io_, std::move(ending));
  }

  boost::asio::awaitable<void> stop() { co_await link_.stop(1s); }

  const smpp::SubmitSm message_;
  const gateway::CarrierOptions options_;
  boost::asio::io_context io_;
  gateway::SharedByLinks shared_{options_};
  gateway::CarrierLink link_;
  std::uint64_t tag_ = 0, answered_ = 0;
  Clock::time_point began_{}, ended_{};
};

}  // namespace

int main() {
  const smpp::SubmitSm submit = message();
  const std::string octets = octets_of(submit);
  bench::BareCarrier carrier;
  for (const std::uint32_t window : {1U, 10U, 50U, 100U}) {
    const auto medians = bench::interleaved(
        kRounds, {[&] { return Drive(carrier.port(), window, submit).submits_per_second(); },
                  [&] { return bench::bare_submits_per_second(carrier.port(), octets, window, kDuration); }});
    fmt::print("submits_{}: {:.0f} /s\nbare_submits_{}: {:.0f} /s\n", window, medians[0], window, medians[1]);
    fmt::print("submits_vs_loopback_ratio_{}: {:.2f} x\n", window, medians[0] / medians[1]);
    std::fflush(stdout);
  }
}
