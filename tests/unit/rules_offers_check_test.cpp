// What the file must refuse of an offer, each beside what it must not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "handlers/rules/offers.hpp"

namespace peyk::tests::rules_offers_check_test {
namespace {

using namespace rules;
using enum EffectKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Offer on(Occasion occasion, std::vector<OfferEffect> then, std::vector<Condition> when = {}) {
  return {.name = "o", .on = occasion, .when = std::move(when), .then = std::move(then)};
}
Offer on_purchase(std::vector<OfferEffect> then, std::vector<Condition> when = {}) {
  return on(Occasion::purchase, std::move(then), std::move(when));
}
Offer asking(Condition condition) {
  return on_purchase({{credit_percent, 500}}, {std::move(condition)});
}
Condition in(Measure measure, Range range) {
  return {.measure = measure, .ranges = {range}};
}
Condition words(WordSet set, bool negated = false, std::string_view word = "x") {
  return {.set = set, .words = {word_id(word)}, .word_names = {std::string(word)}, .negated = negated};
}
template <typename Change>
Offer with(Offer offer, Change change) {
  change(offer);
  return offer;
}

struct Row {
  const char* what;
  Offer offer;
  const char* wrong;  // empty: nothing
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const std::vector<std::string> wrong = contradictions(row.offer);
    if (*row.wrong == '\0')
      EXPECT_THAT(wrong, IsEmpty()) << row.what;
    else
      EXPECT_THAT(wrong, ElementsAre(HasSubstr(row.wrong))) << row.what;
  }
}

TEST(OffersCheck, effects_that_give_nothing_or_more_than_there_is_are_pointed_out) {
  check({
      {"5 percent", on_purchase({{credit_percent, 500}}), ""},
      {"no effect", on_purchase({}), "it gives nothing"},
      {"0 percent", on_purchase({{credit_percent, 0}}), "credit_percent: gives nothing"},
      {"less than nothing", on_purchase({{credit, -1}}), "credit: gives nothing"},
      {"all off", on_purchase({{percent_off, 10'000}}), ""},
      {"more than all off", on_purchase({{percent_off, 10'001}}), "percent_off: more than 10000"},
      {"ten times the points", on_purchase({{points_percent, 100'000}}), ""},
      {"more than ten times", on_purchase({{points_percent, 100'001}}), "points_percent: more than"},
      {"beyond all amounts", on_purchase({{gift, kAmountMax + 1}}), "gift: more than"},
      {"a million entries", on_purchase({{entries, 1'000'000}}), ""},
      {"more entries", on_purchase({{entries, 1'000'001}}), "entries: more than"},
      {"a note", on_purchase({{.kind = note, .text = "thanks"}}), ""},
      {"an empty note", on_purchase({{.kind = note}}), "note: says nothing"},
      {"a text of credit", on_purchase({{.kind = credit, .value = 5, .text = "x"}}),
       "only a note has a text"},
      {"valid credit", on_purchase({{.kind = credit, .value = 5, .valid_days = 30}}), ""},
      {"valid points", on_purchase({{.kind = points, .value = 5, .valid_days = 30}}), "points: has no days"},
      {"valid for ever", on_purchase({{.kind = credit, .value = 5, .valid_days = 3'661}}), "valid for more"},
      {"bound of money", on_purchase({{.kind = credit_percent, .value = 5, .day_max = 9}}), ""},
      {"bound of points", on_purchase({{.kind = points, .value = 5, .day_max = 9}}), "points: only money"},
      {"bound below 0", on_purchase({{.kind = credit, .value = 5, .day_max = -9}}), "is no amount"},
      {"bound beside points", on_purchase({{.kind = credit, .value = 5, .day_max = 9}, {points, 5}}), ""},
      {"bound beside a gift", on_purchase({{.kind = credit, .value = 5, .day_max = 9}, {gift, 5}}),
       "write two offers"},
      {"twice", on_purchase({{credit_percent, 500}, {credit_percent, 300}}), "credit_percent: stands twice"},
      {"percent and piece", on_purchase({{credit_percent, 500}, {credit, 300}}), ""},
      {"budget", with(on_purchase({{credit, 5}}), [](Offer& o) { o.budget = 1; }), ""},
      {"budget of two", with(on_purchase({{credit, 5}, {gift, 5}}), [](Offer& o) { o.budget = 1; }), ""},
      {"budget of discounts",
       with(on_purchase({{cash_off, 5}, {percent_off, 5}}), [](Offer& o) { o.budget = 1; }), ""},
      {"budget of both", with(on_purchase({{cash_off, 5}, {gift, 5}}), [](Offer& o) { o.budget = 1; }),
       "write two offers"},
      {"budget of points", with(on_purchase({{points, 5}}), [](Offer& o) { o.budget = 1; }),
       "a budget bounds"},
      {"budget of messages",
       with(on_purchase({{.kind = message, .value = 1, .text = "x", .after_minutes = 5}}),
            [](Offer& o) { o.budget = 1; }),
       ""},
      {"a message", on_purchase({{.kind = message, .value = 1, .text = "x", .after_minutes = 43'200}}), ""},
      {"a message beside credit",
       on_purchase({{credit, 5}, {.kind = message, .value = 1, .text = "x", .after_minutes = 5}}), ""},
      {"an empty message", on_purchase({{.kind = message, .value = 1, .after_minutes = 5}}),
       "message: says nothing"},
      {"a message at once", on_purchase({{.kind = message, .value = 1, .text = "x"}}),
       "message: a while after the purchase"},
      {"a message in a year",
       on_purchase({{.kind = message, .value = 1, .text = "x", .after_minutes = 43'201}}),
       "message: a while after the purchase"},
      {"credit that comes later", on_purchase({{.kind = credit, .value = 5, .after_minutes = 5}}),
       "credit: only a message comes later"},
      {"budget below 0", with(on_purchase({{credit, 5}}), [](Offer& o) { o.budget = -1; }), "is no amount"},
  });
}

TEST(OffersCheck, what_is_not_there_on_an_occasion_is_pointed_out) {
  const OfferEffect five{credit, 5};
  check({
      {"birthday", on(Occasion::birthday, {five}), ""},
      {"percent off on a birthday", on(Occasion::birthday, {{percent_off, 500}}),
       "no invoice on this occasion"},
      {"cash off on a birthday", on(Occasion::birthday, {{cash_off, 500}}), "no invoice on this occasion"},
      {"credit by percent on joining", on(Occasion::join, {{credit_percent, 500}}), "no invoice"},
      {"double points on a survey", on(Occasion::survey, {{points_percent, 500}}), "no invoice"},
      {"note on a survey", on(Occasion::survey, {{.kind = note, .text = "x"}}), "no invoice"},
      {"message on a survey",
       on(Occasion::survey, {{.kind = message, .value = 1, .text = "x", .after_minutes = 5}}),
       "message: on this occasion it stands beside then"},
      {"points on a survey", on(Occasion::survey, {{points, 5}}, {in(Measure::survey_score, {1, 5})}), ""},
      {"amount on a birthday", on(Occasion::birthday, {five}, {in(Measure::amount, {.from = 5})}),
       "amount: is not known"},
      {"branch on a birthday", on(Occasion::birthday, {five}, {in(Measure::branch, {5, 5})}),
       "branch: is not known"},
      {"items on a birthday", on(Occasion::birthday, {five}, {words(WordSet::item)}), "item: is not known"},
      {"tag on a birthday", on(Occasion::birthday, {five}, {words(WordSet::tag)}), ""},
      {"visits on a birthday", on(Occasion::birthday, {five}, {in(Measure::visits, {.from = 5})}), ""},
      {"no visit, on a birthday", on(Occasion::birthday, {five}, {in(Measure::visits, {0, 0})}), ""},
      {"no visit, on a purchase", on_purchase({five}, {in(Measure::visits, {0, 0})}), "visits: no number"},
      {"a day before it", on(Occasion::birthday, {five}, {in(Measure::days_to_birthday, {1, 1})}),
       "days_to_birthday: no number"},
      {"days away on joining", on(Occasion::join, {five}, {in(Measure::days_away, {.from = 5})}),
       "days_away: is not known"},
      {"days away", on(Occasion::away, {five}, {in(Measure::days_away, {30, 60})}), ""},
      {"percent away", on(Occasion::away, {five}, {in(Measure::away_percent, {.from = 150})}), ""},
      {"away for how long?", on(Occasion::away, {five}), "who stayed away"},
      {"profile that is not complete", on(Occasion::profile, {five}, {in(Measure::profile_complete, {0, 0})}),
       "profile_complete: no number"},
      {"profile", on(Occasion::profile, {five}), ""},
      {"an event", on(Occasion::event, {five}, {words(WordSet::event)}), ""},
      {"whatever event", on(Occasion::event, {five}), "which event"},
      {"any event but one", on(Occasion::event, {five}, {words(WordSet::event, true)}), "which event"},
      {"an event on a birthday", on(Occasion::birthday, {five}, {words(WordSet::event)}),
       "event: is not known"},
      {"an event on a purchase", on_purchase({five}, {words(WordSet::event)}), "event: is not known"},
      {"a share on an event", on(Occasion::event, {{credit_percent, 500}}, {words(WordSet::event)}),
       "no invoice"},
      {"a survey as an event", on(Occasion::event, {five}, {words(WordSet::event, false, kSurveyEvent)}),
       "write on: survey"},
  });
}

TEST(OffersCheck, what_earns_more_on_small_invoices_is_pointed_out) {
  const Range at_least{.from = 500}, at_most{.to = 500}, between{500, 600};
  check({
      {"large invoices", asking(in(Measure::amount, at_least)), ""},
      {"any invoice", asking({.measure = Measure::amount}), ""},
      {"small invoices", asking(in(Measure::amount, at_most)), "amount: only \"at least\""},
      {"middling invoices", asking(in(Measure::amount, between)), "amount: only \"at least\""},
      {"round invoices", asking({.measure = Measure::amount, .every = 100}), "amount: only \"at least\""},
      {"not large ones", asking({.measure = Measure::amount, .ranges = {at_least}, .negated = true}),
       "amount"},
      {"large, with a gap", asking({.measure = Measure::amount, .ranges = {{5, 9}, at_least}}), "amount"},
      {"large, said twice", asking({.measure = Measure::amount, .ranges = {{5, 499}, at_least}}), ""},
      {"spent little", asking(in(Measure::spent, at_most)), "spent: only \"at least\""},
      {"spent much", asking(in(Measure::spent, at_least)), ""},
      {"fifth purchase", asking({.measure = Measure::purchases, .every = 5}), "purchases: ask for visits"},
      {"fifth visit", asking({.measure = Measure::visits, .every = 5}), ""},
      {"back soon", asking(in(Measure::days_away, {0, 7})), "days_away: from 1 up"},
      {"back soon, on another day", asking(in(Measure::days_away, {1, 7})), ""},
      {"back, whenever", asking({.measure = Measure::days_away}), "days_away: from 1 up"},
      {"not long away", asking({.measure = Measure::days_away, .ranges = {{30, 90}}, .negated = true}),
       "days_away: from 1 up"},
      {"as usual", asking(in(Measure::away_percent, {.to = 100})), "away_percent: from 1 up"},
      {"later than usual", asking(in(Measure::away_percent, {.from = 150})), ""},
      {"a note at small ones",
       on_purchase({{.kind = note, .text = "offer a coffee"}}, {in(Measure::amount, at_most)}), ""},
      {"who is away, in days from 0", on(Occasion::away, {{credit, 5}}, {in(Measure::days_away, {0, 7})}),
       ""},
  });
}

TEST(OffersCheck, time_that_never_comes_is_pointed_out) {
  using namespace std::chrono_literals;
  const auto lasting = [](Instant from, Instant until) {
    return with(on_purchase({{credit, 5}}), [&](Offer& o) { o.from = from, o.until = until; });
  };
  check({{"always", lasting({}, {}), ""},
         {"a moment", lasting(Instant{5s}, Instant{6s}), ""},
         {"none", lasting(Instant{5s}, Instant{5s}), "ends before it begins"},
         {"backwards", lasting(Instant{6s}, Instant{5s}), "ends before it begins"},
         {"from then on", lasting(Instant{5s}, {}), ""},
         {"until then", lasting({}, Instant{5s}), ""}});
}

TEST(OffersCheck, all_that_is_wrong_is_told_at_once) {
  EXPECT_EQ(contradictions(on(Occasion::birthday, {{percent_off, 0}},
                              {in(Measure::amount, {.from = 5}), in(Measure::weekday, {7, 7})}))
                .size(),
            4U);
}

}  // namespace
}  // namespace peyk::tests::rules_offers_check_test
