// The data files of this room, as octets in the library (CMakeLists.txt makes the definitions).
#pragma once

#include <string_view>

namespace peyk::templates {

std::string_view embedded_messages_fa();
std::string_view embedded_messages_en();
std::string_view embedded_keywords();

}  // namespace peyk::templates
