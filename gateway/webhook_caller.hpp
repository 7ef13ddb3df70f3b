// One attempt to tell a club's system of an event: a POST over a connection of its own.
//
//   resolve (on threads of its own: a name server may be silent) -> public addresses or allowed ones alone
//   -> connect to one of those that were looked at -> TLS, its certificate checked -> POST -> the answer's
//   head
//
// What must stay true: an address that was not looked at is never called; no redirect is followed; all of it
// ends within the timeout, whatever the other side does, and holds a few kilobytes.
//
// Thread rule: the thread that runs `io`.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "config/toolchain/asio.hpp"
#include "config/url.hpp"
#include "gateway/options.hpp"

namespace peyk::gateway {

struct WebhookCall {
  config::Url url;
  std::string id, timestamp, signature;  // the headers webhook-…
  std::string body;
};

struct WebhookAnswer {
  int status = 0;       // 0: none came
  std::string trouble;  // then why, in words
  std::optional<std::chrono::seconds> retry_after;
};

class WebhookCaller {
 public:
  // Throws what Networks and Tls throw of wrong options.
  WebhookCaller(boost::asio::io_context& io, const WebhookOptions& options);
  ~WebhookCaller();  // waits for lookups that are under way

  // A call outlives neither this nor `io`.
  boost::asio::awaitable<WebhookAnswer> call(WebhookCall call);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace peyk::gateway
