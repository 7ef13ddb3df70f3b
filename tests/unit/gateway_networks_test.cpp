#include "gateway/networks.hpp"

#include <gtest/gtest.h>

namespace peyk::gateway::gateway_networks_test {
namespace {

bool contains(const std::vector<std::string>& allow, const char* address) {
  return Networks(allow).contains(boost::asio::ip::make_address(address));
}

TEST(Networks, know_who_is_in_and_who_is_not) {
  struct Row {
    const char *network, *in, *out;
  };
  for (const Row& row : {Row{"10.1.2.3", "10.1.2.3", "10.1.2.4"},
                         {"10.1.0.0/16", "10.1.255.1", "10.2.0.0"},
                         {"10.1.2.128/25", "10.1.2.200", "10.1.2.127"},
                         {"0.0.0.0/0", "203.0.113.9", "2001:db8::1"},
                         {"2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"},
                         {"::1", "::1", "::2"},
                         {"2001:db8::8/127", "2001:db8::9", "2001:db8::a"},
                         {"10.0.0.0/8", "::ffff:10.9.9.9", "::ffff:11.0.0.1"}}) {
    EXPECT_TRUE(contains({row.network}, row.in)) << row.network;
    EXPECT_FALSE(contains({row.network}, row.out)) << row.network;
  }
}

TEST(Networks, let_in_who_is_in_one_of_them_and_nobody_when_there_is_none) {
  EXPECT_TRUE(contains({"10.0.0.1", "192.0.2.0/24"}, "192.0.2.77"));
  EXPECT_FALSE(contains({"10.0.0.1", "192.0.2.0/24"}, "10.0.0.2"));
  EXPECT_FALSE(contains({}, "127.0.0.1"));
}

TEST(Networks, are_refused_when_they_are_none) {
  for (const char* text : {"", "localhost", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "10.0.0.0/8x",
                           "10.0.0.0/-1", "/8"}) {
    EXPECT_FALSE(parse_network(text)) << text;
    EXPECT_THROW(Networks({text}), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace peyk::gateway::gateway_networks_test
