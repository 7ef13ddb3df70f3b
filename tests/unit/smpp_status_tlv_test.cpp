#include <gtest/gtest.h>

#include "smpp/address.hpp"
#include "smpp/status.hpp"
#include "smpp/tlv.hpp"

namespace peyk::smpp::smpp_status_tlv_test {
namespace {

TEST(Status, HasANameAndAClass) {
  EXPECT_EQ(status_name(ESME_RTHROTTLED), "ESME_RTHROTTLED");
  EXPECT_EQ(status_name(0x435), "0x00000435");
  EXPECT_EQ(status_class(ESME_ROK), StatusClass::ok);
  EXPECT_EQ(status_class(ESME_RTHROTTLED), StatusClass::throttle);
  EXPECT_EQ(status_class(ESME_RMSGQFUL), StatusClass::throttle);
  EXPECT_EQ(status_class(ESME_RSYSERR), StatusClass::temporary);
  EXPECT_EQ(status_class(ESME_RINVDSTADR), StatusClass::permanent);
  EXPECT_EQ(status_class(ESME_RINVSRCTON), StatusClass::config);
  EXPECT_EQ(status_class(ESME_RINVBNDSTS), StatusClass::bind);
  EXPECT_EQ(status_class(0x435), StatusClass::temporary);
  EXPECT_EQ(status_class(0x09), StatusClass::config);
}

TEST(Status, OnlyWrongCredentialsAreALastingRefusal) {
  EXPECT_TRUE(bind_refusal_is_lasting(ESME_RINVPASWD));
  EXPECT_FALSE(bind_refusal_is_lasting(ESME_RSYSERR));
}

TEST(Tlv, IsReadOnlyWithItsOwnLength) {
  Tlvs tlvs;
  set_u16(tlvs, tag::user_message_reference, 0x3235);
  EXPECT_EQ(get_u16(tlvs, tag::user_message_reference), 0x3235);
  EXPECT_FALSE(get_u8(tlvs, tag::user_message_reference));
  EXPECT_FALSE(get_u16(tlvs, tag::source_port));
}

TEST(Tlv, ThatStandsTwiceCountsTheLastTime) {
  Tlvs tlvs{{tag::ussd_service_op, "\x01"}, {tag::source_port, "ab"}, {tag::ussd_service_op, "\x02"}};
  EXPECT_EQ(get_u8(tlvs, tag::ussd_service_op), 2);
  set_u8(tlvs, tag::ussd_service_op, 3);
  EXPECT_EQ(tlvs.size(), 3u);
  EXPECT_EQ(tlvs[2].value, "\x03");
  erase_tlv(tlvs, tag::ussd_service_op);
  EXPECT_EQ(tlvs.size(), 1u);
}

TEST(Tlv, TextIsReadWithAndWithoutItsNul) {
  Tlvs tlvs{{tag::receipted_message_id, "70BA8A69"}};
  EXPECT_EQ(get_c_string(tlvs, tag::receipted_message_id), "70BA8A69");
  set_c_string(tlvs, tag::receipted_message_id, "70BA8A69");
  EXPECT_EQ(get_octets(tlvs, tag::receipted_message_id), std::string_view("70BA8A69\0", 9));
  EXPECT_EQ(get_c_string(tlvs, tag::receipted_message_id), "70BA8A69");
}

TEST(Tlv, HasANameOrItsNumber) {
  EXPECT_EQ(tlv_name(tag::its_session_info), "its_session_info");
  EXPECT_EQ(tlv_name(0x1501), "0x1501");
}

TEST(Address, OfADestinationIsInternationalDigits) {
  const Address expected{Ton::international, Npi::isdn, "989120000101"};
  EXPECT_EQ(international_address("+989120000101"), expected);
  EXPECT_EQ(international_address("00989120000101"), expected);
  EXPECT_EQ(international_address("989120000101"), expected);
}

TEST(Address, OfASenderIsAlphanumericUnlessItIsDigits) {
  EXPECT_EQ(sender_address("30001234", Ton::network_specific, Npi::isdn),
            (Address{Ton::network_specific, Npi::isdn, "30001234"}));
  EXPECT_EQ(sender_address("PEYK loyalty club", Ton::unknown, Npi::isdn),
            (Address{Ton::alphanumeric, Npi::unknown, "PEYK loyalt"}));
}

}  // namespace
}  // namespace peyk::smpp::smpp_status_tlv_test
