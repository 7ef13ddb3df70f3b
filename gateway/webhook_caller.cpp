#include "gateway/webhook_caller.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <fmt/format.h>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <map>

#include "config/toolchain/asio_ssl.hpp"
#include "gateway/clock.hpp"
#include "gateway/networks.hpp"
#include "gateway/public_address.hpp"
#include "gateway/tls.hpp"
#include "gateway/webhook_schedule.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kLookupThreads = 16;
constexpr std::chrono::seconds kSilentFor{60};  // a name that nobody answered for is not asked for so long
constexpr std::uint32_t kHeadOctetsMax = 8192;
constexpr std::uint64_t kBodyOctetsMax = 16384;  // read and thrown away, so that no reset is sent
constexpr std::chrono::milliseconds kBodyPatience{500};

auto redirected(error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

// One at a time of each name, whoever waits for it: names that nobody answers for must not take all threads.
struct Lookup {
  std::vector<std::shared_ptr<asio::steady_timer>> waiting;  // each until its caller's own time is over
  std::vector<asio::ip::address> addresses;
  error_code error;
  bool done = false;
};
struct Names {
  std::map<std::string, std::shared_ptr<Lookup>> asked;
  std::map<std::string, Clock::time_point> silent;  // until when
};

WebhookAnswer trouble(std::string why) {
  return {.status = 0, .trouble = std::move(why), .retry_after = {}};
}

WebhookAnswer trouble(std::string_view step, const error_code& error) {
  const bool late = error == beast::error::timeout || error == asio::error::operation_aborted;
  return trouble(fmt::format("{}: {}", step, late ? "no answer in time" : error.message()));
}

http::request<http::string_body> request_of(WebhookCall&& call) {
  http::request<http::string_body> request{http::verb::post, call.url.target, 11};
  request.set(http::field::host, call.url.authority());
  request.set(http::field::user_agent, "peyk/" PEYK_VERSION);
  request.set(http::field::content_type, "application/json");
  request.set("webhook-id", call.id);
  request.set("webhook-timestamp", call.timestamp);
  request.set("webhook-signature", call.signature);
  request.keep_alive(false);
  request.body() = std::move(call.body);
  request.prepare_payload();
  return request;
}

// Writes the request, reads the head of the answer, and throws away what follows.
template <typename Stream>
asio::awaitable<WebhookAnswer> exchange(Stream* stream, http::request<http::string_body> request) {
  error_code error;
  co_await http::async_write(*stream, request, redirected(error));
  // Who answers before it has read everything may close: what it said is still there.
  const error_code unwritten = error;
  beast::flat_buffer buffer(kHeadOctetsMax + kBodyOctetsMax);
  http::response_parser<http::string_body> parser;
  parser.header_limit(kHeadOctetsMax);
  parser.body_limit(kBodyOctetsMax);
  error = {};
  co_await http::async_read_header(*stream, buffer, parser, redirected(error));
  // A head that tells of a longer body is whole all the same, and what it says counts.
  if (error == http::error::body_limit) error = {};
  if (error) co_return trouble("sending", unwritten ? unwritten : error);
  WebhookAnswer answer{
      .status = static_cast<int>(parser.get().result_int()), .trouble = {}, .retry_after = {}};
  if (const auto field = parser.get().find(http::field::retry_after); field != parser.get().end()) {
    answer.retry_after = parse_retry_after(std::string(field->value()),
                                           std::chrono::floor<std::chrono::seconds>(wall_clock()));
  }
  beast::get_lowest_layer(*stream).expires_after(kBodyPatience);
  co_await http::async_read(*stream, buffer, parser, redirected(error));
  co_return answer;
}

// The name, or address, that the certificate must be for.
bool expect_name(SSL* native, const std::string& host) {
  error_code not_an_address;
  asio::ip::make_address(host, not_an_address);
  if (!not_an_address) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(native), host.c_str()) == 1;
  return SSL_set1_host(native, host.c_str()) == 1 && SSL_set_tlsext_host_name(native, host.c_str()) == 1;
}

std::string why_refused(SSL* native, const error_code& error) {
  const long verified = SSL_get_verify_result(native);
  if (verified == X509_V_OK) return error.message();
  return std::string("its certificate is refused: ") + X509_verify_cert_error_string(verified);
}

}  // namespace

struct WebhookCaller::Impl {
  Impl(asio::io_context& context, const WebhookOptions& given)
      : io(context),
        timeout(given.timeout),
        plain_http(given.plain_http),
        allowed(given.allow),
        tls(TlsOptions{.enabled = true, .ca_file = given.ca_file}, Tls::Side::client),
        lookups(kLookupThreads) {}
  ~Impl() {
    lookups.stop();
    lookups.join();
  }

  asio::awaitable<WebhookAnswer> call(WebhookCall call) {
    if (!call.url.tls && !plain_http) co_return trouble("http:// is not allowed here (webhooks.plain_http)");
    const auto deadline = Clock::now() + timeout;
    std::vector<Tcp::endpoint> endpoints;
    std::string why;
    co_await find(call.url, deadline, &endpoints, &why);
    if (endpoints.empty()) co_return trouble(std::move(why));
    beast::tcp_stream stream(io);
    stream.expires_at(deadline);
    error_code error;
    co_await stream.async_connect(endpoints, redirected(error));
    if (error) co_return trouble("connecting", error);
    stream.socket().set_option(Tcp::no_delay(true), error);
    if (call.url.tls) co_return co_await over_tls(&stream, std::move(call));
    WebhookAnswer answer = co_await exchange(&stream, request_of(std::move(call)));
    stream.close();
    co_return answer;
  }

  asio::awaitable<WebhookAnswer> over_tls(beast::tcp_stream* stream, WebhookCall call) {
    ssl::stream<beast::tcp_stream&> secure(*stream, tls.context());
    if (!expect_name(secure.native_handle(), call.url.host)) co_return trouble("its name cannot be checked");
    error_code error;
    co_await secure.async_handshake(ssl::stream_base::client, redirected(error));
    if (error) co_return trouble("TLS: " + why_refused(secure.native_handle(), error));
    WebhookAnswer answer = co_await exchange(&secure, request_of(std::move(call)));
    stream->close();
    co_return answer;
  }

  // The addresses that may be called; none: why.
  asio::awaitable<void> find(config::Url url, Clock::time_point deadline,
                             std::vector<Tcp::endpoint>* endpoints, std::string* why) {
    std::vector<asio::ip::address> addresses;
    error_code error;
    const auto literal = asio::ip::make_address(url.host, error);
    if (!error) {
      addresses.push_back(literal);
    } else {
      addresses = co_await look_up(url.host, deadline, why);
    }
    for (const auto& address : addresses) {
      const std::string_view special = why_not_public(address);
      if (special.empty() || allowed.contains(address)) {
        endpoints->emplace_back(address, url.port);
      } else if (why->empty()) {
        *why = fmt::format("its address {} is {}: not called unless webhooks.allow has it",
                           address.to_string(), special);
      }
    }
  }

  asio::awaitable<std::vector<asio::ip::address>> look_up(std::string host, Clock::time_point deadline,
                                                          std::string* why) {
    std::erase_if(names->silent, [now = Clock::now()](const auto& name) { return name.second <= now; });
    if (names->silent.contains(host)) {
      *why = "looking up " + host + ": no answer a moment ago";
      co_return std::vector<asio::ip::address>{};
    }
    const std::shared_ptr<Lookup> lookup = asked(host);
    const auto until = std::make_shared<asio::steady_timer>(io, deadline);
    lookup->waiting.push_back(until);
    error_code ignored;
    co_await until->async_wait(redirected(ignored));
    if (!lookup->done) {
      *why = "looking up " + host + ": no answer in time";
      names->silent.insert_or_assign(host, Clock::now() + kSilentFor);
    }
    if (lookup->error) *why = "looking up " + host + ": " + lookup->error.message();
    co_return lookup->addresses;
  }

  std::shared_ptr<Lookup> asked(const std::string& host) {
    std::shared_ptr<Lookup>& lookup = names->asked[host];
    if (lookup != nullptr) return lookup;
    lookup = std::make_shared<Lookup>();
    auto answered = [known = names, lookup = lookup, host](const error_code& error,
                                                           std::vector<asio::ip::address> addresses) {
      lookup->error = error;
      lookup->addresses = std::move(addresses);
      lookup->done = true;
      known->asked.erase(host);
      for (const auto& waiting : lookup->waiting) waiting->cancel();
    };
    auto look = [answered, host, &context = io] {
      asio::io_context local;
      Tcp::resolver resolver(local);
      error_code error;
      std::vector<asio::ip::address> addresses;
      for (const auto& entry : resolver.resolve(host, "", error))
        addresses.push_back(entry.endpoint().address());
      asio::post(context,
                 [answered, error, addresses = std::move(addresses)] { answered(error, addresses); });
    };
    asio::post(lookups, look);
    return lookup;
  }

  asio::io_context& io;
  const std::chrono::milliseconds timeout;
  const bool plain_http;
  const Networks allowed;
  Tls tls;
  const std::shared_ptr<Names> names = std::make_shared<Names>();
  asio::thread_pool lookups;
};

WebhookCaller::WebhookCaller(asio::io_context& io, const WebhookOptions& options)
    : impl_(std::make_unique<Impl>(io, options)) {}

WebhookCaller::~WebhookCaller() = default;

asio::awaitable<WebhookAnswer> WebhookCaller::call(WebhookCall call) {
  return impl_->call(std::move(call));
}

}  // namespace peyk::gateway
