#include "store/mysql/purchase_items.hpp"

#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

const auto bind_purchase = [](Statement& s, std::uint64_t id) { s.add(id); };

// No amount is below 0.
std::optional<std::uint64_t> amount_told(const handlers::BoughtItem& item) {
  if (!item.amount) return std::nullopt;
  return static_cast<std::uint64_t>(*item.amount);
}

}  // namespace

void save_purchase_items(Connection& connection, std::span<const ItemLine> lines) {
  insert_set(connection,
             "INSERT INTO purchase_item (purchase_id, place, word, quantity, amount, name) VALUES ", 6, lines,
             [](Statement& s, const ItemLine& line) {
               s.add(line.purchase).add(line.place).add(word_of(*line.item)).add(line.item->quantity);
               s.add(amount_told(*line.item)).add(line.item->name);
             });
}

std::map<std::uint64_t, std::vector<handlers::BoughtItem>> load_purchase_items(
    Connection& connection, const std::vector<std::uint64_t>& purchases) {
  std::map<std::uint64_t, std::vector<handlers::BoughtItem>> found;
  select_in(connection,
            "SELECT purchase_id, name, quantity, amount FROM purchase_item WHERE purchase_id IN (",
            "ORDER BY purchase_id, place", 1, purchases, bind_purchase, [&found](Rows& rows) {
              handlers::BoughtItem& item = found[rows.u64()].emplace_back();
              item.name = rows.text();
              item.quantity = rows.u32();
              if (const auto amount = rows.maybe_u64()) item.amount = static_cast<rules::Amount>(*amount);
            });
  return found;
}

std::map<std::uint64_t, std::vector<rules::WordId>> load_item_words(
    Connection& connection, const std::vector<std::uint64_t>& purchases) {
  std::map<std::uint64_t, std::vector<rules::WordId>> found;
  select_in(connection, "SELECT purchase_id, word FROM purchase_item WHERE purchase_id IN (", "", 1,
            purchases, bind_purchase, [&found](Rows& rows) {
              auto& words = found[rows.u64()];
              words.push_back(rows.u64());
            });
  return found;
}

}  // namespace peyk::store
