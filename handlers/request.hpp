// What arrives, whatever the wire: SMS, USSD, POS. Everything after this point is shared.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "handlers/bought_item.hpp"
#include "handlers/club.hpp"
#include "handlers/rules/codes.hpp"
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
  bool typed = false;             // by a cashier, so its invoice is without capitals
  std::vector<BoughtItem> items;  // of the invoice; at most 100
  rules::Amount discount = 0;     // that the till took off the amount; at most all of it
  bool untold = false;            // out of a club's books: no text comes of it, now or later
};

// A till that signed its request, by its key's public name.
struct TillId {
  ClubId club = 0;
  BranchNo branch = 0;
  std::string key;
};

// What a till orders beside purchases; each verified and parsed. See till.hpp.
struct TillCheck {
  rules::CodeNumber code = 0;
};
struct TillRedemption {
  rules::CodeNumber code = 0;
  std::string invoice;
  rules::Amount invoice_amount = 0;
};
struct TillVoid {
  std::uint64_t redemption = 0;
};
struct TillHold {
  rules::CodeNumber code = 0;
  std::string invoice;  // may be empty
  rules::Amount invoice_amount = 0;
  std::optional<std::chrono::seconds> wanted;  // none: as long as usual
};
struct TillCapture {
  std::uint64_t hold = 0;
  rules::Amount amount = 0;
};
struct TillRelease {
  std::uint64_t hold = 0;
};
// Of a purchase by its number, or by its invoice at the till's branch, recorded or still to come.
struct TillRefund {
  std::uint64_t purchase = 0;  // 0: by the invoice
  std::string invoice;
  std::optional<rules::Amount> amount;  // none: all that is left of it
  std::string credit_note;              // the till's own name for it; may be empty
  // SHA-256 of the credit note, else of the signed webhook-id: by it a refund is known again, for good.
  RequestKey reference{};
};
// What would a purchase of now bring? Nothing is written, nothing reserved. See quote.hpp.
struct TillQuote {
  PhoneNumber phone = 0;   // 0: by the card, until its member is found
  std::uint64_t card = 0;  // 0: by the phone
  rules::Amount amount = 0;
  std::vector<BoughtItem> items;  // as of a purchase
};
// A shopper is to be a member, in this language if one is named.
struct TillJoin {
  PhoneNumber phone = 0;
  std::optional<Language> language;
};
// What a shop may change of a member at her word: her language, and that she wants no more adverts.
struct TillMemberChange {
  PhoneNumber phone = 0;
  std::optional<Language> language;
  bool stop_promo = false;
};
// She leaves, and is forgotten.
struct TillErasure {
  PhoneNumber phone = 0;
};
// What the club calls her, as a whole (tags.hpp).
struct TillTags {
  PhoneNumber phone = 0;
  std::vector<std::string> tags;  // as tag_of() gave them, sorted, each once
};
// She did something, or rated the club (member_events.hpp).
struct TillEvent {
  PhoneNumber phone = 0;
  std::string reference;       // the till's own name of it
  std::string name;            // folded
  std::uint32_t score = 0;     // of a survey; 0: none
  std::uint64_t purchase = 0;  // that it rates; 0: none
  std::optional<rules::Instant> at;
};
struct TillOrder {
  TillId till;
  std::variant<TillCheck, TillRedemption, TillVoid, TillHold, TillCapture, TillRelease, TillRefund, TillJoin,
               TillMemberChange, TillErasure, TillQuote, TillTags, TillEvent>
      what;
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
  std::variant<TextRequest, UssdRequest, PurchaseRequest, TillOrder> what;
};

}  // namespace peyk::handlers
