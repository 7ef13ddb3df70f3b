// A URL that somebody wants called: what is taken for one is called where it says. Put together again it is
// the same, and nothing of it can break out of a request line or a Host header.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/url.hpp"
#include "tests/fuzz/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace peyk::config;
  using peyk::tests::fuzz::expect;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto url = parse_url(text);
  if (!url) return 0;
  const auto visible = [](std::string_view part) {
    return std::ranges::all_of(part, [](char c) { return c > ' ' && c < 0x7F && c != '#' && c != '@'; });
  };
  expect(!url->host.empty() && url->port != 0 && url->target.starts_with('/'));
  expect(visible(url->host) && visible(url->target) && url->host.find('/') == std::string::npos);
  // A port that is said though it is the usual one, or with zeros before it, makes the text longer than it
  // is.
  const std::string written = (url->tls ? "https://" : "http://") + url->authority() + url->target;
  if (written.size() > kUrlMax) return 0;
  const auto again = parse_url(written);
  expect(again && again->tls == url->tls && again->host == url->host && again->port == url->port &&
         again->target == url->target);
  return 0;
}
