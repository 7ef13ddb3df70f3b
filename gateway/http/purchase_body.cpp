#include "gateway/http/purchase_body.hpp"

#include <algorithm>
#include <array>

#include "gateway/http/body_fields.hpp"
#include "gateway/http/rfc3339.hpp"
#include "gateway/http/strict_json.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway {

namespace {

constexpr std::string_view kEventType = "purchase.completed";
constexpr std::size_t kEventTypeMax = 128, kTimeTextMax = 64;
constexpr auto kPurchasedAtLeast = std::chrono::sys_days(std::chrono::January / 1 / 2000);

Problem invalid(std::vector<ProblemError> errors) {
  return {422, "invalid-purchase", "The purchase is not valid", "See errors; nothing was recorded.",
          std::move(errors)};
}

// Reads the members of one object into a PurchaseRequest and collects what is wrong.
class PurchaseReader {
 public:
  PurchaseReader(std::string base, handlers::ClubId club, handlers::BranchNo key_branch, rules::Instant now,
                 const PurchaseBodyLimits& limits)
      : base_(std::move(base)), key_branch_(key_branch), now_(now), limits_(limits) {
    purchase_.club = club;
    purchase_.branch = key_branch;
  }

  void read(const JsonObject& object) {
    for (const JsonMember& member : object) read_member(member);
    for (std::size_t i = 0; i < kFields.size(); ++i) {
      const bool needed = kFields[i].required || (kFields[i].name == "branch" && key_branch_ == 0);
      if (needed && !seen_[i]) wrong("", "\"" + std::string(kFields[i].name) + "\" is missing");
    }
    if (purchase_.amount > 0 && purchase_.discount > purchase_.amount)
      wrong("discount", "must not be more than the amount");
  }

  void default_purchased_at(std::optional<rules::Instant> event_time) {
    if (!purchase_.purchased_at) purchase_.purchased_at = event_time;
  }

  // `pointer` below the whole body's root; at most errors_max are kept.
  void wrong_at(std::string pointer, std::string detail) {
    if (errors_.size() < limits_.errors_max) errors_.push_back({std::move(detail), std::move(pointer)});
  }

  std::optional<rules::Instant> time_of(const JsonValue& value, const std::string& pointer) {
    const auto* text = std::get_if<std::string>(&value.what);
    const auto time = text != nullptr && text->size() <= kTimeTextMax ? parse_rfc3339(*text) : std::nullopt;
    if (!time) {
      wrong_at(pointer, "must be a time as RFC 3339 writes it, with its zone: 2026-01-05T10:15:00+03:30");
    } else if (*time > now_ + limits_.ahead_max) {
      wrong_at(pointer, "lies in the future");
    } else if (*time < kPurchasedAtLeast) {
      wrong_at(pointer, "lies before the year 2000");
    }
    return time;
  }

  std::vector<ProblemError>& errors() { return errors_; }
  handlers::PurchaseRequest& purchase() { return purchase_; }

 private:
  struct FieldRow {
    std::string_view name;
    bool required;
    void (PurchaseReader::*read)(const JsonValue& value);
  };
  static const std::array<FieldRow, 7> kFields;

  void read_member(const JsonMember& member) {
    const auto* row = std::ranges::find(kFields, std::string_view(member.name), &FieldRow::name);
    if (row == kFields.end()) return wrong(member.name, "unknown field");
    seen_[static_cast<std::size_t>(row - kFields.begin())] = true;
    (this->*row->read)(member.value);
  }

  void wrong(std::string_view name, std::string detail) {
    wrong_at(name.empty() ? base_ : base_ + json_pointer_token(name), std::move(detail));
  }

  void phone(const JsonValue& value) { keep("phone", read_phone(value), purchase_.phone); }
  void amount(const JsonValue& value) { keep("amount", read_amount(value), purchase_.amount); }
  void invoice(const JsonValue& value) {
    keep("invoice", read_name(value, limits_.invoice_max), purchase_.invoice);
  }
  void branch(const JsonValue& value) { keep("branch", read_branch(value, key_branch_), purchase_.branch); }

  template <typename Value>
  void keep(std::string_view name, FieldValue<Value> read, Value& into) {
    if (!read) return wrong(name, std::move(read.error()));
    into = std::move(*read);
  }

  void purchased_at(const JsonValue& value) {
    purchase_.purchased_at = time_of(value, base_ + "/purchased_at");
  }

  void items(const JsonValue& value) { keep("items", read_items(value), purchase_.items); }
  void discount(const JsonValue& value) { keep("discount", read_discount(value), purchase_.discount); }

  const std::string base_;  // JSON pointer of the object read
  const handlers::BranchNo key_branch_;
  const rules::Instant now_;
  const PurchaseBodyLimits& limits_;
  handlers::PurchaseRequest purchase_;
  std::array<bool, 7> seen_{};
  std::vector<ProblemError> errors_;
};

const std::array<PurchaseReader::FieldRow, 7> PurchaseReader::kFields{{
    {"phone", true, &PurchaseReader::phone},
    {"amount", true, &PurchaseReader::amount},
    {"invoice", true, &PurchaseReader::invoice},
    {"branch", false, &PurchaseReader::branch},
    {"purchased_at", false, &PurchaseReader::purchased_at},
    {"items", false, &PurchaseReader::items},
    {"discount", false, &PurchaseReader::discount},
}};

const JsonValue* member(const JsonObject& object, std::string_view name) {
  const auto found = std::ranges::find(object, name, &JsonMember::name);
  return found == object.end() ? nullptr : &found->value;
}

// Reads what stands around "data" in an envelope of our type.
void read_envelope(const JsonObject& envelope, PurchaseReader& reader) {
  for (const JsonMember& field : envelope) {
    if (field.name == "type" || field.name == "timestamp" || field.name == "data") continue;
    reader.wrong_at(json_pointer_token(field.name), "unknown field");
  }
  std::optional<rules::Instant> event_time;
  if (const JsonValue* timestamp = member(envelope, "timestamp"); timestamp != nullptr) {
    event_time = reader.time_of(*timestamp, "/timestamp");
  }
  const JsonValue* data = member(envelope, "data");
  const auto* object = data == nullptr ? nullptr : std::get_if<JsonObject>(&data->what);
  if (object == nullptr) return reader.wrong_at("/data", "must be an object");
  reader.read(*object);
  reader.default_purchased_at(event_time);
}

}  // namespace

tl::expected<std::variant<handlers::PurchaseRequest, IgnoredEvent>, Problem> parse_purchase_body(
    std::string_view body, handlers::ClubId club, handlers::BranchNo branch, rules::Instant now,
    const PurchaseBodyLimits& limits) {
  const auto json = parse_strict_json(body, limits.depth_max);
  if (!json) return tl::unexpected(problem_of(json.error(), limits.depth_max, invalid));
  const auto* object = std::get_if<JsonObject>(&json->what);
  if (object == nullptr) return tl::unexpected(invalid({{"must be an object", ""}}));

  const JsonValue* type = member(*object, "type");
  PurchaseReader reader(type == nullptr ? "" : "/data", club, branch, now, limits);
  if (type == nullptr) {
    reader.read(*object);
  } else {
    const auto* name = std::get_if<std::string>(&type->what);
    if (name == nullptr || name->empty() || name->size() > kEventTypeMax) {
      return tl::unexpected(invalid({{"must be the name of an event: \"purchase.completed\"", "/type"}}));
    }
    if (*name != kEventType) return IgnoredEvent{*name};
    read_envelope(*object, reader);
  }
  if (!reader.errors().empty()) return tl::unexpected(invalid(std::move(reader.errors())));
  return std::move(reader.purchase());
}

}  // namespace peyk::gateway
