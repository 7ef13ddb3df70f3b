#include "gateway/government.hpp"

#include <gtest/gtest.h>

namespace peyk::gateway::gateway_government_test {
namespace {

using Scope = store::Pause::Scope;

TEST(Government, a_line_hears_of_its_own_pauses_and_of_every_paused_club) {
  std::vector<handlers::Club> clubs(2);
  clubs[0].id = 1;
  clubs[1].id = 2;
  clubs[1].sending_weight = 5;
  const handlers::Directory directory(std::move(clubs));
  const std::vector<store::Pause> pauses{{.scope = Scope::lane, .line = "3000", .subject = 3},
                                         {.scope = Scope::line, .line = "4000"},
                                         {.scope = Scope::club, .subject = 2}};
  EXPECT_EQ(government_of("3000", pauses, directory),
            (store::Government{
                .lanes_paused = {false, false, false, true}, .clubs_paused = {2}, .weights = {{2, 5}}}));
  EXPECT_EQ(government_of("4000", pauses, directory),
            (store::Government{.line_paused = true, .clubs_paused = {2}, .weights = {{2, 5}}}));
  EXPECT_EQ(government_of("5000", {}, directory), (store::Government{.weights = {{2, 5}}}));
}

}  // namespace
}  // namespace peyk::gateway::gateway_government_test
