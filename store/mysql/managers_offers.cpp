#include "store/mysql/managers_offers.hpp"

#include "handlers/programme_json.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

// Gateways load its offers anew within seconds.
void renew_club(Connection& connection, ClubId club) {
  connection.prepare("UPDATE club SET version = version + 1 WHERE club_id = ?").add(club).update();
}

void lock_club(Connection& connection, ClubId club) {
  Rows rows = connection.prepare("SELECT club_id FROM club WHERE club_id = ? FOR UPDATE").add(club).query();
  rows.next();
}

std::uint32_t offers_named(Connection& connection, ClubId club, const std::string& names) {
  Rows rows = connection.prepare("SELECT COUNT(*) FROM offer WHERE club_id = ? AND name LIKE CONCAT(?, '%')")
                  .add(club)
                  .add(names)
                  .query();
  return rows.next() ? static_cast<std::uint32_t>(rows.u64()) : 0;
}

std::uint32_t offers_of_file(Connection& connection, ClubId club) {
  Rows rows = connection
                  .prepare(
                      "SELECT COUNT(*) FROM offer o JOIN offer_version v ON v.offer_id = o.offer_id"
                      " AND v.until_at IS NULL WHERE o.club_id = ? AND o.begun_by IS NULL")
                  .add(club)
                  .query();
  return rows.next() ? static_cast<std::uint32_t>(rows.u64()) : 0;
}

std::vector<rules::Offer> offers_running(Connection& connection, ClubId club) {
  std::vector<rules::Offer> running;
  Rows rows = connection
                  .prepare(
                      "SELECT o.offer_id, v.version_id, v.body FROM offer o JOIN offer_version v"
                      " ON v.offer_id = o.offer_id AND v.until_at IS NULL"
                      " WHERE o.club_id = ? AND o.begun_by IS NOT NULL ORDER BY v.version_id")
                  .add(club)
                  .query();
  while (rows.next()) {
    const std::uint32_t id = rows.u32();
    const std::uint64_t version = rows.u64();
    rules::Offer offer = read_offer(rows.text());
    offer.id = id;
    offer.version = version;
    running.push_back(std::move(offer));
  }
  return running;
}

// As the last night has counted.
void count_segments(Connection& connection, ClubId club, OfferDesk& desk) {
  Rows rows = connection
                  .prepare(
                      "SELECT name, members FROM segment_day WHERE club_id = ? AND day ="
                      " (SELECT MAX(day) FROM segment_day WHERE club_id = ?)")
                  .add(club)
                  .add(club)
                  .query();
  while (rows.next()) {
    const std::string name = rows.text();
    desk.segments[name] = rows.u64();
  }
}

void count_members(Connection& connection, ClubId club, OfferDesk& desk) {
  Rows rows = connection.prepare("SELECT COUNT(*) FROM member WHERE club_id = ? AND phone IS NOT NULL")
                  .add(club)
                  .query();
  if (rows.next()) desk.members = rows.u64();
}

void count_tier(Connection& connection, ClubId club, std::uint32_t tier, OfferDesk& desk) {
  Rows rows = connection.prepare("SELECT COUNT(*) FROM standing WHERE club_id = ? AND tier = ?")
                  .add(club)
                  .add(tier)
                  .query();
  if (rows.next()) desk.tiers[tier] = rows.u64();
}

void save_begun(Connection& connection, const BeginOffer& effect) {
  connection.prepare("INSERT INTO offer (club_id, name, begun_by, ends_at) VALUES (?, ?, ?, ?)")
      .add(effect.club)
      .add(effect.offer.name)
      .add(effect.by)
      .add(effect.offer.until)
      .update();
  connection
      .prepare(
          "INSERT INTO offer_version (offer_id, body, from_at) SELECT offer_id, ?, ? FROM offer"
          " WHERE club_id = ? AND name = ?")
      .add(offer_document(effect.offer))
      .add(effect.at)
      .add(effect.club)
      .add(effect.offer.name)
      .update();
  end_offers_past(connection, effect.club, effect.at);
  renew_club(connection, effect.club);
}

void save_ended(Connection& connection, const EndOffer& effect) {
  connection
      .prepare(
          "UPDATE offer_version v JOIN offer o ON o.offer_id = v.offer_id SET v.until_at = ?, o.ended_by = ?"
          " WHERE o.club_id = ? AND o.name = ? AND v.until_at IS NULL")
      .add(effect.at)
      .add(effect.by)
      .add(effect.club)
      .add(effect.name)
      .update();
  end_offers_past(connection, effect.club, effect.at);
  renew_club(connection, effect.club);
}

}  // namespace

void lock_offer_desks(Connection& connection, const std::map<ClubId, OfferDeskKey>& desks, Facts& facts) {
  for (const auto& [club, key] : desks) {
    OfferDesk desk;  // counted before the lock, for which whoever joins meanwhile waits
    if (key.all) count_members(connection, club, desk);
    count_segments(connection, club, desk);
    for (const std::uint32_t tier : key.tiers) count_tier(connection, club, tier, desk);
    lock_club(connection, club);
    desk.named = offers_named(connection, club, key.names);
    desk.of_file = offers_of_file(connection, club);
    desk.running = offers_running(connection, club);
    facts.load(club, std::move(desk));
  }
}

void save_begun_offers(Connection& connection, const std::vector<const BeginOffer*>& begun) {
  for (const BeginOffer* effect : begun) save_begun(connection, *effect);
}

void save_ended_offers(Connection& connection, const std::vector<const EndOffer*>& ended) {
  for (const EndOffer* effect : ended) save_ended(connection, *effect);
}

void end_offers_past(Connection& connection, ClubId club, rules::Instant now) {
  connection
      .prepare(
          "UPDATE offer_version v JOIN offer o ON o.offer_id = v.offer_id SET v.until_at = o.ends_at"
          " WHERE o.club_id = ? AND o.ends_at <= COALESCE(?, UTC_TIMESTAMP(6)) AND v.until_at IS NULL")
      .add(club)
      .add(now)
      .update();
}

}  // namespace peyk::store
