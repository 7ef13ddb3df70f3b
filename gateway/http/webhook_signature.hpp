// Standard Webhooks 1.0.0 (spec/standard-webhooks.md), symmetric scheme "v1", both ways: verify what tills
// send, sign what they get. Pure: the time is an argument.
//
//   webhook-id: msg_…      webhook-timestamp: 1614265330      webhook-signature: v1,<base64> v1,<base64> …
//   signed: "{webhook-id}.{webhook-timestamp}.{raw body}" with HMAC-SHA256
//
// What must stay true: the raw bytes are verified before anybody parses them; signatures compare in constant
// time; an entry of another version is skipped, not an error (senders rotate); an empty secret signs nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace peyk::gateway {

struct WebhookHeaders {
  std::optional<std::string_view> id;         // webhook-id
  std::optional<std::string_view> timestamp;  // webhook-timestamp
  std::optional<std::string_view> signature;  // webhook-signature
};

// In the order of checking. Only wrong_signature depends on the secret.
enum class WebhookVerdict : std::uint8_t {
  good,
  missing_id,
  missing_timestamp,
  missing_signature,
  bad_id,         // empty, longer than kWebhookIdMax, or not visible ASCII without '.'
  bad_timestamp,  // not an integer of 1 to 12 digits
  too_old,
  too_new,
  wrong_signature,
};

inline constexpr std::size_t kWebhookIdMax = 256;

// Is the body signed with one of the secrets (raw keys; empty ones are passed over), within `tolerance` of
// `now`, both ways, bounds included? No secret, one and two, right or wrong, all cost the same time.
WebhookVerdict verify_webhook(const WebhookHeaders& headers, std::string_view raw_body,
                              std::span<const std::string> secrets, std::chrono::sys_seconds now,
                              std::chrono::seconds tolerance);

// "v1,<base64>" for the webhook-signature header.
// Throws std::invalid_argument when the secret is empty or the id would be refused by verify_webhook.
std::string sign_webhook(std::string_view id, std::chrono::sys_seconds timestamp, std::string_view raw_body,
                         std::string_view secret);

// "whsec_<base64>" → the raw key. nullopt: no prefix, no base64, or a key outside 24 to 64 octets.
std::optional<std::string> webhook_secret_from_text(std::string_view text);
// The way back.
std::string webhook_secret_as_text(std::string_view key);

}  // namespace peyk::gateway
