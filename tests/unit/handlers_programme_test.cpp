// Documents of programmes and offers: whatever they hold comes back, and equal ones are the same octets.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "handlers/programme_json.hpp"
#include "handlers/programme_words.hpp"

namespace peyk::handlers::handlers_programme_test {
namespace {

using rules::Condition;
using rules::Offer;

template <typename E>
E one_of(std::size_t count) {
  return static_cast<E>(*rc::gen::inRange<std::size_t>(0, count));
}
std::string text() {
  return *rc::gen::element<std::string>("", "a", "نان و نمک", "\"quoted\" \\ {x}", "gold-1");
}
template <typename Item, typename Make>
std::vector<Item> some(Make make) {
  std::vector<Item> items(*rc::gen::inRange<std::size_t>(0, 4));
  for (Item& item : items) item = make();
  return items;
}

rules::Range range() {
  const rules::Range all;
  const auto from = *rc::gen::inRange<std::int64_t>(-200, 20'000'000);
  return *rc::gen::element(rules::Range{from, from + 5}, rules::Range{from, all.to},
                           rules::Range{all.from, from}, all);
}

Condition condition() {
  Condition made;
  made.negated = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) {
    made.measure = one_of<rules::Measure>(rules::kMeasures);
    made.ranges = some<rules::Range>(range);
    made.every = *rc::gen::inRange<std::uint32_t>(0, 3);
  } else {
    made.set = one_of<rules::WordSet>(rules::kWordSets);
    made.word_names = {"تهران", text()};
    for (const std::string& word : made.word_names) made.words.push_back(word_id_of(word));
  }
  return made;
}

rules::Instant instant() {
  return rules::Instant(std::chrono::microseconds(*rc::gen::inRange<std::int64_t>(0, 3'000'000'000'000'000)));
}

Offer offer() {
  Offer made;
  made.name = text();
  made.title = text();
  made.on = one_of<rules::Occasion>(7);
  made.when = some<Condition>(condition);
  made.then = some<rules::OfferEffect>([] {
    return rules::OfferEffect{.kind = one_of<rules::EffectKind>(effect_words().size()),
                              .value = *rc::gen::inRange<std::int64_t>(0, rules::kAmountMax),
                              .valid_days = *rc::gen::inRange<std::uint32_t>(0, 3),
                              .day_max = *rc::gen::inRange<std::int64_t>(0, 3),
                              .text = text(),
                              .after_minutes = *rc::gen::inRange<std::uint32_t>(0, 3)};
  });
  if (*rc::gen::arbitrary<bool>()) made.from = instant();
  if (*rc::gen::arbitrary<bool>()) made.until = instant();
  made.per_member = *rc::gen::inRange<std::uint32_t>(0, 3);
  made.per_member_day = *rc::gen::inRange<std::uint32_t>(0, 3);
  made.budget = *rc::gen::inRange<std::int64_t>(0, 3);
  made.stacking = one_of<rules::Stacking>(2);
  made.priority = *rc::gen::inRange(-3, 3);
  made.hold_out = static_cast<std::uint16_t>(*rc::gen::inRange(0, 3));
  made.chance = *rc::gen::inRange<std::uint32_t>(0, 3);
  made.message = text();
  return made;
}

Programme programme() {
  Programme made;
  made.segments = some<rules::Segment>(
      [] { return rules::Segment{.name = text(), .title = text(), .when = some<Condition>(condition)}; });
  made.tiers = {.by = one_of<rules::TierMeasure>(2),
                .period_days = *rc::gen::inRange<std::uint32_t>(364, 367),
                .grace_days = *rc::gen::inRange<std::uint32_t>(29, 32),
                .tiers = some<rules::Tier>(
                    [] { return rules::Tier{.name = text(), .title = text(), .from = rules::kAmountMax}; })};
  made.points_per = *rc::gen::inRange<std::int64_t>(0, 2);
  if (*rc::gen::arbitrary<bool>())
    made.bounds_given = rules::LrfmBounds{.length_days = {0, 0, 1, 2}, .spent = {0, 0, 0, rules::kAmountMax}};
  return made;
}

RC_GTEST_PROP(ProgrammeDocuments, of_an_offer_say_all_of_it_but_its_numbers, ()) {
  Offer made = offer();
  const std::string document = offer_document(made);
  RC_ASSERT(read_offer(document) == made);
  RC_ASSERT(offer_document(read_offer(document)) == document);
  made.id = 7;
  made.version = 8;
  RC_ASSERT(offer_document(made) == document);
}

RC_GTEST_PROP(ProgrammeDocuments, of_a_programme_say_what_its_file_says, ()) {
  const Programme made = programme();
  const std::string document = programme_document(made);
  RC_ASSERT(read_programme(document) == made);
  RC_ASSERT(programme_document(read_programme(document)) == document);
}

TEST(ProgrammeDocuments, leave_out_what_is_as_it_would_be_anyway) {
  EXPECT_EQ(programme_document({}), "{}");
  EXPECT_EQ(offer_document({.name = "a"}), R"({"name":"a"})");
  const Offer regulars{.name = "regulars",
                       .when = {{.measure = rules::Measure::visits, .ranges = {{.from = 6}}}},
                       .then = {{.kind = rules::EffectKind::credit_percent, .value = 500}}};
  EXPECT_EQ(offer_document(regulars),
            R"({"name":"regulars","then":[{"effect":"credit_percent","value":500}],)"
            R"("when":[{"measure":"visits","ranges":[[6,null]]}]})");
}

// The days behind a birthday were written as days to the next one, in a year of either length.
TEST(ProgrammeDocuments, of_days_to_the_next_birthday_are_read_as_days_to_the_nearest) {
  struct Row {
    std::string_view was;
    std::vector<rules::Range> is;
  };
  for (const Row& row :
       {Row{"[[0,0]]", {{0, 0}}}, Row{"[[0,183]]", {{0, 183}}}, Row{"[[0,3],[362,365]]", {{-3, 3}}},
        Row{"[[360,364]]", {{-5, -2}}}, Row{"[[364,365]]", {{-1, -1}}},
        Row{"[[7,7],[363,365]]", {{-2, -1}, {7, 7}}}, Row{"[[0,365]]", {{-182, 183}}},
        Row{"[[1,365]]", {{-182, -1}, {1, 183}}}, Row{"[]", {}}}) {
    const Offer offer = read_offer(
        fmt::format(R"({{"name":"a","when":[{{"measure":"birthday","not":true,"ranges":{}}}]}})", row.was));
    EXPECT_EQ(offer.when,
              std::vector<Condition>(
                  {{.measure = rules::Measure::days_to_birthday, .ranges = row.is, .negated = true}}))
        << row.was;
    EXPECT_EQ(read_offer(offer_document(offer)), offer) << row.was;
  }
}

TEST(ProgrammeDocuments, of_something_else_are_refused) {
  for (const auto* broken : {"", "[]", "{", R"({"name":1})", R"({"name":"a","when":[{"measure":"luck"}]})",
                             R"({"name":"a","then":[{"effect":"magic"}]})", R"({"name":"a","on":"monday"})",
                             R"({"name":"a","when":[{"set":"colour","words":["a"]}]})"}) {
    EXPECT_THROW(read_offer(broken), DocumentError) << broken;
  }
  EXPECT_THROW(read_programme("7 8"), DocumentError);
  EXPECT_THROW(read_bounds("{}"), DocumentError);
}

TEST(ProgrammeUse, is_what_any_offer_or_segment_asks_and_gives) {
  using rules::EffectKind;
  using rules::Measure;
  using rules::WordSet;
  Programme programme;
  programme.segments = {{.name = "rich", .when = {{.measure = Measure::credit}}}};
  programme.offers = {
      {.name = "a", .id = 1, .when = {{.set = WordSet::city, .words = {5}}}, .then = {{EffectKind::gift, 5}}},
      {.name = "b",
       .id = 2,
       .then = {{.kind = EffectKind::credit, .value = 5, .valid_days = 14}},
       .budget = 9},
      {.name = "c",
       .id = 3,
       .on = rules::Occasion::birthday,
       .then = {{EffectKind::credit, 5}},
       .budget = 9}};
  const ProgrammeUse use = use_in(programme);
  EXPECT_TRUE(use.asks(Measure::credit));
  EXPECT_FALSE(use.asks(Measure::visits)) << "a set's measure is nobody's";
  EXPECT_TRUE(use.asks(WordSet::city));
  EXPECT_FALSE(use.asks(WordSet::segment));
  EXPECT_TRUE(use.gives(EffectKind::gift));
  EXPECT_FALSE(use.gives(EffectKind::points));
  EXPECT_THAT(use.budgets, testing::ElementsAre(2U)) << "of purchases";
  EXPECT_THAT(use.valid_days, testing::UnorderedElementsAre(0U, 14U));
  EXPECT_EQ(use.gifts, 1U);
}

TEST(ProgrammeUse, is_gathered_anew_of_a_copy_that_was_changed) {
  Programme kept;
  kept.use.all = use_in(kept);
  Programme changed = kept;
  changed.offers = {{.name = "a", .then = {{rules::EffectKind::points, 5}}}};
  EXPECT_TRUE(UseOf(changed)->gives(rules::EffectKind::points));
  EXPECT_FALSE(UseOf(kept)->gives(rules::EffectKind::points));
  changed = kept;
  EXPECT_EQ(changed, kept) << "what is kept is no part of it";
  EXPECT_FALSE(changed.use.all);
}

TEST(ProgrammeWords, are_each_given_once) {
  std::set<std::string_view> names, keys;
  for (const MeasureWord& word : measure_words()) {
    EXPECT_TRUE(names.insert(word.name).second) << word.name;
    EXPECT_TRUE(keys.insert(word.key).second || word.key == "dates") << word.key;
    EXPECT_EQ(measure_named(word.name), &word);
  }
  for (const SetWord& word : set_words()) EXPECT_TRUE(keys.insert(word.name).second) << word.name;
  for (const EffectWord& word : effect_words()) EXPECT_EQ(effect_named(word.name)->kind, word.kind);
}

}  // namespace
}  // namespace peyk::handlers::handlers_programme_test
