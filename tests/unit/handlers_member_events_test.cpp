// What others say of a member, decided without a wire: her tags, by a till and by a manager's text; what she
// did, and how she rates the club; each with its "no".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "handlers/tags.hpp"
#include "templates/dates.hpp"
#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_member_events_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using nlohmann::json;
using rules::Condition;
using rules::EffectKind;
using rules::Occasion;
using rules::WordSet;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Condition has_word(WordSet set, const std::string& word) {
  Condition condition{.set = set};
  condition.words = {rules::word_id(word)};
  condition.word_names = {word};
  return condition;
}

rules::Offer gift_of(std::string name, Occasion on, std::vector<Condition> when, rules::OfferEffect then) {
  rules::Offer offer{.name = std::move(name), .title = "Thanks"};
  offer.on = on;
  offer.when = std::move(when);
  offer.then = {std::move(then)};
  offer.per_member_day = 1;
  return offer;
}

// 20,000 for a visit to the site, 5 points for any survey, 30,000 more for a bad one; 10,000 to students on
// each purchase of a day.
Club club_of_events() {
  Club club = english_club();
  club.cashiers[1].manager = true;
  auto& offers = club.programme.offers;
  offers.push_back(gift_of("answers", Occasion::survey, {}, {.kind = EffectKind::points, .value = 5}));
  offers.push_back(gift_of("sorry", Occasion::survey,
                           {{.measure = rules::Measure::survey_score, .ranges = {{1, 2}}}},
                           {.kind = EffectKind::credit, .value = 30'000}));
  offers.push_back(gift_of("students", Occasion::purchase, {has_word(WordSet::tag, "student")},
                           {.kind = EffectKind::credit, .value = 10'000}));
  offers.push_back(gift_of("visitors", Occasion::event, {has_word(WordSet::event, "site-visit")},
                           {.kind = EffectKind::credit, .value = 20'000}));
  for (std::uint32_t i = 0; i < offers.size(); ++i) {
    offers[i].id = i + 1;
    offers[i].version = i + 11;
  }
  club.programme.segments = {
      {.name = "dissatisfied", .when = {{.measure = rules::Measure::survey_score, .ranges = {{1, 2}}}}}};
  return club;
}

class MemberEvents : public ClubTalk {
 protected:
  explicit MemberEvents(const Club& club = club_of_events()) : ClubTalk(club) {}

  template <typename What>
  int order(What what, const std::string& key = "till-12") {
    Request request;
    request.what = TillOrder{{1, 12, key}, std::move(what)};
    const Outcome outcome = store.handle(request, now);
    EXPECT_THAT(store.audit(), IsEmpty());
    EXPECT_THAT(outcome.answer, Not(HasSubstr("9120000101"))) << "answers are kept: none names a phone";
    heard.clear();
    for (const OutgoingText& one : outcome.texts) heard += one.text;
    changed = outcome.effects.size();
    body = json::parse(outcome.answer);
    return outcome.status;
  }
  int visit(const std::string& id, const std::string& name = "site-visit") {
    return order(TillEvent{.phone = kShopper, .reference = id, .name = name, .at = {}});
  }
  int rate(const std::string& id, std::uint32_t score, std::uint64_t purchase = 0) {
    return order(TillEvent{.phone = kShopper,
                           .reference = id,
                           .name = "survey",
                           .score = score,
                           .purchase = purchase,
                           .at = {}});
  }
  int tag(std::vector<std::string> tags, PhoneNumber phone = kShopper) {
    return order(TillTags{.phone = phone, .tags = std::move(tags)});
  }
  std::string problem() const { return body["type"].get<std::string>().substr(17); }
  std::uint64_t bought(const std::string& invoice) {
    buy(kShopper, 1'000'000, invoice);
    return store.purchases().at({1, 12, invoice}).id;
  }
  std::vector<std::string> tags() const {
    return store.tags().empty() ? std::vector<std::string>() : store.tags().begin()->second;
  }
  std::uint32_t score() const {
    return store.survey_scores().empty() ? 0 : store.survey_scores().begin()->second.score;
  }

  json body;
  std::string heard;
  std::size_t changed = 0;
};

TEST_F(MemberEvents, a_till_sets_the_whole_list_of_tags_and_the_same_again_changes_nothing) {
  EXPECT_EQ(tag({"level-3", "student"}), 200);
  EXPECT_EQ(body["tags"], json({"level-3", "student"}));
  EXPECT_EQ(heard, "") << "a tag is the club's note";
  EXPECT_THAT(tags(), ElementsAre("level-3", "student"));
  EXPECT_EQ(tag({"level-3", "student"}), 200);
  EXPECT_EQ(changed, 0U);
  EXPECT_EQ(tag({"office"}), 200);
  EXPECT_THAT(tags(), ElementsAre("office")) << "what is not in the list is taken off";
  EXPECT_EQ(tag({}), 200);
  EXPECT_THAT(tags(), IsEmpty());
  EXPECT_EQ(tag({"office"}, kFriend), 404);
  EXPECT_EQ(problem(), "unknown-member");
}

TEST_F(MemberEvents, who_has_the_tag_gets_what_an_offer_has_for_it) {
  const rules::Amount before = balance(kShopper);
  buy(kShopper, 1'000'000, "A-1");
  EXPECT_EQ(balance(kShopper) - before, 50'000) << "the club's own credit";
  tag({"student"});
  now += 24h;
  buy(kShopper, 1'000'000, "A-2");
  EXPECT_EQ(balance(kShopper) - before, 50'000 + 60'000);
  tag({"office"});
  now += 24h;
  buy(kShopper, 1'000'000, "A-3");
  EXPECT_EQ(balance(kShopper) - before, 160'000);
}

TEST_F(MemberEvents, a_manager_tags_by_text_and_no_other_cashier_does) {
  EXPECT_THAT(tajrish("TAG 0912 000 0101 Student LEVEL-3"), HasSubstr("tags: level-3, student"));
  EXPECT_THAT(tags(), ElementsAre("level-3", "student"));
  EXPECT_THAT(tajrish("برچسب ۰۹۱۲۰۰۰۰۱۰۱ همكار"), HasSubstr("همکار")) << "an Arabic Kaf is none";
  EXPECT_THAT(tags(), ElementsAre("level-3", "student", "همکار"));
  EXPECT_THAT(tajrish("CUSTOMER 09120000101"), HasSubstr("Tags: level-3, student"));
  EXPECT_THAT(tajrish("UNTAG 09120000101 student"), Not(HasSubstr("student")));
  EXPECT_THAT(tajrish("بی‌برچسب 09120000101 همکار"), HasSubstr("level-3"));
  EXPECT_THAT(tajrish("UNTAG 09120000101 level-3"), HasSubstr("has no tags"));
  EXPECT_THAT(tags(), IsEmpty());

  EXPECT_THAT(vanak("TAG 09120000101 student"), HasSubstr("for managers"));
  EXPECT_THAT(say(kShopper, "TAG 09120000101 student"), HasSubstr("for cashiers"));
  EXPECT_THAT(tajrish("TAG 09120000102 student"), HasSubstr("is not a member"));
  EXPECT_THAT(tajrish("TAG 09120000101"), HasSubstr("TAG 09121234567 student"));
  EXPECT_THAT(tajrish("UNTAG student"), HasSubstr("UNTAG 09121234567 student"));
  EXPECT_THAT(tajrish("TAG 09120000101 a/b"), HasSubstr("\"a/b\" cannot be a tag"));
  EXPECT_THAT(tags(), IsEmpty());
}

TEST_F(MemberEvents, twenty_tags_are_the_most) {
  std::string many = "TAG 09120000101";
  for (int i = 0; i < 20; ++i) many += " t" + std::to_string(i);
  EXPECT_THAT(tajrish(many), HasSubstr("t0"));
  EXPECT_THAT(tajrish("TAG 09120000101 another"), HasSubstr("more than 20 tags"));
  EXPECT_EQ(tags().size(), kTagsMax);
  EXPECT_THAT(tajrish("TAG 09120000101 t7"), HasSubstr("t0")) << "she has it";
}

TEST_F(MemberEvents, tags_and_ratings_go_with_the_membership) {
  tag({"student"});
  rate("s-1", 2);
  confirm(kShopper, "LEAVE");
  EXPECT_TRUE(store.tags().empty());
  EXPECT_TRUE(store.survey_scores().empty());
  EXPECT_EQ(tag({"student"}), 404);
  EXPECT_EQ(visit("v-1"), 404);
}

TEST_F(MemberEvents, an_event_brings_what_its_offer_gives_and_she_hears_of_it) {
  EXPECT_EQ(visit("v-1"), 201);
  EXPECT_EQ(body["credit"], 20'000);
  EXPECT_EQ(body["offers"][0],
            json({{"offer", "visitors"}, {"title", "Thanks"}, {"effect", "credit"}, {"value", 20'000}}));
  EXPECT_EQ(body["codes"][0]["amount"], 20'000);
  EXPECT_EQ(body["score"], nullptr);
  EXPECT_EQ(body["tier"], nullptr) << "this club has none";
  EXPECT_EQ(body["duplicate"], false);
  EXPECT_THAT(heard, HasSubstr(body["codes"][0]["code"].get<std::string>()));
  EXPECT_EQ(balance(kShopper), 20'000);
  EXPECT_EQ(store.lots().rbegin()->second.origin, LotOrigin::occasion);
  EXPECT_THAT(store.grants().back().facts, HasSubstr("site-visit"));
}

TEST_F(MemberEvents, told_again_it_has_its_first_answer_and_with_other_content_it_is_refused) {
  visit("v-1");
  const json first = body;
  now += 24h;
  EXPECT_EQ(visit("v-1"), 200);
  EXPECT_EQ(body["duplicate"], true);
  EXPECT_EQ(body["codes"], first["codes"]);
  EXPECT_EQ(heard, "");
  EXPECT_EQ(changed, 0U);
  EXPECT_EQ(visit("v-1", "another"), 422);
  EXPECT_EQ(problem(), "event-already-told");
  EXPECT_EQ(
      order(TillEvent{.phone = kShopper, .reference = "v-1", .name = "site-visit", .at = {}}, "till-14"), 201)
      << "of another key it is another event";
  EXPECT_EQ(balance(kShopper), 40'000);
}

TEST_F(MemberEvents, an_offer_gives_once_a_day_whatever_its_teller_says_of_the_day) {
  visit("v-1");
  EXPECT_EQ(visit("v-2"), 201);
  EXPECT_EQ(body["credit"], 0);
  EXPECT_THAT(body["offers"], IsEmpty());
  EXPECT_EQ(heard, "");
  EXPECT_EQ(order(TillEvent{.phone = kShopper, .reference = "v-3", .name = "site-visit", .at = now - 72h}),
            201);
  EXPECT_EQ(body["credit"], 0) << "nobody earns in the past";
  EXPECT_EQ(body["at"], "2026-11-18T09:00:00Z");
  now += 24h;
  EXPECT_EQ(visit("v-4"), 201);
  EXPECT_EQ(body["credit"], 20'000);
  EXPECT_EQ(order(TillEvent{.phone = kShopper, .reference = "v-5", .name = "site-visit", .at = now + 1h}),
            422);
  EXPECT_EQ(problem(), "invalid-order");
}

TEST_F(MemberEvents, an_event_that_no_offer_names_is_recorded_and_brings_nothing) {
  EXPECT_EQ(visit("v-1", "newsletter"), 201);
  EXPECT_EQ(body["credit"], 0);
  EXPECT_EQ(store.member_events().size(), 1U);
  EXPECT_EQ(heard, "");
  EXPECT_EQ(order(TillEvent{.phone = kFriend, .reference = "v-2", .name = "newsletter", .at = {}}), 404);
  EXPECT_EQ(problem(), "unknown-member");
}

TEST_F(MemberEvents, a_survey_is_her_last_rating_and_brings_what_its_offers_give) {
  EXPECT_EQ(rate("s-1", 5), 201);
  EXPECT_EQ(body["points"], 5);
  EXPECT_EQ(body["credit"], 0);
  EXPECT_EQ(body["score"], 5);
  EXPECT_EQ(score(), 5U);
  EXPECT_THAT(heard, HasSubstr("5 points"));
  now += 24h;
  EXPECT_EQ(rate("s-2", 1), 201);
  EXPECT_EQ(body["credit"], 30'000) << "by the score of this answer";
  EXPECT_EQ(score(), 1U);
  EXPECT_THAT(tajrish("CUSTOMER 09120000101"), HasSubstr("dissatisfied"));
  EXPECT_EQ(rate("s-3", 1), 201);
  EXPECT_EQ(body["points"], 0) << "once a day";
  EXPECT_EQ(
      order(TillEvent{.phone = kShopper, .reference = "s-4", .name = "survey", .score = 4, .at = now - 1h}),
      201);
  EXPECT_EQ(score(), 1U) << "it is older than her last";
}

class PointsMakeTiers : public MemberEvents {
 protected:
  explicit PointsMakeTiers(const std::string& message = "") : MemberEvents(club_of_tiers(message)) {}
  static Club club_of_tiers(const std::string& message) {
    Club club = club_of_events();
    club.programme.tiers = {.by = rules::TierMeasure::points,
                            .period_days = 30,
                            .grace_days = 10,
                            .tiers = {{.name = "silver", .title = "Silver", .from = 5},
                                      {.name = "gold", .title = "Gold", .from = 10}}};
    rules::Offer& visitors = club.programme.offers.back();
    visitors.then.front().valid_days = 1;
    visitors.then.push_back({.kind = EffectKind::points, .value = 10});
    visitors.message = message;
    return club;
  }
};

TEST_F(PointsMakeTiers, and_the_text_and_the_answer_of_an_answered_survey_tell_of_a_new_one) {
  EXPECT_EQ(rate("s-1", 5), 201);
  EXPECT_EQ(body["tier"], "silver");
  EXPECT_THAT(heard, testing::AllOf(HasSubstr("5 points"), HasSubstr("You are Silver now, until ")));
  const json first = body;
  EXPECT_EQ(rate("s-1", 5), 200);
  EXPECT_EQ(body["tier"], first["tier"]) << "told again, it has its first answer";
  EXPECT_EQ(heard, "");
  EXPECT_EQ(rate("s-2", 5), 201);
  EXPECT_EQ(body["tier"], "silver") << "it brought nothing, and she stays what she is";
  EXPECT_EQ(heard, "");
  now += 24h;
  EXPECT_EQ(rate("s-3", 5), 201);
  EXPECT_EQ(body["tier"], "gold");
  EXPECT_THAT(heard, HasSubstr("You are Gold now"));
  now += 24h;
  EXPECT_EQ(rate("s-4", 5), 201);
  EXPECT_EQ(body["tier"], "gold");
  EXPECT_THAT(heard, Not(HasSubstr("Gold"))) << "she was told";
}

TEST_F(PointsMakeTiers, and_who_is_told_of_one_at_night_hears_of_it_in_the_morning_while_its_code_is_good) {
  const rules::Instant day = templates::start_of_local_day(now, "Asia/Tehran");
  now = day + 21h;
  Request request;
  request.what = TillOrder{{1, 12, "till-12"},
                           TillEvent{.phone = kShopper, .reference = "v-1", .name = "site-visit", .at = {}}};
  const Outcome outcome = store.handle(request, now);
  ASSERT_EQ(outcome.texts.size(), 1U);
  EXPECT_THAT(outcome.texts[0].text, HasSubstr("You are Gold now"));
  EXPECT_EQ(outcome.texts[0].send_at, day + 34h);
  const rules::Instant end = store.lots().rbegin()->second.expires_at;
  EXPECT_LT(end, outcome.texts[0].send_at + 34h);
  EXPECT_EQ(outcome.texts[0].valid_until, end) << "and not as long as other texts live";
}

class PointsAndWordsOfTheClub : public PointsMakeTiers {
 protected:
  PointsAndWordsOfTheClub() : PointsMakeTiers("Thanks from {club}: {credit}, code {code}, until {until}") {}
};

TEST_F(PointsAndWordsOfTheClub, are_told_together) {
  EXPECT_EQ(visit("v-1"), 201);
  EXPECT_THAT(heard, testing::AllOf(HasSubstr("Thanks from نان و نمک: 20,000 rials, code "),
                                    HasSubstr("\nYou are Gold now, until ")));
}

class PointsAndManyWords : public PointsMakeTiers {
 protected:
  PointsAndManyWords() : PointsMakeTiers(words()) {}
  // Three parts by themselves.
  static std::string words() {
    std::string words = "{code} ";
    while (words.size() < 300) words += "thank you ";
    for (int i = 0; i < 140; ++i) words += "!";
    return words;
  }
};

TEST_F(PointsAndManyWords, give_way_to_the_usual_words_where_three_parts_cannot_hold_both) {
  EXPECT_EQ(visit("v-1"), 201);
  EXPECT_THAT(heard, testing::AllOf(HasSubstr("A thank you from"), HasSubstr("You are Gold now"),
                                    HasSubstr(body["codes"][0]["code"].get<std::string>())));
}

class BestAnswers : public MemberEvents {
 protected:
  BestAnswers() : MemberEvents(club_of_best()) {}
  static Club club_of_best() {
    Club club = club_of_events();
    for (rules::Offer& offer : club.programme.offers) offer.stacking = rules::Stacking::best;
    return club;
  }
};

TEST_F(BestAnswers, of_offers_that_say_best_one_is_given_a_day_however_often_she_answers) {
  EXPECT_EQ(rate("s-1", 5), 201);
  EXPECT_EQ(body["points"], 5);
  EXPECT_EQ(rate("s-2", 1), 201);
  EXPECT_EQ(body["credit"], 0) << "she had the best of her first answer";
  now += 24h;
  EXPECT_EQ(rate("s-3", 1), 201);
  EXPECT_EQ(body["credit"], 30'000);
}

TEST_F(MemberEvents, a_purchase_is_rated_once_by_her_who_bought_and_by_nobody_else) {
  const std::uint64_t purchase = bought("A-1");
  EXPECT_EQ(rate("s-1", 4, purchase), 201);
  now += 48h;
  EXPECT_EQ(rate("s-2", 1, purchase), 422);
  EXPECT_EQ(problem(), "already-rated");
  EXPECT_EQ(score(), 4U);
  EXPECT_EQ(balance(kShopper), 50'000);
  EXPECT_EQ(rate("s-1", 4, purchase), 200);
  EXPECT_EQ(rate("s-3", 5, bought("A-2")), 201);
  say(kFriend, "JOIN");
  EXPECT_EQ(order(TillEvent{.phone = kFriend,
                            .reference = "s-4",
                            .name = "survey",
                            .score = 5,
                            .purchase = purchase,
                            .at = {}}),
            404);
  EXPECT_EQ(problem(), "unknown-purchase");
  EXPECT_EQ(rate("s-5", 5, 999'999), 404);
}

TEST(Tags, are_one_word_as_it_is_folded) {
  EXPECT_EQ(tag_of(" Student "), "student");
  EXPECT_EQ(tag_of("LEVEL_3"), "level_3");
  EXPECT_EQ(tag_of("سطح\u200c۳"), "سطح3");
  EXPECT_EQ(tag_of(std::string(40, 'a')), std::string(40, 'a'));
  for (const char* wrong : {"", " ", "two words", "a,b", "a;b", "a/b", "#a", "{a}", "a\nb", "\xFF", "😀"})
    EXPECT_FALSE(tag_of(wrong)) << wrong;
  EXPECT_FALSE(tag_of(std::string(41, 'a')));
  EXPECT_FALSE(tag_of(std::string(100'000, 'a')));
}

TEST(Tags, come_and_go_whatever_was_there) {
  const std::vector<std::string> added{"b", "a", "b"}, removed{"c", "x"};
  EXPECT_THAT(with_changes({"c", "d"}, added, removed), ElementsAre("a", "b", "d"));
  EXPECT_THAT(with_changes({}, {}, removed), IsEmpty());
  EXPECT_THAT(with_changes({"a"}, added, added), ElementsAre("a", "b")) << "put on last";
}

}  // namespace
}  // namespace peyk::tests::handlers_member_events_test
