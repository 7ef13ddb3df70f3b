// What is known of a member's credit, by the rows that were loaded.
#include "handlers/facts.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <tuple>

namespace peyk::tests::handlers_facts_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;

const rules::Instant kNow{std::chrono::days{20'000}};

std::vector<LotId> ids_of(const std::vector<const Lot*>& lots) {
  std::vector<LotId> ids;
  for (const Lot* lot : lots) ids.push_back(lot->id);
  return ids;
}

// Ids are of blocks: the younger of two may have the lower one.
TEST(SpendableLots, come_soonest_expiry_first_then_the_oldest_then_by_id) {
  Facts facts;
  const auto load = [&facts](LotId id, std::chrono::hours age, std::chrono::hours left) {
    facts.load(Lot{.id = id,
                   .club = 1,
                   .member = 11,
                   .issued = 100,
                   .remaining = 100,
                   .created_at = kNow - age,
                   .expires_at = kNow + left});
  };
  load(1, 1h, 48h);
  load(2, 5h, 24h);
  load(3, 9h, 48h);
  load(4, 9h, 48h);
  load(5, 9h, 0h);
  EXPECT_THAT(ids_of(facts.spendable_lots(11, kNow)), testing::ElementsAre(2, 3, 4, 1));
}

RC_GTEST_PROP(SpendableLots, come_in_one_order_however_they_were_loaded, ()) {
  Facts facts;
  std::vector<Lot> lots(*rc::gen::inRange<std::size_t>(0, 12));
  for (std::size_t i = 0; i < lots.size(); ++i)
    lots[i] = {.id = i + 1,
               .club = 1,
               .member = 11,
               .issued = 100,
               .remaining = *rc::gen::inRange(0, 3),
               .created_at = kNow - 1h * *rc::gen::inRange(0, 3),
               .expires_at = kNow + 1h * *rc::gen::inRange(-1, 3)};
  for (std::size_t i = lots.size(); i > 1; --i)
    std::swap(lots[i - 1], lots[*rc::gen::inRange<std::size_t>(0, i)]);
  for (const Lot& lot : lots) facts.load(lot);
  const auto spendable = facts.spendable_lots(11, kNow);
  RC_ASSERT(std::ranges::is_sorted(
      spendable, {}, [](const Lot* lot) { return std::tuple(lot->expires_at, lot->created_at, lot->id); }));
  const auto is_spendable = [](const Lot& lot) { return lot.remaining > 0 && lot.expires_at > kNow; };
  RC_ASSERT(std::ssize(spendable) == std::ranges::count_if(lots, is_spendable));
}

}  // namespace
}  // namespace peyk::tests::handlers_facts_test
