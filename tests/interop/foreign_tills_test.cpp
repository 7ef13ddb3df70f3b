// Tills that others wrote: the npm package standardwebhooks, and the samples in curl, Node and Python, as
// they stand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/kit/peer.hpp"
#include "tests/kit/stack.hpp"

namespace peyk::tests::foreign_tills_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class ForeignTill : public testing::Test {
 protected:
  static void SetUpTestSuite() { stack_ = new Stack; }
  static void TearDownTestSuite() {
    delete stack_;
    stack_ = nullptr;
  }

  static std::string url() { return "http://127.0.0.1:" + std::to_string(stack_->till().options().port); }
  Finished run(std::vector<std::string> argv, const std::string& secret = stack_->till_secret()) {
    return run_process({.argv = std::move(argv),
                        .env = {{"PEYK_URL", url()},
                                {"PEYK_KEY", "till-12"},
                                {"PEYK_SECRET", secret},
                                {"NODE_PATH", node_modules().string()}},
                        .working_directory = source_dir()},
                       120s);
  }

  static Stack* stack_;
};
Stack* ForeignTill::stack_ = nullptr;

TEST_F(ForeignTill, with_standardwebhooks_is_accepted_and_refused_as_the_package_would_itself) {
  const Finished done = run({"node", (source_dir() / "tests/interop/standard_webhooks_till.js").string()});
  ASSERT_TRUE(done.status.ok()) << done.output;
  std::istringstream lines(done.output);
  std::size_t accepted = 0, refused = 0;
  for (std::string line; std::getline(lines, line);) {
    const json one = json::parse(line);
    const bool taken = one["library"] == "accepted";
    EXPECT_EQ(one["status"], taken ? 200 : 401) << line;
    ++(taken ? accepted : refused);
  }
  EXPECT_EQ(accepted, 5U) << done.output;
  EXPECT_EQ(refused, 12U) << done.output;
}

// What the page tells its reader to type, without the words behind it.
std::vector<std::string> orders_of_page() {
  std::vector<std::string> orders;
  std::istringstream page(read_file(source_dir() / "docs/first-purchase.md"));
  for (std::string line; std::getline(page, line);) {
    const bool is_order = line.starts_with("samples/") || line.starts_with("node samples/") ||
                          line.starts_with("python3 samples/");
    if (is_order) orders.push_back(line.substr(0, line.find(" #")));
  }
  return orders;
}

TEST_F(ForeignTill, who_types_what_the_page_of_the_first_purchase_says_sees_what_it_promises) {
  std::map<std::string, std::string> codes;  // by invoice
  for (const std::string& order : orders_of_page()) {
    const Finished done = run({"bash", "-c", order});
    ASSERT_TRUE(done.status.ok()) << order << "\n" << done.output;
    const json answer = json::parse(done.output);
    EXPECT_EQ(answer["credit"], 42'500) << order;
    const auto [known, fresh] = codes.emplace(answer["invoice"], answer["code"]);
    EXPECT_EQ(answer["duplicate"], !fresh) << order;
    EXPECT_EQ(answer["code"], known->second) << order;
  }
  ASSERT_EQ(codes.size(), 3U);
  std::string heard;
  EXPECT_TRUE(eventually(60s, [&] {
    heard.clear();
    for (const auto& text : stack_->carrier().inbox("989121234567")) heard += text.text + "\n";
    return std::ranges::all_of(codes, [&](const auto& one) { return heard.find(one.second) != heard.npos; });
  })) << heard;
}

struct Sample {
  const char* name;
  std::vector<std::string> argv;
};

class SampleTill : public ForeignTill, public testing::WithParamInterface<Sample> {};

TEST_P(SampleTill, reports_a_purchase_once_however_often_it_is_sent_and_shows_refusals) {
  for (const char* program : {"curl", "openssl", "python3"}) require_program(program, program);
  std::vector<std::string> argv = GetParam().argv;
  const std::string invoice = std::string("S ") + GetParam().name + " ۱";
  argv.insert(argv.end(), {"09121234567", "850000", invoice});
  const Finished first = run(argv), again = run(argv);
  ASSERT_TRUE(first.status.ok()) << first.output;
  ASSERT_TRUE(again.status.ok()) << again.output;
  json one = json::parse(first.output), two = json::parse(again.output);
  EXPECT_EQ(one["invoice"], invoice);
  EXPECT_EQ(one["credit"], 42'500);
  EXPECT_EQ(one["duplicate"], false);
  EXPECT_EQ(two["duplicate"], true);
  EXPECT_EQ(two["code"], one["code"]);

  const Finished forged = run(argv, "whsec_" + std::string(43, 'A') + "=");
  EXPECT_FALSE(forged.status.ok());
  EXPECT_THAT(forged.output, testing::HasSubstr("urn:peyk:problem:bad-signature"));
}

INSTANTIATE_TEST_SUITE_P(Samples, SampleTill,
                         testing::Values(Sample{"curl", {"samples/first_purchase.sh"}},
                                         Sample{"node", {"node", "samples/first_purchase.js"}},
                                         Sample{"python", {"python3", "samples/first_purchase.py"}}),
                         [](const auto& one) { return std::string(one.param.name); });

class SampleQuote : public ForeignTill, public testing::WithParamInterface<Sample> {};

TEST_P(SampleQuote, asks_what_to_collect_as_often_as_it_likes_and_shows_refusals) {
  for (const char* program : {"curl", "openssl", "python3"}) require_program(program, program);
  std::vector<std::string> argv = GetParam().argv;
  argv.insert(argv.end(), {"09121234599", "850000", "bread", "کیک"});
  for (int i = 0; i < 2; ++i) {
    const Finished asked = run(argv);
    ASSERT_TRUE(asked.status.ok()) << asked.output;
    const json answer = json::parse(asked.output);
    EXPECT_EQ(answer["amount"], 850'000);
    EXPECT_EQ(answer["payable"].get<int>(), 850'000 - answer["discount"].get<int>());
    EXPECT_EQ(answer["credit"], 42'500);
    EXPECT_EQ(answer["member"], nullptr) << "nothing is written, nobody joins";
    EXPECT_EQ(answer["duplicate"], false) << "each question has its id";
  }
  argv.resize(argv.size() - 2);
  EXPECT_TRUE(run(argv).status.ok()) << "what is bought may be left out";
  const Finished forged = run(argv, "whsec_" + std::string(43, 'A') + "=");
  EXPECT_FALSE(forged.status.ok());
  EXPECT_THAT(forged.output, testing::HasSubstr("urn:peyk:problem:bad-signature"));
}

INSTANTIATE_TEST_SUITE_P(Samples, SampleQuote,
                         testing::Values(Sample{"curl", {"samples/quote.sh"}},
                                         Sample{"node", {"node", "samples/quote.js"}},
                                         Sample{"python", {"python3", "samples/quote.py"}}),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace peyk::tests::foreign_tills_test
