// The text vectors of tests/wire/vectors, for the tests of templates/.
#pragma once

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "tests/kit/paths.hpp"

namespace peyk::tests {

// The "vectors" array of a file. PEYK_VECTORS names another folder of the same form.
inline nlohmann::json vectors(const std::string& file) {
  const char* other = std::getenv("PEYK_VECTORS");
  const auto folder = other != nullptr ? std::filesystem::path(other) : source_dir() / "tests/wire/vectors";
  auto all = nlohmann::json::parse(read_file(folder / file)).at("vectors");
  if (all.empty()) throw std::runtime_error(file + " holds no vectors");
  return all;
}

inline std::string from_hex(const std::string& hex) {
  std::string octets;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    octets.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return octets;
}

}  // namespace peyk::tests
