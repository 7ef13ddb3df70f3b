#include "sim/ask.hpp"

#include <nlohmann/json.hpp>

#include "sim/hex.hpp"

namespace peyk::sim {
namespace {

using nlohmann::json;

template <class T>
T get(const json& from, const char* key) {
  const auto it = from.find(key);
  if (it == from.end()) throw BadAsk(std::string("missing: ") + key);
  try {
    return it->get<T>();
  } catch (const json::exception&) {
    throw BadAsk(std::string("of the wrong kind: ") + key);
  }
}

}  // namespace

std::string get_text(const json& ask, const char* key) {
  return get<std::string>(ask, key);
}

std::string get_text_or(const json& ask, const char* key, const std::string& otherwise) {
  return ask.contains(key) ? get<std::string>(ask, key) : otherwise;
}

bool get_flag_or(const json& ask, const char* key, bool otherwise) {
  return ask.contains(key) ? get<bool>(ask, key) : otherwise;
}

double get_number_or(const json& ask, const char* key, double otherwise) {
  return ask.contains(key) ? get<double>(ask, key) : otherwise;
}

std::uint64_t get_count(const json& ask, const char* key, std::uint64_t otherwise, std::uint64_t max) {
  const auto it = ask.find(key);
  if (it == ask.end()) return otherwise;
  if (!it->is_number_unsigned() || it->get<std::uint64_t>() > max) {
    throw BadAsk(std::string(key) + ": a whole number up to " + std::to_string(max));
  }
  return it->get<std::uint64_t>();
}

std::uint32_t get_session(const json& ask, const char* key) {
  return get<std::uint32_t>(ask, key);
}

std::chrono::milliseconds get_ms(const json& ask, const char* key, std::uint64_t otherwise) {
  return std::chrono::milliseconds(get_count(ask, key, otherwise, 86'400'000));
}

std::string get_octets(const json& ask, const char* key) {
  auto octets = from_hex(get<std::string>(ask, key));
  if (!octets) throw BadAsk(std::string(key) + ": pairs of hexadecimal digits");
  return *octets;
}

std::string to_settings(const json& ask) {
  json rest = ask;
  rest.erase("do");
  rest.erase("id");
  return rest.dump();
}

}  // namespace peyk::sim
