// Gift codes: credit of a club that has no member yet. It belongs to the club's gift account, a row of
// `member` without a phone whose balance is the gift liability, until a member texts the code; from then on
// it is hers. Until then the club may withdraw it.
//
// Codes for an item are issued likewise, and belong to that account for good: they are for whoever shows
// them.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "handlers/records.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

inline constexpr std::uint32_t kGiftsMax = 100'000;  // of one order

struct GiftOrder {
  handlers::ClubId club = 0;
  rules::Amount amount = 0;  // of each code; 0: it is for an item
  std::string item;          // what is handed over for each; empty: it is of credit
  std::uint32_t count = 1;
  rules::Instant expires_at{};
  rules::Instant now{};
  std::string by;  // at most 64 octets
};
// Issues the codes in sets, each a commit of its own, and tells of each set when it is committed. Returns the
// batch's id. Throws SqlError: what was told before stays issued.
std::uint64_t issue_gifts(Connection& connection, SystemChance& chance, const GiftOrder& order,
                          const std::function<void(std::span<const rules::CodeNumber>)>& issued);

// What became of a code that was to be withdrawn; only `done` has changed anything.
enum class Withdrawal : std::uint8_t { done, unknown, redeemed, expired, withdrawn_before };
struct WithdrawOrder {
  handlers::ClubId club = 0;
  rules::Instant now{};
  std::string by;  // at most 64 octets
};
// Takes back those of these codes, kSetRowsMax at most, that nobody has redeemed, in one commit. The answers
// are in the order of the numbers.
std::vector<Withdrawal> withdraw_gifts(Connection& connection, SystemChance& chance,
                                       const WithdrawOrder& order,
                                       std::span<const rules::CodeNumber> numbers);
// All of a batch that are still open, in sets, each a commit of its own. Returns how many; none: the club has
// no such batch.
std::optional<std::uint64_t> withdraw_batch(Connection& connection, SystemChance& chance,
                                            const WithdrawOrder& order, std::uint64_t batch);

struct GiftBatch {
  std::uint64_t id = 0;
  rules::Amount amount = 0;  // 0: of an item
  std::string item;
  std::uint64_t codes = 0, redeemed = 0, open = 0, withdrawn = 0, expired = 0;
  rules::Instant issued_at{}, expires_at{};
  std::string by;
};
// The latest first, at most `limit`.
std::vector<GiftBatch> list_gifts(Connection& connection, handlers::ClubId club, rules::Instant now,
                                  std::uint32_t limit);

}  // namespace peyk::store
