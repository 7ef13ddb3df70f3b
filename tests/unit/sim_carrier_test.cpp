// What the carrier does for who is bound: texts both ways, receipts, dialogs.
#include "tests/unit/sim_carrier_kit.hpp"

#include "smpp/ussd.hpp"

namespace peyk::tests::sim_carrier_test {
namespace {

using namespace std::chrono_literals;

TEST_F(TheCarrier, bindsWhoKnowsThePassword) {
  EXPECT_TRUE(bound().session.is_bound());
  EXPECT_EQ(carrier_.bound_links(), 1U);
}

TEST_F(TheCarrier, refusesAWrongPasswordAndAnUnknownName) {
  EXPECT_EQ(refused_with("peyk", "guess"), smpp::ESME_RINVPASWD);
  EXPECT_EQ(refused_with("stranger", "secret"), smpp::ESME_RINVSYSID);
  EXPECT_EQ(carrier_.bound_links(), 0U);
}

TEST_F(TheCarrier, refusesOneBindMoreThanTheContractHasUntilOneLeaves) {
  options_.accounts[0].sessions_max = 1;
  Esme& first = bound();
  // Read from the record, as an esme may make of this answer what it likes.
  bind(connect(), "peyk", "secret");
  EXPECT_EQ(carrier_.counts().binds_refused, 1U);
  EXPECT_EQ(carrier_.bound_links(), 1U);
  EXPECT_EQ(record_.last(1).at(0)->word(2), smpp::ESME_RALYBND);
  carrier_.closed(first.link, now_);
  EXPECT_TRUE(bound().session.is_bound());
}

TEST_F(TheCarrier, deliversATextAndTellsItsAnswer) {
  Esme& esme = bound();
  send("اعتبار");
  const auto requests = esme.requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(deliver_of(requests[0]).source_addr, kPhone);
  EXPECT_EQ(deliver_of(requests[0]).destination_addr, kLine);
  EXPECT_EQ(deliver_of(requests[0]).data_coding, 8);
  EXPECT_TRUE(results_.empty());
  now_ += 5ms;
  answer(esme, requests[0]);
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_[0].command_status, 0U);
  EXPECT_EQ(results_[0].us, 5000);
}

TEST_F(TheCarrier, sendsALongTextInPartsThatJoinToIt) {
  Esme& esme = bound();
  std::string text;
  for (int i = 0; i < 60; ++i) text += "سلام ";
  send(text);
  const auto requests = esme.requests();
  ASSERT_EQ(requests.size(), 5U);  // 300 units, 67 a part
  std::string octets;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto part = smpp::read_message(deliver_of(requests[i]));
    ASSERT_TRUE(part && part->part);
    EXPECT_EQ(part->part->seq, i + 1);
    EXPECT_EQ(part->part->total, 5);
    octets += part->text;
    EXPECT_TRUE(results_.empty());
    answer(esme, requests[i]);
  }
  EXPECT_EQ(templates::decode(octets, 8), text);
  EXPECT_EQ(results_.size(), 1U);
}

TEST_F(TheCarrier, keepsTextsWhileNobodyIsBoundThatMayHaveThem) {
  bound(smpp::BindKind::transmitter);
  send("one");
  send("two");
  Esme& esme = bound(smpp::BindKind::receiver);
  const auto requests = esme.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(deliver_of(requests[0]).short_message, "one");
  EXPECT_EQ(deliver_of(requests[1]).short_message, "two");
}

TEST_F(TheCarrier, sendsAnUnansweredTextAgainUnderANewNumber) {
  Esme& esme = bound();
  send("one");
  const auto first = esme.requests();
  ASSERT_EQ(first.size(), 1U);
  wait(9999ms);
  EXPECT_TRUE(esme.requests().empty());
  wait(1ms);
  const auto second = esme.requests();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].body, first[0].body);
  EXPECT_NE(second[0].sequence_number, first[0].sequence_number);
  answer(esme, second[0]);
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_[0].attempts, 2U);
}

TEST_F(TheCarrier, sendsWhatALostLinkHeldAgainOnTheNextOneInOrder) {
  Esme& esme = bound();
  send("one");
  send("two");
  ASSERT_EQ(esme.requests().size(), 2U);
  carrier_.closed(esme.link, now_);
  send("three");
  const auto requests = bound().requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(deliver_of(requests[0]).short_message, "one");
  EXPECT_EQ(deliver_of(requests[1]).short_message, "two");
  EXPECT_EQ(deliver_of(requests[2]).short_message, "three");
  EXPECT_TRUE(results_.empty());
}

TEST_F(TheCarrier, triesLaterAfterATemporaryErrorAndNeverAfterAPermanentOne) {
  Esme& esme = bound();
  send("one");
  answer(esme, esme.requests().at(0), smpp::ESME_RX_T_APPN);
  wait(999ms);
  EXPECT_TRUE(esme.requests().empty());
  wait(1ms);
  const auto again = esme.requests();
  ASSERT_EQ(again.size(), 1U);
  answer(esme, again[0], smpp::ESME_RX_R_APPN);
  wait(60s);
  EXPECT_TRUE(esme.requests().empty());
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_[0].command_status, smpp::ESME_RX_R_APPN);
}

TEST_F(TheCarrier, redeliversOnRequestAtOnceOrAfterTheAnswer) {
  Esme& esme = bound();
  send("twice", sim::Redeliver::at_once);
  const auto both = esme.requests();
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].body, both[1].body);
  EXPECT_NE(both[0].sequence_number, both[1].sequence_number);
  answer(esme, both[0]);
  EXPECT_TRUE(results_.empty());
  answer(esme, both[1]);
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_[0].statuses, (std::vector<std::uint32_t>{0, 0}));

  send("later", sim::Redeliver::after_answer);
  const auto first = esme.requests();
  ASSERT_EQ(first.size(), 1U);
  answer(esme, first[0]);
  const auto second = esme.requests();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].body, first[0].body);
  EXPECT_EQ(results_.size(), 1U);
  answer(esme, second[0]);
  EXPECT_EQ(results_.size(), 2U);
}

TEST_F(TheCarrier, neverFillsMoreThanTheWindow) {
  options_.deliver_window = 2;
  Esme& esme = bound();
  for (int i = 0; i < 5; ++i) send("text");
  const auto requests = esme.requests();
  ASSERT_EQ(requests.size(), 2U);
  answer(esme, requests[0]);
  EXPECT_EQ(esme.requests().size(), 1U);
}

TEST_F(TheCarrier, refusesATextThatNoPduCanCarry) {
  const auto why_not = carrier_.send_text({std::string(30, '9'), std::string(kLine), "text"}, nullptr, now_);
  EXPECT_TRUE(why_not.has_value());
  EXPECT_EQ(carrier_.deliveries().count(), 0U);
}

TEST_F(TheCarrier, showsAWholeTextOnceItsPartsAreThereInAnyOrder) {
  Esme& esme = bound();
  smpp::SubmitSm first = submit_of("سلام "), second = submit_of("دنیا");
  first.esm_class = second.esm_class = smpp::esm_class::udhi;
  first.short_message = smpp::build_udh(9, smpp::RefWidth::bits8, 2, 1) + first.short_message;
  second.short_message = smpp::build_udh(9, smpp::RefWidth::bits8, 2, 2) + second.short_message;
  submit(esme, second);
  EXPECT_TRUE(inbox().empty());
  submit(esme, second);
  EXPECT_TRUE(inbox().empty());
  submit(esme, first);
  EXPECT_EQ(inbox(), std::vector<std::string>{"سلام دنیا"});
}

TEST_F(TheCarrier, givesEachSubmitItsOwnIdAndAReceiptOnlyToWhoAsks) {
  Esme& esme = bound();
  const auto silent = submit(esme, submit_of("no receipt"));
  smpp::SubmitSm asking = submit_of("receipt");
  asking.registered_delivery = smpp::registered_delivery::success_and_failure;
  const auto answered = submit(esme, asking);
  ASSERT_TRUE(silent && answered);
  const std::string id = std::get<smpp::SubmitSmResp>(answered->body).message_id;
  EXPECT_NE(std::get<smpp::SubmitSmResp>(silent->body).message_id, id);
  wait(99ms);
  EXPECT_TRUE(esme.requests().empty());
  wait(1ms);
  const auto requests = esme.requests();
  ASSERT_EQ(requests.size(), 1U);
  const auto receipt = smpp::parse_receipt(deliver_of(requests[0]));
  ASSERT_TRUE(receipt.has_value());
  EXPECT_EQ(receipt->id, id);
  EXPECT_EQ(receipt->state, smpp::ReceiptState::delivered);
  EXPECT_EQ(deliver_of(requests[0]).source_addr, kPhone);
}

TEST_F(TheCarrier, countsTheBusiestSecondOfASource) {
  Esme& esme = bound();
  for (int i = 0; i < 3; ++i) submit(esme, submit_of("x"));
  now_ += 999ms;
  submit(esme, submit_of("x"));
  now_ += 1ms;
  submit(esme, submit_of("x"));
  EXPECT_EQ(carrier_.windows().at(std::string(kLine)).max_in_any_second(), 4U);
  EXPECT_EQ(carrier_.windows().at(std::string(kLine)).total(), 5U);
}

TEST_F(TheCarrier, answersWhatItDoesNotSellWithInvalidCommand) {
  Esme& esme = bound();
  smpp::CancelBroadcastSm cancel;
  cancel.message_id = "1";
  esme.session.request(cancel, 1, now_);
  exchange();
  const auto* response = esme.find<smpp::Response>();
  ASSERT_NE(response, nullptr);
  EXPECT_EQ(response->pdu.command_status, smpp::ESME_RINVCMDID);
}

// USSD

class ADialog : public TheCarrier {
 protected:
  void dial(const std::string& code = "*7000#") {
    carrier_.dialogs().dial(
        kPhone, code, [this](const sim::DialogAnswer& a) { screens_.push_back(a); }, now_);
    exchange();
  }
  void press(const std::string& keys) {
    carrier_.dialogs().press(
        screens_.back().session, keys, [this](const sim::DialogAnswer& a) { screens_.push_back(a); }, now_);
    exchange();
  }
  std::uint32_t show(Esme& esme, const smpp::Pdu& step, const std::string& text, smpp::UssdReply reply) {
    smpp::SubmitSm submit_sm = submit_of(text);
    submit_sm.source_addr = "7000";
    const auto read = smpp::read_ussd(deliver_of(step), smpp::ussd_profiles::spec_like);
    smpp::write_ussd(submit_sm, smpp::ussd_profiles::spec_like, read->session, read->sequence, reply);
    return submit(esme, submit_sm).value().command_status;
  }

  std::vector<sim::DialogAnswer> screens_;
};

TEST_F(ADialog, goesFromMenuToKeysToItsEnd) {
  Esme& esme = bound();
  dial();
  const auto begin = esme.requests();
  ASSERT_EQ(begin.size(), 1U);
  const auto step = smpp::read_ussd(deliver_of(begin[0]), smpp::ussd_profiles::spec_like);
  ASSERT_TRUE(step.has_value());
  EXPECT_EQ(step->event, smpp::UssdEvent::begin);
  EXPECT_EQ(step->text, "*7000#");
  EXPECT_EQ(step->code, "7000");
  answer(esme, begin[0]);
  now_ += 3ms;
  EXPECT_EQ(show(esme, begin[0], "1 عضویت", smpp::UssdReply::continue_dialogue), 0U);
  ASSERT_EQ(screens_.size(), 1U);
  EXPECT_EQ(screens_[0].screen, "1 عضویت");
  EXPECT_TRUE(screens_[0].open);
  EXPECT_EQ(screens_[0].us, 3000);

  press("۱");
  const auto input = esme.requests();
  ASSERT_EQ(input.size(), 1U);
  EXPECT_EQ(smpp::read_ussd(deliver_of(input[0]), smpp::ussd_profiles::spec_like)->event,
            smpp::UssdEvent::input);
  EXPECT_EQ(templates::decode_ussd(deliver_of(input[0]).short_message, deliver_of(input[0]).data_coding),
            "۱");
  answer(esme, input[0]);
  EXPECT_EQ(show(esme, input[0], "Welcome", smpp::UssdReply::end_dialogue), 0U);
  ASSERT_EQ(screens_.size(), 2U);
  EXPECT_FALSE(screens_[1].open);
  EXPECT_EQ(carrier_.dialogs().open_count(), 0U);
  EXPECT_NE(show(esme, input[0], "too late", smpp::UssdReply::end_dialogue), 0U);
}

TEST_F(ADialog, endsWhenNobodyIsBoundOrTheApplicationIsSilentOrRefuses) {
  dial();
  ASSERT_EQ(screens_.size(), 1U);
  EXPECT_FALSE(screens_[0].error.empty());

  Esme& esme = bound();
  dial();
  answer(esme, esme.requests().at(0));
  wait(9s);
  EXPECT_EQ(screens_.size(), 1U);
  wait(1s);
  ASSERT_EQ(screens_.size(), 2U);
  EXPECT_FALSE(screens_[1].error.empty());
  const auto abort = esme.requests();
  ASSERT_EQ(abort.size(), 1U);
  EXPECT_EQ(smpp::read_ussd(deliver_of(abort[0]), smpp::ussd_profiles::spec_like)->event,
            smpp::UssdEvent::abort);

  dial();
  answer(esme, esme.requests().at(0), smpp::ESME_RX_T_APPN);
  ASSERT_EQ(screens_.size(), 3U);
  EXPECT_FALSE(screens_[2].error.empty());
  wait(60s);
  EXPECT_TRUE(esme.requests().empty());  // a step is never sent twice
}

TEST_F(ADialog, tellsTheApplicationWhenTheSubscriberHangsUp) {
  Esme& esme = bound();
  dial();
  const auto begin = esme.requests();
  answer(esme, begin.at(0));
  show(esme, begin[0], "1 join", smpp::UssdReply::continue_dialogue);
  EXPECT_TRUE(carrier_.dialogs().hang_up(screens_.at(0).session, now_));
  exchange();
  const auto abort = esme.requests();
  ASSERT_EQ(abort.size(), 1U);
  EXPECT_EQ(smpp::read_ussd(deliver_of(abort[0]), smpp::ussd_profiles::spec_like)->event,
            smpp::UssdEvent::abort);
  EXPECT_FALSE(carrier_.dialogs().hang_up(screens_[0].session, now_));
}

TEST_F(ADialog, refusesAScreenThatIsTooLong) {
  Esme& esme = bound();
  dial();
  const auto begin = esme.requests();
  answer(esme, begin.at(0));
  std::string text;
  for (int i = 0; i < 81; ++i) text += "ش";
  EXPECT_EQ(show(esme, begin[0], text, smpp::UssdReply::continue_dialogue), smpp::ESME_RINVMSGLEN);
  EXPECT_TRUE(screens_.empty());
}

TEST_F(ADialog, isRefusedWithoutAUssdString) {
  bound();
  dial("7000");
  ASSERT_EQ(screens_.size(), 1U);
  EXPECT_FALSE(screens_[0].error.empty());
}

}  // namespace
}  // namespace peyk::tests::sim_carrier_test
