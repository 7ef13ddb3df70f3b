#include "templates/keywords.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "templates/fold.hpp"

namespace peyk::tests::templates_keywords_test {
namespace {

using namespace templates;

Typed match(std::string_view text) {
  return Keywords::standard().match(text);
}

using Args = std::vector<std::string>;

struct Case {
  const char* text;
  Keyword keyword;
  const char* code = "";
  Args args = {};
};

void expect_all(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const Typed typed = match(c.text);
    EXPECT_EQ(typed.keyword, c.keyword) << c.text;
    EXPECT_EQ(typed.code, c.code) << c.text;
    EXPECT_EQ(typed.args, c.args) << c.text;
  }
}

TEST(Keywords, of_members) {
  expect_all({
      {"عضویت", Keyword::join},
      {"عضويت ۰۹۱۲۳۴۵۶۷۸۹", Keyword::join, "", {"09123456789"}},
      {"JOIN", Keyword::join},
      {"join 6274-1200", Keyword::join, "", {"6274-1200"}},
      {"اعتبار", Keyword::credit},
      {"«اعتبار».", Keyword::credit},
      {"Balance?", Keyword::credit},
      {"كدها", Keyword::codes},
      {"کد ها", Keyword::codes},
      {"کد\u200cها", Keyword::codes},
      {"CODES", Keyword::codes},
      {"کد", Keyword::codes},
      {"code", Keyword::codes},
      {"کد 1234567", Keyword::redeem, "1234567"},
      {"REDEEM 1234567", Keyword::redeem, "1234567"},
      {"code 1234567", Keyword::redeem, "1234567"},
      {"کد abc", Keyword::redeem, "", {"abc"}},
      {"کد جدید 100000", Keyword::split, "", {"100000"}},
      {"CODE 100000", Keyword::split, "", {"100000"}},
      {"خرید 250000 شعبه 12", Keyword::pay, "", {"250000", "شعبه", "12"}},
      {"PAY 250000 AT 12", Keyword::pay, "", {"250000", "at", "12"}},
      {"انتقال ۰۹۱۲۰۰۰۰۱۰۱ ۵۰٬۰۰۰", Keyword::transfer, "", {"09120000101", "50٬000"}},
      {"GIVE 09120000101 50000", Keyword::transfer, "", {"09120000101", "50000"}},
      {"معرفی 09120000101", Keyword::refer, "", {"09120000101"}},
      {"سابقه", Keyword::history},
      {"OFFERS", Keyword::offers},
      {"پیشنهاد", Keyword::offers},
      {"تولد ۱۳۷۰/۰۵/۱۲", Keyword::born, "", {"1370/05/12"}},
      {"شهر تهران", Keyword::city, "", {"تهران"}},
      {"جنسیت زن", Keyword::gender, "", {"زن"}},
      {"چرا؟", Keyword::why},
      {"صورت‌حساب", Keyword::statement},
      {"صورت حساب", Keyword::statement},
      {"تماس", Keyword::contact},
      {"خروج", Keyword::leave},
      {"لغو عضویت", Keyword::leave},
      {"راهنما", Keyword::help},
      {"HELP!", Keyword::help},
      {"?", Keyword::help},
      {"؟", Keyword::help},
  });
}

TEST(Keywords, of_cashiers_and_managers) {
  expect_all({
      {"1234567", Keyword::bare_code, "1234567"},
      {"۱۲۳۴۵۶۷", Keyword::bare_code, "1234567"},
      {"1234567 850000", Keyword::bare_code, "1234567", {"850000"}},
      {"1234567 850,000 F-77 4321", Keyword::bare_code, "1234567", {"850,000", "f-77", "4321"}},
      {"VOID 1234567", Keyword::void_redemption, "1234567"},
      {"باطل ۱۲۳۴۵۶۷", Keyword::void_redemption, "1234567"},
      {"BUY 09120000101 850000 A7", Keyword::buy, "", {"09120000101", "850000", "a7"}},
      {"فروش ۰۹۱۲۰۰۰۰۱۰۱ ۸۵۰۰۰۰", Keyword::buy, "", {"09120000101", "850000"}},
      {"امروز", Keyword::today},
      {"REPORT week", Keyword::report, "", {"week"}},
      {"گزارش", Keyword::report},
      {"TAG 09120000101 vip", Keyword::tag, "", {"09120000101", "vip"}},
      {"برچسب ۰۹۱۲۰۰۰۰۱۰۱ همکار", Keyword::tag, "", {"09120000101", "همکار"}},
      {"بی‌برچسب 09120000101 همکار", Keyword::untag, "", {"09120000101", "همکار"}},
      {"بی برچسب 09120000101 همکار", Keyword::untag, "", {"09120000101", "همکار"}},
      {"UNTAG 09120000101 vip", Keyword::untag, "", {"09120000101", "vip"}},
  });
}

TEST(Keywords, eleven_and_twelve_work_alone_and_only_alone) {
  for (const auto* text :
       {"11", "۱۱", "١١", " 11 ", "لغو", "لغو۱۱", "لغو 11", "لَغو١١", "STOP", "Off11", "off 11"}) {
    EXPECT_EQ(match(text).keyword, Keyword::stop) << text;
  }
  for (const auto* text : {"12", "۱۲", "شروع", "Start"})
    EXPECT_EQ(match(text).keyword, Keyword::start) << text;
  EXPECT_EQ(match("11 1234567").keyword, Keyword::unknown);
  EXPECT_EQ(match("12 تومان").keyword, Keyword::unknown);
  EXPECT_EQ(match("111").keyword, Keyword::unknown);
}

TEST(Keywords, read_a_code_however_it_is_typed) {
  for (const auto* text :
       {"1234507", "۱۲۳۴۵۰۷", "١٢٣٤٥٠٧", "12345O7", "12345o7", "123 4507", "123-4507", "12\u200c34507",
        "\u202b1234507\u202c", "1234507.", "«1234507»", "１２３４５０７", "12 345 07"}) {
    const Typed typed = match(text);
    EXPECT_EQ(typed.keyword, Keyword::bare_code) << text;
    EXPECT_EQ(typed.code, "1234507") << text;
    EXPECT_TRUE(typed.args.empty()) << text;
  }
  const Typed grouped = match("123 4507 850000");
  EXPECT_EQ(grouped.code, "1234507");
  EXPECT_EQ(grouped.args, Args{"850000"});
}

TEST(Keywords, do_not_see_codes_where_there_are_none) {
  for (const auto* text :
       {"123456", "12345678", "0123456", "o123456", "1oooo23", "-1234567", "1234567-", "1--234567",
        "1234 5678", "850000 123", "ooooooo", "1234l67", "5", "3 خیلی خوب بود"}) {
    EXPECT_EQ(match(text).keyword, Keyword::unknown) << text;
    EXPECT_EQ(match(text).code, "") << text;
  }
}

TEST(Keywords, unknown_texts_keep_their_words) {
  const Typed typed = match("سلام، خوبید؟");
  EXPECT_EQ(typed.keyword, Keyword::unknown);
  EXPECT_EQ(typed.args, (Args{"سلام", "خوبید"}));
  EXPECT_EQ(typed.tail, "سلام، خوبید؟");
  for (const auto* text : {"", "  ", "\u200c", "عضویتم", "joinx"}) {
    EXPECT_EQ(match(text).keyword, Keyword::unknown) << text;
  }
}

TEST(Keywords, keep_the_tail_as_it_was_typed) {
  EXPECT_EQ(match("نام  Sara  أحمدي ").tail, "Sara  أحمدي");
  EXPECT_EQ(match("NAME Sara O'Neil.").tail, "Sara O'Neil.");
  EXPECT_EQ(match("1234567 850000 INV-7a").tail, "850000 INV-7a");
  EXPECT_EQ(match("CREDIT").tail, "");
  EXPECT_EQ(match("نام \xFF Sara").tail, "\uFFFD Sara");
}

TEST(Keywords, tell_the_language_of_the_word) {
  EXPECT_EQ(match("JOIN").language, Language::en);
  EXPECT_EQ(match("عضویت").language, Language::fa);
  EXPECT_EQ(match("11").language, std::nullopt);
  EXPECT_EQ(match("1234567").language, std::nullopt);
}

TEST(Keywords, switch_the_language) {
  const std::vector<std::pair<const char*, std::optional<Language>>> cases = {
      {"LANG FA", Language::fa},    {"lang en", Language::en}, {"زبان انگلیسی", Language::en},
      {"زبان فارسي", Language::fa}, {"English", Language::en}, {"فارسی", Language::fa},
      {"زبان", std::nullopt},       {"LANG de", std::nullopt}};
  for (const auto& [text, chosen] : cases) {
    EXPECT_EQ(match(text).keyword, Keyword::language) << text;
    EXPECT_EQ(match(text).chosen, chosen) << text;
  }
  EXPECT_EQ(match("english please").keyword, Keyword::unknown);
}

TEST(Keywords, the_first_word_of_a_shared_line_is_split_off) {
  EXPECT_EQ(split_first_word("  نان  اعتبار من"), std::pair(std::string("نان"), std::string("اعتبار من")));
  EXPECT_EQ(split_first_word("NAN"), std::pair(std::string("nan"), std::string()));
  EXPECT_EQ(split_first_word(""), std::pair(std::string(), std::string()));
}

TEST(Keywords, a_data_file_with_a_mistake_is_refused) {
  const auto message = [](const char* yaml) -> std::string {
    try {
      const Keywords broken(yaml);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_EQ(message("jump: {en: [jump]}"), "keywords: unknown command jump");
  EXPECT_EQ(message("join: {de: [beitreten]}"), "keywords: join: unknown language de");
  EXPECT_EQ(message("join: {en: [x]}\nstop: {fa: [x]}"), "keywords: \"x\" belongs to two commands");
  EXPECT_EQ(message("join: {en: ['']}"), "keywords: an empty word");
  EXPECT_NE(message("join: {en: [").find("keywords:"), std::string::npos);
}

TEST(Keywords, a_club_may_bring_its_own_words) {
  const Keywords own("join:\n  fa: [\"نان تازه\", نان]\n  en: [bread]");
  EXPECT_EQ(own.match("نان تازه می‌خواهم").args, Args{"میخواهم"});
  EXPECT_EQ(own.match("bread").keyword, Keyword::join);
  EXPECT_EQ(own.match("join").keyword, Keyword::unknown);
}

TEST(Keywords, long_texts_are_read_to_a_limit) {
  std::string text = "نام ";
  while (text.size() < 50'000) text += "س ";
  EXPECT_EQ(match(text).keyword, Keyword::name);
  EXPECT_LE(match(text).tail.size(), kFoldOctetsMax);
}

RC_GTEST_PROP(Keywords, any_octets_are_matched_without_harm, (const std::string& octets)) {
  const Typed typed = match(octets);
  RC_ASSERT(typed.code.empty() || typed.code.size() == 7);
  match("کد " + octets);
  split_first_word(octets);
}

RC_GTEST_PROP(Keywords, the_form_of_a_text_never_matters, ()) {
  const auto code = std::to_string(*rc::gen::inRange(1'000'000, 10'000'000));
  std::string typed_text;
  for (const char c : code) {
    const auto digit = static_cast<std::size_t>(c - '0');
    static const std::vector<std::vector<std::string>> kFamilies = {
        {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
        {"۰", "۱", "۲", "۳", "۴", "۵", "۶", "۷", "۸", "۹"},
        {"٠", "١", "٢", "٣", "٤", "٥", "٦", "٧", "٨", "٩"}};
    typed_text += (*rc::gen::elementOf(kFamilies))[digit];
    typed_text += *rc::gen::element<std::string>("", "", "\u200c", "\u200e", "\u00ad");
  }
  RC_ASSERT(match(typed_text).code == code);
  RC_ASSERT(match("  كد  " + typed_text).code == code);
}

}  // namespace
}  // namespace peyk::tests::templates_keywords_test
