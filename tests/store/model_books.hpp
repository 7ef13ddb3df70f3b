// The books of a club as a child would keep them: no sets, no locks, no ledger, a few maps and sums. Whatever
// is done to the real one is done to this one too, and both must say the same.
//
// It is written from what the product promises, not from the code: it shares no rule with handlers/, and its
// arithmetic is its own. What chance decides (the number of a code) it is told.
//
// To add a command: a function here that says what its speaker must be told and changes the books, a case in
// mysql_model_test.cpp that says it to both.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
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
  static constexpr Sum kEarnedOneIn = 20, kInvoiceMin = 100'000, kMoveMin = 10'000;
  static constexpr std::size_t kMovedLotsMax = 8, kLiveCodesMax = 50, kNewCodesADay = 10;
  static constexpr std::chrono::days kValid{30};
  static constexpr std::chrono::minutes kRepeat{10}, kMayUndo{30}, kTehran{210}, kLeaveWithin{10};
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
  };
  // Of a code, so much.
  using Share = std::pair<std::string, Sum>;
  struct Member {
    bool joined = false;
    Time leave_asked{};
  };

  Time now{};

  void join(Phone phone) { members[phone].joined = true; }

  // The credit that a purchase must earn; 0: the invoice was known. Whoever buys is a member then.
  Sum buy(Phone phone, Sum amount, const std::string& invoice) {
    if (!invoices.emplace(invoice, phone).second) return 0;
    join(phone);
    return amount / kEarnedOneIn;
  }
  void earned(Phone phone, Sum credit, const std::string& number) {
    codes[number] = {.owner = phone,
                     .issued = credit,
                     .left = credit,
                     .until = end_of_life(),
                     .born = codes.size(),
                     .born_at = now};
  }

  std::string check(Phone cashier, const std::string& number) {
    if (waits(cashier)) return "Too many wrong";
    const Code* code = find(number);
    if (code == nullptr) return missed(cashier), "was not found";
    if (const std::string ended = how_it_ended(number, *code); !ended.empty()) return ended;
    return "is good: " + rials(code->left) + " until";
  }

  std::string redeem(Phone cashier, const std::string& number, Sum invoice, bool right_pin) {
    if (waits(cashier)) return "Too many wrong";
    if (!right_pin) return missed(cashier), "Wrong PIN";
    Code* code = find(number);
    if (code == nullptr) return missed(cashier), "was not found";
    for (auto one = redemptions[number].rbegin(); one != redemptions[number].rend(); ++one) {
      if (!one->undone && one->cashier == cashier && one->invoice == invoice && now - one->at < kRepeat)
        return taken(*one);
    }
    if (const std::string ended = how_it_ended(number, *code); !ended.empty()) return ended;
    if (invoice < kInvoiceMin) return "needs an invoice of at least 100,000";
    const Sum used = std::min(invoice, code->left);
    code->left -= used;
    if (code->left == 0) code->end = End::spent;
    redemptions[number].push_back({cashier, invoice, used, code->left, now});
    return taken(redemptions[number].back());
  }

  std::string undo(Phone cashier, const std::string& number, bool right_pin) {
    if (waits(cashier)) return "Too many wrong";
    if (!right_pin) return missed(cashier), "Wrong PIN";
    Code* code = find(number);
    if (code == nullptr) return missed(cashier), "was not found";
    Redemption* hers = nullptr;
    Redemption* standing = nullptr;
    bool others = false;
    for (Redemption& one : redemptions[number]) {
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
    if (code->owner == 0) return "has left the club";
    if (now >= code->until) return "ended on";
    code->left += standing->used;
    code->end = End::none;
    standing->undone = true;
    standing->undone_at = now;
    standing->left_then = code->left;
    return given_back(*standing);
  }

  std::string leave(Phone phone) {
    Member& member = members[phone];
    if (!member.joined) return "You are not a member";
    if (now - member.leave_asked >= kLeaveWithin) {
      member.leave_asked = now;
      return "To confirm";
    }
    member = {};
    for (auto& [number, code] : codes) {
      if (code.owner != phone) continue;
      code.owner = 0;
      code.left = 0;
      if (code.end == End::none) code.end = now < code.until ? End::voided : End::lapsed;
    }
    return "You have left";
  }

  std::string credit(Phone phone) {
    if (!members[phone].joined) return "You are not a member";
    Sum sum = 0;
    for (const auto& [number, code] : codes) {
      if (code.owner == phone && now < code.until) sum += code.left;
    }
    return sum == 0 ? "You have no credit" : "Your credit at Bread and Salt: " + rials(sum) + "\n";
  }

  // A code of its own for a part of her credit. What she must be told when it cannot be; else nothing, and
  // `shares` says of what it is taken: then moved().
  std::string split(Phone phone, Sum amount, std::vector<Share>& shares) {
    if (!members[phone].joined) return "You are not a member";
    if (amount < kMoveMin) return "needs at least 10,000";
    std::vector<std::string> hers;
    Sum all = 0;
    for (const auto& [number, code] : codes) {
      if (code.owner != phone || code.left == 0 || now >= code.until) continue;
      hers.push_back(number);
      all += code.left;
    }
    if (all == 0) return "You have no credit";
    if (all < amount) return rials(all);
    std::ranges::sort(hers, {}, [this](const std::string& number) {
      const Code& code = codes[number];
      return std::tuple(code.until, code.born_at, code.born);
    });
    for (const std::string& number : hers) {
      if (amount == 0) break;
      shares.emplace_back(number, std::min(amount, codes[number].left));
      amount -= shares.back().second;
    }
    if (shares.size() > kMovedLotsMax) return "at once";
    if (hers.size() >= kLiveCodesMax) return "live codes already";
    if (asked_today(phone) >= kNewCodesADay) return "Try again tomorrow";
    return "";
  }
  // `numbers`: of the new codes, one for each share.
  void moved(Phone phone, const std::vector<Share>& shares, const std::vector<std::string>& numbers) {
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
    asked_[{phone, std::chrono::floor<std::chrono::days>(now + kTehran)}] += shares.size();
  }

  // The sweep: nobody hears of it.
  void sweep() {
    for (auto& [number, code] : codes) {
      if (now < code.until || code.end != End::none) continue;
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

 private:
  struct Redemption {
    Phone cashier = 0;
    Sum invoice = 0, used = 0, left = 0;
    Time at{};
    bool undone = false;
    Time undone_at{};
    Sum left_then = 0;  // when it was undone
  };
  struct Patience {
    int misses = 0;
    Time since{}, until{};
  };

  Code* find(const std::string& number) {
    const auto it = codes.find(number);
    return it == codes.end() ? nullptr : &it->second;
  }
  std::string how_it_ended(const std::string& number, const Code& code) {
    const auto stands = [](const Redemption& one) { return !one.undone; };
    if (code.end == End::spent)
      return std::ranges::any_of(redemptions[number], stands) ? "is already used" : "has moved the credit";
    if (code.end == End::voided) return "was voided";
    return now >= code.until ? "ended on" : "";
  }
  std::size_t asked_today(Phone phone) {
    return asked_[{phone, std::chrono::floor<std::chrono::days>(now + kTehran)}];
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
    return "Collect: " + rials(one.invoice - one.used) + "\nFrom credit: " + rials(one.used) +
           "\nLeft on the code: " + rials(one.left);
  }
  static std::string given_back(const Redemption& one) {
    return "Give back: " + rials(one.invoice - one.used) + "\nBack to credit: " + rials(one.used) +
           "\nOn the code now: " + rials(one.left_then);
  }

  std::map<std::string, Phone> invoices;
  std::map<std::string, std::vector<Redemption>> redemptions;  // by code, in their order
  std::map<Phone, Patience> patience_;
  std::map<std::pair<Phone, Time>, std::size_t> asked_;  // new codes, by day
};

}  // namespace peyk::tests
