// The section `carriers` of peyk.yaml.
#pragma once

#include "config/document.hpp"
#include "gateway/options.hpp"

namespace peyk::config {

void read_carriers(Section& root, gateway::Options& options);

}  // namespace peyk::config
