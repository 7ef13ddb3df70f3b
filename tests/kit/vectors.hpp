// The test vectors: octets of others with what they mean, in tests/wire/vectors (its README says how to read
// them), or in the folder that the environment names in PEYK_VECTORS.
//
// Which file a vector stands in means nothing: its own members say of which kind it is, so a folder of
// somebody else's may have any *.json files with an array "vectors".
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace peyk::tests {

enum class VectorKind : std::uint8_t {
  pdu,        // hex, decoded, expect: what it means
  malformed,  // hex, role, state, expect: what to answer
  stream,     // several PDUs and where the reads end
  text,       // a text, its alphabet and its parts
  pack7,      // septets
  time,       // a time string
  address,    // a phone number as people write it
  fold,       // a text and the form under which it is looked for
};

// All vectors of a folder, in the order of their files' names. Throws std::runtime_error that names the
// folder when it is missing or holds none, and the file and the vector that it cannot make sense of.
std::map<VectorKind, std::vector<nlohmann::json>> read_vectors(const std::filesystem::path& folder);

// Those of PEYK_VECTORS, or of the copy that is kept here.
const std::vector<nlohmann::json>& vectors(VectorKind kind);

// PEYK_VECTORS names no other folder: a test may know how many there are.
bool vectors_are_kept_ones();

// The array "vectors" of one file of the kept copy, for who needs a vector that it knows.
nlohmann::json load_vectors(const std::string& group);

// Throws std::invalid_argument on what is no hexadecimal.
std::string from_hex(std::string_view hex);
std::string to_hex(std::string_view octets);

}  // namespace peyk::tests
