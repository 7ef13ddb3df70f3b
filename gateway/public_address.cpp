#include "gateway/public_address.hpp"

#include <array>

#include "gateway/networks.hpp"

namespace peyk::gateway {
namespace {

namespace ip = boost::asio::ip;

struct Special {
  const char* network;
  std::string_view why;
};

// The IANA registries of special-purpose addresses.
constexpr std::array kV4{Special{"0.0.0.0/8", "unspecified"},
                         Special{"10.0.0.0/8", "private"},
                         Special{"100.64.0.0/10", "carrier-grade NAT"},
                         Special{"127.0.0.0/8", "loopback"},
                         Special{"169.254.0.0/16", "link-local"},
                         Special{"172.16.0.0/12", "private"},
                         Special{"192.0.0.0/24", "reserved"},
                         Special{"192.0.2.0/24", "documentation"},
                         Special{"192.88.99.0/24", "relay"},
                         Special{"192.168.0.0/16", "private"},
                         Special{"198.18.0.0/15", "benchmarking"},
                         Special{"198.51.100.0/24", "documentation"},
                         Special{"203.0.113.0/24", "documentation"},
                         Special{"224.0.0.0/4", "multicast"},
                         Special{"240.0.0.0/4", "reserved"}};
// Of what is public at all, 2000::/3. What carries an IPv4 address inside is refused whatever it is.
constexpr std::array kV6{Special{"2001::/23", "reserved"}, Special{"2001:db8::/32", "documentation"},
                         Special{"2002::/16", "6to4"}, Special{"3fff::/20", "documentation"}};
constexpr std::array kV6Named{Special{"::/128", "unspecified"},   Special{"::1/128", "loopback"},
                              Special{"64:ff9b::/96", "NAT64"},   Special{"fc00::/7", "private"},
                              Special{"fe80::/10", "link-local"}, Special{"ff00::/8", "multicast"}};

template <typename List>
std::string_view found_in(const List& list, const ip::address& address) {
  for (const Special& one : list) {
    if (parse_network(one.network)->contains(address)) return one.why;
  }
  return {};
}

}  // namespace

std::string_view why_not_public(const ip::address& address) {
  if (address.is_v4()) return found_in(kV4, address);
  if (address.to_v6().is_v4_mapped()) return "IPv4-mapped";
  if (const auto why = found_in(kV6Named, address); !why.empty()) return why;
  if (!parse_network("2000::/3")->contains(address)) return "reserved";
  return found_in(kV6, address);
}

}  // namespace peyk::gateway
