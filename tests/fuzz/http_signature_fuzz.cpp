// Header values and body of a webhook nobody signed: never good, whatever they are.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/webhook_signature.hpp"
#include "tests/fuzz/check.hpp"

namespace {

// The next line of the input, taken off.
std::string_view line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view first = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return first;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace peyk::gateway;
  std::string_view body(reinterpret_cast<const char*>(data), size);
  (void)webhook_secret_from_text(body);
  const WebhookHeaders headers{line(body), line(body), line(body)};
  const std::vector<std::string> secrets{"a secret that no input knows", ""};
  const std::chrono::sys_seconds now{std::chrono::seconds(1614265330)};
  peyk::tests::fuzz::expect(verify_webhook(headers, body, secrets, now, std::chrono::seconds(300)) !=
                            WebhookVerdict::good);
  return 0;
}
