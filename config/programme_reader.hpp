// The sections of a club file that say how the club treats whom: points_per, lrfm, tiers,
// segments, offers.
//
// Names are looked up as they are read: so branches stand before (in club.branches), tiers before segments,
// segments before offers. The policy is read before, too. Where these sections stand in the file does not
// matter.
#pragma once

#include "config/document.hpp"
#include "handlers/club.hpp"

namespace peyk::config {

void read_programme(Section& root, handlers::Club& club);

}  // namespace peyk::config
