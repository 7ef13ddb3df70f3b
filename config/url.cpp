#include "config/url.hpp"

#include <algorithm>
#include <charconv>

namespace peyk::config {
namespace {

constexpr std::string_view kHttps = "https://", kHttp = "http://";

bool is_host(std::string_view host) {
  const bool visible = std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
  return visible && !host.empty() && host.size() <= 253 && host.front() != '-' && host.front() != '.';
}

bool is_v6(std::string_view host) {
  return !host.empty() && host.find_first_not_of("0123456789abcdefABCDEF:.") == host.npos &&
         host.find(':') != host.npos;
}

// "host", "host:8443", "[::1]:8443".
bool read_authority(std::string_view text, Url& url) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == text.npos || !is_v6(text.substr(1, close - 1))) return false;
    url.host = text.substr(1, close - 1);
    text.remove_prefix(close + 1);
  } else {
    const std::string_view host = text.substr(0, text.find(':'));
    if (!is_host(host)) return false;
    url.host = host;
    text.remove_prefix(host.size());
  }
  if (text.empty()) return true;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + 1, end, url.port);
  return text.size() > 1 && read.ec == std::errc() && read.ptr == end && url.port != 0;
}

}  // namespace

std::string Url::authority() const {
  std::string text = host.find(':') == host.npos ? host : "[" + host + "]";
  if (port != (tls ? 443 : 80)) text += ":" + std::to_string(port);
  return text;
}

std::optional<Url> parse_url(std::string_view text) {
  const bool visible = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
  if (!visible || text.size() > kUrlMax || text.find_first_of("#@\\") != text.npos) return std::nullopt;
  Url url;
  url.tls = text.starts_with(kHttps);
  if (!url.tls && !text.starts_with(kHttp)) return std::nullopt;
  text.remove_prefix(url.tls ? kHttps.size() : kHttp.size());
  url.port = url.tls ? 443 : 80;
  const std::size_t end = text.find_first_of("/?");
  if (!read_authority(text.substr(0, end), url)) return std::nullopt;
  if (end != text.npos) url.target = (text[end] == '?' ? "/" : "") + std::string(text.substr(end));
  return url;
}

}  // namespace peyk::config
