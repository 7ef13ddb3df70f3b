#include "handlers/records.hpp"

#include "templates/fold.hpp"
#include "templates/utf8.hpp"

namespace peyk::handlers {

PurchaseKey as_bill(PurchaseKey key) {
  constexpr std::size_t octets_max = 128;  // of its column: what folds to more is told apart by its beginning
  key.invoice = templates::clip(templates::fold(key.invoice), octets_max);
  return key;
}

}  // namespace peyk::handlers
