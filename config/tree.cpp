#include "config/tree.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "config/scalars.hpp"

namespace peyk::config {
namespace {

constexpr std::string_view kQuoteStar = "a value that begins with * or & stands in quotes: \"*7000\"";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Ends the reading at once; the mistake is in the tree already.
struct Stop : std::runtime_error {
  Stop() : std::runtime_error("stopped reading") {}
};

// yaml-cpp counts columns in octets; people count characters.
class Places {
 public:
  explicit Places(std::string_view yaml) : yaml_(yaml) {
    for (std::size_t i = 0; i < yaml.size(); ++i) {
      if (yaml[i] == '\n') line_starts_.push_back(i + 1);
    }
  }

  std::pair<std::uint32_t, std::uint32_t> of(const YAML::Mark& mark) {
    if (mark.line < 0 || mark.column < 0) return {0, 0};
    const auto line = std::min(static_cast<std::size_t>(mark.line), line_starts_.size() - 1);
    const auto octets = static_cast<std::size_t>(mark.column);
    if (line != line_ || octets < octets_) {
      line_ = line;
      octets_ = characters_ = 0;
    }
    const auto unseen = yaml_.substr(line_starts_[line]).substr(octets_, octets - octets_);
    octets_ += unseen.size();
    characters_ += characters(unseen);
    return {static_cast<std::uint32_t>(line + 1), static_cast<std::uint32_t>(characters_ + 1)};
  }

 private:
  std::string_view yaml_;
  std::vector<std::size_t> line_starts_{0};
  // The place last asked for: a file may be one long line, and is asked about from left to right.
  std::size_t line_ = 0, octets_ = 0, characters_ = 0;
};

class Builder : public YAML::EventHandler {
 public:
  Builder(Tree& tree, const std::string& file_name, Places& places)
      : tree_(tree), file_name_(file_name), places_(places) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    add_mistake(place(mark), "a second document begins", "one document in a file, no --- between");
    throw Stop();
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    value(node(Node::Kind::null, mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    add_mistake(place(mark), "an alias (*name) is not read here", std::string(kQuoteStar));
    value(node(Node::Kind::broken, mark));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    refuse_anchor(mark, anchor);
    Node scalar = node(refuse_tag(mark, tag) ? Node::Kind::broken : Node::Kind::scalar, mark);
    scalar.text = text;
    value(std::move(scalar));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    std::string path;
    bool key_next = true;                                // of a map: a key comes, then its value
    std::optional<std::string> key;                      // empty between: the key was no word, drop its value
    std::map<std::string, std::uint32_t> lines_of_keys;  // where each key stands
  };

  Node node(Node::Kind kind, const YAML::Mark& mark) {
    Node made;
    made.kind = kind;
    std::tie(made.line, made.column) = places_.of(mark);
    if (++nodes_ > kNodesMax) {
      add_mistake(made, "too many values", fmt::format("up to {}", kNodesMax));
      throw Stop();
    }
    return made;
  }

  Node place(const YAML::Mark& mark) {
    Node made;
    std::tie(made.line, made.column) = places_.of(mark);
    return made;
  }

  // The path of what comes next.
  std::string path() const {
    if (frames_.empty()) return {};
    const Frame& frame = frames_.back();
    if (frame.node.kind == Node::Kind::list)
      return fmt::format("{}[{}]", frame.path, frame.node.items.size());
    if (frame.key_next) return frame.path;
    return key_path(frame.path, frame.key.value_or("?"));
  }

  void add_mistake(const Node& at, std::string what, std::string allowed = {}) {
    tree_.mistakes.push_back({file_name_, at.line, at.column, path(), std::move(what), std::move(allowed)});
    if (tree_.mistakes.size() >= kMistakesMax) throw Stop();
  }

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor == YAML::NullAnchor) return;
    add_mistake(place(mark), "an anchor (&name) is not read here", std::string(kQuoteStar));
  }

  // "?" is a plain value, "!" a quoted one; everything else was written by somebody.
  bool refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return false;
    add_mistake(place(mark), "a tag (!name) is not read here", "the value alone");
    return true;
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (frames_.size() >= kDepthMax) {
      add_mistake(place(mark), "too deep",
                  fmt::format("up to {} maps and lists inside each other", kDepthMax));
      throw Stop();
    }
    Node opened = node(kind, mark);
    std::string its_path = path();
    frames_.push_back(Frame{std::move(opened), std::move(its_path), true, {}, {}});
  }

  void close() {
    Node closed = std::move(frames_.back().node);
    frames_.pop_back();
    value(std::move(closed));
  }

  // A complete node: the root, a list's item, a map's key or a map's value.
  void value(Node complete) {
    if (frames_.empty()) {
      tree_.root = std::move(complete);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.node.kind == Node::Kind::list) {
      frame.node.items.push_back(std::move(complete));
    } else if (frame.key_next) {
      take_key(frame, complete);
    } else {
      frame.key_next = true;
      if (frame.key) frame.node.items.push_back(std::move(complete));
    }
  }

  void take_key(Frame& frame, const Node& key) {
    frame.key.reset();
    if (key.kind != Node::Kind::scalar) {
      if (key.kind != Node::Kind::broken) add_mistake(key, "a key that is no word", "key: value");
    } else if (const auto [first, fresh] = frame.lines_of_keys.emplace(key.text, key.line); !fresh) {
      frame.key = key.text;  // for the path of the mistake
      frame.key_next = false;
      add_mistake(key, fmt::format("given twice, first at line {}", first->second), "each key once");
      frame.key.reset();
    } else {
      frame.key = key.text;
      frame.node.keys.push_back({key.text, key.line, key.column});
    }
    frame.key_next = false;
  }

  Tree& tree_;
  const std::string& file_name_;
  Places& places_;
  std::vector<Frame> frames_;
  std::size_t nodes_ = 0;
  std::size_t documents_ = 0;
};

std::string explain(const std::string& syntax) {
  if (syntax.starts_with(YAML::ErrorMsg::UNKNOWN_ANCHOR)) return "an alias (*name) is not read here";
  if (syntax.starts_with(YAML::ErrorMsg::MAP_VALUE) || syntax.starts_with(YAML::ErrorMsg::END_OF_MAP)) {
    return "broken YAML: a line that is neither `key: value` nor indented like its neighbours";
  }
  return "broken YAML: " + syntax;
}

// What yaml-cpp would read in silence, as something else.
bool refuse_octets(std::string_view yaml, Tree& tree, const std::string& file_name) {
  const auto refuse = [&](std::size_t at, std::string what, std::string allowed) {
    const auto line =
        at == 0 ? 0 : std::count(yaml.begin(), yaml.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
    tree.mistakes.push_back(
        {file_name, static_cast<std::uint32_t>(line), 0, "", std::move(what), std::move(allowed)});
    return true;
  };
  if (yaml.size() > kFileOctetsMax) {
    return refuse(0, fmt::format("{} octets long", yaml.size()), fmt::format("up to {}", kFileOctetsMax));
  }
  const auto control = std::find_if(yaml.begin(), yaml.end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet == 0x7F || (octet < 0x20 && c != '\n' && c != '\r' && c != '\t');
  });
  if (control != yaml.end()) {
    return refuse(static_cast<std::size_t>(control - yaml.begin()) + 1, "a control character",
                  "text in UTF-8");
  }
  std::size_t start = 0;
  while (start < yaml.size()) {
    const std::size_t end = std::min(yaml.find('\n', start), yaml.size());
    if (!is_utf8(yaml.substr(start, end - start)))
      return refuse(start + 1, "no valid UTF-8", "text in UTF-8");
    start = end + 1;
  }
  return false;
}

}  // namespace

const Key* Node::find_key(std::string_view key) const {
  const auto found =
      std::find_if(keys.begin(), keys.end(), [key](const Key& one) { return one.text == key; });
  return found == keys.end() ? nullptr : &*found;
}

const Node* Node::find(std::string_view key) const {
  const Key* found = find_key(key);
  return found == nullptr ? nullptr : &items[static_cast<std::size_t>(found - keys.data())];
}

std::string key_path(std::string_view parent, std::string_view key) {
  constexpr std::string_view kWord = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  const std::string_view shown = consists_of(key, kWord, 1, 40) ? key : "?";
  return parent.empty() ? std::string(shown) : fmt::format("{}.{}", parent, shown);
}

Tree parse_tree(std::string_view yaml, const std::string& file_name) {
  Tree tree;
  if (yaml.starts_with(kByteOrderMark)) yaml.remove_prefix(kByteOrderMark.size());
  if (refuse_octets(yaml, tree, file_name)) return tree;
  Places places(yaml);
  Builder builder(tree, file_name, places);
  try {
    std::istringstream stream{std::string(yaml)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    tree.whole = true;
  } catch (const Stop&) {
    tree.root = Node();
  } catch (const YAML::Exception& broken) {
    const auto [line, column] = places.of(broken.mark);
    tree.mistakes.push_back(
        {file_name, line, column, "", explain(broken.msg),
         broken.msg.starts_with(YAML::ErrorMsg::UNKNOWN_ANCHOR) ? std::string(kQuoteStar) : ""});
    tree.root = Node();
  }
  return tree;
}

}  // namespace peyk::config
