// main of every test program: googletest's, and --file=unit/x_test.cpp, which runs the tests of that file
// only.
//
// googletest records for each test the file it was written in; the filter is made from that record. A file in
// which no test is found is an error: it would pass without having tested anything.
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

bool is_in_file(const testing::TestInfo& test, std::string_view file) {
  return std::string_view(test.file()).ends_with("/" + std::string(file));
}

// "Suite.name:Suite.name…" of all tests of the file; empty when there is none.
std::string filter_of_file(std::string_view file) {
  std::string filter;
  const auto& all = *testing::UnitTest::GetInstance();
  for (int s = 0; s < all.total_test_suite_count(); ++s) {
    const auto& suite = *all.GetTestSuite(s);
    for (int t = 0; t < suite.total_test_count(); ++t) {
      const auto& test = *suite.GetTestInfo(t);
      if (is_in_file(test, file)) filter += std::string(suite.name()) + "." + test.name() + ":";
    }
  }
  return filter;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a peer that goes away is an error code, not the end of the test
  testing::InitGoogleMock(&argc, argv);
  constexpr std::string_view kFileFlag = "--file=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with(kFileFlag)) {
      std::fprintf(stderr, "unknown argument %s\n", argv[i]);
      return 2;
    }
    const std::string filter = filter_of_file(argument.substr(kFileFlag.size()));
    if (filter.empty()) {
      std::fprintf(stderr, "no test found in %s\n", argv[i] + kFileFlag.size());
      return 2;
    }
    GTEST_FLAG_SET(filter, filter);
  }
  return RUN_ALL_TESTS();
}
