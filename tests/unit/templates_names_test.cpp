#include "templates/names.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace peyk::tests::templates_names_test {
namespace {

using templates::parse_name;

TEST(Names, are_taken_as_people_write_them) {
  const std::pair<const char*, const char*> kNames[] = {{"سارا احمدی", "سارا احمدی"},
                                                        {"علي كريمي", "علی کریمی"},
                                                        {"  سارا   احمدی ", "سارا احمدی"},
                                                        {"سارا\u00A0احمدی", "سارا احمدی"},
                                                        {"می\u200cنا", "می\u200cنا"},
                                                        {"\u202Bسارا\u202C", "سارا"},
                                                        {"محـــمد", "محمد"},
                                                        {"sara ahmadi", "Sara Ahmadi"},
                                                        {"Sara ahmadi", "Sara ahmadi"},
                                                        {"M. O'Neil", "M. O'Neil"},
                                                        {"anne-marie", "Anne-Marie"},
                                                        {"Ａｎｎ", "Ann"},
                                                        {"Martin Luther King Jr.", "Martin Luther King Jr."},
                                                        {"José", "José"}};
  for (const auto& [typed, name] : kNames) EXPECT_EQ(parse_name(typed, 60), name) << typed;
}

TEST(Names, are_refused_where_a_text_could_be_led_astray) {
  for (const auto* typed : {"",
                            " ",
                            "{code}",
                            "Sara {amount}",
                            "Sara\nOff11",
                            "Sara\u2028Ahmadi",
                            "www.evil.ir",
                            "evil.ir",
                            "t.me",
                            "https://evil.ir",
                            "evil.ir/x",
                            "a@b.ir",
                            "Sara 4417203",
                            "سارا ۱۲۳۴۵",
                            "<b>",
                            "-",
                            "Sara-",
                            "-Sara",
                            "Sara--Ann",
                            "S\u200c\u200cA",
                            ".Sara",
                            "Sara..",
                            "Sara, Ann",
                            "Sara\tAnn",
                            "Sara\x01",
                            "Sara\xFF",
                            "😀",
                            "Sara 😀",
                            "Z\u0316\u0317\u0318\u0319algo",
                            "\u064Bا"}) {
    EXPECT_FALSE(parse_name(typed, 60)) << typed;
  }
}

TEST(Names, have_a_length_in_characters) {
  std::string sixty;
  for (int i = 0; i < 60; ++i) sixty += "ن";
  EXPECT_TRUE(parse_name(sixty, 60));
  EXPECT_FALSE(parse_name(sixty + "ن", 60));
  EXPECT_FALSE(parse_name(std::string(100'000, 'a'), 1'000'000)) << "no more is read";
}

RC_GTEST_PROP(Names, stay_what_they_are, (const std::string& typed)) {
  if (const auto name = parse_name(typed, 60)) RC_ASSERT(parse_name(*name, 60) == name);
}

}  // namespace
}  // namespace peyk::tests::templates_names_test
