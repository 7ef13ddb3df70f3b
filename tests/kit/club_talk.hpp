// A club that speaks English, or several, in memory, to which one thing after another is said.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tests/kit/memory_store.hpp"

namespace peyk::tests {

inline constexpr handlers::PhoneNumber kShopper = 989120000101, kFriend = 989120000102;

inline handlers::Club english_club() {
  handlers::Club club = sample_club();
  club.language = handlers::Language::en;
  club.branches = {{12, "Vanak"}, {14, "Tajrish"}};
  return club;
}

class ClubTalk : public testing::Test {
 protected:
  // The shopper has joined.
  explicit ClubTalk(handlers::Club club = english_club())
      : ClubTalk(std::vector<handlers::Club>{std::move(club)}) {
    say(kShopper, "JOIN");
  }
  // Nobody has.
  explicit ClubTalk(std::vector<handlers::Club> clubs) : store(std::move(clubs), 7) {}

  // All that the speaker gets; `told` is what others get, `told_to` the same by phone.
  std::string say(handlers::PhoneNumber from, const std::string& text) {
    handlers::Request request;
    request.what = handlers::TextRequest{.from = from, .line = "30001234", .text = text};
    const handlers::Outcome outcome = store.handle(request, now);
    effects = outcome.effects.size();
    told.clear();
    told_to.clear();
    std::string answer;
    for (const handlers::OutgoingText& one : outcome.texts) {
      (one.to == from ? answer : told) += one.text;
      if (one.to != from) told_to[one.to] += one.text;
    }
    return answer;
  }
  std::string vanak(const std::string& text) { return say(kCashier12, text); }
  std::string tajrish(const std::string& text) { return say(kCashier14, text); }
  // The first screen of a dialog.
  std::string dial(handlers::PhoneNumber from, const std::string& input) {
    handlers::Request request;
    request.what = handlers::UssdRequest{.from = from, .root = "*7000", .input = input, .state = ""};
    return store.handle(request, now).answer;
  }
  // Orders, and replies the number that comes.
  std::string confirm(handlers::PhoneNumber from, const std::string& text) {
    const auto before = store.last_number();
    std::string answer = say(from, text);
    return store.last_number() == before ? answer : say(from, number());
  }
  // A purchase at Vanak. Returns the code of its credit.
  std::string buy(handlers::PhoneNumber phone, rules::Amount amount, const std::string& invoice) {
    handlers::Request request;
    request.what = handlers::PurchaseRequest{
        .club = 1, .branch = 12, .phone = phone, .invoice = invoice, .amount = amount};
    store.handle(request, now);
    return last_code();
  }
  // A purchase that gives this much credit.
  std::string earn(handlers::PhoneNumber phone, rules::Amount credit) {
    return buy(phone, credit * 20, std::to_string(++invoices));
  }

  std::string last_code() const { return std::to_string(store.codes().rbegin()->second.number); }
  const handlers::Lot& last_lot() const { return store.lots().rbegin()->second; }
  std::string number() const { return std::to_string(store.last_number()); }
  // Of a phone that is no member: -1.
  rules::Amount balance(handlers::PhoneNumber phone) const {
    const auto found = std::find_if(store.members().begin(), store.members().end(),
                                    [phone](const auto& one) { return one.second.phone == phone; });
    return found == store.members().end() ? -1 : found->second.balance;
  }

  MemoryStore store;
  rules::Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours{9};
  std::string told;
  std::map<handlers::PhoneNumber, std::string> told_to;
  std::size_t effects = 0;
  int invoices = 0;
};

}  // namespace peyk::tests
