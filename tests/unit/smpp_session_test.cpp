// Two sessions talk to each other through strings; time is a number.
#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "smpp/session.hpp"
#include "tests/unit/session_events.hpp"

namespace peyk::smpp::smpp_session_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

SessionOptions options(Role role) {
  SessionOptions options;
  options.role = role;
  options.system_id = role == Role::mc ? "MC" : "peyk";
  return options;
}

// An esme and an mc on one wire.
struct Wire {
  explicit Wire(SessionOptions esme_options = options(Role::esme),
                SessionOptions mc_options = options(Role::mc))
      : esme(std::move(esme_options)), mc(std::move(mc_options)) {
    esme.connected(now);
    mc.connected(now);
  }

  void to_mc() { mc.feed(std::exchange(esme.output(), {}), now); }
  void to_esme() { esme.feed(std::exchange(mc.output(), {}), now); }

  Wire& bind(BindKind kind = BindKind::transceiver) {
    EXPECT_TRUE(esme.bind(kind, Bind{.system_id = "peyk", .password = "secret"}, now));
    to_mc();
    EXPECT_EQ(all<BindRequested>(drain(mc)).size(), 1u);
    EXPECT_TRUE(mc.accept_bind(now));
    to_esme();
    EXPECT_EQ(all<Bound>(drain(esme)).size(), 1u);
    return *this;
  }

  Time now{std::chrono::hours(10)};
  Session esme, mc;
};

SubmitSm submit(std::string text = "hello") {
  return SubmitSm{.source_addr = "30001234",
                  .dest_addr_ton = 1,
                  .dest_addr_npi = 1,
                  .destination_addr = "989120000101",
                  .short_message = std::move(text)};
}

DeliverSm deliver() {
  return DeliverSm{.source_addr = "989120000101", .destination_addr = "30001234", .short_message = "hi"};
}

TEST(Session, BindsAndSaysWhoThePeerIs) {
  Wire wire;
  ASSERT_TRUE(
      wire.esme.bind(BindKind::transceiver, Bind{.system_id = "peyk", .password = "secret"}, wire.now));
  wire.to_mc();
  const auto requested = all<BindRequested>(drain(wire.mc));
  ASSERT_EQ(requested.size(), 1u);
  EXPECT_EQ(requested[0].bind.password, "secret");
  ASSERT_TRUE(wire.mc.accept_bind(wire.now));
  wire.to_esme();
  const auto bound = all<Bound>(drain(wire.esme));
  ASSERT_EQ(bound.size(), 1u);
  EXPECT_EQ(bound[0].system_id, "MC");
  EXPECT_EQ(bound[0].sc_interface_version, interface_version::v34);
  EXPECT_EQ(wire.esme.state(), State::bound_trx);
  EXPECT_EQ(wire.mc.state(), State::bound_trx);
}

TEST(Session, IsClosedAtTheEsmeWhenTheBindIsRefusedAndStaysOpenAtTheMc) {
  Wire wire;
  ASSERT_TRUE(wire.esme.bind(BindKind::transmitter, {}, wire.now));
  wire.to_mc();
  drain(wire.mc);
  ASSERT_TRUE(wire.mc.refuse_bind(ESME_RINVPASWD, wire.now));
  EXPECT_FALSE(wire.mc.accept_bind(wire.now)) << "one bind, one answer";
  wire.to_esme();
  const auto events = drain(wire.esme);
  EXPECT_EQ(all<BindRefused>(events).at(0).command_status, ESME_RINVPASWD);
  EXPECT_EQ(all<Closed>(events).at(0).reason, CloseReason::bind_refused);
  EXPECT_EQ(wire.mc.state(), State::open);
}

TEST(Session, HandsTheAnswerBackWithTheTagOfItsRequest) {
  Wire wire;
  wire.bind();
  const auto first = wire.esme.request(submit("one"), 101, wire.now);
  const auto second = wire.esme.request(submit("two"), 102, wire.now);
  ASSERT_TRUE(first && second);
  wire.to_mc();
  const auto requests = all<Request>(drain(wire.mc));
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(wire.mc.unanswered_count(), 2u);
  // Out of order, one refused.
  wire.mc.respond(*second, CommandId::submit_sm, ESME_ROK, SubmitSmResp{.message_id = "B"}, wire.now);
  wire.mc.respond(*first, CommandId::submit_sm, ESME_RTHROTTLED, {}, wire.now);
  EXPECT_EQ(wire.mc.unanswered_count(), 0u);
  wire.to_esme();
  const auto responses = all<Response>(drain(wire.esme));
  ASSERT_EQ(responses.size(), 2u);
  EXPECT_EQ(responses[0].tag, 102u);
  EXPECT_EQ(std::get<SubmitSmResp>(responses[0].pdu.body).message_id, "B");
  EXPECT_EQ(responses[1].tag, 101u);
  EXPECT_EQ(responses[1].pdu.command_status, ESME_RTHROTTLED);
  EXPECT_EQ(wire.esme.in_flight(), 0u);
}

TEST(Session, RefusesARequestThatTheWindowTheStateOrTheWireForbids) {
  SessionOptions narrow = options(Role::esme);
  narrow.window = 2;
  Wire wire(narrow);
  EXPECT_EQ(wire.esme.request(submit(), 1, wire.now).error(), Refusal::wrong_state);
  wire.bind();
  EXPECT_EQ(wire.esme.request(deliver(), 1, wire.now).error(), Refusal::wrong_state);
  EXPECT_EQ(wire.esme.request(EnquireLink{}, 1, wire.now).error(), Refusal::not_a_request);
  EXPECT_EQ(wire.esme.request(SubmitSmResp{}, 1, wire.now).error(), Refusal::not_a_request);
  EXPECT_EQ(wire.esme.request(submit(std::string(256, 'x')), 1, wire.now).error(), Refusal::not_encodable);
  EXPECT_TRUE(wire.esme.request(submit(), 1, wire.now));
  EXPECT_TRUE(wire.esme.request(submit(), 2, wire.now));
  EXPECT_EQ(wire.esme.window_free(), 0u);
  EXPECT_EQ(wire.esme.request(submit(), 3, wire.now).error(), Refusal::window_full);
  wire.esme.unbind(wire.now);
  EXPECT_EQ(wire.esme.request(submit(), 4, wire.now).error(), Refusal::closing);
}

TEST(Session, AReceiverMayNotSubmitAndATransmitterIsNotDeliveredTo) {
  Wire receiver;
  receiver.bind(BindKind::receiver);
  EXPECT_EQ(receiver.esme.request(submit(), 1, receiver.now).error(), Refusal::wrong_state);
  EXPECT_TRUE(receiver.mc.request(deliver(), 1, receiver.now));
  Wire transmitter;
  transmitter.bind(BindKind::transmitter);
  EXPECT_TRUE(transmitter.esme.request(submit(), 1, transmitter.now));
  EXPECT_EQ(transmitter.mc.request(deliver(), 1, transmitter.now).error(), Refusal::wrong_state);
}

TEST(Session, SequenceNumbersWrapToOneAndPassOverWhatIsStillAwaited) {
  SessionOptions late = options(Role::esme);
  late.first_sequence_number = 0x7FFFFFFE;
  late.window = 2;  // four places
  Wire wire(late);
  wire.bind();  // takes 7FFFFFFE
  EXPECT_EQ(wire.esme.request(submit(), 1, wire.now), 0x7FFFFFFFu);
  EXPECT_EQ(wire.esme.request(submit(), 2, wire.now), 1u);
  // 1 is answered, 7FFFFFFF is not: its place, that of 3, is passed over.
  wire.to_mc();
  wire.mc.respond(1, CommandId::submit_sm, ESME_ROK, {}, wire.now);
  wire.to_esme();
  EXPECT_EQ(wire.esme.request(submit(), 3, wire.now), 2u);
  wire.to_mc();
  wire.mc.respond(2, CommandId::submit_sm, ESME_ROK, {}, wire.now);
  wire.to_esme();
  EXPECT_EQ(wire.esme.request(submit(), 4, wire.now), 4u);
}

TEST(Session, ARequestWithoutAnswerIsHandedBackAndItsLateAnswerIsIgnored) {
  Wire wire;
  wire.bind();
  const auto sequence_number = wire.esme.request(submit(), 9, wire.now);
  wire.to_mc();
  wire.now += TimerOptions{}.response - milliseconds(1);
  wire.esme.feed(std::string_view("\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x01", 16), wire.now);  // alive
  wire.esme.tick(wire.now);
  EXPECT_TRUE(drain(wire.esme).empty());
  EXPECT_LE(wire.esme.next_deadline(), wire.now + milliseconds(1));
  wire.now += milliseconds(1);
  wire.esme.tick(wire.now);
  const auto failed = all<RequestFailed>(drain(wire.esme));
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].tag, 9u);
  EXPECT_EQ(failed[0].why, FailReason::timeout);
  wire.mc.respond(*sequence_number, CommandId::submit_sm, ESME_ROK, SubmitSmResp{.message_id = "late"},
                  wire.now);
  wire.to_esme();
  EXPECT_TRUE(drain(wire.esme).empty());
  EXPECT_EQ(wire.esme.counts().stray_responses, 1u);
}

TEST(Session, EveryUnansweredRequestIsHandedBackWhenTheLinkIsLost) {
  Wire wire;
  wire.bind();
  for (std::uint64_t tag = 1; tag <= 3; ++tag) ASSERT_TRUE(wire.esme.request(submit(), tag, wire.now));
  wire.esme.lost(wire.now);
  const auto events = drain(wire.esme);
  const auto failed = all<RequestFailed>(events);
  ASSERT_EQ(failed.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(failed[i].tag, i + 1);
    EXPECT_EQ(failed[i].why, FailReason::link_lost);
  }
  EXPECT_TRUE(std::holds_alternative<Closed>(events.back()));
  wire.esme.feed("anything", wire.now);
  wire.esme.lost(wire.now);
  EXPECT_TRUE(drain(wire.esme).empty()) << "nothing follows Closed";
  EXPECT_EQ(wire.esme.next_deadline(), Time::max());
}

TEST(Session, UnbindLetsAnswersInAndEndsWhenThePeerAgrees) {
  Wire wire;
  wire.bind();
  const auto sequence_number = wire.esme.request(submit(), 5, wire.now);
  wire.to_mc();
  drain(wire.mc);
  wire.mc.respond(*sequence_number, CommandId::submit_sm, ESME_ROK, SubmitSmResp{.message_id = "A"},
                  wire.now);
  wire.esme.unbind(wire.now);
  wire.to_mc();
  wire.to_esme();
  const auto events = drain(wire.esme);
  EXPECT_EQ(all<Response>(events).size(), 1u);
  EXPECT_EQ(all<RequestFailed>(events).size(), 0u);
  EXPECT_EQ(all<Closed>(events).at(0).reason, CloseReason::unbound);
  EXPECT_EQ(all<Closed>(drain(wire.mc)).at(0).reason, CloseReason::peer_unbound);
}

TEST(Session, UnbindWithoutAnswerClosesAfterItsTimer) {
  Wire wire;
  wire.bind();
  wire.esme.unbind(wire.now);
  wire.now += TimerOptions{}.unbind_answer;
  wire.esme.tick(wire.now);
  EXPECT_EQ(all<Closed>(drain(wire.esme)).at(0).reason, CloseReason::unbind_timeout);
}

TEST(Session, AskedForALinkCheckItAnswersInEveryState) {
  struct Row {
    const char* state;
    State esme, mc;  // what the way there leaves each end in
    std::function<void(Wire&)> go;
  };
  const auto bound_as = [](BindKind kind) { return [kind](Wire& wire) { wire.bind(kind); }; };
  const Row rows[] = {
      {"OPEN", State::open, State::open, [](Wire&) {}},
      {"the bind under way", State::open, State::open,
       [](Wire& wire) {
         wire.esme.bind(BindKind::transceiver, {}, wire.now);
         wire.to_mc();
       }},
      {"OUTBOUND", State::outbound, State::outbound,
       [](Wire& wire) {
         wire.mc.outbind({.system_id = "MC"}, wire.now);
         wire.to_esme();
       }},
      {"BOUND_TX", State::bound_tx, State::bound_tx, bound_as(BindKind::transmitter)},
      {"BOUND_RX", State::bound_rx, State::bound_rx, bound_as(BindKind::receiver)},
      {"BOUND_TRX", State::bound_trx, State::bound_trx, bound_as(BindKind::transceiver)},
      {"unbinding, the esme", State::bound_trx, State::bound_trx,
       [](Wire& wire) { wire.bind().esme.unbind(wire.now); }},
      {"unbinding, the mc", State::bound_trx, State::bound_trx,
       [](Wire& wire) { wire.bind().mc.unbind(wire.now); }},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.state);
    Wire wire;
    row.go(wire);
    EXPECT_EQ(wire.esme.state(), row.esme);
    EXPECT_EQ(wire.mc.state(), row.mc);
    for (Session* asked : {&wire.esme, &wire.mc}) {
      asked->output().clear();
      asked->feed(std::string_view("\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x07", 16), wire.now);
      EXPECT_EQ(asked->output(), std::string_view("\0\0\0\x10\x80\0\0\x15\0\0\0\0\0\0\0\x07", 16));
    }
  }
  Wire closed;
  closed.esme.lost(closed.now);
  closed.esme.feed(std::string_view("\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x07", 16), closed.now);
  EXPECT_TRUE(closed.esme.output().empty()) << "and after the end not";
}

TEST(Session, ProbesASilentPeerAndGivesItUpWhenItStaysSilent) {
  Wire wire;
  wire.bind();
  wire.now += TimerOptions{}.enquire_link_interval - milliseconds(1);
  wire.esme.tick(wire.now);
  EXPECT_TRUE(wire.esme.output().empty());
  wire.now += milliseconds(1);
  EXPECT_EQ(wire.esme.next_deadline(), wire.now);
  wire.esme.tick(wire.now);
  EXPECT_EQ(wire.esme.output().size(), 16u);
  wire.to_mc();
  wire.to_esme();  // the answer
  wire.now += TimerOptions{}.enquire_link_interval;
  wire.esme.tick(wire.now);
  EXPECT_EQ(std::exchange(wire.esme.output(), {}).size(), 16u);
  wire.now += TimerOptions{}.enquire_link_answer;
  wire.esme.tick(wire.now);
  EXPECT_EQ(all<Closed>(drain(wire.esme)).at(0).reason, CloseReason::enquire_link_timeout);
}

TEST(Session, ClosesWhenNobodyBindsInTime) {
  Wire wire;
  wire.now += TimerOptions{}.session_init;
  wire.mc.tick(wire.now);
  EXPECT_EQ(all<Closed>(drain(wire.mc)).at(0).reason, CloseReason::session_init_timeout);
}

TEST(Session, ClosesOnHalfAPduAndThenNothing) {
  Wire wire;
  wire.bind();
  wire.esme.feed(std::string_view("\0\0\0\x10\0\0", 6), wire.now);
  wire.now += TimerOptions{}.read;
  wire.esme.tick(wire.now);
  EXPECT_EQ(all<Closed>(drain(wire.esme)).at(0).reason, CloseReason::read_timeout);
}

TEST(Session, UnbindsAPeerThatDoesNothingWhenProbesAreOff) {
  SessionOptions quiet = options(Role::mc);
  quiet.timers.enquire_link_interval = milliseconds(0);
  Wire wire(options(Role::esme), quiet);
  wire.bind();
  wire.now += TimerOptions{}.inactivity;
  wire.mc.tick(wire.now);
  EXPECT_TRUE(wire.mc.is_closing());
  wire.to_esme();
  EXPECT_EQ(all<Closed>(drain(wire.esme)).at(0).reason, CloseReason::peer_unbound);
}

TEST(Session, GivesUpAPeerThatAsksAndDoesNotRead) {
  SessionOptions small = options(Role::mc);
  small.output_octets_max = 1000;
  Wire wire(options(Role::esme), small);
  wire.bind();
  const std::string probe("\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x07", 16);
  for (int i = 0; i < 100; ++i) wire.mc.feed(probe, wire.now);
  EXPECT_EQ(all<Closed>(drain(wire.mc)).at(0).reason, CloseReason::output_full);
  EXPECT_LE(wire.mc.output().size(), 1016u);
}

TEST(Session, OutbindMakesTheEsmeBind) {
  Wire wire;
  ASSERT_TRUE(wire.mc.outbind(Outbind{.system_id = "MC", .password = "x"}, wire.now));
  wire.to_esme();
  EXPECT_EQ(all<Outbound>(drain(wire.esme)).at(0).outbind.system_id, "MC");
  EXPECT_FALSE(wire.esme.bind(BindKind::transmitter, {}, wire.now)) << "an outbind asks for a receiver";
  EXPECT_TRUE(wire.esme.bind(BindKind::receiver, {}, wire.now));
}

TEST(Session, AnAlertIsAnEventThatNobodyAnswers) {
  Wire wire;
  wire.bind();
  ASSERT_TRUE(wire.mc.request(AlertNotification{.source_addr = "989120000101"}, 1, wire.now));
  EXPECT_EQ(wire.mc.in_flight(), 0u);
  wire.to_esme();
  EXPECT_EQ(all<Alert>(drain(wire.esme)).size(), 1u);
  EXPECT_TRUE(wire.esme.output().empty());
}

TEST(Session, AnAnswerThatCannotBeWrittenBecomesASystemError) {
  Wire wire;
  wire.bind();
  const auto sequence_number = wire.esme.request(submit(), 1, wire.now);
  wire.to_mc();
  drain(wire.mc);
  wire.mc.respond(*sequence_number, CommandId::submit_sm, ESME_ROK,
                  SubmitSmResp{.message_id = std::string(99, 'x')}, wire.now);
  wire.to_esme();
  EXPECT_EQ(all<Response>(drain(wire.esme)).at(0).pdu.command_status, ESME_RSYSERR);
}

struct OddAnswer {
  const char* name;
  CommandId command_id;
  std::uint32_t command_status;
  std::string body;
  std::optional<std::uint32_t> seen_status;  // none: the request stays pending
  bool intact;
};

TEST(Session, TakesOddAnswersForWhatTheyAreWorth) {
  using namespace std::string_literals;
  const OddAnswer answers[] = {
      {"no body", CommandId::submit_sm_resp, ESME_ROK, "", ESME_ROK, true},
      {"message_id without NUL", CommandId::submit_sm_resp, ESME_ROK, "70BA8A69", ESME_ROK, true},
      {"failed, broken body", CommandId::submit_sm_resp, ESME_RSUBMITFAIL, "x", ESME_RSUBMITFAIL, true},
      {"nack with no error", CommandId::generic_nack, ESME_ROK, "", ESME_RUNKNOWNERR, true},
      {"nack", CommandId::generic_nack, ESME_RTHROTTLED, "junk", ESME_RTHROTTLED, true},
      {"of another kind", CommandId::deliver_sm_resp, ESME_ROK, "\0"s, std::nullopt, true},
      {"for another request", CommandId::query_sm_resp, ESME_ROK, "1\0"s, std::nullopt, true},
  };
  for (const OddAnswer& answer : answers) {
    SCOPED_TRACE(answer.name);
    Wire wire;
    wire.bind();
    const auto sequence_number = wire.esme.request(submit(), 1, wire.now);
    std::string octets;
    ASSERT_FALSE(encode(answer.command_id, answer.command_status, *sequence_number, {}, octets));
    octets += answer.body;
    octets[3] = static_cast<char>(octets.size());
    wire.esme.feed(octets, wire.now);
    const auto responses = all<Response>(drain(wire.esme));
    ASSERT_EQ(responses.size(), answer.seen_status ? 1u : 0u);
    if (answer.seen_status) {
      EXPECT_EQ(responses[0].pdu.command_status, *answer.seen_status);
      EXPECT_EQ(responses[0].intact, answer.intact);
    } else {
      EXPECT_EQ(wire.esme.in_flight(), 1u);
    }
  }
}

TEST(Session, AnAcceptedBindWithoutBodyIsABind) {
  Wire wire;
  ASSERT_TRUE(wire.esme.bind(BindKind::transceiver, {}, wire.now));
  wire.esme.feed(std::string_view("\0\0\0\x10\x80\0\0\x09\0\0\0\0\0\0\0\x01", 16), wire.now);
  const auto bound = all<Bound>(drain(wire.esme));
  ASSERT_EQ(bound.size(), 1u);
  EXPECT_FALSE(bound[0].sc_interface_version);
}

TEST(Session, ABindAnsweredWithAnotherKindEndsTheSession) {
  Wire wire;
  ASSERT_TRUE(wire.esme.bind(BindKind::transceiver, {}, wire.now));
  wire.esme.feed(std::string_view("\0\0\0\x10\x80\0\0\x01\0\0\0\0\0\0\0\x01", 16), wire.now);
  EXPECT_EQ(all<Closed>(drain(wire.esme)).at(0).reason, CloseReason::bind_answer_wrong);
}

TEST(Permissions, AreThoseOfTheTable) {
  EXPECT_TRUE(may_send(Role::esme, CommandId::submit_sm, State::bound_tx));
  EXPECT_FALSE(may_send(Role::esme, CommandId::submit_sm, State::bound_rx));
  EXPECT_FALSE(may_send(Role::mc, CommandId::submit_sm, State::bound_trx));
  EXPECT_TRUE(may_send(Role::mc, CommandId::data_sm, State::bound_rx));
  EXPECT_FALSE(may_send(Role::mc, CommandId::data_sm, State::bound_tx));
  EXPECT_FALSE(may_send(Role::mc, CommandId::enquire_link, State::closed));
}

}  // namespace
}  // namespace peyk::smpp::smpp_session_test
