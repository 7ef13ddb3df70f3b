#include "gateway/networks.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <stdexcept>

namespace peyk::gateway {
namespace {

namespace ip = boost::asio::ip;

ip::address unmapped(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

bool same_bits(std::span<const unsigned char> a, std::span<const unsigned char> b, unsigned bits) {
  const std::size_t whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<unsigned char>(0xFF << (8 - bits % 8));
  return (a[whole] & mask) == (b[whole] & mask);
}

}  // namespace

bool Network::contains(const ip::address& other) const {
  const ip::address peer = unmapped(other);
  if (peer.is_v4() != address.is_v4()) return false;
  if (peer.is_v4()) return same_bits(address.to_v4().to_bytes(), peer.to_v4().to_bytes(), prefix);
  return same_bits(address.to_v6().to_bytes(), peer.to_v6().to_bytes(), prefix);
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  boost::system::error_code error;
  const auto address = ip::make_address(std::string(text.substr(0, slash)), error);
  if (error) return std::nullopt;
  const unsigned bits = address.is_v4() ? 32 : 128;
  Network network{address, bits};
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), network.prefix);
    const bool whole = wrong == std::errc() && end == digits.data() + digits.size();
    if (!whole || network.prefix > bits) return std::nullopt;
  }
  return network;
}

Networks::Networks(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const auto network = parse_network(text);
    if (!network) throw std::invalid_argument("\"" + text + "\" is neither an address nor a network");
    networks_.push_back(*network);
  }
}

bool Networks::contains(const ip::address& address) const {
  return std::ranges::any_of(networks_, [&](const Network& network) { return network.contains(address); });
}

}  // namespace peyk::gateway
