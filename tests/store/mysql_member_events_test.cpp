// Tags and events on a real database: kept as they were told, seen by offers, segments and look-ups, once
// however often and by whomever they are told, and forgotten with the membership.
#include <gmock/gmock.h>

#include "handlers/measures.hpp"
#include "handlers/tags.hpp"
#include "store/mysql/club_pages.hpp"
#include "store/mysql/tags.hpp"
#include "tests/store/shop_talk.hpp"

namespace peyk::tests::mysql_member_events_test {
namespace {

using nlohmann::json;
using rules::EffectKind;
using rules::Occasion;
using rules::WordSet;
using testing::HasSubstr;
using namespace std::chrono_literals;

rules::Condition has_word(WordSet set, const std::string& word) {
  rules::Condition condition{.set = set};
  condition.words = {rules::word_id(word)};
  condition.word_names = {word};
  return condition;
}

handlers::Club club_of_events() {
  handlers::Club club = stored_club();
  rules::Offer visitors{.name = "visitors", .title = "Visitors"};
  visitors.on = Occasion::event;
  visitors.when = {has_word(WordSet::event, "site-visit")};
  visitors.then = {{.kind = EffectKind::credit, .value = 20'000}};
  visitors.per_member_day = 1;
  visitors.budget = 30'000;
  rules::Offer answers{.name = "answers", .title = "Answers"};
  answers.on = Occasion::survey;
  answers.then = {{.kind = EffectKind::points, .value = 5}};
  answers.per_member_day = 1;
  club.programme.offers = {answers, visitors};
  club.programme.segments = {
      {.name = "students", .when = {has_word(WordSet::tag, "student")}},
      {.name = "unhappy",
       .when = {{.measure = rules::Measure::survey_score, .ranges = {{.from = 1, .to = 2}}}}}};
  return club;
}

class MysqlMemberEvents : public ShopTalk {
 protected:
  MysqlMemberEvents() : ShopTalk("member_events") {
    for (const auto phone : {kShopper, kOtherShopper}) say(shop, phone, "JOIN");
  }

  template <typename What>
  handlers::Request order(What what, const std::string& key) {
    return {.key = hash_of("order " + key),
            .fingerprint = hash_of(key),
            .received_at = kNoon,
            .what = handlers::TillOrder{{1, 12, "till-12"}, std::move(what)}};
  }
  handlers::Request visit(const std::string& id, const std::string& key,
                          handlers::PhoneNumber phone = kShopper) {
    return order(handlers::TillEvent{.phone = phone, .reference = id, .name = "site-visit", .at = {}}, key);
  }
  handlers::Request rating(const std::string& id, std::uint32_t score, std::uint64_t purchase = 0) {
    return order(handlers::TillEvent{.phone = kShopper,
                                     .reference = id,
                                     .name = "survey",
                                     .score = score,
                                     .purchase = purchase,
                                     .at = {}},
                 id);
  }
  json ask(handlers::Request request) {
    last = shop.ask(std::move(request));
    return json::parse(last.answer);
  }
  json tag(std::vector<std::string> tags, const std::string& key) {
    return ask(order(handlers::TillTags{.phone = kShopper, .tags = std::move(tags)}, key));
  }
  std::string tags() { return database.query("SELECT tag FROM member_tag ORDER BY tag"); }
  // In which segments she is, as a till reads it.
  std::string segments() {
    const handlers::Club club = store::load_clubs(database.connection).front();
    const auto page = store::load_member_page(database.connection, club, kShopper, kNoon);
    std::string names;
    const rules::Measures measures = handlers::measures_of(club, &page->member, page->facts, kNoon);
    for (const rules::Segment& segment : club.programme.segments)
      names += rules::all_hold(segment.when, measures) ? segment.name + ' ' : "";
    database.connection.rollback();
    return names;
  }

  Shop shop{database, 2, 200, club_of_events()};
};

TEST_F(MysqlMemberEvents, tags_are_kept_as_a_whole_and_seen_by_segments) {
  EXPECT_EQ(tag({"level-3", "student"}, "1")["tags"], json({"level-3", "student"}));
  EXPECT_EQ(tags(), "level-3\nstudent\n");
  EXPECT_EQ(segments(), "students ");
  tag({"همکار"}, "2");
  EXPECT_EQ(tags(), "همکار\n");
  EXPECT_EQ(segments(), "");
  tag({}, "3");
  EXPECT_EQ(tags(), "");
}

TEST_F(MysqlMemberEvents, tags_of_the_operator_come_beside_hers_and_leave_others_alone) {
  tag({"office"}, "1");
  store::SystemChance chance;
  const handlers::Directory directory(store::load_clubs(database.connection));
  const auto change = [&](handlers::TagChange what) {
    auto answer = store::change_tags(database.connection, chance, directory, what, kNoon);
    database.connection.commit();
    return answer;
  };
  const auto done = change({.member = {1, kShopper}, .added = {"student", "office"}, .removed = {"nothing"}});
  EXPECT_EQ(done.tags, (std::vector<std::string>{"office", "student"}));
  EXPECT_EQ(tags(), "office\nstudent\n");
  change({.member = {1, kOtherShopper}, .added = {"vip"}, .removed = {}});
  change({.member = {1, kShopper}, .added = {}, .removed = {"office", "student"}});
  EXPECT_EQ(tags(), "vip\n");
  EXPECT_EQ(change({.member = {1, 989129999999}, .added = {"x"}, .removed = {}}).what,
            handlers::Tagged::no_member);
}

TEST_F(MysqlMemberEvents, an_event_brings_its_credit_once_whoever_tells_it_how_often) {
  EXPECT_EQ(ask(visit("v-1", "a"))["credit"], 20'000);
  EXPECT_EQ(last.status, 201);
  EXPECT_THAT(heard(last, kShopper), HasSubstr("20,000"));
  EXPECT_EQ(database.query("SELECT origin, issued FROM lot"), "5\t20000\n");
  const json again = ask(visit("v-1", "b"));
  EXPECT_EQ(last.status, 200);
  EXPECT_EQ(again["duplicate"], true);
  EXPECT_EQ(again["credit"], 20'000);
  EXPECT_EQ(ask(visit("v-1", "c", kOtherShopper))["status"], 422);
  EXPECT_EQ(ask(visit("v-2", "d"))["credit"], 0) << "once a day";
  EXPECT_EQ(ask(visit("v-3", "e", kOtherShopper))["credit"], 10'000) << "what is left of the budget";
  EXPECT_EQ(database.number("SELECT spent FROM offer WHERE name = 'visitors'"), 30'000);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM member_event"), 3);
  EXPECT_EQ(balance(kShopper), 20'000);
  database.expect_clean_ledger();
}

TEST_F(MysqlMemberEvents, the_same_event_told_many_times_at_once_is_one) {
  std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
  for (std::uint64_t turn = 0; turn < 8; ++turn)
    requests.emplace_back(turn, visit("v-1", "at once " + std::to_string(turn)));
  int fresh = 0;
  for (const store::Result& result : shop.ask_all(std::move(requests))) fresh += result.status == 201 ? 1 : 0;
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM member_event"), 1);
  EXPECT_EQ(balance(kShopper), 20'000);
  database.expect_clean_ledger();
}

TEST_F(MysqlMemberEvents, a_purchase_is_rated_once_and_the_rating_is_seen_by_segments) {
  const std::string bought =
      json::parse(shop.ask(purchase_of(kShopper, 1'000'000, "A-1", "A-1")).answer)["id"];
  const std::uint64_t purchase = std::stoull(bought);
  EXPECT_EQ(ask(rating("s-1", 2, purchase))["points"], 5);
  EXPECT_EQ(segments(), "unhappy ");
  EXPECT_EQ(database.query("SELECT score, purchase_id FROM survey_score"), "2\t" + bought + "\n");
  EXPECT_THAT(ask(rating("s-2", 5, purchase))["type"].get<std::string>(), HasSubstr("already-rated"));
  EXPECT_EQ(segments(), "unhappy ");
  EXPECT_EQ(ask(rating("s-3", 5))["points"], 0) << "once a day";
  EXPECT_EQ(segments(), "");
  EXPECT_EQ(ask(rating("s-4", 5, purchase + 1'000'000))["status"], 404);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM member_event"), 2);
  EXPECT_EQ(database.number("SELECT points FROM standing"), 5);
}

TEST_F(MysqlMemberEvents, what_was_said_of_her_goes_with_the_membership) {
  tag({"student"}, "1");
  ask(rating("s-1", 2));
  store::SystemChance chance;
  const handlers::Directory directory(store::load_clubs(database.connection));
  store::change_tags(database.connection, chance, directory,
                     {.member = {1, kOtherShopper}, .added = {"vip"}, .removed = {}}, kNoon);
  database.connection.commit();
  say(shop, kShopper, "LEAVE");
  const std::string number = database.query("SELECT number FROM pending WHERE kind = 8").substr(0, 5);
  EXPECT_THAT(say(shop, kShopper, number), HasSubstr("You have left"));
  EXPECT_EQ(tags(), "vip\n");
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM survey_score"), 0);
  say(shop, kShopper, "JOIN");
  EXPECT_EQ(segments(), "");
}

}  // namespace
}  // namespace peyk::tests::mysql_member_events_test
