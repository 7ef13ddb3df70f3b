// The witness: each rule is told when it is broken, and only then. PDUs are written by hand, because our own
// session would not send most of them.
#include "tests/unit/sim_carrier_kit.hpp"

#include "sim/profile_file.hpp"

namespace peyk::tests::sim_contract_test {
namespace {

using namespace std::chrono_literals;
using sim::Rule;

class TheWitness : public TheCarrier {
 protected:
  void take(const std::string& yaml) {
    auto profile = sim::parse_profile(yaml, "test");
    ASSERT_TRUE(profile.has_value()) << profile.error();
    carrier_.set_profile(std::move(*profile), now_);
  }
  // Answers to what the esme asks by itself are not wanted: everything is said by say().
  void say(Esme& esme, std::uint32_t sequence, const smpp::Body& body, std::uint32_t status = 0) {
    std::string octets;
    ASSERT_FALSE(smpp::encode(smpp::command_id_of(body), status, sequence, body, octets));
    carrier_.feed(esme.link, octets, now_);
    std::string down;
    carrier_.take_output(esme.link, down, now_);
  }
  void say(Esme& esme, const smpp::Body& body) { say(esme, next_++, body); }
  std::uint64_t count(Rule rule) const { return carrier_.contract().count(rule); }
  std::uint64_t total() const { return carrier_.contract().total(); }
  void expect_only(Rule rule, std::uint64_t times = 1) {
    EXPECT_EQ(count(rule), times) << words(rule);
    EXPECT_EQ(total(), times) << (carrier_.contract().examples().empty()
                                      ? std::string()
                                      : std::string(words(carrier_.contract().examples().back().rule)));
  }
  static smpp::SubmitSm with_udh(std::uint16_t ref, std::uint8_t total, std::uint8_t seq,
                                 std::string text = "part") {
    smpp::SubmitSm part = submit_of(text);
    part.esm_class = smpp::esm_class::udhi;
    part.short_message = smpp::build_udh(ref, smpp::RefWidth::bits8, total, seq) + part.short_message;
    return part;
  }

  std::uint32_t next_ = 1000;
};

TEST_F(TheWitness, findsNothingWrongWithWhatIsRight) {
  take(
      "contract: {rate: 3, window: 2, sessions: 1, sources: [\"30001234\"], dest_tons: [0], data_codings: "
      "[0, 8]}");
  Esme& esme = bound();
  smpp::SubmitSm asking = submit_of("hello");
  asking.registered_delivery = 1;
  submit(esme, asking);
  submit(esme, submit_of("سلام"));
  send("MO");
  wait(100ms);
  for (const auto& request : esme.requests()) answer(esme, request);
  smpp::SubmitSm timed = submit_of("x");
  timed.validity_period = "000001000000000R";
  now_ += 1s;
  submit(esme, timed);
  for (std::uint8_t seq = 1; seq <= 2; ++seq) submit(esme, with_udh(9, 2, seq));
  esme.session.unbind(now_);
  exchange();
  wait(120s);
  EXPECT_EQ(total(), 0U) << words(carrier_.contract().examples().at(0).rule) << " "
                         << carrier_.contract().examples().at(0).what;
}

TEST_F(TheWitness, tellsWhatIsNoPduAndWhatCannotBeRead) {
  Esme& garbled = bound();
  carrier_.feed(garbled.link, "GET / HTTP/1.1\r\n\r\n", now_);
  expect_only(Rule::framing);
  Esme& esme = bound();
  carrier_.contract().clear();
  std::string octets("\0\0\0\x14\0\0\0\x04\0\0\0\0\0\0\0\x09gone", 20);
  carrier_.feed(esme.link, octets, now_);
  expect_only(Rule::broken_body);
  carrier_.contract().clear();
  carrier_.feed(esme.link, std::string_view("\0\0\0\x10\0\0\x0F\xFF\0\0\0\0\0\0\0\x0A", 16), now_);
  expect_only(Rule::unknown_command);
}

TEST_F(TheWitness, tellsRequestsThatTheBindDoesNotAllow) {
  say(connect(), submit_of("too early"));
  expect_only(Rule::wrong_state);
  carrier_.contract().clear();
  Esme& receiver = bound(smpp::BindKind::receiver);
  say(receiver, submit_of("x"));
  expect_only(Rule::wrong_state);
  carrier_.contract().clear();
  say(bound(smpp::BindKind::transmitter), submit_of("x"));
  EXPECT_EQ(total(), 0U);
}

TEST_F(TheWitness, tellsSequenceNumbersThatAreNone) {
  Esme& esme = bound();
  say(esme, 0, submit_of("x"));
  say(esme, 0x80000001, submit_of("x"));
  expect_only(Rule::sequence, 2);
  carrier_.contract().clear();
  add({.kind = FaultKind::hold_responses});
  say(esme, 7, submit_of("x"));
  EXPECT_EQ(total(), 0U);
  say(esme, 7, submit_of("y"));
  expect_only(Rule::sequence);
  carrier_.contract().clear();
  carrier_.faults().clear();
  carrier_.release_responses(now_);
  wait(0ms);
  say(esme, 7, submit_of("z"));
  EXPECT_EQ(total(), 0U);
}

TEST_F(TheWitness, tellsAnswersToNothingAndWrongOnes) {
  Esme& esme = bound();
  say(esme, 99, smpp::DeliverSmResp{});
  expect_only(Rule::stray_response);
  carrier_.contract().clear();
  send("MO");
  const auto request = esme.requests().at(0);
  say(esme, request.sequence_number, smpp::DataSmResp{});
  expect_only(Rule::wrong_response);
}

TEST_F(TheWitness, tellsWhatStaysUnanswered) {
  take("contract: {answer_within_ms: 2000}");
  Esme& esme = bound();
  send("MO");
  ASSERT_EQ(esme.requests().size(), 1U);
  wait(1900ms);
  EXPECT_EQ(total(), 0U);
  wait(200ms);
  wait(200ms);
  expect_only(Rule::unanswered);
}

TEST_F(TheWitness, isJustToWhomTheCarrierWrongs) {
  take("contract: {answer_within_ms: 1000, parts_within_ms: 1000, window: 1}");
  Esme& frozen = bound();
  send("MO");
  carrier_.freeze_links();
  wait(5s);
  Esme& refused = bound();
  add({.kind = FaultKind::respond, .n = 1, .status = smpp::ESME_RINVDSTADR, .part = 2});
  submit(refused, with_udh(1, 2, 1));
  submit(refused, with_udh(1, 2, 2));
  for (const auto& request : refused.requests()) answer(refused, request);
  wait(5s);
  add({.kind = FaultKind::lose_responses, .n = 1});
  say(refused, submit_of("lost"));
  wait(6s);
  say(refused, submit_of("its window is free again"));
  EXPECT_EQ(total(), 0U);
  EXPECT_FALSE(carrier_.finished(frozen.link));
}

TEST_F(TheWitness, tellsTimesThatAreNone) {
  smpp::SubmitSm submit_sm = submit_of("x");
  submit_sm.validity_period = "tomorrow";
  say(bound(), submit_sm);
  expect_only(Rule::time_format);
}

TEST_F(TheWitness, tellsHeadersPartsAndLengthsThatCannotBe) {
  struct Row {
    Rule rule;
    smpp::SubmitSm submit_sm;
  };
  std::vector<Row> rows;
  smpp::SubmitSm both = submit_of("x");
  smpp::set_octets(both.tlvs, smpp::tag::message_payload, "y");
  rows.push_back({Rule::message_twice, both});
  smpp::SubmitSm sar = with_udh(1, 2, 1);
  smpp::write_sar(sar.tlvs, {1, smpp::RefWidth::bits16, 2, 1});
  rows.push_back({Rule::user_data_header, sar});
  rows.push_back({Rule::user_data_header, with_udh(1, 2, 2)});
  rows.back().submit_sm.short_message[5] = 3;  // the third of two
  smpp::SubmitSm odd = submit_of("سلام");
  odd.short_message.pop_back();
  rows.push_back({Rule::alphabet, odd});
  rows.push_back({Rule::alphabet, submit_of("x")});
  rows.back().submit_sm.short_message = "caf\xE9";
  rows.push_back({Rule::text_length, submit_of("x")});
  rows.back().submit_sm.short_message = std::string(161, 'x');
  rows.push_back({Rule::text_length, with_udh(1, 2, 1, std::string(154, 'x'))});
  rows.push_back({Rule::address, submit_of("x")});
  rows.back().submit_sm.source_addr = "Nan-o-Namak";
  rows.push_back({Rule::address, submit_of("x")});
  rows.back().submit_sm.destination_addr = "+989121234567";
  rows.push_back({Rule::tlv_not_allowed, submit_of("x")});
  smpp::set_u8(rows.back().submit_sm.tlvs, smpp::tag::message_state, 2);
  for (const Row& row : rows) {
    Esme& esme = bound();
    carrier_.contract().clear();
    say(esme, row.submit_sm);
    EXPECT_EQ(count(row.rule), 1U) << words(row.rule);
    EXPECT_EQ(total(), 1U) << words(row.rule);
  }
  carrier_.contract().clear();
  Esme& esme = bound();
  smpp::SubmitSm named = submit_of("x");
  named.source_addr_ton = 5;
  named.source_addr = "Nan-o-Namak";
  say(esme, named);
  smpp::SubmitSm full = submit_of("x");
  full.short_message = std::string(160, 'x');
  say(esme, full);
  say(esme, with_udh(5, 1, 1, std::string(153, 'x')));
  smpp::SubmitSm vendor = submit_of("x");
  smpp::set_u8(vendor.tlvs, 0x1501, 2);
  say(esme, vendor);
  EXPECT_EQ(total(), 0U);
}

TEST_F(TheWitness, tellsALongTextThatIsNeverWholeAndAPartThatComesAgain) {
  take("contract: {parts_within_ms: 5000}");
  Esme& esme = bound();
  submit(esme, with_udh(7, 3, 1));
  submit(esme, with_udh(7, 3, 3));
  wait(4900ms);
  EXPECT_EQ(total(), 0U);
  wait(200ms);
  expect_only(Rule::parts_missing);
  carrier_.contract().clear();

  add({.kind = FaultKind::respond, .n = 1, .status = smpp::ESME_RTHROTTLED, .part = 2});
  submit(esme, with_udh(8, 2, 1));
  submit(esme, with_udh(8, 2, 2));
  submit(esme, with_udh(8, 2, 2));
  EXPECT_EQ(total(), 0U);
  submit(esme, with_udh(8, 2, 1));
  expect_only(Rule::part_twice);
  carrier_.closed(esme.link, now_);
  Esme& next = bound();
  submit(next, with_udh(8, 2, 1));
  expect_only(Rule::part_twice);
}

TEST_F(TheWitness, tellsTlvsForACarrierThatNamedNoVersion) {
  take("interface_version: none");
  smpp::SubmitSm submit_sm = submit_of("x");
  smpp::set_u16(submit_sm.tlvs, smpp::tag::user_message_reference, 1);
  say(bound(), submit_sm);
  expect_only(Rule::tlv_for_v33);
  take("name: plain");
  say(bound(), submit_sm);
  expect_only(Rule::tlv_for_v33);
}

TEST_F(TheWitness, countsRatesOverAnySecond) {
  take("contract: {rate: 2, source_rate: 1}");
  Esme& esme = bound();
  smpp::SubmitSm other = submit_of("x");
  other.source_addr = "30009999";
  say(esme, submit_of("x"));
  say(esme, other);
  EXPECT_EQ(total(), 0U);
  now_ += 999ms;
  say(esme, submit_of("x"));
  EXPECT_EQ(count(Rule::rate), 1U);
  EXPECT_EQ(count(Rule::source_rate), 1U);
  now_ += 1000ms;
  say(esme, submit_of("x"));
  EXPECT_EQ(total(), 2U);
}

TEST_F(TheWitness, countsTheWindowAndTheSessions) {
  take("contract: {window: 2, sessions: 1}");
  Esme& esme = bound();
  add({.kind = FaultKind::hold_responses});
  say(esme, submit_of("x"));
  say(esme, submit_of("x"));
  EXPECT_EQ(total(), 0U);
  say(esme, submit_of("x"));
  expect_only(Rule::window);
  bound();
  EXPECT_EQ(count(Rule::sessions), 1U);
}

TEST_F(TheWitness, holdsToWhatWasAgreedOfAddressesAndAlphabets) {
  take("contract: {sources: [\"30001234\"], dest_tons: [1], dest_npis: [1], data_codings: [0]}");
  Esme& esme = bound();
  smpp::SubmitSm right = submit_of("x");
  right.dest_addr_ton = right.dest_addr_npi = 1;
  say(esme, right);
  EXPECT_EQ(total(), 0U);
  smpp::SubmitSm wrong = submit_of("س");
  wrong.source_addr = "30009999";
  say(esme, wrong);
  EXPECT_EQ(count(Rule::source), 1U);
  EXPECT_EQ(count(Rule::ton_npi), 1U);
  EXPECT_EQ(count(Rule::data_coding), 1U);
}

TEST_F(TheWitness, keepsTheFirstExamplesAndCountsAll) {
  Esme& esme = bound();
  for (std::uint32_t i = 0; i < 20; ++i) say(esme, 5000 + i, smpp::DeliverSmResp{});
  EXPECT_EQ(count(Rule::stray_response), 20U);
  ASSERT_EQ(carrier_.contract().examples().size(), 5U);
  EXPECT_EQ(carrier_.contract().examples()[0].sequence_number, 5000U);
  EXPECT_EQ(carrier_.contract().examples()[0].link, esme.link);
  EXPECT_EQ(carrier_.contract().examples()[0].what, "deliver_sm_resp");
}

}  // namespace
}  // namespace peyk::tests::sim_contract_test
