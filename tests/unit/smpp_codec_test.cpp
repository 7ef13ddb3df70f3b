// Properties of the codec that no list of examples can show, and the limits of what it writes.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "smpp/commands.hpp"
#include "smpp/framer.hpp"
#include "smpp/layout.hpp"
#include "smpp/session.hpp"

namespace peyk::smpp::smpp_codec_test {
namespace {

std::string text_without_nul(std::size_t size_max) {
  const auto size = *rc::gen::inRange<std::size_t>(0, size_max + 1);
  return *rc::gen::container<std::string>(size, rc::gen::inRange<char>(1, 127));
}

std::string octets(std::size_t size_max) {
  const auto size = *rc::gen::inRange<std::size_t>(0, size_max + 1);
  return *rc::gen::container<std::string>(size, rc::gen::arbitrary<char>());
}

template <class B>
void fill_fields(B& body);

template <class B>
void fill(const layout::CString<B>& field, B& body) {
  body.*field.member = text_without_nul(field.octets_max - 1u);
}
template <class B>
void fill(const layout::Octet<B>& field, B& body) {
  body.*field.member = *rc::gen::arbitrary<std::uint8_t>();
}
template <class B>
void fill(const layout::Word<B>& field, B& body) {
  body.*field.member = *rc::gen::arbitrary<std::uint32_t>();
}
template <class B>
void fill(const layout::Text<B>& field, B& body) {
  body.*field.member = octets(255);
}
void fill_item(DestAddress& item) {
  item.is_list = *rc::gen::arbitrary<bool>();
  (item.is_list ? item.dl_name : item.destination_addr) = text_without_nul(20);
}
void fill_item(UnsuccessSme& item) {
  fill_fields(item);
}
template <class B, class Item>
void fill(const layout::List<B, Item>& field, B& body) {
  (body.*field.member).resize(*rc::gen::inRange<std::size_t>(0, 5));
  for (Item& item : body.*field.member) fill_item(item);
}
template <class B>
void fill_fields(B& body) {
  std::apply([&](const auto&... field) { (fill(field, body), ...); }, layout::Of<B>::fields);
}

Tlvs any_tlvs() {
  Tlvs tlvs(*rc::gen::inRange<std::size_t>(0, 4));
  for (Tlv& tlv : tlvs) {
    tlv.tag = *rc::gen::inRange<std::uint16_t>(0x1400, 0x4000);  // vendors': no rule of length
    tlv.value = octets(20);
  }
  return tlvs;
}

template <std::size_t kIndex = 1>
void emplace_body(Body& body, std::size_t index) {
  if constexpr (kIndex < std::variant_size_v<Body>) {
    if (index != kIndex) return emplace_body<kIndex + 1>(body, index);
    auto& made = body.emplace<kIndex>();
    fill_fields(made);
    made.tlvs = any_tlvs();
  }
}

Pdu any_pdu() {
  const Command& command = kCommands[*rc::gen::inRange<std::size_t>(0, kCommands.size())];
  Pdu pdu{command.id, *rc::gen::arbitrary<std::uint32_t>(), *rc::gen::arbitrary<std::uint32_t>(), {}};
  emplace_body(pdu.body, command.body_index);
  return pdu;
}

RC_GTEST_PROP(Codec, DecodingWhatWasEncodedGivesItBack, ()) {
  const Pdu pdu = any_pdu();
  std::string wire;
  RC_ASSERT(!encode(pdu, wire));
  const auto again = decode(wire);
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == pdu);
}

RC_GTEST_PROP(Codec, MemoryUsedAgainLeavesNothingBehind, ()) {
  Pdu reused;
  for (int i = 0; i < 5; ++i) {
    const Pdu pdu = any_pdu();
    std::string wire;
    RC_ASSERT(!encode(pdu, wire));
    RC_ASSERT(!decode(wire, reused));
    RC_ASSERT(reused == pdu);
  }
}

TEST(Codec, OfABodyThatIsCutNothingIsToldAndNothingOfTheOneBefore) {
  std::string whole;
  const QuerySmResp delivered{.message_id = "1", .message_state = 2};
  ASSERT_FALSE(encode(CommandId::query_sm_resp, ESME_ROK, 1, delivered, whole));
  for (std::size_t size = kHeaderOctets + 1; size < whole.size(); ++size) {
    Pdu pdu;
    ASSERT_FALSE(decode(whole, pdu));
    ASSERT_EQ(std::get<QuerySmResp>(pdu.body).message_state, 2);
    std::string cut = whole.substr(0, size);
    cut[3] = static_cast<char>(size);
    ASSERT_TRUE(decode(cut, pdu)) << size;
    EXPECT_TRUE(std::holds_alternative<std::monostate>(pdu.body)) << size;
  }
}

RC_GTEST_PROP(Codec, RandomOctetsBehindAHeaderNeverBreakIt, ()) {
  const Command& command = kCommands[*rc::gen::inRange<std::size_t>(0, kCommands.size())];
  std::string wire;
  RC_ASSERT(!encode(Pdu{command.id, 0, 1, {}}, wire));
  wire += octets(100);
  wire[3] = static_cast<char>(wire.size());
  Pdu pdu;
  if (!decode(wire, pdu)) RC_ASSERT(!describe(pdu).empty());
}

RC_GTEST_PROP(Codec, ADamagedPduIsReadOrRefusedButNeverBreaksIt, ()) {
  std::string wire;
  RC_ASSERT(!encode(any_pdu(), wire));
  const auto at = *rc::gen::inRange<std::size_t>(4, wire.size());
  wire[at] = *rc::gen::arbitrary<char>();
  Pdu pdu;
  decode(wire, pdu);
  wire.resize(*rc::gen::inRange<std::size_t>(0, wire.size()));
  RC_ASSERT(decode(wire, pdu).has_value());
}

// What a bound session of the mc writes and reports for `stream`, cut anywhere.
std::pair<std::string, std::size_t> reaction(const std::string& stream, std::size_t piece) {
  const Time now{};
  SessionOptions options;
  options.role = Role::mc;
  Session session(options);
  session.connected(now);
  std::string bind;
  encode(Pdu{CommandId::bind_transceiver, 0, 1, Bind{}}, bind);
  session.feed(bind, now);
  session.accept_bind(now);
  for (std::size_t i = 0; i < stream.size(); i += piece) {
    session.feed(std::string_view(stream).substr(i, piece), now);
  }
  std::size_t events = 0;
  Event event;
  while (session.next_event(event)) ++events;
  return {session.output(), events};
}

RC_GTEST_PROP(Codec, AStreamMeansTheSameHoweverItIsCut, ()) {
  std::string stream;
  for (int i = 0; i < 4; ++i) RC_ASSERT(!encode(any_pdu(), stream));
  if (*rc::gen::arbitrary<bool>()) stream += octets(40);
  RC_ASSERT(reaction(stream, *rc::gen::inRange<std::size_t>(1, 70)) == reaction(stream, stream.size()));
}

TEST(Codec, RefusesToWriteWhatTheWireCannotCarry) {
  std::string out = "kept";
  const auto refused = [&](Body body) {
    const auto id = command_id_of(body);
    const auto error = encode(Pdu{id, 0, 1, std::move(body)}, out);
    EXPECT_EQ(out, "kept");
    return error ? std::string(error->field) : "";
  };
  EXPECT_EQ(refused(SubmitSm{.short_message = std::string(256, 'x')}), "short_message");
  EXPECT_EQ(refused(SubmitSm{.source_addr = std::string(21, '1')}), "source_addr");
  EXPECT_EQ(refused(SubmitSm{.destination_addr = std::string("98\0", 3)}), "destination_addr");
  EXPECT_EQ(refused(SubmitSm{.tlvs = {{tag::message_payload, std::string(65536, 'x')}}}), "tlvs");
  EXPECT_EQ(refused(SubmitSm{.tlvs = {{1, std::string(65000, 'x')}, {2, std::string(6000, 'x')}}}),
            "command_length");
  EXPECT_EQ(refused(SubmitMulti{.dest_address = std::vector<DestAddress>(256)}), "dest_address");
  EXPECT_TRUE(encode(Pdu{CommandId::submit_sm, 0, 1, DeliverSm{}}, out)) << "an id of another body";
  EXPECT_FALSE(encode(Pdu{CommandId::submit_sm_resp, ESME_RSYSERR, 1, {}}, out));
  EXPECT_EQ(out.size(), 4u + kHeaderOctets);
}

TEST(Codec, DescribesAPduWithoutItsSecrets) {
  const std::string bind =
      describe(Pdu{CommandId::bind_receiver, 0, 7, Bind{.system_id = "peyk", .password = "hush"}});
  EXPECT_EQ(bind, "bind_receiver sequence_number=7 system_id=\"peyk\" password=*** interface_version=52");
  const std::string submit =
      describe(Pdu{CommandId::submit_sm, 0, 8,
                   SubmitSm{.destination_addr = "98\n12",
                            .short_message = "code 48213",
                            .tlvs = {{tag::message_payload, "48213"}, {0x1501, "\x01"}}}});
  EXPECT_EQ(submit.find("48213"), std::string::npos) << submit;
  EXPECT_EQ(submit,
            "submit_sm sequence_number=8 destination_addr=\"98?12\" short_message=10 octets "
            "message_payload=5 octets 0x1501=01");
}

TEST(Framer, KeepsNoMoreThanOneFrame) {
  Framer framer(100);
  std::string_view frame;
  std::string_view bytes("\0\0\0\x65\0\0\0\x05\0\0\0\0\0\0\0\x09rest", 20);
  EXPECT_EQ(framer.next(bytes, frame), Framer::Cut::broken);
  EXPECT_EQ(framer.broken_sequence_number(), 9u);
  bytes = "more";
  EXPECT_EQ(framer.next(bytes, frame), Framer::Cut::broken) << "it stays broken";
}

}  // namespace
}  // namespace peyk::smpp::smpp_codec_test
