// Who may connect to us: addresses and networks, as `allow` of a carrier lists them.
//
//   10.1.2.3   10.1.0.0/16   2001:db8::1   2001:db8::/32
//
// An IPv4 address that comes mapped into IPv6 (::ffff:10.1.2.3) is that IPv4 address. An empty list lets
// nobody in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/toolchain/asio.hpp"

namespace peyk::gateway {

struct Network {
  boost::asio::ip::address address;
  unsigned prefix = 0;  // bits

  bool contains(const boost::asio::ip::address& other) const;
};

// Empty: neither an address nor a network.
std::optional<Network> parse_network(std::string_view text);

class Networks {
 public:
  Networks() = default;
  // Throws std::invalid_argument that names what is not one.
  explicit Networks(const std::vector<std::string>& texts);

  bool contains(const boost::asio::ip::address& address) const;

 private:
  std::vector<Network> networks_;
};

}  // namespace peyk::gateway
