// An operator at the clubs' systems: who is told, what waits, told once more, called again.
#include <future>

#include <nlohmann/json.hpp>

#include "store/mysql/event_lists.hpp"
#include "tests/kit/process.hpp"
#include "tests/store/peykctl_fixture.hpp"

namespace peyk::tests::peykctl_webhooks_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kWebhook =
    "webhooks:\n  - {id: crm, url: \"https://crm.example/hook?token=hidden\", secret: "
    "\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\", events: [code.redeemed]}\n";

class PeykctlWebhooks : public Peykctl {
 protected:
  PeykctlWebhooks() {
    EXPECT_EQ(ctl({"migrate", "--create-database"}), gateway::ctl::kDone) << err;
    write("club.yaml", std::string(kClubFile) + std::string(kWebhook));
    EXPECT_EQ(apply(), gateway::ctl::kDone) << err;
  }
  void keep(int id, int state) {
    query(
        "INSERT INTO webhook_event (event_id, endpoint_id, club_id, member_id, type, about, at, data, state,"
        " outcome) SELECT " +
        std::to_string(id) + ", endpoint_id, club_id, 7, 3, " + std::to_string(id) +
        ", '2026-11-21', '{\"used\":5}', " + std::to_string(state) +
        ", 'answered 500' FROM webhook_endpoint");
    if (state == 1)
      query(
          "INSERT IGNORE INTO webhook_queue (endpoint_id, member_id, next_at) SELECT endpoint_id, 7, "
          "'2026-11-21'"
          " FROM webhook_endpoint");
  }
};

TEST_F(PeykctlWebhooks, shows_what_apply_changes_once_and_no_secret) {
  EXPECT_THAT(out, HasSubstr("+ webhook crm, at crm.example, code.redeemed\n"));
  EXPECT_THAT(out, Not(HasSubstr("hidden")));
  EXPECT_EQ(apply(), gateway::ctl::kDone);
  EXPECT_EQ(out, "club salt: nothing to change\n");
  change("events: [code.redeemed]", "enabled: false");
  change("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\", enabled",
         "whsec_c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nz\", enabled");
  EXPECT_EQ(apply(), gateway::ctl::kDone) << err;
  EXPECT_THAT(out, HasSubstr("~ webhook crm, all events, new secret, not enabled\n"));
  write("club.yaml", kClubFile);
  EXPECT_EQ(apply(), gateway::ctl::kDone);
  EXPECT_THAT(out, HasSubstr("- webhook crm\n"));
  EXPECT_EQ(ctl({"webhooks", "status"}), gateway::ctl::kDone);
  EXPECT_EQ(out, "");
}

TEST_F(PeykctlWebhooks, refuses_one_without_tls_unless_peyk_yaml_allows_it) {
  change("https://crm", "http://crm");
  EXPECT_EQ(apply(), gateway::ctl::kFound);
  EXPECT_THAT(err, HasSubstr("webhook crm is called without TLS"));
  EXPECT_EQ(query("SELECT url LIKE 'https:%' FROM webhook_endpoint"), "1\n") << "nothing was saved";
  write("peyk.yaml", read_file(path("peyk.yaml")) + "webhooks: {plain_http: true}\n");
  EXPECT_EQ(apply(), gateway::ctl::kDone) << err;
}

TEST_F(PeykctlWebhooks, tells_where_a_file_is_wrong) {
  for (const auto& [from, to, told] :
       {std::tuple{"https://crm.example/hook?token=hidden", "ftp://crm.example/", "webhooks[0].url"},
        std::tuple{"code.redeemed", "code.stolen", "webhooks[0].events"},
        std::tuple{"id: crm", "id: CRM", "webhooks[0].id"},
        std::tuple{"id: crm", "name: crm", "webhooks[0].name"}}) {
    write("club.yaml", std::string(kClubFile) + std::string(kWebhook));
    change(from, to);
    EXPECT_EQ(apply(), gateway::ctl::kUsage);
    EXPECT_THAT(err, HasSubstr(told));
  }
}

TEST_F(PeykctlWebhooks, lists_events_and_shows_one_with_what_is_sent) {
  keep(1, 1);
  keep(2, 3);
  EXPECT_EQ(ctl({"webhooks", "list"}), gateway::ctl::kDone) << err;
  EXPECT_THAT(out, HasSubstr("2  2026-11-21T00:00:00Z  code.redeemed to salt/crm: failed after 0 attempts, "
                             "answered 500\n1  "));
  EXPECT_EQ(ctl({"webhooks", "list", "--state", "failed", "--type", "code.redeemed", "--club", "salt",
                 "--endpoint", "crm", "--json"}),
            gateway::ctl::kDone);
  EXPECT_EQ(json::parse(out)["events"].size(), 1U);
  EXPECT_EQ(ctl({"webhooks", "list", "--type", "code.stolen"}), gateway::ctl::kUsage);
  EXPECT_EQ(ctl({"webhooks", "list", "--club", "pepper"}), gateway::ctl::kFound);
  EXPECT_EQ(ctl({"webhooks", "list", "--limit", "1"}), gateway::ctl::kDone);
  EXPECT_THAT(out, HasSubstr("more: --after 2\n"));
  EXPECT_EQ(ctl({"webhooks", "show", "2"}), gateway::ctl::kDone);
  EXPECT_EQ(json::parse(out)["body"]["type"], "code.redeemed");
  EXPECT_EQ(json::parse(out)["body"]["data"]["used"], 5);
  EXPECT_EQ(ctl({"webhooks", "show", "3"}), gateway::ctl::kFound);
}

TEST_F(PeykctlWebhooks, has_events_told_again_by_id_or_all_that_failed) {
  for (const int id : {1, 2, 3}) keep(id, id == 1 ? 2 : 3);
  EXPECT_EQ(ctl({"webhooks", "replay"}), gateway::ctl::kUsage);
  EXPECT_EQ(ctl({"webhooks", "replay", "1", "--failed"}), gateway::ctl::kUsage);
  EXPECT_EQ(ctl({"webhooks", "replay", "9"}), gateway::ctl::kFound);
  EXPECT_EQ(ctl({"webhooks", "replay", "1"}), gateway::ctl::kDone);
  EXPECT_EQ(query("SELECT event_id FROM webhook_event WHERE state = 1"), "1\n");
  EXPECT_EQ(ctl({"webhooks", "replay", "--failed", "--endpoint", "pos"}), gateway::ctl::kDone);
  EXPECT_THAT(out, HasSubstr("0 will be told again"));
  EXPECT_EQ(ctl({"webhooks", "replay", "--failed", "--club", "salt"}), gateway::ctl::kDone);
  EXPECT_THAT(out, HasSubstr("2 will be told again"));
  EXPECT_EQ(query("SELECT COUNT(*) FROM webhook_event WHERE state = 1"), "3\n");
  EXPECT_EQ(query("SELECT COUNT(*) FROM webhook_queue"), "1\n");
}

TEST_F(PeykctlWebhooks, calls_one_that_was_gone_again) {
  keep(1, 1);
  query("UPDATE webhook_endpoint SET disabled_at = '2026-11-21', disabled_why = 'answered 410'");
  EXPECT_EQ(ctl({"webhooks", "status"}), gateway::ctl::kDone);
  EXPECT_THAT(
      out, HasSubstr("salt/crm at crm.example: disabled since 2026-11-21T00:00:00Z (answered 410): peykctl "
                     "webhooks enable crm --club salt; 1 waiting"));
  EXPECT_EQ(ctl({"webhooks", "enable", "pos", "--club", "salt"}), gateway::ctl::kFound);
  EXPECT_EQ(ctl({"webhooks", "enable", "crm", "--club", "salt"}), gateway::ctl::kDone) << err;
  EXPECT_EQ(ctl({"webhooks", "status", "--json"}), gateway::ctl::kDone);
  EXPECT_EQ(json::parse(out)["endpoints"][0]["gone_because"], "");
}

// MySQL ends the lighter of two who wait for each other: the deliverer has written much before.
TEST_F(PeykctlWebhooks, calls_one_again_though_a_deliverer_is_at_the_same_rows) {
  query(
      "INSERT INTO webhook_queue (endpoint_id, member_id, next_at) SELECT endpoint_id, seq, '2999-01-01' FROM"
      " webhook_endpoint JOIN seq_1_to_2");
  query("CREATE TABLE weight (n INT) ENGINE=InnoDB");
  const auto deadlocks = [this] {
    return std::stoll(
        query("SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME ="
              " 'INNODB_DEADLOCKS'"));
  };
  const auto before = deadlocks();
  std::future<int> enabling;  // outlives who holds it up
  store::Connection deliverer(options_of(shared_mysql(), "peykctl"));
  deliverer.open();
  const auto lock = [&deliverer](std::uint64_t member) {
    store::Rows rows =
        deliverer.prepare("SELECT 1 FROM webhook_queue WHERE endpoint_id = 1 AND member_id = ? FOR UPDATE")
            .add(member)
            .query();
    return rows.next();
  };
  deliverer.prepare("INSERT INTO weight SELECT seq FROM seq_1_to_5000").update();
  ASSERT_TRUE(lock(2));
  enabling = std::async(std::launch::async, [this] {
    return ctl({"webhooks", "enable", "crm", "--club", "salt"});
  });
  ASSERT_TRUE(eventually(std::chrono::seconds{20}, [this] { return query(kLockWaits) == "1\n"; }));
  ASSERT_TRUE(lock(1));
  deliverer.commit();
  EXPECT_EQ(enabling.get(), gateway::ctl::kDone) << err;
  EXPECT_GT(deadlocks(), before);
  EXPECT_EQ(query("SELECT COUNT(*) FROM webhook_queue WHERE next_at <= UTC_TIMESTAMP(6)"), "2\n");
}

}  // namespace
}  // namespace peyk::tests::peykctl_webhooks_test
