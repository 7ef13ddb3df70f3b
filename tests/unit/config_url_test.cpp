// URLs that we call: what is one, and what would be read in two ways.
#include "config/url.hpp"

#include <gtest/gtest.h>

namespace peyk::tests::config_url_test {
namespace {

using config::parse_url;

TEST(ConfigUrl, has_a_scheme_a_host_a_port_and_a_path) {
  const auto url = parse_url("https://crm.example.ir/peyk?a=1");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "crm.example.ir");
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->target, "/peyk?a=1");
  EXPECT_EQ(url->authority(), "crm.example.ir");

  const auto other = parse_url("http://127.0.0.1:8081");
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->tls);
  EXPECT_EQ(other->port, 8081);
  EXPECT_EQ(other->target, "/");
  EXPECT_EQ(other->authority(), "127.0.0.1:8081");

  const auto six = parse_url("https://[2001:db8::1]:8443?x");
  ASSERT_TRUE(six);
  EXPECT_EQ(six->host, "2001:db8::1");
  EXPECT_EQ(six->authority(), "[2001:db8::1]:8443");
  EXPECT_EQ(six->target, "/?x");
}

TEST(ConfigUrl, is_nothing_else) {
  for (const char* wrong : {"",
                            "crm.example.ir",
                            "ftp://a/",
                            "HTTPS://a/",
                            "https://",
                            "https:///path",
                            "https://user@a/",
                            "https://user:pass@a/",
                            "https://a/#part",
                            "https://a b/",
                            "https://a/\r\nX: y",
                            "https://a:0/",
                            "https://a:99999/",
                            "https://a:/",
                            "https://a:8x/",
                            "https://[::1/",
                            "https://[crm]/",
                            "https://-a/",
                            "https://a\\b/",
                            "https://شرکت.ir/",
                            "https://[::1]x/"})
    EXPECT_FALSE(parse_url(wrong)) << wrong;
  EXPECT_TRUE(parse_url("https://a/" + std::string(490, 'x')));
  EXPECT_FALSE(parse_url("https://a/" + std::string(491, 'x')));
}

}  // namespace
}  // namespace peyk::tests::config_url_test
