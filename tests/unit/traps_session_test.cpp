// Traps 7, 8, 9, 11 of other gateways, and peers of every version, on the pure session: an esme and a message
// centre on one wire of strings.
#include <gtest/gtest.h>

#include <utility>

#include "smpp/parts.hpp"
#include "smpp/session.hpp"
#include "tests/unit/session_events.hpp"

namespace peyk::smpp::traps_session_test {
namespace {

using namespace std::chrono_literals;

std::string octets_of(CommandId id, std::uint32_t status, std::uint32_t sequence_number,
                      const Body& body = {}) {
  std::string octets;
  EXPECT_FALSE(encode(id, status, sequence_number, body, octets));
  return octets;
}

// All PDUs in `octets`.
std::vector<Pdu> pdus(std::string_view octets) {
  std::vector<Pdu> found;
  Framer framer(kFrameOctetsMax);
  std::string_view frame;
  while (framer.next(octets, frame) == Framer::Cut::frame) {
    auto pdu = decode(frame);
    if (pdu) found.push_back(std::move(*pdu));
  }
  return found;
}

// An esme session in a test's hands; the test is the carrier and speaks octets.
struct Esme {
  explicit Esme(SessionOptions options = {}) : session(std::move(options)) { session.connected(now); }

  Esme& bind(BindKind kind = BindKind::transceiver, std::optional<std::uint8_t> version = std::nullopt) {
    EXPECT_TRUE(session.bind(kind, {.system_id = "peyk"}, now));
    const auto asked = hear();
    BindResp answer{.system_id = "MC"};
    if (version) set_u8(answer.tlvs, tag::sc_interface_version, *version);
    say(octets_of(response_id(command_id_of(kind)), ESME_ROK, asked.at(0).sequence_number, answer));
    EXPECT_EQ(all<Bound>(events).size(), 1u);
    return *this;
  }
  // What comes of these octets.
  std::vector<Event>& say(std::string_view octets) {
    session.feed(octets, now);
    return events = drain(session);
  }
  std::vector<Pdu> hear() { return pdus(std::exchange(session.output(), {})); }

  Time now{std::chrono::hours(10)};
  Session session;
  std::vector<Event> events;
};

SubmitSm submit_sm() {
  return {.source_addr = "30001234", .destination_addr = "989120000101", .short_message = "hello"};
}
DeliverSm deliver_sm() {
  return {.source_addr = "989120000101", .destination_addr = "30001234", .short_message = "hi"};
}

TEST(Trap07, the_carriers_request_may_use_the_number_of_ours_in_flight) {
  Esme esme;
  esme.bind();
  const auto ours = esme.session.request(submit_sm(), 7, esme.now);
  ASSERT_TRUE(ours);
  esme.hear();
  EXPECT_EQ(all<Request>(esme.say(octets_of(CommandId::deliver_sm, 0, *ours, deliver_sm()))).size(), 1u);
  EXPECT_EQ(esme.session.in_flight(), 1u) << "a request answers nothing";
  esme.session.respond(*ours, CommandId::deliver_sm, ESME_ROK, DeliverSmResp{}, esme.now);
  const auto heard = esme.hear();
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0].command_id, CommandId::deliver_sm_resp);
  EXPECT_EQ(heard[0].sequence_number, *ours);
  const auto responses = all<Response>(
      esme.say(octets_of(CommandId::submit_sm_resp, 0, *ours, SubmitSmResp{.message_id = "a"})));
  ASSERT_EQ(responses.size(), 1u);
  EXPECT_EQ(responses[0].tag, 7u);
}

TEST(Trap07, an_answer_of_another_kind_with_a_submits_number_is_nobodys) {
  for (const CommandId stray :
       {CommandId::enquire_link_resp, CommandId::unbind_resp, CommandId::deliver_sm_resp,
        CommandId::query_sm_resp, CommandId::bind_transceiver_resp}) {
    Esme esme;
    esme.bind();
    const auto ours = esme.session.request(submit_sm(), 7, esme.now);
    EXPECT_TRUE(esme.say(octets_of(stray, 0, *ours)).empty()) << command_name(stray);
    EXPECT_EQ(esme.session.in_flight(), 1u);
    EXPECT_EQ(esme.session.counts().stray_responses, 1u);
    EXPECT_TRUE(esme.session.is_bound());
    EXPECT_EQ(all<Response>(esme.say(octets_of(CommandId::submit_sm_resp, 0, *ours, SubmitSmResp{}))).size(),
              1u);
  }
}

TEST(Trap07, a_submit_answered_with_the_number_of_our_enquire_link_leaves_both_open) {
  Esme esme;
  esme.bind();
  esme.now += 31s;
  esme.session.tick(esme.now);
  const auto probe = esme.hear();
  ASSERT_EQ(probe.size(), 1u);
  const auto ours = esme.session.request(submit_sm(), 7, esme.now);
  EXPECT_TRUE(
      esme.say(octets_of(CommandId::submit_sm_resp, 0, probe[0].sequence_number, SubmitSmResp{})).empty());
  EXPECT_EQ(esme.session.in_flight(), 1u);
  EXPECT_EQ(all<Response>(esme.say(octets_of(CommandId::submit_sm_resp, 0, *ours, SubmitSmResp{}))).size(),
            1u);
}

TEST(Trap07, requests_numbered_0_and_FFFFFFFF_are_answered_with_their_number) {
  Esme esme;
  esme.bind();
  for (const std::uint32_t number : {0u, 0x80000000u, 0xFFFFFFFFu}) {
    esme.say(octets_of(CommandId::enquire_link, 0, number));
    esme.say(octets_of(CommandId::deliver_sm, 0, number, deliver_sm()));
    esme.session.respond(number, CommandId::deliver_sm, ESME_ROK, DeliverSmResp{}, esme.now);
    for (const Pdu& answer : esme.hear()) EXPECT_EQ(answer.sequence_number, number);
  }
  const auto ours = esme.session.request(submit_sm(), 7, esme.now);
  EXPECT_TRUE(esme.say(octets_of(CommandId::submit_sm_resp, 0, 0, SubmitSmResp{})).empty());
  EXPECT_TRUE(esme.say(octets_of(CommandId::generic_nack, ESME_RINVCMDID, 0)).empty());
  EXPECT_EQ(esme.session.in_flight(), 1u) << "an answer numbered 0 is to nothing of ours";
  EXPECT_TRUE(ours);
}

TEST(Trap07, our_numbers_wrap_from_7FFFFFFF_to_1) {
  Esme esme(SessionOptions{.first_sequence_number = 0x7FFFFFFE});
  esme.bind();  // takes 7FFFFFFE
  const auto last = esme.session.request(submit_sm(), 1, esme.now);
  const auto first = esme.session.request(submit_sm(), 2, esme.now);
  EXPECT_EQ(*last, 0x7FFFFFFFu);
  EXPECT_EQ(*first, 1u);
  for (const auto& [number, tag] : {std::pair{*first, 2u}, {*last, 1u}}) {
    const auto responses =
        all<Response>(esme.say(octets_of(CommandId::submit_sm_resp, 0, number, SubmitSmResp{})));
    ASSERT_EQ(responses.size(), 1u);
    EXPECT_EQ(responses[0].tag, tag);
  }
}

TEST(Trap08, three_pdus_in_a_read_and_a_pdu_byte_by_byte_are_the_same) {
  const std::string three = octets_of(CommandId::deliver_sm, 0, 1, deliver_sm()) +
                            octets_of(CommandId::enquire_link, 0, 2) +
                            octets_of(CommandId::deliver_sm, 0, 3, deliver_sm());
  Esme at_once, by_byte;
  at_once.bind();
  by_byte.bind();
  EXPECT_EQ(all<Request>(at_once.say(three)).size(), 2u);
  std::size_t requests = 0;
  for (const char octet : three) requests += all<Request>(by_byte.say({&octet, 1})).size();
  EXPECT_EQ(requests, 2u);
  EXPECT_EQ(at_once.session.output(), by_byte.session.output());
}

TEST(Trap08, what_is_not_smpp_is_nacked_and_closed) {
  for (const std::string_view octets :
       {std::string_view("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03........", 19),
        std::string_view("\0\0\0\x0F\0\0\0\x15\0\0\0\0\0\0\0\x09", 16),
        std::string_view("\0\0\0\0\0\0\0\x15\0\0\0\0\0\0\0\x09", 16),
        std::string_view("\xFF\xFF\xFF\xFF\0\0\0\x15\0\0\0\0\0\0\0\x09", 16)}) {
    Esme esme;
    esme.bind();
    const auto ours = esme.session.request(submit_sm(), 7, esme.now);
    ASSERT_TRUE(ours);
    esme.hear();
    const auto events = esme.say(octets);
    EXPECT_EQ(all<Closed>(events).at(0).reason, CloseReason::broken_framing);
    EXPECT_EQ(all<RequestFailed>(events).size(), 1u) << "what was in flight is handed back";
    const auto heard = esme.hear();
    ASSERT_EQ(heard.size(), 1u);
    EXPECT_EQ(heard[0].command_id, CommandId::generic_nack);
    EXPECT_EQ(heard[0].command_status, ESME_RINVCMDLEN);
    EXPECT_TRUE(esme.say(octets_of(CommandId::enquire_link, 0, 2)).empty()) << "closed is closed";
    EXPECT_TRUE(esme.session.output().empty());
  }
}

TEST(Trap08, sm_length_one_short_is_refused_and_the_link_stays) {
  Esme esme;
  esme.bind();
  std::string cut = octets_of(CommandId::deliver_sm, 0, 5, deliver_sm());
  cut[cut.size() - 3] = 1;  // sm_length of "hi": one octet is left over, and is no TLV
  EXPECT_TRUE(all<Request>(esme.say(cut)).empty());
  std::string over = octets_of(CommandId::deliver_sm, 0, 6, deliver_sm());
  over[over.size() - 3] = 3;  // one octet more than there is
  EXPECT_TRUE(all<Request>(esme.say(over)).empty());
  const auto heard = esme.hear();
  ASSERT_EQ(heard.size(), 2u);
  for (const Pdu& answer : heard) {
    EXPECT_EQ(answer.command_id, CommandId::deliver_sm_resp);
    EXPECT_NE(answer.command_status, ESME_ROK);
  }
  EXPECT_TRUE(esme.session.is_bound());
}

TEST(Trap09, a_carrier_that_says_no_version_still_delivers_with_tlvs) {
  Esme esme;
  esme.bind();
  EXPECT_EQ(esme.session.peer_interface_version(), interface_version::v33);
  DeliverSm message = deliver_sm();
  set_octets(message.tlvs, 0x1501, "vendor");
  const auto requests = all<Request>(esme.say(octets_of(CommandId::deliver_sm, 0, 5, message)));
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(std::get<DeliverSm>(requests[0].pdu.body), message);
}

// What comes of a deliver_sm and of a data_sm that end in these octets: delivered to the application and
// answered with `status`, the link staying.
struct Delivered {
  std::size_t requests = 0;
  std::vector<std::uint32_t> refusals;
};

Delivered delivered_with(std::string_view tlv_octets) {
  Delivered sum;
  Esme esme;
  esme.bind();
  DataSm data{.source_addr = "989120000101", .destination_addr = "30001234"};
  set_octets(data.tlvs, tag::message_payload, "hi");
  for (std::string octets :
       {octets_of(CommandId::deliver_sm, 0, 5, deliver_sm()), octets_of(CommandId::data_sm, 0, 6, data)}) {
    octets += tlv_octets;
    octets[3] = static_cast<char>(octets.size());
    for (const Request& request : all<Request>(esme.say(octets))) {
      const auto* deliver = std::get_if<DeliverSm>(&request.pdu.body);
      EXPECT_EQ(
          deliver != nullptr ? message_octets(*deliver) : message_octets(std::get<DataSm>(request.pdu.body)),
          "hi");
      ++sum.requests;
    }
  }
  for (const Pdu& answer : esme.hear()) sum.refusals.push_back(answer.command_status);
  EXPECT_TRUE(esme.session.is_bound());
  return sum;
}

TEST(Trap09, a_tlv_that_nobody_knows_does_not_stop_the_message) {
  for (const std::string_view octets :
       {std::string_view("\x15\x01\0\3abc", 7), std::string_view("\x3F\xFF\0\0", 4),
        std::string_view("\xFF\xFF\0\1x", 5), std::string_view("\0\1\0\1x", 5)})
    EXPECT_EQ(delivered_with(octets).requests, 2u);
}

TEST(Trap09, a_tlv_of_an_illegal_value_does_not_stop_the_message) {
  for (const std::string_view octets :
       {std::string_view("\x02\x0D\0\1\xC8", 5),                                  // language_indicator 200
        std::string_view("\0\x19\0\1\x09", 5),                                    // payload_type 9
        std::string_view("\x04\x27\0\1\x63", 5),                                  // message_state 99
        std::string_view("\x02\x01\0\1\xFF", 5),                                  // privacy_indicator 255
        std::string_view("\x02\x0C\0\2\0\1\x02\x0E\0\1\0\x02\x0F\0\1\x07", 16)})  // SAR: part 7 of 0
    EXPECT_EQ(delivered_with(octets).requests, 2u);
}

TEST(Trap09, a_tlv_of_the_wrong_length_does_not_stop_the_message) {
  for (const std::string_view octets : {std::string_view("\x02\x0D\0\2\0\1", 6),  // language_indicator
                                        std::string_view("\x02\x04\0\1\5", 5),    // user_message_reference
                                        std::string_view("\x02\x0D\0\0", 4),      // language_indicator, empty
                                        std::string_view("\x02\x0C\0\1\5", 5),    // sar_msg_ref_num
                                        std::string_view("\x03\x81\0\1\5", 5),    // callback_num
                                        std::string_view("\x13\x83\0\4\0\xBC\x61N", 8)})  // its_session_info
    EXPECT_EQ(delivered_with(octets).requests, 2u) << static_cast<int>(octets[1]);
}

TEST(Trap09, a_tlv_of_the_wrong_length_says_nothing) {
  Esme esme;
  esme.bind();
  DeliverSm message = deliver_sm();
  message.tlvs = {{tag::user_message_reference, "x"}, {tag::source_port, std::string("\x0B\x84", 2)}};
  const auto requests = all<Request>(esme.say(octets_of(CommandId::deliver_sm, 0, 5, message)));
  ASSERT_EQ(requests.size(), 1u);
  const auto& tlvs = std::get<DeliverSm>(requests[0].pdu.body).tlvs;
  EXPECT_FALSE(get_u16(tlvs, tag::user_message_reference));
  EXPECT_EQ(get_u16(tlvs, tag::source_port), 2948) << "the TLV behind it is read";
}

TEST(Trap09, a_tlv_cut_in_its_head_does_not_stop_the_message) {
  for (const std::string_view octets : {std::string_view("\x02\x0D", 2), std::string_view("\x05\x01\0", 3),
                                        std::string_view("\x02\x04\1", 3)})
    EXPECT_EQ(delivered_with(octets).requests, 2u);
}

TEST(Trap09, octets_that_may_be_the_texts_own_are_refused_and_the_link_stays) {
  for (const std::string_view octets :
       {std::string_view("\x02\x0D\0\5x", 5),         // a value that runs past the PDU
        std::string_view("\x04\x24\xFF\xFF abc", 8),  // a text that does
        std::string_view("\x04\x24\0", 3), std::string_view("000", 3), std::string_view("5", 1)}) {
    const Delivered sum = delivered_with(octets);
    EXPECT_EQ(sum.requests, 0u);
    EXPECT_EQ(sum.refusals, (std::vector<std::uint32_t>{ESME_RINVTLVSTREAM, ESME_RINVTLVSTREAM}));
  }
}

TEST(Trap09, who_submits_to_us_is_told_of_a_wrong_length) {
  std::string octets =
      octets_of(CommandId::submit_sm, 0, 5, submit_sm()) + std::string("\x02\x0D\0\2\0\1", 6);
  octets[3] = static_cast<char>(octets.size());
  EXPECT_EQ(decode(octets).error().command_status, ESME_RINVTLVLEN);
}

TEST(Trap11, an_enquire_link_is_answered_before_the_bind_is_and_on_a_receiver) {
  Esme esme;
  ASSERT_TRUE(esme.session.bind(BindKind::receiver, {}, esme.now));
  const auto asked = esme.hear();
  esme.say(octets_of(CommandId::enquire_link, 0, 41));
  esme.say(octets_of(CommandId::bind_receiver_resp, 0, asked.at(0).sequence_number, BindResp{}));
  EXPECT_EQ(esme.session.state(), State::bound_rx);
  esme.say(octets_of(CommandId::enquire_link, 0, 42));
  const auto heard = esme.hear();
  ASSERT_EQ(heard.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(heard[i].command_id, CommandId::enquire_link_resp);
    EXPECT_EQ(heard[i].sequence_number, 41 + i);
  }
}

TEST(Trap11, an_unbind_of_the_peers_is_answered_and_what_was_in_flight_is_accounted_for) {
  Esme esme;
  esme.bind();
  for (std::uint64_t tag = 1; tag <= 3; ++tag) ASSERT_TRUE(esme.session.request(submit_sm(), tag, esme.now));
  esme.hear();
  const auto events = esme.say(octets_of(CommandId::unbind, 0, 9));
  const auto failed = all<RequestFailed>(events);
  ASSERT_EQ(failed.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(failed[i].tag, i + 1);
  EXPECT_EQ(all<Closed>(events).at(0).reason, CloseReason::peer_unbound);
  const auto heard = esme.hear();
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0].command_id, CommandId::unbind_resp);
  EXPECT_EQ(heard[0].sequence_number, 9u);
}

TEST(Trap11, a_half_open_connection_is_found_by_its_silence) {
  Esme esme;
  esme.bind();
  ASSERT_TRUE(esme.session.request(submit_sm(), 7, esme.now));
  esme.now += 30s;
  esme.session.tick(esme.now);
  esme.now += 10s;
  esme.session.tick(esme.now);
  const auto events = drain(esme.session);
  EXPECT_EQ(all<RequestFailed>(events).size(), 1u);
  EXPECT_EQ(all<Closed>(events).at(0).reason, CloseReason::enquire_link_timeout);
}

SubmitSm with_payload(std::size_t octets) {
  SubmitSm message = submit_sm();
  message.short_message.clear();
  set_octets(message.tlvs, tag::message_payload, std::string(octets, 'x'));
  set_u8(message.tlvs, tag::user_response_code, 1);
  return message;
}

TEST(Versions, a_3_3_peer_is_sent_no_tlv_and_its_text_in_short_message) {
  for (const auto version : {std::optional<std::uint8_t>{}, std::optional<std::uint8_t>{0x33}}) {
    Esme esme;
    esme.bind(BindKind::transmitter, version);
    ASSERT_TRUE(esme.session.request(with_payload(254), 1, esme.now));
    const auto heard = esme.hear();
    const auto& sent = std::get<SubmitSm>(heard.at(0).body);
    EXPECT_TRUE(sent.tlvs.empty());
    EXPECT_EQ(sent.short_message, std::string(254, 'x'));
    EXPECT_EQ(esme.session.request(with_payload(255), 2, esme.now).error(), Refusal::peer_too_old);
    EXPECT_EQ(esme.session.request(DataSm{}, 3, esme.now).error(), Refusal::peer_too_old);
    EXPECT_EQ(esme.session.in_flight(), 1u);
  }
}

TEST(Versions, a_3_4_or_5_0_peer_is_sent_tlvs) {
  for (const std::uint8_t version : {interface_version::v34, interface_version::v50}) {
    Esme esme;
    esme.bind(BindKind::transmitter, version);
    EXPECT_EQ(esme.session.peer_interface_version(), version);
    ASSERT_TRUE(esme.session.request(with_payload(1000), 1, esme.now));
    EXPECT_EQ(std::get<SubmitSm>(esme.hear().at(0).body), with_payload(1000));
    EXPECT_TRUE(esme.session.request(DataSm{}, 3, esme.now));
  }
}

TEST(Versions, who_sends_a_tlv_takes_one_and_so_does_who_is_known_to) {
  Esme learned;
  learned.bind();
  DeliverSm message = deliver_sm();
  set_u8(message.tlvs, tag::ussd_service_op, 1);
  learned.say(octets_of(CommandId::deliver_sm, 0, 5, message));
  Esme told(SessionOptions{.peer_takes_tlvs = true});
  told.bind();
  for (Esme* esme : {&learned, &told}) {
    ASSERT_TRUE(esme->session.request(with_payload(10), 1, esme->now));
    EXPECT_EQ(std::get<SubmitSm>(esme->hear().at(0).body), with_payload(10));
  }
}

TEST(Versions, a_3_3_message_centre_may_deliver_on_a_transmitter_and_a_3_4_one_may_not) {
  for (const auto& [version, taken] : {std::pair{std::uint8_t{0x33}, true}, {std::uint8_t{0x34}, false}}) {
    Esme esme;
    esme.bind(BindKind::transmitter, version);
    const auto events = esme.say(octets_of(CommandId::deliver_sm, 0, 5, deliver_sm()));
    EXPECT_EQ(all<Request>(events).size(), taken ? 1u : 0u);
    EXPECT_TRUE(esme.session.is_bound());
  }
}

TEST(Versions, a_5_0_answer_brings_its_congestion_state) {
  Esme esme;
  esme.bind(BindKind::transmitter, interface_version::v50);
  const auto ours = esme.session.request(submit_sm(), 7, esme.now);
  SubmitSmResp answer{.message_id = "a"};
  set_u8(answer.tlvs, tag::congestion_state, 91);
  const auto responses = all<Response>(esme.say(octets_of(CommandId::submit_sm_resp, 0, *ours, answer)));
  ASSERT_EQ(responses.size(), 1u);
  EXPECT_EQ(get_u8(std::get<SubmitSmResp>(responses[0].pdu.body).tlvs, tag::congestion_state), 91);
  EXPECT_EQ(responses[0].sent_at, esme.now);
}

// A message centre session; the test is who binds.
struct Mc {
  explicit Mc(std::uint8_t version, bool either_way = false)
      : session(SessionOptions{.role = Role::mc, .system_id = "peyk", .either_way = either_way}) {
    session.connected(now);
    session.feed(
        octets_of(CommandId::bind_transmitter, 0, 1, Bind{.system_id = "gw", .interface_version = version}),
        now);
    EXPECT_EQ(all<BindRequested>(drain(session)).size(), 1u);
    EXPECT_TRUE(session.accept_bind(now));
  }
  Time now{std::chrono::hours(10)};
  Session session;
};

TEST(Versions, a_3_3_esme_is_answered_without_tlvs) {
  for (const auto& [version, tlvs] : {std::pair{std::uint8_t{0x33}, 0u}, {std::uint8_t{0x34}, 1u}}) {
    Mc mc(version);
    const auto heard = pdus(mc.session.output());
    EXPECT_EQ(std::get<BindResp>(heard.at(0).body).tlvs.size(), tlvs);
  }
}

TEST(Session, a_peer_that_bound_to_us_may_deliver_only_where_either_way_is_agreed) {
  for (const bool either_way : {true, false}) {
    Mc mc(interface_version::v34, either_way);
    mc.session.output().clear();
    EXPECT_EQ(mc.session.may_request(CommandId::submit_sm), either_way);
    mc.session.feed(octets_of(CommandId::deliver_sm, 0, 2, deliver_sm()), mc.now);
    EXPECT_EQ(all<Request>(drain(mc.session)).size(), either_way ? 1u : 0u);
    EXPECT_EQ(mc.session.request(submit_sm(), 1, mc.now).has_value(), either_way);
    EXPECT_FALSE(mc.session.may_request(CommandId::query_sm));
  }
}

}  // namespace
}  // namespace peyk::smpp::traps_session_test
