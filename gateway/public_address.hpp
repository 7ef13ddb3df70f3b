// Which addresses are everybody's, and which lie behind the firewall: a club's file names URLs, and must not
// make us speak to what only we can reach.
#pragma once

#include <string_view>

#include "config/toolchain/asio.hpp"

namespace peyk::gateway {

// Why an address is not public, in a word or two: "loopback", "private", "link-local", "multicast",
// "IPv4-mapped" … Empty: it is public.
std::string_view why_not_public(const boost::asio::ip::address& address);

}  // namespace peyk::gateway
