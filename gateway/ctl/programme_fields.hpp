// A club's programme as the keys and values of its file: what `apply` compares and `get club` writes. Pure.
//
// What must stay true: a value is YAML that reads as what it was made of, and what has its default has no
// field; so a programme that is written and read is the same.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "handlers/programme.hpp"

namespace peyk::gateway::ctl {

// "when.not.segment" and "[lost, sleeping]", in the order of the file.
using Fields = std::vector<std::pair<std::string, std::string>>;
Fields fields_of(const handlers::Programme& programme);  // but for its lists
Fields fields_of(const rules::Tier& tier);
Fields fields_of(const rules::Segment& segment, const rules::TierPlan& tiers);
Fields fields_of(const rules::Offer& offer, const rules::TierPlan& tiers, std::string_view time_zone);

// The differences, a line each: "~ offer regulars: then.credit_percent: 5 -> 7". Times in the zones of the
// club before and after.
std::vector<std::string> programme_differences(const handlers::Programme& before,
                                               std::string_view zone_before, const handlers::Programme& after,
                                               std::string_view zone_after);
// The sections of the file; empty: a club that has none.
std::string programme_as_yaml(const handlers::Programme& programme, std::string_view time_zone);

}  // namespace peyk::gateway::ctl
