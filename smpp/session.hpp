// One SMPP session, either end of it, without a socket and without a clock.
//
//   in    bytes -> feed(bytes, now) -> next_event(event) ...  what the peer wants, what became of ours
//   out   bind / request / respond / unbind -> output()       bytes to write
//   time  tick(now), to be called at next_deadline()
//
// The shell owns the socket: it writes output() and clears it, feeds what it reads, calls tick when
// next_deadline() has come, and after a Closed event writes what is left and closes. When the socket
// ends first it calls lost().
//
// What must stay true:
// - every request() accepted gets exactly one Response or RequestFailed; RequestFailed means "outcome
//   unknown": it may have been carried out;
// - every Request event is answered by exactly one respond(); until then it is in unanswered_count();
// - enquire_link, unbind, unknown commands, broken bodies and commands in the wrong state are answered
//   here, in every state; a response is never answered;
// - after Closed nothing is read, nothing is sent and no event follows;
// - memory is bounded by the window, one frame, output_octets_max, and the events of what was fed since
//   the last drain.
//
// Owned and used by one thread. Time comes from the caller and never runs backwards.
#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "smpp/framer.hpp"
#include "smpp/pdu.hpp"
#include "smpp/permissions.hpp"
#include "smpp/timers.hpp"
#include "smpp/window.hpp"

namespace peyk::smpp {

enum class BindKind : std::uint8_t { receiver, transmitter, transceiver };

CommandId command_id_of(BindKind kind);

struct SessionOptions {
  Role role = Role::esme;
  TimerOptions timers;
  std::uint32_t window = 100;  // own requests that may await their answer; 1 to 65536
  std::size_t frame_octets_max = kFrameOctetsMax;
  std::size_t output_octets_max = 4 << 20;  // unwritten octets; a peer that reads so little is given up
  std::uint32_t first_sequence_number = 1;  // 1 to 0x7FFFFFFF
  std::string system_id;                    // mc: said in bind_*_resp
  std::uint8_t interface_version = interface_version::v34;  // mc: said as sc_interface_version
  // The peer takes TLVs although it does not say that it speaks 3.4: somebody who knows it says so.
  bool peer_takes_tlvs = false;
  // mc: a USSD gateway that connects and binds to us may be the message centre all the same. While bound it
  // may send deliver_sm, and be sent submit_sm, whichever way it bound.
  bool either_way = false;
};

enum class Refusal : std::uint8_t {
  wrong_state,    // not bound, or this bind may not send this command
  closing,        // unbind was sent or the session has ended
  window_full,    // `window` requests await their answer
  output_full,    // the peer does not read
  not_a_request,  // a response, a bind, an enquire_link or an unbind: they have their own functions
  not_encodable,  // a field breaks a limit of the wire
  peer_too_old,   // a 3.3 peer knows neither data_sm nor a text in a TLV
};

enum class CloseReason : std::uint8_t {
  unbound,  // we unbound and the peer agreed
  peer_unbound,
  bind_refused,
  bind_answer_wrong,  // the answer to bind was of another kind
  broken_framing,
  session_init_timeout,  // no bind in time
  enquire_link_timeout,  // the peer is silent
  unbind_timeout,
  read_timeout,  // half a PDU and then nothing
  output_full,
  link_lost,  // the shell said so
};

enum class FailReason : std::uint8_t { timeout, link_lost };

// esme: the bind was accepted. Without sc_interface_version the peer may be a 3.3 one.
struct Bound {
  std::string system_id;
  BindKind kind = BindKind::transceiver;
  std::optional<std::uint8_t> sc_interface_version;
  Tlvs tlvs;
};
// esme: the bind was refused; Closed follows.
struct BindRefused {
  std::uint32_t command_status = 0;
};
// mc: somebody wants in. Answer with accept_bind or refuse_bind.
struct BindRequested {
  std::uint32_t sequence_number = 0;
  BindKind kind = BindKind::transceiver;
  Bind bind;
};
// A well-formed request that the state permits. Answer with respond, once.
struct Request {
  Pdu pdu;
};
// The answer to request(..., tag): the response PDU, or generic_nack. A nack never has status 0 here.
struct Response {
  std::uint64_t tag = 0;
  Pdu pdu;
  bool intact = true;  // false: the body was cut; the status still counts
  Time sent_at{};      // the request
};
struct RequestFailed {
  std::uint64_t tag = 0;
  std::uint32_t sequence_number = 0;
  FailReason why = FailReason::link_lost;
};
struct Outbound {
  Outbind outbind;
};
struct Alert {
  AlertNotification alert_notification;
};
struct Closed {
  CloseReason reason = CloseReason::link_lost;
};

using Event = std::variant<Request, Response, RequestFailed, Bound, BindRefused, BindRequested, Outbound,
                           Alert, Closed>;

// What went by, for metrics; since the session began.
struct SessionCounts {
  std::uint64_t pdus_in = 0, pdus_out = 0;
  std::uint64_t stray_responses = 0;  // to nothing we asked, or too late
  std::uint64_t unknown_commands = 0;
  std::uint64_t broken_bodies = 0;
  std::uint64_t wrong_state = 0;
  std::uint64_t timeouts = 0;  // of requests of ours
};
SessionCounts& operator+=(SessionCounts& sum, const SessionCounts& more);

class Session {
 public:
  explicit Session(SessionOptions options);

  // The link is up; session_init begins. An esme sends nothing until bind().
  void connected(Time now);
  // Ignored after Closed.
  void feed(std::string_view bytes, Time now);
  // What is due by now: at most one of the session's own timers, and every request whose answer is late. Too
  // early, too late or twice does no harm.
  void tick(Time now);
  // Time::max() when nothing is due.
  Time next_deadline() const;
  // The socket has ended: hands back every unanswered request, then Closed (link_lost). Nothing when the
  // session has ended already.
  void lost(Time now);

  // esme: false unless the state is open or outbound and no bind is under way, or when a field cannot be
  // written.
  bool bind(BindKind kind, const Bind& fields, Time now);
  // Who binds decides the terms: before the bind is answered (mc) or sent (esme, after outbind) everything
  // but the role and the limits of octets may be chosen anew.
  void set_terms(const SessionOptions& terms);
  // mc: answers the BindRequested; false when there is none.
  bool accept_bind(Time now, Tlvs tlvs = {});
  bool refuse_bind(std::uint32_t command_status, Time now);
  // mc: asks an esme to bind (SMPP 3.4, 4.1.7). False unless open.
  bool outbind(const Outbind& fields, Time now);

  // Sends a request and gives its sequence_number. alert_notification is sent with nothing to wait for.
  tl::expected<std::uint32_t, Refusal> request(const Body& body, std::uint64_t tag, Time now);
  tl::expected<std::uint32_t, Refusal> request(const SubmitSm& submit_sm, std::uint64_t tag, Time now);

  // Answers a Request event. An absent body is written as the bare header; on a failed status that is the
  // rule. After the end of the session it does nothing.
  void respond(std::uint32_t sequence_number, CommandId request_id, std::uint32_t command_status,
               const Body& body, Time now);

  // Says goodbye: no request() after this; answers still arrive until the peer agrees or unbind_answer is
  // over. Not bound: there is nobody to take leave of, and the session ends at once (Closed, unbound), as it
  // does not when a goodbye is under way already.
  void unbind(Time now);

  std::string& output() { return output_; }
  // False when there is none. Order is the order of the wire.
  bool next_event(Event& out);

  State state() const { return state_; }
  bool is_bound() const { return smpp::is_bound(state_); }
  // Whether this command may be requested now, window and output aside.
  bool may_request(CommandId id) const { return !is_closing() && permits(options_.role, id); }
  // What the peer said at the bind; a peer that said nothing counts as 3.3 (SMPP 3.4, 5.3.2.25).
  std::uint8_t peer_interface_version() const { return peer_interface_version_; }
  // To a 3.3 peer nothing is sent in a TLV (SMPP 3.4, 3.4.2), until it has sent one itself.
  bool peer_takes_tlvs() const { return peer_takes_tlvs_; }
  bool is_closing() const { return unbinding_ || state_ == State::unbound || state_ == State::closed; }
  std::uint32_t window_free() const { return window_.free(); }
  std::uint32_t in_flight() const { return window_.size(); }
  // Requests of the peer that await our respond().
  std::uint64_t unanswered_count() const { return unanswered_; }
  const SessionCounts& counts() const { return counts_; }

 private:
  struct AwaitedBind {
    std::uint32_t sequence_number = 0;
    BindKind kind = BindKind::transceiver;
    std::uint8_t interface_version = 0;
  };

  bool permits(Role sender, CommandId request) const;
  std::optional<Refusal> refusal(CommandId request) const;
  void peer_speaks(std::uint8_t interface_version);
  void on_frame(std::string_view frame, Time now);
  void on_request(const std::optional<DecodeError>& error);
  void on_session_request();
  void on_bind_request(BindKind kind);
  void on_response(const std::optional<DecodeError>& error, Time now);
  bool on_control_response(Time now);
  void on_bind_response(Time now);
  void answer(CommandId request_id, std::uint32_t sequence_number, std::uint32_t command_status,
              const Body& body);
  bool send(CommandId id, std::uint32_t sequence_number, std::uint32_t command_status, const Body& body);
  std::uint32_t send_control(const Body& body);
  std::uint32_t take_sequence_number();
  void close(CloseReason reason);

  SessionOptions options_;
  State state_ = State::closed;
  Framer framer_;
  Timers timers_;
  Window window_;
  std::uint32_t next_sequence_number_;
  // Own bind, enquire_link and unbind stand outside the window; 0 is "none under way".
  std::uint32_t bind_sequence_ = 0, enquire_link_sequence_ = 0, unbind_sequence_ = 0;
  BindKind bind_kind_ = BindKind::transceiver;
  std::optional<AwaitedBind> bind_requested_;                     // mc: the shell has not decided yet
  std::uint8_t peer_interface_version_ = interface_version::v34;  // until the bind says more
  bool peer_takes_tlvs_ = true;
  bool unbinding_ = false;
  std::uint64_t unanswered_ = 0;
  Pdu pdu_;  // the one being read
  std::string output_;
  std::vector<Event>
      events_;  // from events_front_ on; cleared when drained, so that its memory is used again
  std::size_t events_front_ = 0;
  SessionCounts counts_;
};

std::string_view words(Refusal refusal);
std::string_view words(CloseReason reason);

}  // namespace peyk::smpp
