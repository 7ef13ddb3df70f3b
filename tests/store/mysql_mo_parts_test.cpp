// Long texts from phones, in a real MariaDB: joined once, however their parts come.
#include <random>
#include <thread>

#include "store/mysql/mo_parts.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_mo_parts_test {
namespace {

using namespace std::chrono_literals;
using store::AddedPart;
using store::MoPatience;

store::MoPart part(std::uint8_t reference, std::uint8_t total, std::uint8_t seq, std::string text,
                   handlers::PhoneNumber phone = kShopper) {
  store::MoPart part{.carrier = "rahyab",
                     .phone = phone,
                     .seq = seq,
                     .total = total,
                     .octets = std::move(text),
                     .data_coding = 0};
  part.message[0] = reference;
  part.message[1] = total;
  part.message[2] = static_cast<std::uint8_t>(phone % 251);
  return part;
}

std::string joined(const AddedPart& added) {
  std::string text;
  for (const store::MoPiece& piece : added.pieces) text += piece.octets;
  return text;
}

struct Parts {
  explicit Parts(const std::string& name) : database(name) {}

  AddedPart add(const store::MoPart& one) { return add_set({one}).front(); }
  std::vector<AddedPart> add_set(const std::vector<store::MoPart>& set) {
    auto added = store::add_mo_parts(database.connection, set, patience, now);
    database.connection.commit();
    return added;
  }
  void done(const store::MoPart& one, const AddedPart& added) {
    store::mo_texts_done(database.connection, std::vector{store::DoneMoText{one.message, added.begun_at}},
                         now);
    database.connection.commit();
  }
  std::vector<store::LostText> forget() {
    auto lost = store::forget_old_mo_texts(database.connection, patience, now, 100);
    database.connection.commit();
    return lost;
  }
  std::int64_t rows() const {
    return database.number("SELECT (SELECT COUNT(*) FROM mo_text) + (SELECT COUNT(*) FROM mo_part)");
  }

  TestDatabase database;
  MoPatience patience;
  rules::Instant now = kNoon;
};

TEST(MoParts, are_joined_in_any_order_once_the_last_one_is_there) {
  Parts parts("mo_any_order");
  EXPECT_EQ(joined(parts.add(part(1, 3, 3, "c"))), "");
  EXPECT_EQ(joined(parts.add(part(1, 3, 1, "a"))), "");
  EXPECT_EQ(joined(parts.add(part(1, 3, 3, "c"))), "") << "doubled";
  EXPECT_EQ(joined(parts.add(part(1, 3, 2, "b"))), "abc");
}

TEST(MoParts, are_joined_again_under_the_same_name_until_the_whole_is_done) {
  Parts parts("mo_again");
  parts.add(part(1, 2, 1, "a"));
  const AddedPart first = parts.add(part(1, 2, 2, "b"));
  parts.now += 5min;  // the process died in between, say
  const AddedPart second = parts.add(part(1, 2, 2, "b"));
  EXPECT_EQ(joined(second), "ab");
  EXPECT_EQ(second.begun_at, first.begun_at);
  parts.done(part(1, 2, 2, "b"), second);
  const AddedPart third = parts.add(part(1, 2, 2, "b"));
  EXPECT_TRUE(third.done_before);
  EXPECT_EQ(joined(third), "");
}

TEST(MoParts, of_a_finished_text_begin_no_other_when_they_are_sent_again) {
  Parts parts("mo_redelivered");
  parts.add(part(1, 2, 1, "a"));
  parts.done(part(1, 2, 2, "b"), parts.add(part(1, 2, 2, "b")));
  parts.now += 59min;
  EXPECT_TRUE(parts.add(part(1, 2, 1, "a")).done_before);
  EXPECT_TRUE(parts.forget().empty());
  parts.now += 1min;
  EXPECT_TRUE(parts.forget().empty()) << "a finished text is not a lost one";
  EXPECT_EQ(parts.rows(), 0);
}

TEST(MoParts, that_say_something_else_under_a_known_number_begin_a_new_text) {
  Parts parts("mo_reused");
  parts.add(part(1, 2, 1, "a"));
  const AddedPart done = parts.add(part(1, 2, 2, "b"));
  parts.done(part(1, 2, 2, "b"), done);
  parts.now += 1min;
  const AddedPart anew = parts.add(part(1, 2, 1, "x"));
  EXPECT_TRUE(anew.lost.empty()) << "the one before was finished";
  const AddedPart second = parts.add(part(1, 2, 2, "y"));
  EXPECT_EQ(joined(second), "xy");
  EXPECT_NE(second.begun_at, done.begun_at);
  // And when the one before was not finished, it is told.
  parts.add(part(2, 3, 1, "a"));
  parts.add(part(2, 3, 2, "b"));
  const AddedPart instead = parts.add(part(2, 3, 1, "z"));
  ASSERT_EQ(instead.lost.size(), 1U);
  EXPECT_EQ(instead.lost[0].parts, 2U);
  EXPECT_EQ(instead.lost[0].total, 3U);
  EXPECT_EQ(instead.lost[0].phone, kShopper);
}

TEST(MoParts, that_wait_for_a_day_in_vain_are_told_and_forgotten) {
  Parts parts("mo_lost");
  parts.add(part(1, 3, 1, "a"));
  parts.add(part(1, 3, 3, "c"));
  parts.now += 24h - 1s;
  EXPECT_TRUE(parts.forget().empty());
  parts.now += 1s;
  const auto lost = parts.forget();
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_EQ(lost[0].carrier, "rahyab");
  EXPECT_EQ(lost[0].parts, 2U);
  EXPECT_EQ(parts.rows(), 0);
}

TEST(MoParts, of_one_phone_are_bounded_and_take_no_room_from_another) {
  Parts parts("mo_bounded");
  parts.patience.texts_per_phone_max = 3;
  parts.add(part(100, 2, 1, "other", kOtherShopper));
  std::size_t lost = 0;
  for (std::uint8_t reference = 0; reference < 10; ++reference) {
    parts.now += 1s;
    lost += parts.add(part(reference, 2, 1, "a")).lost.size();
  }
  EXPECT_EQ(lost, 7U);
  EXPECT_EQ(parts.database.number("SELECT COUNT(*) FROM mo_text"), 4);
  EXPECT_EQ(joined(parts.add(part(9, 2, 2, "b"))), "ab") << "the newest stay";
  EXPECT_EQ(joined(parts.add(part(100, 2, 2, "!", kOtherShopper))), "other!");
}

TEST(MoParts, that_are_longer_than_any_is_are_cut_and_not_refused_for_ever) {
  Parts parts("mo_long");
  parts.add(part(1, 2, 1, std::string(70'000, 'a')));
  EXPECT_EQ(joined(parts.add(part(1, 2, 2, "b"))).size(), store::kMoPartOctetsMax + 1);
}

TEST(MoParts, that_come_in_one_set_are_judged_in_turn_over_the_same_rows) {
  Parts parts("mo_set");
  const auto added = parts.add_set({part(1, 2, 2, "b"), part(1, 3, 1, "A", kOtherShopper), part(1, 2, 2, "b"),
                                    part(1, 2, 1, "a"), part(1, 3, 3, "C", kOtherShopper), part(1, 2, 1, "a"),
                                    part(2, 2, 1, "x"), part(2, 2, 1, "y")});
  std::vector<std::string> texts;
  for (const AddedPart& one : added) texts.push_back(joined(one));
  EXPECT_EQ(texts, (std::vector<std::string>{"", "", "", "ab", "", "ab", "", ""}));
  ASSERT_EQ(added[7].lost.size(), 1U) << "another text under the same reference";
  EXPECT_EQ(added[7].lost[0].parts, 1U);
  EXPECT_EQ(joined(parts.add(part(1, 3, 2, "B", kOtherShopper))), "ABC");
  EXPECT_EQ(joined(parts.add(part(2, 2, 2, "z"))), "yz");
}

TEST(MoParts, cut_into_sets_anyhow_come_to_the_same_as_one_by_one) {
  Parts parts("mo_sets");
  parts.patience.texts_per_phone_max = 1000;
  std::mt19937 random(20260301);
  const auto below = [&random](unsigned limit) { return random() % limit; };
  const auto told = [](const AddedPart& one) {
    std::string words = joined(one) + (one.done_before ? " done" : "");
    for (const store::LostText& lost : one.lost) words += " lost " + std::to_string(lost.parts);
    return words;
  };
  std::vector<store::MoPart> one_by_one, in_sets;
  for (int i = 0; i < 300; ++i) {
    const auto reference = static_cast<std::uint8_t>(below(8));
    const auto total = static_cast<std::uint8_t>(2 + reference % 3);
    const auto seq = static_cast<std::uint8_t>(1 + below(total));
    const std::string text(1, static_cast<char>('a' + below(2)));
    one_by_one.push_back(part(reference, total, seq, text));
    in_sets.push_back(part(reference, total, seq, text, kOtherShopper));
  }
  std::vector<std::string> expected, seen;
  for (const store::MoPart& one : one_by_one) expected.push_back(told(parts.add(one)));
  for (std::size_t at = 0; at < in_sets.size();) {
    const std::size_t some = std::min<std::size_t>(1 + below(40), in_sets.size() - at);
    const auto from = in_sets.begin() + static_cast<std::ptrdiff_t>(at);
    const auto to = from + static_cast<std::ptrdiff_t>(some);
    for (const AddedPart& one : parts.add_set({from, to})) seen.push_back(told(one));
    at += some;
  }
  EXPECT_EQ(seen, expected);
}

TEST(MoParts, of_one_phone_are_bounded_within_a_set_too_and_one_that_was_given_up_begins_anew) {
  Parts parts("mo_bounded_set");
  parts.patience.texts_per_phone_max = 2;
  parts.add(part(50, 2, 1, "old"));
  const auto added = parts.add_set(
      {part(1, 2, 1, "a"), part(2, 2, 1, "a"), part(3, 2, 1, "a"), part(1, 2, 2, "b"), part(3, 2, 2, "b")});
  std::size_t lost = 0;
  for (const AddedPart& one : added) lost += one.lost.size();
  EXPECT_EQ(lost, 3U) << "50 for 2, 1 for 3, 2 for 1";
  EXPECT_EQ(joined(added[3]), "") << "its first part was given up";
  EXPECT_EQ(joined(added[4]), "ab");
  EXPECT_EQ(parts.database.number("SELECT COUNT(*) FROM mo_text"), 2);
  EXPECT_EQ(parts.database.number("SELECT COUNT(*) FROM mo_part"), 3);
}

TEST(MoParts, that_are_marked_done_are_exactly_those_that_were_named) {
  Parts parts("mo_marks");
  parts.add_set({part(1, 2, 1, "a"), part(1, 2, 2, "b"), part(2, 2, 1, "a"), part(2, 2, 2, "b"),
                 part(3, 2, 1, "a"), part(3, 2, 2, "b")});
  const std::vector<store::DoneMoText> done{{part(1, 2, 1, "").message, kNoon},
                                            {part(2, 2, 1, "").message, kNoon - 1s},  // a text before it
                                            {part(3, 2, 1, "").message, kNoon}};
  store::mo_texts_done(parts.database.connection, done, parts.now);
  parts.database.connection.commit();
  EXPECT_TRUE(parts.add(part(1, 2, 1, "a")).done_before);
  EXPECT_FALSE(parts.add(part(2, 2, 1, "a")).done_before);
  EXPECT_TRUE(parts.add(part(3, 2, 1, "a")).done_before);
}

TEST(MoParts, given_to_two_processes_at_once_are_joined_by_exactly_one_of_them) {
  Parts parts("mo_race");
  store::Connection other(parts.database.options());
  other.open();
  for (std::uint8_t reference = 0; reference < 50; ++reference) {
    AddedPart here, there;
    const auto add = [&](store::Connection& connection, std::uint8_t seq, AddedPart& added) {
      for (;;) {
        try {
          added =
              store::add_mo_parts(connection, std::vector{part(reference, 2, seq, "x")}, {}, kNoon).front();
          return connection.commit();
        } catch (const store::SqlError& e) {
          ASSERT_EQ(e.kind(), store::SqlError::Kind::conflict) << e.what();
          connection.rollback();
        }
      }
    };
    std::thread second([&] { add(other, 2, there); });
    add(parts.database.connection, 1, here);
    second.join();
    EXPECT_EQ(joined(here) + joined(there), "xx") << int(reference);
    store::mo_texts_done(other, std::vector{store::DoneMoText{part(reference, 2, 1, "").message, kNoon}},
                         kNoon);
    other.commit();
  }
}

}  // namespace
}  // namespace peyk::tests::mysql_mo_parts_test
