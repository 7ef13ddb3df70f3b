// What arrives, whatever the wire: SMS, USSD, POS. Everything after this point is shared.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "handlers/club.hpp"
#include "handlers/rules/units.hpp"

namespace peyk::handlers {

// SHA-256 of what identifies a request to its sender (a webhook-id, a deliver_sm's content, a USSD step).
using RequestKey = std::array<std::uint8_t, 32>;
// SHA-256 of the whole content. The same key with another fingerprint is refused.
using Fingerprint = std::array<std::uint8_t, 32>;

// A text from a phone, parts joined, decoded to UTF-8.
struct TextRequest {
  PhoneNumber from = 0;
  std::string line;  // digits of the destination
  std::string text;
};

// One step of a USSD dialog. `state` is what the last screen of this dialog left behind (empty: a new one).
struct UssdRequest {
  PhoneNumber from = 0;
  std::string root;   // "*7000"
  std::string input;  // a new dialog: what follows the root, "2*1"; later: what the phone typed
  std::string state;
};

// POST /v1/purchases, verified and parsed.
struct PurchaseRequest {
  ClubId club = 0;
  BranchNo branch = 0;
  PhoneNumber phone = 0;
  std::string invoice;       // 1 to 64 characters
  rules::Amount amount = 0;  // 1 .. kAmountMax
  std::optional<rules::Instant> purchased_at;
};

struct Request {
  RequestKey key{};
  Fingerprint fingerprint{};
  // The sender is known to have had its answer to an earlier request with this key (an acknowledged text,
  // typed again): the claim is renewed instead of recognised as a redelivery.
  bool answered_before = false;
  // How long the key is remembered; 0: for good (webhooks).
  std::chrono::seconds remembered_for{0};
  rules::Instant received_at{};
  std::variant<TextRequest, UssdRequest, PurchaseRequest> what;
};

}  // namespace peyk::handlers
