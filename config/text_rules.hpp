// Rules of texts that several sections of peyk.yaml share.
#pragma once

#include <arpa/inet.h>

#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "config/document.hpp"
#include "config/scalars.hpp"

namespace peyk::config {

inline constexpr std::string_view kLowerNameOctets = "abcdefghijklmnopqrstuvwxyz0123456789_-";
// submit_sm a second; beyond what one line or account is ever granted.
inline constexpr double kRateMax = 100'000;

inline bool is_ascii(std::string_view text, std::size_t min, std::size_t max) {
  return text.size() >= min && text.size() <= max && is_clean_line(text) && characters(text) == text.size();
}

inline constexpr TextRule kName{[](std::string_view t) { return consists_of(t, kLowerNameOctets, 1, 32); },
                                "1 to 32 of a-z, 0-9, _ and -"};
inline constexpr TextRule kHost{
    [](std::string_view t) { return is_ascii(t, 1, 253) && t.find(' ') == t.npos; },
    "a host name or an IP address"};
inline constexpr TextRule kIpAddress{[](std::string_view t) {
                                       unsigned char octets[sizeof(in6_addr)];
                                       const std::string text{t};
                                       return inet_pton(AF_INET, text.c_str(), octets) == 1 ||
                                              inet_pton(AF_INET6, text.c_str(), octets) == 1;
                                     },
                                     "an IP address of this machine: 127.0.0.1, 0.0.0.0, ::"};

// "10.1.2.3" or "10.0.0.0/8", of either family.
inline bool is_network(std::string_view text) {
  const auto slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  if (!kIpAddress.fits(address)) return false;
  if (slash == text.npos) return true;
  const auto bits = parse_whole_number(text.substr(slash + 1));
  return bits && *bits >= 0 && *bits <= (address.find(':') == address.npos ? 32 : 128);
}

// Names that were written already, with their lines.
class Unique {
 public:
  void check(Section& section, std::string_view key, const std::string& value) {
    if (value.empty()) return;
    const auto [first, fresh] = lines_.emplace(value, section.line(key));
    if (!fresh)
      section.mistake(key, fmt::format("\"{}\" is taken, at line {}", value, first->second), "each once");
  }

 private:
  std::map<std::string, std::uint32_t> lines_;
};

}  // namespace peyk::config
