#include "gateway/pseudonyms.hpp"

#include <sodium.h>

#include <stdexcept>

namespace peyk::gateway {
namespace {

constexpr std::size_t kPseudonymOctets = 16;

}  // namespace

Pseudonyms::Pseudonyms() {
  randombytes_buf(key_.data(), key_.size());
}

Pseudonyms::~Pseudonyms() {
  sodium_memzero(key_.data(), key_.size());
}

std::string Pseudonyms::of(std::uint64_t member) const {
  std::array<unsigned char, sizeof member> number{};
  for (unsigned char& octet : number) {
    octet = static_cast<unsigned char>(member & 0xFFU);
    member >>= 8U;
  }
  std::array<unsigned char, kPseudonymOctets> hash{};
  if (crypto_generichash(hash.data(), hash.size(), number.data(), number.size(), key_.data(), key_.size()) !=
      0)
    throw std::logic_error("Pseudonyms: libsodium refuses the lengths");
  std::string hex(2 * hash.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  hex.pop_back();
  return hex;
}

}  // namespace peyk::gateway
