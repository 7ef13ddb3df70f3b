// The project's own C++ as text, for the tests that hold it to the rules of the house.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace peyk::tests {

struct SourceFile {
  std::string path;  // from the project's root, "smpp/pdu.hpp"
  std::string text;
};

// Every file of the rooms and tests whose name ends with one of the extensions, sorted by path.
std::vector<SourceFile> project_files(const std::vector<std::string>& extensions);

// All .hpp and .cpp.
std::vector<SourceFile> project_sources();

// The same text with comments and the contents of string and character literals made blank, line ends kept:
// what is left is code, and line numbers are still true. Raw strings are known too.
std::string only_code(std::string_view text);

// The line of text[offset], counted from 1.
std::size_t line_of(std::string_view text, std::size_t offset);

}  // namespace peyk::tests
