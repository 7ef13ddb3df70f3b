#include "store/mysql/offer_uses.hpp"

#include "handlers/programme_json.hpp"
#include "store/mysql/managers_offers.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

std::set<MemberId> members_of(const std::set<MemberKey>& keys, const Facts& facts) {
  std::set<MemberId> members;
  for (const MemberKey& key : keys) {
    if (const Member* member = facts.member(key)) members.insert(member->id);
  }
  return members;
}

void load_uses(Connection& connection, const std::set<MemberId>& members, Facts& facts) {
  select_in(connection,
            "SELECT member_id, offer_id, uses, last_day, uses_on_day, given_on_day FROM offer_use"
            " WHERE member_id IN (",
            "", 1, members, bind_id, [&facts](Rows& rows) {
              OfferUseKey key{.member = rows.u64()};
              key.offer = rows.u32();
              OfferUseRow row{.uses = rows.u32()};
              row.last_day = static_cast<rules::DayNumber>(rows.i64());
              row.uses_on_day = rows.u32();
              row.given_on_day = rows.i64();
              facts.load(key, row);
            });
}

void load_ranks(Connection& connection, const std::set<MemberId>& members, Facts& facts) {
  select_in(connection,
            "SELECT member_id, points, tier, since_day, until_day FROM standing WHERE member_id IN (", "", 1,
            members, bind_id, [&facts](Rows& rows) {
              const MemberId member = rows.u64();
              Rank rank{.points = rows.i64()};
              rank.standing.tier = rows.u32();
              rank.standing.since = static_cast<rules::DayNumber>(rows.i64());
              rank.standing.until = static_cast<rules::DayNumber>(rows.i64());
              facts.load(member, rank);
            });
}

// One statement a beginning of a period: members of one club share it.
void load_periods(Connection& connection, const Needs& needs, Facts& facts) {
  std::map<std::pair<rules::Instant, bool>, std::set<MemberId>> periods;
  for (const auto& [key, period] : needs.periods) {
    const Member* member = facts.member(key);
    if (member != nullptr) periods[{period.since, period.in_points}].insert(member->id);
  }
  for (const auto& [period, members] : periods) {
    const PeriodKey key{.since = period.first, .in_points = period.second};
    std::set<MemberId> without = members;
    select_in(
        connection,
        key.in_points ? "SELECT member_id, CAST(SUM(points) AS SIGNED) FROM point_entry WHERE at >= ? AND"
                        " member_id IN ("
                      : "SELECT member_id, CAST(SUM(amount - refunded) AS SIGNED) FROM purchase WHERE"
                        " purchased_at >= ? AND member_id IN (",
        "GROUP BY member_id", 1, members,
        [&key, bound = std::size_t{0}](Statement& s, MemberId id) mutable {
          if (bound++ % kSetRowsMax == 0) s.add(key.since);  // each statement's first parameter
          s.add(id);
        },
        [&](Rows& rows) {
          const MemberId member = rows.u64();
          facts.load_period(member, key, rows.i64());
          without.erase(member);
        });
    for (const MemberId member : without) facts.load_period(member, key, 0);
  }
}

constexpr const char* kGrantColumns =
    "g.grant_id, g.club_id, g.member_id, g.purchase_id, g.version_id, g.offer_id, g.place, g.kind, g.value,"
    " g.of_budget, g.lot_id, g.at, g.facts, g.message_id";
OfferGrant grant_of(Rows& rows) {
  OfferGrant g{.id = rows.u64()};
  g.club = rows.u32();
  g.member = rows.u64();
  g.purchase = rows.u64();
  g.version = rows.u64();
  g.offer = rows.u32();
  g.place = rows.u32();
  g.kind = static_cast<rules::EffectKind>(rows.u64());
  g.value = rows.i64();
  g.of_budget = rows.i64();
  g.lot = rows.maybe_u64().value_or(0);
  g.at = rows.instant();
  g.facts = rows.text();
  g.text = rows.maybe_u64().value_or(0);
  return g;
}

// What a newer program wrote is left out: WHY tells what it gave, without a name.
void load_versions(Connection& connection, const std::set<std::uint64_t>& versions, Facts& facts) {
  select_in(connection, "SELECT version_id, offer_id, body FROM offer_version WHERE version_id IN (", "", 1,
            versions, bind_id, [&facts](Rows& rows) {
              const std::uint64_t version = rows.u64();
              const OfferId id = rows.u32();
              try {
                rules::Offer offer = read_offer(rows.text());
                offer.id = id;
                offer.version = version;
                facts.load_version(std::move(offer));
              } catch (const DocumentError&) {
                return;
              }
            });
}

void save_grants(Connection& connection, std::span<const OfferGrant* const> grants, const Facts& facts) {
  insert_set(
      connection,
      "INSERT INTO offer_grant (grant_id, club_id, member_id, purchase_id, version_id, offer_id, place,"
      " kind, value, of_budget, lot_id, at, facts, message_id) VALUES ",
      14, grants, [](Statement& s, const OfferGrant* grant) {
        const OfferGrant& g = *grant;
        s.add(g.id).add(g.club).add(g.member).add(g.purchase).add(g.version).add(g.offer).add(g.place);
        s.add(static_cast<std::uint32_t>(g.kind)).add(g.value).add(g.of_budget);
        s.add(g.lot == 0 ? std::optional<std::uint64_t>() : g.lot).add(g.at).add(g.facts);
        s.add(g.text == 0 ? std::optional<std::uint64_t>() : g.text);
      });
  std::set<OfferId> spent;
  for (const OfferGrant* grant : grants) {
    if (grant->of_budget > 0) spent.insert(grant->offer);
  }
  for (const OfferId offer : spent)
    connection.prepare("UPDATE offer SET spent = ? WHERE offer_id = ?")
        .add(facts.budget_spent(offer))
        .add(offer)
        .run();
}

void save_gifts(Connection& connection, std::span<const IssueGift* const> gifts) {
  insert_set(connection,
             "INSERT INTO gift_batch (batch_id, club_id, amount, expires_at, issued_at, issued_by) VALUES ",
             6, gifts, [](Statement& s, const IssueGift* gift) {
               s.add(gift->batch).add(gift->lot.club).add(gift->lot.issued).add(gift->lot.expires_at);
               s.add(gift->lot.created_at).add(gift->by);
             });
  insert_set(connection, "INSERT INTO gift_code (batch_id, code_id) VALUES ", 2, gifts,
             [](Statement& s, const IssueGift* gift) { s.add(gift->batch).add(gift->code.id); });
}

}  // namespace

std::map<ClubId, MemberId> find_gift_accounts(Connection& connection, const Needs& needs) {
  std::map<ClubId, MemberId> found;
  select_in(
      connection, "SELECT club_id, member_id FROM gift_account WHERE club_id IN (", "", 1,
      needs.gift_accounts, [](Statement& s, ClubId club) { s.add(club); },
      [&found](Rows& rows) {
        const ClubId club = rows.u32();
        found.emplace(club, rows.u64());
      });
  return found;
}

void load_standings(Connection& connection, const Needs& needs, const std::set<MemberId>& refunded,
                    Facts& facts) {
  load_uses(connection, members_of(needs.offer_uses, facts), facts);
  std::set<MemberId> ranked = members_of(needs.ranks, facts);
  for (const CodeKey& key : needs.owners_ranks) {
    if (const Code* code = facts.code(key)) ranked.insert(code->member);
  }
  ranked.insert(refunded.begin(), refunded.end());
  load_ranks(connection, ranked, facts);
  load_periods(connection, needs, facts);
}

void lock_budgets(Connection& connection, const std::set<OfferId>& offers, Facts& facts) {
  select_in(
      connection, "SELECT offer_id, spent FROM offer WHERE offer_id IN (", "ORDER BY offer_id FOR UPDATE", 1,
      offers, [](Statement& s, OfferId id) { s.add(id); },
      [&facts](Rows& rows) {
        const OfferId offer = rows.u32();
        facts.load_budget_spent(offer, rows.i64());
      });
}

void load_grants(Connection& connection, const std::set<std::uint64_t>& purchases, Facts& facts) {
  select_in(connection,
            std::string("SELECT ") + kGrantColumns + " FROM offer_grant g WHERE g.purchase_id IN (", "", 1,
            purchases, bind_id, [&facts](Rows& rows) { facts.load(grant_of(rows)); });
}

void load_grants_with_versions(Connection& connection, const std::set<std::uint64_t>& purchases,
                               const std::set<std::uint64_t>& occasions, Facts& facts) {
  std::set<std::uint64_t> versions;
  const auto keep = [&](Rows& rows) {
    OfferGrant grant = grant_of(rows);
    versions.insert(grant.version);
    facts.load(std::move(grant));
  };
  const std::string columns = std::string("SELECT ") + kGrantColumns + " FROM offer_grant ";
  select_in(connection, columns + "g WHERE g.purchase_id IN (", "", 1, purchases, bind_id, keep);
  select_in(connection,
            columns +
                "f JOIN offer_grant g ON g.member_id = f.member_id AND g.purchase_id = f.purchase_id AND"
                " g.at = f.at WHERE f.grant_id IN (",
            "", 1, occasions, bind_id, keep);
  load_versions(connection, versions, facts);
}

std::map<MemberId, rules::Amount> given_to(Connection& connection, OfferId offer,
                                           const std::vector<MemberId>& members, rules::Instant from,
                                           rules::Instant until) {
  if (members.size() > kSetRowsMax) throw std::length_error("more members than a statement takes");
  std::map<MemberId, rules::Amount> given;
  select_in(
      connection,
      "SELECT member_id, CAST(SUM(CASE WHEN kind IN (0, 1, 2, 3, 6) THEN value ELSE 0 END) AS SIGNED)"
      " FROM offer_grant WHERE offer_id = ? AND at >= ? AND at < ? AND kind <> 8 AND member_id IN (",
      "GROUP BY member_id", 1, members,
      [&, bound = false](Statement& s, MemberId id) mutable {
        if (!bound) s.add(offer).add(from).add(until);
        bound = true;
        s.add(id);
      },
      [&given](Rows& rows) {
        const MemberId member = rows.u64();
        given[member] = rows.i64();
      });
  return given;
}

void save_offer_effects(Connection& connection, const OfferEffects& effects, const Facts& facts) {
  insert_set(connection, "INSERT INTO gift_account (club_id, member_id) VALUES ", 2, effects.gift_accounts,
             [](Statement& s, const Member* account) { s.add(account->club).add(account->id); });
  save_gifts(connection, effects.gifts);
  upsert_set(connection,
             "INSERT INTO offer_use (member_id, offer_id, club_id, uses, last_day, uses_on_day, given_on_day)"
             " VALUES ",
             "uses = VALUES(uses), last_day = VALUES(last_day), uses_on_day = VALUES(uses_on_day),"
             " given_on_day = VALUES(given_on_day)",
             7, effects.uses, [](Statement& s, const auto& one) {
               const SetOfferUse& use = *one.second;
               s.add(use.key.member).add(use.key.offer).add(use.club).add(use.row.uses).add(use.row.last_day);
               s.add(use.row.uses_on_day).add(use.row.given_on_day);
             });
  insert_set(connection,
             "INSERT INTO point_entry (entry_id, club_id, member_id, points, at, purchase_id, version_id)"
             " VALUES ",
             7, effects.points, [](Statement& s, const PointEntry* entry) {
               s.add(entry->id).add(entry->club).add(entry->member).add(entry->points).add(entry->at);
               s.add(entry->purchase);
               s.add(entry->version == 0 ? std::optional<std::uint64_t>() : entry->version);
             });
  upsert_set(connection,
             "INSERT INTO standing (member_id, club_id, points, tier, since_day, until_day) VALUES ",
             "points = VALUES(points), tier = VALUES(tier), since_day = VALUES(since_day), until_day ="
             " VALUES(until_day)",
             6, effects.standings, [&facts](Statement& s, const auto& one) {
               const Rank rank = facts.rank(one.first);
               s.add(one.first).add(one.second).add(rank.points).add(rank.standing.tier);
               s.add(rank.standing.since).add(rank.standing.until);
             });
  save_grants(connection, effects.grants, facts);
  save_begun_offers(connection, effects.begun);
  save_ended_offers(connection, effects.ended);
}

}  // namespace peyk::store
