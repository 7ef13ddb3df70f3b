// Advertising is written for lines that are for it, and for no other.
#include "gateway/line_purpose.hpp"

#include <gtest/gtest.h>

#include "config/load.hpp"

namespace peyk::tests::gateway_line_purpose_test {
namespace {

using handlers::Lane;

TEST(LinePurpose, lets_adverts_be_written_for_lines_that_are_for_them) {
  const auto options = config::load_options(
      "carriers: [{name: sim, host: localhost, system_id: peyk, password: secret}]\n"
      "lines:\n"
      "  - {number: 3000, carrier: sim}\n"
      "  - {number: 2000, carrier: sim, purpose: promo}\n"
      "  - {number: 1000, carrier: sim, purpose: both}\n",
      "peyk.yaml", {});
  ASSERT_TRUE(options) << config::report(options.error());
  const struct {
    const char* line;
    bool may_advertise;
  } rows[] = {{"3000", false}, {"2000", true}, {"1000", true}, {"9999", false}};
  for (const auto& row : rows) {
    EXPECT_EQ(gateway::may_say(options->lines, row.line, Lane::promo), row.may_advertise) << row.line;
    for (const Lane lane : {Lane::urgent, Lane::reply, Lane::notice})
      EXPECT_TRUE(gateway::may_say(options->lines, row.line, lane)) << row.line;
  }
}

}  // namespace
}  // namespace peyk::tests::gateway_line_purpose_test
