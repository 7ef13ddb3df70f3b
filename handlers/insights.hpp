// INSIGHTS of a manager: what last night's figures say of the club (insight.hpp), in one text.
#pragma once

#include "handlers/club.hpp"
#include "handlers/speaker.hpp"
#include "templates/catalogue.hpp"

namespace peyk::handlers {

// A line each, the most telling first: best seller, basket, the top's share, who of the top stays away.
std::vector<std::string> insight_lines(const Club& club, const Insight& insight, Language language,
                                       const templates::Catalogue& catalogue);

Said insights(const Speaker& speaker, const Setting& setting);

}  // namespace peyk::handlers
