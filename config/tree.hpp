// YAML text → a tree of nodes that remember where they stand.
//
// yaml-cpp's own nodes forget duplicate keys and expand aliases (a few lines can become gigabytes), so the
// tree is built from its events. Only the plain part of YAML is spoken here: maps with words as keys, lists,
// scalars. Anchors, aliases, tags, keys that are not words, duplicate keys and second documents are mistakes,
// all reported; broken syntax, too deep, too many or too long ends the reading at once.
//
// All scalars are text: what a value means is decided by who asks for it. `0912…` keeps its zero, `no` is not
// false.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/mistake.hpp"

namespace peyk::config {

inline constexpr std::size_t kFileOctetsMax = 1024 * 1024;
inline constexpr std::size_t kDepthMax = 16;
inline constexpr std::size_t kNodesMax = 50'000;

struct Key {
  std::string text;
  std::uint32_t line = 0, column = 0;
};

struct Node {
  enum class Kind : std::uint8_t {
    null,    // nothing was written after the key
    scalar,  //
    list,    //
    map,     //
    broken   // something that is a mistake already: readers pass over it in silence
  };

  Kind kind = Kind::null;
  std::uint32_t line = 0, column = 0;
  std::string text;         // of a scalar
  std::vector<Key> keys;    // of a map, beside `items`
  std::vector<Node> items;  // of a list or a map

  // A map's key and its value, or nullptr.
  const Key* find_key(std::string_view key) const;
  const Node* find(std::string_view key) const;
};

struct Tree {
  Node root;  // null: nothing to read (an empty file, or one whose mistakes forbid it)
  std::vector<Mistake> mistakes;
  bool whole = false;  // false: the reading ended early, what is missing from the tree may be in the file
};

Tree parse_tree(std::string_view yaml, const std::string& file_name);

// Where a key of a map stands in messages: "carriers[0]" + "window" → "carriers[0].window". A key that is no
// plain word may be a value (even a secret) with a forgotten space, so it is shown as "?".
std::string key_path(std::string_view parent, std::string_view key);

}  // namespace peyk::config
