// docs/openapi.yaml is a promise to those who write tills: its paths and problem types are those of the code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "gateway/http/dead_letters.hpp"
#include "gateway/http/events.hpp"
#include "gateway/http/lookups.hpp"
#include "gateway/http/openapi.hpp"
#include "gateway/http/operations.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/http/purchases.hpp"
#include "gateway/http/reports.hpp"
#include "gateway/http/till_bodies.hpp"
#include "gateway/http/till_orders.hpp"
#include "handlers/till.hpp"
#include "tests/kit/paths.hpp"

namespace peyk::tests::gateway_http_openapi_test {
namespace {

YAML::Node openapi() {
  return YAML::LoadFile((source_dir() / "docs/openapi.yaml").string());
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// What stands between the quotes that follow `place`, blanks aside; nothing if no quote follows.
std::string quoted_after(std::string_view text, std::size_t place) {
  const std::size_t open = text.find_first_not_of(" \n", place);
  if (open == std::string_view::npos || text[open] != '"') return {};
  return std::string(text.substr(open + 1, text.find('"', open + 1) - open - 1));
}

// Every slug that a source answers with: {422, "slug", … and refuse("slug", …
std::set<std::string> slugs_in(std::string_view text) {
  constexpr std::string_view refuse = "refuse(", status = "{000,";
  std::set<std::string> slugs;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view here = text.substr(at);
    if (here.starts_with(refuse)) slugs.insert(quoted_after(text, at + refuse.size()));
    const bool problem = here.size() > status.size() && here[0] == '{' && here[4] == ',' &&
                         std::ranges::all_of(here.substr(1, 3), [](char c) { return c >= '0' && c <= '9'; });
    if (problem) slugs.insert(quoted_after(text, at + status.size()));
  }
  slugs.erase("");
  return slugs;
}

std::set<std::string> problem_types_in_sources() {
  std::set<std::string> types;
  for (const char* folder : {"gateway/http", "handlers"}) {
    for (const auto& entry : std::filesystem::directory_iterator(source_dir() / folder)) {
      if (entry.path().extension() != ".cpp") continue;
      for (const std::string& slug : slugs_in(read_file(entry.path()))) {
        types.insert(std::string(gateway::kProblemTypePrefix) + slug);
      }
    }
  }
  return types;
}

TEST(OpenApi, describes_every_route_and_no_other) {
  gateway::PurchaseEndpoint purchases({}, {});
  auto routes = gateway::operation_routes({}, {});
  routes.push_back(purchases.route());
  for (auto& route : gateway::openapi_routes()) routes.push_back(std::move(route));
  gateway::TillOrderEndpoint orders({}, {});
  for (auto& route : orders.routes()) routes.push_back(std::move(route));
  gateway::DeadLetterEndpoint letters({}, {}, {});
  for (auto& route : letters.routes()) routes.push_back(std::move(route));
  gateway::LookupEndpoint lookups({});
  for (auto& route : lookups.routes()) routes.push_back(std::move(route));
  gateway::ReportEndpoint reports({}, {});
  for (auto& route : reports.routes()) routes.push_back(std::move(route));
  gateway::EventEndpoint events({}, {}, {});
  for (auto& route : events.routes()) routes.push_back(std::move(route));
  std::set<std::string> served, described;
  for (const auto& route : routes) served.insert(lower(route.method) + " " + route.path);
  for (const auto& path : openapi()["paths"]) {
    for (const auto& operation : path.second) {
      described.insert(operation.first.as<std::string>() + " " + path.first.as<std::string>());
    }
  }
  EXPECT_EQ(served, described);
}

TEST(OpenApi, lists_every_type_of_problem_and_no_other) {
  std::set<std::string> listed;
  for (const auto& type : openapi()["components"]["schemas"]["ProblemType"]["enum"]) {
    listed.insert(type.as<std::string>());
  }
  EXPECT_EQ(problem_types_in_sources(), listed);
}

TEST(OpenApi, every_signed_operation_tells_of_a_bad_signature_of_its_quota_and_of_trouble_on_our_side) {
  const std::set<std::string> without_store{"/v1/branches", "/v1/line", "/v1/insights", "/v1/offers"};
  for (const auto& path : openapi()["paths"]) {
    const bool asks_store = !without_store.contains(path.first.as<std::string>());
    for (const auto& operation : path.second) {
      if (operation.second["security"].size() == 0) continue;
      for (const char* status : {"401", "429", "500", "503"}) {
        if (*status == '5' && !asks_store) continue;
        EXPECT_TRUE(operation.second["responses"][status]) << path.first.as<std::string>() << " " << status;
      }
    }
  }
}

TEST(OpenApi, has_the_limits_of_the_code) {
  const YAML::Node purchase = openapi()["components"]["schemas"]["Purchase"]["properties"];
  EXPECT_EQ(purchase["amount"]["maximum"].as<rules::Amount>(), rules::kAmountMax);
  EXPECT_EQ(purchase["invoice"]["maxLength"].as<std::size_t>(), gateway::PurchaseBodyLimits{}.invoice_max);
  const YAML::Node schemas = openapi()["components"]["schemas"];
  EXPECT_EQ(schemas["Amount"]["maximum"].as<rules::Amount>(), rules::kAmountMax);
  EXPECT_EQ(schemas["Invoice"]["maxLength"].as<std::size_t>(), gateway::kInvoiceCharactersMax);
  const YAML::Node seconds = schemas["Hold"]["properties"]["seconds"];
  EXPECT_EQ(seconds["minimum"].as<std::int64_t>(), gateway::kHoldMin.count());
  EXPECT_EQ(seconds["maximum"].as<std::int64_t>(), gateway::kHoldMax.count());
  const YAML::Node replay = openapi()["components"]["schemas"]["Replay"]["properties"];
  EXPECT_EQ(replay["ids"]["maxItems"].as<std::size_t>(), gateway::kReplayIdsMax);
}

}  // namespace
}  // namespace peyk::tests::gateway_http_openapi_test
