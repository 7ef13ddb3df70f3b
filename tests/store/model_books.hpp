// The books of a club as a child would keep them: no sets, no locks, no ledger, a few maps and sums. Whatever
// is done to the real one is done to this one too, and both must say the same.
//
// It is written from what the product promises, not from the code: it shares no rule with handlers/, and its
// arithmetic is its own. What chance decides (the number of a code) it is told.
//
// To add a command: a function here that says what its speaker must be told and changes the books, a case in
// mysql_model_test.cpp that says it to both. What tills do and refunds are in model_till.hpp.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace peyk::tests {

class ModelBooks {
 public:
  using Time = std::chrono::sys_time<std::chrono::microseconds>;
  using Phone = std::uint64_t;
  using Sum = std::int64_t;

  // What the sample club has agreed.
  static constexpr Sum kEarnedOneIn = 20, kInvoiceMin = 100'000, kMoveMin = 10'000, kGivenADay = 5'000'000;
  static constexpr std::size_t kMovedLotsMax = 8, kLiveCodesMax = 50, kNewCodesADay = 10;
  static constexpr std::chrono::days kValid{30};
  static constexpr std::chrono::minutes kRepeat{10}, kMayUndo{30}, kTehran{210};
  static constexpr std::chrono::seconds kMayTakeBack{120}, kNumberGood{120};
  static constexpr int kStrangersMax = 5;
  static constexpr std::chrono::hours kStrangersWithin{1};
  static constexpr int kMissesMax = 5;
  static constexpr std::chrono::minutes kMissesWithin{10}, kWait{15};

  enum class End { none, spent, voided, lapsed };
  struct Code {
    Phone owner = 0;  // 0: she has left
    Sum issued = 0, left = 0;
    Time until{};
    std::size_t born = 0;  // in the order of all
    Time born_at{};
    End end = End::none;
    Sum held = 0;  // by a till, until then
    Time held_until{};
    Sum lapsed = 0;  // was never spent, and is gone
  };
  // Of a code, so much.
  using Share = std::pair<std::string, Sum>;
  struct Member {
    bool joined = false;
    Sum debt = 0;
    int strangers = 0;  // whom she has named
    Time strangers_since{};
  };
  using Bill = std::pair<int, std::string>;  // the invoice of a branch
  struct Purchase {
    Phone buyer = 0;  // 0: she has left
    Phone phone = 0;
    Sum amount = 0, by_credit = 0, earned = 0, refunded = 0;
    Sum lapsed = 0;    // of what it earned, told of with its refunds
    std::string code;  // what it earned came with; none: nothing
    Time at{};
    bool typed = false;  // by a cashier
  };

  // Of two clubs one lets its members owe.
  explicit ModelBooks(bool may_owe) : may_owe_(may_owe) {}

  Time now{};

  void join(Phone phone) { members[phone].joined = true; }

  std::string check(Phone cashier, const std::string& number) {
    if (waits(cashier)) return "Too many wrong";
    const Code* code = find(number);
    if (code == nullptr) return missed(cashier), "was not found";
    if (const std::string ended = how_it_ended(number, *code); !ended.empty()) return ended;
    if (free(*code) == 0) return "is held by a till";
    return "is good: " + rials(free(*code)) + " until";
  }

  // `invoice`: may be empty.
  std::string redeem(Phone cashier, int branch, const std::string& number, Sum amount,
                     const std::string& invoice, bool right_pin) {
    if (waits(cashier)) return "Too many wrong";
    if (!right_pin) return missed(cashier), "Wrong PIN";
    Code* code = find(number);
    if (code == nullptr) return missed(cashier), "was not found";
    for (auto one = redemptions.rbegin(); one != redemptions.rend(); ++one) {
      if (one->code == number && !one->undone && one->cashier == cashier && one->amount == amount &&
          one->bill.second == invoice && now - one->at < kRepeat)
        return taken(*one);
    }
    if (const std::string ended = how_it_ended(number, *code); !ended.empty()) return ended;
    if (free(*code) == 0) return "is held by a till";
    const Bill bill{branch, invoice};
    if (is_recorded_of_late(bill)) return "is recorded already";
    if (amount < kInvoiceMin) return "needs an invoice of at least 100,000";
    const Sum payable = amount - paid_on(bill, true);
    if (payable <= 0) return "can pay no more of this invoice";
    return taken(take(number, cashier, bill, amount, std::min(payable, free(*code))));
  }

  std::string undo(Phone cashier, const std::string& number, bool right_pin) {
    if (waits(cashier)) return "Too many wrong";
    if (!right_pin) return missed(cashier), "Wrong PIN";
    Code* code = find(number);
    if (code == nullptr) return missed(cashier), "was not found";
    Redemption* hers = nullptr;
    Redemption* standing = nullptr;
    bool others = false;
    for (Redemption& one : redemptions) {
      if (one.code != number) continue;
      if (one.cashier != cashier) {
        others = others || !one.undone;
        continue;
      }
      hers = &one;
      if (!one.undone) standing = &one;
    }
    if (hers != nullptr && hers->undone && now - hers->undone_at < kRepeat) return given_back(*hers);
    if (standing == nullptr) {
      if (hers != nullptr) return "is undone already";
      return others ? "was taken by another cashier" : "Nothing of code";
    }
    if (now - standing->at >= kMayUndo) return "that can be undone for";
    if (standing->returned > 0) return "was refunded";
    if (standing->paid_for) return "is recorded as a purchase";
    if (code->owner == 0) return "has left the club";
    if (now >= code->until) return "ended on";
    code->left += standing->used;
    code->end = End::none;
    standing->undone = true;
    standing->undone_at = now;
    standing->left_then = free(*code);
    return given_back(*standing);
  }

  // Why she cannot; else nothing.
  std::string may_leave(Phone phone) {
    const Member& member = members[phone];
    if (!member.joined) return "You are not a member";
    return member.debt > 0 ? "You owe" : "";
  }
  std::string leave(Phone phone) {
    members[phone] = {};
    for (auto& [number, code] : codes) {
      if (code.owner != phone) continue;
      code.owner = 0;
      code.lapsed += code.left;
      code.left = 0;
      if (code.end == End::none) code.end = now < code.until ? End::voided : End::lapsed;
    }
    for (auto& [bill, purchase] : purchases) purchase.buyer = purchase.buyer == phone ? 0 : purchase.buyer;
    for (Gift& gift : gifts_) gift.from = gift.from == phone ? 0 : gift.from;
    std::erase_if(asked_, [phone](const auto& one) { return one.first.first == phone; });
    return "You have left";
  }

  std::string credit(Phone phone) {
    if (!members[phone].joined) return "You are not a member";
    const Sum sum = spendable(phone);
    return sum == 0 ? "You have no credit" : "Your credit at Bread and Salt: " + rials(sum) + "\n";
  }

  // A code of its own for a part of her credit. What she must be told when it cannot be; else nothing, and
  // `shares` says of what it is taken: then moved().
  std::string split(Phone phone, Sum amount, std::vector<Share>& shares) {
    if (!members[phone].joined) return "You are not a member";
    if (amount < kMoveMin) return "needs at least 10,000";
    if (const std::string refusal = shares_of(phone, amount, shares); !refusal.empty()) return refusal;
    if (usable(phone).size() + shares.size() > kLiveCodesMax) return "live codes already";
    if (asked_today(phone) + shares.size() > kNewCodesADay) return "try again tomorrow";
    return "";
  }
  // `numbers`: of the new codes, one for each share.
  void moved(Phone phone, const std::vector<Share>& shares, const std::vector<std::string>& numbers) {
    move_to(phone, shares, numbers);
    asked_[{phone, std::chrono::floor<std::chrono::days>(now + kTehran)}] += shares.size();
  }

  // Credit to another: the same, once asked and once when the number has come back; then given().
  std::string give(Phone phone, Phone to, Sum amount, std::vector<Share>& shares) {
    if (!members[phone].joined) return "You are not a member";
    if (phone == to) return "your own number";
    if (amount < kMoveMin) return "You can give 10,000 rials or more";
    const Sum left = kGivenADay - given_today(phone);
    if (amount > left) return left < kMoveMin ? "have done so today" : grouped(left) + " rials more today";
    if (const std::string refusal = shares_of(phone, amount, shares); !refusal.empty()) return refusal;
    Member& member = members[phone];
    if (now - member.strangers_since >= kStrangersWithin) {
      if (members[to].joined) return "";
      member.strangers = 0;
      member.strangers_since = now;
    }
    if (member.strangers >= kStrangersMax) return "Try again in an hour";
    if (members[to].joined) return "";
    ++member.strangers;
    return "is not a member";
  }
  std::string given(Phone phone, Phone to, const std::vector<Share>& shares,
                    const std::vector<std::string>& numbers) {
    move_to(to, shares, numbers);
    gifts_.push_back({.from = phone, .numbers = numbers, .at = now});
    for (const auto& [number, sum] : shares) gifts_.back().amount += sum;
    return rials(gifts_.back().amount) + " given to ";
  }
  // The last gift taken back; as split() is: then taken_back().
  std::string undo_gift(Phone phone, std::vector<Share>& shares) {
    if (!members[phone].joined) return "You are not a member";
    Gift* gift = last_gift(phone);
    if (gift == nullptr) return "There is nothing to take back";
    if (gift->returned > 0) return "was taken back already";
    for (const std::string& number : gift->numbers) {
      if (const Sum sum = free(codes[number]); sum > 0) shares.emplace_back(number, sum);
    }
    return shares.empty() ? "Nothing of it is left" : "";
  }
  std::string taken_back(Phone phone, const std::vector<Share>& shares,
                         const std::vector<std::string>& numbers) {
    move_to(phone, shares, numbers);
    Gift* gift = last_gift(phone);
    for (const auto& [number, sum] : shares) gift->returned += sum;
    return rials(gift->returned) + " came back to you";
  }

  // The sweep: nobody hears of it.
  void sweep() {
    for (auto& [number, code] : codes) {
      if (now < code.until || code.end != End::none) continue;
      code.lapsed += code.left;
      code.left = 0;
      code.end = End::lapsed;
    }
  }

  // Of what she has, the lapsed among it until the sweep.
  Sum balance(Phone phone) const {
    Sum sum = 0;
    for (const auto& [number, code] : codes) sum += code.owner == phone ? code.left : 0;
    return sum;
  }
  static std::string rials(Sum sum) { return grouped(sum) + (sum == 1 ? " rial" : " rials"); }
  static std::string grouped(Sum sum) {
    std::string digits = std::to_string(sum);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
      digits.insert(static_cast<std::size_t>(at), ",");
    return digits;
  }

  std::map<Phone, Member> members;
  std::map<std::string, Code> codes;  // by number
  std::map<Bill, Purchase> purchases;

 protected:
  struct Redemption {
    std::string code;
    Phone cashier = 0;  // 0: a till
    Bill bill;          // its invoice may be empty
    Sum amount = 0, used = 0, left = 0;
    Time at{};
    bool undone = false;
    Time undone_at{};
    Sum left_then = 0;  // when it was undone
    Sum returned = 0;   // with refunds of what it paid for
    std::optional<Bill> paid_for;
  };
  struct Gift {
    Phone from = 0;  // 0: she has left
    std::vector<std::string> numbers;
    Sum amount = 0, returned = 0;
    Time at{};
  };
  struct Patience {
    int misses = 0;
    Time since{}, until{};
  };

  Code* find(const std::string& number) {
    const auto it = codes.find(number);
    return it == codes.end() ? nullptr : &it->second;
  }
  // What may be spent of it now.
  Sum free(const Code& code) const {
    if (now >= code.until) return 0;
    return std::max<Sum>(code.left - (now < code.held_until ? code.held : 0), 0);
  }
  // Hers that have something to spend, in the order of spending.
  std::vector<std::string> usable(Phone phone) const {
    std::vector<std::string> hers;
    for (const auto& [number, code] : codes) {
      if (code.owner == phone && free(code) > 0) hers.push_back(number);
    }
    std::ranges::sort(hers, {}, [this](const std::string& number) {
      const Code& code = codes.at(number);
      return std::tuple(code.until, code.born_at, code.born);
    });
    return hers;
  }
  Sum spendable(Phone phone) const {
    Sum sum = 0;
    for (const std::string& number : usable(phone)) sum += free(codes.at(number));
    return sum;
  }

  Redemption& take(const std::string& number, Phone cashier, const Bill& bill, Sum amount, Sum used) {
    Code& code = codes[number];
    code.left -= used;
    if (code.left == 0) code.end = End::spent;
    return redemptions.emplace_back(Redemption{.code = number,
                                               .cashier = cashier,
                                               .bill = bill,
                                               .amount = amount,
                                               .used = used,
                                               .left = free(code),
                                               .at = now});
  }
  // A number means the same invoice for days, and for hours where only cashiers have typed it.
  static constexpr std::chrono::hours kNamed{72}, kTyped{12};

  // A cashier types it now.
  bool is_recorded_of_late(const Bill& bill) const {
    const auto known = purchases.find(bill);
    if (bill.second.empty() || known == purchases.end()) return false;
    return now - known->second.at <= (known->second.typed ? kTyped : kNamed);
  }
  // Redemptions that name a bill, as whoever names it now means it, and have paid for no purchase.
  std::vector<std::size_t> open_on(const Bill& bill, bool typed) const {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < redemptions.size() && !bill.second.empty(); ++i) {
      const Redemption& one = redemptions[i];
      const auto lives = typed && one.cashier != 0 ? kTyped : kNamed;
      if (one.bill == bill && !one.undone && !one.paid_for && now - one.at <= lives) open.push_back(i);
    }
    return open;
  }
  // What codes have paid on it.
  Sum paid_on(const Bill& bill, bool typed) const {
    Sum sum = 0;
    for (const std::size_t i : open_on(bill, typed)) sum += redemptions[i].used;
    return sum;
  }
  // What she paid today at this branch for an invoice of this amount, and named none: the last.
  std::vector<std::size_t> unnamed(int branch, Phone phone, Sum amount) const {
    const auto day = [](Time at) { return std::chrono::floor<std::chrono::days>(at + kTehran); };
    for (std::size_t i = redemptions.size(); i-- > 0;) {
      const Redemption& one = redemptions[i];
      const bool hers = codes.at(one.code).owner == phone && one.bill == Bill{branch, ""};
      if (hers && !one.undone && !one.paid_for && one.amount == amount && day(one.at) == day(now)) return {i};
    }
    return {};
  }

  bool is_used(const std::string& number) const {
    return std::ranges::any_of(redemptions,
                               [&](const Redemption& one) { return one.code == number && !one.undone; });
  }
  std::string how_it_ended(const std::string& number, const Code& code) const {
    if (code.end == End::spent) return is_used(number) ? "is already used" : "has moved the credit";
    if (code.end == End::voided) return "was voided";
    return now >= code.until ? "ended on" : "";
  }

  // Of what a sum is taken; why it cannot be.
  std::string shares_of(Phone phone, Sum amount, std::vector<Share>& shares) const {
    const Sum all = spendable(phone);
    if (all == 0) return "You have no credit";
    if (all < amount) return "You can use " + rials(all);
    for (const std::string& number : usable(phone)) {
      if (amount == 0) break;
      shares.emplace_back(number, std::min(amount, free(codes.at(number))));
      amount -= shares.back().second;
    }
    return shares.size() > kMovedLotsMax ? "at once" : "";
  }
  void move_to(Phone phone, const std::vector<Share>& shares, const std::vector<std::string>& numbers) {
    for (std::size_t i = 0; i < shares.size(); ++i) {
      Code& from = codes[shares[i].first];
      from.left -= shares[i].second;
      if (from.left == 0) from.end = End::spent;
      codes[numbers[i]] = {.owner = phone,
                           .issued = shares[i].second,
                           .left = shares[i].second,
                           .until = from.until,
                           .born = codes.size(),
                           .born_at = now};
    }
  }
  std::size_t asked_today(Phone phone) {
    return asked_[{phone, std::chrono::floor<std::chrono::days>(now + kTehran)}];
  }
  Sum given_today(Phone phone) const {
    const auto day = std::chrono::floor<std::chrono::days>(now + kTehran);
    Sum sum = 0;
    for (const Gift& gift : gifts_) {
      if (gift.from == phone && gift.at + kTehran >= day) sum += gift.amount;
    }
    return sum;
  }
  Gift* last_gift(Phone phone) {
    for (auto gift = gifts_.rbegin(); gift != gifts_.rend(); ++gift) {
      if (gift->from == phone) return now - gift->at < kMayTakeBack ? &*gift : nullptr;
    }
    return nullptr;
  }

  // The last instant of a local day, so many full days after today.
  Time end_of_life() const {
    const auto today = std::chrono::floor<std::chrono::days>(now + kTehran);
    return Time{today + kValid + std::chrono::days{1}} - kTehran;
  }
  bool waits(Phone cashier) const {
    const auto it = patience_.find(cashier);
    return it != patience_.end() && now < it->second.until;
  }
  void missed(Phone cashier) {
    Patience& its = patience_[cashier];
    if (now - its.since >= kMissesWithin) its = {.since = now};
    if (++its.misses < kMissesMax) return;
    its = {.since = now, .until = now + kWait};
  }
  static std::string taken(const Redemption& one) {
    return "Collect: " + rials(one.amount - one.used) + "\nFrom credit: " + rials(one.used) +
           "\nLeft on the code: " + rials(one.left);
  }
  static std::string given_back(const Redemption& one) {
    return "Give back: " + rials(one.amount - one.used) + "\nBack to credit: " + rials(one.used) +
           "\nOn the code now: " + rials(one.left_then);
  }

  bool may_owe_;
  std::vector<Redemption> redemptions;  // in their order
  std::vector<Gift> gifts_;
  std::map<Phone, Patience> patience_;
  std::map<std::pair<Phone, Time>, std::size_t> asked_;  // new codes, by day
};

}  // namespace peyk::tests
