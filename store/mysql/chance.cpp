#include "store/mysql/chance.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

namespace peyk::store {
namespace {
constexpr std::uint32_t kIdBlock = 20'000;
constexpr std::uint32_t kIdsSpare = 2'000;  // for one who leaves with many lots: an entry for each
}  // namespace

void SystemChance::reserve_ids(Connection& connection, std::uint32_t wanted) {
  if (end_ - next_ >= wanted + kIdsSpare) return;
  const std::uint64_t block = std::max<std::uint64_t>(kIdBlock, wanted + kIdsSpare);
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
  if (next_ == end_) throw std::logic_error("a batch used more ids than it reserved");
  return next_++;
}

}  // namespace peyk::store
