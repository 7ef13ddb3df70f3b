#include "sim/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <yaml-cpp/yaml.h>
#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>

namespace peyk::sim {
namespace {

constexpr std::size_t kDepthMax = 8, kNodesMax = 20'000, kMistakesMax = 50;

class TooMuch : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// yaml-cpp shares the node of an alias; the count of nodes ends what expands without end.
SettingsNode tree_of(const YAML::Node& from, std::size_t depth, std::size_t& count) {
  if (depth > kDepthMax || ++count > kNodesMax) throw TooMuch("too deep or too many values");
  SettingsNode node;
  node.line = static_cast<std::uint32_t>(from.Mark().line + 1);
  if (from.IsScalar()) {
    node.kind = SettingsNode::Kind::scalar;
    node.text = from.Scalar();
  } else if (from.IsSequence()) {
    node.kind = SettingsNode::Kind::list;
    for (const YAML::Node& item : from) node.items.push_back(tree_of(item, depth + 1, count));
  } else if (from.IsMap()) {
    node.kind = SettingsNode::Kind::map;
    for (const auto& entry : from) {
      if (!entry.first.IsScalar()) throw TooMuch("a key that is no word");
      node.keys.push_back(entry.first.Scalar());
      node.items.push_back(tree_of(entry.second, depth + 1, count));
      node.items.back().line = static_cast<std::uint32_t>(entry.first.Mark().line + 1);
    }
  }
  return node;
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value, hex ? 16 : 10);
  if (text.empty() || text.front() == '-' || error != std::errc() || stopped != end) return std::nullopt;
  return negative ? -value : value;
}

const SettingsNode* Settings::find(std::string_view key) const {
  const auto it = std::ranges::find(node_.keys, key);
  return it == node_.keys.end() ? nullptr : &node_.items[static_cast<std::size_t>(it - node_.keys.begin())];
}

const SettingsNode* Settings::ask(std::string_view key) {
  asked_.emplace_back(key);
  return find(key);
}

const SettingsNode* Settings::scalar(std::string_view key) {
  const SettingsNode* node = ask(key);
  if (node != nullptr && node->kind != SettingsNode::Kind::scalar) {
    add(node->line, key, "one value expected");
    return nullptr;
  }
  return node;
}

void Settings::add(std::uint32_t line, std::string_view key, const std::string& what) {
  if (mistakes_.size() >= kMistakesMax) return;
  const std::string path = path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  mistakes_.push_back(fmt::format("{}:{}: {}: {}", file_, line, path, what));
}

void Settings::wrong(std::string_view key, const SettingsNode& value, const std::string& allowed) {
  add(value.line, key, fmt::format("found \"{}\"; allowed: {}", value.text.substr(0, 40), allowed));
}

void Settings::mistake(std::string_view key, const std::string& what) {
  const SettingsNode* node = find(key);
  add(node == nullptr ? node_.line : node->line, key, what);
}

bool Settings::text(std::string_view key, std::string& target, std::size_t octets_max) {
  const SettingsNode* value = scalar(key);
  if (value == nullptr) return false;
  if (value->text.size() > octets_max) {
    wrong(key, *value, fmt::format("up to {} octets", octets_max));
    return false;
  }
  target = value->text;
  return true;
}

bool Settings::boolean(std::string_view key, bool& target) {
  const SettingsNode* value = scalar(key);
  if (value == nullptr) return false;
  if (value->text != "true" && value->text != "false") {
    wrong(key, *value, "true, false");
    return false;
  }
  target = value->text == "true";
  return true;
}

bool Settings::number(std::string_view key, double& target, double min, double max) {
  const SettingsNode* value = scalar(key);
  if (value == nullptr) return false;
  double parsed = 0;
  const char* end = value->text.data() + value->text.size();
  const auto [stopped, error] = std::from_chars(value->text.data(), end, parsed);
  // Written so that NaN is outside.
  if (error != std::errc() || stopped != end || !(parsed >= min && parsed <= max)) {
    wrong(key, *value, fmt::format("{} to {}", min, max));
    return false;
  }
  target = parsed;
  return true;
}

bool Settings::milliseconds(std::string_view key, std::chrono::milliseconds& target) {
  const auto value = whole_number(key, 0, 86'400'000);
  if (value) target = std::chrono::milliseconds(*value);
  return value.has_value();
}

std::optional<std::int64_t> Settings::whole_number(std::string_view key, std::int64_t min, std::int64_t max) {
  const SettingsNode* value = scalar(key);
  if (value == nullptr) return std::nullopt;
  const auto parsed = parse_integer(value->text);
  if (!parsed || *parsed < min || *parsed > max) {
    wrong(key, *value, fmt::format("{} to {}", min, max));
    return std::nullopt;
  }
  return parsed;
}

std::optional<std::size_t> Settings::one_of(std::string_view key,
                                            const std::vector<std::string_view>& names) {
  const SettingsNode* value = scalar(key);
  if (value == nullptr) return std::nullopt;
  const auto it = std::ranges::find(names, value->text);
  if (it == names.end()) {
    wrong(key, *value, fmt::format("{}", fmt::join(names, ", ")));
    return std::nullopt;
  }
  return static_cast<std::size_t>(it - names.begin());
}

void Settings::section(std::string_view key, const Body& body) {
  const SettingsNode* node = ask(key);
  if (node == nullptr || node->kind == SettingsNode::Kind::null) return;
  if (node->kind != SettingsNode::Kind::map) return add(node->line, key, "a map expected");
  Settings inner(*node, path_.empty() ? std::string(key) : path_ + "." + std::string(key), file_, mistakes_);
  body(inner);
  inner.refuse_unknown_keys();
}

void Settings::list(std::string_view key, std::size_t count_max, const Body& body) {
  const SettingsNode* node = ask(key);
  if (node == nullptr || node->kind == SettingsNode::Kind::null) return;
  if (node->kind != SettingsNode::Kind::list || node->items.size() > count_max) {
    return add(node->line, key, fmt::format("a list of up to {} maps expected", count_max));
  }
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const std::string name = fmt::format("{}[{}]", key, i);
    if (node->items[i].kind != SettingsNode::Kind::map) {
      add(node->items[i].line, name, "a map expected");
      continue;
    }
    Settings inner(node->items[i], path_.empty() ? name : path_ + "." + name, file_, mistakes_);
    body(inner);
    inner.refuse_unknown_keys();
  }
}

void Settings::texts(std::string_view key, std::vector<std::string>& target, std::size_t count_max) {
  const SettingsNode* node = ask(key);
  if (node == nullptr) return;
  const bool plain = node->kind == SettingsNode::Kind::list && node->items.size() <= count_max &&
                     std::ranges::all_of(node->items, [](const SettingsNode& item) {
                       return item.kind == SettingsNode::Kind::scalar;
                     });
  if (!plain) return add(node->line, key, fmt::format("a list of up to {} values expected", count_max));
  target.clear();
  for (const SettingsNode& item : node->items) target.push_back(item.text);
}

void Settings::octets(std::string_view key, std::vector<std::uint8_t>& target) {
  const std::size_t before = mistakes_.size();
  std::vector<std::string> words;
  texts(key, words, 256);
  if (!has(key) || mistakes_.size() != before) return;
  target.clear();
  for (const std::string& word : words) {
    const auto value = parse_integer(word);
    if (!value || *value < 0 || *value > 255)
      return mistake(key, "found \"" + word + "\"; allowed: 0 to 255");
    target.push_back(static_cast<std::uint8_t>(*value));
  }
}

std::vector<std::string> Settings::keys() {
  asked_.insert(asked_.end(), node_.keys.begin(), node_.keys.end());
  return node_.keys;
}

void Settings::refuse_unknown_keys() {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < node_.keys.size(); ++i) {
    const std::string& key = node_.keys[i];
    if (!seen.insert(key).second) add(node_.items[i].line, key, "given twice");
    if (std::ranges::find(asked_, key) == asked_.end()) {
      add(node_.items[i].line, key, fmt::format("unknown key; allowed: {}", fmt::join(asked_, ", ")));
    }
  }
}

Settings::Mistakes read_settings(std::string_view yaml, const std::string& file, const Settings::Body& body) {
  Settings::Mistakes mistakes;
  if (yaml.size() > kSettingsOctetsMax) return {file + ": too long"};
  SettingsNode root;
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(yaml));
    if (documents.size() > 1) return {file + ": one document expected"};
    std::size_t count = 0;
    if (!documents.empty()) root = tree_of(documents[0], 0, count);
  } catch (const YAML::Exception& error) {
    return {fmt::format("{}:{}: {}", file, error.mark.line + 1, error.msg)};
  } catch (const TooMuch& error) {
    return {file + ": " + error.what()};
  }
  if (root.kind != SettingsNode::Kind::map) return {file + ": lines of `key: value` expected"};
  Settings settings(root, "", file, mistakes);
  body(settings);
  settings.refuse_unknown_keys();
  return mistakes;
}

}  // namespace peyk::sim
