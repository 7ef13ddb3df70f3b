// Octets of a signed body: whatever they are, the reader gives a purchase or an order within its bounds, or a
// problem with 400 or 422, and the problem can be written down.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "gateway/http/purchase_body.hpp"
#include "gateway/http/replay_body.hpp"
#include "gateway/http/till_bodies.hpp"
#include "handlers/tags.hpp"
#include "tests/fuzz/check.hpp"

namespace {

using namespace peyk;
using tests::fuzz::expect;

void expect_purchase(const handlers::PurchaseRequest& purchase) {
  expect(purchase.club == 7 && purchase.branch != 0 && purchase.phone != 0);
  expect(purchase.amount >= 1 && purchase.amount <= rules::kAmountMax);
  expect(!purchase.invoice.empty() && purchase.invoice.size() <= 4 * 64);
}

void expect_problem(const gateway::Problem& problem) {
  expect(problem.status == 400 || problem.status == 422);
  expect(problem.status == 400 || !problem.errors.empty());
  expect(!gateway::problem_response(problem).body.empty());
}

bool is_amount(rules::Amount amount) {
  return amount >= 1 && amount <= rules::kAmountMax;
}

struct InBounds {
  bool operator()(const handlers::TillRedemption& o) const {
    return is_amount(o.invoice_amount) && !o.invoice.empty() && o.invoice.size() <= 4 * 64;
  }
  bool operator()(const handlers::TillHold& o) const {
    return is_amount(o.invoice_amount) && o.invoice.size() <= 4 * 64 &&
           (!o.wanted || (*o.wanted >= gateway::kHoldMin && *o.wanted <= gateway::kHoldMax));
  }
  bool operator()(const handlers::TillCapture& o) const { return is_amount(o.amount); }
  bool operator()(const handlers::TillRefund& o) const {
    return (!o.amount || is_amount(*o.amount)) && (o.purchase != 0 || !o.invoice.empty()) &&
           o.credit_note.size() <= 4 * 64;
  }
  bool operator()(const handlers::TillJoin& o) const { return o.phone != 0; }
  bool operator()(const handlers::TillMemberChange& o) const { return o.language || o.stop_promo; }
  bool operator()(const handlers::TillTags& o) const { return o.tags.size() <= handlers::kTagsMax; }
  bool operator()(const handlers::TillEvent& o) const {
    return !o.reference.empty() && o.reference.size() <= 4 * 64 && !o.name.empty() &&
           o.score <= handlers::kScoreMax && (o.score != 0 || o.purchase == 0);
  }
  template <typename Other>
  bool operator()(const Other&) const {
    return true;
  }
};

template <typename Parsed>
void expect_order(const Parsed& parsed) {
  if (!parsed) return expect_problem(parsed.error());
  expect(parsed->till.branch != 0 && std::visit(InBounds{}, parsed->what));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const rules::Instant now = std::chrono::sys_days(std::chrono::January / 5 / 2026);
  for (const handlers::BranchNo branch : {0U, 12U}) {
    const auto parsed = gateway::parse_purchase_body(body, 7, branch, now);
    if (!parsed) {
      expect_problem(parsed.error());
    } else if (const auto* purchase = std::get_if<handlers::PurchaseRequest>(&*parsed)) {
      expect_purchase(*purchase);
    }
    const handlers::TillId till{7, branch, "till"};
    expect_order(gateway::parse_redemption_body(body, {till, handlers::TillRedemption{.code = 4417203}}));
    expect_order(gateway::parse_hold_body(body, {till, handlers::TillHold{.code = 4417203}}));
    expect_order(gateway::parse_capture_body(body, {till, handlers::TillCapture{.hold = 1}}));
    expect_order(gateway::parse_refund_body(body, {till, handlers::TillRefund{.purchase = 1}}));
    expect_order(gateway::parse_invoice_refund_body(body, {till, handlers::TillRefund{}}));
    expect_order(gateway::parse_join_body(body, {till, handlers::TillJoin{}}));
    expect_order(gateway::parse_member_change_body(body, {till, handlers::TillMemberChange{.phone = 1}}));
    expect_order(gateway::parse_tags_body(body, {till, handlers::TillTags{.phone = 1}}));
    expect_order(gateway::parse_event_body(body, {till, handlers::TillEvent{.phone = 1}}));
  }
  if (const auto replay = gateway::parse_replay_body(body); !replay) {
    expect_problem(replay.error());
  } else {
    expect(!replay->ids.empty());
  }
  return 0;
}
