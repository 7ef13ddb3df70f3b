#include "handlers/bills.hpp"

#include <algorithm>
#include <map>

#include "templates/dates.hpp"

namespace peyk::handlers {
namespace {

// One payment's: PAY takes of several lots at one instant, with a code each.
struct PaymentKey {
  rules::Instant at{};
  std::uint64_t redemption = 0;  // 0: all of a PAY
  auto operator<=>(const PaymentKey&) const = default;
};
struct Payment {
  std::vector<const Redemption*> redemptions;
  rules::Amount invoice_amount = 0;
};

TimeSpan day_around(const Club& club, rules::Instant at) {
  return {templates::start_of_local_day(at, club.time_zone),
          templates::end_of_local_day(at, club.time_zone, 0)};
}

bool is_pay(const Redemption& one) {
  return one.cashier == 0 && one.till.empty();
}

}  // namespace

void want_bill(Needs& needs, PurchaseKey bill, rules::Instant at) {
  Needs wanted;
  wanted.bills.insert(std::move(bill));
  wanted.bills_since = at - kNumberLives;
  needs.merge(std::move(wanted));
}

std::vector<const Redemption*> open_on(const Named& bill, const Facts& facts) {
  std::vector<const Redemption*> open = facts.on_bill(bill.bill);
  std::erase_if(open, [&bill](const Redemption* one) {
    if (one->purchase != 0) return true;
    const bool by_till = !one->till.empty();
    if (by_till && !bill.typed && one->invoice != bill.bill.invoice) return true;
    return one->at < bill.at - (by_till || !bill.typed ? kNumberLives : kTypedNumberLives);
  });
  return open;
}

bool is_recorded(const Named& bill, const Facts& facts) {
  if (!bill.typed) return facts.purchase(bill.bill) != nullptr;
  const auto all = facts.purchases_on(bill.bill);
  return std::ranges::any_of(all, [&bill](const Purchase* one) {
    return one->recorded_at >= bill.at - (one->typed ? kTypedNumberLives : kNumberLives);
  });
}

void want_payments(Needs& needs, const Club& club, const MemberKey& buyer, rules::Instant bought_at) {
  needs.payments[buyer] = day_around(club, bought_at);
}

std::vector<const Redemption*> payment_without_invoice(const Club& club, const Purchase& purchase,
                                                       const Facts& facts) {
  if (!purchase.member) return {};
  const TimeSpan day = day_around(club, purchase.purchased_at);
  std::map<PaymentKey, Payment> payments;
  for (const Redemption* one : facts.loose(*purchase.member)) {
    if (one->branch != purchase.key.branch || one->at < day.from || one->at >= day.until) continue;
    Payment& payment = payments[{one->at, is_pay(*one) ? 0 : one->id}];
    payment.redemptions.push_back(one);
    payment.invoice_amount += one->invoice_amount;
  }
  std::erase_if(payments, [&purchase](const auto& entry) {
    const rules::Amount of = entry.second.invoice_amount;
    return of != purchase.amount && of != purchase.amount + purchase.discount;
  });
  const auto nearest = std::ranges::min_element(payments, {}, [&purchase](const auto& entry) {
    return std::chrono::abs(entry.first.at - purchase.purchased_at);
  });
  return nearest == payments.end() ? std::vector<const Redemption*>() : nearest->second.redemptions;
}

std::vector<const Redemption*> payments_of(const Club& club, const Purchase& purchase, const Facts& facts) {
  auto named = open_on({.bill = purchase.key, .typed = purchase.typed, .at = purchase.purchased_at}, facts);
  return named.empty() ? payment_without_invoice(club, purchase, facts) : named;
}

rules::Amount used_by(const std::vector<const Redemption*>& redemptions) {
  rules::Amount sum = 0;
  for (const Redemption* one : redemptions) sum += one->used;
  return sum;
}

}  // namespace peyk::handlers
