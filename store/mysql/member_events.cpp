#include "store/mysql/member_events.hpp"

#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

MemberEvent read_member_event(Rows& rows) {
  MemberEvent event{.id = rows.u64()};
  event.key.club = rows.u32();
  event.key.till = rows.text();
  event.key.reference = rows.text();
  event.member = rows.u64();
  event.name = rows.text();
  event.score = rows.u32();
  event.purchase = rows.maybe_u64().value_or(0);
  event.at = rows.instant();
  event.recorded_at = rows.instant();
  event.answer = rows.text();
  return event;
}

void load_told_before(Connection& connection, const std::set<MemberEventKey>& keys, Facts& facts) {
  select_in(
      connection,
      "SELECT event_id, club_id, till_key, reference, member_id, name, score, purchase_id, at, recorded_at,"
      " answer FROM member_event WHERE (club_id, till_key, reference) IN (",
      "", 3, keys,
      [](Statement& s, const MemberEventKey& key) { s.add(key.club).add(key.till).add(key.reference); },
      [&facts](Rows& rows) { facts.load(read_member_event(rows)); });
}

// By their numbers, which are one in all clubs: another club's are nobody's.
void load_rated_purchases(Connection& connection, const std::set<RecordKey>& keys, Facts& facts) {
  select_in(
      connection,
      "SELECT p.purchase_id, p.club_id, COALESCE(p.member_id, 0), e.event_id IS NOT NULL FROM purchase p LEFT"
      " JOIN member_event e ON e.purchase_id = p.purchase_id WHERE p.purchase_id IN (",
      "", 1, keys, [](Statement& s, const RecordKey& key) { s.add(key.id); },
      [&](Rows& rows) {
        const std::uint64_t purchase = rows.u64();
        const ClubId club = rows.u32();
        RatedPurchase row{.member = rows.u64()};
        row.rated = rows.flag();
        if (keys.contains({club, purchase})) facts.load(purchase, row);
      });
}

}  // namespace

void read_scores(Connection& connection, const std::set<MemberId>& members, Facts& facts) {
  select_in(
      connection, "SELECT member_id, score, at, purchase_id FROM survey_score WHERE member_id IN (", "", 1,
      members, [](Statement& s, MemberId id) { s.add(id); },
      [&facts](Rows& rows) {
        const MemberId member = rows.u64();
        SurveyScore row{.score = rows.u32()};
        row.at = rows.instant();
        row.purchase = rows.u64();
        facts.load(member, row);
      });
}

void load_survey_scores(Connection& connection, const std::set<MemberKey>& keys, Facts& facts) {
  std::set<MemberId> members;
  for (const MemberKey& key : keys) {
    if (const Member* member = facts.member(key)) members.insert(member->id);
  }
  read_scores(connection, members, facts);
}

void load_member_events(Connection& connection, const Needs& needs, Facts& facts) {
  load_told_before(connection, needs.member_events, facts);
  load_rated_purchases(connection, needs.rated_purchases, facts);
}

void save_survey_scores(Connection& connection, const std::set<MemberId>& changed,
                        std::span<const EndMembership* const> ended, const Facts& facts) {
  std::set<MemberId> gone, kept = changed;
  for (const EndMembership* end : ended) {
    gone.insert(end->member);
    kept.erase(end->member);
  }
  upsert_set(connection, "INSERT INTO survey_score (member_id, club_id, score, at, purchase_id) VALUES ",
             "score = VALUES(score), at = VALUES(at), purchase_id = VALUES(purchase_id)", 5, kept,
             [&facts](Statement& s, MemberId id) {
               const SurveyScore& row = *facts.survey_score(id);
               s.add(id).add(facts.member(id)->club).add(row.score).add(row.at).add(row.purchase);
             });
  update_in(connection, "DELETE FROM survey_score WHERE member_id IN (", gone);
}

void save_member_events(Connection& connection, std::span<const MemberEvent* const> events) {
  insert_set(
      connection,
      "INSERT INTO member_event (event_id, club_id, till_key, reference, member_id, name, score,"
      " purchase_id, at, recorded_at, answer) VALUES ",
      11, events, [](Statement& s, const MemberEvent* e) {
        s.add(e->id).add(e->key.club).add(e->key.till).add(e->key.reference).add(e->member).add(e->name);
        s.add(e->score).add(e->purchase == 0 ? std::optional<std::uint64_t>() : e->purchase);
        s.add(e->at).add(e->recorded_at).add(e->answer);
      });
}

}  // namespace peyk::store
