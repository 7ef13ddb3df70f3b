#include "config/club_file.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "tests/kit/paths.hpp"

namespace peyk::config::config_club_file_test {
namespace {

constexpr std::string_view kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";  // 24 octets

std::optional<std::string> variables(std::string_view name) {
  if (name == "PEYK_TILL_SECRET" || name == "PEYK_BOOKS_TILL_SECRET") return std::string(kSecret);
  if (name == "PIN") return "135790";
  return std::nullopt;
}

std::string mistakes_of(const std::string& yaml) {
  const auto file = load_club(yaml, "club.yaml", variables);
  return file ? "" : report(file.error());
}

constexpr std::string_view kHead = "slug: shop\nname: Shop\nline: 30001234\n";
constexpr std::string_view kSmall =
    "slug: shop\nname: Shop\nline: 30001234\nbranches:\n- {number: 12, name: A}\n";

// The small club and what stands from line 6 on.
std::string with(std::string_view text) {
  return std::string(kSmall) + std::string(text) + "\n";
}

TEST(ConfigClubFile, the_persian_sample_is_the_demo_s_club) {
  const auto file = load_club_file(tests::source_dir() / "config/clubs/nan-o-namak.yaml", variables);
  ASSERT_TRUE(file) << report(file.error());
  const handlers::Club& club = file->club;
  EXPECT_EQ(club.id, 0u);
  EXPECT_EQ(club.slug, "nan-o-namak");
  EXPECT_EQ(club.name, "نان و نمک");
  EXPECT_EQ(club.keyword, "نان");
  EXPECT_EQ(club.currency, "IRR");
  EXPECT_EQ(club.time_zone, "Asia/Tehran");
  EXPECT_EQ(club.language, handlers::Language::fa);
  EXPECT_EQ(club.money_display, handlers::MoneyDisplay::toman);
  EXPECT_EQ(club.line, "30001234");
  EXPECT_EQ(club.ussd_root, "*7000");
  EXPECT_EQ(club.sending_weight, 1u);
  EXPECT_EQ(club.policy.earn_share, 500);
  EXPECT_EQ(club.policy.credit_valid_days, 30u);
  EXPECT_EQ(club.policy.invoice_min, 100'000);
  EXPECT_EQ(club.policy.credit_share_max, 10'000);
  EXPECT_TRUE(club.policy.join_on_purchase);
  EXPECT_EQ(club.policy.redeem_auth, handlers::CashierAuth::pin);
  EXPECT_EQ(club.policy.repeat_window_minutes, 10u);
  EXPECT_EQ(club.policy.void_window_minutes, 30u);
  EXPECT_EQ(club.policy.move_min, 10'000);
  EXPECT_EQ(club.policy.give_per_day_max, 5'000'000);
  EXPECT_EQ(club.policy.hold_seconds_max, 900u);
  EXPECT_EQ(club.policy.remind_days, 3u);
  EXPECT_EQ(club.policy.membership, handlers::Membership::open);
  EXPECT_EQ(club.policy.join_after_purchases, 0u);
  EXPECT_EQ(club.policy.profile_credit, 0);
  EXPECT_EQ(club.policy.hijri_shift_days, 0);
  EXPECT_EQ(club.policy.digest.when, handlers::DigestWhen::odd);
  EXPECT_EQ(club.policy.digest.hour, 9u);
  ASSERT_EQ(club.branches.size(), 2u);
  EXPECT_EQ(club.branches[0].number, 12u);
  EXPECT_EQ(club.branches[0].name, "ونک");
  EXPECT_EQ(club.branches[1].number, 14u);
  EXPECT_EQ(club.branches[1].name, "تجریش");
  ASSERT_EQ(club.cashiers.size(), 2u);
  EXPECT_EQ(club.cashiers[0].phone, 989121112233u);
  EXPECT_EQ(club.cashiers[0].branch, 12u);
  EXPECT_EQ(club.cashiers[0].pin_hash, "");
  EXPECT_EQ(club.cashiers[1].phone, 989121112244u);
  EXPECT_EQ(club.cashiers[1].branch, 14u);
  EXPECT_EQ(file->pins, (std::vector<std::string>{"4321", "9876"}));
  ASSERT_EQ(club.till_keys.size(), 1u);
  EXPECT_EQ(club.till_keys[0].id, "till-12");
  EXPECT_EQ(club.till_keys[0].branch, 12u);
  EXPECT_EQ(
      club.till_keys[0].secret,
      "\x31\xf2\x90\xf6\xbf\x06\x29\x8a\xab\x4f\x08\xd4\x3c\x3f\x08\x2c\xf6\x48\xa3\x62\xda\x2d\xa4\xb0");
}

TEST(ConfigClubFile, the_english_sample_shares_the_line_by_its_keyword) {
  const auto file = load_club_file(tests::source_dir() / "config/clubs/corner-books.yaml", variables);
  ASSERT_TRUE(file) << report(file.error());
  EXPECT_EQ(file->club.keyword, "books");
  EXPECT_EQ(file->club.line, "30001234");
  EXPECT_EQ(file->club.language, handlers::Language::en);
  EXPECT_EQ(file->club.policy.earn_share, 750);
  EXPECT_EQ(file->club.policy.credit_share_max, 5000);
  EXPECT_TRUE(file->club.cashiers.at(0).manager);
}

TEST(ConfigClubFile, the_samples_need_their_till_s_secret) {
  const auto file =
      load_club_file(tests::source_dir() / "config/clubs/nan-o-namak.yaml",
                     [](std::string_view) -> std::optional<std::string> { return std::nullopt; });
  ASSERT_FALSE(file);
  ASSERT_EQ(file.error().size(), 1u);
  EXPECT_EQ(file.error()[0].key, "till_keys[0].secret_env");
  EXPECT_EQ(file.error()[0].what, "the variable PEYK_TILL_SECRET is not set");
}

TEST(ConfigClubFile, what_is_left_out_has_the_default_of_the_struct) {
  const auto file = load_club(kSmall, "club.yaml", variables);
  ASSERT_TRUE(file) << report(file.error());
  const handlers::Club defaults;
  EXPECT_EQ(file->club.currency, defaults.currency);
  EXPECT_EQ(file->club.time_zone, defaults.time_zone);
  EXPECT_EQ(file->club.language, defaults.language);
  EXPECT_EQ(file->club.money_display, defaults.money_display);
  EXPECT_EQ(file->club.keyword, "");
  EXPECT_EQ(file->club.ussd_root, "");
  EXPECT_EQ(file->club.policy.earn_share, 0);
  EXPECT_EQ(file->club.policy.credit_valid_days, 30u);
  EXPECT_EQ(file->club.policy.credit_share_max, rules::kWholeBasisPoints);
  EXPECT_EQ(file->club.policy.redeem_auth, handlers::CashierAuth::pin);
  EXPECT_TRUE(file->club.cashiers.empty());
  EXPECT_TRUE(file->club.till_keys.empty());
}

TEST(ConfigClubFile, a_club_of_nothing_is_told_all_that_it_lacks) {
  EXPECT_EQ(mistakes_of("language: fa\n"),
            "club.yaml:1: slug: missing; allowed: 2 to 40 of a-z, 0-9 and -\n"
            "club.yaml:1: name: missing; allowed: 1 to 60 characters on one line\n"
            "club.yaml:1: line: missing; allowed: 3 to 15 digits, as in peyk.yaml: 30001234\n"
            "club.yaml:1: branches: missing; allowed: a list of 1 to 1000 entries, each begun with `- `\n");
}

struct Wrong {
  std::string text;
  std::string report;
};

TEST(ConfigClubFile, every_wrong_value_is_told_with_what_is_allowed) {
  const std::string keyword =
      "; allowed: one word of up to 20 characters, no number, no command such as JOIN\n";
  const std::string ussd = "; allowed: \"*7000\" in quotes, without the closing #; empty: no USSD\n";
  const Wrong table[] = {
      {"keyword: two words", "club.yaml:6: keyword: found \"two words\"" + keyword},
      {"keyword: JOIN", "club.yaml:6: keyword: found \"JOIN\"" + keyword},
      {"keyword: اعتبار", "club.yaml:6: keyword: found \"اعتبار\"" + keyword},
      {"keyword: ۱۱", "club.yaml:6: keyword: found \"۱۱\"" + keyword},
      {"currency: rial",
       "club.yaml:6: currency: found \"rial\"; allowed: three capital letters (ISO 4217): IRR\n"},
      {"currency: USD",
       "club.yaml:1: money_display: toman, but the currency is USD; allowed: rial: as it is kept\n"},
      {"time_zone: Asia/Teheran",
       "club.yaml:6: time_zone: found \"Asia/Teheran\"; allowed: a zone of the IANA database: Asia/Tehran\n"},
      {"language: ar", "club.yaml:6: language: found \"ar\"; allowed: fa, en\n"},
      {"ussd_root: \"*7000#\"", "club.yaml:6: ussd_root: found \"*7000#\"" + ussd},
      {"ussd_root: \"7000\"", "club.yaml:6: ussd_root: found \"7000\"" + ussd},
      {"ussd_root: \"*70**1\"", "club.yaml:6: ussd_root: found \"*70**1\"" + ussd},
      {"policy:\n  earn_percent: 101",
       "club.yaml:7: policy.earn_percent: found \"101\"; allowed: percent, 0 to 100, up to two decimals: 5, "
       "7.5\n"},
      {"policy:\n  credit_percent_max: 0",
       "club.yaml:7: policy.credit_percent_max: found \"0\"; allowed: percent, 0.01 to 100, up to two "
       "decimals: 5, "
       "7.5\n"},
      {"policy:\n  invoice_min: 1.5",
       "club.yaml:7: policy.invoice_min: found \"1.5\"; allowed: a whole number, 0 to 100000000000000\n"},
      {"policy:\n  redeem_auth: pins",
       "club.yaml:7: policy.redeem_auth: found \"pins\"; allowed: pin, challenge, phone\n"},
      {"cashiers:\n- phone: 1234\n  branch: 12",
       "club.yaml:7: cashiers[0].phone: found \"1234\"; allowed: a mobile number: 09121112233 or "
       "+989121112233\n"},
      {"cashiers:\n- phone: 09121112233\n  branch: 13",
       "club.yaml:8: cashiers[0].branch: found \"13\", no such branch; allowed: 12\n"},
      {"cashiers:\n- {phone: 09121112233, branch: 12}\n- {phone: +989121112233, branch: 12}",
       "club.yaml:8: cashiers[1].phone: given before, at line 7; allowed: each once\n"},
      {"cashiers:\n- {phone: 09121112233, branch: 12, pin: 123}",
       "club.yaml:7: cashiers[0].pin: found something else (not shown); allowed: 4 to 6 digits\n"},
      {"cashiers:\n- {phone: 09121112233, branch: 12, pin_hash: 1234}",
       "club.yaml:7: cashiers[0].pin_hash: found something else (not shown); allowed: a hash by libsodium's "
       "crypto_pwhash_str: $argon2id$…\n"},
      {"cashiers:\n- {phone: 09121112233, branch: 12, pin: 1234, pin_hash: $argon2id$x}",
       "club.yaml:7: cashiers[0].pin_hash: given beside a PIN; allowed: one of pin, pin_env, pin_file, "
       "pin_hash, pin_kept\n"},
      {"cashiers:\n- {phone: 09121112233, branch: 12, pin: 1234, pin_kept: true}",
       "club.yaml:7: cashiers[0].pin_kept: given beside a PIN; allowed: one of pin, pin_env, pin_file, "
       "pin_hash, pin_kept\n"},
      {"till_keys:\n- {id: till, secret_kept: true, secret: " + std::string(kSecret) + "}",
       "club.yaml:7: till_keys[0].secret_kept: given beside a secret; allowed: one of the two\n"},
      {"till_keys:\n- {id: Till, branch: 12, secret: " + std::string(kSecret) + "}",
       "club.yaml:7: till_keys[0].id: found \"Till\"; allowed: 1 to 32 of a-z, 0-9, _ and -\n"},
      {"till_keys:\n- {id: till, branch: 12}",
       "club.yaml:7: till_keys[0].secret: missing; allowed: one of secret, secret_env, secret_file: whsec_ "
       "and the "
       "base64 of 24 to 64 octets\n"},
  };
  for (const auto& [text, expected] : table) EXPECT_EQ(mistakes_of(with(text)), expected) << text;
}

TEST(ConfigClubFile, a_ussd_root_without_quotes_is_told_to_have_them) {
  EXPECT_EQ(mistakes_of(with("ussd_root: *7000")),
            "club.yaml:6: an alias (*name) is not read here; allowed: a value that begins with * or & stands "
            "in quotes: "
            "\"*7000\"\n");
}

// A club of branches 12 and 14, the policy before them, as files have it.
std::string spending_at(const std::string& text) {
  return "slug: shop\nname: Shop\nline: 30001234\npolicy:\n  spend_at: " + text +
         "\nbranches:\n- {number: 12, name: A}\n- {number: 14, name: B}\n";
}

TEST(ConfigClubFile, credit_is_spent_anywhere_at_its_branch_or_as_a_matrix_says) {
  const std::map<std::string, rules::SpendAt> table = {
      {"any", {}},
      {"own", {{12, {12}}, {14, {14}}}},
      {"{12: [12, 14], 14: any}", {{12, {12, 14}}}},
      {"{12: own}", {{12, {12}}}},
      {"{12: 14, 14: [own, 12]}", {{12, {14}}, {14, {12, 14}}}},
      {"{12: [12, 12]}", {{12, {12}}}},
      {"{}", {}},
  };
  for (const auto& [text, expected] : table) {
    const auto file = load_club(spending_at(text), "club.yaml", variables);
    ASSERT_TRUE(file) << text << ": " << report(file.error());
    EXPECT_EQ(file->club.policy.spend_at, expected) << text;
  }
}

TEST(ConfigClubFile, where_credit_is_spent_names_branches_of_the_file) {
  const std::string row = "; allowed: a list of up to 1000: any, own, or of 12, 14\n";
  const Wrong table[] = {
      {"home", "club.yaml:5: policy.spend_at: found \"home\"; allowed: any, own\n"},
      {"{12: [12, 15]}", "club.yaml:5: policy.spend_at.12[1]: found \"15\"" + row},
      {"{12: here}", "club.yaml:5: policy.spend_at.12: found \"here\"" + row},
      {"{15: [12]}", "club.yaml:5: policy.spend_at.15: unknown key; did you mean \"12\"? allowed: 12, 14\n"},
      {"{12: []}",
       "club.yaml:5: policy.spend_at.12: no branch; allowed: at least one: credit that is good nowhere is "
       "none\n"},
      {"{12: [any, 14]}", "club.yaml:5: policy.spend_at.12: any beside branches; allowed: one of the two\n"},
  };
  for (const auto& [text, expected] : table) EXPECT_EQ(mistakes_of(spending_at(text)), expected) << text;
}

TEST(ConfigClubFile, branches_are_numbered_once) {
  EXPECT_EQ(mistakes_of(std::string(kHead) + "branches:\n- {number: 1, name: A}\n- {number: 1, name: B}\n"),
            "club.yaml:6: branches[1].number: given before, at line 5; allowed: each once\n");
}

TEST(ConfigClubFile, all_mistakes_are_told_at_once) {
  EXPECT_EQ(
      mistakes_of("slug: Shop\n"
                  "name: \"a\\nb\"\n"
                  "line: +98\n"
                  "branches:\n"
                  "- {number: 0, name: A}\n"
                  "cashiers:\n"
                  "- {phone: 09121112233, branch: 7, pin: 12345678}\n"
                  "points: 5\n"),
      "club.yaml:1: slug: found \"Shop\"; allowed: 2 to 40 of a-z, 0-9 and -\n"
      "club.yaml:2: name: found text that begins or ends with blanks, or holds line ends or invisible "
      "characters; "
      "allowed: 1 to 60 characters on one line\n"
      "club.yaml:3: line: found \"+98\"; allowed: 3 to 15 digits, as in peyk.yaml: 30001234\n"
      "club.yaml:5: branches[0].number: found \"0\"; allowed: a whole number, 1 to 999999\n"
      "club.yaml:7: cashiers[0].branch: found \"7\", no such branch\n"
      "club.yaml:7: cashiers[0].pin: found something else (not shown); allowed: 4 to 6 digits\n"
      "club.yaml:8: points: unknown key; allowed: slug, name, keyword, currency, time_zone, language, "
      "money_display, line, ussd_root, sending_weight, branches, policy, cashiers, till_keys, webhooks, "
      "points_per, lrfm, tiers, segments, offers\n");
}

TEST(ConfigClubFile, a_pin_comes_from_the_file_a_variable_or_a_file_of_its_own) {
  const tests::TempDir dir;
  const std::filesystem::path pin = dir.path() / "pin";
  std::ofstream(pin) << "2468\n";
  std::filesystem::permissions(pin, std::filesystem::perms::owner_read);
  const auto file =
      load_club(with("cashiers:\n"
                     "- {phone: 09121112201, branch: 12, pin: \"0123\"}\n"
                     "- {phone: 09121112202, branch: 12, pin_env: PIN}\n"
                     "- {phone: 09121112203, branch: 12, pin_file: pin}\n"
                     "- {phone: 09121112204, branch: 12, pin_hash: $argon2id$v=19$m=65536,t=2,p=1$a$b}\n"
                     "- {phone: 09121112205, branch: 12, manager: true}\n"),
                dir.path() / "club.yaml", variables);
  ASSERT_FALSE(file);  // `,` parts the keys of a map in braces: the hash needs quotes
  const auto quoted =
      load_club(with("cashiers:\n"
                     "- {phone: 09121112201, branch: 12, pin: \"0123\"}\n"
                     "- {phone: 09121112202, branch: 12, pin_env: PIN}\n"
                     "- {phone: 09121112203, branch: 12, pin_file: pin}\n"
                     "- {phone: 09121112204, branch: 12, pin_hash: \"$argon2id$v=19$m=65536,t=2,p=1$a$b\"}\n"
                     "- {phone: 09121112205, branch: 12, manager: true}\n"),
                dir.path() / "club.yaml", variables);
  ASSERT_TRUE(quoted) << report(quoted.error());
  EXPECT_EQ(quoted->pins, (std::vector<std::string>{"0123", "135790", "2468", "", ""}));
  EXPECT_EQ(quoted->club.cashiers[3].pin_hash, "$argon2id$v=19$m=65536,t=2,p=1$a$b");
  EXPECT_EQ(quoted->club.cashiers[2].pin_hash, "");
}

TEST(ConfigClubFile, what_is_kept_is_not_in_the_file) {
  const auto file = load_club(with("cashiers:\n"
                                   "- {phone: 09121112201, branch: 12, pin_kept: true}\n"
                                   "- {phone: 09121112202, branch: 12, pin_kept: false}\n"
                                   "till_keys:\n"
                                   "- {id: a, branch: 12, secret_kept: true}\n"
                                   "- {id: b, secret: " +
                                   std::string(kSecret) + "}\n"),
                              "club.yaml", variables);
  ASSERT_TRUE(file) << report(file.error());
  EXPECT_EQ(file->pins_kept, (std::set<handlers::PhoneNumber>{989121112201}));
  EXPECT_FALSE(file->club.till_keys[0].secret_in_file);
  EXPECT_EQ(file->club.till_keys[0].secret, "");
  EXPECT_TRUE(file->club.till_keys[1].secret_in_file);
  EXPECT_EQ(file->club.till_keys[1].branch, 0u) << "bound to none";
}

TEST(ConfigClubFile, a_till_secret_is_whsec_and_the_base64_of_24_to_64_octets) {
  const auto secret = [](std::string_view text) {
    return load_club(with("till_keys:\n- {id: till, branch: 12, secret: \"" + std::string(text) + "\"}"),
                     "club.yaml", variables);
  };
  const std::string a64 = std::string(85, 'A') + "A==";  // 64 octets
  EXPECT_TRUE(secret(kSecret));
  EXPECT_EQ(secret("whsec_" + a64)->club.till_keys[0].secret, std::string(64, '\0'));
  for (const std::string& bad :
       {std::string("whsec_"), std::string("whsec_AAAA"), std::string(kSecret).substr(6),
        std::string(kSecret).substr(0, 37), std::string(kSecret) + " ", std::string(kSecret) + "!",
        "whsec_" + std::string(86, 'A') + "=", "whsec_" + std::string(88, 'A'),
        "whsec_" + std::string(100'000, 'A'), std::string("whsec-MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")}) {
    const auto file = secret(bad);
    ASSERT_FALSE(file) << bad;
    EXPECT_EQ(report(file.error()),
              "club.yaml:7: till_keys[0].secret: found something else (not shown); allowed: whsec_ and the "
              "base64 of 24 "
              "to 64 octets\n");
  }
}

TEST(ConfigClubFile, a_keyword_is_kept_in_the_form_in_which_texts_are_compared) {
  const auto file = load_club(with("keyword: كافي"), "club.yaml", variables);  // Arabic letter forms
  ASSERT_TRUE(file) << report(file.error());
  EXPECT_EQ(file->club.keyword, "کافی");
}

TEST(ConfigClubFile, no_mistake_shows_a_pin_or_a_till_s_secret) {
  for (const std::string text : {"cashiers:\n- {phone: 09121112233, branch: 12, pin: 54321987}",
                                 "cashiers:\n- {phone: 0, branch: 1, pin: 54321987}",
                                 "cashiers:\n- {phone: 09121112233, branch: 12 pin 54321987}",
                                 "cashiers:\n- phone: 09121112233\n  branch: 12\n  pin 54321987\n",
                                 "cashiers:\n- {phone: 09121112233, branch: 12, pin_hash: 54321987}",
                                 "cashiers:\n- {phone: 09121112233, branch: 12, pni: 54321987}",
                                 "till_keys:\n- {id: a, branch: 12, secret: whsec_54321987}",
                                 "till_keys:\n- {id: whsec_54321987, branch: 12}",
                                 "till_keys:\n- {id: a, branch: 12, secret_env: 54321987}"}) {
    const std::string told = mistakes_of(with(text));
    EXPECT_NE(told, "") << text;
    EXPECT_EQ(told.find("54321987"), std::string::npos) << told;
  }
}

}  // namespace
}  // namespace peyk::config::config_club_file_test
