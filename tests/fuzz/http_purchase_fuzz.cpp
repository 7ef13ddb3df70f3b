// Octets of a signed body: whatever they are, the reader gives a purchase within its bounds or a problem with
// 400 or 422, and the problem can be written down.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "gateway/http/purchase_body.hpp"

namespace {

using namespace peyk;

void check(bool holds) {
  if (!holds) std::abort();
}

void check_purchase(const handlers::PurchaseRequest& purchase) {
  check(purchase.club == 7 && purchase.branch != 0 && purchase.phone != 0);
  check(purchase.amount >= 1 && purchase.amount <= rules::kAmountMax);
  check(!purchase.invoice.empty() && purchase.invoice.size() <= 4 * 64);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const rules::Instant now = std::chrono::sys_days(std::chrono::January / 5 / 2026);
  for (const handlers::BranchNo branch : {0U, 12U}) {
    const auto parsed = gateway::parse_purchase_body(body, 7, branch, now);
    if (!parsed) {
      check(parsed.error().status == 400 || parsed.error().status == 422);
      check(parsed.error().status == 400 || !parsed.error().errors.empty());
      check(!gateway::problem_response(parsed.error()).body.empty());
    } else if (const auto* purchase = std::get_if<handlers::PurchaseRequest>(&*parsed)) {
      check_purchase(*purchase);
    }
  }
  return 0;
}
