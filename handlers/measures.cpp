#include "handlers/measures.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ranges>
#include <set>

#include "templates/dates.hpp"
#include "templates/fold.hpp"
#include "templates/occasions.hpp"

namespace peyk::handlers {
namespace {

using rules::Condition;
using rules::Measure;
using rules::Measures;
using rules::WordSet;
using std::chrono::sys_days;
using std::chrono::year_month_day;

// Of all words that a grant tells, in characters as JSON. The row takes kFactsMax, and all numbers that there
// are stay below 1,300; a text takes 200 of it.
constexpr std::size_t kWordsSeenMax = 600;

constexpr int kWeekdayOfEpoch =
    5;  // 1970-01-01 was a Thursday, the sixth day of a week that begins on Saturday

rules::DayNumber number_of(sys_days day) {
  return static_cast<rules::DayNumber>(day.time_since_epoch().count());
}

std::int64_t digits_of(int year, unsigned month, unsigned day) {
  return std::int64_t{year} * 10'000 + std::int64_t{month} * 100 + std::int64_t{day};
}

std::string facts_json(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// As a VARCHAR counts: characters, not octets.
std::size_t characters_of(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char octet) { return (static_cast<unsigned char>(octet) & 0xC0) != 0x80; }));
}

// Those of a condition's words that are so, as many as there is room for, and how many more there were: a
// file asks for up to fifty, and an invoice may have them all.
void see_words(const Condition& condition, const Measures& measures, nlohmann::ordered_json& seen,
               std::size_t& room) {
  const std::string set(rules::name_of(condition.set));
  auto& names = seen[set];
  if (names.is_null()) names = nlohmann::ordered_json::array();
  std::int64_t more = 0;
  for (std::size_t i = 0; i < condition.words.size() && i < condition.word_names.size(); ++i) {
    if (!measures.has(condition.set, condition.words[i])) continue;
    const nlohmann::ordered_json name(condition.word_names[i]);
    const std::size_t size = characters_of(facts_json(name)) + 1;
    if (size <= room) {
      room -= size;
      names.push_back(name);
    } else {
      ++more;
    }
  }
  if (more > 0) seen[set + "_more"] = more;
}

bool asks(const Programme& programme, Measure measure) {
  return UseOf(programme)->asks(measure);
}

bool asks(const Programme& programme, WordSet set) {
  return UseOf(programme)->asks(set);
}

bool gives(const Programme& programme, rules::EffectKind kind) {
  return UseOf(programme)->gives(kind);
}

bool has_ranks(const Programme& programme) {
  return programme.points_per > 0 || !programme.tiers.tiers.empty() ||
         gives(programme, rules::EffectKind::points);
}

rules::Visit visit_of(const Club& club, const PastVisit& past) {
  const auto clock = templates::clock_of(past.at, club.time_zone);
  const auto day = std::chrono::floor<std::chrono::days>(clock);
  return {.day = number_of(day),
          .hour = static_cast<std::uint8_t>(std::chrono::floor<std::chrono::hours>(clock - day).count()),
          .spent = past.spent};
}

rules::Behaviour folded(const Club& club, std::span<const PastVisit> visits, BranchNo which) {
  std::vector<rules::Visit> all;
  for (const PastVisit& one : visits) {
    if (which == kWholeClub || one.branch == which) all.push_back(visit_of(club, one));
  }
  return rules::fold(all);
}

std::vector<SetBehaviour> all_folded(const Club& club, MemberId member, std::span<const PastVisit> visits,
                                     BranchNo also) {
  std::set<BranchNo> branches{kWholeClub, also};
  for (const PastVisit& one : visits) branches.insert(one.branch);
  std::vector<SetBehaviour> rows;
  for (const BranchNo branch : branches)
    rows.push_back(
        {.club = club.id, .member = member, .branch = branch, .row = folded(club, visits, branch)});
  return rows;
}

// What is stored; or, where it is of a time before that was kept, what her purchases come to.
rules::Behaviour behaviour_now(const Club& club, MemberId member, BranchNo branch, const Facts& facts) {
  const std::vector<PastVisit>* visits = facts.visits(member);
  return visits == nullptr ? facts.behaviour(member, branch) : folded(club, *visits, branch);
}

// Visits are of the order of days, but for a day before her last of who has bought more often than we look.
rules::Behaviour added_to(rules::Behaviour behaviour, rules::Visit visit) {
  if (visit.spent <= 0) return behaviour;
  if (behaviour.visits > 0) visit.day = std::max(visit.day, behaviour.last_day);
  rules::add(behaviour, visit);
  return behaviour;
}

// One judging of measures.
class Filling {
 public:
  Filling(const Club& club, const Member* member, const Facts& facts, rules::Instant now,
          const Profile* profile)
      : club_(club), member_(member), facts_(facts), now_(now), profile_(profile) {
    if (profile_ == nullptr && member_ != nullptr) profile_ = facts_.profile(member_->id);
  }

  // `at` and `today`: of the purchase that is judged, and of now.
  Measures run(const ClubMoment& at, rules::DayNumber today, const PurchaseNow* purchase) {
    measures_ = at.measures;
    today_ = at.day;
    jalali_ = at.jalali;
    // By the clock and not by the till, as uses are: who back-dates an invoice draws no second time.
    // Who joins by this purchase was quoted as a stranger, and is judged as one.
    const bool is_stranger = member_ == nullptr || facts_.member(member_->id) == nullptr;
    measures_.draw_for(is_stranger ? 0 : member_->id, today);
    if (member_ != nullptr) {
      before_ = behaviour_now(club_, member_->id, kWholeClub, facts_);
      herself();
      // Who told nothing has told not all: so it is known, whether she has a profile or none.
      if (!is_stranger) set(Measure::profile_complete, profile_ != nullptr && is_complete(*profile_) ? 1 : 0);
    }
    behaviour();
    segments();
    if (purchase != nullptr) bought(*purchase);
    return std::move(measures_);
  }

 private:
  void set(Measure measure, std::int64_t value) { measures_.set(measure, value); }

  void herself() {
    set(Measure::member_days, std::max(0, today_ - day_of(club_, member_->joined_at)));
    set(Measure::referred, member_->referred_by ? 1 : 0);
    if (asks(club_.programme, Measure::credit)) set(Measure::credit, facts_.spendable(member_->id, now_));
    if (profile_ != nullptr) told(*profile_);
    for (const std::string& tag : facts_.tags(member_->id)) measures_.add(WordSet::tag, rules::word_id(tag));
    if (const SurveyScore* last = facts_.survey_score(member_->id)) set(Measure::survey_score, last->score);
  }

  void told(const Profile& profile) {
    if (profile.gender != Gender::unknown) set(Measure::gender, profile.gender == Gender::woman ? 1 : 2);
    if (!profile.city.empty()) measures_.add(WordSet::city, rules::word_id(templates::fold(profile.city)));
    if (!profile.born) return;
    set(Measure::days_to_birthday, templates::days_to_birthday(*profile.born, jalali_));
    if (const int age = templates::age_on(*profile.born, jalali_); age >= 0) set(Measure::age_years, age);
  }

  void behaviour() {
    const Programme& programme = club_.programme;
    set(Measure::visits, before_.visits);
    set(Measure::purchases, before_.purchases);
    set(Measure::spent, before_.spent);
    const Rank rank = member_ == nullptr ? Rank{} : facts_.rank(member_->id);
    if (has_ranks(programme)) set(Measure::points, rank.points);
    if (!programme.tiers.tiers.empty()) set(Measure::tier, rank.standing.tier);
    if (before_.visits == 0) return;
    set(Measure::length_days, std::max(0, today_ - before_.first_day));
    if (today_ >= before_.last_day) away(today_ - before_.last_day);
    if (programme.places) set(Measure::top_percent, rules::top_percent(before_.spent, *programme.places));
    if (const auto trend = rules::trend_of(rules::baskets_before(before_, today_)))
      set(Measure::basket, static_cast<std::int64_t>(*trend));
    const auto& bounds = programme.bounds_given ? programme.bounds_given : programme.bounds_reckoned;
    if (!bounds) return;
    const rules::Scores scores = rules::scores_of(before_, today_, *bounds);
    set(Measure::score_length, scores.length);
    set(Measure::score_recency, scores.recency);
    set(Measure::score_frequency, scores.frequency);
    set(Measure::score_monetary, scores.monetary);
  }

  void away(std::int64_t days) {
    set(Measure::days_away, days);
    const auto usual = rules::usual_gap(before_);
    if (usual && usual->days > 0) set(Measure::away_percent, days * 100 / usual->days);
  }

  void segments() {
    const auto& segments = club_.programme.segments;
    const rules::SegmentMask mask = rules::segments_of(segments, measures_);
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if ((mask >> i & 1U) != 0) measures_.add(WordSet::segment, rules::word_id(segments[i].name));
    }
  }

  void bought(const PurchaseNow& purchase) {
    set(Measure::amount, purchase.amount - purchase.by_credit);
    set(Measure::branch, purchase.branch);
    for (const rules::WordId item : purchase.items) measures_.add(WordSet::item, item);
    const PastVisit visit{.branch = purchase.branch, .at = purchase.at, .spent = purchase.amount};
    const auto counted = [&](BranchNo which) { return after(visit, which); };
    const rules::Behaviour whole = counted(kWholeClub);
    set(Measure::visits, whole.visits);
    set(Measure::purchases, whole.purchases);
    set(Measure::spent, whole.spent);
    if (whole.visits > 0) set(Measure::length_days, std::max(0, today_ - whole.first_day));
    set(Measure::branch_visits, counted(purchase.branch).visits);
  }

  rules::Behaviour after(const PastVisit& visit, BranchNo which) const {
    const std::vector<PastVisit>* visits = member_ == nullptr ? nullptr : facts_.visits(member_->id);
    if (visits == nullptr) {
      const MemberId member = member_ == nullptr ? 0 : member_->id;
      return added_to(facts_.behaviour(member, which), visit_of(club_, visit));
    }
    std::vector<PastVisit> all = *visits;
    all.push_back(visit);
    return folded(club_, all, which);
  }

  const Club& club_;
  const Member* member_;
  const Facts& facts_;
  const rules::Instant now_;
  const Profile* profile_;
  Measures measures_;
  rules::Behaviour before_;
  rules::DayNumber today_ = 0;
  templates::JalaliDate jalali_;
};

}  // namespace

bool asks_what_she_told(const Programme& programme) {
  const UseOf use(programme);
  return use->asks(WordSet::city) || use->asks(Measure::profile_complete) || use->asks(Measure::gender) ||
         use->asks(Measure::age_years) || use->asks(Measure::days_to_birthday);
}
bool asks_where_she_stands(const Programme& programme) {
  return asks(programme, Measure::tier) || asks(programme, Measure::points);
}
bool asks_for_tags(const Programme& programme) {
  return asks(programme, WordSet::tag);
}
bool asks_for_scores(const Programme& programme) {
  return asks(programme, Measure::survey_score);
}

rules::DayNumber day_of(const Club& club, rules::Instant at) {
  return number_of(sys_days{templates::local_date(at, club.time_zone)});
}

rules::Behaviour behaviour_of(const Club& club, MemberId member, const Facts& facts) {
  return behaviour_now(club, member, kWholeClub, facts);
}

Needs needs_measures(const Club& club, const MemberKey& key, rules::Instant at, rules::Instant now,
                     bool with_offers) {
  const Programme& programme = club.programme;
  Needs needs;
  needs.members.insert(key);
  const rules::DayNumber day = day_of(club, at);
  needs.behaviours.emplace(key, DaySpan{day, day});
  if (asks(programme, Measure::credit)) needs.wallets.insert(key);
  if (asks_what_she_told(programme)) needs.profiles.insert(key);
  if (asks_for_tags(programme)) needs.tags.insert(key);
  if (asks_for_scores(programme)) needs.survey_scores.insert(key);
  if (has_ranks(programme)) needs.ranks.insert(key);
  if (!programme.offers.empty()) needs.offer_uses.insert(key);
  if (!with_offers) return needs;
  const UseOf use(programme);
  needs.budgets.insert(use->budgets.begin(), use->budgets.end());
  if (gives(programme, rules::EffectKind::gift)) needs.gift_accounts.insert(club.id);
  if (!programme.tiers.tiers.empty()) needs.periods.emplace(key, period_of(club, now));
  return needs;
}

PeriodKey period_of(const Club& club, rules::Instant now) {
  const int before = static_cast<int>(club.programme.tiers.period_days) - 1;
  return {.since = templates::start_of_local_day(now, club.time_zone, before),
          .in_points = club.programme.tiers.by == rules::TierMeasure::points};
}

ClubMoment moment_of(const Club& club, rules::Instant at) {
  const auto clock = templates::clock_of(at, club.time_zone);
  const sys_days day = std::chrono::floor<std::chrono::days>(clock);
  const templates::DateFacts date =
      templates::date_facts(year_month_day{day}, static_cast<int>(club.policy.hijri_shift_days));
  ClubMoment moment{.at = at, .day = number_of(day), .jalali = date.jalali, .measures = {}};
  const auto set = [&moment](Measure measure, std::int64_t value) { moment.measures.set(measure, value); };
  const auto of_year = [](const auto& one) {
    return digits_of(0, static_cast<unsigned>(one.month), static_cast<unsigned>(one.day));
  };
  set(Measure::minute, std::chrono::floor<std::chrono::minutes>(clock - day).count());
  set(Measure::weekday, ((moment.day + kWeekdayOfEpoch) % 7 + 7) % 7);
  const auto gregorian = date.gregorian;
  set(Measure::gregorian_month_day, digits_of(0, unsigned{gregorian.month()}, unsigned{gregorian.day()}));
  set(Measure::date,
      digits_of(int{gregorian.year()}, unsigned{gregorian.month()}, unsigned{gregorian.day()}));
  set(Measure::jalali_month_day, of_year(date.jalali));
  set(Measure::jalali_date, std::int64_t{10'000} * date.jalali.year + of_year(date.jalali));
  set(Measure::hijri_month_day, of_year(date.hijri));
  for (const templates::Occasion& occasion : templates::occasions()) {
    if (templates::is_on(occasion, date)) moment.measures.add(WordSet::occasion, rules::word_id(occasion.id));
  }
  return moment;
}

Measures measures_of(const Club& club, const Member* member, const Facts& facts, rules::Instant now,
                     const Profile* profile) {
  return measures_of(club, member, facts, moment_of(club, now), profile);
}

Measures measures_of(const Club& club, const Member* member, const Facts& facts, const ClubMoment& now,
                     const Profile* profile) {
  return Filling(club, member, facts, now.at, profile).run(now, now.day, nullptr);
}

Measures measures_of(const Club& club, const Member* member, const Facts& facts, rules::Instant now,
                     const PurchaseNow& purchase, const Profile* profile) {
  const ClubMoment bought = moment_of(club, purchase.at);
  return Filling(club, member, facts, now, profile).run(bought, day_of(club, now), &purchase);
}

std::vector<rules::OfferUse> uses_of(const Club& club, const Member* member, const Facts& facts,
                                     rules::Instant now) {
  const rules::DayNumber today = day_of(club, now);
  std::vector<rules::OfferUse> all;
  all.reserve(club.programme.offers.size());
  for (const rules::Offer& offer : club.programme.offers) {
    rules::OfferUse use;
    if (offer.budget > 0)
      use.budget_left = std::max<rules::Amount>(offer.budget - facts.budget_spent(offer.id), 0);
    const OfferUseRow row = member == nullptr ? OfferUseRow{} : facts.offer_use({member->id, offer.id});
    use.uses = row.uses;
    if (row.last_day == today) {
      use.uses_today = row.uses_on_day;
      use.given_today = row.given_on_day;
    }
    all.push_back(use);
  }
  return all;
}

std::string looked_at(const rules::Offer& offer, const Measures& measures) {
  nlohmann::ordered_json seen = nlohmann::ordered_json::object();
  const auto see = [&](Measure measure) {
    const std::int64_t value = measures.of(measure);
    if (value != Measures::kUnknown) seen[std::string(rules::name_of(measure))] = value;
  };
  // What brings an occasion about is looked at without being asked for.
  if (offer.on == rules::Occasion::birthday) see(Measure::days_to_birthday);
  if (offer.on == rules::Occasion::away) see(Measure::days_away);
  if (offer.on == rules::Occasion::profile) see(Measure::profile_complete);
  std::size_t room = kWordsSeenMax;
  for (const Condition& condition : offer.when) {
    if (condition.words.empty())
      see(condition.measure);
    else
      see_words(condition, measures, seen, room);
  }
  if (offer.chance != 0) {
    seen["chance"] = offer.chance;
    seen["drawn_on"] = measures.draw_day();
  }
  return facts_json(seen);
}

std::vector<SetBehaviour> behaviour_after(const Club& club, MemberId member, const PastVisit& added,
                                          const Facts& facts) {
  if (const std::vector<PastVisit>* visits = facts.visits(member)) {
    std::vector<PastVisit> all = *visits;
    if (added.spent > 0) all.push_back(added);
    return all_folded(club, member, all, added.branch);
  }
  if (added.spent <= 0) return {};
  std::vector<SetBehaviour> rows;
  for (const BranchNo branch : {kWholeClub, added.branch})
    rows.push_back({.club = club.id,
                    .member = member,
                    .branch = branch,
                    .row = added_to(facts.behaviour(member, branch), visit_of(club, added))});
  return rows;
}

std::vector<SetBehaviour> behaviour_after_refund(const Club& club, const Purchase& purchase,
                                                 rules::Amount amount, const Facts& facts) {
  const MemberId member = *purchase.member;
  if (const std::vector<PastVisit>* visits = facts.visits(member)) {
    std::vector<PastVisit> all = *visits;
    for (PastVisit& one : all) {
      if (one.purchase == purchase.id) one.spent -= amount;
    }
    std::erase_if(all, [](const PastVisit& one) { return one.spent <= 0; });
    return all_folded(club, member, all, purchase.key.branch);
  }
  std::vector<SetBehaviour> rows;
  if (purchase.refunded + amount >= purchase.amount) return rows;  // who has bought so often keeps the visit
  for (const BranchNo branch : {kWholeClub, purchase.key.branch}) {
    rules::Behaviour row = facts.behaviour(member, branch);
    rules::give_back(row, amount);
    rows.push_back({.club = club.id, .member = member, .branch = branch, .row = row});
  }
  return rows;
}

}  // namespace peyk::handlers
