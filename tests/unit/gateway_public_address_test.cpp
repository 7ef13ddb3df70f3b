// Whoever writes a club's file cannot make us call what only we can reach.
#include "gateway/public_address.hpp"

#include <gtest/gtest.h>

namespace peyk::tests::gateway_public_address_test {
namespace {

std::string_view why(const char* text) {
  return gateway::why_not_public(boost::asio::ip::make_address(text));
}

TEST(PublicAddress, is_none_of_those_behind_the_firewall) {
  for (const char* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "10.255.255.255",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.0.1",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.8",
                              "192.168.1.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "224.0.0.1",
                              "239.255.255.250",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::ffff:127.0.0.1",
                              "::ffff:8.8.8.8",
                              "::7f00:1",
                              "64:ff9b::7f00:1",
                              "64:ff9b:1::1",
                              "100::1",
                              "fc00::1",
                              "fd12:3456::1",
                              "fe80::1",
                              "febf::1",
                              "fec0::1",
                              "ff02::1",
                              "2001::1",
                              "2001:db8::1",
                              "2002:7f00:1::1",
                              "3fff::1",
                              "4000::1"})
    EXPECT_NE(why(address), "") << address;
}

TEST(PublicAddress, is_everybody_elses) {
  for (const char* address :
       {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255",
        "128.0.0.1", "169.253.1.1", "172.15.255.255", "172.32.0.1", "192.167.1.1", "198.17.255.255",
        "198.20.0.1", "223.255.255.255", "2606:4700::1111", "2a01:4f8::1", "2003::1"})
    EXPECT_EQ(why(address), "") << address;
}

TEST(PublicAddress, is_refused_with_a_word_that_says_why) {
  EXPECT_EQ(why("127.0.0.1"), "loopback");
  EXPECT_EQ(why("169.254.169.254"), "link-local");
  EXPECT_EQ(why("192.168.0.1"), "private");
  EXPECT_EQ(why("::ffff:10.0.0.1"), "IPv4-mapped");
  EXPECT_EQ(why("ff02::1"), "multicast");
}

}  // namespace
}  // namespace peyk::tests::gateway_public_address_test
