#include "sim/till.hpp"

#include "config/toolchain/asio.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cctype>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

namespace peyk::sim {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::chrono::milliseconds kKnockInterval{50};

std::string base64(std::string_view octets) {
  std::string text(4 * ((octets.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(octets.data()), static_cast<int>(octets.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

// What one exchange needs while it runs; `run` drives it until it ends or the deadline passes.
struct Exchange {
  boost::asio::io_context io{1};
  beast::tcp_stream stream{io};
  beast::flat_buffer buffer;
  http::request<http::string_body> request;
  http::response_parser<http::string_body> parser;
};

// Beast's deadline works for asynchronous operations only, so the synchronous till is a coroutine run to its
// end.
boost::asio::awaitable<void> exchange(Exchange& e, TillOptions options) {
  e.stream.expires_after(options.timeout);
  const tcp::endpoint to(boost::asio::ip::make_address(options.host), options.port);
  co_await e.stream.async_connect(to, boost::asio::use_awaitable);
  e.stream.socket().set_option(tcp::no_delay(true));
  co_await http::async_write(e.stream, e.request, boost::asio::use_awaitable);
  e.parser.body_limit(options.answer_bytes_max);
  co_await http::async_read(e.stream, e.buffer, e.parser, boost::asio::use_awaitable);
}

// Tries to connect until it succeeds, a refusal being no answer yet.
boost::asio::awaitable<void> knock(tcp::endpoint at, bool& open) {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor);
  while (!open) {
    tcp::socket socket(executor);
    boost::system::error_code error;
    co_await socket.async_connect(at, boost::asio::redirect_error(boost::asio::use_awaitable, error));
    open = !error;
    timer.expires_after(kKnockInterval);
    if (!open) co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

HttpAnswer to_answer(const http::response<http::string_body>& response) {
  HttpAnswer answer;
  answer.status = response.result_int();
  for (const auto& field : response) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    answer.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  answer.body = response.body();
  return answer;
}

}  // namespace

std::optional<std::string> decode_secret(std::string_view whsec) {
  if (!whsec.starts_with(kSecretPrefix)) return std::nullopt;
  const std::string_view text = whsec.substr(kSecretPrefix.size());
  if (text.empty() || text.size() % 4 != 0 || text.size() > 128) return std::nullopt;
  std::string key(text.size() / 4 * 3, '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(key.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  key.resize(static_cast<std::size_t>(length) - padding);
  if (key.size() < 24 || key.size() > 64) return std::nullopt;
  return key;
}

std::string sign_webhook(std::string_view key, std::string_view id, std::int64_t timestamp_s,
                         std::string_view body) {
  std::string content(id);
  content.append(".").append(std::to_string(timestamp_s)).append(".").append(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int mac_size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(content.data()), content.size(), mac.data(),
           &mac_size) == nullptr) {
    throw std::runtime_error("sign_webhook: HMAC-SHA256 failed");
  }
  return "v1," + base64(std::string_view(reinterpret_cast<const char*>(mac.data()), mac_size));
}

std::string new_webhook_id() {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHJKLMNPQRSTUVWXYZabcdefgh23456789abcdefghijkmnpqrstuvwxyz";
  static_assert(kAlphabet.size() == 64);
  std::array<unsigned char, 24> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    throw std::runtime_error("new_webhook_id: no randomness");
  }
  std::string id = "msg_";
  for (const unsigned char octet : random) id.push_back(kAlphabet[octet % kAlphabet.size()]);
  return id;
}

std::string HttpAnswer::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

HttpAnswer Till::post(std::string_view path, std::string_view webhook_id, std::int64_t timestamp_s,
                      std::string_view body) const {
  return post_with_signature(path, webhook_id, timestamp_s, body,
                             sign_webhook(options_.secret, webhook_id, timestamp_s, body));
}

HttpAnswer Till::post_with_signature(std::string_view path, std::string_view webhook_id,
                                     std::int64_t timestamp_s, std::string_view body,
                                     std::string_view signature) const {
  Exchange e;
  e.request.version(11);
  e.request.method(http::verb::post);
  e.request.target(std::string(path));
  e.request.set(http::field::host, options_.host + ":" + std::to_string(options_.port));
  e.request.set(http::field::content_type, "application/json");
  e.request.set(http::field::connection, "close");
  e.request.set("webhook-id", std::string(webhook_id));
  e.request.set("webhook-timestamp", std::to_string(timestamp_s));
  e.request.set("webhook-signature", std::string(signature));
  e.request.set("peyk-key", options_.key_id);
  e.request.body() = body;
  e.request.prepare_payload();
  std::exception_ptr failure;
  const auto on_end = [&failure](std::exception_ptr error) { failure = error; };
  auto run = exchange(e, options_);
  boost::asio::co_spawn(e.io, std::move(run), on_end);
  e.io.run();
  if (failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {  // in Boost 1.74 no std::system_error
      throw std::system_error(std::error_code(error.code()), "till");
    }
  }
  return to_answer(e.parser.get());
}

bool Till::wait_for_listener(std::chrono::milliseconds limit) const {
  boost::asio::io_context io(1);
  bool open = false;
  auto run = knock({boost::asio::ip::make_address(options_.host), options_.port}, open);
  boost::asio::co_spawn(io, std::move(run), boost::asio::detached);
  io.run_for(limit);
  return open;
}

std::string purchase_json(std::string_view phone, std::int64_t amount, std::string_view invoice) {
  return nlohmann::json{{"phone", phone}, {"amount", amount}, {"invoice", invoice}}.dump();
}

}  // namespace peyk::sim
