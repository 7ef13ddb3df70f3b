// The child's books once more (model_books.hpp): what comes from the till of branch 12, and purchases however
// they come. Purchases earn on what was paid in money; refunds go back the way they came; a hold keeps credit
// for somebody who is paying.
#pragma once

#include <optional>

#include "tests/store/model_books.hpp"

namespace peyk::tests {

class ModelShop : public ModelBooks {
 public:
  using ModelBooks::ModelBooks;

  static constexpr int kTillBranch = 12;
  static constexpr Phone kTill = 12;  // whose patience the key's is
  static constexpr std::chrono::seconds kHeldFor{120};
  static constexpr std::chrono::hours kHoldsCounted{1};
  static constexpr std::size_t kUnusedHoldsMax = 5;
  static constexpr std::chrono::days kParkedWithin{3};

  // What a till must be told: the status, and words of the answer.
  struct Answer {
    int status = 0;
    std::string words;
  };

  // That codes have paid at the till's branch, and no purchase is known of.
  std::vector<std::string> paid_and_not_bought() const {
    std::vector<std::string> invoices;
    for (const Redemption& one : redemptions) {
      const bool named = one.bill.first == kTillBranch && !one.bill.second.empty();
      if (named && !one.undone && !purchases.contains(one.bill)) invoices.push_back(one.bill.second);
    }
    return invoices;
  }
  // A purchase that was never heard of: it is recorded, and has earned `earned`; then, if that is not
  // nothing, has_code().
  const Purchase& buy(const Bill& bill, Phone phone, Sum amount, bool typed = false) {
    join(phone);
    std::vector<std::size_t> paid_by = open_on(bill, typed);
    if (paid_by.empty()) paid_by = unnamed(bill.first, phone, amount);
    Purchase& purchase = purchases[bill];
    purchase = {.buyer = phone, .phone = phone, .amount = amount, .at = now, .typed = typed};
    for (const std::size_t i : paid_by) {
      purchase.by_credit = std::min(purchase.by_credit + redemptions[i].used, amount);
      redemptions[i].paid_for = bill;
    }
    for (const auto& [asked, at] : parked_[bill]) {
      if (now - at > kParkedWithin) continue;
      const Sum refunded = asked == 0 ? amount - purchase.refunded : asked;
      if (refunded == 0 || refunded > amount - purchase.refunded) continue;
      purchase.refunded += refunded;
      give_back(bill, purchase, refunded);
    }
    parked_.erase(bill);
    purchase.earned = worth(purchase, purchase.refunded);
    return purchase;
  }
  // How much of what it has earned she may spend: what she owes is taken of it first.
  Sum kept(const Purchase& purchase) {
    return purchase.earned - std::min(purchase.earned, members[purchase.buyer].debt);
  }
  void has_code(const Bill& bill, const std::string& number) {
    Purchase& purchase = purchases[bill];
    const Sum hers = kept(purchase);
    members[purchase.buyer].debt -= purchase.earned - hers;
    purchase.code = number;
    codes[number] = {.owner = purchase.buyer,
                     .issued = purchase.earned,
                     .left = hers,
                     .until = end_of_life(),
                     .born = codes.size(),
                     .born_at = now,
                     .end = hers == 0 ? End::voided : End::none};
  }

  // A cashier's order to record one: what she must be told if it is not to be recorded.
  std::string may_buy(Phone cashier, const Bill& bill, Phone phone, Sum amount, bool right_pin) {
    if (waits(cashier)) return "Too many wrong";
    if (!right_pin) return missed(cashier), "Wrong PIN";
    const auto known = purchases.find(bill);
    if (known == purchases.end()) return "";
    if (known->second.phone == phone && known->second.amount == amount) return bought(known->second);
    return "is recorded already with another";
  }
  static std::string bought(const Purchase& purchase) {
    return purchase.earned == 0 ? "It earns no credit" : "Credit given: " + rials(purchase.earned);
  }

  struct Refund {
    Answer answer;
    std::map<std::string, Sum> sums;  // of the answer, if it was applied
  };
  // `asked` 0: all that is left.
  Refund refund(const Bill& bill, Sum asked) {
    const auto known = purchases.find(bill);
    if (known == purchases.end()) {
      parked_[bill].emplace_back(asked, now);
      return {{202, "parked"}, {}};
    }
    Purchase& purchase = known->second;
    const Sum left = purchase.amount - purchase.refunded;
    if (left == 0 || asked > left) return {{422, "more-than-left"}, {}};
    const Sum amount = asked == 0 ? left : asked;
    const Sum before = worth(purchase, purchase.refunded);
    purchase.refunded += amount;
    Refund done{{201, "applied"}, give_back(bill, purchase, amount)};
    take_back(purchase, before - worth(purchase, purchase.refunded), done.sums);
    done.sums["pay_out"] = amount - done.sums["returned"] - done.sums["expired"] - done.sums["withheld"];
    return done;
  }

  // A till takes of a code, holds it, captures and releases what it holds.
  Answer redeem_at_till(const std::string& number, Sum amount, const std::string& invoice) {
    if (auto refused = misses_code(number)) return *refused;
    const Bill bill{kTillBranch, invoice};
    for (const Redemption& one : redemptions) {
      if (one.code != number || one.bill != bill || one.cashier != 0 || one.undone) continue;
      return one.amount == amount ? Answer{200, "\"duplicate\":true"}
                                  : Answer{422, "invoice-already-redeemed"};
    }
    if (auto refused = cannot_take(number, bill, amount)) return *refused;
    const Sum used = std::min(free(codes[number]), amount - paid_on(bill, false));
    take(number, 0, bill, amount, used);
    return {201, "\"used\":" + std::to_string(used) + ","};
  }

  // Of a hold that was begun: begun().
  Answer hold(const std::string& number, Sum amount, const std::string& invoice) {
    if (auto refused = misses_code(number)) return *refused;
    const Code& code = codes[number];
    const Bill bill{kTillBranch, invoice};
    if (now < code.held_until) {
      const Hold& standing = holds_.at(holder_.at(number));
      if (standing.bill == bill && standing.amount == amount) return {200, "\"duplicate\":true"};
    }
    if (auto refused = cannot_take(number, bill, amount)) return *refused;
    if (now < code.held_until) return {409, "code-held"};
    std::size_t unused = 0;
    for (const auto& [id, one] : holds_) {
      const bool hers = one.owner == code.owner && codes[one.code].owner == code.owner;
      if (hers && one.state != Held::captured && now - one.at < kHoldsCounted) ++unused;
    }
    if (unused >= kUnusedHoldsMax) return {429, "too-many-holds"};
    return {201, "\"held\":" + std::to_string(std::min(free(code), amount - paid_on(bill, false))) + ","};
  }
  void begun(const std::string& id, const std::string& number, Sum amount, const std::string& invoice) {
    Code& code = codes[number];
    const Bill bill{kTillBranch, invoice};
    code.held = std::min(free(code), amount - paid_on(bill, false));
    code.held_until = std::min<Time>(now + kHeldFor, code.until);
    holder_[number] = id;
    holds_[id] = {.code = number,
                  .owner = code.owner,
                  .bill = bill,
                  .amount = amount,
                  .held = code.held,
                  .at = now,
                  .until = code.held_until};
  }
  Answer capture(const std::string& id, Sum amount) {
    Hold& hold = holds_.at(id);
    Code& code = codes[hold.code];
    if (hold.state == Held::captured)
      return hold.captured == amount ? Answer{200, "\"duplicate\":true"} : Answer{409, "was captured"};
    if (hold.state == Held::released) return {409, "was released"};
    if (code.owner == 0) return {409, "member-left"};
    if (now >= hold.until) return {409, "timed out"};
    if (amount > hold.held) return {422, "more-than-held"};
    if (purchases.contains(hold.bill)) return {422, "invoice-closed"};
    if (amount > hold.amount - paid_on(hold.bill, false)) return {422, "nothing-to-use"};
    end(hold, Held::captured);
    hold.captured = amount;
    take(hold.code, 0, hold.bill, hold.amount, amount);
    return {201, "\"used\":" + std::to_string(amount) + ","};
  }
  Answer release(const std::string& id) {
    Hold& hold = holds_.at(id);
    if (hold.state == Held::captured) return {409, "was captured"};
    if (hold.state == Held::released) return {200, "\"released\""};
    if (now >= hold.until) return {200, "\"timed out\""};
    end(hold, Held::released);
    return {200, "\"released\""};
  }
  std::vector<std::string> holds() const {
    std::vector<std::string> ids;
    for (const auto& [id, hold] : holds_) ids.push_back(id);
    return ids;
  }
  Sum held_by(const std::string& id) const { return holds_.at(id).held; }

 private:
  enum class Held { standing, captured, released };
  struct Hold {
    std::string code;
    Phone owner = 0;
    Bill bill;
    Sum amount = 0, held = 0, captured = 0;
    Time at{}, until{};
    Held state = Held::standing;
  };

  // What comes back in all when so much is refunded: of what credit paid the same part, in whole rials.
  static Sum back_at(const Purchase& purchase, Sum refunded) {
    __extension__ using Wide = __int128;
    return static_cast<Sum>(static_cast<Wide>(purchase.by_credit) * refunded / purchase.amount);
  }
  // What the rest of it earns.
  static Sum worth(const Purchase& purchase, Sum refunded) {
    const Sum by_credit = purchase.by_credit - back_at(purchase, refunded);
    return (purchase.amount - refunded - by_credit) / kEarnedOneIn;
  }

  // What had paid comes back, the first first. `purchase` is refunded already.
  std::map<std::string, Sum> give_back(const Bill& bill, const Purchase& purchase, Sum amount) {
    std::map<std::string, Sum> sums{{"amount", amount}, {"returned", 0}, {"expired", 0},
                                    {"clawed_back", 0}, {"owed", 0},     {"withheld", 0}};
    Sum all = back_at(purchase, purchase.refunded);
    for (Redemption& one : redemptions) {
      if (one.paid_for != bill || one.undone) continue;
      const Sum of_it = std::min(all, one.used);
      all -= of_it;
      const Sum back = of_it - one.returned;
      if (back <= 0) continue;
      one.returned += back;
      Code& code = codes[one.code];
      if (code.owner == 0 || now >= code.until) {
        sums["expired"] += back;
        continue;
      }
      sums["returned"] += back;
      code.left += back;
      code.end = End::none;
    }
    return sums;
  }

  // What it should not have earned: from its own code, then from what ends soonest; then owed, or kept by the
  // till.
  void take_back(Purchase& purchase, Sum due, std::map<std::string, Sum>& sums) {
    if (due <= 0) return;
    Code& own = codes[purchase.code];
    const Sum gone = own.lapsed + (now < own.until ? 0 : own.left) - purchase.lapsed;
    const Sum lapsed = std::clamp<Sum>(gone, 0, due);
    purchase.lapsed += lapsed;
    due -= lapsed;
    std::vector<std::string> from{purchase.code};
    if (purchase.buyer != 0) {
      for (const std::string& number : usable(purchase.buyer)) {
        if (number != purchase.code) from.push_back(number);
      }
    }
    for (const std::string& number : from) {
      Code& code = codes[number];
      const Sum taken = std::min(due, free(code));
      if (taken == 0) continue;
      due -= taken;
      code.left -= taken;
      if (code.left == 0) code.end = End::voided;
      sums["clawed_back"] += taken;
    }
    if (due == 0) return;
    const bool owes = may_owe_ && purchase.buyer != 0;
    sums[owes ? "owed" : "withheld"] = due;
    if (owes) members[purchase.buyer].debt += due;
  }

  std::optional<Answer> misses_code(const std::string& number) {
    if (waits(kTill)) return Answer{429, "too-many-misses"};
    if (find(number) != nullptr) return std::nullopt;
    missed(kTill);
    return Answer{404, "unknown-code"};
  }
  std::optional<Answer> cannot_take(const std::string& number, const Bill& bill, Sum amount) {
    const Code& code = codes[number];
    if (code.end == End::spent) return Answer{409, "code-used"};
    if (code.end == End::voided) return Answer{409, "code-void"};
    if (now >= code.until) return Answer{409, "code-expired"};
    if (free(code) == 0) return Answer{409, "code-held"};
    if (purchases.contains(bill)) return Answer{422, "invoice-closed"};
    if (amount < kInvoiceMin) return Answer{422, "invoice-too-small"};
    if (amount <= paid_on(bill, false)) return Answer{422, "nothing-to-use"};
    return std::nullopt;
  }
  void end(Hold& hold, Held state) {
    hold.state = state;
    Code& code = codes[hold.code];
    code.held = 0;
    code.held_until = {};
  }

  std::map<Bill, std::vector<std::pair<Sum, Time>>> parked_;
  std::map<std::string, Hold> holds_;          // by id
  std::map<std::string, std::string> holder_;  // of a code, its last
};

}  // namespace peyk::tests
