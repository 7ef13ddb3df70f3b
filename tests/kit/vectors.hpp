// The test vectors: octets of others with what they mean, in tests/wire/vectors (its README says how to read
// them), or in the folder that the environment names in PEYK_VECTORS.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace peyk::tests {

// The array "vectors" of <group>.json.
nlohmann::json load_vectors(const std::string& group);

// Throws std::invalid_argument on what is no hexadecimal.
std::string from_hex(std::string_view hex);
std::string to_hex(std::string_view octets);

}  // namespace peyk::tests
