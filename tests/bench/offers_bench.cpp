// offers: one purchase judged against a club's 10 and 1,000 offers, of which ten fit; and against 1,000 that
// all fit and nearly all say best. The others fail as they do in clubs: of another occasion, over, of another
// segment, branch, weekday or amount, some at the last of their conditions.
#include <fmt/core.h>

#include "handlers/rules/offers.hpp"
#include "tests/bench/rounds.hpp"

namespace {

using namespace peyk;
using namespace peyk::rules;
using namespace std::chrono_literals;

constexpr std::size_t kRounds = 51, kFit = 10;
const Instant kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 9h;

Condition in(Measure measure, std::int64_t from, std::int64_t to) {
  return {.measure = measure, .ranges = {{from, to}}};
}
Condition at_least(Measure measure, std::int64_t from) {
  return in(measure, from, Range{}.to);
}
Condition word(WordSet set, const std::string& name) {
  return {.set = set, .words = {word_id(name)}, .word_names = {name}};
}

Measures member() {
  Measures measures;
  for (std::size_t i = 0; i < kMeasures; ++i) measures.set(static_cast<Measure>(i), 3);
  measures.set(Measure::visits, 7);
  measures.set(Measure::amount, 4'000'000);
  measures.set(Measure::branch, 12);
  measures.set(Measure::minute, 570);
  for (const char* name : {"loyal", "big-spender"}) measures.add(WordSet::segment, word_id(name));
  for (const char* name : {"bread", "milk", "eggs", "cheese", "tea"})
    measures.add(WordSet::item, word_id(name));
  measures.add(WordSet::tag, word_id("office"));
  return measures;
}

// Three conditions; all hold.
Offer fits(std::size_t number) {
  Offer offer{.name = fmt::format("offer-{:04}", number), .title = "A reward for you", .id = 1, .version = 1};
  offer.when = {at_least(Measure::visits, 6), at_least(Measure::amount, 500'000),
                word(WordSet::segment, "loyal")};
  offer.then = {{.kind = number % 2 == 0 ? EffectKind::credit_percent : EffectKind::points, .value = 100}};
  if (number % 3 == 0) offer.stacking = Stacking::best;
  if (number % 5 == 0) offer.budget = 1'000'000'000;
  return offer;
}

// The same, but for one thing.
Offer does_not(std::size_t number) {
  Offer offer = fits(number);
  switch (number % 8) {
    case 0:
      offer.on = Occasion::birthday;
      break;
    case 1:
      offer.until = kNow - 24h;
      break;
    case 2:
      offer.when[0] = in(Measure::branch, 100, 199);
      break;
    case 3:
      offer.when[0] = in(Measure::weekday, 5, 6);
      break;
    case 4:
      offer.when[1] = at_least(Measure::amount, 9'000'000);
      break;
    case 5:
      offer.when[2] = word(WordSet::segment, "sleeping");
      break;
    case 6:
      offer.when[1] = word(WordSet::item, "caviar");
      break;
    case 7:
      offer.when[0] = {.measure = Measure::visits, .every = 5};
      break;
  }
  return offer;
}

// Ten that fit, spread among the others.
std::vector<Offer> club(std::size_t count) {
  std::vector<Offer> offers;
  for (std::size_t i = 0; i < count; ++i) offers.push_back(i % (count / kFit) == 0 ? fits(i) : does_not(i));
  return offers;
}

// All fit, and of nearly all that say best one is to be found.
std::vector<Offer> club_of_best(std::size_t count) {
  std::vector<Offer> offers;
  for (std::size_t i = 0; i < count; ++i) {
    offers.push_back(fits(i));
    offers.back().stacking = i % 100 == 0 ? Stacking::all : Stacking::best;
    offers.back().then.front().value = static_cast<std::int64_t>(i % 400) + 1;
  }
  return offers;
}

double purchase_us(const std::vector<Offer>& offers, const std::vector<OfferUse>& uses, int times) {
  const Measures measures = member();
  const Basket basket{.amount = 4'000'000, .quoted = true, .points = 40};
  std::size_t fired = 0;
  const double seconds = bench::seconds_of([&] {
    for (int i = 0; i < times; ++i)
      fired += judge(offers, uses, measures, basket, Occasion::purchase, kNow).fired.size();
  });
  // Of those that say best one fires.
  if (fired < static_cast<std::size_t>(times)) throw std::logic_error("nothing fired");
  return seconds * 1e6 / times;
}

}  // namespace

int main() {
  const std::vector<Offer> few = club(10), many = club(1'000), best = club_of_best(1'000);
  const std::vector<OfferUse> used(many.size());
  const auto medians = bench::interleaved(
      kRounds, {[&] { return purchase_us(few, {}, 2'000); }, [&] { return purchase_us(many, {}, 200); },
                [&] { return purchase_us(many, used, 200); }, [&] { return purchase_us(best, {}, 50); }});
  fmt::print("purchase_us_10_offers: {:.2f} us\n", medians[0]);
  fmt::print("purchase_us_1000_offers: {:.2f} us\n", medians[1]);
  fmt::print("purchase_us_1000_offers_with_uses: {:.2f} us\n", medians[2]);
  fmt::print("purchase_us_1000_best: {:.2f} us\n", medians[3]);
}
