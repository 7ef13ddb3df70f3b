#include "tests/kit/vectors.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/kit/paths.hpp"

namespace peyk::tests {

nlohmann::json load_vectors(const std::string& group) {
  const char* named = std::getenv("PEYK_VECTORS");
  const std::filesystem::path folder = named != nullptr ? named : source_dir() / "tests/wire/vectors";
  return nlohmann::json::parse(read_file(folder / (group + ".json"))).at("vectors");
}

std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    throw std::invalid_argument("no hexadecimal digit");
  };
  if (hex.size() % 2 != 0) throw std::invalid_argument("half an octet");
  std::string octets;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    octets += static_cast<char>(static_cast<unsigned char>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  return octets;
}

std::string to_hex(std::string_view octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : octets) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 0x0F];
  }
  return hex;
}

}  // namespace peyk::tests
