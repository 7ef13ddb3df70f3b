// EFFECT of a manager: what the club's offers did in the last days, by last night's figures
// (offer_figures.hpp), in one text.
//
//   "EFFECT"                  each offer in a line, what gave most first, and whether it brings more, where
//                             somebody is held out of it
//   "EFFECT 2", "EFFECT gold" one of them, by its place in the list, its name or its title; what those spend
//                             who may have it, and who are held out
#pragma once

#include <span>
#include <string>

#include "handlers/speaker.hpp"

namespace peyk::handlers {

Said effect_told(const Speaker& speaker, std::span<const std::string> words, const Setting& setting);

}  // namespace peyk::handlers
