#include "store/mysql/offer_effects.hpp"

#include <algorithm>
#include <functional>
#include <tuple>

#include "store/mysql/offer_uses.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

constexpr std::uint32_t kEffectPage = 500;  // members
constexpr std::size_t kEffectVersionsMax = 10'000;

std::vector<MemberId> next_members(Connection& connection, ClubId club, MemberId& after) {
  std::vector<MemberId> members;
  while (members.empty()) {
    const MemberId before = after;
    Rows rows = connection
                    .prepare(
                        "SELECT b.member_id, m.phone IS NOT NULL FROM behaviour b FORCE INDEX "
                        "(behaviour_of_club) JOIN"
                        " member m ON m.member_id = b.member_id WHERE b.club_id = ? AND b.branch_no = 0 AND"
                        " b.member_id > ? ORDER BY b.member_id LIMIT ?")
                    .add(club)
                    .add(after)
                    .add(kEffectPage)
                    .query();
    while (rows.next()) {
      after = rows.u64();
      if (rows.flag()) members.push_back(after);
    }
    if (after == before) break;
  }
  return members;
}

using PurchasesOf = std::map<MemberId, std::vector<RecordedPurchase>>;

// Of each the first, which says whether she had bought before, and those of the span.
PurchasesOf purchases_of(Connection& connection, const std::vector<MemberId>& members,
                         const InsightSpan& span) {
  PurchasesOf all;
  select_in(connection, "SELECT member_id, MIN(purchased_at) FROM purchase WHERE member_id IN (",
            "GROUP BY member_id", 1, members, bind_id, [&](Rows& rows) {
              std::vector<RecordedPurchase>& hers = all[rows.u64()];
              const rules::Instant at = rows.instant();
              if (at < span.from) hers.push_back({.at = at});
            });
  select_in(
      connection,
      "SELECT member_id, purchased_at, amount + discount, discount, refunded FROM purchase WHERE purchased_at"
      " >= ? AND purchased_at < ? AND member_id IN (",
      "", 1, members,
      [&span, bound = false](Statement& s, MemberId id) mutable {
        if (!bound) s.add(span.from).add(span.until);
        bound = true;
        s.add(id);
      },
      [&all](Rows& rows) {
        std::vector<RecordedPurchase>& hers = all[rows.u64()];
        RecordedPurchase one{.at = rows.instant()};
        one.amount = rows.i64();
        one.discount = rows.i64();
        one.refunded = rows.i64();
        hers.push_back(one);
      });
  return all;
}

// What it gave in its time, to whom, and what of that is spent. Notes give nothing.
void read_gifts_of(Connection& connection, OfferFigures& figures) {
  Rows rows = connection
                  .prepare(
                      "SELECT COUNT(DISTINCT member_id, at), COUNT(DISTINCT member_id),"
                      " CAST(COALESCE(SUM(CASE WHEN kind IN (0, 1, 2, 3, 6) THEN value ELSE 0 END), 0) AS"
                      " SIGNED), CAST(COALESCE(SUM(CASE WHEN kind IN (0, 1) THEN value ELSE 0 END), 0) AS"
                      " SIGNED) FROM offer_grant WHERE offer_id = ? AND at >= ? AND at < ? AND kind <> 8")
                  .add(figures.offer)
                  .add(figures.from)
                  .add(figures.until)
                  .query();
  rows.next();
  figures.uses = rows.u64();
  figures.members = rows.u64();
  figures.given = rows.i64();
  figures.used = rows.i64();
}

// Of a lot that several offers filled, each has its share of what was redeemed. What was moved on into other
// lots, by CODE or GIVE, is not followed there.
rules::Amount redeemed_of(Connection& connection, const OfferFigures& figures) {
  Rows rows =
      connection
          .prepare(
              "SELECT CAST(COALESCE(SUM(redeemed * value DIV issued), 0) AS SIGNED) FROM (SELECT"
              " LEAST(g.value, l.issued) AS value, l.issued AS issued, CAST((SELECT COALESCE(SUM(CASE e.kind"
              " WHEN 2 THEN e.amount ELSE -e.amount END), 0) FROM ledger_entry e WHERE e.lot_id = l.lot_id"
              " AND e.kind IN (2, 4, 8)) AS DECIMAL(38)) AS redeemed FROM offer_grant g JOIN lot l ON "
              "l.lot_id"
              " = g.lot_id WHERE g.offer_id = ? AND g.at >= ? AND g.at < ?) granted")
          .add(figures.offer)
          .add(figures.from)
          .add(figures.until)
          .query();
  rows.next();
  return rows.i64();
}

// Nothing: it was over before.
std::optional<OfferFigures> figures_of(Connection& connection, const OfferRecord& record,
                                       const InsightSpan& span) {
  const OfferVersion& last = record.versions.front();
  const bool is_over = last.until_at != rules::Instant{} && last.until_at < span.until;
  OfferFigures figures{.offer = last.offer.id,
                       .name = last.offer.name,
                       .title = last.offer.title,
                       .is_over = is_over,
                       .from = std::max(span.from, record.versions.back().from_at),
                       .until = is_over ? last.until_at : span.until};
  if (figures.from >= figures.until) return std::nullopt;
  read_gifts_of(connection, figures);
  figures.used += redeemed_of(connection, figures);
  return figures;
}

void save_figures(Connection& connection, ClubId club, const std::vector<OfferFigures>& all) {
  const std::uint64_t gone =
      connection.prepare("DELETE FROM offer_effect WHERE club_id = ?").add(club).update();
  insert_set(connection,
             "INSERT INTO offer_effect (club_id, offer_id, name, title, is_over, from_at, until_at, uses,"
             " members, given, used, with_members, held_out, with_spent, held_out_spent, verdict) VALUES ",
             16, all, [club](Statement& s, const OfferFigures& one) {
               s.add(club).add(one.offer).add(one.name).add(one.title).add(one.is_over).add(one.from);
               s.add(one.until).add(one.uses).add(one.members).add(one.given).add(one.used);
               s.add(one.with_members).add(one.held_out).add(one.with_spent).add(one.held_out_spent);
               s.add(static_cast<std::uint32_t>(one.verdict));
             });
  if (gone == 0 && all.empty()) return;
  connection.prepare("UPDATE club SET version = version + 1 WHERE club_id = ?").add(club).update();
}

}  // namespace

rules::Instant held_out_since(const OfferRecord& record) {
  rules::Instant since = record.versions.front().from_at;
  for (const OfferVersion& one : record.versions) {
    if (one.offer.hold_out != record.versions.front().offer.hold_out) break;
    since = one.from_at;
  }
  return since;
}

EffectPass::EffectPass(ClubId club, std::vector<EffectOfOffer> effects)
    : club_(club), effects_(std::move(effects)) {
  if (effects_.empty()) return;
  span_ = {effects_.front().from(), effects_.front().until()};
  for (const EffectOfOffer& one : effects_)
    span_ = {std::min(span_.from, one.from()), std::max(span_.until, one.until())};
}

bool EffectPass::step(Connection& connection) {
  if (effects_.empty()) return false;
  MemberId after = after_;
  const std::vector<MemberId> members = next_members(connection, club_, after);
  if (members.empty()) return false;
  const PurchasesOf purchases = purchases_of(connection, members, span_);
  std::vector<EffectOfOffer> counted = effects_;
  for (EffectOfOffer& one : counted) {
    const auto given = given_to(connection, one.offer().id, members, one.from(), one.until());
    for (const auto& [member, hers] : purchases) {
      const auto got = given.find(member);
      one.member(member, hers, got == given.end() ? std::nullopt : std::optional(got->second));
    }
  }
  effects_ = std::move(counted);
  after_ = after;
  return true;
}

void EffectNight::begin(Connection& connection) {
  std::vector<OfferFigures> all;
  std::vector<EffectOfOffer> measured;
  for (const OfferRecord& record : load_offer_records(connection, club_, "", kEffectVersionsMax)) {
    auto figures = figures_of(connection, record, span_);
    if (!figures) continue;
    const rules::Offer& offer = record.versions.front().offer;
    const rules::Instant from = std::max(figures->from, held_out_since(record));
    if (offer.hold_out > 0 && from < figures->until) measured.emplace_back(offer, from, figures->until);
    all.push_back(std::move(*figures));
  }
  std::ranges::stable_sort(all, std::greater<>{}, [](const OfferFigures& one) {
    return std::tuple(!one.is_over, one.given, one.uses);
  });
  if (all.size() > kOfferFiguresMax) all.resize(kOfferFiguresMax);
  std::erase_if(measured, [&all](const EffectOfOffer& one) {
    return std::ranges::find(all, one.offer().id, &OfferFigures::offer) == all.end();
  });
  figures_ = std::move(all);
  pass_.emplace(club_, std::move(measured));
}

bool EffectNight::step(Connection& connection) {
  if (!pass_) {
    begin(connection);
    return true;
  }
  if (pass_->step(connection)) return true;
  for (const EffectOfOffer& one : pass_->effects()) {
    const auto figures = std::ranges::find(figures_, one.offer().id, &OfferFigures::offer);
    figures->with_members = one.with().members;
    figures->with_spent = one.with().spent;
    figures->held_out = one.held_out().members;
    figures->held_out_spent = one.held_out().spent;
    figures->verdict = verdict_of(one.with(), one.held_out());
    // Somebody ought to be held out: it is only that there is nobody yet.
    if (figures->verdict == EffectVerdict::not_measured) figures->verdict = EffectVerdict::too_few;
  }
  save_figures(connection, club_, figures_);
  return false;
}

void load_offer_figures(Connection& connection, std::vector<Club>& clubs) {
  std::map<ClubId, std::vector<OfferFigures>> by_club;
  Rows rows =
      connection
          .prepare(
              "SELECT club_id, offer_id, name, title, is_over, from_at, until_at, uses, members, given,"
              " used, with_members, held_out, with_spent, held_out_spent, verdict FROM offer_effect"
              " ORDER BY club_id, is_over, given DESC, uses DESC, name")
          .query();
  while (rows.next()) {
    std::vector<OfferFigures>& all = by_club[rows.u32()];
    OfferFigures& one = all.emplace_back();
    one.offer = rows.u32();
    one.name = rows.text();
    one.title = rows.text();
    one.is_over = rows.flag();
    one.from = rows.instant();
    one.until = rows.instant();
    one.uses = rows.u64();
    one.members = rows.u64();
    one.given = rows.i64();
    one.used = rows.i64();
    one.with_members = rows.u64();
    one.held_out = rows.u64();
    one.with_spent = rows.i64();
    one.held_out_spent = rows.i64();
    one.verdict = static_cast<EffectVerdict>(rows.u64());
  }
  for (Club& club : clubs) {
    if (const auto found = by_club.find(club.id); found != by_club.end())
      club.programme.figures = std::move(found->second);
  }
}

}  // namespace peyk::store
