#include "config/document.hpp"

#include <algorithm>
#include <span>
#include <tuple>

#include <fmt/format.h>

#include "config/scalars.hpp"
#include "templates/phone.hpp"

namespace peyk::config {
namespace {

constexpr std::size_t kShownCharactersMax = 40;
constexpr std::string_view kNotShown = "found something else (not shown)";

std::string joined(const std::vector<std::string_view>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string percent_text(std::int32_t basis_points) {
  return fmt::format("{}", static_cast<double>(basis_points) / 100.0);
}

std::string lower_ascii(std::string_view text) {
  std::string lower{text};
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// YAML joins a line that lacks its colon to the value before it: "user: peyk" and "password hunter2" below it
// are one value, and the mistake is about the user.
bool may_hold_secret(std::string_view text) {
  const std::string lower = lower_ascii(text);
  const bool one_word = lower.find(' ') == std::string::npos;
  return lower.find("password") != std::string::npos || lower.find("secret") != std::string::npos ||
         (!one_word && lower.find("pin") != std::string::npos);
}

// The first kShownCharactersMax characters.
std::string shortened(std::string_view text) {
  if (characters(text) <= kShownCharactersMax) return std::string(text);
  std::size_t end = 0;
  for (std::size_t shown = 0; end < text.size(); ++end) {
    const bool begins_character = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
    if (begins_character && ++shown > kShownCharactersMax) break;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
    case Node::Kind::broken:
      return "found nothing";
    case Node::Kind::list:
      return "found a list";
    case Node::Kind::map:
      return "found a map";
    case Node::Kind::scalar:
      break;
  }
  if (may_hold_secret(node.text)) return "found something that may be a secret (not shown)";
  if (!is_clean_line(node.text)) {
    return "found text that begins or ends with blanks, or holds line ends or invisible characters";
  }
  return fmt::format("found \"{}\"", shortened(node.text));
}

// A name that somebody gave to a variable, not a password that stands in the wrong place.
bool looks_like_variable(std::string_view name) {
  return consists_of(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", 1, 128) &&
         name.find('_') != std::string_view::npos;
}

std::string folder_of(const std::string& file_name) {
  const std::size_t slash = file_name.rfind('/');
  return slash == std::string::npos ? std::string() : file_name.substr(0, slash + 1);
}

}  // namespace

Document::Document(std::string_view yaml, std::string file_name, const Environment& environment)
    : file_name_(std::move(file_name)),
      folder_(folder_of(file_name_)),
      environment_(environment),
      tree_(parse_tree(yaml, file_name_)) {}

void Document::read(const Section::Body& body) {
  if (!tree_.whole) return;
  if (tree_.root.kind == Node::Kind::null) {
    add(0, 0, "", "nothing is written in it", "lines of `key: value`");
  } else if (tree_.root.kind != Node::Kind::map) {
    add(tree_.root.line, tree_.root.column, "", tree_.root.kind == Node::Kind::list ? "a list" : "plain text",
        "lines of `key: value`");
  } else {
    Section root(*this, tree_.root, "");
    body(root);
    root.refuse_unknown_keys();
  }
}

namespace {

void sort_by_place(std::vector<Mistake>& all) {
  std::stable_sort(all.begin(), all.end(), [](const Mistake& a, const Mistake& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
}

}  // namespace

std::vector<Mistake> Document::remarks() && {
  sort_by_place(remarks_);
  return std::move(remarks_);
}

std::vector<Mistake> Document::mistakes() && {
  std::vector<Mistake>& all = tree_.mistakes;
  sort_by_place(all);
  if (all.size() >= kMistakesMax) {
    all.resize(kMistakesMax);
    all.push_back({file_name_, 0, 0, "", "and more mistakes", ""});
  }
  return std::move(all);
}

void Document::add(std::uint32_t line, std::uint32_t column, std::string path, std::string what,
                   std::string allowed) {
  if (tree_.mistakes.size() >= kMistakesMax) return;
  tree_.mistakes.push_back({file_name_, line, column, std::move(path), std::move(what), std::move(allowed)});
}

bool Section::has(std::string_view key) const {
  return node_.find(key) != nullptr;
}

bool Section::holds_map(std::string_view key) const {
  const Node* value = node_.find(key);
  return value != nullptr && value->kind == Node::Kind::map;
}

std::uint32_t Section::line(std::string_view key) const {
  const Key* written = node_.find_key(key);
  return written == nullptr ? node_.line : written->line;
}

std::string Section::found(std::string_view key) const {
  const Node* value = node_.find(key);
  return value == nullptr ? "missing" : describe(*value);
}

// A scalar is pointed at itself; what spans lines, or is not there, by its key.
void Section::mistake(std::string_view key, std::string what, std::string allowed) {
  const Node* value = node_.find(key);
  const Key* written = node_.find_key(key);
  const bool at_value = value != nullptr && value->kind == Node::Kind::scalar;
  document_.add(at_value ? value->line : line(key),
                at_value ? value->column : (written == nullptr ? node_.column : written->column),
                key_path(path_, key), std::move(what), std::move(allowed));
}

void Section::remark(std::string_view key, std::string what) {
  remark_at(line(key), key_path(path_, key), std::move(what));
}

void Section::remark_at(std::uint32_t line, std::string path, std::string what) {
  if (document_.remarks_.size() >= kMistakesMax) return;
  document_.remarks_.push_back({document_.file_name_, line, 0, std::move(path), std::move(what), ""});
}

void Section::note_asked(std::string_view key) {
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.emplace_back(key);
}

// The key's node; nullptr when there is none to read, which is a mistake only for a required key.
const Node* Section::ask(std::string_view key, Presence presence, std::string_view allowed) {
  note_asked(key);
  const Node* value = node_.find(key);
  if (value == nullptr && presence == Presence::required) mistake(key, "missing", std::string(allowed));
  return value == nullptr || value->kind == Node::Kind::broken ? nullptr : value;
}

std::optional<Section::Value> Section::scalar(std::string_view key, Presence presence,
                                              std::string_view allowed) {
  const Node* node = ask(key, presence, allowed);
  if (node == nullptr) return std::nullopt;
  if (node->kind != Node::Kind::scalar) {
    mistake(key, describe(*node), std::string(allowed));
    return std::nullopt;
  }
  auto expanded = expand(node->text, document_.environment_);
  if (!expanded) {
    mistake(key, std::move(expanded).error(), std::string(allowed));
    return std::nullopt;
  }
  return Value{node, std::move(expanded->text), expanded->from_environment};
}

// The text of the file is shown, never what a variable holds: it could be any of the process's secrets.
void Section::wrong(std::string_view key, const Value& value, std::string allowed) {
  std::string what = describe(*value.node);
  if (value.from_environment) what += " (what the variable holds is not shown)";
  mistake(key, std::move(what), std::move(allowed));
}

bool Section::text(std::string_view key, std::string& target, TextRule rule, Presence presence) {
  auto value = scalar(key, presence, rule.allowed);
  if (!value) return false;
  if (!rule.fits(value->text)) {
    if (rule.may_be_shown) {
      wrong(key, *value, std::string(rule.allowed));
    } else {
      mistake(key, std::string(kNotShown), std::string(rule.allowed));
    }
    return false;
  }
  target = std::move(value->text);
  return true;
}

bool Section::boolean(std::string_view key, bool& target) {
  const auto index = one_of(key, {"true", "false"});
  if (!index) return false;
  target = *index == 0;
  return true;
}

bool Section::whole_number(std::string_view key, std::int64_t& target, std::int64_t min, std::int64_t max,
                           Presence presence) {
  const std::string allowed = fmt::format("a whole number, {} to {}", min, max);
  const auto value = scalar(key, presence, allowed);
  if (!value) return false;
  const std::optional<std::int64_t> number = parse_whole_number(value->text);
  if (!number || *number < min || *number > max) {
    wrong(key, *value, allowed);
    return false;
  }
  target = *number;
  return true;
}

bool Section::time_span(std::string_view key, std::chrono::milliseconds& target,
                        std::chrono::milliseconds min, std::chrono::milliseconds max,
                        std::chrono::milliseconds step) {
  const std::string allowed =
      fmt::format("{} to {}, a whole number with its unit: {}s, m, h, d", format_time_span(min),
                  format_time_span(max), step.count() > 1 ? "" : "ms, ");
  const auto value = scalar(key, Presence::optional, allowed);
  if (!value) return false;
  const std::optional<std::chrono::milliseconds> span = parse_time_span(value->text);
  if (!span || *span < min || *span > max || span->count() % step.count() != 0) {
    wrong(key, *value, allowed);
    return false;
  }
  target = *span;
  return true;
}

bool Section::rate(std::string_view key, double& target, double max) {
  const std::string allowed = fmt::format("0 (no limit) to {} a second: 100, 100/s, 0.5/s, 30/min", max);
  const auto value = scalar(key, Presence::optional, allowed);
  if (!value) return false;
  const std::optional<double> rate = parse_rate(value->text);
  if (!rate || *rate > max) {
    wrong(key, *value, allowed);
    return false;
  }
  target = *rate;
  return true;
}

bool Section::percent(std::string_view key, std::int32_t& target, std::int32_t min_basis_points,
                      std::int32_t max_basis_points, Presence presence) {
  const std::string allowed = fmt::format("percent, {} to {}, up to two decimals: 5, 7.5",
                                          percent_text(min_basis_points), percent_text(max_basis_points));
  const auto value = scalar(key, presence, allowed);
  if (!value) return false;
  const std::optional<std::int64_t> basis_points = parse_percent(value->text);
  if (!basis_points || *basis_points < min_basis_points || *basis_points > max_basis_points) {
    wrong(key, *value, allowed);
    return false;
  }
  target = static_cast<std::int32_t>(*basis_points);
  return true;
}

std::optional<std::size_t> Section::one_of(std::string_view key, const std::vector<std::string_view>& words) {
  const auto value = scalar(key, Presence::optional, joined(words));
  if (!value) return std::nullopt;
  const auto word = std::find(words.begin(), words.end(), value->text);
  if (word == words.end()) {
    wrong(key, *value, joined(words));
    return std::nullopt;
  }
  return static_cast<std::size_t>(word - words.begin());
}

bool Section::phone(std::string_view key, std::uint64_t& target, std::string_view region, Presence presence) {
  constexpr std::string_view kAllowed = "a mobile number: 09121112233 or +989121112233";
  const auto value = scalar(key, presence, kAllowed);
  if (!value) return false;
  const std::optional<std::uint64_t> number = templates::parse_phone(value->text, region);
  if (!number) {
    wrong(key, *value, std::string(kAllowed));
    return false;
  }
  target = *number;
  return true;
}

bool Section::secret(std::string_view key, std::string& target, TextRule rule, Presence presence) {
  const std::string keys[] = {std::string(key), fmt::format("{}_env", key), fmt::format("{}_file", key)};
  const std::string allowed = fmt::format("one of {}, {}, {}: {}", keys[0], keys[1], keys[2], rule.allowed);
  std::vector<std::string_view> given;
  for (const std::string& one : keys) {
    note_asked(one);
    if (has(one)) given.push_back(one);
  }
  if (given.empty()) {
    if (presence == Presence::required) mistake(key, "missing", allowed);
    return false;
  }
  if (given.size() > 1) {
    mistake(given[1], fmt::format("given beside {}", given[0]), allowed);
    return false;
  }
  std::optional<std::string> value = secret_text(key, given[0], rule.allowed);
  if (!value) return false;
  if (!rule.fits(*value)) {
    mistake(given[0], std::string(kNotShown), std::string(rule.allowed));
    return false;
  }
  target = std::move(*value);
  return true;
}

// The secret itself, by whichever of its keys was chosen. No message may hold the value of any of them: a
// password is sometimes written where its variable or its file should be named.
std::optional<std::string> Section::secret_text(std::string_view key, std::string_view chosen,
                                                std::string_view allowed) {
  const auto value = scalar(chosen, Presence::optional, chosen == key ? allowed : "a name");
  if (!value || chosen == key) return value ? std::optional(value->text) : std::nullopt;
  if (chosen.ends_with("_env")) {
    if (!is_variable_name(value->text)) {
      mistake(chosen, "no name of a variable (not shown)", "letters, digits and _, no digit first");
      return std::nullopt;
    }
    std::optional<std::string> content = document_.environment_(value->text);
    if (!content) {
      mistake(chosen,
              fmt::format("the variable {} is not set",
                          looks_like_variable(value->text) ? value->text : "of that name (not shown)"));
    } else if (!is_utf8(*content)) {
      mistake(chosen, "the variable holds no valid UTF-8");
      content.reset();
    }
    return content;
  }
  auto content = read_secret_file(value->text, document_.folder_);
  if (!content) {
    mistake(chosen, "the file " + content.error());
    return std::nullopt;
  }
  return std::move(*content);
}

void Section::section(std::string_view key, const Body& body) {
  const Node* node = ask(key, Presence::optional, "");
  Node nothing;
  nothing.kind = Node::Kind::map;
  nothing.line = line(key);
  if (node == nullptr || node->kind == Node::Kind::null) {
    if (has(key) && node == nullptr) return;  // broken, and said so already
    node = &nothing;
  } else if (node->kind != Node::Kind::map) {
    mistake(key, node->kind == Node::Kind::list ? "found a list" : "found plain text",
            "lines of `key: value`");
    return;
  }
  Section inner(document_, *node, key_path(path_, key));
  body(inner);
  inner.refuse_unknown_keys();
}

void Section::list(std::string_view key, std::size_t count_min, std::size_t count_max, const ItemBody& body) {
  const std::string allowed =
      fmt::format("a list of {} to {} entries, each begun with `- `", count_min, count_max);
  const Node* node = ask(key, count_min > 0 ? Presence::required : Presence::optional, allowed);
  if (node == nullptr || (node->kind == Node::Kind::null && count_min == 0)) return;
  if (node->kind != Node::Kind::list) {
    mistake(key, node->kind == Node::Kind::scalar ? "found plain text" : describe(*node), allowed);
    return;
  }
  if (node->items.size() < count_min || node->items.size() > count_max) {
    mistake(key, fmt::format("found {} entries", node->items.size()), allowed);
  }
  for (std::size_t i = 0; i < std::min(node->items.size(), count_max); ++i) {
    const Node& item = node->items[i];
    std::string path = fmt::format("{}[{}]", key_path(path_, key), i);
    if (item.kind == Node::Kind::map) {
      Section inner(document_, item, std::move(path));
      body(inner, i);
      inner.refuse_unknown_keys();
    } else if (item.kind != Node::Kind::broken) {
      const bool is_text = item.kind == Node::Kind::scalar;
      document_.add(item.line, item.column, std::move(path), is_text ? "found plain text" : describe(item),
                    "lines of `key: value` after `- `");
    }
  }
}

bool Section::texts(std::string_view key, std::size_t count_max, std::string_view allowed,
                    const TakeText& take) {
  note_asked(key);
  if (!has(key)) return false;  // most of the many keys that a map of conditions may have
  const std::string rule = fmt::format("a list of up to {}: {}", count_max, allowed);
  const Node* node = ask(key, Presence::optional, rule);
  if (node == nullptr) return false;
  const std::span<const Node> items =
      node->kind == Node::Kind::list ? std::span<const Node>(node->items) : std::span(node, 1);
  if (items.size() > count_max) mistake(key, fmt::format("found {} entries", items.size()), rule);
  bool all = items.size() <= count_max;
  for (std::size_t i = 0; i < std::min(items.size(), count_max); ++i) {
    const Node& item = items[i];
    const std::string path = node->kind == Node::Kind::list ? fmt::format("{}[{}]", key_path(path_, key), i)
                                                            : key_path(path_, key);
    std::optional<std::string> wrong;
    if (item.kind != Node::Kind::scalar) {
      wrong = describe(item);
    } else if (auto expanded = expand(item.text, document_.environment_); !expanded) {
      wrong = std::move(expanded).error();
    } else {
      wrong = take(expanded->text);
    }
    if (!wrong) continue;
    all = false;
    if (item.kind != Node::Kind::broken) document_.add(item.line, item.column, path, *wrong, rule);
  }
  return all;
}

void Section::refuse_unknown_keys() {
  const std::vector<std::string_view> known(asked_.begin(), asked_.end());
  for (const Key& key : node_.keys) {
    if (std::find(known.begin(), known.end(), key.text) != known.end()) continue;
    const std::string_view meant = nearest(key.text, known);
    std::string what =
        meant.empty() ? "unknown key" : fmt::format("unknown key; did you mean \"{}\"?", meant);
    document_.add(key.line, key.column, key_path(path_, key.text), std::move(what), joined(known));
  }
}

}  // namespace peyk::config
