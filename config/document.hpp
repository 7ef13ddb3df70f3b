// Reading a file of settings into structs: each call reads one key into one field, or says what is wrong with
// it.
//
//   Document document(yaml, "peyk.yaml", environment);
//   document.read([&](Section& root) {
//     root.section("http", [&](Section& http) { http.integer<std::uint16_t>("port", options.http.port, 1,
//     65535); });
//   });
//   std::vector<Mistake> mistakes = std::move(document).mistakes();
//
// How it flows: a reader that succeeds sets its field and returns true. A key that is absent leaves the field
// as it is (its default) and returns false; so does a mistake, which is kept. When a section's body returns,
// the keys nobody has asked for are unknown, and those asked for are the list of what is allowed: so ask for
// every key, always.
//
// What must stay true: a value is shown in a mistake only if it cannot be a secret (see Section::found).
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/environment.hpp"
#include "config/mistake.hpp"
#include "config/tree.hpp"

namespace peyk::config {

enum class Presence : std::uint8_t { optional, required };

// What a text must be, and the same in words; whether a wrong one may be shown.
struct TextRule {
  bool (*fits)(std::string_view text);
  std::string_view allowed;
  bool may_be_shown = true;
};

class Document;

// One map of the file. Lives only within the body it is given to.
class Section {
 public:
  using Body = std::function<void(Section&)>;

  bool text(std::string_view key, std::string& target, TextRule rule, Presence presence = Presence::optional);
  bool boolean(std::string_view key, bool& target);

  // Decimal, or hexadecimal after 0x; `_` may part digits: 100_000.
  template <std::integral T>
  bool integer(std::string_view key, T& target, std::type_identity_t<T> min, std::type_identity_t<T> max,
               Presence presence = Presence::optional) {
    static_assert(sizeof(T) < sizeof(std::int64_t) || std::is_signed_v<T>);
    std::int64_t value = 0;
    if (!whole_number(key, value, min, max, presence)) return false;
    target = static_cast<T>(value);
    return true;
  }

  // A number and its unit: 500ms, 30s, 5m, 2h, 7d.
  template <class Rep, class Period>
  bool duration(std::string_view key, std::chrono::duration<Rep, Period>& target,
                std::chrono::milliseconds min, std::chrono::milliseconds max) {
    using Target = std::chrono::duration<Rep, Period>;
    std::chrono::milliseconds value{};
    if (!time_span(key, value, min, max, std::chrono::milliseconds{Target{1}})) return false;
    target = std::chrono::duration_cast<Target>(value);
    return true;
  }

  // Times a second: 100, 100/s, 0.5, 30/min. 0 is "no limit".
  bool rate(std::string_view key, double& target, double max);

  // Percent with up to two decimals (5, 7.5, 12.25%) as hundredths of a percent.
  bool percent(std::string_view key, std::int32_t& target, std::int32_t min_basis_points,
               std::int32_t max_basis_points, Presence presence = Presence::optional);

  // One of a few words.
  template <class E>
  bool choice(std::string_view key, E& target, std::initializer_list<std::pair<std::string_view, E>> words) {
    return choice(key, target, std::span(words.begin(), words.size()));
  }
  template <class E>
  bool choice(std::string_view key, E& target, std::span<const std::pair<std::string_view, E>> words) {
    std::vector<std::string_view> names;
    for (const auto& word : words) names.push_back(word.first);
    const auto index = one_of(key, names);
    if (!index) return false;
    target = words[*index].second;
    return true;
  }

  // A telephone number; one without a country code is taken as one of `region` (ISO 3166, "IR").
  bool phone(std::string_view key, std::uint64_t& target, std::string_view region, Presence presence);

  // `key: text`, `key_env: VARIABLE` or `key_file: path`, one of the three. Never shown.
  bool secret(std::string_view key, std::string& target, TextRule rule, Presence presence);

  // A map of its own; absent or empty is read as {}.
  void section(std::string_view key, const Body& body);

  // A list of maps. The body's second argument counts from 0.
  using ItemBody = std::function<void(Section&, std::size_t)>;
  void list(std::string_view key, std::size_t count_min, std::size_t count_max, const ItemBody& body);

  // A list of texts, `[a, b]` or one `- ` a line; one text stands for a list of one. `take` says what is
  // wrong with an item, or nothing. False when the key is absent or an item was wrong.
  using TakeText = std::function<std::optional<std::string>(const std::string& item)>;
  bool texts(std::string_view key, std::size_t count_max, std::string_view allowed, const TakeText& take);

  bool has(std::string_view key) const;
  bool holds_map(std::string_view key) const;
  // The key may stand here, though nothing is read of it now.
  void note_asked(std::string_view key);

  // Line of a key; of the section where the key is absent. For "first at line 12".
  std::uint32_t line(std::string_view key) const;

  // A mistake that the caller has found, at this key.
  void mistake(std::string_view key, std::string what, std::string allowed = {});
  // What is no mistake, and yet hardly meant.
  void remark(std::string_view key, std::string what);
  // The same of a place that was read before: "offers[3].name".
  void remark_at(std::uint32_t line, std::string path, std::string what);

  // How a value may be named in a mistake: `found "abc"`, or less where it may be a secret.
  std::string found(std::string_view key) const;

 private:
  friend class Document;
  struct Value {
    const Node* node;
    std::string text;
    bool from_environment;
  };

  Section(Document& document, const Node& node, std::string path)
      : document_(document), node_(node), path_(std::move(path)) {}

  const Node* ask(std::string_view key, Presence presence, std::string_view allowed);
  std::optional<Value> scalar(std::string_view key, Presence presence, std::string_view allowed);
  void wrong(std::string_view key, const Value& value, std::string allowed);
  bool whole_number(std::string_view key, std::int64_t& target, std::int64_t min, std::int64_t max,
                    Presence presence);
  bool time_span(std::string_view key, std::chrono::milliseconds& target, std::chrono::milliseconds min,
                 std::chrono::milliseconds max, std::chrono::milliseconds step);
  std::optional<std::size_t> one_of(std::string_view key, const std::vector<std::string_view>& words);
  std::optional<std::string> secret_text(std::string_view key, std::string_view chosen,
                                         std::string_view allowed);
  void refuse_unknown_keys();

  Document& document_;
  const Node& node_;
  std::string path_;
  std::vector<std::string> asked_;
};

// A file being read. One thread.
class Document {
 public:
  Document(std::string_view yaml, std::string file_name, const Environment& environment);

  // Calls the body with the file's outermost map; not at all when the text is no YAML.
  void read(const Section::Body& body);

  // Everything found so far, in the order of the file.
  std::vector<Mistake> mistakes() &&;
  std::vector<Mistake> remarks() &&;

 private:
  friend class Section;
  void add(std::uint32_t line, std::uint32_t column, std::string path, std::string what, std::string allowed);

  std::string file_name_;
  std::string folder_;
  const Environment& environment_;
  Tree tree_;
  std::vector<Mistake> remarks_;
};

}  // namespace peyk::config
