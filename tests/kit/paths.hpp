// Where the tree and the build are, so that tests find scripts, data files and the programs they start.
#pragma once

#include <filesystem>
#include <string>

namespace peyk::tests {

// The project's root.
std::filesystem::path source_dir();

// The build folder, build/dev for `./test`; programs are under it: binary_dir() / "gateway/peykd".
std::filesystem::path binary_dir();

// A folder of one's own under the system's temporary folder, removed with all it holds. Its path is short
// enough that a unix socket in it stays below the 107 characters of sockaddr_un.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A whole file; throws std::runtime_error when it cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace peyk::tests
