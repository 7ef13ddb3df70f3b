#include "tests/kit/raw_carrier.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <system_error>

namespace peyk::tests {
namespace {

constexpr std::size_t kSubmitsKept = 100;

void check(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

RawCarrier::RawCarrier() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  check(listener_, "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  check(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), "bind");
  check(listen(listener_, 16), "listen");
  check(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  port_ = ntohs(address.sin_port);
}

RawCarrier::~RawCarrier() {
  hang_up();
  close(listener_);
}

void RawCarrier::hang_up() {
  if (peer_ >= 0) close(peer_);
  peer_ = -1;
  bound_ = false;
  framer_ = smpp::Framer();
  out_.clear();
  written_ = 0;
}

bool RawCarrier::await_bind(std::chrono::milliseconds limit) {
  return until(limit, [this] { return bound_; });
}

std::uint32_t RawCarrier::send(const smpp::Body& body, smpp::CommandId command) {
  const smpp::Pdu pdu{.command_id = command, .sequence_number = ++next_sequence_number_, .body = body};
  if (smpp::encode(pdu, out_)) throw std::runtime_error("RawCarrier: not encodable");
  sent_[pdu.sequence_number] = Clock::now();
  return pdu.sequence_number;
}

bool RawCarrier::until(std::chrono::milliseconds limit, const std::function<bool()>& condition) {
  const auto deadline = Clock::now() + limit;
  while (!condition()) {
    if (Clock::now() >= deadline) return false;
    turn();
  }
  return true;
}

void RawCarrier::turn() {
  const bool waits_to_write = written_ < out_.size();
  pollfd wanted{peer_ >= 0 ? peer_ : listener_, POLLIN, 0};
  if (peer_ >= 0 && waits_to_write) wanted.events |= POLLOUT;
  poll(&wanted, 1, 10);
  if (peer_ < 0) return accept();
  if (wanted.revents & POLLOUT) write();
  if (wanted.revents & (POLLIN | POLLHUP | POLLERR)) read();
}

void RawCarrier::accept() {
  peer_ = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (peer_ < 0) return;
  const int one = 1;
  setsockopt(peer_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

void RawCarrier::write() {
  const ssize_t octets =
      ::send(peer_, out_.data() + written_, out_.size() - written_, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (octets > 0) written_ += static_cast<std::size_t>(octets);
  if (written_ < out_.size()) return;
  out_.clear();
  written_ = 0;
}

void RawCarrier::read() {
  std::array<char, 65536> buffer{};
  const ssize_t octets = recv(peer_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (octets == 0 || (octets < 0 && errno != EAGAIN)) return hang_up();
  if (octets < 0) return;
  std::string_view rest(buffer.data(), static_cast<std::size_t>(octets)), frame;
  while (framer_.next(rest, frame) == smpp::Framer::Cut::frame) on_pdu(frame);
}

void RawCarrier::answer(const smpp::Pdu& request, smpp::CommandId command, const smpp::Body& body) {
  smpp::encode({.command_id = command, .sequence_number = request.sequence_number, .body = body}, out_);
}

void RawCarrier::on_pdu(std::string_view frame) {
  using smpp::CommandId;
  smpp::Pdu pdu;
  if (smpp::decode(frame, pdu)) return;
  switch (pdu.command_id) {
    case CommandId::bind_transceiver:
      answer(pdu, CommandId::bind_transceiver_resp, smpp::BindResp{.system_id = "raw"});
      bound_ = true;
      return;
    case CommandId::submit_sm: {
      const auto& submit = std::get<smpp::SubmitSm>(pdu.body);
      ++heard[submit.destination_addr];
      submits.push_back(submit);
      if (submits.size() > kSubmitsKept) submits.erase(submits.begin());
      answer(pdu, CommandId::submit_sm_resp,
             smpp::SubmitSmResp{.message_id = std::to_string(++next_message_id_)});
      return;
    }
    case CommandId::enquire_link:
      return answer(pdu, CommandId::enquire_link_resp, smpp::EnquireLinkResp{});
    default:
      break;
  }
  const auto asked = sent_.find(pdu.sequence_number);
  if (asked == sent_.end()) return;
  Answer& one = answers[pdu.sequence_number];
  one.status = pdu.command_status;
  one.after = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - asked->second);
  ++one.times;
}

}  // namespace peyk::tests
