// The purchase_item table: what was on an invoice, a row a line, written with its purchase and never changed.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "handlers/bought_item.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// A line on its way into the table.
struct ItemLine {
  std::uint64_t purchase = 0;
  std::uint32_t place = 0;
  const handlers::BoughtItem* item = nullptr;
};
void save_purchase_items(Connection& connection, std::span<const ItemLine> lines);

// In the order of the invoice; a purchase without items has no entry. Throw SqlError.
std::map<std::uint64_t, std::vector<handlers::BoughtItem>> load_purchase_items(
    Connection& connection, const std::vector<std::uint64_t>& purchases);
// Their words alone: for who judges by them.
std::map<std::uint64_t, std::vector<rules::WordId>> load_item_words(
    Connection& connection, const std::vector<std::uint64_t>& purchases);

}  // namespace peyk::store
