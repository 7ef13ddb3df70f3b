// Receipts that wait for their part: for receipts.cpp alone.
#pragma once

#include <span>
#include <vector>

#include "store/mysql/receipts.hpp"

namespace peyk::store {

struct ParkedReceipt {
  Receipt receipt;
  rules::Instant parked_at{};  // of one that has just come: now
  std::uint64_t parked_id = 0;
};

void park_receipts(Connection& connection, std::span<const ParkedReceipt* const> receipts);

// Those that may be about these parts are matched again.
void unpark_receipts(Connection& connection, std::span<const TakenPart> parts, rules::Instant now);

// Those that may be about these parts by what they give back: parts that were never answered.
void unpark_receipts_by_reference(Connection& connection, std::span<const TakenPart> parts,
                                  rules::Instant now);

// receipts.cpp: applies those that find their part, parks nothing.
std::vector<ReceiptResult> match_receipts(Connection& connection, std::span<const ParkedReceipt> receipts,
                                          rules::Instant now);

}  // namespace peyk::store
