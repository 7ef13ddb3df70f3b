#include "handlers/alarm.hpp"

#include "handlers/speaker.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

// Who missed: a cashier's phone, a till's key or, in no branch, a member's phone.
struct Missed {
  const Club* club = nullptr;
  BranchNo branch = kWholeClub;
  rules::Attempts attempts;
  PhoneNumber cashier = 0, member = 0;
  std::string till;

  std::string_view alarm() const {  // of having to wait
    if (member != 0) return "alarm_member";
    return cashier == 0 ? "alarm_till" : "alarm_phone";
  }
  std::string who() const {
    if (member != 0) return templates::masked(member);
    return cashier == 0 ? till : templates::masked(cashier);
  }
};

std::optional<Missed> missed_by(const Effect& effect, const Setting& setting) {
  if (const auto* till = std::get_if<SetTillAttempts>(&effect)) {
    if (!till->missed) return std::nullopt;
    const auto found = setting.directory.till(till->key);
    if (found.key == nullptr) return std::nullopt;
    return Missed{.club = found.club, .branch = found.key->branch, .attempts = till->row, .till = till->key};
  }
  if (const auto* guesses = std::get_if<SetGuesses>(&effect)) {
    return Missed{.club = setting.directory.club(guesses->phone.club),
                  .attempts = guesses->row,
                  .member = guesses->phone.phone};
  }
  const auto* phone = std::get_if<SetAttempts>(&effect);
  if (phone == nullptr || !phone->missed) return std::nullopt;
  const Cashier* cashier = setting.directory.cashier(phone->cashier.club, phone->cashier.phone);
  if (cashier == nullptr) return std::nullopt;
  return Missed{.club = setting.directory.club(phone->cashier.club),
                .branch = cashier->branch,
                .attempts = phone->row,
                .cashier = cashier->phone};
}

std::vector<Missed> misses_of(const Outcome& outcome, const Setting& setting) {
  std::vector<Missed> found;
  for (const Effect& effect : outcome.effects) {
    if (auto missed = missed_by(effect, setting)) found.push_back(std::move(*missed));
  }
  return found;
}

// One miss, and whoever must be told of it.
class Alarm {
 public:
  Alarm(const Missed& missed, Outcome& outcome, const Facts& facts, const Setting& setting)
      : club_(*missed.club), missed_(missed), outcome_(outcome), facts_(facts), setting_(setting) {}

  void sound() {
    if (rules::is_locked(missed_.attempts, setting_.now)) {
      tell(missed_.alarm(),
           {{"phone", missed_.who()}, {"branch", branch()}, {"minutes", minutes(rules::kLockout)}});
    }
    note();
    const bool in_branch = missed_.branch != kWholeClub;
    if (in_branch) count({club_.id, missed_.branch}, club_.policy.branch_misses_max, "alarm_branch");
    count({club_.id, kWholeClub}, club_.policy.club_misses_max,
          in_branch ? "alarm_club" : "alarm_club_member");
  }

 private:
  // For tomorrow's digest, which names those who work in the club.
  void note() {
    if (club_.policy.digest.when == DigestWhen::never || missed_.member != 0) return;
    outcome_.effects.push_back(
        NoteMiss{.club = club_.id,
                 .day_from = templates::start_of_local_day(setting_.now, club_.time_zone),
                 .branch = missed_.branch,
                 .cashier = missed_.cashier,
                 .till = missed_.till});
  }
  static std::int64_t minutes(std::chrono::minutes time) { return time.count(); }
  // A key that is bound to no branch speaks for the club.
  std::string_view branch() const {
    return missed_.branch == 0 ? std::string_view(club_.name) : branch_name(club_, missed_.branch);
  }

  void count(const MissKey& key, std::uint32_t limit, std::string_view alarm) {
    rules::MissWindow row = rules::after_miss(facts_.miss_window(key), setting_.now);
    if (limit > 0 && row.misses > limit && !row.told) {
      row.told = true;
      tell(alarm, {{"phone", missed_.who()},
                   {"branch", branch()},
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
  const Missed& missed_;
  Outcome& outcome_;
  const Facts& facts_;
  const Setting& setting_;
};

}  // namespace

std::set<MissKey> missed_in(const Outcome& outcome, const Setting& setting) {
  std::set<MissKey> keys;
  for (const Missed& missed : misses_of(outcome, setting)) {
    keys.insert({missed.club->id, kWholeClub});
    keys.insert({missed.club->id, missed.branch});
  }
  return keys;
}

void count_misses(Outcome& outcome, const Facts& facts, Setting& setting) {
  // A decision has one miss at most: it is told of the first thing that is wrong.
  for (const Missed& missed : misses_of(outcome, setting)) Alarm(missed, outcome, facts, setting).sound();
}

}  // namespace peyk::handlers
