// EFFECT of a manager: what it says of each offer, and that it is one text.
#include "handlers/effect_told.hpp"

#include <gmock/gmock.h>

#include "templates/alphabet.hpp"
#include "templates/dates.hpp"
#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_effect_told_test {
namespace {

using namespace handlers;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class EffectTalk : public ClubTalk {
 public:
  explicit EffectTalk(const Club& club) : ClubTalk(std::vector<Club>{club}) {}
  void TestBody() override {}
  using ClubTalk::say;
  using ClubTalk::vanak;
};

rules::Instant day_begins(unsigned month, unsigned day) {
  return templates::instant_of(
      std::chrono::sys_days{std::chrono::year{2026} / static_cast<int>(month) / static_cast<int>(day)},
      "Asia/Tehran");
}

OfferFigures figures_of(std::string name, EffectVerdict verdict) {
  return {.offer = 7,
          .name = std::move(name),
          .title = "",
          .from = day_begins(10, 22),
          .until = day_begins(11, 21),
          .uses = 120,
          .members = 80,
          .given = 1'250'000,
          .used = 400'000,
          .with_members = 900,
          .held_out = 100,
          .with_spent = 900 * 510'000,
          .held_out_spent = 100 * 490'000,
          .verdict = verdict};
}

Club club_with(std::vector<OfferFigures> figures, bool manager = true) {
  Club club = english_club();
  for (Cashier& one : club.cashiers) one.manager = manager;
  club.programme.insight = Insight{.until = day_begins(11, 21)};
  club.programme.figures = std::move(figures);
  return club;
}

TEST(EffectTold, lists_what_each_gave_and_what_it_brings) {
  OfferFigures gone = figures_of("yalda", EffectVerdict::not_measured);
  gone.is_over = true;
  gone.title = "Yalda night";
  EffectTalk talk{club_with({figures_of("regulars", EffectVerdict::more), gone})};
  EXPECT_EQ(talk.vanak("EFFECT"),
            "30 days until 2026-11-20:\n"
            "1. regulars: 120 times to 80, 1,250,000 rials, 400,000 rials used; brings more\n"
            "2. Yalda night, over: 120 times to 80, 1,250,000 rials, 400,000 rials used");
}

TEST(EffectTold, says_of_one_all_by_its_place_its_name_or_its_title) {
  OfferFigures titled = figures_of("fifty-visits", EffectVerdict::chance);
  titled.title = "بار ششم";
  EffectTalk talk{club_with({figures_of("regulars", EffectVerdict::less), titled})};
  const std::string told =
      "بار ششم, 2026-10-22 to 2026-11-20\n120 times to 80 members\n"
      "Given: 1,250,000 rials, of it used: 400,000 rials\n"
      "Spent a member: 510,000 rials with it, 490,000 rials without: no more than chance";
  for (const char* text : {"EFFECT 2", "EFFECT ۲", "effect Fifty-Visits", "EFFECT بار ششم"})
    EXPECT_EQ(talk.vanak(text), told) << text;
  EXPECT_THAT(talk.vanak("EFFECT regulars"), EndsWith("without: less, not by chance"));
  for (const char* text : {"EFFECT 0", "EFFECT 3", "EFFECT 2x", "EFFECT 99999999999999999999"})
    EXPECT_THAT(talk.vanak(text), StartsWith("No offer of the last 30 days is called")) << text;
}

TEST(EffectTold, does_not_claim_what_it_cannot_know) {
  EffectTalk talk{
      club_with({figures_of("few", EffectVerdict::too_few), figures_of("all", EffectVerdict::not_measured)})};
  EXPECT_THAT(talk.vanak("EFFECT few"), EndsWith("Held out: 100. Too few yet to say what it brings"));
  EXPECT_THAT(talk.vanak("EFFECT all"), HasSubstr("what it brings is not known"));
  EXPECT_THAT(talk.vanak("EFFECT few"), Not(HasSubstr("510,000")));
}

TEST(EffectTold, is_for_managers_and_comes_with_the_night) {
  EXPECT_EQ(EffectTalk{club_with({}, false)}.vanak("EFFECT"), "This command is for managers.");
  EXPECT_EQ(EffectTalk{club_with({})}.say(kShopper, "EFFECT"), "This command is for cashiers.");
  EXPECT_EQ(EffectTalk{club_with({})}.vanak("EFFECT"), "No offer ran in the last 30 days.");
  Club fresh = club_with({figures_of("regulars", EffectVerdict::more)});
  fresh.programme.insight.reset();
  EXPECT_EQ(EffectTalk{fresh}.vanak("EFFECT"), "There are no figures yet: they are made each night.");
}

TEST(EffectTold, is_one_text_of_however_many_and_says_how_many_it_leaves_out) {
  std::vector<OfferFigures> many;
  for (int i = 0; i < 50; ++i) {
    OfferFigures one = figures_of("offer-" + std::to_string(i), EffectVerdict::more);
    one.title = "پیشنهاد ویژه خریداران همیشگی شعبه تجریش، با نام دراز ";
    one.given = one.used = 900'000'000'000;
    one.with_spent = one.held_out_spent = 90'000'000'000;
    many.push_back(one);
  }
  EffectTalk talk{club_with(std::move(many))};
  for (const char* word : {"EFFECT", "اثر", "EFFECT 1", "اثر ۵۰"}) {
    const std::string text = talk.vanak(word);
    EXPECT_LE(templates::part_count(text, templates::choose(text)), 3U) << text;
  }
  EXPECT_THAT(talk.vanak("EFFECT"), EndsWith("more: EFFECT and a number or a name"));
  EXPECT_THAT(talk.vanak("EFFECT"), HasSubstr("\n1. "));
}

}  // namespace
}  // namespace peyk::tests::handlers_effect_told_test
