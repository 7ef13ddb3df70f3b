// Two clubs on one line: which of them is meant, and what they say of how to reach them.
#include <gmock/gmock.h>

#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_shared_line_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Club club_of(ClubId id, const std::string& keyword) {
  Club club = english_club();
  club.id = id;
  club.slug = keyword;
  club.name = keyword + " house";
  club.keyword = keyword;
  club.ussd_root = "*700" + std::to_string(id);
  club.till_keys.clear();
  return club;
}

class SharedLine : public ClubTalk {
 protected:
  explicit SharedLine(std::vector<Club> clubs = three()) : ClubTalk(std::move(clubs)) {}

  // The cashier of branch 12 is one of bread and of milk, and of salt is nobody of these.
  static std::vector<Club> three() {
    std::vector<Club> clubs = {club_of(1, "salt"), club_of(2, "bread"), club_of(3, "milk")};
    clubs[0].cashiers.clear();
    clubs[2].cashiers.resize(1);
    return clubs;
  }

  bool is_member(ClubId club) const {
    for (const auto& [id, member] : store.members()) {
      if (member.club == club && member.phone == kShopper) return true;
    }
    return false;
  }
};

TEST_F(SharedLine, a_bare_command_is_meant_for_the_one_club_whose_member_she_is) {
  say(kShopper, "bread JOIN");
  EXPECT_THAT(say(kShopper, "CREDIT"), HasSubstr("bread house"));
  EXPECT_THAT(say(kShopper, "LEAVE"), AllOf(HasSubstr("Leaving the bread house"), HasSubstr(number())));
  EXPECT_THAT(say(kShopper, number()), HasSubstr("left the bread house"));
  EXPECT_FALSE(is_member(2));
}

TEST_F(SharedLine, of_several_clubs_none_is_guessed) {
  say(kShopper, "salt JOIN");
  say(kShopper, "milk JOIN");
  for (const char* text : {"LEAVE", "CREDIT", "CODES", "GIVE 09120000102 50000", "HELP", "1234567"}) {
    EXPECT_THAT(say(kShopper, text),
                AllOf(HasSubstr("salt, milk"), HasSubstr("Nothing was done"), Not(HasSubstr("bread"))))
        << text;
    EXPECT_EQ(effects, 0U) << text;
  }
  EXPECT_THAT(say(kShopper, "milk LEAVE"), HasSubstr("Leaving the milk house"));
  say(kShopper, number());
  EXPECT_TRUE(is_member(1));
  EXPECT_FALSE(is_member(3));
  EXPECT_THAT(say(kShopper, "CREDIT"), HasSubstr("salt house")) << "now there is one";
}

TEST_F(SharedLine, who_is_no_member_is_told_of_every_club_and_joins_by_its_word) {
  EXPECT_THAT(say(kShopper, "JOIN"), HasSubstr("salt, bread, milk"));
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(say(kShopper, "CREDIT"), HasSubstr("salt, bread, milk"));
  say(kShopper, "bread JOIN");
  EXPECT_THAT(say(kShopper, "JOIN"), HasSubstr("salt, bread, milk")) << "who joins means another one";
}

TEST_F(SharedLine, what_is_no_command_is_answered_once_an_hour) {
  EXPECT_THAT(say(kShopper, "good morning"), HasSubstr("salt, bread, milk"));
  EXPECT_EQ(say(kShopper, "good morning"), "");
  now += 61min;
  EXPECT_THAT(say(kShopper, "good morning"), HasSubstr("salt, bread, milk"));
}

TEST_F(SharedLine, a_cashier_of_two_clubs_is_asked_and_one_of_one_club_is_not) {
  EXPECT_THAT(say(kCashier12, "1234567"), AllOf(HasSubstr("bread, milk"), Not(HasSubstr("salt"))));
  EXPECT_THAT(say(kCashier12, "milk 1234567"), HasSubstr("not found"));
  EXPECT_THAT(say(kCashier14, "1234567"), HasSubstr("not found"));
}

TEST_F(SharedLine, what_a_text_tells_her_to_send_reaches_the_club_that_says_it) {
  EXPECT_THAT(say(kShopper, "milk JOIN"), AllOf(HasSubstr("milk CREDIT"), HasSubstr("milk LEAVE")));
  EXPECT_THAT(say(kShopper, "milk HELP"), AllOf(HasSubstr("milk GIVE"), HasSubstr("milk LANG FA")));
  EXPECT_THAT(say(kShopper, "bread CREDIT"), HasSubstr("bread JOIN"));
  EXPECT_THAT(say(kCashier12, "milk HELP"), HasSubstr("milk 1234567"));
}

TEST_F(SharedLine, stop_holds_for_the_number_and_names_no_club) {
  say(kShopper, "milk JOIN");
  for (const char* text : {"11", "STOP", "START"})
    EXPECT_THAT(say(kShopper, text), AllOf(HasSubstr("this number"), Not(HasSubstr("house")))) << text;
}

TEST_F(SharedLine, a_persian_is_asked_in_persian) {
  EXPECT_THAT(say(kShopper, "اعتبار"), HasSubstr("چند باشگاه"));
  say(kShopper, "bread عضویت");
  say(kShopper, "milk عضویت");
  EXPECT_THAT(say(kShopper, "CREDIT"), HasSubstr("چند باشگاه")) << "as she chose when she joined";
}

TEST(OneClubOnALine, needs_no_word) {
  MemoryStore store({club_of(1, "salt")}, 7);
  Request request;
  request.what = TextRequest{.from = kShopper, .line = "30001234", .text = "JOIN"};
  const auto outcome = store.handle(request, std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 9h);
  EXPECT_THAT(outcome.texts.at(0).text, AllOf(HasSubstr("Text CREDIT"), Not(HasSubstr("salt CREDIT"))));
}

class TwoQuestions : public SharedLine {
 protected:
  TwoQuestions() : SharedLine(two()) {
    for (const char* word : {"salt ", "bread "}) say(kShopper, word + std::string("JOIN"));
  }
  static std::vector<Club> two() { return {club_of(1, "salt"), club_of(2, "bread")}; }
  std::uint32_t misses(ClubId club, PendingKind kind) const {
    return store.pendings().at({club, kShopper, kind}).misses;
  }
};

TEST_F(TwoQuestions, a_wrong_number_counts_in_every_club_that_it_may_be_meant_for) {
  say(kShopper, "salt LEAVE");
  say(kShopper, "bread LEAVE");
  const std::string wrong = number() == "11111" ? "22222" : "11111";
  EXPECT_THAT(say(kShopper, wrong), HasSubstr("2 tries left"));
  EXPECT_EQ(misses(1, PendingKind::leave), 1U);
  EXPECT_EQ(misses(2, PendingKind::leave), 1U);
  say(kShopper, wrong);
  EXPECT_THAT(say(kShopper, wrong), HasSubstr("third time"));
  EXPECT_THAT(say(kShopper, number()), HasSubstr("Try again in 10 minutes"));
  EXPECT_THAT(say(kShopper, "salt LEAVE"), HasSubstr("Try again in 10 minutes"));
  EXPECT_TRUE(is_member(1) && is_member(2));
}

// Whoever takes codes for one club is nobody of the other.
class OwnCashiers : public SharedLine {
 protected:
  static constexpr PhoneNumber kApart = 1'000;

  OwnCashiers() : SharedLine(two()) { say(kShopper, "salt JOIN"); }
  static std::vector<Club> two() {
    std::vector<Club> clubs{club_of(1, "salt"), club_of(2, "bread")};
    for (Cashier& cashier : clubs[1].cashiers) cashier.phone += kApart;
    return clubs;
  }
};

TEST_F(OwnCashiers, take_no_code_of_the_other_club_and_hear_what_they_hear_of_nobodys) {
  const std::string code = earn(kShopper, 200'000), nobodys = code == "1000001" ? "1000002" : "1000001";
  for (const char* order : {"", " 850000 4321"}) {
    std::string heard = say(kCashier12 + kApart, code + order);
    ASSERT_THAT(heard, HasSubstr("not found"));
    heard.replace(heard.find(code), code.size(), nobodys);
    EXPECT_EQ(say(kCashier12 + kApart, nobodys + order), heard);
  }
  EXPECT_TRUE(store.redemptions().empty());
  vanak(code + " 850000 4321");
  EXPECT_EQ(store.redemptions().size(), 1U) << "her own club's takes it";
}

TEST_F(TwoQuestions, the_number_of_one_club_does_nothing_in_the_other) {
  say(kShopper, "salt LEAVE");
  const std::string salt = number();
  say(kShopper, "bread LEAVE");
  EXPECT_THAT(say(kShopper, "bread " + salt), HasSubstr("Wrong number"));
  EXPECT_THAT(say(kShopper, salt), HasSubstr("left the salt house"));
  EXPECT_TRUE(is_member(2));
}

}  // namespace
}  // namespace peyk::tests::handlers_shared_line_test
