// The bodies of tills' orders: JSON text → the order, or all that is wrong with it.
//
//   POST /v1/codes/{code}/redemptions  {"code": "4417203", "invoice": "A-1001", "invoice_amount": 850000}
//   POST /v1/codes/{code}/holds        {"code": "4417203", "invoice": "A-1001", "invoice_amount": 850000, "seconds": 180}
//   POST /v1/holds/{id}/captures       {"hold": "41", "amount": 200000}
//   POST /v1/purchases/{id}/refunds    {"purchase": "7", "amount": 300000, "credit_note": "C-7"}
//   POST /v1/refunds                   {"invoice": "A-1001", "amount": 300000, …}
//   POST /v1/members                   {"phone": "09120000101", "language": "en"}
//   PATCH /v1/members/{phone}          {"phone": "09120000101", "language": "en", "promo": false}
//   PUT /v1/members/{phone}/tags       {"phone": "09120000101", "tags": ["student", "level-3"]}
//   POST /v1/members/{phone}/events    {"phone": "09120000101", "id": "v-7", "name": "site-visit"}
//   POST /v1/quotes                    {"phone": "09120000101", "amount": 850000, "items": ["bread"]}
//                                      {"card": "9000000000000003", "amount": 850000}
//
// What the path names stands in the body once more: the signature covers the body and not the path, so a
// request that was listened to cannot be sent again to another code, hold, purchase or member; nor as another
// order, as no two bodies have the same fields (so a hold must say for how long). A refund without an amount
// is of all that is left.
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

tl::expected<handlers::TillOrder, Problem> parse_join_body(std::string_view body, handlers::TillOrder order);
tl::expected<handlers::TillOrder, Problem> parse_member_change_body(std::string_view body,
                                                                    handlers::TillOrder order);
tl::expected<handlers::TillOrder, Problem> parse_tags_body(std::string_view body, handlers::TillOrder order);
tl::expected<handlers::TillOrder, Problem> parse_event_body(std::string_view body, handlers::TillOrder order);
tl::expected<handlers::TillOrder, Problem> parse_quote_body(std::string_view body, handlers::TillOrder order);

}  // namespace peyk::gateway
