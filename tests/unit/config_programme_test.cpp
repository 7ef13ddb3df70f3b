// Tiers, segments and offers of a club file: what each form means, what is told of each mistake, and that
// what is written back reads as what it was.
#include <gmock/gmock.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "config/club_file.hpp"
#include "gateway/ctl/programme_fields.hpp"
#include "handlers/programme_json.hpp"
#include "handlers/programme_words.hpp"
#include "tests/kit/paths.hpp"

namespace peyk::config::config_programme_test {
namespace {

using handlers::Programme;
using rules::Condition;
using rules::Measure;
using rules::Range;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::optional<std::string> variables(std::string_view name) {
  if (name == "PEYK_TILL_SECRET") return "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  return std::nullopt;
}

// Four lines, then what is given.
std::string with(std::string_view text) {
  return "slug: shop\nname: Shop\nline: 30001234\nbranches: [{number: 12, name: A}, {number: 14, name: "
         "B}]\n" +
         std::string(text) + "\n";
}

Programme programme_of(std::string_view text) {
  const auto file = load_club(with(text), "club.yaml", variables);
  EXPECT_TRUE(file) << text << "\n" << (file ? "" : report(file.error()));
  return file ? file->club.programme : Programme{};
}

std::string mistakes_of(std::string_view text) {
  const auto file = load_club(with(text), "club.yaml", variables);
  return file ? "" : report(file.error());
}

std::string remarks_of(std::string_view text) {
  const auto file = load_club(with(text), "club.yaml", variables);
  EXPECT_TRUE(file) << (file ? "" : report(file.error()));
  return file ? report(file->remarks) : "";
}

constexpr std::string_view kTiers = "tiers: {list: [{name: silver, from: 10}, {name: gold, from: 20}]}\n";

// The one condition of an offer that gives a note: nothing is refused for the sake of splitting.
Condition condition_of(std::string_view when) {
  const auto programme = programme_of(std::string(kTiers) +
                                      "segments: [{usual: restaurant}]\noffers: [{name: a, "
                                      "then: {note: x}, when: {" +
                                      std::string(when) + "}}]");
  EXPECT_THAT(programme.offers, SizeIs(1)) << when;
  if (programme.offers.size() != 1 || programme.offers[0].when.size() != 1) return {};
  return programme.offers[0].when[0];
}

TEST(ConfigProgramme, more_than_five_visits_five_percent_more_credit_is_two_lines) {
  const auto programme = programme_of(
      "offers:\n"
      "  - {name: regulars, when: {visits: \">5\"}, then: {credit_percent: 5}}");
  ASSERT_THAT(programme.offers, SizeIs(1));
  const rules::Offer& offer = programme.offers[0];
  EXPECT_EQ(offer.name, "regulars");
  EXPECT_EQ(offer.on, rules::Occasion::purchase);
  EXPECT_THAT(offer.when, ElementsAre(Condition{.measure = Measure::visits, .ranges = {{.from = 6}}}));
  EXPECT_THAT(offer.then,
              ElementsAre(rules::OfferEffect{.kind = rules::EffectKind::credit_percent, .value = 500}));
  EXPECT_EQ(offer.per_member_day, 0u);
}

TEST(ConfigProgramme, each_form_of_a_condition_means_its_ranges) {
  struct Case {
    std::string_view when;
    Measure measure;
    std::vector<Range> ranges;
    std::uint32_t every = 0;
  };
  const Range all;
  const Case cases[] = {
      {"visits: 5", Measure::visits, {{5, 5}}},
      {"visits: \">=5\"", Measure::visits, {{5, all.to}}},
      {"visits: \"<3\"", Measure::visits, {{all.from, 2}}},
      {"visits: \"<= 3\"", Measure::visits, {{all.from, 3}}},
      {"visits: 5..9", Measure::visits, {{5, 9}}},
      {"visits: [7, 1..3, 4]", Measure::visits, {{1, 4}, {7, 7}}},
      {"visits: every 5", Measure::visits, {}, 5},
      {"visits: [\">=10\", every 5]", Measure::visits, {{10, all.to}}, 5},
      {"first_purchase: true", Measure::visits, {{1, 1}}},
      {"amount: \">=1_000_000\"", Measure::amount, {{1'000'000, all.to}}},
      {"survey_score: any", Measure::survey_score, {}},
      {"tier: gold", Measure::tier, {{2, 2}}},
      {"tier: [none, gold]", Measure::tier, {{0, 0}, {2, 2}}},
      {"tier: \">=silver\"", Measure::tier, {{1, all.to}}},
      {"branch: [14, 12]", Measure::branch, {{12, 12}, {14, 14}}},
      {"gender: woman", Measure::gender, {{1, 1}}},
      {"basket: falling", Measure::basket, {{1, 1}}},
      {"basket: [rising, steady]", Measure::basket, {{2, 3}}},
      {"profile_complete: true", Measure::profile_complete, {{1, 1}}},
      {"weekday: [thu, fri]", Measure::weekday, {{5, 6}}},
      {"weekday: [پنج‌شنبه, جمعه]", Measure::weekday, {{5, 6}}},
      {"weekday: thu..sat", Measure::weekday, {{0, 0}, {5, 6}}},
      {"hours: \"17:00-20:00\"", Measure::minute, {{1020, 1199}}},
      {"hours: \"22:00-02:00\"", Measure::minute, {{0, 119}, {1320, 1439}}},
      {"hours: \"08:30-24:00\"", Measure::minute, {{510, 1439}}},
      {"dates: 2026-11-20..2026-11-27", Measure::date, {{20261120, 20261127}}},
      {"dates: \">=2026-11-20\"", Measure::date, {{20261120, all.to}}},
      {"dates: 1405/09/01..1405/09/07", Measure::jalali_date, {{14050901, 14050907}}},
      {"dates: 1403/12/30", Measure::jalali_date, {{14031230, 14031230}}},
      {"jalali_days: 09/30", Measure::jalali_month_day, {{930, 930}}},
      {"jalali_days: 12/25..01/13", Measure::jalali_month_day, {{101, 113}, {1225, 1230}}},
      {"hijri_days: 09/01..09/30", Measure::hijri_month_day, {{901, 930}}},
      {"gregorian_days: 12-25", Measure::gregorian_month_day, {{1225, 1225}}},
      {"birthday: 0", Measure::days_to_birthday, {{0, 0}}},
      {"birthday: -3..3", Measure::days_to_birthday, {{-3, 3}}},
      {"birthday: -5..-2", Measure::days_to_birthday, {{-5, -2}}},
      {"birthday: [-2..-1, 7]", Measure::days_to_birthday, {{-2, -1}, {7, 7}}},
      {"away_percent: 150", Measure::away_percent, {{150, 150}}},
  };
  for (const Case& one : cases) {
    const Condition condition = condition_of(one.when);
    EXPECT_EQ(condition, (Condition{.measure = one.measure, .ranges = one.ranges, .every = one.every}))
        << one.when;
    if (one.when.starts_with("first") || one.ranges.empty()) continue;
    const Condition negated = condition_of("not: {" + std::string(one.when) + "}");
    EXPECT_EQ(negated,
              (Condition{.measure = one.measure, .ranges = one.ranges, .every = one.every, .negated = true}))
        << one.when;
  }
}

TEST(ConfigProgramme, words_are_kept_as_they_were_written_and_found_in_whatever_letters) {
  const Condition cities = condition_of("city: [Tehran, كرج]");
  EXPECT_EQ(cities.set, rules::WordSet::city);
  EXPECT_THAT(cities.word_names, ElementsAre("Tehran", "كرج"));
  EXPECT_THAT(cities.words, ElementsAre(handlers::word_id_of("tehran"), handlers::word_id_of("کرج")));
  const Condition segments = condition_of("not: {segment: [lost, at-risk]}");
  EXPECT_THAT(segments.word_names, ElementsAre("at-risk", "lost"));
  EXPECT_TRUE(segments.negated);
  EXPECT_THAT(condition_of("occasion: [nowruz, yalda]").word_names, ElementsAre("nowruz", "yalda"));
}

TEST(ConfigProgramme, each_mistake_is_told_with_its_line_its_key_and_what_is_allowed) {
  struct Case {
    std::string_view when, told;
  };
  const Case cases[] = {
      {"visit: 5", "when.visit: unknown key; did you mean \"visits\"?"},
      {"visits: many", "when.visits: found \"many\"; allowed: a list of up to 50: 0 to 1000000: 5, \">5\""},
      {"visits: -1", "when.visits: found \"-1\""},
      {"visits: 9..5", "when.visits: found \"9..5\""},
      {"visits: every 1", "when.visits: found \"every 1\""},
      {"visits: [every 2, every 3]", "when.visits[1]: every is given twice"},
      {"visits: [any, 5]", "when.visits: any, beside others"},
      {"visits: []", "when.visits: an empty list"},
      {"survey_score: 6", "when.survey_score: found \"6\"; allowed: a list of up to 50: 1 to 5"},
      {"survey_score: every 2", "found \"every 2\""},
      {"visits: 5, first_purchase: true", "when.first_purchase: given beside visits"},
      {"first_purchase: false", "when.first_purchase: found \"false\"; allowed: true"},
      {"tier: bronze", "when.tier: found \"bronze\"; allowed: a list of up to 50: silver, gold, none"},
      {"branch: 13", "when.branch: found \"13\"; allowed: a list of up to 50: 12, 14"},
      {"segment: at_risk", "found \"at_risk\", no such segment; allowed: a list of up to 50: new, promising"},
      {"occasion: yalda2", "found \"yalda2\", no such occasion; allowed: a list of up to 50: nowruz"},
      {"weekday: monday", "when.weekday: found \"monday\"; allowed: a list of up to 50: sat, sun"},
      {"hours: 17-20", "when.hours: found \"17-20\"; allowed: a list of up to 50: 17:00-20:00"},
      {"hours: \"17:00-17:00\"", "when.hours: found"},
      {"hours: \"17:00-25:00\"", "when.hours: found"},
      {"dates: 2026-02-30", "when.dates: found \"2026-02-30\"; allowed: a list of up to 50: 2026-11-20"},
      {"dates: 1404/12/30", "when.dates: found"},
      {"dates: \">2026-11-30\"", "when.dates: found"},
      {"dates: [2026-11-20, 1405/09/07]", "Jalali and Gregorian dates in one list"},
      {"jalali_days: 07/31", "when.jalali_days: found"},
      {"gender: female", "when.gender: found \"female\"; allowed: a list of up to 50: woman, man"},
      {"not: {visitz: 3}", "when.not.visitz: unknown key; did you mean \"visits\"?"},
      {"not: {not: {visits: 3}}", "when.not.not: unknown key"},
  };
  for (const auto& [when, told] : cases) {
    const std::string mistakes = mistakes_of(std::string(kTiers) +
                                             "segments: [{usual: restaurant}]\noffers:\n- {name: a, then: "
                                             "{note: x}, when: {" +
                                             std::string(when) + "}}");
    EXPECT_THAT(mistakes, HasSubstr("club.yaml:8: offers[0].")) << when;
    EXPECT_THAT(mistakes, HasSubstr(told)) << when;
    EXPECT_EQ(std::ranges::count(mistakes, '\n'), 1) << mistakes;
  }
}

TEST(ConfigProgramme, mistakes_of_offers_segments_and_tiers_are_told_too) {
  struct Case {
    std::string_view text, told;
  };
  const Case cases[] = {
      {"offers: [{name: a}]", "club.yaml:5: offers[0].then: missing"},
      {"offers: [{then: {credit: 5}}]", "offers[0].name: missing; allowed: 1 to 40 of a-z, 0-9 and -"},
      {"offers: [{name: a, then: {}}]", "offers[0].name: it gives nothing"},
      {"offers: [{name: a, on: event, then: {credit: 5}}]", "offers[0].name: which event"},
      {"offers: [{name: a, on: event, when: {event: Survey}, then: {credit: 5}}]", "write on: survey"},
      {"offers: [{name: a, when: {event: site-visit}, then: {credit: 5}}]", "event: is not known"},
      {"segments: [{name: a, when: {event: site-visit}}]", "event is of a moment, not of a member"},
      {"offers: [{name: a, then: {credits: 5}}]", "then.credits: unknown key; did you mean \"credit\"?"},
      {"offers: [{name: a, then: {credit_percent: 101}}]",
       "then.credit_percent: found \"101\"; allowed: percent"},
      {"offers: [{name: a, then: {credit: {percent: 5}}}]", "then.credit.amount: missing"},
      {"offers: [{name: a, then: {points: {count: 5, valid_days: 3}}}]",
       "then.points.valid_days: unknown key"},
      {"offers: [{name: a, then: {item: a croissant that has forty-one letters ok}}]",
       "then.item: found \"a croissant that has forty-one letters o…\"; allowed: 1 to 40"},
      {"offers: [{name: a, then: {item: {valid_days: 5}}}]", "then.item.text: missing"},
      {"offers: [{name: a, then: {item: {text: x, day_max: 5}}}]", "then.item.day_max: unknown key"},
      {"offers: [{name: a, then: {item: x, credit: 5}, budget: 5}]", "so many rials or so many items"},
      {"offers: [{name: a, then: {credit: 5}}, {name: a, then: {credit: 6}}]", "\"a\" is taken, at line 5"},
      {"offers: [{name: a, then: {credit: 5}, until: tomorrow}]",
       "until: found \"tomorrow\"; allowed: a day"},
      {"offers: [{name: a, then: {credit: 5}, from: 1405/09/02, until: 1405/09/01}]", "not before from"},
      {"offers: [{name: a, then: {credit: 5}, message: \"{credit}\"}]",
       "message: given beside an offer on purchases"},
      {"offers: [{name: a, then: {message: {after: 2h}}}]", "then.message.text: missing"},
      {"offers: [{name: a, then: {message: \"your {credit}\"}}]", "{club} and {branch} are filled in"},
      {"offers: [{name: a, then: {message: {text: thanks, after: 2m}}}]",
       "then.message.after: found \"2m\"; allowed: 5m to 30d, a whole number with its unit"},
      {"offers: [{name: a, then: {message: {text: thanks, after: 31d}}}]", "found \"31d\""},
      {"offers: [{name: a, then: {message: {text: thanks, after: 2h}, credit: 5}, on: birthday}]",
       "message: on this occasion it stands beside then"},
      {"offers: [{name: a, on: birthday, then: {credit: 5}, message: \"{name}\"}]",
       "{club}, {credit}, {code}"},
      {"offers: [{name: a, on: away, then: {credit: 5}}]", "offers[0].name: who stayed away"},
      {"offers: [{name: a, when: {amount: \"<5\"}, then: {credit: 5}}]", "offers[0].name: amount: only"},
      {"offers: [{name: a, when: {tier: gold}, then: {credit: 5}}]", "a tier, of which this club has none"},
      {"offers: [{name: a, when: {segment: a}, then: {credit: 5}}]",
       "a segment, of which this club has none"},
      {"segments: [{usual: bank}]",
       "segments[0].usual: found \"bank\"; allowed: restaurant, grocery, beauty"},
      {"segments: [{name: a}]", "segments[0].when: missing"},
      {"segments: [{usual: beauty, name: a}]", "segments[0].name: given beside usual"},
      {"segments: [{name: a, when: {segment: b}}]", "when.segment: unknown key"},
      {"segments: [{name: a, when: {amount: 5}}]", "amount is of a purchase, not of a member"},
      {"tiers: {by: money}", "tiers.by: found \"money\"; allowed: spend, points"},
      {"tiers: {list: [{name: a, from: 5}, {name: b, from: 5}]}",
       "from: found \"5\"; allowed: more than the 5"},
      {"tiers: {list: [{name: none, from: 5}]}", "tiers.list[0].name: found \"none\""},
      {"tiers: {list: [{name: a, from: 5}, {name: a, from: 6}]}", "\"a\" is taken"},
      {"lrfm: {visits: [1, 2, 3, 4]}", "lrfm.spent: missing; allowed: four whole numbers"},
      {"lrfm: {length_days: [1, 2, 2, 4]}",
       "lrfm.length_days: found 1, 2, 2, 4; allowed: four whole numbers"},
      {"lrfm: {length_days: [1, 2]}", "lrfm.length_days: found 1, 2;"},
      {"lrfm: {length_days: [a, 2]}", "lrfm.length_days[0]: found \"a\""},
      {"points_per: -1", "points_per: found \"-1\"; allowed: a whole number, 0 to"},
  };
  for (const auto& [text, told] : cases) EXPECT_THAT(mistakes_of(text), HasSubstr(told)) << text;
}

TEST(ConfigProgramme, days_begin_and_end_by_the_club_s_clock) {
  const auto offers = programme_of(
                          "offers:\n- {name: a, then: {note: x}, from: 2026-11-20, until: 2026-11-27}\n"
                          "- {name: b, then: {note: x}, from: 1405/08/29, until: 1405/09/06}")
                          .offers;
  ASSERT_THAT(offers, SizeIs(2));
  using namespace std::chrono;
  const auto midnight = [](year_month_day day) { return sys_days(day) - hours(3) - minutes(30); };
  EXPECT_EQ(offers[0].from, midnight(2026y / November / 20));
  EXPECT_EQ(offers[0].until, midnight(2026y / November / 28));
  EXPECT_EQ(offers[1].from, offers[0].from);
  EXPECT_EQ(offers[1].until, offers[0].until);
}

TEST(ConfigProgramme, what_is_given_by_the_piece_is_given_once_a_day_unless_the_file_says_otherwise) {
  const auto offers = programme_of(
                          "offers:\n- {name: a, then: {credit: 5}}\n- {name: b, then: {credit_percent: 5}}\n"
                          "- {name: c, then: {credit: 5}, per_member_day: 3}")
                          .offers;
  EXPECT_EQ(offers.at(0).per_member_day, 1u);
  EXPECT_EQ(offers.at(1).per_member_day, 0u);
  EXPECT_EQ(offers.at(2).per_member_day, 3u);
}

TEST(ConfigProgramme, a_message_comes_two_hours_after_the_purchase_unless_the_file_says_otherwise) {
  const auto offers = programme_of(
                          "offers:\n- {name: a, when: {visits: 1}, then: {message: thanks}}\n"
                          "- {name: b, then: {message: {text: \"how was {branch}?\", after: 3d}, credit: 5}}")
                          .offers;
  ASSERT_THAT(offers, SizeIs(2));
  const rules::OfferEffect& plain = offers[0].then.at(0);
  EXPECT_EQ(plain.kind, rules::EffectKind::message);
  EXPECT_EQ(plain.text, "thanks");
  EXPECT_EQ(plain.after_minutes, 120u);
  EXPECT_EQ(offers[0].per_member_day, 1u);
  EXPECT_EQ(offers[1].then.at(1).after_minutes, 3 * 24 * 60u);
  EXPECT_EQ(handlers::said(offers[1].then.at(1)), "message \"how was {branch}?\", 3d after");
}

TEST(ConfigProgramme, a_message_has_three_parts_at_most_with_the_names_that_are_filled_in) {
  const auto message_of = [](std::size_t letters) {
    std::string text;
    for (std::size_t i = 0; i < letters; ++i) text += "م";
    return "offers: [{name: a, then: {message: \"" + text + " {branch}\"}}]";
  };
  EXPECT_EQ(mistakes_of(message_of(190)), "");
  EXPECT_THAT(mistakes_of(message_of(200)), HasSubstr("then.message: 4 parts of a text; allowed: up to 3"));
}

TEST(ConfigProgramme, a_segment_replaces_the_usual_one_of_its_name) {
  const auto usual = programme_of("segments: [{usual: restaurant}]").segments;
  const auto segments =
      programme_of("segments: [{name: lost, when: {days_away: \">=90\"}}, {usual: restaurant}]").segments;
  ASSERT_EQ(segments.size(), usual.size());
  for (std::size_t i = 0; i < usual.size(); ++i) {
    EXPECT_EQ(segments[i].name, usual[i].name);
    EXPECT_EQ(segments[i] == usual[i], usual[i].name != "lost");
  }
}

TEST(ConfigProgramme, a_thousand_offers_and_sixty_four_segments_are_the_most) {
  const auto offers = [](int count) {
    std::string text = "offers:\n";
    for (int i = 0; i < count; ++i)
      text += fmt::format(
          "- {{name: o-{}, when: {{visits: {}, weekday: thu}}, then: {{credit_percent: 5}}}}\n", i, i + 1);
    return text;
  };
  EXPECT_THAT(programme_of(offers(1000)).offers, SizeIs(1000));
  EXPECT_THAT(mistakes_of(offers(1001)), HasSubstr("found 1001 entries"));
  std::string segments = "segments:\n";
  for (int i = 0; i < 64; ++i) segments += fmt::format("- {{name: s-{}, when: {{visits: {}}}}}\n", i, i + 1);
  EXPECT_THAT(programme_of(segments).segments, SizeIs(64));
  EXPECT_THAT(mistakes_of(segments + "- {name: s, when: {visits: 1}}\n"), HasSubstr("found 65 entries"));
  EXPECT_THAT(mistakes_of(segments.replace(segments.find("- {name: s-0"), 30, "- {usual: beauty}\n#")),
              HasSubstr("up to 64"));
}

constexpr std::string_view kRich = R"(points_per: 100_000
lrfm: {length_days: [1, 2, 3, 4], days_away: [5, 6, 7, 8], visits: [1, 3, 5, 7], spent: [10, 20, 30, 40]}
tiers:
  by: points
  period_days: 90
  grace_days: 10
  list: [{name: silver, title: "نقره \"ای\"", from: 10}, {name: gold, from: 20}]
segments:
  - usual: beauty
  - {name: own, title: خاص, when: {visits: ">=3", not: {city: [کرج, Tehran], tier: gold}}}
offers:
  - {name: c, on: birthday, title: "تولد #1", then: {credit: {amount: 5_000, valid_days: 14}, gift: 7_000}, message: "{club}: {credit}"}
  - name: b
    when: {hours: ["17:00-20:00", "22:00-02:00"], weekday: sat..wed, dates: 1405/09/01..1405/09/07, tier: ">=silver", not: {segment: [lost, own], branch: 12}}
    then: {percent_off: {percent: 7.25, day_max: 200_000}, points_percent: 250, note: "a: {b}"}
    from: 1405/08/29
    until: 2026-12-01
    per_member: 3
    per_member_day: 2
    budget: 1_000_000_000
    stacking: best
    priority: -5
    hold_out: 12.5%
    chance: 1 in 20
  - {name: a, when: {visits: [every 5, ">=10"], survey_score: any, jalali_days: 12/25..01/13, gregorian_days: 12-25, hijri_days: 09/01..09/30}, then: {entries: 2}}
  - {name: d, when: {birthday: [-3..3, 9]}, then: {percent_off: 1, item: {text: "یک \"نان\"", valid_days: 14}}}
  - {name: e, when: {first_purchase: true}, then: {message: {text: "{club}: سپاس", after: 90m}}}
  - {name: f, then: {message: "how was {branch}?"}}
)";

std::string rich() {
  return std::string(kRich);
}

TEST(ConfigProgramme, what_is_written_back_reads_as_what_it_was) {
  const Programme programme = programme_of(rich());
  ASSERT_THAT(programme.offers, SizeIs(6));
  const std::string yaml = gateway::ctl::programme_as_yaml(programme, "Asia/Tehran");
  const Programme again = programme_of(yaml);
  EXPECT_EQ(handlers::programme_document(again), handlers::programme_document(programme)) << yaml;
  EXPECT_EQ(again, programme) << yaml;
  EXPECT_THAT(gateway::ctl::programme_differences(programme, "Asia/Tehran", again, "Asia/Tehran"), IsEmpty());
}

TEST(ConfigProgramme, differences_are_told_key_by_key) {
  const Programme before = programme_of(rich());
  std::string text = rich();
  const auto change = [&text](std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    ASSERT_NE(at, text.npos) << from;
    text.replace(at, from.size(), to);
  };
  change("percent: 7.25", "percent: 8");
  change("    priority: -5\n", "");
  change("segment: [lost, own]", "segment: lost");
  change("{name: a,", "{name: z,");
  change("period_days: 90", "period_days: 91");
  change("from: 20}", "from: 30}");
  change("- usual: beauty", "- usual: restaurant");
  const Programme after = programme_of(text);
  const auto lines = gateway::ctl::programme_differences(before, "Asia/Tehran", after, "Asia/Tehran");
  EXPECT_THAT(lines,
              testing::IsSupersetOf<std::string>(
                  {"~ tiers.period_days: 90 -> 91", "~ tier gold: from: 20 -> 30",
                   "~ segment lost: when.days_away: \">=180\" -> \">=120\"", "- offer a",
                   "~ offer b: when.not.segment: [lost, own] -> lost",
                   "~ offer b: then.percent_off: {percent: 7.25, day_max: 200000} -> {percent: 8, day_max: "
                   "200000}",
                   "~ offer b: priority: -5 -> none"}));
  EXPECT_THAT(lines.back(), testing::StartsWith("+ offer z, when.visits: [\">=10\", \"every 5\"], when."));
}

TEST(ConfigProgramme, is_told_of_in_words) {
  const Programme programme = programme_of(rich());
  const rules::Offer& offer = programme.offers.at(1);
  std::vector<std::string> said;
  for (const Condition& one : offer.when) said.push_back(handlers::said(one, programme.tiers));
  EXPECT_THAT(said, ElementsAre("tier >=silver", "hours 00:00-02:00 or 17:00-20:00 or 22:00-24:00",
                                "weekday sat or sun or mon or tue or wed", "dates 1405/09/01..1405/09/07",
                                "not branch 12", "not segment lost or own"));
  EXPECT_EQ(handlers::said(offer.then.at(0)), "7.25% off, at most 200000 a day");
  EXPECT_EQ(handlers::said(programme.offers.at(2).then.at(0)), "5000 credit, 14 days");
}

TEST(ConfigProgramme, the_templates_for_each_line_of_business_load_as_they_are) {
  std::size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(tests::source_dir() / "config/clubs/templates")) {
    const auto file = load_club_file(entry.path().string(), variables);
    ASSERT_TRUE(file) << report(file.error());
    EXPECT_GE(file->club.programme.offers.size(), 6u) << entry.path();
    EXPECT_GE(file->club.programme.segments.size(), 9u) << entry.path();
    ++count;
  }
  EXPECT_EQ(count, 4u);
}

TEST(ConfigProgramme, the_offers_of_the_sample_do_not_touch_a_first_purchase) {
  const auto file = load_club_file(tests::source_dir() / "config/clubs/nan-o-namak.yaml", variables);
  ASSERT_TRUE(file) << report(file.error());
  const Programme& programme = file->club.programme;
  ASSERT_THAT(programme.offers, SizeIs(4));
  rules::Measures measures;
  measures.set(Measure::visits, 1);
  measures.set(Measure::amount, 2'000'000);
  const auto now = std::chrono::sys_days(std::chrono::year(2026) / 12 / 21);
  const auto judged = rules::judge(programme.offers, {}, measures, {.amount = 2'000'000, .quoted = true},
                                   rules::Occasion::purchase, now);
  EXPECT_THAT(judged.fired, IsEmpty());
}

TEST(ConfigProgramme, what_is_hardly_meant_is_told_with_its_line_and_accepted) {
  const std::string remarks = remarks_of(
      "segments: [{name: all, when: {visits: \">=0\"}}]\n"
      "offers:\n"
      "  - {name: a, then: {credit_percent: 5}, when: {visits: \">=1\"}}\n"
      "  - {name: b, then: {credit_percent: 5}, stacking: best}\n"
      "  - {name: c, then: {credit_percent: 3}, stacking: best, when: {visits: \">=5\"}}\n");
  EXPECT_THAT(remarks, HasSubstr("club.yaml:5: segments[0].when: every member is in it"));
  EXPECT_THAT(remarks, HasSubstr("club.yaml:7: offers[0].when: visits: this always holds"));
  EXPECT_THAT(remarks, HasSubstr("club.yaml:9: offers[2].name: it never counts beside b"));
  EXPECT_EQ(std::ranges::count(remarks, '\n'), 3);
  EXPECT_EQ(remarks_of("offers: [{name: a, title: Five visits, then: {credit_percent: 5}}]"), "");
}

TEST(ConfigProgramme, a_crowd_of_offers_is_told_by_the_one_that_is_left_out_first) {
  std::string text = "offers:\n";
  for (int i = 100; i < 151; ++i) text += fmt::format("  - {{name: o-{}, then: {{credit_percent: 5}}}}\n", i);
  EXPECT_THAT(remarks_of(text), HasSubstr("club.yaml:56: offers[50].name: it may have no place"));
}

}  // namespace
}  // namespace peyk::config::config_programme_test
