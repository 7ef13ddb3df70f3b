#include "tests/kit/paths.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace peyk::tests {

namespace {
constexpr std::size_t kTempRootLengthMax = 60;  // leaves room for /peyk-XXXXXX/ and a socket's name
}

std::filesystem::path source_dir() {
  return PEYK_SOURCE_DIR;
}

std::filesystem::path binary_dir() {
  return PEYK_BINARY_DIR;
}

TempDir::TempDir() {
  std::string root = std::filesystem::temp_directory_path().string();
  if (root.size() > kTempRootLengthMax) root = "/tmp";
  std::string name = root + "/peyk-XXXXXX";
  if (mkdtemp(name.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), "mkdtemp " + name);
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace peyk::tests
