// Which dead letters are sent anew, and which are not.
#include "store/letter_rule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "handlers/codes_in_text.hpp"

namespace peyk::store::store_letter_rule_test {
namespace {

using handlers::Lane;
using handlers::numbers_like_codes;
using testing::ElementsAre;
using testing::IsEmpty;

const ReplayTerms kTerms{.lines = {"30001234"}};

LetterFacts letter() {
  return {.club = 1, .line = "30001234", .lane = Lane::notice, .state = failed, .text = "Come again."};
}

TEST(LetterRule, a_dead_letter_is_replayed_and_what_is_not_dead_is_not) {
  for (const MessageState state : {failed, expired}) {
    LetterFacts one = letter();
    one.state = state;
    EXPECT_EQ(judge_letter(one, kTerms), ReplayVerdict::replayed);
  }
  for (const MessageState state : {queued, submitted, delivered}) {
    LetterFacts one = letter();
    one.state = state;
    EXPECT_EQ(judge_letter(one, kTerms), ReplayVerdict::not_dead);
  }
}

TEST(LetterRule, what_is_stale_or_may_have_been_heard_needs_to_be_asked_for) {
  LetterFacts answer = letter();
  answer.lane = Lane::urgent;
  EXPECT_EQ(judge_letter(answer, kTerms), ReplayVerdict::urgent);
  LetterFacts heard = letter();
  heard.state = unknown;
  EXPECT_EQ(judge_letter(heard, kTerms), ReplayVerdict::maybe_heard);
  ReplayTerms terms = kTerms;
  terms.even_urgent = true;
  EXPECT_EQ(judge_letter(answer, terms), ReplayVerdict::replayed);
  EXPECT_EQ(judge_letter(heard, terms), ReplayVerdict::maybe_heard);
  terms.even_unknown = true;
  EXPECT_EQ(judge_letter(heard, terms), ReplayVerdict::replayed);
}

TEST(LetterRule, a_code_that_is_no_longer_good_keeps_its_letter_back_whatever_is_asked_for) {
  ReplayTerms terms = kTerms;
  terms.even_urgent = terms.even_unknown = true;
  LetterFacts one = letter();
  one.text = "کد ۴۴۱۷۲۰۳ تا ۱۲ آذر";
  one.codes = {{.number = 4417203, .good = true}};
  EXPECT_EQ(judge_letter(one, terms), ReplayVerdict::replayed);
  one.codes = {{.number = 4417203, .good = false}};
  EXPECT_EQ(judge_letter(one, terms), ReplayVerdict::code_over);
  one.codes = {{.number = 4417203, .good = false}, {.number = 4417203, .good = true}};
  EXPECT_EQ(judge_letter(one, terms), ReplayVerdict::replayed) << "issued to her once more";
  one.codes = {{.number = 5555555, .good = false}};
  EXPECT_EQ(judge_letter(one, terms), ReplayVerdict::replayed) << "an invoice's number is no code of hers";
  one.is_member = false;
  EXPECT_EQ(judge_letter(one, terms), ReplayVerdict::code_over) << "who has left has no code";
  one.text = "Come again.";
  EXPECT_EQ(judge_letter(one, terms), ReplayVerdict::replayed);
}

TEST(LetterRule, a_letter_that_is_replayed_ends_with_the_first_code_in_it) {
  constexpr rules::Instant now{std::chrono::hours{1'000'000}};
  const auto in = [&](int hours) { return now + std::chrono::hours{hours}; };
  LetterFacts one = letter();
  one.codes = {{.number = 4417203, .good = true, .ends_at = in(2)}};
  EXPECT_EQ(letter_ends(one, kTerms, now), in(24)) << "it names none";
  one.text = "Codes: 4417203 and ۵۵۱۷۲۰۴";
  one.codes.push_back({.number = 5517204, .good = true, .ends_at = in(3)});
  EXPECT_EQ(letter_ends(one, kTerms, now), in(2));
  ReplayTerms terms = kTerms;
  terms.valid_for = std::chrono::hours{1};
  EXPECT_EQ(letter_ends(one, terms, now), in(1)) << "no longer than was asked for";
  one.codes = {{.number = 4417203, .good = false, .ends_at = in(-9)},
               {.number = 4417203, .good = true, .ends_at = in(5)}};
  EXPECT_EQ(letter_ends(one, kTerms, now), in(5)) << "issued to her once more";
  one.codes.back().ends_at = in(50);
  EXPECT_EQ(letter_ends(one, kTerms, now), in(24));
}

TEST(LetterRule, keeps_clubs_lines_and_wishes_apart) {
  ReplayTerms terms = kTerms;
  terms.club = 2;
  EXPECT_EQ(judge_letter(letter(), terms), ReplayVerdict::no_such_message);
  terms.club = 1;
  EXPECT_EQ(judge_letter(letter(), terms), ReplayVerdict::replayed);
  LetterFacts elsewhere = letter();
  elsewhere.line = "20001234";
  EXPECT_EQ(judge_letter(elsewhere, terms), ReplayVerdict::no_such_line);
  LetterFacts stopped = letter();
  stopped.promo_stopped = true;
  EXPECT_EQ(judge_letter(stopped, terms), ReplayVerdict::replayed) << "STOP is about adverts";
  stopped.lane = Lane::promo;
  EXPECT_EQ(judge_letter(stopped, terms), ReplayVerdict::stopped);
  LetterFacts often = letter();
  often.replays = kReplaysMax;
  EXPECT_EQ(judge_letter(often, terms), ReplayVerdict::too_often);
}

TEST(LetterRule, finds_numbers_that_could_be_codes) {
  EXPECT_THAT(numbers_like_codes("4417203 and ۵۵۱۷۲۰۴, not 0917203, 44172031 or 09120000101"),
              ElementsAre(4417203U, 5517204U));
  EXPECT_THAT(numbers_like_codes(""), IsEmpty());
  EXPECT_EQ(numbers_like_codes("1234567 " + std::string(5'000, ' ') + "7654321").size(), 2U);
}

TEST(LetterRule, has_words_for_each_verdict) {
  for (int verdict = 0; verdict <= static_cast<int>(ReplayVerdict::maybe_heard); ++verdict) {
    EXPECT_FALSE(words(static_cast<ReplayVerdict>(verdict)).empty());
    EXPECT_FALSE(slug(static_cast<ReplayVerdict>(verdict)).empty());
  }
}

}  // namespace
}  // namespace peyk::store::store_letter_rule_test
