// Which text a part belongs to, by what is kept and for how long.
#include "store/part_verdict.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace peyk::store::store_part_verdict_test {
namespace {

using std::chrono::hours, std::chrono::seconds;

TEST(PartVerdict, follows_from_what_is_kept_and_for_how_long) {
  using Same = PartBefore::Same;
  const PartPatience patience{.wait_max = hours(24), .done_remembered = hours(1)};
  const auto s = [](auto duration) { return std::optional<seconds>(duration); };
  struct Case {
    PartBefore before;
    PartVerdict verdict;
  };
  const std::vector<Case> cases = {
      {{Same::no_such_part, seconds(0), {}}, PartVerdict::joins},
      {{Same::no_such_part, hours(24) - seconds(1), {}}, PartVerdict::joins},
      {{Same::no_such_part, hours(24), {}}, PartVerdict::begins_anew},
      {{Same::same_text, hours(1), {}}, PartVerdict::joins},
      {{Same::same_text, hours(24), {}}, PartVerdict::begins_anew},
      {{Same::other_text, seconds(1), {}}, PartVerdict::begins_anew},
      {{Same::same_text, hours(5), s(seconds(0))}, PartVerdict::done_before},
      {{Same::same_text, hours(30), s(hours(1) - seconds(1))}, PartVerdict::done_before},
      {{Same::same_text, hours(5), s(hours(1))}, PartVerdict::begins_anew},
      {{Same::other_text, seconds(5), s(seconds(1))}, PartVerdict::begins_anew},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(judge_part(cases[i].before, patience), cases[i].verdict) << i;
  }
}

}  // namespace
}  // namespace peyk::store::store_part_verdict_test
