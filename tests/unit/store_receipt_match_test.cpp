// Which part a receipt speaks of: the right one, or none.
#include <gtest/gtest.h>

#include "store/receipt_match.hpp"

namespace peyk::tests::store_receipt_match_test {
namespace {

using namespace store;
using Verdict = ReceiptAnswer::Verdict;

constexpr handlers::PhoneNumber kHers = 989120000101, kHis = 989120000102;

rules::Instant at_minute(int minute) {
  return rules::Instant{} + std::chrono::minutes{1'000'000 + minute};
}

SubmittedPart part(std::uint64_t message, std::string id, handlers::PhoneNumber phone = kHers,
                   int minute = 0) {
  return {.message = message,
          .carrier_message_id = std::move(id),
          .phone = phone,
          .submitted_at = at_minute(minute)};
}

IdHabit habit_of(IdStyle style) {
  IdHabit habit;
  for (int i = 0; i < 20; ++i) habit.saw(style);
  return habit;
}

// The message found, 0: none, -1: unclear.
int found(const ReceiptQuestion& question, const std::vector<SubmittedPart>& parts,
          const IdHabit& habit = {}) {
  const ReceiptAnswer answer = match_receipt(question, parts, habit);
  if (answer.verdict == Verdict::unclear) return -1;
  return answer.verdict == Verdict::none ? 0 : static_cast<int>(parts[answer.index].message);
}

struct Disguise {
  std::string submitted, receipted;
  std::optional<IdStyle> learned;
};
const std::vector<Disguise> kDisguises = {
    {"70BA8A69", "70BA8A69", IdStyle::same},
    {"70BA8A69", "1891273321", IdStyle::hex_to_decimal},
    {"1891273321", "70ba8a69", IdStyle::decimal_to_hex},
    {"1891273321", "0070BA8A69", IdStyle::decimal_to_hex},
    {"0034265880", "34265880", IdStyle::same},
    {"34265880", "000034265880", IdStyle::same},
    {"70ba8a69", "70BA8A69", IdStyle::same},
    {"99999999999999999999999", "152d02c7e14af67fffff", IdStyle::decimal_to_hex},
    {"152D02C7E14AF67FFFFF", "99999999999999999999999", IdStyle::hex_to_decimal},
    {"2f1c9a30-77de-4b52-9a0e-5d1f6c2ab001", "2F1C9A30-77DE-4B52-9A0E-5D1F6C2AB001", IdStyle::same},
    {"2f1c9a30-77de-4b52-9a0e-5d1f6c2ab001", "2F1C9A3077DE4B529A0E5D1F6C2AB001", IdStyle::same},
    {"20ac92ef3xy", "20AC92EF3XY", IdStyle::same},
};

TEST(Trap03, every_disguise_on_one_bind_is_seen_through_where_the_phone_agrees) {
  std::vector<SubmittedPart> parts;
  for (std::size_t i = 0; i < kDisguises.size(); ++i) {
    for (const Disguise& disguise : {kDisguises[i]}) {
      SCOPED_TRACE(disguise.submitted + " " + disguise.receipted);
      const auto submitted = part(7, disguise.submitted);
      EXPECT_EQ(found({.id = disguise.receipted, .phone = kHers}, {submitted}), 7);
      EXPECT_EQ(match_receipt({.id = disguise.receipted, .phone = kHers}, {{submitted}}, {}).style,
                disguise.learned);
      if (disguise.submitted != disguise.receipted) {
        EXPECT_NE(found({.id = disguise.receipted, .phone = kHis}, {submitted}), 7);
        EXPECT_NE(found({.id = disguise.receipted}, {submitted}), 7);
      }
    }
  }
}

TEST(Trap03, another_number_is_another_message) {
  EXPECT_EQ(found({.id = "1891273322", .phone = kHers}, {part(1, "70BA8A69")}), 0);
  EXPECT_EQ(found({.id = "70BA8A690", .phone = kHers}, {part(1, "70BA8A69")}), 0);
  EXPECT_EQ(found({.id = "20ac92ef3xz", .phone = kHers}, {part(1, "20ac92ef3xy")}), 0);
}

TEST(Trap03, an_id_used_again_means_the_newest) {
  const std::vector<SubmittedPart> parts = {part(1, "1000", kHers, 0), part(2, "1000", kHers, 60)};
  EXPECT_EQ(found({.id = "1000", .phone = kHers}, parts), 2);
  const std::vector<SubmittedPart> his_is_newer = {part(1, "1000", kHers, 0), part(2, "1000", kHis, 60)};
  EXPECT_EQ(found({.id = "1000", .phone = kHers}, his_is_newer), 1);
}

TEST(Trap03, a_number_that_fits_two_messages_is_decided_by_the_habit_or_by_nobody) {
  // 0x1000 is 4096, and 1000 is 0x3e8: the receipt's "1000" may mean either.
  const std::vector<SubmittedPart> parts = {part(1, "1000"), part(2, "3E8")};
  EXPECT_EQ(found({.id = "1000", .phone = kHers}, parts), -1);
  EXPECT_EQ(found({.id = "1000", .phone = kHers}, parts, habit_of(IdStyle::same)), 1);
  EXPECT_EQ(found({.id = "1000", .phone = kHers}, parts, habit_of(IdStyle::hex_to_decimal)), 2);
  EXPECT_EQ(found({.id = "1000", .phone = kHers, .patient = true}, parts), -1) << "waiting proves nothing";
}

TEST(Trap03, a_short_number_against_the_habit_waits_for_the_response_it_may_belong_to) {
  const auto hex = habit_of(IdStyle::hex_to_decimal);
  EXPECT_EQ(found({.id = "1000", .phone = kHers}, {part(1, "1000")}, hex), -1);
  EXPECT_EQ(found({.id = "1000", .phone = kHers, .patient = true}, {part(1, "1000")}, hex), 1);
  EXPECT_EQ(found({.id = "1000", .phone = kHers}, {part(2, "3e8")}), -1) << "no habit yet";
  EXPECT_EQ(found({.id = "1891273321", .phone = kHers}, {part(1, "1891273321")}, hex), 1);
}

TEST(Trap03, without_the_phone_only_what_has_no_other_reading_counts) {
  EXPECT_EQ(found({.id = "2f1c9a30-77de"}, {part(1, "2f1c9a30-77de")}), 1);
  EXPECT_EQ(found({.id = "1000"}, {part(1, "1000")}), -1);
  EXPECT_EQ(found({.id = "1000"}, {part(1, "1000")}, habit_of(IdStyle::same)), 1);
  EXPECT_EQ(found({.id = "1000", .phone = kHis}, {part(1, "1000")}, habit_of(IdStyle::hex_to_decimal)), -1);
  EXPECT_EQ(found({.id = "1000", .patient = true}, {part(1, "1000")}), 1);
}

TEST(ReceiptMatch, with_two_ids_prefers_the_part_that_both_fit) {
  const std::vector<SubmittedPart> parts = {part(1, "70BA8A69"), part(2, "12345678")};
  EXPECT_EQ(found({.id = "70BA8A69", .text_id = "1891273321", .phone = kHers}, parts), 1);
  EXPECT_EQ(found({.id = "internal-7", .text_id = "12345678", .phone = kHers}, parts), 2);
}

TEST(Trap05, a_text_shaped_like_a_receipt_must_name_a_message_to_the_very_phone_it_comes_from) {
  const std::vector<SubmittedPart> parts = {part(1, "20ac92ef3xy", kHers)};
  EXPECT_EQ(found({.id = "20ac92ef3xy", .phone = kHers, .phone_must_agree = true}, parts), 1);
  EXPECT_EQ(found({.id = "20ac92ef3xy", .phone = kHis, .phone_must_agree = true}, parts), 0);
  EXPECT_EQ(found({.id = "1", .phone = kHers, .phone_must_agree = true}, parts), 0);
}

}  // namespace
}  // namespace peyk::tests::store_receipt_match_test
