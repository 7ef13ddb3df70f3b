// A URL that we call: http or https, a host, perhaps a port, a path. Nothing else: no user, no fragment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace peyk::config {

inline constexpr std::size_t kUrlMax = 500;  // octets

struct Url {
  bool tls = true;
  std::string host;  // a name or an address; of an IPv6 address without its brackets
  std::uint16_t port = 443;
  std::string target = "/";  // path and query

  // As the Host header has it: brackets around IPv6, the port where it is not the usual one.
  std::string authority() const;
};

// Nothing: it is no such URL, or longer than kUrlMax, or not visible ASCII.
std::optional<Url> parse_url(std::string_view text);

}  // namespace peyk::config
