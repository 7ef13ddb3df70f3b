// Reads a profile's YAML into structs, strictly: each call reads one key into one field or says what is wrong
// with it, with file and line; a key that nobody asked for is unknown.
//
//   auto mistakes = read_settings(yaml, "hex.yaml", [&](Settings& root) {
//     root.section("ids", [&](Settings& ids) { ids.integer("width", profile.ids.width, 1, 64); });
//   });
//
// A key that is absent leaves its field as it is. JSON is YAML, so the control port's lines come through here
// as well and mean the same. The room does not know config/, whose reader is about clubs and secrets and
// knows their types; this is the small part of it that a simulator needs.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace peyk::sim {

inline constexpr std::size_t kSettingsOctetsMax = 256 * 1024;

// One value with the line it stands on.
struct SettingsNode {
  enum class Kind : std::uint8_t { null, scalar, list, map };
  Kind kind = Kind::null;
  std::uint32_t line = 0;
  std::string text;                 // of a scalar
  std::vector<std::string> keys;    // of a map, beside `items`
  std::vector<SettingsNode> items;  // of a list or a map
};

class Settings {
 public:
  using Body = std::function<void(Settings&)>;
  using Mistakes = std::vector<std::string>;

  Settings(const SettingsNode& node, std::string path, const std::string& file, Mistakes& mistakes)
      : node_(node), path_(std::move(path)), file_(file), mistakes_(mistakes) {}

  bool has(std::string_view key) const { return find(key) != nullptr; }
  bool text(std::string_view key, std::string& target, std::size_t octets_max = 200);
  bool boolean(std::string_view key, bool& target);
  bool number(std::string_view key, double& target, double min, double max);
  // Whole milliseconds, up to a day.
  bool milliseconds(std::string_view key, std::chrono::milliseconds& target);

  // Decimal, or hexadecimal after 0x.
  template <std::integral T>
  bool integer(std::string_view key, T& target, std::type_identity_t<T> min, std::type_identity_t<T> max) {
    static_assert(sizeof(T) < sizeof(std::int64_t) || std::is_signed_v<T>);
    const auto value = whole_number(key, min, max);
    if (value) target = static_cast<T>(*value);
    return value.has_value();
  }

  // One of a table's words.
  template <class E>
  bool word(std::string_view key, E& target,
            std::type_identity_t<std::span<const std::pair<std::string_view, E>>> words) {
    std::vector<std::string_view> names;
    for (const auto& one : words) names.push_back(one.first);
    const auto index = one_of(key, names);
    if (index) target = words[*index].second;
    return index.has_value();
  }

  void section(std::string_view key, const Body& body);
  void list(std::string_view key, std::size_t count_max, const Body& body);  // of maps
  void texts(std::string_view key, std::vector<std::string>& target, std::size_t count_max);
  void octets(std::string_view key, std::vector<std::uint8_t>& target);  // of numbers 0 to 255

  void mistake(std::string_view key, const std::string& what);
  // The keys of the map, for one whose keys are words of somebody else's table; they count as asked for.
  std::vector<std::string> keys();
  void refuse_unknown_keys();

 private:
  const SettingsNode* find(std::string_view key) const;
  const SettingsNode* ask(std::string_view key);
  const SettingsNode* scalar(std::string_view key);
  std::optional<std::int64_t> whole_number(std::string_view key, std::int64_t min, std::int64_t max);
  std::optional<std::size_t> one_of(std::string_view key, const std::vector<std::string_view>& names);
  void wrong(std::string_view key, const SettingsNode& value, const std::string& allowed);
  void add(std::uint32_t line, std::string_view key, const std::string& what);

  const SettingsNode& node_;
  std::string path_;
  const std::string& file_;
  Mistakes& mistakes_;
  std::vector<std::string> asked_;
};

// Calls the body with the outermost map. The mistakes, one line each; empty: all is well.
Settings::Mistakes read_settings(std::string_view yaml, const std::string& file, const Settings::Body& body);

// Decimal, or hexadecimal after 0x; nothing else and no sign but '-'.
std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace peyk::sim
