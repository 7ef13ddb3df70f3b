#include "gateway/http/till_orders.hpp"

#include <charconv>

#include "gateway/hash.hpp"
#include "gateway/http/phone_values.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/http/till_bodies.hpp"

namespace peyk::gateway {
namespace {

using handlers::TillOrder;

using ReadPath = std::optional<TillOrder> (*)(const std::string& value, handlers::TillId till);
using ReadBody = tl::expected<TillOrder, Problem> (*)(std::string_view body, TillOrder order);

template <typename What>
std::optional<TillOrder> with_code(const std::string& value, handlers::TillId till) {
  const auto code = rules::parse_code(value);
  if (!code) return std::nullopt;
  return TillOrder{std::move(till), What{.code = *code}};
}

std::optional<std::uint64_t> parse_id(const std::string& text) {
  std::uint64_t id = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return id;
}

template <typename What>
std::optional<TillOrder> with_phone(const std::string& value, handlers::TillId till) {
  const auto phone = phone_in_path(value);
  if (!phone) return std::nullopt;
  return TillOrder{std::move(till), What{.phone = *phone}};
}

template <typename What>
std::optional<TillOrder> with_id(const std::string& value, handlers::TillId till) {
  const auto id = parse_id(value);
  if (!id) return std::nullopt;
  return TillOrder{std::move(till), What{*id}};
}

std::optional<TillOrder> with_invoice(const std::string&, handlers::TillId till) {
  return TillOrder{std::move(till), handlers::TillRefund{}};
}

std::optional<TillOrder> joining(const std::string&, handlers::TillId till) {
  return TillOrder{std::move(till), handlers::TillJoin{}};
}

std::optional<TillOrder> quoting(const std::string&, handlers::TillId till) {
  return TillOrder{std::move(till), handlers::TillQuote{}};
}

// Where there is no body, a key that is bound to no branch names in the query the one that it asks for:
// "branch=12".
void name_branch(TillOrder& order, std::string_view query) {
  constexpr std::string_view name = "branch=";
  if (order.till.branch != 0 || !query.starts_with(name)) return;
  const auto branch = parse_id(std::string(query.substr(name.size())));
  if (branch && *branch <= UINT32_MAX) order.till.branch = static_cast<handlers::BranchNo>(*branch);
}

// A refund without a credit note is known by what its sender has signed: the Idempotency-Key is not.
void name_refund(TillOrder& order, const HttpRequest& request) {
  auto* refund = std::get_if<handlers::TillRefund>(&order.what);
  if (refund == nullptr) return;
  const bool has_note = !refund->credit_note.empty();
  refund->reference =
      sha256_of({"refund", has_note ? "credit_note" : "webhook-id",
                 has_note ? refund->credit_note : request.headers.only("webhook-id").value_or("")});
}

std::string seconds_of(const std::optional<std::chrono::seconds>& wanted) {
  return wanted ? std::to_string(wanted->count()) : "-";
}

std::string word_of(const std::optional<handlers::Language>& language) {
  if (!language) return "-";
  return *language == handlers::Language::fa ? "fa" : "en";
}

// What is ordered, by whom.
struct Fingerprints {
  const handlers::TillId& till;

  template <typename... Fields>
  handlers::Fingerprint of(std::string_view name, const Fields&... fields) const {
    return sha256_of({name, std::to_string(till.club), std::to_string(till.branch), fields...});
  }
  handlers::Fingerprint operator()(const handlers::TillCheck& o) const {
    return of("check", std::to_string(o.code));
  }
  handlers::Fingerprint operator()(const handlers::TillRedemption& o) const {
    return of("redeem", std::to_string(o.code), o.invoice, std::to_string(o.invoice_amount));
  }
  handlers::Fingerprint operator()(const handlers::TillVoid& o) const {
    return of("void", std::to_string(o.redemption));
  }
  handlers::Fingerprint operator()(const handlers::TillHold& o) const {
    return of("hold", std::to_string(o.code), o.invoice, std::to_string(o.invoice_amount),
              seconds_of(o.wanted));
  }
  handlers::Fingerprint operator()(const handlers::TillCapture& o) const {
    return of("capture", std::to_string(o.hold), std::to_string(o.amount));
  }
  handlers::Fingerprint operator()(const handlers::TillRelease& o) const {
    return of("release", std::to_string(o.hold));
  }
  handlers::Fingerprint operator()(const handlers::TillRefund& o) const {
    return of("refund", std::to_string(o.purchase), o.invoice, o.amount ? std::to_string(*o.amount) : "-",
              o.credit_note);
  }
  handlers::Fingerprint operator()(const handlers::TillJoin& o) const {
    return of("join", std::to_string(o.phone), word_of(o.language));
  }
  handlers::Fingerprint operator()(const handlers::TillMemberChange& o) const {
    return of("change member", std::to_string(o.phone), word_of(o.language), o.stop_promo ? "stop" : "-");
  }
  handlers::Fingerprint operator()(const handlers::TillErasure& o) const {
    return of("erase", std::to_string(o.phone));
  }
  handlers::Fingerprint operator()(const handlers::TillQuote& o) const {
    std::string items;
    for (const handlers::BoughtItem& item : o.items) {
      const std::string identity = identity_of(item);
      items += std::to_string(identity.size()) + ':' + identity;
    }
    return of("quote", std::to_string(o.phone), std::to_string(o.card), std::to_string(o.amount), items);
  }
  handlers::Fingerprint operator()(const handlers::TillTags& o) const {
    std::string tags;
    for (const std::string& tag : o.tags) tags += tag + ' ';
    return of("tags", std::to_string(o.phone), tags);
  }
  handlers::Fingerprint operator()(const handlers::TillEvent& o) const {
    return of("event", std::to_string(o.phone), o.reference, o.name, std::to_string(o.score),
              std::to_string(o.purchase), o.at ? std::to_string(o.at->time_since_epoch().count()) : "-");
  }
};

// "/v1/codes/{code}/holds" → "code"
std::string_view name_in(std::string_view path) {
  const std::size_t open = path.find('{') + 1;
  return path.substr(open, path.find('}') - open);
}

HttpResponse no_such(std::string_view what) {
  if (what == "code")
    return problem_response({404,
                             "unknown-code",
                             "The code was not found",
                             "A code has seven digits, the first not 0. Nothing was changed.",
                             {}});
  if (what == "phone") return no_such_member();
  return problem_response({404,
                           "not-found",
                           "Nothing is here",
                           "An id is a number, as it was answered. Nothing was changed.",
                           {}});
}

}  // namespace

struct TillOrderEndpoint::Operation {
  std::string method, path;
  ReadPath read_path;
  ReadBody read_body;  // nullptr: the request has none
};

const std::vector<TillOrderEndpoint::Operation>& TillOrderEndpoint::operations() {
  static const std::vector<Operation> all{
      {"GET", "/v1/codes/{code}", with_code<handlers::TillCheck>, nullptr},
      {"POST", "/v1/codes/{code}/redemptions", with_code<handlers::TillRedemption>, parse_redemption_body},
      {"DELETE", "/v1/redemptions/{id}", with_id<handlers::TillVoid>, nullptr},
      {"POST", "/v1/codes/{code}/holds", with_code<handlers::TillHold>, parse_hold_body},
      {"POST", "/v1/holds/{id}/captures", with_id<handlers::TillCapture>, parse_capture_body},
      {"DELETE", "/v1/holds/{id}", with_id<handlers::TillRelease>, nullptr},
      {"POST", "/v1/purchases/{id}/refunds", with_id<handlers::TillRefund>, parse_refund_body},
      {"POST", "/v1/refunds", with_invoice, parse_invoice_refund_body},
      {"POST", "/v1/members", joining, parse_join_body},
      {"PATCH", "/v1/members/{phone}", with_phone<handlers::TillMemberChange>, parse_member_change_body},
      {"DELETE", "/v1/members/{phone}", with_phone<handlers::TillErasure>, nullptr},
      {"PUT", "/v1/members/{phone}/tags", with_phone<handlers::TillTags>, parse_tags_body},
      {"POST", "/v1/members/{phone}/events", with_phone<handlers::TillEvent>, parse_event_body},
      {"POST", "/v1/quotes", quoting, parse_quote_body},
  };
  return all;
}

TillOrderEndpoint::TillOrderEndpoint(TillDirectory directory, SubmitToStore submit, TillOrderOptions options)
    : directory_(std::move(directory)),
      options_(options),
      submissions_(std::move(submit), options.in_flight_max) {}

std::vector<HttpRoute> TillOrderEndpoint::routes() {
  std::vector<HttpRoute> all;
  for (const Operation& operation : operations()) {
    HttpHandler handler = [this, &operation](HttpRequest request, HttpContext context, HttpDone done) {
      handle(operation, std::move(request), context, std::move(done));
    };
    all.push_back({operation.method, operation.path, std::move(handler)});
  }
  return all;
}

void TillOrderEndpoint::handle(const Operation& operation, HttpRequest request, HttpContext context,
                               HttpDone done) {
  const auto till = authenticate_till(request, context.received_at, directory_, options_.signature_tolerance,
                                      "order_unauthorized");
  if (!till) return done(till.error());
  if (operation.read_body != nullptr) {
    if (auto refused = refusal_of_media_type(request)) return done(std::move(*refused));
  }
  const auto name = request_name(request);
  if (!name) return done(name.error());

  const std::string key(request.headers.only("peyk-key").value_or(""));
  auto order = operation.read_path(request.path_value, {till->club, till->branch, key});
  if (!order) return done(no_such(name_in(operation.path)));
  if (operation.read_body != nullptr) {
    auto parsed = operation.read_body(request.body, std::move(*order));
    if (!parsed) return done(problem_response(parsed.error()));
    order = std::move(*parsed);
  } else {
    name_branch(*order, request.query);
  }
  name_refund(*order, request);
  handlers::Request submitted;
  submitted.key = request_key(till->club, *name);
  submitted.fingerprint = std::visit(Fingerprints{order->till}, order->what);
  submitted.received_at = context.received_at;
  const auto* quote = std::get_if<handlers::TillQuote>(&order->what);
  if (quote != nullptr || std::holds_alternative<handlers::TillCheck>(order->what))
    submitted.remembered_for = 2 * options_.signature_tolerance;
  handlers::PhoneNumber phone = 0;
  if (const auto* join = std::get_if<handlers::TillJoin>(&order->what)) phone = join->phone;
  if (quote != nullptr) phone = quote->phone;
  submitted.what = std::move(*order);
  Submissions::Respond respond = [phone](const TillAnswer& answer) {
    return response_to(phone == 0 ? answer : with_phone_first(answer, phone));
  };
  submissions_.submit(std::move(submitted), std::move(respond), std::move(done));
}

}  // namespace peyk::gateway
