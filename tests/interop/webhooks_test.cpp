// What we tell clubs' systems, verified by the library that they would use: npm's standardwebhooks.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/kit/peer.hpp"
#include "tests/kit/stack.hpp"

namespace peyk::tests::webhooks_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// 32 octets of 's'.
constexpr const char* kSecret = "whsec_c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=";

class NodeReceiver {
 public:
  explicit NodeReceiver(const std::string& secret)
      : process_({.argv = {"node", (source_dir() / "tests/interop/webhook_receiver.js").string(), secret},
                  .env = {{"NODE_PATH", node_modules().string()}},
                  .output = dir_.path() / "out"}) {
    if (!eventually(60s, [this] { return !lines().empty(); }))
      throw std::runtime_error("the receiver does not start: " + process_.output());
    port_ = lines().front()["port"];
  }

  int port() const { return port_; }
  // What it was told.
  std::vector<json> told() const {
    auto all = lines();
    all.erase(all.begin());
    return all;
  }

 private:
  std::vector<json> lines() const {
    std::vector<json> all;
    std::istringstream output(process_.output());
    for (std::string line; std::getline(output, line) && !output.eof();) all.push_back(json::parse(line));
    return all;
  }

  TempDir dir_;
  Process process_;
  int port_ = 0;
};

TEST(Webhooks, are_verified_by_the_librarys_other_side) {
  NodeReceiver good(kSecret), other("whsec_b29vb29vb29vb29vb29vb29vb29vb29vb29vb29vb28=");
  Stack stack({.more_yaml = "webhooks:\n  allow: [127.0.0.1]\n  plain_http: true\n"});
  stack.query(
      "INSERT INTO webhook_endpoint (club_id, name, url, secret, events, is_listed, is_enabled) SELECT"
      " club_id, 'good', 'http://127.0.0.1:" +
      std::to_string(good.port()) +
      "/hook', REPEAT('s', 32),"
      " 126, 1, 1 FROM club WHERE line = '30001234'");
  stack.query(
      "INSERT INTO webhook_endpoint (club_id, name, url, secret, events, is_listed, is_enabled) SELECT"
      " club_id, 'other', 'http://127.0.0.1:" +
      std::to_string(other.port()) +
      "/hook', REPEAT('s', 32),"
      " 126, 1, 1 FROM club WHERE line = '30001234'");
  // Until the gateway has noticed them, nobody listens.
  int invoices = 0;
  ASSERT_TRUE(eventually(60s, [&] {
    const std::string one = std::to_string(++invoices);
    stack.buy("09121234567", 1'000'000, "W-" + one, "w-" + one);
    return !good.told().empty();
  }));
  for (const json& one : good.told()) {
    EXPECT_TRUE(one["good"].get<bool>()) << one.dump();
    EXPECT_TRUE(one["id"].get<std::string>().starts_with("evt_"));
    EXPECT_EQ(one["told"]["data"]["member"]["phone"], "+989121234567");
  }
  EXPECT_TRUE(eventually(60s, [&] { return !other.told().empty(); }));
  for (const json& one : other.told()) EXPECT_FALSE(one["good"].get<bool>()) << "signed with another secret";
}

}  // namespace
}  // namespace peyk::tests::webhooks_test
