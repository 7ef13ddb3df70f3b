// SHA-256 over several fields, each with its length before it, so that no two lists of fields look alike.
#pragma once

#include <initializer_list>
#include <string_view>

#include "handlers/request.hpp"

namespace peyk::gateway {

handlers::RequestKey sha256_of(std::initializer_list<std::string_view> fields);

}  // namespace peyk::gateway
