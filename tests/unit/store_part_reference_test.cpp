#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "store/part_reference.hpp"

namespace peyk::store::store_part_reference_test {
namespace {

constexpr std::uint64_t kMessage = 0x1234;

ReferencedPart unheard(std::uint64_t message, std::uint32_t part = 1) {
  return {.message = message, .part = part, .carrier = "sim", .unknown = true};
}

std::optional<std::size_t> match(const std::vector<ReferencedPart>& parts, bool delivered = true,
                                 std::uint16_t reference = part_reference(kMessage, 1)) {
  return match_reference({.reference = reference, .carrier = "sim", .delivered = delivered}, parts);
}

TEST(PartReference, tells_the_parts_of_a_text_and_its_neighbours_apart) {
  std::set<std::uint16_t> references;
  for (std::uint64_t message = 1; message <= 10; ++message) {
    for (std::uint32_t part = 1; part <= 31; ++part) references.insert(part_reference(message, part));
  }
  EXPECT_EQ(references.size(), 310U);
  EXPECT_EQ(part_reference(kMessage, 2), part_reference(kMessage, 2)) << "each attempt has the same";
}

TEST(PartReference, names_the_one_part_of_unknown_outcome_that_has_it) {
  EXPECT_EQ(match({unheard(7), unheard(kMessage, 2), unheard(kMessage, 1)}), 2U);
  EXPECT_EQ(match({unheard(kMessage)}, false), 0U) << "that it failed is an outcome too";
  EXPECT_FALSE(match({unheard(7)}));
  EXPECT_FALSE(match({}));
}

TEST(PartReference, is_believed_only_of_the_carrier_that_has_the_part) {
  ReferencedPart other = unheard(kMessage);
  other.carrier = "other";
  EXPECT_FALSE(match({other}));
  EXPECT_EQ(match({other, unheard(kMessage + 0x10000)}), 1U) << "no rival: receipts come from who sent";
}

TEST(PartReference, that_two_parts_have_names_neither_whatever_has_become_of_them) {
  EXPECT_FALSE(match({unheard(kMessage), unheard(kMessage + 0x10000)}));
  ReferencedPart answered = unheard(kMessage + 0x10000);
  answered.unknown = false;
  EXPECT_FALSE(match({unheard(kMessage), answered}));
  const ReferencedPart still_waits{.message = kMessage + 0x10000};
  EXPECT_FALSE(match({unheard(kMessage), still_waits}));
}

TEST(PartReference, of_a_part_that_was_answered_says_nothing_but_that_its_first_attempt_arrived) {
  ReferencedPart answered = unheard(kMessage);
  answered.unknown = false;
  EXPECT_FALSE(match({answered}));
  answered.maybe_twice = true;
  EXPECT_EQ(match({answered}), 0U);
  EXPECT_FALSE(match({answered}, false)) << "the second attempt may yet arrive";
  answered.carrier.clear();
  EXPECT_FALSE(match({answered})) << "on its way";
}

TEST(PartReference, is_believed_of_any_part_that_was_sent_where_the_receipt_has_no_id) {
  ReferenceQuestion receipt{
      .reference = part_reference(kMessage, 1), .carrier = "sim", .delivered = false, .has_id = false};
  std::vector<ReferencedPart> parts{unheard(7), unheard(kMessage)};
  parts[1].unknown = false;
  EXPECT_EQ(match_reference(receipt, parts), 1U);
  parts[1].maybe_twice = true;
  EXPECT_FALSE(match_reference(receipt, parts)) << "the other attempt may yet arrive";
  parts[1].maybe_twice = false;
  parts[1].carrier = "other";
  EXPECT_FALSE(match_reference(receipt, parts));
  parts[1].carrier.clear();
  EXPECT_FALSE(match_reference(receipt, parts)) << "on its way: its answer comes first";
  parts[1].carrier = "sim";
  parts.push_back(unheard(kMessage + 0x10000));
  EXPECT_FALSE(match_reference(receipt, parts)) << "two have it";
}

TEST(PartReference, of_zero_is_none) {
  ASSERT_EQ(part_reference(0x10000, 1), 0);
  EXPECT_FALSE(match({unheard(0x10000)}, true, 0));
}

}  // namespace
}  // namespace peyk::store::store_part_reference_test
