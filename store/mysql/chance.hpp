// Chance for decisions: the system's cryptographic generator, and row ids taken from the database in blocks.
//
// Ids are unique over all processes because each takes whole blocks; ids of a block that was not used up are
// lost, which nobody minds in 64 bits. They say nothing of time: who holds an older block gives lower ids today.
// What is to be in the order of events is ordered by its moment.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "handlers/setting.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

class SystemChance final : public handlers::Chance {
 public:
  // `bits` instead of the system's generator, for tests.
  explicit SystemChance(std::function<std::uint64_t()> bits = {}) : random_(std::move(bits)) {}

  // Sees to it that `wanted` ids are at hand; takes a new block, in a transaction of its own, if not. Not
  // while a unit of work is under way: it would be committed.
  void reserve_ids(Connection& connection, std::uint32_t wanted);

  std::uint64_t random() override;
  // When none is left: SqlError of kind conflict. Whoever decided something rolls back, as after any
  // conflict, and begins anew with reserve_ids(), which then sees to twice as many (docs/decisions/0040).
  std::uint64_t next_id() override;

 private:
  std::function<std::uint64_t()> random_;
  std::uint64_t next_ = 0, end_ = 0;
  std::uint64_t at_hand_ = 0;  // when they were reserved
  std::uint64_t least_ = 0;    // after a unit of work that used up all of them: so many for its next attempt
  std::array<std::uint64_t, 512> bits_{};
  std::size_t bits_left_ = 0;
};

}  // namespace peyk::store
