#include "tests/kit/vectors.hpp"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "tests/kit/paths.hpp"

namespace peyk::tests {
namespace {

using nlohmann::json;

const std::filesystem::path& kept_folder() {
  static const std::filesystem::path kFolder = source_dir() / "tests/wire/vectors";
  return kFolder;
}

// What only the vectors of a kind have.
std::optional<VectorKind> kind_of(const json& vector) {
  struct Mark {
    VectorKind kind;
    std::vector<const char*> members;
  };
  static const std::vector<Mark> kMarks{{VectorKind::pdu, {"id", "hex", "decoded"}},
                                        {VectorKind::malformed, {"id", "hex", "role", "state", "expect"}},
                                        {VectorKind::stream, {"id", "hex", "reads_end_at", "offsets"}},
                                        {VectorKind::text, {"id", "text", "encoding", "parts_udh6"}},
                                        {VectorKind::pack7, {"id", "text", "unpacked_hex"}},
                                        {VectorKind::fold, {"id", "input", "folded"}},
                                        {VectorKind::address, {"id", "input", "kind"}},
                                        {VectorKind::time, {"id", "value", "kind"}}};
  for (const Mark& mark : kMarks) {
    if (std::ranges::all_of(mark.members, [&](const char* name) { return vector.contains(name); }))
      return mark.kind;
  }
  return std::nullopt;
}

void read_file_of_vectors(const std::filesystem::path& path,
                          std::map<VectorKind, std::vector<json>>& by_kind) {
  const json file = json::parse(read_file(path), nullptr, false);
  if (!file.is_object() || !file.contains("vectors") || !file["vectors"].is_array())
    throw std::runtime_error("no JSON object with an array \"vectors\": " + path.string());
  std::size_t place = 0;
  for (const json& vector : file["vectors"]) {
    const auto kind = kind_of(vector);
    if (!kind)
      throw std::runtime_error(
          path.string() + ": vector " + std::to_string(place) +
          " is of no kind that is known (tests/wire/vectors/README.md): " + vector.dump().substr(0, 200));
    by_kind[*kind].push_back(vector);
    ++place;
  }
}

}  // namespace

std::map<VectorKind, std::vector<json>> read_vectors(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder))
    throw std::runtime_error("the folder of vectors (PEYK_VECTORS) is missing: " + folder.string());
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::map<VectorKind, std::vector<json>> by_kind;
  for (const auto& path : files) read_file_of_vectors(path, by_kind);
  if (by_kind.empty())
    throw std::runtime_error("no vectors: no *.json with any in the folder (PEYK_VECTORS) " +
                             folder.string());
  return by_kind;
}

const std::vector<json>& vectors(VectorKind kind) {
  static const auto kAll = [] {
    const char* named = std::getenv("PEYK_VECTORS");
    return read_vectors(named != nullptr ? std::filesystem::path(named) : kept_folder());
  }();
  static const std::vector<json> kNone;
  const auto found = kAll.find(kind);
  return found == kAll.end() ? kNone : found->second;
}

bool vectors_are_kept_ones() {
  return std::getenv("PEYK_VECTORS") == nullptr;
}

json load_vectors(const std::string& group) {
  return json::parse(read_file(kept_folder() / (group + ".json"))).at("vectors");
}

std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    throw std::invalid_argument("no hexadecimal digit");
  };
  if (hex.size() % 2 != 0) throw std::invalid_argument("half an octet");
  std::string octets;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    octets += static_cast<char>(static_cast<unsigned char>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  return octets;
}

std::string to_hex(std::string_view octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : octets) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 0x0F];
  }
  return hex;
}

}  // namespace peyk::tests
