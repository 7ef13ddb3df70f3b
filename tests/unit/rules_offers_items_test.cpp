// Items among what offers give: pieces, never rials; what bounds them, which of several comes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "handlers/rules/offers.hpp"

namespace peyk::tests::rules_offers_items_test {
namespace {

using namespace rules;
using namespace std::chrono_literals;
using enum EffectKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Instant kItemsNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 9h;
const OfferEffect kCroissant{.kind = item, .value = 1, .valid_days = 14, .text = "a croissant"};

Offer giving_items(std::vector<OfferEffect> then, Amount budget = 0) {
  return {.name = "o", .then = std::move(then), .budget = budget};
}

TEST(OfferItems, are_refused_where_they_say_nothing_or_are_mixed_with_money) {
  struct ItemRow {
    const char* what;
    Offer offer;
    const char* wrong;  // empty: nothing
  };
  const OfferEffect money{.kind = credit, .value = 50'000};
  Offer on_birthday = giving_items({kCroissant});
  on_birthday.on = Occasion::birthday;
  const std::vector<ItemRow> rows = {
      {"an item", giving_items({kCroissant}), ""},
      {"an item beside credit", giving_items({kCroissant, money}), ""},
      {"an item on an occasion", on_birthday, ""},
      {"three hundred of them", giving_items({kCroissant}, 300), ""},
      {"of what", giving_items({{.kind = item, .value = 1}}), "item: of what"},
      {"none of it", giving_items({{.kind = item, .text = "a croissant"}}), "item: gives nothing"},
      {"two of it", giving_items({{.kind = item, .value = 2, .text = "a croissant"}}), "item: more than 1"},
      {"two kinds", giving_items({kCroissant, kCroissant}), "item: stands twice"},
      {"so much a day", giving_items({{.kind = item, .value = 1, .day_max = 5, .text = "x"}}),
       "only money has a bound"},
      {"a budget of both", giving_items({kCroissant, money}, 300), "so many rials or so many items"},
      {"a budget of points", giving_items({{points, 5}}, 300), "a budget bounds money, items or messages"},
  };
  for (const ItemRow& row : rows) {
    const auto wrong = contradictions(row.offer);
    if (*row.wrong == '\0')
      EXPECT_THAT(wrong, IsEmpty()) << row.what;
    else
      EXPECT_THAT(wrong, ElementsAre(HasSubstr(row.wrong))) << row.what;
  }
}

TEST(OfferItems, come_while_pieces_are_left_and_where_money_is_paid) {
  struct PieceRow {
    const char* what;
    Basket basket;
    Amount budget;
    OfferUse use;
    std::size_t pieces;
  };
  const Basket paid{.amount = 1'000};
  const std::vector<PieceRow> rows = {
      {"without a bound", paid, 0, {}, 1},
      {"the first of three", paid, 3, {}, 1},
      {"the last of three", paid, 3, {.budget_left = 1}, 1},
      {"one after the last", paid, 3, {.budget_left = 0}, 0},
      {"a rial in money", {.amount = 1'000, .by_credit = 999}, 0, {}, 1},
      {"all by codes", {.amount = 1'000, .by_credit = 1'000}, 0, {}, 0},
  };
  for (const PieceRow& row : rows) {
    const std::vector<Offer> offers{giving_items({kCroissant}, row.budget)};
    const std::vector<OfferUse> uses{row.use};
    const Judged judged = judge(offers, uses, {}, row.basket, Occasion::purchase, kItemsNow);
    EXPECT_EQ(judged.given.size(), row.pieces) << row.what;
    EXPECT_EQ(judged.off, 0) << row.what;
    EXPECT_EQ(judged.credit_share, 0U) << row.what;
    for (const Given& given : judged.given) EXPECT_EQ(given.value, 1) << row.what;
  }
}

TEST(OfferItems, are_no_part_of_what_credit_is_a_share_of) {
  const std::vector<Offer> offers{giving_items({{credit_percent, 1'000}, kCroissant})};
  const Judged judged = judge(offers, {}, {}, {.amount = 1'000}, Occasion::purchase, kItemsNow);
  EXPECT_EQ(judged.credit_share, 1'000U) << "all credit is still a plain share";
  EXPECT_EQ(judged.given.size(), 2U);
}

// Among those that say `best`: rials, then items, then points, then entries.
TEST(OfferItems, count_more_than_points_and_less_than_a_rial) {
  const auto best_of = [](OfferEffect one, OfferEffect other) {
    std::vector<Offer> offers{giving_items({std::move(one)}), giving_items({std::move(other)})};
    offers[1].name = "p";
    for (Offer& offer : offers) offer.stacking = Stacking::best;
    return judge(offers, {}, {}, {.amount = 1'000}, Occasion::purchase, kItemsNow).fired;
  };
  EXPECT_THAT(best_of(kCroissant, {points, 1'000'000}), ElementsAre(0U));
  EXPECT_THAT(best_of({entries, 1'000}, kCroissant), ElementsAre(1U));
  EXPECT_THAT(best_of(kCroissant, {credit, 1}), ElementsAre(1U));
}

TEST(OfferItems, are_given_by_the_piece) {
  EXPECT_TRUE(gives_by_piece(giving_items({kCroissant}))) << "else a splitter has one for each invoice";
  EXPECT_TRUE(bounded(giving_items({kCroissant})));
}

}  // namespace
}  // namespace peyk::tests::rules_offers_items_test
