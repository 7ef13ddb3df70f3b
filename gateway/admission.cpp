#include "gateway/admission.hpp"

#include <openssl/crypto.h>

#include <algorithm>

#include "gateway/hash.hpp"
#include "smpp/status.hpp"

namespace peyk::gateway {
namespace {

// Of digests, so that not even the length shows in the time.
bool same_secret(std::string_view a, std::string_view b) {
  const auto left = sha256_of({a}), right = sha256_of({b});
  return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace

Admission admit(std::span<const Guest> guests, const boost::asio::ip::address& from,
                std::string_view system_id, std::string_view password) {
  const auto found =
      std::ranges::find_if(guests, [&](const Guest& one) { return one.options->system_id == system_id; });
  const bool known = found != guests.end();
  const bool right = same_secret(known ? found->options->password : std::string(), password);
  if (!known) return {std::nullopt, smpp::ESME_RINVSYSID};
  if (!found->allow.contains(from)) return {std::nullopt, smpp::ESME_RBINDFAIL};
  if (!right) return {std::nullopt, smpp::ESME_RINVPASWD};
  return {static_cast<std::size_t>(found - guests.begin()), smpp::ESME_ROK};
}

}  // namespace peyk::gateway
