// What the carrier keeps of texts until they end: schedule, validity, phones that are off, and query_sm,
// cancel_sm, replace_sm, data_sm and submit_multi.
#include "tests/unit/sim_carrier_kit.hpp"

#include <chrono>

#include "smpp/time_format.hpp"

namespace peyk::tests::sim_message_centre_test {
namespace {

using namespace std::chrono_literals;
using sim::PhoneState;
using smpp::ReceiptState;

class TheCentre : public TheCarrier {
 protected:
  smpp::Pdu ask(Esme& esme, const smpp::Body& body) {
    esme.other.clear();
    EXPECT_TRUE(esme.session.request(body, 1, now_).has_value());
    exchange();
    const auto* response = esme.find<smpp::Response>();
    EXPECT_NE(response, nullptr);
    return response == nullptr ? smpp::Pdu{} : response->pdu;
  }
  std::string id_of(const smpp::Pdu& pdu) {
    EXPECT_EQ(pdu.command_status, 0U);
    return std::get<smpp::SubmitSmResp>(pdu.body).message_id;
  }
  std::string submitted(Esme& esme, const smpp::SubmitSm& submit_sm) { return id_of(ask(esme, submit_sm)); }

  static smpp::SubmitSm asking(const std::string& text, std::uint8_t registered_delivery = 1) {
    smpp::SubmitSm submit_sm = submit_of(text);
    submit_sm.registered_delivery = registered_delivery;
    return submit_sm;
  }
  static smpp::QuerySm query(const std::string& id) {
    smpp::QuerySm query_sm;
    query_sm.message_id = id;
    query_sm.source_addr = kLine;
    return query_sm;
  }
  smpp::QuerySmResp state_of(Esme& esme, const std::string& id) {
    const smpp::Pdu pdu = ask(esme, query(id));
    EXPECT_EQ(pdu.command_status, 0U);
    return std::get<smpp::QuerySmResp>(pdu.body);
  }
  static smpp::CancelSm cancel(const std::string& id) {
    smpp::CancelSm cancel_sm;
    cancel_sm.message_id = id;
    cancel_sm.source_addr = kLine;
    cancel_sm.destination_addr = kPhone;
    return cancel_sm;
  }
  static smpp::ReplaceSm replace(const std::string& id, const std::string& text) {
    smpp::ReplaceSm replace_sm;
    replace_sm.message_id = id;
    replace_sm.source_addr = kLine;
    replace_sm.short_message = text;
    return replace_sm;
  }
  // The states of the receipts that came, answered.
  std::vector<ReceiptState> receipts(Esme& esme) {
    wait(100ms);
    std::vector<ReceiptState> states;
    for (const smpp::Pdu& pdu : esme.requests()) {
      const auto receipt = smpp::parse_receipt(deliver_of(pdu));
      EXPECT_TRUE(receipt.has_value());
      if (receipt) states.push_back(receipt->state);
      answer(esme, pdu);
    }
    return states;
  }
  void off() { carrier_.centre().set_phone(std::string(kPhone), PhoneState::off, now_); }
  void on() { carrier_.centre().set_phone(std::string(kPhone), PhoneState::on, now_); }
};

TEST_F(TheCentre, tellsTheStateOfAMessageToItsOwnerOnly) {
  Esme& esme = bound();
  const std::string id = submitted(esme, submit_of("x"));
  const auto told = state_of(esme, id);
  EXPECT_EQ(told.message_id, id);
  EXPECT_EQ(told.message_state, static_cast<std::uint8_t>(ReceiptState::delivered));
  EXPECT_TRUE(smpp::parse_time(told.final_date).has_value());
  EXPECT_FALSE(told.final_date.empty());

  off();
  const auto waiting = state_of(esme, submitted(esme, submit_of("y")));
  EXPECT_EQ(waiting.message_state, static_cast<std::uint8_t>(ReceiptState::enroute));
  EXPECT_EQ(waiting.final_date, "");

  EXPECT_EQ(ask(esme, query("999999999")).command_status, smpp::ESME_RINVMSGID);
  EXPECT_EQ(ask(esme, query("no number")).command_status, smpp::ESME_RINVMSGID);
  smpp::QuerySm other_line = query(id);
  other_line.source_addr = "30009999";
  EXPECT_EQ(ask(esme, other_line).command_status, smpp::ESME_RQUERYFAIL);
}

TEST_F(TheCentre, knowsNoMessageOfAnotherAccount) {
  options_.accounts.push_back({.system_id = "other", .password = "secret"});
  Carrier carrier{options_, record_, 1};
  sim::MessageCentre& centre = carrier.centre();
  const auto mine = centre.submit(0, submit_of("x"), now_);
  const std::string id = std::get<smpp::SubmitSmResp>(mine.body).message_id;
  EXPECT_EQ(centre.query(0, query(id)).status, 0U);
  EXPECT_EQ(centre.query(1, query(id)).status, smpp::ESME_RINVMSGID);
  EXPECT_EQ(centre.cancel(1, cancel(id), now_).status, smpp::ESME_RINVMSGID);
}

TEST_F(TheCentre, deliversAtTheScheduleAndNotBefore) {
  Esme& esme = bound();
  smpp::SubmitSm later = asking("later");
  later.schedule_delivery_time = "000000000010000R";
  submitted(esme, later);
  wait(9s);
  EXPECT_TRUE(inbox().empty());
  wait(1001ms);
  EXPECT_EQ(inbox(), std::vector<std::string>{"later"});
  EXPECT_EQ(receipts(esme), std::vector{ReceiptState::delivered});

  smpp::SubmitSm past = submit_of("past");
  past.schedule_delivery_time = "200101000000000+";
  submitted(esme, past);
  EXPECT_EQ(inbox().size(), 2U);
}

TEST_F(TheCentre, expiresWhatFoundNoPhoneInItsValidity) {
  Esme& esme = bound();
  off();
  smpp::SubmitSm shortly = asking("x");
  shortly.validity_period = "000000000005000R";
  const std::string id = submitted(esme, shortly);
  wait(4s);
  EXPECT_TRUE(receipts(esme).empty());
  wait(1s);
  EXPECT_EQ(receipts(esme), std::vector{ReceiptState::expired});
  EXPECT_EQ(state_of(esme, id).message_state, static_cast<std::uint8_t>(ReceiptState::expired));
  on();
  EXPECT_TRUE(inbox().empty());
}

TEST_F(TheCentre, deliversOnceThePhoneIsOnAgain) {
  Esme& esme = bound();
  off();
  submitted(esme, asking("x"));
  wait(60s);
  EXPECT_TRUE(inbox().empty());
  on();
  EXPECT_EQ(inbox().size(), 1U);
  EXPECT_EQ(receipts(esme), std::vector{ReceiptState::delivered});
}

TEST_F(TheCentre, refusesTimesThatAreNone) {
  Esme& esme = bound();
  smpp::SubmitSm submit_sm = submit_of("x");
  submit_sm.schedule_delivery_time = "999999999999999+";
  EXPECT_EQ(ask(esme, submit_sm).command_status, smpp::ESME_RINVSCHED);
  submit_sm.schedule_delivery_time = "";
  submit_sm.validity_period = "nineteen letters";
  EXPECT_EQ(ask(esme, submit_sm).command_status, smpp::ESME_RINVEXPIRY);
  submit_sm.validity_period = "200101000000000+";  // over already
  EXPECT_EQ(ask(esme, submit_sm).command_status, smpp::ESME_RINVEXPIRY);
  EXPECT_TRUE(inbox().empty());
}

TEST_F(TheCentre, sendsTheReceiptsThatWereAskedFor) {
  Esme& esme = bound();
  struct Row {
    std::uint8_t registered_delivery;
    PhoneState phone;
    std::vector<ReceiptState> heard;
  };
  using enum ReceiptState;
  for (const Row& row : {Row{0, PhoneState::on, {}}, Row{1, PhoneState::on, {delivered}},
                         Row{1, PhoneState::unknown, {undeliverable}}, Row{2, PhoneState::on, {}},
                         Row{2, PhoneState::unknown, {undeliverable}}, Row{3, PhoneState::on, {delivered}},
                         Row{3, PhoneState::unknown, {}}, Row{0x10, PhoneState::on, {}},
                         Row{0x11, PhoneState::on, {delivered}}}) {
    carrier_.centre().set_phone(std::string(kPhone), row.phone, now_);
    submitted(esme, asking("x", row.registered_delivery));
    EXPECT_EQ(receipts(esme), row.heard)
        << int{row.registered_delivery} << " " << static_cast<int>(row.phone);
  }
}

TEST_F(TheCentre, notifiesOnTheWayOnceWhenAsked) {
  Esme& esme = bound();
  off();
  submitted(esme, asking("x", 0x11));
  wait(100ms);
  const auto notice = esme.requests();
  ASSERT_EQ(notice.size(), 1U);
  EXPECT_EQ(deliver_of(notice[0]).esm_class, smpp::esm_class::intermediate_notification);
  EXPECT_EQ(smpp::parse_receipt(deliver_of(notice[0]))->state, ReceiptState::enroute);
  answer(esme, notice[0]);
  carrier_.centre().set_phone("989350000000", PhoneState::off, now_);
  EXPECT_TRUE(receipts(esme).empty());
  on();
  EXPECT_EQ(receipts(esme), std::vector{ReceiptState::delivered});
}

TEST_F(TheCentre, cancelsWhatHasNotEnded) {
  Esme& esme = bound();
  const std::string ended = submitted(esme, submit_of("here already"));
  EXPECT_EQ(ask(esme, cancel(ended)).command_status, smpp::ESME_RCANCELFAIL);
  EXPECT_EQ(ask(esme, cancel("12345")).command_status, smpp::ESME_RINVMSGID);
  off();
  const std::string waiting = submitted(esme, asking("x"));
  EXPECT_EQ(ask(esme, cancel(waiting)).command_status, 0U);
  EXPECT_EQ(ask(esme, cancel(waiting)).command_status, smpp::ESME_RCANCELFAIL);
  EXPECT_EQ(receipts(esme), std::vector{ReceiptState::deleted});
  on();
  EXPECT_EQ(inbox().size(), 1U);
}

TEST_F(TheCentre, cancelsAllThatWaitsForAPhoneWithoutAnId) {
  Esme& esme = bound();
  EXPECT_EQ(ask(esme, cancel("")).command_status, smpp::ESME_RCANCELFAIL);
  off();
  submitted(esme, submit_of("one"));
  submitted(esme, submit_of("two"));
  smpp::SubmitSm other = submit_of("three");
  other.service_type = "CMT";
  submitted(esme, other);
  smpp::CancelSm narrow = cancel("");
  narrow.service_type = "CMT";
  EXPECT_EQ(ask(esme, narrow).command_status, 0U);
  EXPECT_EQ(ask(esme, cancel("")).command_status, 0U);
  on();
  EXPECT_TRUE(inbox().empty());
}

TEST_F(TheCentre, replacesWhatHasNotEnded) {
  Esme& esme = bound();
  const std::string ended = submitted(esme, submit_of("here already"));
  EXPECT_EQ(ask(esme, replace(ended, "new")).command_status, smpp::ESME_RREPLACEFAIL);
  EXPECT_EQ(ask(esme, replace("12345", "new")).command_status, smpp::ESME_RINVMSGID);
  off();
  const std::string waiting = submitted(esme, submit_of("old"));
  smpp::ReplaceSm wrong = replace(waiting, "new");
  wrong.validity_period = "x";
  EXPECT_EQ(ask(esme, wrong).command_status, smpp::ESME_RINVEXPIRY);
  EXPECT_EQ(ask(esme, replace(waiting, "new")).command_status, 0U);
  on();
  EXPECT_EQ(inbox(), (std::vector<std::string>{"here already", "new"}));
}

TEST_F(TheCentre, replacesWhatIsPresentIfTheSubmitSaysSo) {
  Esme& esme = bound();
  off();
  const std::string first = submitted(esme, submit_of("old"));
  smpp::SubmitSm again = submit_of("new");
  again.replace_if_present_flag = 1;
  EXPECT_EQ(submitted(esme, again), first);
  on();
  EXPECT_EQ(inbox(), std::vector<std::string>{"new"});
  EXPECT_NE(submitted(esme, again), first);
}

TEST_F(TheCentre, takesTextsByDataSm) {
  Esme& esme = bound();
  smpp::DataSm data_sm;
  data_sm.source_addr = kLine;
  data_sm.destination_addr = kPhone;
  data_sm.registered_delivery = 1;
  smpp::set_octets(data_sm.tlvs, smpp::tag::message_payload, "by data");
  const smpp::Pdu resp = ask(esme, data_sm);
  EXPECT_EQ(resp.command_status, 0U);
  EXPECT_EQ(resp.command_id, smpp::CommandId::data_sm_resp);
  EXPECT_FALSE(std::get<smpp::DataSmResp>(resp.body).message_id.empty());
  EXPECT_EQ(inbox(), std::vector<std::string>{"by data"});
  EXPECT_EQ(receipts(esme), std::vector{ReceiptState::delivered});

  off();
  smpp::set_u32(data_sm.tlvs, smpp::tag::qos_time_to_live, 3);
  ask(esme, data_sm);
  wait(3s);
  EXPECT_EQ(receipts(esme), std::vector{ReceiptState::expired});
  data_sm.destination_addr = "";
  EXPECT_EQ(ask(esme, data_sm).command_status, smpp::ESME_RINVDSTADR);
}

TEST_F(TheCentre, takesOneTextForManyAndNamesThoseItCouldNotTake) {
  Esme& esme = bound();
  carrier_.centre().set_phone("98900", PhoneState::refused, now_);
  smpp::SubmitMulti multi;
  multi.source_addr = kLine;
  multi.registered_delivery = 1;
  multi.short_message = "to all";
  multi.dest_address = {{.dest_addr_ton = 1, .dest_addr_npi = 1, .destination_addr = std::string(kPhone)},
                        {.destination_addr = "98900"},
                        {.dl_name = "friends", .is_list = true},
                        {.destination_addr = "989350000000"}};
  const smpp::Pdu pdu = ask(esme, multi);
  ASSERT_EQ(pdu.command_status, 0U);
  const auto resp = std::get<smpp::SubmitMultiResp>(pdu.body);
  ASSERT_EQ(resp.unsuccess_sme.size(), 2U);
  EXPECT_EQ(resp.unsuccess_sme[0].error_status_code, smpp::ESME_RINVDSTADR);
  EXPECT_EQ(resp.unsuccess_sme[1].error_status_code, smpp::ESME_RINVDLNAME);
  EXPECT_EQ(resp.unsuccess_sme[1].destination_addr, "friends");
  EXPECT_EQ(inbox(), std::vector<std::string>{"to all"});
  EXPECT_EQ(state_of(esme, resp.message_id).message_state, 2);
  wait(100ms);
  const auto told = esme.requests();
  ASSERT_EQ(told.size(), 2U);
  for (const smpp::Pdu& one : told) EXPECT_EQ(smpp::parse_receipt(deliver_of(one))->id, resp.message_id);

  multi.dest_address = {{.destination_addr = "98900"}};
  EXPECT_EQ(ask(esme, multi).command_status, smpp::ESME_RSUBMITFAIL);
}

TEST_F(TheCentre, refusesToSubmitAnythingOnAReceiver) {
  Esme& esme = bound(smpp::BindKind::receiver);
  EXPECT_FALSE(esme.session.request(submit_of("x"), 1, now_).has_value());
  smpp::Pdu pdu;
  pdu.command_id = smpp::CommandId::query_sm;
  pdu.sequence_number = 77;
  pdu.body = query("1");
  std::string octets;
  smpp::encode(pdu, octets);
  carrier_.feed(esme.link, octets, now_);
  exchange();
  EXPECT_EQ(record_.last(1).at(0)->word(2), smpp::ESME_RINVBNDSTS);
}

}  // namespace
}  // namespace peyk::tests::sim_message_centre_test
