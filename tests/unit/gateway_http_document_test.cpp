// The document as it is served: the JSON says what docs/openapi.yaml says, and the page shows all of it and
// asks nothing of other hosts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>

#include "gateway/http/openapi.hpp"
#include "tests/kit/paths.hpp"

namespace peyk::tests::gateway_http_document_test {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

gateway::HttpResponse served(const std::string& path) {
  std::optional<gateway::HttpResponse> answer;
  for (const auto& route : gateway::openapi_routes()) {
    if (route.path == path)
      route.handler({}, {}, [&answer](gateway::HttpResponse response) { answer = std::move(response); });
  }
  return answer.value_or(gateway::HttpResponse{.status = 0});
}

TEST(Document, is_the_one_of_the_sources) {
  EXPECT_EQ(gateway::openapi_yaml(), read_file(source_dir() / "docs/openapi.yaml"));
}

TEST(Document, as_json_has_the_types_that_yaml_means) {
  const auto response = served("/v1/openapi.json");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  const auto document = ordered_json::parse(response.body);
  EXPECT_EQ(document["openapi"], "3.1.0");
  const auto& schemas = document["components"]["schemas"];
  EXPECT_EQ(schemas["Amount"]["maximum"], 100'000'000'000'000);
  EXPECT_EQ(schemas["Purchase"]["additionalProperties"], false);
  EXPECT_EQ(schemas["MemberChange"]["properties"]["promo"]["const"], false);
  EXPECT_EQ(schemas["CheckedCode"]["properties"]["why"]["enum"].back(), nullptr);
  EXPECT_EQ(schemas["PurchaseResult"]["properties"]["code"]["type"],
            (std::vector<std::string>{"string", "null"}));
  const auto& responses = document["paths"]["/v1/purchases"]["post"]["responses"];
  EXPECT_TRUE(responses.contains("200"));
  EXPECT_EQ(document["paths"]["/v1/members/{phone}"]["get"]["responses"]["200"]["content"]["application/json"]
                    ["examples"]["member"]["value"]["card"],
            "9000000000000003")
      << "quoted digits are text";
  EXPECT_EQ(document["paths"].size(), YAML::Load(std::string(gateway::openapi_yaml()))["paths"].size());
}

TEST(Document, as_a_page_has_every_operation_and_schema_and_needs_nothing_else) {
  const auto response = served("/docs");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(std::string(response.headers.only("content-security-policy").value_or("")),
              HasSubstr("default-src 'none'"));
  const auto document = gateway::openapi_document();
  for (const auto& [path, item] : document["paths"].items()) {
    for (const auto& [verb, operation] : item.items())
      EXPECT_THAT(response.body,
                  HasSubstr("<section id=\"" + operation["operationId"].get<std::string>() + "\">"));
  }
  for (const auto& [name, schema] : document["components"]["schemas"].items())
    EXPECT_THAT(response.body, HasSubstr("id=\"schema-" + name + "\""));
  for (const char* foreign : {"<script", "src=", "http-equiv", "@import", "url(", "href=\"http"})
    EXPECT_THAT(response.body, Not(HasSubstr(foreign)));
}

TEST(Document, texts_of_the_document_cannot_become_markup) {
  auto document = gateway::openapi_document();
  document["info"]["title"] = "<script>alert(\"1\")</script> & `code`";
  const std::string page = gateway::openapi_page(document);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; <code>code</code>"));
}

}  // namespace
}  // namespace peyk::tests::gateway_http_document_test
