// What the audit (audit.hpp) asks about invoices: that each record has its place, that credit pays for one
// purchase and comes back from where it went, that holds stand in their lots.
#pragma once

#include <span>

namespace peyk::store {

// Of the form of the audit's own: one row a breach, in words.
std::span<const char* const> bill_checks();

}  // namespace peyk::store
