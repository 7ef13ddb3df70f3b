#include "store/mysql/occasions.hpp"

#include <cassert>
#include <optional>

#include "handlers/use_cases.hpp"
#include "store/mysql/customer_pages.hpp"
#include "store/mysql/decided_set.hpp"
#include "store/mysql/sets.hpp"
#include "store/mysql/welcomed.hpp"
#include "templates/dates.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

constexpr std::uint32_t kIdsPerMember = 40;
constexpr std::uint32_t kAwayLooks = 4;  // so many times as many as may be given something
constexpr int kOccasionDrawsMax = 20;    // as of a live request
constexpr std::int64_t kRoundsKept = 7, kQuartersOfDay = 96;  // days
// Whoever was away for so long finds those who joined meanwhile.
constexpr std::chrono::days kLately{3};

// After which member the round goes on, its row locked; nothing: it is done, not begun, or somebody is at it.
std::optional<MemberId> lock_round(Connection& connection, const OccasionRound& round) {
  Rows rows = connection
                  .prepare(
                      "SELECT after_member FROM occasion_round WHERE club_id = ? AND day = ? AND occasion = ?"
                      " AND is_done = 0 FOR UPDATE SKIP LOCKED")
                  .add(round.club->id)
                  .add(round.turn)
                  .add(static_cast<std::uint32_t>(round.on))
                  .query();
  if (!rows.next()) return std::nullopt;
  return rows.u64();
}

bool is_begun(Connection& connection, const OccasionRound& round) {
  Rows rows =
      connection.prepare("SELECT 1 FROM occasion_round WHERE club_id = ? AND day = ? AND occasion = ?")
          .add(round.club->id)
          .add(round.turn)
          .add(static_cast<std::uint32_t>(round.on))
          .query();
  return rows.next();
}

std::optional<MemberId> take_round(Connection& connection, const OccasionRound& round) {
  const auto after = lock_round(connection, round);
  if (after || is_begun(connection, round)) return after;
  connection.prepare("INSERT IGNORE INTO occasion_round (club_id, day, occasion) VALUES (?, ?, ?)")
      .add(round.club->id)
      .add(round.turn)
      .add(static_cast<std::uint32_t>(round.on))
      .update();
  return lock_round(connection, round);
}

// Of these who may fit, how far we have looked, and whether that is all.
struct Found {
  std::vector<Customer> customers;
  MemberId last = 0;
  std::uint64_t looked_at = 0;
  bool is_all = false;
};

// A page of them, by their numbers; it was asked for as the next `limit` after that member.
Found found_in(Connection& connection, const OccasionRound& round, Rows rows, MemberId after,
               std::uint32_t limit) {
  std::vector<MemberId> members;
  while (rows.next()) members.push_back(rows.u64());
  return {.customers = customers_of(connection, round.club->id, members),
          .last = members.empty() ? after : members.back(),
          .looked_at = members.size(),
          .is_all = members.size() < limit};
}

// By their day of birth alone: whatever else is asked is asked under the lock. Who was born on 30 Esfand has
// hers on the 29th of common years.
Found born_today(Connection& connection, const OccasionRound& round, MemberId after, std::uint32_t limit) {
  const std::chrono::sys_days day{std::chrono::days{round.turn}};
  const templates::JalaliDate today = templates::to_jalali(day);
  const bool for_the_30th =
      today.month == 12 && today.day == 29 && !templates::is_valid({today.year, 12, 30});
  Rows rows =
      connection
          .prepare(
              "SELECT member_id FROM profile FORCE INDEX (profile_birthday) WHERE club_id = ? AND born_month"
              " = ? AND born_day BETWEEN ? AND ? AND member_id > ? ORDER BY member_id LIMIT ?")
          .add(round.club->id)
          .add(static_cast<std::uint32_t>(today.month))
          .add(static_cast<std::uint32_t>(today.day))
          .add(static_cast<std::uint32_t>(for_the_30th ? 30 : today.day))
          .add(after)
          .add(limit)
          .query();
  return found_in(connection, round, std::move(rows), after, limit);
}

// Numbers and commas.
std::string offers_for(const OccasionRound& round) {
  std::string offers;
  for (const rules::Offer& offer : round.club->programme.offers) {
    if (offer.on == round.on) offers += (offers.empty() ? "" : ",") + std::to_string(offer.id);
  }
  return offers;
}

std::vector<MemberId> ids_of_found(const Found& found) {
  std::vector<MemberId> ids;
  for (const Customer& one : found.customers) ids.push_back(one.member.id);
  return ids;
}

// A phone that has been a member before had its welcome: offer_use of its new membership says so, before
// anything is decided.
void inherit_welcomes(Connection& connection, const OccasionRound& round, const Found& found) {
  update_in(
      connection,
      "INSERT IGNORE INTO offer_use (member_id, offer_id, club_id, uses, last_day, uses_on_day,"
      " given_on_day) SELECT m.member_id, w.offer_id, m.club_id, 1, w.last_day, 0, 0 FROM member m CROSS JOIN"
      " phone_secret k JOIN welcomed w ON w.club_id = m.club_id AND w.phone_key = " +
          kPhoneKey + " WHERE m.phone IS NOT NULL AND w.offer_id IN (" + offers_for(round) +
          ") AND m.member_id IN (",
      ids_of_found(found));
}

void remember_welcomes(Connection& connection, const OccasionRound& round, const Found& found) {
  change_in(
      connection,
      "INSERT INTO welcomed (club_id, phone_key, offer_id, last_day) SELECT m.club_id, " + kPhoneKey +
          ", u.offer_id, u.last_day FROM offer_use u JOIN member m ON m.member_id = u.member_id CROSS JOIN "
          "phone_secret"
          " k WHERE m.phone IS NOT NULL AND u.uses > 0 AND u.offer_id IN (" +
          offers_for(round) + ") AND u.member_id IN (",
      " ON DUPLICATE KEY UPDATE last_day = GREATEST(welcomed.last_day, VALUES(last_day))", 1,
      ids_of_found(found), [](Statement&) {}, [](Statement& s, MemberId id) { s.add(id); });
}

// Who joined lately, or told the last of her profile, and had nothing for it yet. By the moment: in the order
// of their numbers the database would rather read all members than sort these few.
Found lately(Connection& connection, const OccasionRound& round, MemberId after, std::uint32_t limit,
             rules::Instant now) {
  const std::string from =
      round.on == rules::Occasion::join
          ? "member m FORCE INDEX (member_joined) WHERE m.club_id = ? AND m.joined_at >= ?"
          : "profile m FORCE INDEX (profile_completed) WHERE m.club_id = ? AND"
            " m.completed_at >= ?";
  Rows rows = connection
                  .prepare("SELECT m.member_id FROM " + from +
                           " AND m.member_id > ? AND NOT EXISTS (SELECT 1 FROM offer_use u WHERE u.member_id"
                           " = m.member_id AND u.offer_id IN (" +
                           offers_for(round) + ")) ORDER BY m.member_id LIMIT ?")
                  .add(round.club->id)
                  .add(now - kLately)
                  .add(after)
                  .add(limit)
                  .query();
  return found_in(connection, round, std::move(rows), after, limit);
}

// What offers gave these; without locks.
void read_uses(Connection& connection, const std::vector<Customer>& page, Facts& facts) {
  select_in(
      connection, "SELECT member_id, offer_id, uses, last_day FROM offer_use WHERE member_id IN (", "", 1,
      page, [](Statement& s, const Customer& one) { s.add(one.member.id); },
      [&facts](Rows& rows) {
        OfferUseKey key{.member = rows.u64()};
        key.offer = rows.u32();
        OfferUseRow row{.uses = rows.u32()};
        row.last_day = static_cast<rules::DayNumber>(rows.i64());
        facts.load(key, row);
      });
}

// Most of those who stay away have heard of it on an earlier morning of the same absence, and nobody locks
// them again. So few are left that more are looked at than may be given something at once.
Found away_today(Connection& connection, const OccasionRound& round, MemberId after, std::uint32_t limit,
                 rules::Instant now) {
  // Who never came stays away from nothing.
  CustomerPages pages(*round.club, CustomerPages::Whom::buyers, after);
  Facts facts;
  Found found;
  std::vector<Customer> page = pages.next(connection, facts, limit * kAwayLooks);
  read_uses(connection, page, facts);
  found.last = pages.after();
  found.is_all = page.empty();
  const ClubMoment moment = moment_of(*round.club, now);
  for (Customer& one : page) {
    ++found.looked_at;
    const rules::Measures measures = measures_of(*round.club, &one.member, facts, moment, &one.profile);
    if (may_fit(*round.club, round.on, one.member, measures, facts, now))
      found.customers.push_back(std::move(one));
    if (found.customers.size() < limit) continue;
    found.last = found.customers.back().member.id;
    break;
  }
  return found;
}

void go_on(Connection& connection, const OccasionRound& round, const Found& found) {
  connection
      .prepare(
          "UPDATE occasion_round SET after_member = ?, is_done = ? WHERE club_id = ? AND day = ? AND"
          " occasion = ?")
      .add(found.last)
      .add(found.is_all)
      .add(round.club->id)
      .add(round.turn)
      .add(static_cast<std::uint32_t>(round.on))
      .update();
}

// Those whose drawn codes were all taken are drawn for anew, beside the others; whoever finds none in a club
// that has hardly any left gets nothing today.
std::uint64_t give(DecidedSet& set, const OccasionRound& round, const std::vector<Customer>& customers,
                   const std::string& promo_line) {
  std::uint64_t given = 0;
  std::vector<const Customer*> left;
  for (const Customer& one : customers) left.push_back(&one);
  for (int draws = 0; !left.empty() && draws < kOccasionDrawsMax; ++draws) {
    std::vector<std::vector<CodeKey>> candidates;
    Needs needs;
    for (const Customer* one : left) {
      Needs hers = needs_occasion(*round.club, round.on, {round.club->id, one->member.phone}, promo_line,
                                  set.setting());
      candidates.push_back(hers.candidates);
      needs.merge(std::move(hers));
    }
    set.load(needs);
    std::vector<const Customer*> again;
    for (std::size_t i = 0; i < left.size(); ++i) {
      const Member* member = set.facts().member(MemberKey{round.club->id, left[i]->member.phone});
      if (member == nullptr) continue;
      try {
        Outcome outcome = occasion(*round.club, round.on, *member, &left[i]->profile, promo_line,
                                   candidates[i], set.facts(), set.setting());
        given += outcome.effects.empty() ? 0 : 1;
        set.take(std::move(outcome));
      } catch (const OutOfCandidates&) {
        again.push_back(left[i]);
      }
    }
    left = std::move(again);
  }
  return given;
}

}  // namespace

OccasionGiven give_occasion(Connection& connection, SystemChance& chance, const Directory& directory,
                            const OccasionRound& round, const std::string& promo_line, rules::Instant now,
                            std::uint32_t limit) {
  assert(limit > 0 && limit <= kOccasionSetMax);
  chance.reserve_ids(connection, limit * kIdsPerMember);
  const auto after = take_round(connection, round);
  if (!after) return {.is_done = true};
  const Found found = round.on == rules::Occasion::birthday ? born_today(connection, round, *after, limit)
                      : round.on == rules::Occasion::away ? away_today(connection, round, *after, limit, now)
                                                          : lately(connection, round, *after, limit, now);
  OccasionGiven given{.looked_at = found.looked_at, .is_done = found.is_all};
  if (!found.customers.empty()) {
    // Once a phone, or once a phone and year, whoever leaves and joins again.
    const bool by_phone = round.on != rules::Occasion::away;
    if (by_phone) inherit_welcomes(connection, round, found);
    DecidedSet set(connection, chance, directory, now);
    given.members = give(set, round, found.customers, promo_line);
    if (given.members > 0) set.save();
    given.texts = set.take_queued();
    if (given.members > 0 && by_phone) remember_welcomes(connection, round, found);
  }
  go_on(connection, round, found);
  return given;
}

std::uint64_t forget_occasion_rounds(Connection& connection, rules::Instant now) {
  const std::int64_t day = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
  return connection
      .prepare(
          "DELETE FROM occasion_round WHERE (occasion IN (1, 2) AND day < ?) OR (occasion IN (3, 4) AND day <"
          " ?)")
      .add(day - kRoundsKept)
      .add((day - kRoundsKept) * kQuartersOfDay)
      .update();
}

}  // namespace peyk::store
