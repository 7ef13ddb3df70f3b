// How much one purchase may bring and how much is written down of it: bounded, whatever a club's file asks
// for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "handlers/bought_item.hpp"
#include "handlers/measures.hpp"
#include "templates/utf8.hpp"
#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_limits_test {
namespace {

using namespace handlers;
using nlohmann::json;
using rules::EffectKind;
using rules::Measure;
using rules::Offer;
using rules::WordSet;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

std::string times(int count, const std::string& piece) {
  std::string all;
  for (int i = 0; i < count; ++i) all += piece;
  return all;
}

// A list of words of one set, and measures that have all of them.
rules::Condition words_of_set(WordSet set, int count, const std::string& tail, rules::Measures& measures) {
  rules::Condition condition{.set = set};
  for (int i = 0; i < count; ++i) {
    condition.word_names.push_back(std::to_string(100 + i) + tail);
    condition.words.push_back(rules::word_id(condition.word_names.back()));
    measures.add(set, condition.words.back());
  }
  return condition;
}

TEST(FactsOfAGrant, fit_their_row_whatever_was_looked_at) {
  for (const char* piece : {"n", "ن", "\"", "😀"}) {
    rules::Measures measures;
    Offer offer{.name = "all", .chance = 1'000'000};
    for (std::size_t i = 0; i < rules::kMeasures; ++i) {
      offer.when.push_back({.measure = static_cast<Measure>(i)});
      measures.set(static_cast<Measure>(i), rules::Measures::kUnknown + 1);
    }
    for (std::size_t i = 0; i < rules::kWordSets; ++i)
      offer.when.push_back(words_of_set(static_cast<WordSet>(i), 50, times(37, piece), measures));
    const std::string facts = looked_at(offer, measures);
    EXPECT_LE(templates::to_code_points(facts).size(), kFactsMax) << piece;
    const json seen = json::parse(facts);
    for (std::size_t i = 0; i < rules::kWordSets; ++i) {
      const std::string set(rules::name_of(static_cast<WordSet>(i)));
      EXPECT_EQ(seen.at(set).size() + seen.at(set + "_more").get<std::size_t>(), 50U) << set;
    }
  }
}

TEST(FactsOfAGrant, count_characters_and_have_all_words_for_which_there_is_room) {
  for (const char* piece : {"n", "ن", "😀"}) {
    rules::Measures measures;
    Offer offer{.name = "some", .when = {words_of_set(WordSet::item, 13, times(37, piece), measures)}};
    EXPECT_FALSE(json::parse(looked_at(offer, measures)).contains("item_more")) << piece;
    offer.when = {words_of_set(WordSet::item, 14, times(37, piece), measures)};
    EXPECT_EQ(json::parse(looked_at(offer, measures)).at("item_more"), 1) << piece;
  }
}

Club club_of_a_list() {
  Club club = english_club();
  rules::Condition items{.set = WordSet::item};
  for (int i = 0; i < 50; ++i) {
    items.word_names.push_back("thing-" + std::to_string(100 + i));
    items.words.push_back(word_of({.name = items.word_names.back()}));
  }
  club.programme.offers = {{.name = "list",
                            .title = "The list",
                            .id = 1,
                            .version = 11,
                            .when = {items},
                            .then = {{.kind = EffectKind::credit, .value = 20'000}}}};
  return club;
}

class LongList : public ClubTalk {
 protected:
  LongList() : ClubTalk(club_of_a_list()) {}

  void buy_things(int count) {
    PurchaseRequest bought{.club = 1, .branch = 12, .phone = kShopper, .invoice = "L-1", .amount = 400'000};
    for (int i = 0; i < count; ++i) bought.items.push_back({.name = "thing-" + std::to_string(100 + i)});
    Request request;
    request.what = bought;
    store.handle(request, now);
  }
};

TEST_F(LongList, is_told_by_its_first_words_and_how_many_more_there_were) {
  buy_things(47);
  EXPECT_THAT(say(kShopper, "WHY"),
              HasSubstr("The list: 20,000 rials of credit, for thing-100 bought, thing-101 bought, thing-102"
                        " bought, thing-103 bought, thing-104 bought, and 42 more"));
}

TEST_F(LongList, is_told_as_a_whole_where_it_is_short) {
  buy_things(5);
  EXPECT_THAT(say(kShopper, "WHY"), HasSubstr("thing-103 bought, thing-104 bought"));
  EXPECT_THAT(say(kShopper, "WHY"), Not(HasSubstr("more")));
}

// Offers of the longest titles, a point each, once a day; and one that says best and gives in many ways.
Club club_of_very_many() {
  Club club = english_club();
  const std::string title = times(60, "😀");
  for (std::uint32_t i = 0; i < 999; ++i)
    club.programme.offers.push_back({.name = "o-" + std::to_string(1000 + i) + times(34, "x"),
                                     .title = title,
                                     .id = i + 1,
                                     .version = 5000 + i,
                                     .then = {{.kind = EffectKind::points, .value = 1}},
                                     .per_member_day = 1});
  club.programme.offers.push_back(
      {.name = "p",
       .title = title,
       .id = 1000,
       .version = 6000,
       .then = {{.kind = EffectKind::credit_percent, .value = 100},
                {.kind = EffectKind::credit, .value = 1'000'000, .valid_days = 5},
                {.kind = EffectKind::gift, .value = 1'000'000},
                {.kind = EffectKind::item, .value = 1, .text = times(40, "😀")},
                {.kind = EffectKind::entries, .value = 1'000'000},
                {.kind = EffectKind::note, .text = title}},
       .stacking = rules::Stacking::best});
  return club;
}

class VeryMany : public ClubTalk {
 protected:
  VeryMany() : ClubTalk(club_of_very_many()) {}

  json post(const std::string& invoice) {
    Request request;
    request.what = PurchaseRequest{
        .club = 1, .branch = 12, .phone = kShopper, .invoice = invoice, .amount = 100'000'000};
    const Outcome outcome = store.handle(request, now);
    constexpr std::size_t kTextColumn = 65'535;  // octets: purchase.answer, inbox.answer
    EXPECT_LT(outcome.answer.size(), kTextColumn / 2);
    return json::parse(outcome.answer);
  }
};

TEST_F(VeryMany, bring_fifty_things_beside_the_best_in_an_answer_that_can_be_kept) {
  const json answer = post("A-1");
  EXPECT_EQ(answer.at("points"), 50);
  EXPECT_EQ(answer.at("offers").size(), 50U + 5U);
  EXPECT_EQ(answer.at("notes").size(), 1U);
  EXPECT_EQ(post("A-1").at("duplicate"), true);
}

TEST_F(VeryMany, give_a_second_invoice_of_the_day_nothing_that_the_first_had_no_room_for) {
  EXPECT_EQ(post("A-1").at("points"), 50);
  EXPECT_EQ(post("A-2").at("points"), 0);
  now += 24h;
  EXPECT_EQ(post("A-3").at("points"), 50);
}

}  // namespace
}  // namespace peyk::tests::handlers_limits_test
