#include "store/mysql/programmes.hpp"

#include <algorithm>
#include <map>

#include "handlers/programme_json.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/insights.hpp"
#include "store/mysql/managers_offers.hpp"
#include "store/mysql/offer_effects.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

rules::Offer offer_of(std::uint32_t id, std::uint64_t version, std::uint32_t seed,
                      std::string_view document) {
  rules::Offer offer = read_offer(document);
  offer.id = id;
  offer.version = version;
  offer.seed = seed;
  return offer;
}

struct Stored {
  std::uint32_t id = 0;
  std::uint64_t version = 0;  // in force; 0: none
  std::string document;
};

// Of the club's file: what managers began by text is none of it.
std::map<std::string, Stored> stored_offers(Connection& connection, ClubId club) {
  std::map<std::string, Stored> offers;
  Rows rows = connection
                  .prepare(
                      "SELECT o.name, o.offer_id, COALESCE(v.version_id, 0), COALESCE(v.body, '')"
                      " FROM offer o LEFT JOIN offer_version v ON v.offer_id = o.offer_id AND v.until_at IS"
                      " NULL WHERE o.club_id = ? AND o.begun_by IS NULL")
                  .add(club)
                  .query();
  while (rows.next()) {
    Stored& one = offers[rows.text()];
    one.id = rows.u32();
    one.version = rows.u64();
    const std::string body = rows.text();
    // As it would be written now: a word that documents spell anew makes no new version.
    if (!body.empty()) one.document = offer_document(read_offer(body));
  }
  return offers;
}

// Rows for names that the club has never used.
void name_offers(Connection& connection, ClubId club, const std::vector<std::string>& names,
                 std::map<std::string, Stored>& offers) {
  insert_set(connection, "INSERT INTO offer (club_id, name) VALUES ", 2, names,
             [club](Statement& s, const std::string& name) { s.add(club).add(name); });
  select_in(
      connection, "SELECT name, offer_id FROM offer WHERE (club_id, name) IN (", "", 2, names,
      [club](Statement& s, const std::string& name) { s.add(club).add(name); },
      [&offers](Rows& rows) {
        Stored& one = offers[rows.text()];
        one.id = rows.u32();
      });
}

// What of the file is not in force yet, and what is in force but not of the file any more.
struct Changes {
  std::map<std::string, std::string> begin;  // by name, the document
  std::vector<std::uint64_t> end;
  std::vector<std::string> unnamed;
};

Changes changes(const std::map<std::string, Stored>& stored, const Programme& programme) {
  Changes found;
  std::map<std::string, std::string> fresh;
  for (const rules::Offer& offer : programme.offers) fresh[offer.name] = offer_document(offer);
  for (auto& [name, document] : fresh) {
    const auto known = stored.find(name);
    if (known == stored.end()) found.unnamed.push_back(name);
    if (known == stored.end() || known->second.document != document) found.begin[name] = document;
  }
  for (const auto& [name, one] : stored) {
    if (one.version != 0 && (!fresh.contains(name) || found.begin.contains(name)))
      found.end.push_back(one.version);
  }
  return found;
}

// Of those that come by chance: drawn once, so that a new version draws as the one before.
void seed_surprises(Connection& connection, ClubId club, const Programme& programme) {
  SystemChance chance;
  for (const rules::Offer& offer : programme.offers) {
    if (offer.chance == 0) continue;
    connection.prepare("UPDATE offer SET seed = ? WHERE club_id = ? AND name = ? AND seed = 0")
        .add(static_cast<std::uint32_t>(chance.random()))
        .add(club)
        .add(offer.name)
        .update();
  }
}

void save_offers(Connection& connection, ClubId club, const Programme& programme) {
  end_offers_past(connection, club, rules::Instant{});
  std::map<std::string, Stored> stored = stored_offers(connection, club);
  const Changes found = changes(stored, programme);
  name_offers(connection, club, found.unnamed, stored);
  update_in(connection, "UPDATE offer_version SET until_at = UTC_TIMESTAMP(6) WHERE version_id IN (",
            found.end);
  const std::vector<std::pair<std::string, std::string>> begin(found.begin.begin(), found.begin.end());
  for (const auto& [name, document] : begin) {
    connection.prepare("INSERT INTO offer_version (offer_id, body, from_at) VALUES (?, ?, UTC_TIMESTAMP(6))")
        .add(stored.at(name).id)
        .add(document)
        .update();
  }
  seed_surprises(connection, club, programme);
  // Counted under the lock of the club's row, which apply holds: managers may have begun some since it
  // looked.
  Rows begun = connection
                   .prepare(
                       "SELECT COUNT(*) FROM offer o JOIN offer_version v ON v.offer_id = o.offer_id"
                       " AND v.until_at IS NULL WHERE o.club_id = ? AND o.begun_by IS NOT NULL")
                   .add(club)
                   .query();
  if (begun.next() && begun.u64() + programme.offers.size() > kOffersMax)
    throw SqlError(SqlError::Kind::broken, 0,
                   "with those that managers began by text the club has more than 1000 offers");
}

bool is_in_force(Connection& connection, ClubId club, std::string_view bounds) {
  Rows rows = connection.prepare("SELECT body FROM lrfm_bounds WHERE club_id = ?").add(club).query();
  return rows.next() && rows.text() == bounds;
}

}  // namespace

void load_programmes(Connection& connection, std::vector<Club>& clubs) {
  std::map<ClubId, Programme*> by_club;
  for (Club& club : clubs) by_club[club.id] = &club.programme;
  const auto find = [&by_club](ClubId id) {
    const auto found = by_club.find(id);
    return found == by_club.end() ? nullptr : found->second;
  };
  Rows programmes = connection.prepare("SELECT club_id, body FROM programme").query();
  while (programmes.next()) {
    Programme* programme = find(programmes.u32());
    if (programme != nullptr) *programme = read_programme(programmes.text());
  }
  Rows offers =
      connection
          .prepare(
              "SELECT o.club_id, o.offer_id, v.version_id, o.seed, v.body FROM offer_version v JOIN"
              " offer o ON o.offer_id = v.offer_id WHERE v.until_at IS NULL ORDER BY o.club_id, o.name")
          .query();
  while (offers.next()) {
    Programme* programme = find(offers.u32());
    if (programme == nullptr) continue;
    const std::uint32_t id = offers.u32();
    const std::uint64_t version = offers.u64();
    const std::uint32_t seed = offers.u32();
    programme->offers.push_back(offer_of(id, version, seed, offers.text()));
  }
  Rows bounds = connection.prepare("SELECT club_id, body, COALESCE(places, '') FROM lrfm_bounds").query();
  while (bounds.next()) {
    Programme* programme = find(bounds.u32());
    if (programme == nullptr) continue;
    programme->bounds_reckoned = read_bounds(bounds.text());
    const std::string places = bounds.text();
    if (!places.empty()) programme->places = read_places(places);
  }
  load_insights(connection, clubs);
  load_offer_figures(connection, clubs);
}

void save_programme(Connection& connection, ClubId club, const Programme& programme) {
  connection
      .prepare(
          "INSERT INTO programme (club_id, body) VALUES (?, ?) ON DUPLICATE KEY UPDATE body = VALUES(body)")
      .add(club)
      .add(programme_document(programme))
      .update();
  save_offers(connection, club, programme);
}

void save_reckoned_bounds(Connection& connection, ClubId club, const rules::LrfmBounds& bounds,
                          std::uint64_t members, rules::Instant now) {
  const std::string document = bounds_document(bounds);
  const bool is_known = is_in_force(connection, club, document);
  connection
      .prepare(
          "INSERT INTO lrfm_bounds (club_id, reckoned_at, members, body) VALUES (?, ?, ?, ?) ON DUPLICATE KEY"
          " UPDATE reckoned_at = VALUES(reckoned_at), members = VALUES(members), body = VALUES(body)")
      .add(club)
      .add(now)
      .add(members)
      .add(document)
      .update();
  if (is_known) return;
  connection.prepare("UPDATE club SET version = version + 1 WHERE club_id = ?").add(club).update();
}

void save_places(Connection& connection, ClubId club, const rules::SpendPlaces& places) {
  const std::string document = places_document(places);
  const std::uint64_t changed =
      connection.prepare("UPDATE lrfm_bounds SET places = ? WHERE club_id = ? AND NOT places <=> ?")
          .add(document)
          .add(club)
          .add(document)
          .update();
  if (changed == 0) return;
  connection.prepare("UPDATE club SET version = version + 1 WHERE club_id = ?").add(club).update();
}

std::vector<OfferRecord> load_offer_records(Connection& connection, ClubId club, std::string_view name,
                                            std::size_t versions_max) {
  std::vector<OfferRecord> records;
  Rows rows =
      connection
          .prepare(
              "SELECT o.offer_id, o.spent, o.seed, v.version_id, v.from_at, v.until_at, v.body FROM offer"
              " o JOIN offer_version v ON v.offer_id = o.offer_id"
              " WHERE o.club_id = ? AND (? = '' OR o.name = ?) ORDER BY o.name, v.version_id DESC")
          .add(club)
          .add(name)
          .add(name)
          .query();
  std::uint32_t last = 0;
  while (rows.next()) {
    const std::uint32_t id = rows.u32();
    const rules::Amount spent = rows.i64();
    const std::uint32_t seed = rows.u32();
    if (records.empty() || id != last) records.push_back({.spent = spent, .versions = {}});
    last = id;
    if (records.back().versions.size() >= versions_max) continue;
    const std::uint64_t version = rows.u64();
    OfferVersion one;
    one.from_at = rows.instant();
    one.until_at = rows.instant();
    one.offer = offer_of(id, version, seed, rows.text());
    records.back().versions.push_back(std::move(one));
  }
  return records;
}

OfferReach load_offer_reach(Connection& connection, std::uint32_t offer, std::uint64_t& rows_left) {
  OfferReach reach;
  const auto count = [&](std::uint64_t rows) {
    reach.is_all = reach.is_all && rows < rows_left;
    rows_left -= std::min(rows, rows_left);
    return rows;
  };
  {
    Rows rows = connection
                    .prepare(
                        "SELECT COUNT(*), CAST(COALESCE(SUM(uses), 0) AS UNSIGNED) FROM (SELECT uses FROM"
                        " offer_use WHERE offer_id = ? AND uses_on_day > 0 LIMIT ?) u")
                    .add(offer)
                    .add(rows_left)
                    .query();
    rows.next();
    reach.members = count(rows.u64());
    reach.uses = rows.u64();
  }
  // Kinds 0 to 3 and 6 are money (handlers::is_money).
  Rows rows = connection
                  .prepare(
                      "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN kind IN (0, 1, 2, 3, 6) THEN value ELSE 0"
                      " END), 0) AS SIGNED), CAST(COALESCE(SUM(kind = 9), 0) AS UNSIGNED) FROM (SELECT kind, "
                      "value FROM offer_grant WHERE offer_id = ?"
                      " LIMIT ?) g")
                  .add(offer)
                  .add(rows_left)
                  .query();
  rows.next();
  count(rows.u64());
  reach.money = rows.i64();
  reach.items = rows.u64();
  return reach;
}

}  // namespace peyk::store
