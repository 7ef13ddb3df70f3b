// The document of this interface, served by what it describes: docs/openapi.yaml, which is part of the
// program, as JSON for machines and as a page for people.
//
//   docs/openapi.yaml → (build) openapi_yaml() → openapi_document() → GET /v1/openapi.json
//                                                                   → openapi_page() → GET /docs
//
// Both are made once, when the gateway starts. They are open to everybody: nothing in them is secret, and a
// till has to be written before it has a key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "gateway/http/message.hpp"

namespace peyk::gateway {

// The text of docs/openapi.yaml.
std::string_view openapi_yaml();

// The same as JSON, in its order. Plain scalars are what YAML 1.2's core schema says; quoted ones are
// strings. Throws std::runtime_error where the text is no YAML.
nlohmann::ordered_json openapi_document();

// openapi_page.cpp: the document as a page, complete in itself: no script, nothing of other hosts.
std::string openapi_page(const nlohmann::ordered_json& document);

// GET /v1/openapi.json and GET /docs.
std::vector<HttpRoute> openapi_routes();

}  // namespace peyk::gateway
