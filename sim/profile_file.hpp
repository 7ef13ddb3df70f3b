// A carrier's profile as a YAML file (sim/profiles/ holds samples, docs/simulator.md is the manual), and the
// same words as they come through the control port.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "sim/profile.hpp"
#include "sim/settings.hpp"

namespace peyk::sim {

// Reads what the map says on top of what `profile` is already; its `faults`, where given, replace the others.
void read_profile(Settings& settings, Profile& profile);

// One fault: `what` and how often. Without n, probability and for_ms it strikes once, or for 5 s where the
// fault is one of binds; a fault of time, like ignore_enquire_links, for good.
void read_fault(Settings& settings, Fault& fault);

// From a map alone, as the control port has it. Else what is wrong, a line for each mistake.
tl::expected<Fault, std::string> parse_fault(std::string_view yaml);
tl::expected<Profile, std::string> parse_profile(std::string_view yaml, const std::string& file,
                                                 const Profile& basis = {});

// The file's profile on top of the plain one.
tl::expected<Profile, std::string> load_profile(const std::string& path);

}  // namespace peyk::sim
