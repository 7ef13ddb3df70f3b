#include "smpp/address.hpp"

#include <algorithm>

namespace peyk::smpp {

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Address international_address(std::string_view e164) {
  if (e164.starts_with('+')) {
    e164.remove_prefix(1);
  } else if (e164.starts_with("00")) {
    e164.remove_prefix(2);
  }
  return {Ton::international, Npi::isdn, std::string(e164)};
}

Address sender_address(std::string_view sender, Ton ton_of_digits, Npi npi_of_digits) {
  constexpr std::size_t kAlphanumericMax = 11;
  if (is_digits(sender)) return {ton_of_digits, npi_of_digits, std::string(sender)};
  return {Ton::alphanumeric, Npi::unknown, std::string(sender.substr(0, kAlphanumericMax))};
}

}  // namespace peyk::smpp
