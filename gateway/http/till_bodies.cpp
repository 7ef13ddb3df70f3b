#include "gateway/http/till_bodies.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <span>

#include "gateway/http/body_fields.hpp"
#include "gateway/http/strict_json.hpp"
#include "handlers/member_events.hpp"
#include "handlers/rules/offers.hpp"

namespace peyk::gateway {
namespace {

using handlers::TillOrder;

constexpr std::size_t kDepthMax = 4, kErrorsMax = 16;

Problem invalid(std::vector<ProblemError> errors) {
  return {422, "invalid-order", "The order is not valid", "See errors; nothing was done.", std::move(errors)};
}

// What is wrong; empty: nothing is, and it stands in the order.
using Reader = std::string (*)(const JsonValue& value, TillOrder& order);

struct Field {
  std::string_view name;
  bool required;
  Reader read;
};

template <typename Value>
std::string keep(FieldValue<Value> read, Value& into) {
  if (!read) return std::move(read.error());
  into = std::move(*read);
  return "";
}

// The key's branch was put into the order before.
constexpr Field kBranch{"branch", false, [](const JsonValue& value, TillOrder& order) {
                          return keep(read_branch(value, order.till.branch), order.till.branch);
                        }};

// What the path names, under the signature.
std::string read_same(const JsonValue& value, std::uint64_t in_path) {
  const auto* text = std::get_if<std::string>(&value.what);
  if (text != nullptr && *text == std::to_string(in_path)) return "";
  return "must be what the path says, \"" + std::to_string(in_path) + "\"";
}
template <typename What>
std::string read_code(const JsonValue& value, TillOrder& order) {
  return read_same(value, std::get<What>(order.what).code);
}

template <typename What>
std::string read_invoice_field(const JsonValue& value, TillOrder& order) {
  return keep(read_name(value), std::get<What>(order.what).invoice);
}
template <typename What>
std::string read_invoice_amount(const JsonValue& value, TillOrder& order) {
  return keep(read_amount(value), std::get<What>(order.what).invoice_amount);
}

std::string read_seconds(const JsonValue& value, TillOrder& order) {
  const auto* number = std::get_if<std::int64_t>(&value.what);
  if (number == nullptr || *number < kHoldMin.count() || *number > kHoldMax.count())
    return "must be an integer from " + std::to_string(kHoldMin.count()) + " to " +
           std::to_string(kHoldMax.count());
  std::get<handlers::TillHold>(order.what).wanted = std::chrono::seconds(*number);
  return "";
}

using handlers::TillCapture;
using handlers::TillHold;
using handlers::TillRedemption;

constexpr std::array kRedemptionFields{Field{"code", true, read_code<TillRedemption>},
                                       Field{"invoice", true, read_invoice_field<TillRedemption>},
                                       Field{"invoice_amount", true, read_invoice_amount<TillRedemption>},
                                       kBranch};
constexpr std::array kHoldFields{Field{"code", true, read_code<TillHold>},
                                 Field{"invoice", true, read_invoice_field<TillHold>},
                                 Field{"invoice_amount", true, read_invoice_amount<TillHold>},
                                 Field{"seconds", true, read_seconds}, kBranch};
constexpr std::array kCaptureFields{Field{"hold", true,
                                          [](const JsonValue& value, TillOrder& order) {
                                            return read_same(value, std::get<TillCapture>(order.what).hold);
                                          }},
                                    Field{"amount", true,
                                          [](const JsonValue& value, TillOrder& order) {
                                            return keep(read_amount(value),
                                                        std::get<TillCapture>(order.what).amount);
                                          }},
                                    kBranch};

std::string read_refund_amount(const JsonValue& value, TillOrder& order) {
  auto amount = read_amount(value);
  if (!amount) return std::move(amount.error());
  std::get<handlers::TillRefund>(order.what).amount = *amount;
  return "";
}
std::string read_credit_note(const JsonValue& value, TillOrder& order) {
  return keep(read_name(value), std::get<handlers::TillRefund>(order.what).credit_note);
}

constexpr Field kRefundAmount{"amount", false, read_refund_amount};
constexpr Field kCreditNote{"credit_note", false, read_credit_note};
constexpr std::array kRefundFields{Field{"purchase", true,
                                         [](const JsonValue& value, TillOrder& order) {
                                           return read_same(
                                               value, std::get<handlers::TillRefund>(order.what).purchase);
                                         }},
                                   kRefundAmount, kCreditNote, kBranch};
constexpr std::array kInvoiceRefundFields{Field{"invoice", true, read_invoice_field<handlers::TillRefund>},
                                          kRefundAmount, kCreditNote, kBranch};

std::string read_join_phone(const JsonValue& value, TillOrder& order) {
  return keep(read_phone(value), std::get<handlers::TillJoin>(order.what).phone);
}
template <typename What>
std::string read_language(const JsonValue& value, TillOrder& order) {
  const auto* word = std::get_if<std::string>(&value.what);
  if (word == nullptr || (*word != "fa" && *word != "en")) return "must be \"fa\" or \"en\"";
  std::get<What>(order.what).language = *word == "fa" ? handlers::Language::fa : handlers::Language::en;
  return "";
}
std::string read_promo(const JsonValue& value, TillOrder& order) {
  const auto* wanted = std::get_if<bool>(&value.what);
  if (wanted == nullptr || *wanted) return "must be false: adverts are started by the member alone, by text";
  std::get<handlers::TillMemberChange>(order.what).stop_promo = true;
  return "";
}

constexpr std::array kJoinFields{Field{"phone", true, read_join_phone},
                                 Field{"language", false, read_language<handlers::TillJoin>}, kBranch};
// What the path names, under the signature, in any local form.
template <typename What>
std::string read_same_phone(const JsonValue& value, TillOrder& order) {
  const auto phone = read_phone(value);
  if (!phone) return phone.error();
  return *phone == std::get<What>(order.what).phone ? "" : "must be the phone that the path says";
}
constexpr std::array kMemberChangeFields{Field{"phone", true, read_same_phone<handlers::TillMemberChange>},
                                         Field{"language", false, read_language<handlers::TillMemberChange>},
                                         Field{"promo", false, read_promo}, kBranch};

using handlers::TillEvent;
using handlers::TillTags;
constexpr std::array kTagsFields{Field{"phone", true, read_same_phone<TillTags>},
                                 Field{"tags", true,
                                       [](const JsonValue& value, TillOrder& order) {
                                         return keep(read_tags(value), std::get<TillTags>(order.what).tags);
                                       }},
                                 kBranch};

std::string read_score(const JsonValue& value, TillOrder& order) {
  const auto* number = std::get_if<std::int64_t>(&value.what);
  if (number == nullptr || *number < handlers::kScoreMin || *number > handlers::kScoreMax)
    return "must be an integer from 1 to 5";
  std::get<TillEvent>(order.what).score = static_cast<std::uint32_t>(*number);
  return "";
}
constexpr std::array kEventFields{
    Field{"phone", true, read_same_phone<TillEvent>},
    Field{"id", true,
          [](const JsonValue& value, TillOrder& order) {
            return keep(read_name(value), std::get<TillEvent>(order.what).reference);
          }},
    Field{"name", true,
          [](const JsonValue& value, TillOrder& order) {
            return keep(read_tag(value), std::get<TillEvent>(order.what).name);
          }},
    Field{"score", false, read_score},
    Field{"purchase", false,
          [](const JsonValue& value, TillOrder& order) {
            return keep(read_id(value), std::get<TillEvent>(order.what).purchase);
          }},
    Field{"at", false,
          [](const JsonValue& value, TillOrder& order) {
            return keep(read_past_time(value), std::get<TillEvent>(order.what).at);
          }},
    kBranch};

using handlers::TillQuote;
constexpr std::array kQuoteFields{
    Field{"phone", false,
          [](const JsonValue& value, TillOrder& order) {
            return keep(read_phone(value), std::get<TillQuote>(order.what).phone);
          }},
    Field{"card", false,
          [](const JsonValue& value, TillOrder& order) {
            return keep(read_card(value), std::get<TillQuote>(order.what).card);
          }},
    Field{"amount", true,
          [](const JsonValue& value, TillOrder& order) {
            return keep(read_amount(value), std::get<TillQuote>(order.what).amount);
          }},
    Field{"items", false,
          [](const JsonValue& value, TillOrder& order) {
            return keep(read_items(value), std::get<TillQuote>(order.what).items);
          }},
    kBranch};

tl::expected<TillOrder, Problem> parse(std::string_view body, TillOrder order,
                                       std::span<const Field> fields) {
  const auto json = parse_strict_json(body, kDepthMax);
  if (!json) return tl::unexpected(problem_of(json.error(), kDepthMax, invalid));
  const auto* object = std::get_if<JsonObject>(&json->what);
  if (object == nullptr) return tl::unexpected(invalid({{"must be an object", ""}}));

  std::vector<ProblemError> errors;
  const auto wrong = [&errors](std::string pointer, std::string detail) {
    if (errors.size() < kErrorsMax) errors.push_back({std::move(detail), std::move(pointer)});
  };
  for (const JsonMember& member : *object) {
    const auto field = std::ranges::find(fields, std::string_view(member.name), &Field::name);
    std::string mistake = field == fields.end() ? "unknown field" : field->read(member.value, order);
    if (!mistake.empty()) wrong(json_pointer_token(member.name), std::move(mistake));
  }
  for (const Field& field : fields) {
    const bool needed = field.required || (field.name == kBranch.name && order.till.branch == 0);
    const bool given = std::ranges::find(*object, field.name, &JsonMember::name) != object->end();
    if (needed && !given) wrong("", "\"" + std::string(field.name) + "\" is missing");
  }
  if (!errors.empty()) return tl::unexpected(invalid(std::move(errors)));
  return order;
}

}  // namespace

tl::expected<TillOrder, Problem> parse_redemption_body(std::string_view body, TillOrder order) {
  return parse(body, std::move(order), kRedemptionFields);
}
tl::expected<TillOrder, Problem> parse_hold_body(std::string_view body, TillOrder order) {
  return parse(body, std::move(order), kHoldFields);
}
tl::expected<TillOrder, Problem> parse_capture_body(std::string_view body, TillOrder order) {
  return parse(body, std::move(order), kCaptureFields);
}
tl::expected<TillOrder, Problem> parse_refund_body(std::string_view body, TillOrder order) {
  return parse(body, std::move(order), kRefundFields);
}
tl::expected<TillOrder, Problem> parse_invoice_refund_body(std::string_view body, TillOrder order) {
  return parse(body, std::move(order), kInvoiceRefundFields);
}
tl::expected<TillOrder, Problem> parse_join_body(std::string_view body, TillOrder order) {
  return parse(body, std::move(order), kJoinFields);
}
tl::expected<TillOrder, Problem> parse_member_change_body(std::string_view body, TillOrder order) {
  auto parsed = parse(body, std::move(order), kMemberChangeFields);
  if (!parsed) return parsed;
  const auto& change = std::get<handlers::TillMemberChange>(parsed->what);
  if (!change.language && !change.stop_promo)
    return tl::unexpected(invalid({{"\"language\" or \"promo\" is needed", ""}}));
  return parsed;
}
tl::expected<TillOrder, Problem> parse_tags_body(std::string_view body, TillOrder order) {
  return parse(body, std::move(order), kTagsFields);
}
// Only a survey has a score, and none is without; only what has one rates a purchase.
tl::expected<TillOrder, Problem> parse_event_body(std::string_view body, TillOrder order) {
  auto parsed = parse(body, std::move(order), kEventFields);
  if (!parsed) return parsed;
  const TillEvent& event = std::get<TillEvent>(parsed->what);
  const bool is_survey = event.name == rules::kSurveyEvent;
  if (is_survey && event.score == 0) return tl::unexpected(invalid({{"a survey needs \"score\"", ""}}));
  if (!is_survey && event.score != 0)
    return tl::unexpected(invalid({{"only of an event that is called \"survey\"", "/score"}}));
  if (!is_survey && event.purchase != 0)
    return tl::unexpected(invalid({{"only of an event that is called \"survey\"", "/purchase"}}));
  return parsed;
}
tl::expected<TillOrder, Problem> parse_quote_body(std::string_view body, TillOrder order) {
  auto parsed = parse(body, std::move(order), kQuoteFields);
  if (!parsed) return parsed;
  const TillQuote& quote = std::get<TillQuote>(parsed->what);
  if ((quote.phone == 0) == (quote.card == 0))
    return tl::unexpected(invalid({{"either \"phone\" or \"card\" is needed", ""}}));
  return parsed;
}

}  // namespace peyk::gateway
