// docs/club.schema.json as an editor would use it: by ajv, over what YAML's other parser reads.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "gateway/ctl/club_yaml.hpp"
#include "tests/kit/peer.hpp"

namespace peyk::tests::club_schema_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class ClubSchema : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& yaml) {
    const auto file = dir_.path() / name;
    std::ofstream(file) << yaml;
    return file.string();
  }
  // How many errors each file has.
  std::vector<std::size_t> errors_of(const std::vector<std::string>& files, std::string& output) {
    std::vector<std::string> argv{"node", (source_dir() / "tests/interop/club_schema.js").string(),
                                  (source_dir() / "docs/club.schema.json").string()};
    argv.insert(argv.end(), files.begin(), files.end());
    const Finished done = run_process({.argv = argv, .env = {{"NODE_PATH", node_modules().string()}}}, 120s);
    output = done.output;
    EXPECT_TRUE(done.status.ok()) << output;
    std::vector<std::size_t> counts;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) counts.push_back(json::parse(line)["errors"].size());
    return counts;
  }

 private:
  TempDir dir_;
};

const std::string kHead = "slug: shop\nname: Shop\nline: 30001234\nbranches: [{number: 1, name: A}]\n";

std::string template_for(std::string_view business) {
  return (source_dir() / "config/clubs/templates" / (std::string(business) + ".yaml")).string();
}

TEST_F(ClubSchema, takes_the_samples_and_what_get_club_writes) {
  handlers::Club club{
      .slug = "shop", .name = "A \"B\" \\ #", .keyword = "نان", .line = "30001234", .ussd_root = "*7000"};
  club.policy.earn_share = 725;
  club.branches = {{1, "A"}};
  club.cashiers = {{.phone = 989121112233, .branch = 1, .pin_hash = "$argon2id$"},
                   {.phone = 989121112244, .branch = 1}};
  club.till_keys = {{.id = "till-1", .branch = 1, .secret = std::string(32, 'x')},
                    {.id = "crm", .secret = std::string(32, 'x'), .in_file = false}};
  club.programme = {
      .segments = {{.name = "own",
                    .title = "A \"B\"",
                    .when = {{.measure = rules::Measure::visits, .ranges = {{3, 5}}},
                             {.measure = rules::Measure::tier, .ranges = {{1, 1}}, .negated = true}}}},
      .tiers = {.tiers = {{"gold", "", 20}}},
      .offers = {{.name = "a",
                  .when = {{.measure = rules::Measure::date, .ranges = {{20261120, 20261127}}}},
                  .then = {{.kind = rules::EffectKind::credit, .value = 5, .valid_days = 3}},
                  .from = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20),
                  .priority = -3}},
      .bounds_given = rules::LrfmBounds{{1, 2, 3, 4}, {1, 2, 3, 4}, {1, 2, 3, 4}, {1, 2, 3, 4}}};
  std::string output;
  EXPECT_EQ(errors_of({(source_dir() / "config/clubs/nan-o-namak.yaml").string(),
                       (source_dir() / "config/clubs/corner-books.yaml").string(),
                       write("got.yaml", gateway::ctl::club_as_yaml(club, {})), write("small.yaml", kHead),
                       template_for("restaurant"), template_for("grocery"), template_for("beauty"),
                       template_for("clothing")},
                      output),
            (std::vector<std::size_t>{0, 0, 0, 0, 0, 0, 0, 0}))
      << output;
}

TEST_F(ClubSchema, points_at_what_the_loader_would_refuse) {
  std::vector<std::string> files;
  for (const char* wrong :
       {"points: 5", "policy: {earn_percent: 500}", "policy: {redeem_auth: hope}", "sending_weight: 0",
        "cashiers: [{phone: 09121112233, branch: 1, pin: 12}]", "cashiers: [{phone: 09121112233}]",
        "till_keys: [{id: Till, secret_kept: true}]", "till_keys: [{id: a}]",
        "till_keys: [{id: a, secret_kept: true, secret_env: A}]", "ussd_root: 7000a"}) {
    files.push_back(write("wrong-" + std::to_string(files.size()) + ".yaml", kHead + wrong + "\n"));
  }
  std::string output;
  const auto errors = errors_of(files, output);
  ASSERT_EQ(errors.size(), files.size()) << output;
  for (std::size_t i = 0; i < errors.size(); ++i) EXPECT_GT(errors[i], 0U) << i << "\n" << output;
}

}  // namespace
}  // namespace peyk::tests::club_schema_test
