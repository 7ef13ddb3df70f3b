// The reader beneath peyk.yaml and the club files, with a small file of its own.
#include "config/document.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>

namespace peyk::config::config_document_test {
namespace {

using namespace std::chrono_literals;

enum class Colour : std::uint8_t { red, green };

struct Settings {
  std::string name = "default";
  std::uint16_t port = 1;
  bool open = false;
  std::chrono::milliseconds wait{1};
  std::chrono::seconds keep{1};
  double rate = 0;
  Colour colour = Colour::red;
  std::int32_t share = 0;
  std::uint64_t phone = 0;
  std::string password;
  std::vector<std::uint32_t> numbers;
};

constexpr TextRule kWord{[](std::string_view t) { return !t.empty() && t.size() <= 10; }, "1 to 10 octets"};

std::optional<std::string> variables(std::string_view name) {
  if (name == "PORT") return "2776";
  if (name == "LEAK") return "hunter2";
  return std::nullopt;
}

std::string read(std::string_view yaml, Settings& settings) {
  const Environment environment = variables;
  Document document(yaml, "a.yaml", environment);
  document.read([&](Section& root) {
    root.text("name", settings.name, kWord);
    root.integer("port", settings.port, 1, 65535);
    root.boolean("open", settings.open);
    root.duration("wait", settings.wait, 10ms, 1min);
    root.duration("keep", settings.keep, 1s, 1h);
    root.rate("rate", settings.rate, 1000);
    root.choice<Colour>("colour", settings.colour, {{"red", Colour::red}, {"green", Colour::green}});
    root.percent("share", settings.share, 0, 10000);
    root.phone("phone", settings.phone, "IR", Presence::optional);
    root.section("inner", [&](Section& inner) {
      inner.secret("password", settings.password, kWord, Presence::optional);
    });
    root.list("numbers", 0, 3, [&](Section& item, std::size_t) {
      item.integer("value", settings.numbers.emplace_back(), 0, 9, Presence::required);
    });
  });
  return report(std::move(document).mistakes());
}

std::string mistakes_of(std::string_view yaml) {
  Settings settings;
  return read(yaml, settings);
}

constexpr std::string_view kKeys = "name, port, open, wait, keep, rate, colour, share, phone, inner, numbers";

TEST(ConfigDocument, reads_every_kind_of_value) {
  Settings settings;
  EXPECT_EQ(read("name: نان\nport: ${PORT}\nopen: true\nwait: 500ms\nkeep: 5m\nrate: 30/min\ncolour: green\n"
                 "share: 7.5\nphone: 09121112233\ninner: {password: hunter2}\nnumbers:\n- value: 3\n- "
                 "{value: 0x4}\n",
                 settings),
            "");
  EXPECT_EQ(settings.name, "نان");
  EXPECT_EQ(settings.port, 2776);
  EXPECT_TRUE(settings.open);
  EXPECT_EQ(settings.wait, 500ms);
  EXPECT_EQ(settings.keep, 300s);
  EXPECT_EQ(settings.rate, 0.5);
  EXPECT_EQ(settings.colour, Colour::green);
  EXPECT_EQ(settings.share, 750);
  EXPECT_EQ(settings.phone, 989121112233u);
  EXPECT_EQ(settings.password, "hunter2");
  EXPECT_EQ(settings.numbers, (std::vector<std::uint32_t>{3, 4}));
}

TEST(ConfigDocument, leaves_a_field_alone_when_its_key_is_absent) {
  Settings settings;
  EXPECT_EQ(read("port: 2\n", settings), "");
  EXPECT_EQ(settings.name, "default");
  EXPECT_EQ(settings.wait, 1ms);
  EXPECT_TRUE(settings.numbers.empty());
}

TEST(ConfigDocument, takes_a_section_or_list_with_all_lines_commented_as_absent) {
  EXPECT_EQ(mistakes_of("inner:\n  #password: x\nnumbers:\n  #- value: 1\n"), "");
}

TEST(ConfigDocument, reads_windows_line_ends_and_a_byte_order_mark) {
  Settings settings;
  EXPECT_EQ(read("\xEF\xBB\xBFname: abc\r\nport: 7\r\n", settings), "");
  EXPECT_EQ(settings.name, "abc");
  EXPECT_EQ(settings.port, 7);
}

struct Wrong {
  std::string yaml;
  std::string report;
};

TEST(ConfigDocument, says_what_is_wrong_with_one_value) {
  const std::string port = "; allowed: a whole number, 1 to 65535\n";
  const Wrong table[] = {
      {"name: \"\"", "a.yaml:1: name: found \"\"; allowed: 1 to 10 octets\n"},
      {"name: [a]", "a.yaml:1: name: found a list; allowed: 1 to 10 octets\n"},
      {"name: {a: b}", "a.yaml:1: name: found a map; allowed: 1 to 10 octets\n"},
      {"name:", "a.yaml:1: name: found nothing; allowed: 1 to 10 octets\n"},
      {"name: ~", "a.yaml:1: name: found nothing; allowed: 1 to 10 octets\n"},
      {"name: 12345678901", "a.yaml:1: name: found \"12345678901\"; allowed: 1 to 10 octets\n"},
      {"name: " + std::string(90, 'x'),
       "a.yaml:1: name: found \"" + std::string(40, 'x') + "…\"; allowed: 1 to 10 octets\n"},
      {"port: 0", "a.yaml:1: port: found \"0\"" + port},
      {"port: 65536", "a.yaml:1: port: found \"65536\"" + port},
      {"port: 99999999999999999999", "a.yaml:1: port: found \"99999999999999999999\"" + port},
      {"port: -1", "a.yaml:1: port: found \"-1\"" + port},
      {"port: many", "a.yaml:1: port: found \"many\"" + port},
      {"port: 1.5", "a.yaml:1: port: found \"1.5\"" + port},
      {"port: ${PORT}00",
       "a.yaml:1: port: found \"${PORT}00\" (what the variable holds is not shown)" + port},
      {"port: ${LEAK}", "a.yaml:1: port: found \"${LEAK}\" (what the variable holds is not shown)" + port},
      {"port: ${NONE}", "a.yaml:1: port: the variable NONE is not set" + port},
      {"port: ${NONE", "a.yaml:1: port: ${ begins no ${NAME} or ${NAME:-default}; $${ is a plain ${" + port},
      {"open: yes", "a.yaml:1: open: found \"yes\"; allowed: true, false\n"},
      {"wait: 30",
       "a.yaml:1: wait: found \"30\"; allowed: 10ms to 1m, a whole number with its unit: ms, s, m, h, d\n"},
      {"wait: 9ms",
       "a.yaml:1: wait: found \"9ms\"; allowed: 10ms to 1m, a whole number with its unit: ms, s, m, h, d\n"},
      {"wait: 2m",
       "a.yaml:1: wait: found \"2m\"; allowed: 10ms to 1m, a whole number with its unit: ms, s, m, h, d\n"},
      {"keep: 1500ms",
       "a.yaml:1: keep: found \"1500ms\"; allowed: 1s to 1h, a whole number with its unit: s, m, h, d\n"},
      {"rate: 1001",
       "a.yaml:1: rate: found \"1001\"; allowed: 0 (no limit) to 1000 a second: 100, 100/s, 0.5/s, 30/min\n"},
      {"rate: -1",
       "a.yaml:1: rate: found \"-1\"; allowed: 0 (no limit) to 1000 a second: 100, 100/s, 0.5/s, 30/min\n"},
      {"colour: blue", "a.yaml:1: colour: found \"blue\"; allowed: red, green\n"},
      {"share: 100.01",
       "a.yaml:1: share: found \"100.01\"; allowed: percent, 0 to 100, up to two decimals: 5, 7.5\n"},
      {"share: 5.125",
       "a.yaml:1: share: found \"5.125\"; allowed: percent, 0 to 100, up to two decimals: 5, 7.5\n"},
      {"phone: 12",
       "a.yaml:1: phone: found \"12\"; allowed: a mobile number: 09121112233 or +989121112233\n"},
      {"inner: x", "a.yaml:1: inner: found plain text; allowed: lines of `key: value`\n"},
      {"inner: [x]", "a.yaml:1: inner: found a list; allowed: lines of `key: value`\n"},
      {"numbers: x",
       "a.yaml:1: numbers: found plain text; allowed: a list of 0 to 3 entries, each begun with `- `\n"},
      {"numbers: {value: 1}",
       "a.yaml:1: numbers: found a map; allowed: a list of 0 to 3 entries, each begun with `- `\n"},
      {"numbers: [{value: 1}, 7]",
       "a.yaml:1: numbers[1]: found plain text; allowed: lines of `key: value` after `- `\n"},
      {"numbers: [{}]", "a.yaml:1: numbers[0].value: missing; allowed: a whole number, 0 to 9\n"},
  };
  for (const auto& [yaml, expected] : table) EXPECT_EQ(mistakes_of(yaml), expected) << yaml;
}

TEST(ConfigDocument, refuses_unknown_keys_and_suggests_the_nearest) {
  const std::string allowed = " allowed: " + std::string(kKeys) + "\n";
  EXPECT_EQ(mistakes_of("prot: 1\n"), "a.yaml:1: prot: unknown key; did you mean \"port\"?" + allowed);
  EXPECT_EQ(mistakes_of("\ncolor: red\n"),
            "a.yaml:2: color: unknown key; did you mean \"colour\"?" + allowed);
  EXPECT_EQ(mistakes_of("weather: fine\n"), "a.yaml:1: weather: unknown key;" + allowed);
  EXPECT_EQ(
      mistakes_of("inner:\n  pasword: hunter2\n"),
      "a.yaml:2: inner.pasword: unknown key; did you mean \"password\"? allowed: password, password_env, "
      "password_file\n");
}

TEST(ConfigDocument, refuses_a_key_given_twice_and_says_where_it_was_first) {
  EXPECT_EQ(mistakes_of("port: 1\nname: a\nport: 2\n"),
            "a.yaml:3: port: given twice, first at line 1; allowed: each key once\n");
  EXPECT_EQ(mistakes_of("numbers:\n- value: 1\n  value: 2\n"),
            "a.yaml:3: numbers[0].value: given twice, first at line 2; allowed: each key once\n");
}

TEST(ConfigDocument, tells_all_mistakes_at_once_in_the_order_of_the_file) {
  EXPECT_EQ(mistakes_of("numbers:\n"
                        "- value: 1\n"
                        "- value: ten\n"
                        "- vlaue: 2\n"
                        "colour: blue\n"
                        "port: 0\n"
                        "port: 1\n"
                        "name: *x\n"),
            "a.yaml:7: port: given twice, first at line 6; allowed: each key once\n"
            "a.yaml:8: an alias (*name) is not read here; allowed: a value that begins with * or & stands in "
            "quotes: "
            "\"*7000\"\n");
  EXPECT_EQ(mistakes_of("numbers:\n"
                        "- value: 1\n"
                        "- value: ten\n"
                        "- vlaue: 2\n"
                        "colour: blue\n"
                        "port: 0\n"
                        "port: 1\n"
                        "name: &x a\n"),
            "a.yaml:3: numbers[1].value: found \"ten\"; allowed: a whole number, 0 to 9\n"
            "a.yaml:4: numbers[2].value: missing; allowed: a whole number, 0 to 9\n"
            "a.yaml:4: numbers[2].vlaue: unknown key; did you mean \"value\"? allowed: value\n"
            "a.yaml:5: colour: found \"blue\"; allowed: red, green\n"
            "a.yaml:6: port: found \"0\"; allowed: a whole number, 1 to 65535\n"
            "a.yaml:7: port: given twice, first at line 6; allowed: each key once\n"
            "a.yaml:8: name: an anchor (&name) is not read here; allowed: a value that begins with * or & "
            "stands in "
            "quotes: \"*7000\"\n");
}

TEST(ConfigDocument, counts_columns_in_characters) {
  const Environment environment = variables;
  Document document("{name: نان, port: x}", "a.yaml", environment);
  document.read([&](Section& root) {
    std::string name;
    std::uint16_t port = 0;
    root.text("name", name, kWord);
    root.integer("port", port, 1, 2);
  });
  const std::vector<Mistake> mistakes = std::move(document).mistakes();
  ASSERT_EQ(mistakes.size(), 1u);
  EXPECT_EQ(mistakes[0], (Mistake{"a.yaml", 1, 19, "port", "found \"x\"", "a whole number, 1 to 2"}));
}

TEST(ConfigDocument, refuses_what_is_no_plain_yaml) {
  const std::string quote = "; allowed: a value that begins with * or & stands in quotes: \"*7000\"\n";
  const Wrong table[] = {
      {"", "a.yaml: nothing is written in it; allowed: lines of `key: value`\n"},
      {"# only a comment\n", "a.yaml: nothing is written in it; allowed: lines of `key: value`\n"},
      {"just text", "a.yaml:1: plain text; allowed: lines of `key: value`\n"},
      {"- a\n- b\n", "a.yaml:1: a list; allowed: lines of `key: value`\n"},
      {"port: 1\n---\nport: 2\n",
       "a.yaml:2: a second document begins; allowed: one document in a file, no --- between\n"},
      {"name: *7000\n", "a.yaml:1: an alias (*name) is not read here" + quote},
      {"name: &a x\nport: *a\n", "a.yaml:1: name: an anchor (&name) is not read here" + quote +
                                     "a.yaml:2: port: an alias (*name) is not read here" + quote},
      {"port: !!int 5\n", "a.yaml:1: port: a tag (!name) is not read here; allowed: the value alone\n"},
      {"? [a, b]\n: 1\nport: 2\n", "a.yaml:1: a key that is no word; allowed: key: value\n"},
      {"~: 1\n", "a.yaml:1: a key that is no word; allowed: key: value\n"},
      {"port: 1\n\tname: x\n", "a.yaml:2: broken YAML: illegal tab when looking for indentation\n"},
      {"port: 1\n  name: x\n",
       "a.yaml:2: broken YAML: a line that is neither `key: value` nor indented like its neighbours\n"},
      {"name: \"\\q\"\n", "a.yaml:1: broken YAML: unknown escape character: q\n"},
      {"port: 1\nname: \xFF\n", "a.yaml:2: no valid UTF-8; allowed: text in UTF-8\n"},
      {"port: 1\n\nname: a\x01\n", "a.yaml:3: a control character; allowed: text in UTF-8\n"},
  };
  for (const auto& [yaml, expected] : table) EXPECT_EQ(mistakes_of(yaml), expected) << yaml;
  EXPECT_EQ(mistakes_of(std::string_view("name: \0", 7)),
            "a.yaml:1: a control character; allowed: text in UTF-8\n");
}

TEST(ConfigDocument, keeps_large_deep_and_multiplying_files_small) {
  EXPECT_EQ(mistakes_of(std::string(kFileOctetsMax + 1, '#')),
            "a.yaml: 1048577 octets long; allowed: up to 1048576\n");
  EXPECT_EQ(mistakes_of("{numbers: " + std::string(17, '[') + std::string(17, ']') + "}"),
            "a.yaml:1: numbers[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: too deep; allowed: up to 16 "
            "maps and lists inside each other\n");
  EXPECT_NE(mistakes_of(std::string(kFileOctetsMax, '[')).find("too deep"), std::string::npos);
  EXPECT_NE(mistakes_of(std::string(kFileOctetsMax, '{')), "");
  std::string wide = "numbers: [";
  for (std::size_t i = 0; i <= kNodesMax; ++i) wide += "1,";
  EXPECT_NE(mistakes_of(wide + "1]").find("too many values; allowed: up to 50000"), std::string::npos);
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c <= 'z'; ++c) {
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 9; ++i) bomb += std::string(i == 0 ? "" : ",") + "*" + static_cast<char>(c - 1);
    bomb += "]\n";
  }
  EXPECT_NE(mistakes_of(bomb).find("an alias (*name) is not read here"), std::string::npos);
}

TEST(ConfigDocument, stops_counting_at_a_hundred_mistakes) {
  std::string yaml;
  for (int i = 0; i < 500; ++i) yaml += "x" + std::to_string(i) + ": 1\n";
  const std::string report = mistakes_of(yaml);
  EXPECT_EQ(std::count(report.begin(), report.end(), '\n'), 101);
  EXPECT_TRUE(report.ends_with("a.yaml: and more mistakes\n"));
}

TEST(ConfigDocument, takes_a_secret_in_exactly_one_of_its_three_forms) {
  const std::string forms = "; allowed: one of password, password_env, password_file: 1 to 10 octets\n";
  Settings settings;
  EXPECT_EQ(read("inner:\n  password_env: LEAK\n", settings), "");
  EXPECT_EQ(settings.password, "hunter2");
  EXPECT_EQ(mistakes_of("inner:\n  password: hunter2\n  password_env: LEAK\n"),
            "a.yaml:3: inner.password_env: given beside password" + forms);
  EXPECT_EQ(mistakes_of("inner:\n  password_env: LEAK\n  password_file: x\n"),
            "a.yaml:3: inner.password_file: given beside password_env" + forms);
  EXPECT_EQ(mistakes_of("inner:\n  password_env: PEYK_NONE\n"),
            "a.yaml:2: inner.password_env: the variable PEYK_NONE is not set\n");
  EXPECT_EQ(mistakes_of("inner:\n  password_file: /nowhere/at/all\n"),
            "a.yaml:2: inner.password_file: the file cannot be read: No such file or directory\n");
}

TEST(ConfigDocument, never_shows_a_secret_wherever_it_was_put) {
  const std::string_view table[] = {
      "inner:\n  password: hunter2hunter2\n",
      "inner:\n  password: [hunter2]\n",
      "inner:\n  password: {hunter2: x}\n",
      "inner:\n  password: \"hunter2${NONE}\"\n",
      "inner:\n  password: hunter2\n  password_env: LEAK\n",
      "inner:\n  password_env: hunter2\n",
      "inner:\n  password_env: hunter2!\n",
      "inner:\n  password_file: hunter2\n",
      "inner:\n  password hunter2\n",
      "inner: password:hunter2\n",
      "inner: {password:hunter2}\n",
      "inner:\n  pasword: hunter2\n",
      "inner:\n  password: hunter2\n  password: hunter2\n",
      "inner:\n  password: &hunter2 x\n",
      "inner:\n  password: *hunter2\n",
      "inner:\n  password: !hunter2 x\n",
      "port: ${LEAK}\n",
      "name: ${LEAK}${LEAK}\n",
      "name: peyk\n  password hunter2\n",
      "name: peyk\n  password:hunter2\n",
      "- password: hunter2\n",
      "password hunter2\n",
  };
  for (const std::string_view yaml : table) {
    const std::string report = mistakes_of(yaml);
    EXPECT_NE(report, "") << yaml;
    EXPECT_EQ(report.find("hunter2"), std::string::npos) << yaml << report;
  }
}

TEST(ConfigDocument, finds_the_key_that_was_meant) {
  const std::vector<std::string_view> known = {"window", "rate", "host", "port", "enquire_link_interval"};
  EXPECT_EQ(nearest("windw", known), "window");
  EXPECT_EQ(nearest("raet", known), "rate");
  EXPECT_EQ(nearest("prot", known), "port");
  EXPECT_EQ(nearest("enquire_link_intervall", known), "enquire_link_interval");
  EXPECT_EQ(nearest("password", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest("x", known), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), known), "");
}

RC_GTEST_PROP(ConfigDocument, reads_any_octets_without_throwing, (const std::string& octets)) {
  mistakes_of(octets);
}

}  // namespace
}  // namespace peyk::config::config_document_test
