#include "gateway/http/webhook_signature.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace peyk::gateway {

namespace {

constexpr std::string_view kVersion = "v1,";
constexpr std::size_t kTimestampDigitsMax = 12;
constexpr std::size_t kSecretMin = 24, kSecretMax = 64;
constexpr std::size_t kSecretsAtOnce = 2;  // the one and, for a while, the one before it
constexpr std::string_view kSecretPrefix = "whsec_";

bool id_is_good(std::string_view id) {
  if (id.empty() || id.size() > kWebhookIdMax) return false;
  return std::ranges::all_of(id, [](char c) { return c > ' ' && c < 0x7F && c != '.'; });
}

std::optional<std::chrono::sys_seconds> timestamp_of(std::string_view text) {
  const bool digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (text.empty() || text.size() > kTimestampDigitsMax || !digits) return std::nullopt;
  std::int64_t seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

std::string base64(const unsigned char* data, std::size_t size) {
  std::string text(4 * ((size + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), data, static_cast<int>(size));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

// Base64 of the HMAC-SHA256 over "{id}.{timestamp}.{body}".
std::string mac(std::string_view id, std::string_view timestamp, std::string_view raw_body,
                std::string_view secret) {
  std::string content;
  content.reserve(id.size() + timestamp.size() + raw_body.size() + 2);
  content.append(id).append(".").append(timestamp).append(".").append(raw_body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(content.data());
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes, content.size(), digest.data(),
           &size) == nullptr) {
    throw std::runtime_error("webhook signature: HMAC failed");
  }
  return base64(digest.data(), size);
}

// Is `expected` among the "v1," entries of a space-separated list? Every entry is looked at, whatever is
// found.
bool listed(std::string_view list, std::string_view expected) {
  bool found = false;
  while (!list.empty()) {
    const std::size_t space = list.find(' ');
    const std::string_view entry = list.substr(0, space);
    list = space == std::string_view::npos ? std::string_view{} : list.substr(space + 1);
    if (!entry.starts_with(kVersion)) continue;
    const std::string_view given = entry.substr(kVersion.size());
    if (given.size() != expected.size()) continue;
    found |= CRYPTO_memcmp(given.data(), expected.data(), expected.size()) == 0;
  }
  return found;
}

// As many are tried as a key can have at once, real ones or not: the time tells neither whether there is such
// a key nor whether its secret is being changed.
bool signed_by_one_of(const WebhookHeaders& headers, std::string_view raw_body,
                      std::span<const std::string> secrets) {
  static const std::string nobody(32, 'x');
  bool good = false;
  std::size_t tried = 0;
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;
    ++tried;
    good |= listed(*headers.signature, mac(*headers.id, *headers.timestamp, raw_body, secret));
  }
  for (; tried < kSecretsAtOnce; ++tried)
    (void)listed(*headers.signature, mac(*headers.id, *headers.timestamp, raw_body, nobody));
  return good;
}

}  // namespace

WebhookVerdict verify_webhook(const WebhookHeaders& headers, std::string_view raw_body,
                              std::span<const std::string> secrets, std::chrono::sys_seconds now,
                              std::chrono::seconds tolerance) {
  if (!headers.id) return WebhookVerdict::missing_id;
  if (!headers.timestamp) return WebhookVerdict::missing_timestamp;
  if (!headers.signature) return WebhookVerdict::missing_signature;
  if (!id_is_good(*headers.id)) return WebhookVerdict::bad_id;
  const std::optional<std::chrono::sys_seconds> sent = timestamp_of(*headers.timestamp);
  if (!sent) return WebhookVerdict::bad_timestamp;
  if (*sent < now - tolerance) return WebhookVerdict::too_old;
  if (*sent > now + tolerance) return WebhookVerdict::too_new;
  return signed_by_one_of(headers, raw_body, secrets) ? WebhookVerdict::good
                                                      : WebhookVerdict::wrong_signature;
}

std::string sign_webhook(std::string_view id, std::chrono::sys_seconds timestamp, std::string_view raw_body,
                         std::string_view secret) {
  if (secret.empty()) throw std::invalid_argument("sign_webhook: empty secret");
  if (!id_is_good(id)) throw std::invalid_argument("sign_webhook: the id cannot be signed");
  const std::string seconds = std::to_string(timestamp.time_since_epoch().count());
  return std::string(kVersion) + mac(id, seconds, raw_body, secret);
}

std::optional<std::string> webhook_secret_from_text(std::string_view text) {
  if (!text.starts_with(kSecretPrefix)) return std::nullopt;
  text.remove_prefix(kSecretPrefix.size());
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  const bool alphabet = std::ranges::all_of(text.substr(0, text.size() - padding), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  });
  if (text.empty() || text.size() % 4 != 0 || text.size() > 4 * kSecretMax || !alphabet) return std::nullopt;
  std::string key(text.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(key.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  key.resize(key.size() - padding);  // EVP_DecodeBlock counts padding as zero octets
  if (key.size() < kSecretMin || key.size() > kSecretMax) return std::nullopt;
  return key;
}

std::string webhook_secret_as_text(std::string_view key) {
  return std::string(kSecretPrefix) + base64(reinterpret_cast<const unsigned char*>(key.data()), key.size());
}

}  // namespace peyk::gateway
