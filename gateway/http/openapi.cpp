#include "gateway/http/openapi.hpp"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <nlohmann/json.hpp>

namespace peyk::gateway {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDepthMax = 64;

template <typename Number>
std::optional<Number> number_of(const std::string& text) {
  Number number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

Json scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;  // quoted, or a block of text
  if (text == "null" || text == "~" || text.empty()) return nullptr;
  if (text == "true" || text == "false") return text == "true";
  if (const auto whole = number_of<std::int64_t>(text)) return *whole;
  const bool may_be_number = text.find_first_not_of("0123456789.eE+-") == std::string::npos;
  if (const auto real = may_be_number ? number_of<double>(text) : std::nullopt) return *real;
  return text;
}

Json as_json(const YAML::Node& node, int depth) {
  if (depth > kDepthMax) throw std::runtime_error("openapi.yaml is nested too deep");
  switch (node.Type()) {
    case YAML::NodeType::Map: {
      Json object = Json::object();
      for (const auto& member : node) object[member.first.Scalar()] = as_json(member.second, depth + 1);
      return object;
    }
    case YAML::NodeType::Sequence: {
      Json array = Json::array();
      for (const auto& element : node) array.push_back(as_json(element, depth + 1));
      return array;
    }
    case YAML::NodeType::Scalar:
      return scalar(node);
    case YAML::NodeType::Null:
    case YAML::NodeType::Undefined:
      return nullptr;
  }
  return nullptr;
}

HttpRoute fixed(std::string path, std::string content_type, std::string body) {
  HttpResponse response{
      .status = 200, .headers = {}, .content_type = std::move(content_type), .body = std::move(body)};
  response.headers.add("Cache-Control", "no-cache");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add(
      "Content-Security-Policy",
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'");
  return {"GET", std::move(path),
          [response = std::move(response)](const HttpRequest&, HttpContext, const HttpDone& done) {
            done(response);
          }};
}

}  // namespace

Json openapi_document() {
  try {
    return as_json(YAML::Load(std::string(openapi_yaml())), 0);
  } catch (const YAML::Exception& e) {
    throw std::runtime_error(std::string("openapi.yaml: ") + e.what());
  }
}

std::vector<HttpRoute> openapi_routes() {
  const Json document = openapi_document();
  return {fixed("/v1/openapi.json", "application/json", document.dump(1)),
          fixed("/docs", "text/html; charset=utf-8", openapi_page(document))};
}

}  // namespace peyk::gateway
