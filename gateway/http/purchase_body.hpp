// The body of POST /v1/purchases: JSON text → PurchaseRequest, or all that is wrong with it.
//
//   {"phone": "09120000101", "amount": 850000, "invoice": "A-1001",
//    "branch": 12, "purchased_at": "2026-01-05T10:15:00+03:30",
//    "items": ["bread", "cake"], "discount": 85000}                        these four optional
//   {"type": "purchase.completed", "timestamp": "…", "data": {as above}}   Standard Webhooks' envelope
//
// Strict on purpose: this is money. An unknown or doubled field, an amount that is not written as a plain
// JSON integer (1e3, 1.0, "5", ۵), anything out of range is refused with a JSON pointer, all mistakes at
// once. Text that is no JSON or no UTF-8 is 400, JSON that says something wrong is 422.
//
// A new field: add a row to kFields, a reader, a line in docs/openapi.yaml, a "no" in the test.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include <tl/expected.hpp>

#include "gateway/http/body_fields.hpp"
#include "gateway/http/problem.hpp"
#include "handlers/request.hpp"

namespace peyk::gateway {

// An envelope of a type that is not ours: to be answered 202, nothing done.
struct IgnoredEvent {
  std::string type;
};

struct PurchaseBodyLimits {
  std::size_t depth_max = 16;  // of nested objects and arrays
  std::size_t invoice_max = kInvoiceCharactersMax;
  std::size_t errors_max = 16;        // told at once
  std::chrono::minutes ahead_max{5};  // how far in the future purchased_at may lie (clocks of tills)
};

// `branch` is the till key's; 0: the key is bound to none and the body must name it.
tl::expected<std::variant<handlers::PurchaseRequest, IgnoredEvent>, Problem> parse_purchase_body(
    std::string_view body, handlers::ClubId club, handlers::BranchNo branch, rules::Instant now,
    const PurchaseBodyLimits& limits = {});

}  // namespace peyk::gateway
