#include "store/mysql/chance.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace peyk::store {
namespace {
constexpr std::uint32_t kIdBlock = 20'000;
constexpr std::uint32_t kIdsSpare = 2'000;  // for one who leaves with many lots: an entry for each
}  // namespace

void SystemChance::reserve_ids(Connection& connection, std::uint32_t wanted) {
  const std::uint64_t least =
      std::max<std::uint64_t>(std::exchange(least_, 0), std::uint64_t{wanted} + kIdsSpare);
  at_hand_ = end_ - next_;
  if (at_hand_ >= least) return;
  const std::uint64_t block = std::max<std::uint64_t>(kIdBlock, least);
  connection.prepare("UPDATE id_block SET next_id = LAST_INSERT_ID(next_id) + ? WHERE name = 'row'")
      .add(block)
      .update();
  std::uint64_t first = 0;
  {
    Rows rows = connection.prepare("SELECT LAST_INSERT_ID()").query();
    if (!rows.next()) throw SqlError(SqlError::Kind::broken, 0, "no LAST_INSERT_ID");
    first = rows.u64();
  }
  connection.commit();  // only then is the block ours
  next_ = first;
  end_ = first + block;
  at_hand_ = block;
}

std::uint64_t SystemChance::random() {
  if (random_) return random_();
  if (bits_left_ == 0) {
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bits_.data()), static_cast<int>(sizeof bits_)) != 1) {
      throw std::runtime_error("the system's random generator failed");
    }
    bits_left_ = bits_.size();
  }
  return bits_[--bits_left_];
}

std::uint64_t SystemChance::next_id() {
  if (next_ == end_) {
    least_ = 2 * std::max<std::uint64_t>(at_hand_, kIdBlock);
    throw SqlError(SqlError::Kind::conflict, 0, "more ids were wanted than had been reserved");
  }
  return next_++;
}

}  // namespace peyk::store
