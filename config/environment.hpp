// Where the values that do not belong into a file come from: variables of the process and files of secrets.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace peyk::config {

// The value of a variable, or nothing when it is not set. An argument, so that tests need no real one.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

// The variables of this process. Not safe beside a thread that calls setenv.
Environment process_environment();

// `${NAME}` and `${NAME:-default}` (unset or empty: the default, as in a shell) replaced by their values,
// once: what a variable holds is not looked at again. `$${` is a plain `${`. On failure: what is wrong,
// without any value.
struct Expanded {
  std::string text;
  bool from_environment = false;  // then the text may be a secret, whatever the key
};
tl::expected<Expanded, std::string> expand(std::string_view written, const Environment& environment);

// The content of a secret's file without the line end that editors add. A relative path starts at `folder`
// ("" or with a / at its end).
// Refused with a reason: not there, not a plain file, readable by everybody, writable by others, over 4096
// octets.
tl::expected<std::string, std::string> read_secret_file(const std::string& path, const std::string& folder);

// The whole of a configuration file, at most `octets_max`. On failure: why.
tl::expected<std::string, std::string> read_whole_file(const std::string& path, std::size_t octets_max);

}  // namespace peyk::config
