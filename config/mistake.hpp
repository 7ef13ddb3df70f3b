// One mistake in a file that people write, with all that is needed to mend it.
//
// A file is read as a whole and every mistake is kept: who mends one must not have to start again to hear of
// the next. A mistake never holds a secret: what was found is shown only where it cannot be one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace peyk::config {

// More are counted as one last "and more": the report of a wholly wrong file stays readable.
inline constexpr std::size_t kMistakesMax = 100;

struct Mistake {
  std::string file;
  std::uint32_t line = 0;    // from 1; 0: the file as a whole
  std::uint32_t column = 0;  // from 1, in characters
  std::string key;           // "carriers[0].window"; empty: the file as a whole
  std::string what;          // "found \"many\"", "unknown key; did you mean \"window\"?"
  std::string allowed;       // "1 to 65535"; empty: nothing to name

  bool operator==(const Mistake&) const = default;
};

// One line each, in the order of the file: `peyk.yaml:12: carriers[0].windw: unknown key; ...; allowed: ...`.
std::string report(const std::vector<Mistake>& mistakes);

// The entry of `known` that `word` was probably meant to be (at most a third of its letters wrong), or "".
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace peyk::config
