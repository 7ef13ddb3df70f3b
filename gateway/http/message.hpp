// An HTTP request and its answer as handlers see them, free of any library's types; and the route table's
// rows.
//
// A handler takes a request and a `done` that it calls with the answer, now or later: on the network thread,
// once. A second call, or one after the answer timeout (HttpOptions::answer_timeout: the client then has a
// 503), is ignored. A handler that throws answers 500; the connection goes on.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "handlers/rules/units.hpp"

namespace peyk::gateway {

// Header fields in the order they came. Names compare without case (RFC 9110, 5.1).
class HttpHeaders {
 public:
  void add(std::string name, std::string value);

  // The value of the only field of that name. None, or more than one: nullopt. A field that decides something
  // (a signature, a key) must not be readable in two ways, so a doubled one counts as missing.
  std::optional<std::string_view> only(std::string_view name) const;
  std::size_t count(std::string_view name) const;

  const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct HttpRequest {
  std::string method;      // "GET"
  std::string path;        // "/v1/purchases", as sent: not percent-decoded
  std::string query;       // what follows '?', as sent
  std::string path_value;  // what stands in the path for the route's {name}
  HttpHeaders headers;
  std::string body;
  std::string remote;  // "127.0.0.1:40000"
};

struct HttpContext {
  rules::Instant received_at{};  // when the whole request was here
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;  // beyond Content-Type, Content-Length, Date and Connection, which the server writes
  std::string content_type;
  std::string body;
};

using HttpDone = std::function<void(HttpResponse)>;
using HttpHandler = std::function<void(HttpRequest, HttpContext, HttpDone)>;

struct HttpRoute {
  std::string method;  // a GET route answers HEAD too
  std::string path;    // compared whole; one segment may be "{name}", which takes any but an empty one
  HttpHandler handler;
};

HttpResponse json_response(int status, std::string body);

}  // namespace peyk::gateway
