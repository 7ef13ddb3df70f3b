// The fifteen traps (docs/proof.md) each have tests of a suite named after them.
#include <gtest/gtest.h>

#include <set>

#include "tests/kit/paths.hpp"

namespace peyk::tests::house_traps_test {
namespace {

// "Trap07" of TEST(Trap07, …), TEST_F and TEST_P.
std::set<std::string> suites_in(const std::string& text) {
  std::set<std::string> suites;
  for (const char* macro : {"TEST(", "TEST_F(", "TEST_P("}) {
    for (std::size_t at = text.find(macro); at != std::string::npos; at = text.find(macro, at + 1)) {
      const std::size_t begin = text.find('(', at) + 1;
      suites.insert(text.substr(begin, text.find_first_of(",)", begin) - begin));
    }
  }
  return suites;
}

std::set<std::string> all_suites() {
  std::set<std::string> suites;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source_dir() / "tests")) {
    if (entry.path().filename().string().ends_with("_test.cpp"))
      suites.merge(suites_in(read_file(entry.path())));
  }
  return suites;
}

TEST(HouseTraps, each_of_the_fifteen_has_tests_named_after_it) {
  const auto suites = all_suites();
  const std::string proof = read_file(source_dir() / "docs/proof.md");
  for (int trap = 1; trap <= 15; ++trap) {
    const std::string name = (trap < 10 ? "Trap0" : "Trap") + std::to_string(trap);
    EXPECT_TRUE(suites.contains(name)) << name;
    EXPECT_NE(proof.find('`' + name + '`'), std::string::npos) << name;
  }
}

TEST(HouseTraps, are_read_off_the_tests_macros) {
  EXPECT_EQ(suites_in("TEST(Trap01, a) {}\nTEST_F(Trap02, b) {}\n// Trap03\n"),
            (std::set<std::string>{"Trap01", "Trap02"}));
}

}  // namespace
}  // namespace peyk::tests::house_traps_test
