#include "handlers/replay.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace peyk::handlers {
namespace {

using rules::EffectKind;
using rules::Measure;
using rules::WordSet;

constexpr std::size_t kGainersShown = 10;

// What an offer asks for that no record has; items among it, unless there turn out to be some.
std::vector<std::string> not_kept(const Club& club, const rules::Offer& offer) {
  std::set<std::string> all;
  const auto look = [&all](std::span<const rules::Condition> conditions) {
    for (const rules::Condition& one : conditions) {
      const bool words = !one.words.empty();
      if (words && (one.set == WordSet::item || one.set == WordSet::tag))
        all.emplace(rules::name_of(one.set));
      if (!words && (one.measure == Measure::credit || one.measure == Measure::survey_score))
        all.emplace(rules::name_of(one.measure));
    }
  };
  look(offer.when);
  for (const rules::Condition& one : offer.when) {
    if (one.words.empty() || one.set != WordSet::segment) continue;
    for (const rules::Segment& segment : club.programme.segments) {
      if (std::ranges::find(one.words, rules::word_id(segment.name)) != one.words.end()) look(segment.when);
    }
  }
  return {all.begin(), all.end()};
}

struct Period {
  rules::DayNumber day = 0;
  std::int64_t value = 0;
};

// One member's past, purchase by purchase.
class PurchaseWalk {
 public:
  PurchaseWalk(const Club& club, const Member& member, const Profile* profile, ReplayReport& report)
      : club_(club),
        member_(member),
        profile_(profile),
        report_(report),
        uses_(club.programme.offers.size()) {
    facts_.load(member);
    facts_.load(member.id, rank_);
    for (const Branch& branch : club.branches) facts_.load(member.id, branch.number, rules::Behaviour{});
  }

  void buy(const RecordedPurchase& purchase, bool judged) {
    const rules::Amount stays = purchase.amount - purchase.discount - purchase.refunded;
    if (stays <= 0) return;
    const rules::DayNumber day = day_of(club_, purchase.at);
    fall(day);
    std::int64_t points = 0;
    if (judged) {
      points = judge(purchase, day);
    } else {
      points = points_of(stays - std::min(purchase.by_credit, stays));
    }
    const PastVisit visit{
        .purchase = purchase.id, .branch = purchase.branch, .at = purchase.at, .spent = stays};
    for (const SetBehaviour& row : behaviour_after(club_, member_.id, visit, facts_)) facts_.apply(row);
    rise(day, points, stays);
  }

  const Gainer& gainer() const { return gainer_; }

 private:
  std::int64_t points_of(rules::Amount paid) const {
    const rules::Amount per = club_.programme.points_per;
    return per > 0 ? paid / per : 0;
  }

  // Points in all, those that offers bring among them.
  std::int64_t judge(const RecordedPurchase& purchase, rules::DayNumber day) {
    const rules::Amount amount = purchase.amount - purchase.refunded;
    const rules::Amount by_credit = std::min(purchase.by_credit, amount);
    const rules::Basket basket{
        .amount = amount, .by_credit = by_credit, .quoted = true, .points = points_of(amount - by_credit)};
    const PurchaseNow bought{.amount = amount,
                             .by_credit = by_credit,
                             .branch = purchase.branch,
                             .items = purchase.items,
                             .at = purchase.at};
    rules::Measures measures = measures_of(club_, &member_, facts_, purchase.at, bought, profile_);
    measures.set(Measure::credit, rules::Measures::kUnknown);
    begin_day(day);
    const rules::Judged judged =
        rules::judge(club_.programme.offers, uses_, measures, basket, rules::Occasion::purchase, purchase.at);
    ++report_.purchases;
    report_.sold += amount;
    report_.earned += purchase.earned;
    report_.discount += purchase.discount;
    report_.points += purchase.points;
    report_.own_points += basket.points;
    report_.own_credit += rules::share_of(amount - by_credit - judged.off, club_.policy.earn_share);
    ++gainer_.purchases;
    gainer_.spent += amount;
    return basket.points + count(judged);
  }

  std::int64_t count(const rules::Judged& judged) {
    for (const std::size_t place : judged.fired) {
      ++report_.offers[place].fired;
      report_.offers[place].members += uses_[place].uses == 0 ? 1 : 0;
      ++uses_[place].uses;
      ++uses_[place].uses_today;
    }
    for (const std::size_t place : judged.left_out) ++report_.offers[place].left_out;
    std::int64_t points = 0;
    for (const rules::Given& given : judged.given) {
      ReplayedOffer& offer = report_.offers[given.offer];
      const EffectKind kind = club_.programme.offers[given.offer].then[given.effect].kind;
      const bool off = kind == EffectKind::percent_off || kind == EffectKind::cash_off;
      if (is_money(kind)) {
        (off ? offer.discount : offer.credit) += given.value;
        uses_[given.offer].given_today += given.value;
        gainer_.gained += given.value;
      } else if (kind == EffectKind::points || kind == EffectKind::points_percent) {
        offer.points += given.value;
        points += given.value;
      } else if (kind == EffectKind::entries) {
        offer.entries += given.value;
      } else if (kind == EffectKind::item) {
        offer.items += given.value;
      }
    }
    return points;
  }

  void begin_day(rules::DayNumber day) {
    if (day == today_) return;
    today_ = day;
    for (rules::OfferUse& use : uses_) {
      use.uses_today = 0;
      use.given_today = 0;
    }
  }

  // What she had in the period that ends on `day`.
  std::int64_t measured(rules::DayNumber day) const {
    std::int64_t sum = 0;
    for (const Period& one : period_) {
      if (one.day <= day && std::int64_t{one.day} + club_.programme.tiers.period_days > day) sum += one.value;
    }
    return sum;
  }

  void stand(rules::DayNumber day) {
    const rules::TierPlan& plan = club_.programme.tiers;
    rank_.standing = rules::standing_after(rank_.standing, plan, measured(day), day);
    facts_.apply(SetStanding{.club = club_.id, .member = member_.id, .standing = rank_.standing});
  }

  // The mornings since her last purchase on which she was looked at.
  void fall(rules::DayNumber day) {
    if (club_.programme.tiers.tiers.empty()) return;
    while (rank_.standing.until != 0 && rank_.standing.until <= day) stand(rank_.standing.until);
  }

  void rise(rules::DayNumber day, std::int64_t points, rules::Amount spent) {
    facts_.apply(RecordPoints{.entry = {.club = club_.id, .member = member_.id, .points = points}});
    const rules::TierPlan& plan = club_.programme.tiers;
    if (plan.tiers.empty()) return;
    std::erase_if(period_,
                  [&](const Period& one) { return std::int64_t{one.day} + plan.period_days <= day; });
    period_.push_back({day, plan.by == rules::TierMeasure::points ? points : spent});
    stand(day);
  }

  const Club& club_;
  const Member& member_;
  const Profile* profile_;
  ReplayReport& report_;
  Facts facts_;
  Rank rank_;
  std::vector<rules::OfferUse> uses_;
  std::vector<Period> period_;
  rules::DayNumber today_ = std::numeric_limits<rules::DayNumber>::min();
  Gainer gainer_;
};

}  // namespace

Replay::Replay(Club club, ReplaySpan span) : club_(std::move(club)), span_(span) {
  for (const rules::Offer& offer : club_.programme.offers) {
    report_.offers.push_back({.name = offer.name,
                              .judged = offer.on == rules::Occasion::purchase,
                              .blind = not_kept(club_, offer)});
  }
  // Spent as members come, a budget would be spent by whoever comes first here: it is compared at the end.
  budgets_.reserve(club_.programme.offers.size());
  for (rules::Offer& offer : club_.programme.offers) budgets_.push_back(std::exchange(offer.budget, 0));
  club_.programme.use.all = use_in(club_.programme);
}

void Replay::member(const Member& member, const Profile* profile,
                    std::span<const RecordedPurchase> purchases) {
  PurchaseWalk walk(club_, member, profile, report_);
  for (const RecordedPurchase& one : purchases) {
    if (span_.until != rules::Instant{} && one.at >= span_.until) break;
    const bool judged = one.at >= span_.from;
    if (judged && !one.items.empty()) ++with_items_;
    walk.buy(one, judged);
  }
  Gainer gainer = walk.gainer();
  if (gainer.purchases == 0) return;
  ++report_.members;
  if (gainer.gained == 0) return;
  gainer.member = member.id;
  gainer.phone = member.phone;
  const auto more = [](const Gainer& a, const Gainer& b) {
    return std::pair(b.gained, a.member) < std::pair(a.gained, b.member);
  };
  auto& all = report_.gainers;
  all.insert(std::ranges::upper_bound(all, gainer, more), gainer);
  if (all.size() > kGainersShown) all.pop_back();
}

ReplayReport Replay::report() const {
  ReplayReport report = report_;
  for (std::size_t i = 0; i < report.offers.size(); ++i) {
    ReplayedOffer& offer = report.offers[i];
    if (with_items_ > 0) std::erase(offer.blind, rules::name_of(WordSet::item));
    if (budgets_[i] > 0)
      offer.over_budget =
          std::max<rules::Amount>(offer.credit + offer.discount + offer.items - budgets_[i], 0);
  }
  return report;
}

}  // namespace peyk::handlers
