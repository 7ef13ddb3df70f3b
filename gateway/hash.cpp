#include "gateway/hash.hpp"

#include <openssl/sha.h>

#include <string>

namespace peyk::gateway {

handlers::RequestKey sha256_of(std::initializer_list<std::string_view> fields) {
  std::string all;
  for (std::string_view field : fields) {
    all += std::to_string(field.size());
    all += ':';
    all += field;
  }
  handlers::RequestKey hash{};
  SHA256(reinterpret_cast<const unsigned char*>(all.data()), all.size(), hash.data());
  return hash;
}

}  // namespace peyk::gateway
