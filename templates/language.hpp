// The languages in which Peyk writes and reads.
#pragma once

#include <cstdint>

namespace peyk::templates {

enum class Language : std::uint8_t { fa, en };

}  // namespace peyk::templates
