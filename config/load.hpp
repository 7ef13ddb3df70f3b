// peyk.yaml → gateway::Options. The manual of every key is peyk.yaml itself; the defaults are the structs'.
//
// What must stay true: all mistakes are reported at once; an unknown key is a mistake; a key that is left out
// has the default of its struct, and peyk.yaml names that default (tests/unit/config_sample_test.cpp holds
// both to it).
//
// For a new key: the field in its owner's options struct, one line in load.cpp or load_carriers.cpp (the
// limits), one entry in peyk.yaml.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "config/environment.hpp"
#include "config/mistake.hpp"
#include "gateway/options.hpp"

namespace peyk::config {

// `file_name` names the file in mistakes; relative paths of password files start at its folder.
tl::expected<gateway::Options, std::vector<Mistake>> load_options(std::string_view yaml,
                                                                  std::string file_name,
                                                                  const Environment& environment);

// The same from a file on disk; a file that cannot be read is a mistake like any other.
tl::expected<gateway::Options, std::vector<Mistake>> load_options_file(const std::string& path,
                                                                       const Environment& environment);

}  // namespace peyk::config
