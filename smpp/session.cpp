#include "smpp/session.hpp"

#include <array>
#include <cassert>
#include <utility>

#include "smpp/check.hpp"

namespace peyk::smpp {
namespace {

constexpr std::uint32_t kSequenceNumberMax = 0x7FFFFFFF;
constexpr std::size_t kShortMessageMax = 254;  // octets (SMPP 3.4, 5.2.22)

std::optional<BindKind> bind_kind_of(CommandId request) {
  switch (request) {
    case CommandId::bind_receiver:
      return BindKind::receiver;
    case CommandId::bind_transmitter:
      return BindKind::transmitter;
    case CommandId::bind_transceiver:
      return BindKind::transceiver;
    default:
      return std::nullopt;
  }
}

State bound_state(BindKind kind) {
  switch (kind) {
    case BindKind::receiver:
      return State::bound_rx;
    case BindKind::transmitter:
      return State::bound_tx;
    case BindKind::transceiver:
      break;
  }
  return State::bound_trx;
}

Role other(Role role) {
  return role == Role::esme ? Role::mc : Role::esme;
}

// Calls `use` with the TLVs of the body; a body that is not there has none.
template <class AnyBody, class Use>
void with_tlvs(AnyBody& body, Use use) {
  const auto each = [&use](auto& one) {
    if constexpr (requires { one.tlvs; }) use(one.tlvs);
  };
  std::visit(each, body);
}

bool has_tlvs(const Body& body) {
  bool any = false;
  with_tlvs(body, [&any](const Tlvs& tlvs) { any = !tlvs.empty(); });
  return any;
}

// The same without TLVs. A text that stood in one moves to where 3.3 has it; false: it is too long for that.
bool strip_tlvs(Body& body) {
  const auto move_text = [](auto& message) {
    const auto payload = get_octets(message.tlvs, tag::message_payload);
    if (!payload) return true;
    if (!message.short_message.empty() || payload->size() > kShortMessageMax) return false;
    message.short_message = std::string(*payload);
    return true;
  };
  if (auto* submit_sm = std::get_if<SubmitSm>(&body); submit_sm != nullptr && !move_text(*submit_sm))
    return false;
  if (auto* deliver_sm = std::get_if<DeliverSm>(&body); deliver_sm != nullptr && !move_text(*deliver_sm))
    return false;
  with_tlvs(body, [](Tlvs& tlvs) { tlvs.clear(); });
  return true;
}

// The session asks and answers these itself.
bool is_session_command(CommandId id) {
  return bind_kind_of(id) || id == CommandId::outbind || id == CommandId::unbind ||
         id == CommandId::enquire_link;
}

}  // namespace

CommandId command_id_of(BindKind kind) {
  switch (kind) {
    case BindKind::receiver:
      return CommandId::bind_receiver;
    case BindKind::transmitter:
      return CommandId::bind_transmitter;
    case BindKind::transceiver:
      break;
  }
  return CommandId::bind_transceiver;
}

Session::Session(SessionOptions options)
    : options_(std::move(options)),
      framer_(options_.frame_octets_max),
      timers_(options_.timers),
      window_(options_.window, options_.timers.response),
      next_sequence_number_(options_.first_sequence_number) {
  assert(next_sequence_number_ >= 1 && next_sequence_number_ <= kSequenceNumberMax);
}

void Session::connected(Time now) {
  assert(state_ == State::closed && events_.empty());  // a session lives once
  state_ = State::open;
  timers_.connected(now);
}

void Session::feed(std::string_view bytes, Time now) {
  if (state_ == State::closed || bytes.empty()) return;
  while (state_ != State::closed) {
    std::string_view frame;
    const Framer::Cut cut = framer_.next(bytes, frame);
    if (cut == Framer::Cut::need_more) break;
    if (cut == Framer::Cut::broken) {
      answer(CommandId::generic_nack, framer_.broken_sequence_number(), ESME_RINVCMDLEN, {});
      close(CloseReason::broken_framing);
      return;
    }
    timers_.completed();
    on_frame(frame, now);
  }
  timers_.received(now, framer_.has_partial());
}

bool Session::permits(Role sender, CommandId request) const {
  if (may_send(sender, request, state_)) return true;
  if (!smpp::is_bound(state_)) return false;
  const bool from_mc = sender == Role::mc;
  // A 3.3 message centre delivers on a transmitter too.
  if (options_.role == Role::esme) {
    return from_mc && request == CommandId::deliver_sm && peer_interface_version_ < interface_version::v34;
  }
  return options_.either_way && request == (from_mc ? CommandId::submit_sm : CommandId::deliver_sm);
}

void Session::peer_speaks(std::uint8_t interface_version) {
  peer_interface_version_ = interface_version;
  peer_takes_tlvs_ = options_.peer_takes_tlvs || interface_version >= interface_version::v34;
}

void Session::on_frame(std::string_view frame, Time now) {
  ++counts_.pdus_in;
  const auto error = decode(frame, pdu_);
  if (!peer_takes_tlvs_ && !error && has_tlvs(pdu_.body)) peer_takes_tlvs_ = true;
  if (is_response(pdu_.command_id)) {
    on_response(error, now);
  } else {
    on_request(error);
  }
}

void Session::on_request(const std::optional<DecodeError>& error) {
  const CommandId id = pdu_.command_id;
  if (!is_known(id)) {
    ++counts_.unknown_commands;
    return answer(CommandId::generic_nack, pdu_.sequence_number, ESME_RINVCMDID, {});
  }
  if (!permits(other(options_.role), id)) {
    ++counts_.wrong_state;
    const bool bind_again = bind_kind_of(id) && smpp::is_bound(state_);
    return answer(id, pdu_.sequence_number, bind_again ? ESME_RALYBND : ESME_RINVBNDSTS, {});
  }
  if (error) {
    ++counts_.broken_bodies;
    return answer(id, pdu_.sequence_number, error->command_status, {});
  }
  if (is_session_command(id)) return on_session_request();
  if (const CheckError wrong = check(pdu_); wrong.command_status != ESME_ROK) {
    ++counts_.broken_bodies;
    return answer(id, pdu_.sequence_number, wrong.command_status, {});
  }
  if (auto* alert = std::get_if<AlertNotification>(&pdu_.body)) {
    events_.emplace_back(Alert{std::move(*alert)});
    return;
  }
  ++unanswered_;
  events_.emplace_back(Request{std::move(pdu_)});
}

void Session::on_session_request() {
  const CommandId id = pdu_.command_id;
  if (id == CommandId::enquire_link) {
    answer(id, pdu_.sequence_number, ESME_ROK, EnquireLinkResp{});
  } else if (id == CommandId::unbind) {
    answer(id, pdu_.sequence_number, ESME_ROK, UnbindResp{});
    close(CloseReason::peer_unbound);
  } else if (id == CommandId::outbind) {
    state_ = State::outbound;
    events_.emplace_back(Outbound{std::move(std::get<Outbind>(pdu_.body))});
  } else {
    on_bind_request(*bind_kind_of(id));
  }
}

void Session::on_bind_request(BindKind kind) {
  if (bind_requested_) return answer(pdu_.command_id, pdu_.sequence_number, ESME_RALYBND, {});
  auto& bind = std::get<Bind>(pdu_.body);
  bind_requested_ = AwaitedBind{pdu_.sequence_number, kind, bind.interface_version};
  events_.emplace_back(BindRequested{pdu_.sequence_number, kind, std::move(bind)});
}

void Session::on_response(const std::optional<DecodeError>& error, Time now) {
  const bool nack = pdu_.command_id == CommandId::generic_nack;
  // A request that the peer refuses with "no error" has failed all the same.
  if (nack && pdu_.command_status == ESME_ROK) pdu_.command_status = ESME_RUNKNOWNERR;
  if (on_control_response(now)) return;
  const auto asked = window_.take(pdu_.sequence_number, pdu_.command_id);
  if (!asked) {
    ++counts_.stray_responses;
    return;
  }
  events_.emplace_back(Response{asked->tag, std::move(pdu_), !error, asked->sent_at});
}

// The answer to a bind, an unbind or an enquire_link of our own.
bool Session::on_control_response(Time now) {
  const std::uint32_t sequence_number = pdu_.sequence_number;
  const auto answers = [this](CommandId response) {
    return pdu_.command_id == response || pdu_.command_id == CommandId::generic_nack;
  };
  if (sequence_number == 0) return false;
  if (sequence_number == bind_sequence_) {
    on_bind_response(now);
    return true;
  }
  if (sequence_number == unbind_sequence_ && answers(CommandId::unbind_resp)) {
    close(CloseReason::unbound);
    return true;
  }
  if (sequence_number == enquire_link_sequence_ && answers(CommandId::enquire_link_resp)) {
    enquire_link_sequence_ = 0;
    return true;
  }
  return false;
}

void Session::on_bind_response(Time now) {
  const CommandId expected = response_id(command_id_of(bind_kind_));
  bind_sequence_ = 0;
  if (pdu_.command_id != expected && pdu_.command_id != CommandId::generic_nack) {
    return close(CloseReason::bind_answer_wrong);
  }
  // ESME_RALYBND is a refusal too: it speaks of a session that the carrier still believes in, not of this
  // one.
  if (pdu_.command_status != ESME_ROK) {
    events_.emplace_back(BindRefused{pdu_.command_status});
    return close(CloseReason::bind_refused);
  }
  state_ = bound_state(bind_kind_);
  timers_.bound(now);
  Bound bound{{}, bind_kind_, std::nullopt, {}};
  if (auto* body = std::get_if<BindResp>(&pdu_.body)) {
    bound.system_id = std::move(body->system_id);
    bound.sc_interface_version = get_u8(body->tlvs, tag::sc_interface_version);
    bound.tlvs = std::move(body->tlvs);
  }
  peer_speaks(bound.sc_interface_version.value_or(interface_version::v33));
  // Any other TLV than the one that says 3.3 tells that the peer has them.
  const std::size_t version_tlvs = bound.sc_interface_version ? 1 : 0;
  peer_takes_tlvs_ = peer_takes_tlvs_ || bound.tlvs.size() > version_tlvs;
  events_.emplace_back(std::move(bound));
}

void Session::tick(Time now) {
  if (state_ == State::closed) return;
  for (const Window::Entry& entry : window_.expire(now)) {
    ++counts_.timeouts;
    events_.emplace_back(RequestFailed{entry.tag, entry.sequence_number, FailReason::timeout});
  }
  switch (timers_.due(now)) {
    case Timers::Tick::nothing:
      return;
    case Timers::Tick::send_enquire_link:
      enquire_link_sequence_ = send_control(EnquireLink{});
      return timers_.enquire_link_sent(now);
    case Timers::Tick::unbind_inactive:
      return unbind(now);
    case Timers::Tick::session_init_expired:
      return close(CloseReason::session_init_timeout);
    case Timers::Tick::enquire_link_expired:
      return close(CloseReason::enquire_link_timeout);
    case Timers::Tick::unbind_expired:
      return close(CloseReason::unbind_timeout);
    case Timers::Tick::read_expired:
      return close(CloseReason::read_timeout);
  }
}

Time Session::next_deadline() const {
  if (state_ == State::closed) return Time::max();
  return std::min(timers_.next_deadline(), window_.next_deadline());
}

void Session::lost(Time) {
  if (state_ != State::closed) close(CloseReason::link_lost);
}

bool Session::bind(BindKind kind, const Bind& fields, Time) {
  const CommandId id = command_id_of(kind);
  if (options_.role != Role::esme || bind_sequence_ != 0 || !may_send(Role::esme, id, state_)) return false;
  const std::uint32_t sequence_number = take_sequence_number();
  if (!send(id, sequence_number, ESME_ROK, fields)) return false;
  bind_kind_ = kind;
  bind_sequence_ = sequence_number;
  return true;
}

void Session::set_terms(const SessionOptions& terms) {
  assert(terms.role == options_.role && window_.size() == 0 && !smpp::is_bound(state_));
  options_ = terms;
  timers_.set_options(terms.timers);
  window_ = Window(terms.window, terms.timers.response);
}

bool Session::accept_bind(Time now, Tlvs tlvs) {
  if (!bind_requested_) return false;
  const AwaitedBind asked = *std::exchange(bind_requested_, std::nullopt);
  peer_speaks(asked.interface_version);
  // 0: peers of 3.3 say none.
  if (options_.interface_version != 0) set_u8(tlvs, tag::sc_interface_version, options_.interface_version);
  answer(command_id_of(asked.kind), asked.sequence_number, ESME_ROK,
         BindResp{options_.system_id, std::move(tlvs)});
  state_ = bound_state(asked.kind);
  timers_.bound(now);
  return true;
}

bool Session::refuse_bind(std::uint32_t command_status, Time) {
  if (!bind_requested_) return false;
  const AwaitedBind asked = *std::exchange(bind_requested_, std::nullopt);
  answer(command_id_of(asked.kind), asked.sequence_number, command_status, {});
  return true;
}

bool Session::outbind(const Outbind& fields, Time) {
  if (options_.role != Role::mc || state_ != State::open) return false;
  if (!send(CommandId::outbind, take_sequence_number(), ESME_ROK, fields)) return false;
  state_ = State::outbound;
  return true;
}

std::optional<Refusal> Session::refusal(CommandId request) const {
  if (is_closing()) return Refusal::closing;
  if (is_response(request) || is_session_command(request)) return Refusal::not_a_request;
  if (!permits(options_.role, request)) return Refusal::wrong_state;
  if (!peer_takes_tlvs_ && request == CommandId::data_sm) return Refusal::peer_too_old;
  if (window_.free() == 0 && has_response(request)) return Refusal::window_full;
  if (output_.size() >= options_.output_octets_max) return Refusal::output_full;
  return std::nullopt;
}

tl::expected<std::uint32_t, Refusal> Session::request(const Body& body, std::uint64_t tag, Time now) {
  if (body.index() == 0) return tl::make_unexpected(Refusal::not_a_request);
  const CommandId id = command_id_of(body);
  if (const auto refused = refusal(id)) return tl::make_unexpected(*refused);
  if (!peer_takes_tlvs_ && has_tlvs(body)) {
    Body plain = body;
    if (!strip_tlvs(plain)) return tl::make_unexpected(Refusal::peer_too_old);
    return request(plain, tag, now);
  }
  const std::uint32_t sequence_number = take_sequence_number();
  if (!send(id, sequence_number, ESME_ROK, body)) return tl::make_unexpected(Refusal::not_encodable);
  if (has_response(id)) window_.add({sequence_number, id, tag, now});
  return sequence_number;
}

tl::expected<std::uint32_t, Refusal> Session::request(const SubmitSm& submit_sm, std::uint64_t tag,
                                                      Time now) {
  if (!peer_takes_tlvs_ && !submit_sm.tlvs.empty()) return request(Body(submit_sm), tag, now);
  if (const auto refused = refusal(CommandId::submit_sm)) return tl::make_unexpected(*refused);
  const std::uint32_t sequence_number = take_sequence_number();
  if (encode(sequence_number, submit_sm, output_)) return tl::make_unexpected(Refusal::not_encodable);
  ++counts_.pdus_out;
  window_.add({sequence_number, CommandId::submit_sm, tag, now});
  return sequence_number;
}

void Session::respond(std::uint32_t sequence_number, CommandId request_id, std::uint32_t command_status,
                      const Body& body, Time) {
  if (state_ == State::closed) return;
  assert(unanswered_ > 0);
  --unanswered_;
  answer(request_id, sequence_number, command_status, body);
}

void Session::unbind(Time now) {
  if (is_closing()) return;
  if (!smpp::is_bound(state_)) return close(CloseReason::unbound);
  unbinding_ = true;
  unbind_sequence_ = send_control(Unbind{});
  timers_.unbind_sent(now);
}

bool Session::next_event(Event& out) {
  if (events_front_ == events_.size()) return false;
  out = std::move(events_[events_front_++]);
  if (events_front_ == events_.size()) {
    events_.clear();
    events_front_ = 0;
  }
  return true;
}

// Answers a request of the peer; a request that has no response is answered by silence.
void Session::answer(CommandId request_id, std::uint32_t sequence_number, std::uint32_t command_status,
                     const Body& body) {
  if (!has_response(request_id)) return;
  const CommandId id = response_id(request_id);
  if (!send(id, sequence_number, command_status, body)) {
    // What the shell said cannot be written; the peer still gets its one answer.
    send(id, sequence_number, ESME_RSYSERR, std::monostate{});
  }
  if (output_.size() > options_.output_octets_max) close(CloseReason::output_full);
}

bool Session::send(CommandId id, std::uint32_t sequence_number, std::uint32_t command_status,
                   const Body& body) {
  if (!peer_takes_tlvs_ && has_tlvs(body)) {  // of a response; requests come without
    Body plain = body;
    with_tlvs(plain, [](Tlvs& tlvs) { tlvs.clear(); });
    return send(id, sequence_number, command_status, plain);
  }
  if (encode(id, command_status, sequence_number, body, output_)) return false;
  ++counts_.pdus_out;
  return true;
}

// A request of the session itself; these always fit the wire.
std::uint32_t Session::send_control(const Body& body) {
  const std::uint32_t sequence_number = take_sequence_number();
  send(command_id_of(body), sequence_number, ESME_ROK, body);
  return sequence_number;
}

// 1 to 7FFFFFFF, then 1 again (SMPP 3.4, 5.1.4); passes over numbers whose place in the window is taken.
std::uint32_t Session::take_sequence_number() {
  for (;;) {
    const std::uint32_t sequence_number = next_sequence_number_;
    next_sequence_number_ = sequence_number == kSequenceNumberMax ? 1 : sequence_number + 1;
    if (window_.accepts(sequence_number)) return sequence_number;
  }
}

void Session::close(CloseReason reason) {
  if (state_ == State::closed) return;
  state_ = State::closed;
  unanswered_ = 0;
  bind_requested_.reset();
  for (const Window::Entry& entry : window_.drain()) {
    events_.emplace_back(RequestFailed{entry.tag, entry.sequence_number, FailReason::link_lost});
  }
  events_.emplace_back(Closed{reason});
}

SessionCounts& operator+=(SessionCounts& sum, const SessionCounts& more) {
  sum.pdus_in += more.pdus_in;
  sum.pdus_out += more.pdus_out;
  sum.stray_responses += more.stray_responses;
  sum.unknown_commands += more.unknown_commands;
  sum.broken_bodies += more.broken_bodies;
  sum.wrong_state += more.wrong_state;
  sum.timeouts += more.timeouts;
  return sum;
}

std::string_view words(Refusal refusal) {
  constexpr std::array<std::string_view, 7> kWords{"wrong state",        "closing",       "window full",
                                                   "output full",        "not a request", "not encodable",
                                                   "the peer speaks 3.3"};
  return kWords[static_cast<std::size_t>(refusal)];
}

std::string_view words(CloseReason reason) {
  constexpr std::array<std::string_view, 11> kWords{"unbound",
                                                    "the peer unbound",
                                                    "the bind was refused",
                                                    "the bind was answered with another kind",
                                                    "broken framing",
                                                    "no bind in time",
                                                    "the peer is silent",
                                                    "unbind was not answered",
                                                    "half a PDU and then nothing",
                                                    "the peer does not read",
                                                    "the link was lost"};
  return kWords[static_cast<std::size_t>(reason)];
}

}  // namespace peyk::smpp
