// peykctl till: keys made, changed and ended beside those of the club's file.
#include <nlohmann/json.hpp>

#include "gateway/http/webhook_signature.hpp"
#include "store/mysql/clubs.hpp"
#include "tests/store/peykctl_fixture.hpp"

namespace peyk::tests::peykctl_till_test {
namespace {

using namespace gateway::ctl;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kFileSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class PeykctlTill : public Peykctl {
 protected:
  PeykctlTill() {
    ctl({"migrate", "--create-database"});
    apply();
  }

  // As gateways load them.
  std::optional<handlers::TillKey> loaded(const std::string& id) {
    store::Connection connection(options_of(shared_mysql(), "peykctl"));
    connection.open();
    for (const auto& club : store::load_clubs(connection)) {
      for (const auto& key : club.till_keys) {
        if (key.id == id) return key;
      }
    }
    return std::nullopt;
  }
  std::string version() { return query("SELECT SUM(version) FROM club"); }
  // The raw key that the command before showed.
  std::string shown() {
    const auto secret =
        gateway::webhook_secret_from_text(nlohmann::json::parse(out)["secret"].get<std::string>());
    EXPECT_TRUE(secret);
    return secret.value_or("");
  }
};

TEST_F(PeykctlTill, makes_a_key_and_shows_its_secret_once) {
  const std::string before = version();
  ASSERT_EQ(ctl({"till", "create", "salt", "till-14", "--branch", "14", "--json"}), kDone) << err;
  const std::string secret = shown();
  EXPECT_EQ(secret.size(), 32U);
  const auto json = nlohmann::json::parse(out);
  EXPECT_EQ(json["id"], "till-14");
  EXPECT_EQ(json["club"], "salt");
  EXPECT_EQ(json["branch"], 14);
  const std::string text = json["secret"];
  EXPECT_NE(version(), before) << "so that gateways load it";
  ASSERT_TRUE(loaded("till-14"));
  EXPECT_EQ(loaded("till-14")->secret, secret);
  EXPECT_EQ(loaded("till-14")->branch, 14U);

  EXPECT_EQ(ctl({"till", "list"}), kDone);
  EXPECT_THAT(out, AllOf(HasSubstr("till-12  salt, branch 12, of the club's file\n"),
                         HasSubstr("till-14  salt, branch 14, made 20"), Not(HasSubstr(text))));
  EXPECT_EQ(ctl({"till", "list", "salt", "--json"}), kDone);
  EXPECT_THAT(out, Not(HasSubstr("secret\":\"")));
  EXPECT_EQ(nlohmann::json::parse(out)["keys"].size(), 2U);
}

TEST_F(PeykctlTill, makes_a_key_for_an_analyst_of_the_whole_club) {
  ASSERT_EQ(ctl({"till", "create", "salt", "reader", "--role", "analyst"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("till key reader  salt, an analyst's, made 20"));
  ASSERT_TRUE(loaded("reader"));
  EXPECT_EQ(loaded("reader")->role, handlers::KeyRole::analyst);
  EXPECT_EQ(loaded("till-12")->role, handlers::KeyRole::till);
  ASSERT_EQ(ctl({"till", "rotate", "reader", "--json"}), kDone) << err;
  EXPECT_EQ(nlohmann::json::parse(out)["role"], "analyst") << "a new secret opens no more doors";
  EXPECT_EQ(ctl({"till", "create", "salt", "r", "--role", "analyst", "--branch", "12"}), kUsage);
  EXPECT_THAT(err, HasSubstr("leave --branch out"));
  EXPECT_EQ(ctl({"till", "create", "salt", "r", "--role", "owner"}), kUsage);
  EXPECT_FALSE(loaded("r"));
  ASSERT_EQ(ctl({"get", "club", "salt"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("made by peykctl till create: reader, an analyst's\n"));
  change("  - {id: till-12,", "  - {id: reader, secret_kept: true}\n  - {id: till-12,");
  EXPECT_EQ(apply(), kFound);
  EXPECT_THAT(err + out, HasSubstr("till key reader is an analyst's: take it out of the file"));
}

TEST_F(PeykctlTill, binds_a_key_to_a_branch_or_to_none) {
  ASSERT_EQ(ctl({"till", "create", "salt", "crm"}), kDone) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("till key crm  salt, no branch"), HasSubstr("\nsecret whsec_"),
                         HasSubstr("only now")));
  EXPECT_EQ(loaded("crm")->branch, 0U);
  EXPECT_EQ(ctl({"till", "create", "salt", "t", "--branch", "13"}), kFound);
  EXPECT_THAT(err, HasSubstr("club salt has no branch 13"));
  EXPECT_EQ(ctl({"till", "create", "pepper", "t"}), kFound);
  EXPECT_EQ(ctl({"till", "create", "salt", "Till 1"}), kUsage);
  EXPECT_EQ(ctl({"till", "create", "salt", "till-12"}), kFound) << "the file's";
  EXPECT_FALSE(loaded("t"));
}

TEST_F(PeykctlTill, keys_that_are_made_outlive_every_apply) {
  ctl({"till", "create", "salt", "till-14", "--branch", "14", "--json"});
  const std::string secret = shown();
  EXPECT_EQ(apply(), kDone);
  EXPECT_EQ(out, "club salt: nothing to change\n");
  change("earn_percent: 5", "earn_percent: 6");
  EXPECT_EQ(apply(), kDone);
  EXPECT_THAT(out, Not(HasSubstr("till")));
  EXPECT_EQ(loaded("till-14")->secret, secret);

  change("till_keys:",
         "till_keys:\n  - {id: till-14, branch: 12, secret: \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"}");
  EXPECT_EQ(apply(), kFound);
  EXPECT_THAT(err,
              HasSubstr("till key till-14 has a secret by peykctl till create: write secret_kept: true"));
  EXPECT_EQ(loaded("till-14")->secret, secret);
}

TEST_F(PeykctlTill, a_new_secret_is_good_beside_the_old_one_until_its_time) {
  ctl({"till", "create", "salt", "till-14", "--json"});
  const std::string first = shown();
  const std::string before = version();
  ASSERT_EQ(ctl({"till", "rotate", "till-14", "--old-until", "2h", "--json"}), kDone) << err;
  const std::string second = shown();
  EXPECT_NE(first, second);
  EXPECT_NE(version(), before);
  EXPECT_EQ(loaded("till-14")->secret, second);
  EXPECT_EQ(loaded("till-14")->old_secret, first);
  EXPECT_EQ(
      query("SELECT old_until BETWEEN UTC_TIMESTAMP() + INTERVAL 119 MINUTE AND UTC_TIMESTAMP() + INTERVAL"
            " 121 MINUTE FROM till_key WHERE key_id = 'till-14'"),
      "1\n");

  EXPECT_EQ(ctl({"till", "rotate", "till-14"}), kFound) << "a till may not have heard of the second yet";
  EXPECT_THAT(err, HasSubstr("--old-until now"));
  EXPECT_EQ(loaded("till-14")->old_secret, first);
  ASSERT_EQ(ctl({"till", "rotate", "till-14", "--old-until", "now", "--json"}), kDone) << err;
  EXPECT_EQ(loaded("till-14")->secret, shown());
  EXPECT_EQ(loaded("till-14")->old_secret, "");
  for (const char* wrong : {"", "soon", "91d", "5"}) {
    EXPECT_EQ(ctl({"till", "rotate", "till-14", "--old-until", wrong}), kUsage) << wrong;
  }
}

TEST_F(PeykctlTill, a_revoked_key_opens_nothing_any_more_whoever_lists_it) {
  ctl({"till", "create", "salt", "till-14", "--branch", "14"});
  const std::string before = version();
  EXPECT_EQ(ctl({"till", "revoke", "till-14"}), kDone) << err;
  EXPECT_NE(version(), before);
  EXPECT_FALSE(loaded("till-14"));
  EXPECT_EQ(query("SELECT HEX(secret) = REPEAT('00', 32) FROM till_key WHERE key_id = 'till-14'"), "1\n")
      << "its secret is gone";
  EXPECT_EQ(ctl({"till", "revoke", "till-14"}), kFound);
  EXPECT_EQ(ctl({"till", "rotate", "till-14"}), kFound);
  EXPECT_EQ(ctl({"till", "create", "salt", "till-14"}), kFound) << "the name is not given again";
  EXPECT_EQ(ctl({"till", "list"}), kDone);
  EXPECT_THAT(out, HasSubstr(", revoked 20"));

  EXPECT_EQ(ctl({"till", "revoke", "till-12"}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("take it out of its club's file"));
  EXPECT_EQ(apply(), kFound);
  EXPECT_THAT(err, HasSubstr("till key till-12 was revoked at"));
  EXPECT_FALSE(loaded("till-12"));
  change("  - {id: till-12, branch: 12, secret: \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"}\n", "");
  EXPECT_EQ(apply(), kDone) << err;
  EXPECT_EQ(query("SELECT COUNT(*) FROM till_key WHERE revoked_at IS NOT NULL"), "2\n");
  EXPECT_EQ(ctl({"till", "revoke", "no-such"}), kFound);
}

TEST_F(PeykctlTill, a_secret_of_the_file_can_be_changed_and_no_old_file_brings_it_back) {
  ASSERT_EQ(ctl({"till", "rotate", "till-12", "--json"}), kDone) << err;
  const std::string second = shown();
  EXPECT_EQ(apply(), kFound);
  EXPECT_THAT(err,
              HasSubstr("till key till-12 has a secret by peykctl till rotate: write secret_kept: true"));
  EXPECT_EQ(loaded("till-12")->secret, second);
  EXPECT_EQ(gateway::webhook_secret_as_text(loaded("till-12")->old_secret), kFileSecret);
  change("secret: \"" + std::string(kFileSecret) + "\"", "secret_kept: true");
  EXPECT_EQ(apply(), kDone) << err;
  EXPECT_EQ(out, "club salt: nothing to change\n");
  change("earn_percent: 5", "earn_percent: 6");
  EXPECT_EQ(apply(), kDone) << err;
  EXPECT_EQ(loaded("till-12")->secret, second) << "apply writes no secret that is kept";
  EXPECT_NE(loaded("till-12")->old_secret, "");
}

TEST_F(PeykctlTill, a_secret_that_the_file_changes_is_changed_at_once) {
  change("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  EXPECT_EQ(apply(), kDone) << err;
  EXPECT_THAT(out, HasSubstr("~ till key till-12, new secret\n"));
  EXPECT_EQ(gateway::webhook_secret_as_text(loaded("till-12")->secret),
            "whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  EXPECT_EQ(loaded("till-12")->old_secret, "");
}

TEST_F(PeykctlTill, a_club_that_is_got_is_one_that_apply_finds_no_difference_with) {
  change("name: Bread and Salt", "name: 'Bread \\ \"Salt\" # نان'");
  change("pin: \"4321\"}", "pin: \"4321\", manager: true}\n  - {phone: \"09121112244\", branch: 14}");
  change("policy: {earn_percent: 5", "policy: {earn_percent: 7.25, credit_percent_max: 50");
  ASSERT_EQ(apply(), kDone) << err;
  ctl({"till", "create", "salt", "crm"});
  ctl({"till", "create", "salt", "till-14", "--branch", "14"});
  ASSERT_EQ(ctl({"get", "club", "salt"}), kDone) << err;
  EXPECT_THAT(
      out, AllOf(Not(HasSubstr("whsec_")), Not(HasSubstr("$argon2")), HasSubstr("phone: \"+989121112233\""),
                 HasSubstr("# Not of this file, made by peykctl till create: till-14, branch 14\n")));
  write("got.yaml", out);
  const std::string got = out;
  EXPECT_EQ(ctl({"apply", path("got.yaml")}), kDone) << err;
  EXPECT_EQ(out, "club salt: nothing to change\n");

  ctl({"till", "rotate", "till-12"});
  EXPECT_EQ(ctl({"apply", path("got.yaml")}), kDone) << err;
  EXPECT_EQ(out, "club salt: nothing to change\n");
  query("UPDATE club SET earn_share = 1, version = version + 1");
  EXPECT_EQ(ctl({"apply", path("got.yaml")}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("~ policy.earn_percent: 0.01% -> 7.25%\n"));
  EXPECT_EQ(ctl({"get", "club", "salt"}), kDone);
  EXPECT_EQ(out, got);
  EXPECT_EQ(ctl({"get", "club", "pepper"}), kFound);
}

TEST_F(PeykctlTill, a_branch_stays_while_a_key_that_was_made_is_bound_to_it) {
  ctl({"till", "create", "salt", "till-14", "--branch", "14"});
  change(", {number: 14, name: Tajrish}", "");
  EXPECT_EQ(apply(), kFound);
  EXPECT_THAT(err, HasSubstr("branch 14 cannot go, it is in the records (1 till keys)"));
  EXPECT_TRUE(loaded("till-14"));
}

TEST_F(PeykctlTill, what_is_kept_must_be_there) {
  change("till_keys:", "till_keys:\n  - {id: till-9, branch: 12, secret_kept: true}");
  EXPECT_EQ(apply(), kFound);
  EXPECT_THAT(err, HasSubstr("till key till-9: there is no secret to keep"));
  ctl({"till", "create", "salt", "till-9", "--branch", "14", "--json"});
  const std::string secret = shown();
  EXPECT_EQ(apply(), kDone) << "a key that was made becomes the file's: " << err;
  EXPECT_THAT(out, HasSubstr("+ till key till-9, branch 12, its secret kept\n"));
  EXPECT_EQ(loaded("till-9")->secret, secret);
  EXPECT_EQ(loaded("till-9")->branch, 12U);
  change("pin: \"4321\"", "pin_kept: true");
  EXPECT_EQ(apply(), kDone) << err;
  EXPECT_EQ(out, "club salt: nothing to change\n");
  change("cashiers:", "cashiers:\n  - {phone: \"09121112299\", branch: 12, pin_kept: true}");
  EXPECT_EQ(apply(), kFound);
  EXPECT_THAT(err, HasSubstr("cashier 0912xxx2299: there is no PIN to keep"));
  change("pin_kept: true", "pin_kept: true, pin_hash: x");
  EXPECT_EQ(apply(), kUsage);
}

}  // namespace
}  // namespace peyk::tests::peykctl_till_test
