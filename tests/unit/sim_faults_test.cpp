// What the carrier does wrong when it is told to, and that it stops when it was told enough.
#include "tests/unit/sim_carrier_kit.hpp"

#include <algorithm>

#include "sim/profile_file.hpp"

namespace peyk::tests::sim_faults_test {
namespace {

using namespace std::chrono_literals;

TEST_F(TheCarrier, refusesTheNextSubmitsAsToldAndNoMore) {
  Esme& esme = bound();
  add({.kind = FaultKind::respond, .n = 2, .status = smpp::ESME_RTHROTTLED});
  EXPECT_EQ(status_of_submit(esme), smpp::ESME_RTHROTTLED);
  EXPECT_EQ(status_of_submit(esme), smpp::ESME_RTHROTTLED);
  EXPECT_TRUE(inbox().empty());
  EXPECT_EQ(status_of_submit(esme), smpp::ESME_ROK);
  EXPECT_EQ(inbox().size(), 1U);
}

TEST_F(TheCarrier, losesAResponseButNotTheText) {
  Esme& esme = bound();
  add({.kind = FaultKind::lose_responses, .n = 1});
  EXPECT_FALSE(submit(esme, submit_of("hello")).has_value());
  EXPECT_EQ(inbox().size(), 1U);
  EXPECT_EQ(status_of_submit(esme), smpp::ESME_ROK);
}

TEST_F(TheCarrier, delaysResponses) {
  Esme& esme = bound();
  add({.kind = FaultKind::delay_responses, .n = 1, .delay = 500ms});
  EXPECT_FALSE(submit(esme, submit_of("hello")).has_value());
  wait(499ms);
  EXPECT_EQ(esme.find<smpp::Response>(), nullptr);
  wait(1ms);
  EXPECT_NE(esme.find<smpp::Response>(), nullptr);
}

TEST_F(TheCarrier, refusesBindsForAWhile) {
  add({.kind = FaultKind::refuse_binds, .for_ = 5s, .status = smpp::ESME_RSYSERR});
  EXPECT_EQ(refused_with("peyk", "secret"), smpp::ESME_RSYSERR);
  now_ += 5s;
  EXPECT_TRUE(bound().session.is_bound());
}

TEST_F(TheCarrier, dropsLinksWithoutAWordAndWritesRawOctets) {
  Esme& esme = bound();
  EXPECT_TRUE(carrier_.send_raw(esme.link, "no SMPP"));
  std::string octets;
  carrier_.take_output(esme.link, octets, now_);
  EXPECT_EQ(octets, "no SMPP");
  EXPECT_FALSE(carrier_.dropped(esme.link));
  carrier_.drop_links();
  EXPECT_TRUE(carrier_.dropped(esme.link));
  send("waits");
  EXPECT_TRUE(esme.requests().empty());
}

TEST_F(TheCarrier, refusesOnlyTheNamedPartOfALongText) {
  Esme& esme = bound();
  add({.kind = FaultKind::respond, .n = 1, .status = smpp::ESME_RTHROTTLED, .part = 2});
  std::vector<std::uint32_t> statuses;
  for (std::uint8_t seq = 1; seq <= 3; ++seq) {
    smpp::SubmitSm part = submit_of("part");
    part.esm_class = smpp::esm_class::udhi;
    part.short_message = smpp::build_udh(7, smpp::RefWidth::bits8, 3, seq) + part.short_message;
    statuses.push_back(submit(esme, part).value().command_status);
  }
  EXPECT_EQ(statuses, (std::vector<std::uint32_t>{0, smpp::ESME_RTHROTTLED, 0}));
  EXPECT_TRUE(inbox().empty());
}

TEST_F(TheCarrier, refusesOnlyTheNamedPhone) {
  Esme& esme = bound();
  add({.kind = FaultKind::respond, .n = 1, .status = smpp::ESME_RINVDSTADR, .to = "989350000000"});
  EXPECT_EQ(status_of_submit(esme), 0U);
  smpp::SubmitSm other = submit_of("x");
  other.destination_addr = "989350000000";
  EXPECT_EQ(submit(esme, other).value().command_status, smpp::ESME_RINVDSTADR);
}

TEST_F(TheCarrier, answersByGenericNack) {
  Esme& esme = bound();
  add({.kind = FaultKind::nack, .n = 1, .status = smpp::ESME_RTHROTTLED});
  const auto answer = submit(esme, submit_of("hello")).value();
  EXPECT_EQ(answer.command_id, smpp::CommandId::generic_nack);
  EXPECT_EQ(answer.command_status, smpp::ESME_RTHROTTLED);
  EXPECT_TRUE(inbox().empty());
}

TEST_F(TheCarrier, holdsResponsesUntilTheyAreReleased) {
  Esme& esme = bound();
  add({.kind = FaultKind::hold_responses});
  EXPECT_FALSE(submit(esme, submit_of("one")).has_value());
  EXPECT_FALSE(submit(esme, submit_of("two")).has_value());
  wait(30s);
  EXPECT_EQ(esme.find<smpp::Response>(), nullptr);
  EXPECT_EQ(inbox().size(), 2U);
  carrier_.release_responses(now_);
  wait(0ms);
  EXPECT_EQ(
      std::ranges::count_if(
          esme.other, [](const smpp::Event& event) { return std::holds_alternative<smpp::Response>(event); }),
      2);
}

TEST_F(TheCarrier, holdsResponsesForATimeAndThenGivesAllOfThem) {
  Esme& esme = bound();
  add({.kind = FaultKind::hold_responses, .for_ = 30s});
  submit(esme, submit_of("one"));
  wait(29s);
  EXPECT_FALSE(submit(esme, submit_of("two")).has_value());
  wait(1s);
  EXPECT_NE(esme.find<smpp::Response>(), nullptr);
  EXPECT_EQ(status_of_submit(esme), 0U);
}

TEST_F(TheCarrier, releasesWhatIsHeldForATimeAndNotWhatIsOnlyLate) {
  Esme& esme = bound();
  const auto answers = [&esme] {
    return std::ranges::count_if(
        esme.other, [](const smpp::Event& event) { return std::holds_alternative<smpp::Response>(event); });
  };
  add({.kind = FaultKind::delay_responses, .n = 1, .delay = 40s});
  EXPECT_FALSE(submit(esme, submit_of("late")).has_value());
  add({.kind = FaultKind::hold_responses, .n = 2, .for_ = 30s});
  EXPECT_FALSE(submit(esme, submit_of("one")).has_value());
  EXPECT_FALSE(submit(esme, submit_of("two")).has_value());
  wait(1s);
  EXPECT_EQ(answers(), 0);
  carrier_.release_responses(now_);
  wait(0ms);
  EXPECT_EQ(answers(), 2);
  wait(39s);
  EXPECT_EQ(answers(), 3);
}

TEST_F(TheCarrier, sendsAReceiptBeforeItsResponseInOneSegmentOrAWhileBefore) {
  Esme& esme = bound();
  smpp::SubmitSm asking = submit_of("receipt");
  asking.registered_delivery = smpp::registered_delivery::success_and_failure;
  add({.kind = FaultKind::early_receipts, .n = 1});
  EXPECT_TRUE(submit(esme, asking).has_value());
  using smpp::CommandId;
  EXPECT_EQ(commands_out(2), (std::vector{CommandId::deliver_sm, CommandId::submit_sm_resp}));

  add({.kind = FaultKind::early_receipts, .n = 1, .delay = 200ms});
  EXPECT_FALSE(submit(esme, asking).has_value());
  EXPECT_EQ(esme.requests().size(), 2U);
  wait(200ms);
  EXPECT_NE(esme.find<smpp::Response>(), nullptr);
}

TEST_F(TheCarrier, losesDelaysDoublesAndMisnamesReceipts) {
  Esme& esme = bound();
  smpp::SubmitSm asking = submit_of("receipt");
  asking.registered_delivery = smpp::registered_delivery::success_and_failure;
  add({.kind = FaultKind::lose_receipts, .n = 1});
  submit(esme, asking);
  wait(10s);
  EXPECT_TRUE(esme.requests().empty());

  add({.kind = FaultKind::delay_receipts, .n = 1, .delay = 5s});
  submit(esme, asking);
  wait(4s);
  EXPECT_TRUE(esme.requests().empty());
  wait(1100ms);
  EXPECT_EQ(esme.requests().size(), 1U);

  add({.kind = FaultKind::duplicate_receipts, .n = 1});
  submit(esme, asking);
  wait(100ms);
  const auto both = esme.requests();
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].body, both[1].body);

  add({.kind = FaultKind::wrong_receipt_ids, .n = 1});
  const std::string id = std::get<smpp::SubmitSmResp>(submit(esme, asking).value().body).message_id;
  wait(100ms);
  EXPECT_NE(smpp::parse_receipt(deliver_of(esme.requests().at(0)))->id, id);
}

TEST_F(TheCarrier, answersTwiceOrUnderANumberThatNobodyUsed) {
  Esme& esme = bound();
  add({.kind = FaultKind::duplicate_responses, .n = 1});
  EXPECT_TRUE(submit(esme, submit_of("hello")).has_value());
  EXPECT_EQ(esme.session.counts().stray_responses, 1U);
  add({.kind = FaultKind::wrong_sequence, .n = 1});
  EXPECT_FALSE(submit(esme, submit_of("hello")).has_value());
  EXPECT_EQ(esme.session.counts().stray_responses, 2U);
}

TEST_F(TheCarrier, redeliversATextThatWasAnswered) {
  Esme& esme = bound();
  add({.kind = FaultKind::redeliver, .n = 1});
  send("once more");
  const auto first = esme.requests();
  answer(esme, first.at(0));
  const auto second = esme.requests();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].body, first[0].body);
  answer(esme, second[0]);
  send("once");
  answer(esme, esme.requests().at(0));
  EXPECT_TRUE(esme.requests().empty());
}

TEST_F(TheCarrier, harmsTheLinkOfWhoSubmits) {
  Esme& closed = bound();
  add({.kind = FaultKind::close_links, .n = 1});
  submit(closed, submit_of("x"));
  EXPECT_TRUE(carrier_.dropped(closed.link));

  Esme& unbound = bound();
  add({.kind = FaultKind::unbind, .n = 1});
  submit(unbound, submit_of("x"));
  EXPECT_FALSE(unbound.session.is_bound());

  Esme& spoilt = bound();
  add({.kind = FaultKind::garbage, .n = 1, .octets = "HTTP"});
  spoilt.session.request(submit_of("x"), 1, now_);
  carrier_.feed(spoilt.link, std::exchange(spoilt.session.output(), {}), now_);
  std::string octets;
  carrier_.take_output(spoilt.link, octets, now_);
  EXPECT_TRUE(octets.ends_with("HTTP"));
}

TEST_F(TheCarrier, isSilentForGoodOnAHalfOpenLinkAndWellOnTheNext) {
  Esme& esme = bound();
  add({.kind = FaultKind::half_open, .n = 1});
  EXPECT_FALSE(submit(esme, submit_of("x")).has_value());
  esme.session.unbind(now_);
  wait(60s);
  EXPECT_FALSE(carrier_.finished(esme.link));
  EXPECT_EQ(status_of_submit(bound()), 0U);
}

TEST_F(TheCarrier, readsALinkNoFasterThanItIsTold) {
  Esme& esme = bound();
  submit(esme, submit_of("at full speed"));
  EXPECT_TRUE(carrier_.reads(esme.link, now_));
  add({.kind = FaultKind::slow_reading, .n = 1, .octets_per_second = 1000});
  submit(esme, submit_of("from here on"));
  EXPECT_TRUE(carrier_.reads(esme.link, now_));
  carrier_.feed(esme.link, std::string(500, '\0'), now_);
  EXPECT_FALSE(carrier_.reads(esme.link, now_ + 499ms));
  EXPECT_TRUE(carrier_.reads(esme.link, now_ + 500ms));
  EXPECT_TRUE(carrier_.reads(bound().link, now_));
}

TEST_F(TheCarrier, leavesEnquireLinkUnansweredAndAnswersTheRest) {
  smpp::SessionOptions asking;
  asking.timers.enquire_link_interval = 1s;
  asking.timers.enquire_link_answer = 1s;
  Esme& esme = connect();
  esme.session = smpp::Session(asking);
  esme.session.connected(now_);
  bind(esme, "peyk", "secret");
  const auto second_passes = [&] {
    now_ += 1s;
    esme.session.tick(now_);
    exchange();
  };
  second_passes();
  second_passes();
  EXPECT_TRUE(esme.session.is_bound());
  add({.kind = FaultKind::ignore_enquire_links});
  EXPECT_EQ(status_of_submit(esme), 0U);
  second_passes();
  second_passes();
  EXPECT_FALSE(esme.session.is_bound());
}

TEST_F(TheCarrier, acceptsABindAndCloses) {
  add({.kind = FaultKind::close_after_bind, .n = 1});
  EXPECT_TRUE(carrier_.finished(bound().link));
  EXPECT_FALSE(carrier_.finished(bound().link));
}

TEST_F(TheCarrier, strikesByChanceAsItsSeedSaysAndOnlyInItsTime) {
  const auto run = [this](std::uint64_t seed) {
    sim::Faults faults(seed);
    faults.add({.kind = FaultKind::lose_receipts, .probability = 0.25}, now_);
    std::string struck;
    for (int i = 0; i < 1000; ++i) struck += faults.strikes(FaultKind::lose_receipts, now_) ? '1' : '0';
    return struck;
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
  EXPECT_NEAR(static_cast<double>(std::ranges::count(run(7), '1')), 250, 60);

  sim::Faults faults(1);
  faults.add({.kind = FaultKind::nack, .after = 1s, .for_ = 2s}, now_);
  EXPECT_FALSE(faults.strikes(FaultKind::nack, now_));
  EXPECT_TRUE(faults.strikes(FaultKind::nack, now_ + 1s));
  EXPECT_FALSE(faults.strikes(FaultKind::nack, now_ + 3s));
  EXPECT_FALSE(faults.strikes(FaultKind::respond, now_ + 1s));
}

TEST(FaultWords, say_what_how_often_and_what_is_wrong_with_them) {
  const auto fault = sim::parse_fault(
      R"({"what":"respond","n":2,"status":"0x14","part":3,"to":"98912","after_ms":5,"probability":0.5})");
  ASSERT_TRUE(fault.has_value()) << fault.error();
  EXPECT_EQ(fault->status, smpp::ESME_RMSGQFUL);
  EXPECT_EQ(fault->n, 2U);
  EXPECT_EQ(fault->part, 3U);
  EXPECT_EQ(fault->to, "98912");
  EXPECT_EQ(fault->after, 5ms);
  EXPECT_EQ(sim::parse_fault("what: throttle")->n, 1U);
  EXPECT_EQ(sim::parse_fault("what: throttle")->status, smpp::ESME_RTHROTTLED);
  EXPECT_EQ(sim::parse_fault("{what: nack, probability: 0.1}")->n, 0U);
  for (const char* wrong : {"what: magic", "{what: respond, n: 0}", "{what: respond, n: many}",
                            "{what: respond, often: 1}", "{what: respond, n: 1, n: 2}",
                            "{what: garbage, hex: 0g}", "{what: nack, probability: 1.5}", "- nack", "{"}) {
    EXPECT_FALSE(sim::parse_fault(wrong).has_value()) << wrong;
  }
  EXPECT_NE(sim::parse_fault("what: nack\nstatsu: 8").error().find("fault:2: statsu: unknown key"),
            std::string::npos);
}

}  // namespace
}  // namespace peyk::tests::sim_faults_test
