# Makes docs/openapi.yaml part of the program: openapi_yaml.cpp holds its text (openapi.hpp).
set(openapi_file ${CMAKE_SOURCE_DIR}/docs/openapi.yaml)
set(openapi_cpp ${CMAKE_CURRENT_BINARY_DIR}/openapi_yaml.cpp)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${openapi_file})
file(READ ${openapi_file} openapi_text)
set(openapi_source "// Made by gateway/http/embed.cmake.\n#include \"gateway/http/openapi.hpp\"\n\nnamespace peyk::gateway {\n\n")
string(APPEND openapi_source "std::string_view openapi_yaml() {\n  return R\"peyk(${openapi_text})peyk\";\n}\n\n}  // namespace peyk::gateway\n")
file(CONFIGURE OUTPUT ${openapi_cpp} CONTENT "${openapi_source}" @ONLY)
target_sources(peyk_gateway PRIVATE ${openapi_cpp})
