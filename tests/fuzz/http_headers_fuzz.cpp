// The header fields by which a request is known, a line each, "name: value": nobody is taken for a till whose
// secret no input knows; a key by which a request is known is within its bounds; what a receiver of webhooks
// asks for in Retry-After is within a day.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/http/till_auth.hpp"
#include "gateway/webhook_schedule.hpp"
#include "tests/fuzz/check.hpp"

namespace {

using namespace peyk;
using tests::fuzz::expect;

// The next line of the input, taken off.
std::string_view line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view first = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return first;
}

gateway::HttpRequest request_of(std::string_view text) {
  gateway::HttpRequest request;
  request.method = "POST";
  request.path = "/v1/purchases";
  while (!text.empty()) {
    const std::string_view field = line(text);
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos) continue;
    const std::size_t value = std::min(field.size(), field.find_first_not_of(' ', colon + 1));
    request.headers.add(std::string(field.substr(0, colon)), std::string(field.substr(value)));
  }
  return request;
}

void expect_stranger(const gateway::HttpRequest& request) {
  const gateway::TillDirectory directory = [](std::string_view key) {
    expect(!key.empty() && key.size() <= 64);
    return gateway::TillIdentity{.club = 7, .secrets = {"a secret that no input knows"}};
  };
  const rules::Instant now{std::chrono::seconds(1614265330)};
  const auto till = gateway::authenticate_till(request, now, directory, std::chrono::seconds(300), "fuzzed");
  expect(!till && till.error().status == 401 && !till.error().body.empty());
}

void expect_name(const gateway::HttpRequest& request) {
  const auto name = gateway::request_name(request);
  if (!name) return expect(name.error().status == 400);
  if (name->kind != "idempotency-key") return expect(name->kind == "webhook-id");
  expect(!name->value.empty() && name->value.size() <= 255);
  expect(
      std::ranges::all_of(name->value, [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\'; }));
}

void expect_a_day_at_most(const gateway::HttpRequest& request) {
  const std::chrono::sys_seconds now{std::chrono::seconds(1614265330)};
  const auto wait = gateway::parse_retry_after(request.headers.only("retry-after").value_or(""), now);
  expect(!wait || (wait->count() >= 0 && *wait <= gateway::kRetryAfterMax));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto request = request_of(std::string_view(reinterpret_cast<const char*>(data), size));
  expect_stranger(request);
  expect_name(request);
  expect_a_day_at_most(request);
  if (const auto refused = gateway::refusal_of_media_type(request)) expect(refused->status == 415);
  return 0;
}
