// Which line may say what. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/options.hpp"
#include "handlers/lane.hpp"

namespace peyk::gateway {

// Advertising leaves from lines whose purpose it is; everything else from every line, also from one that
// peyk.yaml does not name (any more).
bool may_say(const std::vector<LineOptions>& lines, std::string_view number, handlers::Lane lane);

// The first from which advertising leaves; empty: there is none.
std::string promo_line(const std::vector<LineOptions>& lines);

}  // namespace peyk::gateway
