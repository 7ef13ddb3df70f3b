#include "templates/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <thread>

#include "templates/alphabet.hpp"
#include "templates/keywords.hpp"
#include "templates/screen.hpp"

namespace peyk::tests::templates_catalogue_test {
namespace {

using namespace templates;
using namespace std::chrono_literals;

constexpr std::string_view kTehran = "Asia/Tehran";
const Instant kEnd = Instant{std::chrono::sys_days{std::chrono::year{2026} / 12 / 3}} + 20h + 30min;

std::string say(std::string_view key, Language language, std::initializer_list<Argument> arguments = {}) {
  return Catalogue::standard().render(key, language, arguments);
}

// One plausible value for each argument name that the catalogues know, as long as they come.
Value sample(const std::string& name) {
  static const std::set<std::string> kMoney = {"amount", "balance", "credit", "used", "left",
                                               "debt",   "collect", "min",    "sum",  "settled"};
  if (kMoney.contains(name)) return Money{1'284'500, MoneyDisplay::toman};
  if (name == "until" || name == "nearest") return LastDay{kEnd, kTehran};
  if (name == "at") return Moment{kEnd, kTehran};
  if (name == "number") return "48213";
  if (name == "hours") return std::int64_t{24};
  if (name == "cashier") return "09121112233";
  if (name == "invoice") return "F-1404-17";
  if (name == "sales") return std::int64_t{128};
  if (name == "day") return LastDayShort{kEnd, kTehran};
  if (name == "earned" || name == "refunded") return "۴۲۵٬۰۰۰";
  if (name == "percent") return "2.5%";
  if (name == "next") return "2";
  if (name == "seconds") return std::int64_t{120};
  if (name == "codes_used") return "1234567, 1234568";
  if (name == "codes" || name == "count" || name == "minutes" || name == "page" || name == "wanted")
    return std::int64_t{12};
  if (name == "list") return Rendered{"1234567: ۸۵٬۰۰۰ تومان تا ۱۲ آذر ۱۴۰۵"};
  if (name == "message") return Rendered{"نان سحر به یاد شماست"};
  if (name == "code") return "1234567";
  if (name == "card") return "6274120000000014";
  if (name == "phone") return "0912xxx6789";
  if (name == "typed") return "12845000";
  if (name == "word") return "نان ";
  if (name == "words") return "نان، شیر";
  if (name == "tag") return "دانشجو/کارمند";
  if (name == "pin") return "yes";
  if (name == "club") return "نان سحر";
  if (name == "branch") return "شعبه ونک";
  if (name == "branches") return "شعبه ونک، شعبه تجریش، شعبه سعادت‌آباد";
  if (name == "unit") return "toman";
  if (name == "name") return "سارا احمدی";
  if (name == "city") return "تهران";
  if (name == "born") return "1370/05/12";
  if (name == "gender") return "woman";
  if (name == "tier") return "طلایی";
  if (name == "title") return "بار ششم";
  if (name == "what") return "۵٪ اعتبار بیشتر";
  if (name == "facts") return "۷ خرید تاکنون (۶ به بالا)";
  if (name == "from" || name == "to") return "۶";
  if (name == "item") return "یک کروسان شکلاتی با قهوه";
  if (name == "note") return "از عضو طلایی تشکر کنید";
  if (name == "points" || name == "total") return std::int64_t{1'284};
  if (name == "length" || name == "recency" || name == "frequency" || name == "monetary")
    return std::int64_t{4};
  throw std::logic_error("the tests know no sample for argument " + name);
}

std::string say_with_samples(const std::string& key, Language language) {
  const auto names = Catalogue::standard().arguments(key, language);
  std::vector<Argument> arguments;
  for (const auto& name : names) arguments.push_back({name, sample(name)});
  return Catalogue::standard().render(key, language, arguments);
}

TEST(Catalogue, has_every_text_in_both_languages_with_the_same_arguments) {
  const Catalogue& all = Catalogue::standard();
  EXPECT_EQ(all.keys(Language::fa), all.keys(Language::en));
  EXPECT_GT(all.keys(Language::fa).size(), 70u);
  for (const auto& key : all.keys(Language::fa)) {
    EXPECT_EQ(all.arguments(key, Language::fa), all.arguments(key, Language::en)) << key;
  }
}

TEST(Catalogue, renders_every_text_and_keeps_it_short) {
  for (const Language language : {Language::fa, Language::en}) {
    for (const auto& key : Catalogue::standard().keys(language)) {
      const std::string text = say_with_samples(key, language);
      EXPECT_FALSE(text.empty()) << key;
      EXPECT_EQ(text.find_first_of("{}"), std::string::npos) << key << ": " << text;
      EXPECT_LE(part_count(text, choose(text)), 3u) << key << ": " << text;
    }
  }
}

TEST(Catalogue, ussd_screens_fit_or_page) {
  for (const Language language : {Language::fa, Language::en}) {
    for (const auto& key : Catalogue::standard().keys(language)) {
      if (!key.starts_with("ussd_")) continue;
      const std::string text = say_with_samples(key, language);
      EXPECT_LE(pages(text, say("ussd_more", language), say("ussd_back", language)).size(), 2u) << text;
      // A menu that one must page through to see its keys is not a menu.
      if (key.ends_with("_root") || key.find("_ask_") != std::string::npos) {
        EXPECT_TRUE(fits_screen(text)) << text;
      }
    }
  }
}

// Texts that reach a member unasked, on a service line.
const std::set<std::string> kServiceTexts = {
    "joined",        "purchase_thanks",  "purchase_no_credit", "purchase_joined",   "redeemed_member",
    "voided_member", "given_member",     "taken_back_member",  "invited",           "invited_member",
    "proof_member",  "purchase_settled", "refund_member",      "credit_lapses",     "purchase_settled_part",
    "tier_stays",    "tier_fallen",      "tier_over",          "occasion_birthday", "occasion_away",
    "occasion_join", "occasion_profile", "occasion_survey",    "occasion_own",      "occasion_event",
    "may_join_now",  "told_member",      "item_handed_over",   "item_back_member"};

TEST(Catalogue, service_texts_end_with_the_way_out_and_no_others_do) {
  for (const auto& key : Catalogue::standard().keys(Language::fa)) {
    const bool wanted = kServiceTexts.contains(key);
    EXPECT_EQ(say_with_samples(key, Language::fa).ends_with("\nلغو۱۱"), wanted) << key;
    EXPECT_EQ(say_with_samples(key, Language::en).ends_with("\nOff11"), wanted) << key;
  }
}

TEST(Catalogue, english_words_stay_in_gsm7) {
  for (const auto& key : Catalogue::standard().keys(Language::en)) {
    const auto names = Catalogue::standard().arguments(key, Language::en);
    std::vector<Argument> arguments;
    for (const auto& name : names) {
      static const std::set<std::string> kWords = {"earned", "refunded", "club", "branch", "tier",    "title",
                                                   "what",   "facts",    "from", "to",     "note",    "name",
                                                   "city",   "message",  "tag",  "item",   "branches"};
      const bool word = kWords.contains(name) || name.starts_with("word");
      arguments.push_back({name, word             ? Value("Bakery")
                                 : name == "list" ? Value(Rendered{"1"})
                                                  : sample(name)});
    }
    EXPECT_EQ(choose(Catalogue::standard().render(key, Language::en, arguments)), Alphabet::gsm7) << key;
  }
}

// What members are sent; what begins with "ussd_" is a screen, and cashiers are no machines.
bool is_for_members(const std::string& key) {
  static const std::set<std::string> kCashiers = {
      "buy",   "check",  "today",  "void",   "redeem",   "cashier", "help",    "alarm",   "dispute",
      "phone", "invite", "amount", "digest", "quote",    "about",   "manager", "segment", "fact",
      "gives", "tag",    "tags",   "untag",  "insights", "origin",  "effect",  "effects"};
  return key.find('_') == std::string::npos
             ? !kCashiers.contains(key)
             : !kCashiers.contains(key.substr(0, key.find('_'))) && !key.starts_with("ussd_");
}

// Else a machine that sends our texts back to us is answered for ever, and joins or leaves by it.
TEST(Catalogue, no_text_to_members_is_a_command) {
  for (const Language language : {Language::fa, Language::en}) {
    for (const auto& key : Catalogue::standard().keys(language)) {
      const bool part = key.find("_line") != key.npos || key == "rank" || key == "tier_member";
      if (!is_for_members(key) || part) continue;

      const std::string text = say_with_samples(key, language);
      EXPECT_EQ(Keywords::standard().match(text).keyword, Keyword::unknown) << key << ": " << text;
    }
  }
}

TEST(Catalogue, a_plus_stands_left_of_its_figure_in_persian) {
  for (const char* key : {"history_purchase", "history_purchase_refunded", "history_returned",
                          "history_occasion", "history_profile", "statement_line", "statement_line_refunded"})
    EXPECT_THAT(say_with_samples(key, Language::fa), testing::HasSubstr("\u200E+")) << key;
}

TEST(Catalogue, thanks_for_a_purchase_in_natural_words) {
  const std::initializer_list<Argument> arguments = {{"club", "نان سحر"},
                                                     {"amount", Money{8'500'000, MoneyDisplay::toman}},
                                                     {"credit", Money{425'000, MoneyDisplay::toman}},
                                                     {"until", LastDay{kEnd, kTehran}},
                                                     {"code", "4417203"},
                                                     {"list", Rendered{""}}};
  const std::string persian = say("purchase_thanks", Language::fa, arguments);
  EXPECT_EQ(persian,
            "از خرید شما سپاسگزاریم! نان سحر\nمبلغ خرید: ۸۵۰٬۰۰۰ تومان\n"
            "اعتبار هدیه: ۴۲٬۵۰۰ تومان تا پایان ۱۲ آذر ۱۴۰۵\nکد: 4417203\nلغو۱۱");
  EXPECT_TRUE(code_stays_whole(persian, "4417203"));
  EXPECT_LE(part_count(persian, Alphabet::ucs2), 2u);
  EXPECT_EQ(say("purchase_thanks", Language::en, arguments),
            "Thank you for shopping at نان سحر!\nPurchase: 850,000 tomans\n"
            "Credit for you: 42,500 tomans until 3 December 2026\nCode: 4417203\nOff11");
}

TEST(Catalogue, an_occasion_that_brings_credit_points_and_a_tier_tells_of_all_in_three_parts) {
  const Money amount{500'000, MoneyDisplay::toman};
  for (const Language language : {Language::fa, Language::en}) {
    const bool fa = language == Language::fa;
    const std::string list =
        '\n' +
        say("occasion_code_line", language,
            {{"amount", amount}, {"until", LastDayShort{kEnd, kTehran}}, {"code", "4417203"}}) +
        '\n' + say_with_samples("purchase_line_points", language) + '\n' +
        say("purchase_line_tier", language,
            {{"tier", fa ? "طلایی" : "Gold"}, {"until", LastDay{kEnd, kTehran}}});
    for (const char* key : {"occasion_birthday", "occasion_away", "occasion_join", "occasion_profile",
                            "occasion_survey", "occasion_event"}) {
      const std::string text =
          say(key, language, {{"club", fa ? "نان و نمک" : "Bread and Salt"}, {"list", Rendered{list}}});
      EXPECT_LE(part_count(text, choose(text)), fa ? 3u : 2u) << text;
    }
  }
}

RC_GTEST_PROP(Catalogue, a_code_is_whole_whatever_the_names_are, ()) {
  const auto length = *rc::gen::inRange<std::size_t>(0, 120);
  std::string club;
  for (std::size_t i = 0; i < length; ++i) club += i % 7 == 6 ? " " : "ن";
  const std::string text =
      say("purchase_thanks", Language::fa,
          {{"club", club},
           {"amount", Money{*rc::gen::inRange<std::int64_t>(1, 1'000'000'000), MoneyDisplay::rial}},
           {"credit", Money{425'000, MoneyDisplay::toman}},
           {"until", LastDay{kEnd, kTehran}},
           {"code", "4417203"},
           {"list", Rendered{""}}});
  RC_ASSERT(code_stays_whole(text, "4417203"));
}

TEST(Catalogue, counts_in_words) {
  const auto more = [](std::int64_t n, Language language) {
    return say("codes_more", language, {{"count", n}});
  };
  EXPECT_EQ(more(1, Language::en), "and 1 more code");
  EXPECT_EQ(more(1200, Language::en), "and 1,200 more codes");
  EXPECT_EQ(more(3, Language::fa), "و ۳ کد دیگر");
  EXPECT_EQ(say("today", Language::en,
                {{"branch", "Vanak"},
                 {"sales", std::int64_t{1200}},
                 {"amount", Money{}},
                 {"credit", Money{}},
                 {"count", std::int64_t{0}},
                 {"sum", Money{}},
                 {"list", Rendered{""}}}),
            "Today, Vanak\nPurchases: 1,200, 0 rials\nCredit given: 0 rials\nCodes taken: 0, 0 rials");
  EXPECT_EQ(say("ussd_ask_amount", Language::fa, {{"unit", "toman"}}), "مبلغ فاکتور (تومان):");
  EXPECT_EQ(say("ussd_ask_amount", Language::fa, {{"unit", "rial"}}), "مبلغ فاکتور (ریال):");
}

TEST(Catalogue, never_reads_an_argument_as_a_pattern) {
  const std::string text =
      say("not_member", Language::en, {{"club", "{code} '{' {0, plural, other{#}} %s"}, {"word", ""}});
  EXPECT_NE(text.find("the {code} '{' {0, plural, other{#}} %s club"), std::string::npos) << text;
}

TEST(Catalogue, flattens_arguments_to_one_line) {
  const std::string text =
      say("codes_none", Language::en, {{"club", "a\r\nb\tc\u2028d\u202Ee\x01 f\u00A0g می\u200cرود \xFF"}});
  EXPECT_EQ(text, "You have no live code at a  b c de  f g می\u200cرود \uFFFD now.");
  EXPECT_EQ(say("ussd_codes", Language::en, {{"list", Rendered{"1\n2"}}}), "Your codes:\n1\n2");
}

TEST(Catalogue, a_missing_key_or_argument_is_named) {
  const auto message = [](auto&& call) -> std::string {
    try {
      call();
    } catch (const std::logic_error& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_EQ(message([] { say("no_such_text", Language::fa); }), "there is no text no_such_text");
  EXPECT_EQ(message([] {
              say("joined", Language::fa, {{"club", "x"}});
            }),
            "text joined, argument card: is missing");
  EXPECT_EQ(message([] {
              say("codes_more", Language::en, {{"count", "3"}});
            }),
            "text codes_more, argument count: must be an integer");
  EXPECT_NO_THROW(say("cashier_only", Language::en, {{"unused", "x"}}));
}

TEST(Catalogue, refuses_broken_data_with_its_place) {
  const auto message = [](const char* yaml) -> std::string {
    try {
      const Catalogue broken(yaml, "");
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_NE(message("a: 'x {'").find("fa: text a: bad pattern"), std::string::npos) << message("a: 'x {'");
  EXPECT_NE(message("a: '{n, number}'").find("only plural and select"), std::string::npos);
  EXPECT_NE(message("a: '{n, plural, one{x}}'").find("text a"), std::string::npos);
  EXPECT_NE(message("a: '{n, plural, offset:1 other{#}}'").find("offset"), std::string::npos);
  EXPECT_NE(message("a: x\na: y").find("twice"), std::string::npos);
  EXPECT_NE(message("a: [1, 2]").find("text a"), std::string::npos);
  EXPECT_NE(message("a: 'x").find("fa"), std::string::npos);
}

TEST(Catalogue, reads_patterns_as_icu_does) {
  const Catalogue small("a: \"it''s '{'{n, plural, =1{one {n}} other{#: {w, select, x{ex} other{{w}}}}}'}'\"",
                        "b: x");
  EXPECT_EQ(small.render("a", Language::fa, {{"n", std::int64_t{1}}, {"w", "x"}}), "it's {one ۱}");
  EXPECT_EQ(small.render("a", Language::fa, {{"n", std::int64_t{5}}, {"w", "x"}}), "it's {۵: ex}");
  EXPECT_EQ(small.render("a", Language::fa, {{"n", std::int64_t{5}}, {"w", "why"}}), "it's {۵: why}");
  EXPECT_EQ(small.arguments("a", Language::fa), (std::vector<std::string>{"n", "w"}));
}

TEST(Catalogue, has_a_text_for_every_refused_amount) {
  for (const auto error :
       {AmountError::empty, AmountError::negative, AmountError::fraction, AmountError::not_a_number,
        AmountError::zero, AmountError::too_large, AmountError::ambiguous}) {
    EXPECT_FALSE(say(amount_bad_key(error), Language::fa).empty());
  }
  EXPECT_EQ(amount_bad_key(AmountError::zero), "amount_bad_zero");
  EXPECT_EQ(amount_bad_key(AmountError::too_large), "amount_bad_too_large");
}

TEST(Catalogue, may_be_rendered_by_many_threads) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < 200; ++n) {
        EXPECT_EQ(say("codes_more", Language::en, {{"count", std::int64_t{2}}}), "and 2 more codes");
        EXPECT_FALSE(say_with_samples("credit", Language::fa).empty());
      }
    });
  }
}

}  // namespace
}  // namespace peyk::tests::templates_catalogue_test
