// Octets of a signed body: whatever they are, the reader gives a purchase within its bounds or a problem with
// 400 or 422, and the problem can be written down.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "gateway/http/purchase_body.hpp"
#include "tests/fuzz/check.hpp"

namespace {

using namespace peyk;
using tests::fuzz::expect;

void expect_purchase(const handlers::PurchaseRequest& purchase) {
  expect(purchase.club == 7 && purchase.branch != 0 && purchase.phone != 0);
  expect(purchase.amount >= 1 && purchase.amount <= rules::kAmountMax);
  expect(!purchase.invoice.empty() && purchase.invoice.size() <= 4 * 64);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const rules::Instant now = std::chrono::sys_days(std::chrono::January / 5 / 2026);
  for (const handlers::BranchNo branch : {0U, 12U}) {
    const auto parsed = gateway::parse_purchase_body(body, 7, branch, now);
    if (!parsed) {
      expect(parsed.error().status == 400 || parsed.error().status == 422);
      expect(parsed.error().status == 400 || !parsed.error().errors.empty());
      expect(!gateway::problem_response(parsed.error()).body.empty());
    } else if (const auto* purchase = std::get_if<handlers::PurchaseRequest>(&*parsed)) {
      expect_purchase(*purchase);
    }
  }
  return 0;
}
