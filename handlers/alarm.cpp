#include "handlers/alarm.hpp"

#include "handlers/speaker.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

const Cashier* cashier_of(const SetAttempts& missed, const Setting& setting) {
  return setting.directory.cashier(missed.cashier.club, missed.cashier.phone);
}

std::vector<SetAttempts> misses_of(const Outcome& outcome, const Setting& setting) {
  std::vector<SetAttempts> found;
  for (const Effect& effect : outcome.effects) {
    const auto* attempts = std::get_if<SetAttempts>(&effect);
    if (attempts != nullptr && attempts->missed && cashier_of(*attempts, setting) != nullptr)
      found.push_back(*attempts);
  }
  return found;
}

// One miss, and whoever must be told of it.
class Alarm {
 public:
  Alarm(const SetAttempts& missed, Outcome& outcome, const Facts& facts, const Setting& setting)
      : club_(*setting.directory.club(missed.cashier.club)),
        cashier_(*cashier_of(missed, setting)),
        attempts_(missed.row),
        outcome_(outcome),
        facts_(facts),
        setting_(setting) {}

  void sound() {
    if (rules::is_locked(attempts_, setting_.now)) {
      tell("alarm_phone", {{"phone", phone_}, {"branch", branch()}, {"minutes", minutes(rules::kLockout)}});
    }
    count({club_.id, cashier_.branch}, club_.policy.branch_misses_max, "alarm_branch");
    count({club_.id, kWholeClub}, club_.policy.club_misses_max, "alarm_club");
  }

 private:
  static std::int64_t minutes(std::chrono::minutes time) { return time.count(); }
  std::string_view branch() const { return branch_name(club_, cashier_.branch); }

  void count(const MissKey& key, std::uint32_t limit, std::string_view alarm) {
    rules::MissWindow row = rules::after_miss(facts_.miss_window(key), setting_.now);
    if (limit > 0 && row.misses > limit && !row.told) {
      row.told = true;
      tell(alarm, {{"branch", branch()},
                   {"count", static_cast<std::int64_t>(row.misses)},
                   {"minutes", minutes(rules::kMissWindow)}});
    }
    outcome_.effects.push_back(SetMissWindow{key, row});
  }

  void tell(std::string_view key, std::initializer_list<templates::Argument> arguments) {
    const std::string text = render(setting_, key, club_.language, arguments);
    for (const Cashier& one : club_.cashiers) {
      if (one.manager) outcome_.texts.push_back(text_to(club_, one.phone, Lane::urgent, text, setting_.now));
    }
  }

  const Club& club_;
  const Cashier& cashier_;
  const rules::Attempts& attempts_;
  Outcome& outcome_;
  const Facts& facts_;
  const Setting& setting_;
  const std::string phone_ = templates::masked(cashier_.phone);
};

}  // namespace

std::set<MissKey> missed_in(const Outcome& outcome, const Setting& setting) {
  std::set<MissKey> keys;
  for (const SetAttempts& missed : misses_of(outcome, setting)) {
    keys.insert({missed.cashier.club, kWholeClub});
    keys.insert({missed.cashier.club, cashier_of(missed, setting)->branch});
  }
  return keys;
}

void count_misses(Outcome& outcome, const Facts& facts, Setting& setting) {
  // A decision has one miss at most: it is told of the first thing that is wrong.
  for (const SetAttempts& missed : misses_of(outcome, setting))
    Alarm(missed, outcome, facts, setting).sound();
}

}  // namespace peyk::handlers
