// Type of number and numbering plan (SMPP 3.4, 5.2.5 and 5.2.6), and the little that can be said of an
// address without a numbering plan's data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace peyk::smpp {

enum class Ton : std::uint8_t {
  unknown = 0,
  international = 1,
  national = 2,
  network_specific = 3,
  subscriber_number = 4,
  alphanumeric = 5,
  abbreviated = 6,
};

enum class Npi : std::uint8_t {
  unknown = 0,
  isdn = 1,  // E.163, E.164
  data = 3,  // X.121
  telex = 4,
  land_mobile = 6,  // E.212
  national = 8,
  private_plan = 9,
  ermes = 10,
  internet = 14,
  wap = 18,
};

struct Address {
  Ton ton = Ton::unknown;
  Npi npi = Npi::unknown;
  std::string digits;
  bool operator==(const Address&) const = default;
};

// The wire form of a destination in E.164: digits without '+' or a leading "00", international, ISDN. The
// text is taken as it is otherwise; whether it is a number is for who has the plan to say.
Address international_address(std::string_view e164);

// The wire form of a sender: digits keep the TON and NPI given (a carrier's setting); anything else is an
// alphanumeric sender, TON 5, NPI 0, cut to 11 characters (GSM 03.40, 9.1.2.5).
Address sender_address(std::string_view sender, Ton ton_of_digits, Npi npi_of_digits);

bool is_digits(std::string_view text);

}  // namespace peyk::smpp
