// The other end of the simulator's control port, for the handset, tests and benches.
//
// Blocking, one request at a time, each with a deadline; plain sockets and no Asio, so that a test may
// include it beside anything. One line of JSON out, one line back; a connection that listens gets events
// instead. Not thread-safe: a thread that wants to ask at the same time opens its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace peyk::sim {

// The connection broke, the deadline passed, or what came back was no JSON. The client is useless afterwards.
class ControlBroken : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A whole text that a phone received, parts joined.
struct ReceivedText {
  std::uint64_t n = 0;  // rises with every text of the carrier; `after` of the next question
  std::string from, to, text;
  std::uint32_t parts = 1;
  std::int64_t at_us = 0;  // monotonic, of the simulator
};

struct MoAnswer {
  bool ok = false;  // acknowledged with command_status 0
  std::uint32_t command_status = 0;
  std::int64_t us = 0;  // from deliver_sm to its answer
  std::string error;    // why there was no answer at all
};

struct Screen {
  bool ok = false;
  std::uint32_t session = 0;
  std::string screen;
  bool open = false;    // the dialog waits for keys
  std::int64_t us = 0;  // from the subscriber's key to the screen
  std::string error;
};

class ControlClient {
 public:
  using Milliseconds = std::chrono::milliseconds;

  // Throws ControlBroken when nobody answers there within `timeout`, which is also the default of later
  // questions.
  ControlClient(const std::string& host, std::uint16_t port, Milliseconds timeout = Milliseconds(10'000));
  ~ControlClient();
  ControlClient(ControlClient&& other) noexcept;
  ControlClient& operator=(ControlClient&& other) noexcept;
  ControlClient(const ControlClient&) = delete;
  ControlClient& operator=(const ControlClient&) = delete;

  // Sends `request` and returns its answer, {"ok":...}. Throws ControlBroken.
  nlohmann::json ask(const nlohmann::json& request);
  nlohmann::json ask(const nlohmann::json& request, Milliseconds timeout);

  // `from` sends `text` to `to`; returns when the ESME has acknowledged all its parts.
  MoAnswer mo(std::string_view from, std::string_view to, std::string_view text);
  Screen dial(std::string_view from, std::string_view code);
  Screen press(std::uint32_t session, std::string_view keys);
  void hang_up(std::uint32_t session);

  // Texts of `phone` with n > `after`, oldest first. Waits for the first of them up to `wait`.
  std::vector<ReceivedText> inbox(std::string_view phone, std::uint64_t after = 0,
                                  Milliseconds wait = Milliseconds(0));
  // The number of the last text of the whole carrier: what to give `inbox` as `after` to see only later ones.
  std::uint64_t last_text_number();

  // From now on this connection only receives; use next_text().
  void listen();
  std::optional<ReceivedText> next_text(Milliseconds wait);
  int native_handle() const { return fd_; }  // for poll(); more may be buffered: drain next_text(0) first

 private:
  void send_line(const std::string& line, std::chrono::steady_clock::time_point deadline);
  std::optional<std::string> receive_line(std::chrono::steady_clock::time_point deadline);
  bool wait_for(short events, std::chrono::steady_clock::time_point deadline);
  void close_socket() noexcept;

  int fd_ = -1;
  Milliseconds timeout_{10'000};
  std::string input_;
  std::size_t scanned_ = 0;  // octets of input_ known to hold no line end
};

}  // namespace peyk::sim
