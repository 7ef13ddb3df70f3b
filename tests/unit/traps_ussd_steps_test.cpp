// Trap 15, the gateway's reading of a step: whose dialog it is, whether it is new, and what answers it.
#include <gtest/gtest.h>

#include "gateway/ussd_steps.hpp"
#include "templates/alphabet.hpp"

namespace peyk::tests::traps_ussd_steps_test {
namespace {

using namespace gateway;
using namespace std::chrono_literals;

constexpr std::size_t kProfiles = 8;

CarrierOptions carrier_with(std::size_t profile) {
  CarrierOptions options;
  options.name = "hamrah";
  options.ussd_profile = static_cast<UssdProfileName>(profile);
  return options;
}

smpp::DeliverSm deliver(std::uint8_t op, std::string text) {
  smpp::DeliverSm pdu;
  pdu.service_type = "USSD";
  pdu.source_addr_ton = 1;
  pdu.source_addr_npi = 1;
  pdu.source_addr = "989121234567";
  pdu.dest_addr_npi = 1;
  pdu.destination_addr = "7000";
  pdu.short_message = std::move(text);
  smpp::set_u8(pdu.tlvs, smpp::tag::ussd_service_op, op);
  return pdu;
}

UssdAsked asked_of(smpp::Body body, const CarrierOptions& options = carrier_with(0)) {
  smpp::Pdu pdu;
  pdu.body = std::move(body);
  return read_asked(pdu, options).value();
}

TEST(Trap15, each_name_of_the_configuration_is_its_row) {
  const std::array<UssdProfileName, kProfiles> names{
      UssdProfileName::spec_like,         UssdProfileName::user_message_reference,
      UssdProfileName::session_15_bits,   UssdProfileName::end_bit_only,
      UssdProfileName::vendor_session_id, UssdProfileName::no_session,
      UssdProfileName::data_sm,           UssdProfileName::smpp_plus};
  const std::array<std::string_view, kProfiles> rows{"spec_like",         "user_message_reference",
                                                     "session_15_bits",   "end_bit_only",
                                                     "vendor_session_id", "no_session",
                                                     "data_sm",           "smpp_plus"};
  for (std::size_t i = 0; i < kProfiles; ++i) {
    CarrierOptions options;
    options.ussd_profile = names[i];
    EXPECT_EQ(ussd_profile(options).name, rows[i]);
  }
  CarrierOptions options = carrier_with(4);
  options.ussd_session_tag = 0x1409;
  options.ussd_end_op_0x17 = true;
  EXPECT_EQ(ussd_profile(options).vendor_tag, 0x1409);
  EXPECT_TRUE(ussd_profile(options).end_op_0x17);
  EXPECT_EQ(ussd_profile(carrier_with(0)).vendor_tag, 0) << "a tag is the vendor's profile's only";
}

TEST(Trap15, what_was_dialled_is_whole_however_the_gateway_passes_it) {
  const auto dialled = [](std::string destination, std::string text) {
    smpp::DeliverSm pdu = deliver(1, std::move(text));
    pdu.destination_addr = std::move(destination);
    return asked_of(pdu).dialled;
  };
  EXPECT_EQ(dialled("7000", "*7000*2#"), "*7000*2#");
  EXPECT_EQ(dialled("", "*7000#"), "*7000#");
  EXPECT_EQ(dialled("7000", "2#"), "*7000*2#");
  EXPECT_EQ(dialled("*7000#", ""), "*7000#");
  EXPECT_EQ(dialled("7000", "#"), "*7000#");
  EXPECT_EQ(dialled("989020000000", "*7000*0#"), "*7000*0#") << "a subscriber's number on both sides";
}

TEST(Trap15, without_a_session_the_dialog_is_of_the_subscriber_and_the_code) {
  const UssdAsked asked = asked_of(deliver(18, "1"), carrier_with(5));
  EXPECT_EQ(asked.session, "7000");
  EXPECT_EQ(asked.wire_session, "");
  smpp::DeliverSm with_session = deliver(18, "1");
  smpp::set_u16(with_session.tlvs, smpp::tag::its_session_info, 0x0A04);
  EXPECT_EQ(asked_of(with_session, carrier_with(5)).session, "7000") << "which may change in one dialog";
  EXPECT_EQ(asked_of(with_session, carrier_with(0)).session, "\x0A");
}

store::Dialog dialog_after(const UssdAsked& asked) {
  store::Dialog dialog;
  dialog.mark = step_of(asked).mark;
  dialog.sequence = asked.sequence;
  dialog.step = 2;
  dialog.age = 5s;
  dialog.told = true;
  return dialog;
}

TEST(Trap15, a_step_is_of_the_dialog_or_comes_again_or_late_or_for_none) {
  UssdAsked asked = asked_of(deliver(18, "9"));
  asked.sequence = 3;
  const store::DialogStep step = step_of(asked);
  const auto is = [&step](store::Dialog dialog) { return step_is(dialog, step, 60s); };
  const store::Dialog told = dialog_after(asked);

  EXPECT_EQ(step_is(std::nullopt, step, 60s), StepIs::unknown);
  store::Dialog other = told;
  other.mark = step_of(asked_of(deliver(18, "1"))).mark;
  EXPECT_EQ(is(other), StepIs::next);
  other.age = 0s;
  other.told = false;
  EXPECT_EQ(is(other), StepIs::next) << "other keys are never a redelivery";

  EXPECT_EQ(is(told), StepIs::next) << "more, and more again";
  store::Dialog quick = told;
  quick.age = 300ms;
  EXPECT_EQ(is(quick), StepIs::again) << "faster than a hand";
  store::Dialog untold = told;
  untold.told = false;
  EXPECT_EQ(is(untold), StepIs::again) << "nobody has seen the screen";
  untold.age = 61s;
  EXPECT_EQ(is(untold), StepIs::next) << "no network waits so long";

  store::Dialog counted = told;
  counted.counts = true;
  counted.age = 30s;
  EXPECT_EQ(is(counted), StepIs::again) << "the network's own number";
  counted.sequence = 2;
  counted.age = 100ms;
  EXPECT_EQ(is(counted), StepIs::next);

  store::Dialog over = told;
  over.over = true;
  EXPECT_EQ(is(over), StepIs::late);
  over.told = false;
  EXPECT_EQ(is(over), StepIs::again) << "the last screen was lost";
  over.mark.clear();
  EXPECT_EQ(is(over), StepIs::late) << "aborted, or never known and refused once";
}

TEST(Trap15, begin_and_input_of_the_same_text_are_not_the_same_step) {
  EXPECT_NE(step_of(asked_of(deliver(1, "1"))).mark, step_of(asked_of(deliver(18, "1"))).mark);
  EXPECT_EQ(step_of(asked_of(deliver(18, "1"))).mark, step_of(asked_of(deliver(18, "1"))).mark);
}

TEST(Trap15, a_screen_goes_back_to_where_the_step_came_from) {
  for (std::size_t i = 0; i < kProfiles; ++i) {
    const CarrierOptions options = carrier_with(i);
    SCOPED_TRACE(ussd_profile(options).name);
    smpp::DeliverSm step = deliver(18, "1");
    smpp::set_u16(step.tlvs, smpp::tag::its_session_info, 0x0A04);
    const smpp::Body screen = make_screen(asked_of(step, options), options, "*7000", "کد", false);
    const auto* submit = std::get_if<smpp::SubmitSm>(&screen);
    const auto* data = std::get_if<smpp::DataSm>(&screen);
    ASSERT_EQ(data != nullptr, options.ussd_profile == UssdProfileName::data_sm);
    ASSERT_NE(submit != nullptr, data != nullptr);
    EXPECT_EQ(data != nullptr ? data->source_addr : submit->source_addr, "7000");
    EXPECT_EQ(data != nullptr ? data->destination_addr : submit->destination_addr, "989121234567");
    EXPECT_EQ(data != nullptr ? data->data_coding : submit->data_coding, 8);
    const std::string_view text = data != nullptr
                                      ? smpp::get_octets(data->tlvs, smpp::tag::message_payload).value_or("")
                                      : std::string_view(submit->short_message);
    EXPECT_EQ(text, templates::encode("کد", templates::Alphabet::ucs2));
  }
}

TEST(Trap15, an_empty_destination_is_answered_from_the_code) {
  smpp::DeliverSm step = deliver(1, "*7000*2#");
  step.destination_addr.clear();
  const CarrierOptions options = carrier_with(1);
  const smpp::Body screen = make_screen(asked_of(step, options), options, "*7000", "Hello", false);
  EXPECT_EQ(std::get<smpp::SubmitSm>(screen).source_addr, "7000");
  EXPECT_EQ(std::get<smpp::SubmitSm>(screen).data_coding, 0x0F);
}

TEST(Trap15, a_one_shot_begin_is_answered_once_and_asks_nothing) {
  const CarrierOptions options = carrier_with(0);
  const smpp::Body screen =
      make_screen(asked_of(deliver(0, "*7000#"), options), options, "*7000", "Hello", false);
  EXPECT_EQ(smpp::get_u8(std::get<smpp::SubmitSm>(screen).tlvs, smpp::tag::ussd_service_op), 16);
}

TEST(Trap15, a_text_that_no_screen_holds_is_cut_to_one) {
  const CarrierOptions options = carrier_with(0);
  const UssdAsked asked = asked_of(deliver(1, "*7000#"), options);
  const auto octets = [&](const std::string& text) {
    return std::get<smpp::SubmitSm>(make_screen(asked, options, "*7000", text, true)).short_message.size();
  };
  EXPECT_LE(octets(std::string(400, 'a')), 182U);
  std::string persian;
  for (int i = 0; i < 120; ++i) persian += "ب";
  EXPECT_LE(octets(persian), 160U);
  EXPECT_EQ(octets(std::string(182, 'a')), 182U);
}

TEST(Trap15, keys_are_read_in_every_data_coding_a_ussd_gateway_uses) {
  const auto text = [](std::uint8_t data_coding, std::string octets) {
    smpp::DeliverSm pdu = deliver(18, std::move(octets));
    pdu.data_coding = data_coding;
    return asked_of(pdu).text;
  };
  for (const int septets : {0x00, 0x01, 0x0F, 0x20, 0xF0})
    EXPECT_EQ(text(static_cast<std::uint8_t>(septets), "12"), "12") << septets;
  const std::string four("\x06\xF4", 2);  // a Persian digit
  for (const int ucs2 : {0x08, 0x48, 0x18, 0x58, 0x11})
    EXPECT_EQ(text(static_cast<std::uint8_t>(ucs2), four), "۴") << ucs2;
}

}  // namespace
}  // namespace peyk::tests::traps_ussd_steps_test
