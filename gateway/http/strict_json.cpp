#include "gateway/http/strict_json.hpp"

#include <nlohmann/json.hpp>
#include <set>

namespace peyk::gateway {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kPointerTokenMax = 64;

// Builds the tree from nlohmann's events. A frame of open_ is an object or array still being read; its
// value's address is stable, since only the innermost one grows.
class TreeBuilder : public nlohmann::json_sax<Json> {
 public:
  explicit TreeBuilder(std::size_t depth_max) : depth_max_(depth_max) {}

  bool null() override { return put(JsonValue{}); }
  bool boolean(bool value) override { return put(JsonValue{value}); }
  bool number_integer(number_integer_t value) override { return put(JsonValue{value}); }
  bool number_unsigned(number_unsigned_t value) override {
    const bool fits = value <= static_cast<number_unsigned_t>(INT64_MAX);
    return put(fits ? JsonValue{static_cast<std::int64_t>(value)} : JsonValue{JsonOtherNumber{}});
  }
  bool number_float(number_float_t, const string_t&) override { return put(JsonValue{JsonOtherNumber{}}); }
  bool string(string_t& value) override { return put(JsonValue{std::move(value)}); }
  bool binary(binary_t&) override { return false; }  // never in text

  bool start_object(std::size_t) override { return open(JsonValue{JsonObject{}}); }
  bool start_array(std::size_t) override { return open(JsonValue{JsonArray{}}); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    Frame& frame = open_.back();
    frame.name = std::move(name);
    return frame.names.insert(frame.name).second || fail(JsonMistakeKind::doubled_name, 0);
  }

  bool parse_error(std::size_t offset, const std::string&, const Json::exception& error) override {
    constexpr int number_overflow = 406;  // 1e999: good JSON that no double can hold
    if (error.id == number_overflow) return fail(JsonMistakeKind::number_out_of_range, offset);
    return fail(JsonMistakeKind::malformed, offset);
  }

  JsonValue& root() { return root_; }
  JsonMistake& mistake() { return mistake_; }

 private:
  struct Frame {
    JsonValue* value;
    std::string name;             // of the member being read
    std::set<std::string> names;  // seen
  };

  JsonValue* place(JsonValue&& value) {
    if (open_.empty()) return &(root_ = std::move(value));
    JsonValue& parent = *open_.back().value;
    if (auto* array = std::get_if<JsonArray>(&parent.what)) return &array->emplace_back(std::move(value));
    auto& members = std::get<JsonObject>(parent.what);
    members.push_back({open_.back().name, std::move(value)});
    return &members.back().value;
  }

  bool put(JsonValue&& value) {
    place(std::move(value));
    return true;
  }

  bool open(JsonValue&& value) {
    if (open_.size() == depth_max_) return fail(JsonMistakeKind::too_deep, 0);
    open_.push_back({place(std::move(value)), {}, {}});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  bool fail(JsonMistakeKind kind, std::size_t offset) {
    mistake_ = {kind, offset, {}};
    for (const Frame& frame : open_) {
      const auto* array = std::get_if<JsonArray>(&frame.value->what);
      const bool inner = &frame != &open_.back();
      if (array != nullptr) {
        mistake_.pointer += "/" + std::to_string(inner ? array->size() - 1 : array->size());
      } else {
        mistake_.pointer += json_pointer_token(frame.name);
      }
    }
    return false;
  }

  const std::size_t depth_max_;
  JsonValue root_;
  std::vector<Frame> open_;
  JsonMistake mistake_;
};

}  // namespace

tl::expected<JsonValue, JsonMistake> parse_strict_json(std::string_view text, std::size_t depth_max) {
  // nlohmann takes a NUL for the end of the text and would not look at what follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return tl::unexpected(JsonMistake{JsonMistakeKind::malformed, nul, {}});
  }
  TreeBuilder builder(depth_max);
  if (!Json::sax_parse(text, &builder)) return tl::unexpected(std::move(builder.mistake()));
  return std::move(builder.root());
}

std::string json_pointer_token(std::string_view name) {
  std::string token = "/";
  for (const char c : name.substr(0, kPointerTokenMax)) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token += c;
    }
  }
  return token;
}

}  // namespace peyk::gateway
