// The bodies of tills' orders: JSON text → the order, or all that is wrong with it.
//
//   POST /v1/codes/{code}/redemptions  {"invoice": "A-1001", "invoice_amount": 850000, "branch": 12}
//   POST /v1/codes/{code}/holds        {"invoice_amount": 850000, "invoice": "A-1001", "seconds": 120, …}
//   POST /v1/holds/{id}/captures       {"amount": 200000, …}
//   POST /v1/purchases/{id}/refunds    {"amount": 300000, "credit_note": "C-7"}        all that is left
//   without POST /v1/refunds                   {"invoice": "A-1001", "amount": 300000, …}      an amount
//
// As strict as purchases (purchase_body.hpp): unknown or doubled fields and amounts that are no plain JSON
// integers are refused with a JSON pointer, all mistakes at once.
//
// A new field: a row in the table of its body, a reader, a line in docs/openapi.yaml, a "no" in the test.
#pragma once

#include <string_view>

#include <tl/expected.hpp>

#include "gateway/http/problem.hpp"
#include "handlers/request.hpp"

namespace peyk::gateway {

inline constexpr std::chrono::seconds kHoldMin{1}, kHoldMax{3600};  // a club's own limit may be lower

// `branch` in: the key's, 0 if it is bound to none; out: the order's. `order` has what the path says.
tl::expected<handlers::TillOrder, Problem> parse_redemption_body(std::string_view body,
                                                                 handlers::TillOrder order);
tl::expected<handlers::TillOrder, Problem> parse_hold_body(std::string_view body, handlers::TillOrder order);
tl::expected<handlers::TillOrder, Problem> parse_capture_body(std::string_view body,
                                                              handlers::TillOrder order);
tl::expected<handlers::TillOrder, Problem> parse_refund_body(std::string_view body,
                                                             handlers::TillOrder order);
tl::expected<handlers::TillOrder, Problem> parse_invoice_refund_body(std::string_view body,
                                                                     handlers::TillOrder order);

}  // namespace peyk::gateway
