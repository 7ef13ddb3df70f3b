// Reading what a client of the control port asked: one JSON object, its keys by kind. What it said wrong is
// thrown as BadAsk and becomes {"ok":false,"error":…}.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <stdexcept>
#include <string>

namespace peyk::sim {

class BadAsk : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string get_text(const nlohmann::json& ask, const char* key);
std::string get_text_or(const nlohmann::json& ask, const char* key, const std::string& otherwise);
bool get_flag_or(const nlohmann::json& ask, const char* key, bool otherwise);
double get_number_or(const nlohmann::json& ask, const char* key, double otherwise);
std::uint64_t get_count(const nlohmann::json& ask, const char* key, std::uint64_t otherwise,
                        std::uint64_t max);
std::uint32_t get_session(const nlohmann::json& ask, const char* key);
std::chrono::milliseconds get_ms(const nlohmann::json& ask, const char* key, std::uint64_t otherwise);
std::string get_octets(const nlohmann::json& ask, const char* key);  // of pairs of hexadecimal digits

// The object without the keys of the port itself, as YAML for settings.hpp.
std::string to_settings(const nlohmann::json& ask);

}  // namespace peyk::sim
