// What the audit asks of items: codes that something is handed over for, and that no rial is ever in.
#pragma once

#include <span>

namespace peyk::store {

// As audit.cpp has them: one row a breach, in words. Each ends where LIMIT can follow.
std::span<const char* const> item_checks();

}  // namespace peyk::store
