#include "tests/bench/loopback.hpp"

#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "smpp/framer.hpp"
#include "tests/kit/sockets.hpp"

namespace peyk::bench {
namespace {

using smpp::CommandId;
using tests::loopback, tests::no_delay, tests::send_all;

constexpr std::size_t kReadOctets = 64 * 1024;

std::uint32_t u32_at(std::string_view octets, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, octets.data() + at, 4);
  return ntohl(value);
}

void put_u32(std::string& octets, std::size_t at, std::uint32_t value) {
  value = htonl(value);
  std::memcpy(octets.data() + at, &value, 4);
}

// A PDU whose sequence_number is to be filled in.
std::string bare_pdu(CommandId command_id, const smpp::Body& body) {
  std::string octets;
  if (smpp::encode(command_id, smpp::ESME_ROK, 1, body, octets)) throw std::logic_error("bare_pdu");
  return octets;
}

// The next message_id: the decimal digits before the PDU's closing zero.
void count_up(std::string& submit_sm_resp) {
  for (std::size_t at = submit_sm_resp.size() - 2; ++submit_sm_resp[at] > '9'; --at) submit_sm_resp[at] = '0';
}

// Reads once and calls `each` with every whole frame. False: the connection has ended.
template <class Each>
bool read_frames(int socket, smpp::Framer& framer, Each each) {
  std::array<char, kReadOctets> octets;
  const ssize_t count = recv(socket, octets.data(), octets.size(), 0);
  if (count <= 0) return false;
  std::string_view bytes(octets.data(), static_cast<std::size_t>(count)), frame;
  while (framer.next(bytes, frame) == smpp::Framer::Cut::frame) each(frame);
  return true;
}

}  // namespace

BareCarrier::BareCarrier() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, any, size) != 0 || listen(listener_, 8) != 0 || getsockname(listener_, any, &size) != 0)
    throw std::runtime_error("the bare carrier cannot listen");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

BareCarrier::~BareCarrier() {
  stopping_ = true;
  hold(false);
  shutdown(listener_, SHUT_RDWR);
  if (const int connection = connection_; connection >= 0) shutdown(connection, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void BareCarrier::hold(bool on) {
  holding_ = on;
  holding_.notify_all();
}

void BareCarrier::run() {
  while (!stopping_) {
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) continue;
    connection_ = connection;
    serve(connection);
    connection_ = -1;
    close(connection);
  }
}

void BareCarrier::serve(int connection) {
  no_delay(connection);
  std::string submit_sm_resp =
      bare_pdu(CommandId::submit_sm_resp, smpp::SubmitSmResp{.message_id = "1000000000"});
  std::string bind_resp =
      bare_pdu(CommandId::bind_transceiver_resp, smpp::BindResp{.system_id = "bare", .tlvs = {}});
  std::string other = bare_pdu(CommandId::enquire_link_resp, smpp::EnquireLinkResp{});
  smpp::Framer framer;
  std::string answers;
  const auto answer = [&](std::string_view frame) {
    const auto command_id = static_cast<CommandId>(u32_at(frame, 4));
    std::string& pdu = command_id == CommandId::submit_sm          ? submit_sm_resp
                       : command_id == CommandId::bind_transceiver ? bind_resp
                                                                   : other;
    if (command_id == CommandId::submit_sm) {
      count_up(submit_sm_resp);
      ++answered_;
    }
    put_u32(pdu, 4, static_cast<std::uint32_t>(smpp::response_id(command_id)));
    std::memcpy(pdu.data() + 12, frame.data() + 12, 4);
    answers += pdu;
  };
  do {
    answers.clear();
    holding_.wait(true);
  } while (read_frames(connection, framer, answer) && send_all(connection, answers));
}

double bare_submits_per_second(std::uint16_t port, std::string_view submit_sm, std::uint32_t window,
                               std::chrono::milliseconds duration) {
  const int link = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (connect(link, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("the bare client cannot connect");
  no_delay(link);
  smpp::Framer framer;
  std::uint32_t answered = 0;
  const auto count = [&](std::string_view) { ++answered; };
  send_all(link, bare_pdu(CommandId::bind_transceiver, smpp::Bind{.system_id = "peyk"}));
  while (answered == 0) read_frames(link, framer, count);

  std::string pdu(submit_sm), requests;
  std::uint32_t sequence_number = 1;
  const auto send_some = [&](std::uint32_t many) {
    requests.clear();
    for (std::uint32_t i = 0; i < many; ++i) {
      put_u32(pdu, 12, ++sequence_number);
      requests += pdu;
    }
    return send_all(link, requests);
  };
  const auto began = std::chrono::steady_clock::now();
  auto now = began;
  std::uint64_t total = 0;
  bool open = send_some(window);
  while (open && now - began < duration) {
    answered = 0;
    open = read_frames(link, framer, count) && send_some(answered);
    total += answered;
    now = std::chrono::steady_clock::now();
  }
  close(link);
  return static_cast<double>(total) / std::chrono::duration<double>(now - began).count();
}

}  // namespace peyk::bench
