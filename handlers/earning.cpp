#include "handlers/earning.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "handlers/later.hpp"
#include "handlers/rules/cards.hpp"
#include "handlers/use_cases.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {
namespace {

using rules::EffectKind;
using rules::Given;

bool is_off(EffectKind kind) {
  return kind == EffectKind::percent_off || kind == EffectKind::cash_off;
}
bool is_credit(EffectKind kind) {
  return kind == EffectKind::credit_percent || kind == EffectKind::credit;
}
bool is_points(EffectKind kind) {
  return kind == EffectKind::points || kind == EffectKind::points_percent;
}

const rules::OfferEffect& effect_of(const Club& club, const Given& given) {
  return club.programme.offers[given.offer].then[given.effect];
}

// What the till took off, of what the offers would have given; and shares of credit are of what is paid.
void honour(const Club& club, rules::Amount discount, rules::Amount paid, Worth& worth) {
  rules::Amount left = discount;
  for (Given& given : worth.given) {
    const rules::OfferEffect& effect = effect_of(club, given);
    if (is_off(effect.kind)) {
      given.value = std::min(given.value, left);
      left -= given.value;
    } else if (paid == 0 && !rules::is_said(effect.kind)) {
      given.value = 0;
    } else if (effect.kind == EffectKind::credit_percent) {
      given.value =
          std::min(given.value, rules::share_of(paid, static_cast<rules::BasisPoints>(effect.value)));
    }
  }
  worth.honoured = discount - left;
  std::size_t gifts = 0;
  for (Given& given : worth.given) {
    if (is_piece(effect_of(club, given).kind) && ++gifts > kGiftsOfAPurchaseMax) given.value = 0;
  }
  std::erase_if(worth.given, [&club](const Given& given) {
    return given.value == 0 && effect_of(club, given).kind != EffectKind::note;
  });
}

// Of what its offer gives in the end nothing, nothing is said; what comes too late is not said at all.
void hold_tongue(const Club& club, const PurchaseRequest& request, const Purchase& purchase,
                 rules::Instant now, std::vector<Given>& given) {
  std::set<std::size_t> givers;
  for (const Given& one : given) {
    if (!rules::is_said(effect_of(club, one).kind)) givers.insert(one.offer);
  }
  std::erase_if(given, [&](const Given& one) {
    const rules::OfferEffect& effect = effect_of(club, one);
    if (!rules::is_said(effect.kind)) return false;
    if (!givers.contains(one.offer) && !rules::only_says(club.programme.offers[one.offer])) return true;
    return effect.kind == EffectKind::message && (request.untold || too_late_to_say(purchase, effect, now));
  });
}

// One purchase at its bringing.
class Bringing {
 public:
  Bringing(const Club& club, const Purchase& purchase, const Member& member, const Worth& worth,
           std::span<const CodeKey> candidates, const Facts& facts, Setting& setting)
      : club_(club),
        purchase_(purchase),
        member_(member),
        worth_(worth),
        candidates_(candidates),
        facts_(facts),
        setting_(setting),
        today_(day_of(club, setting.now)) {}

  Brought run(const Left& left) {
    portion_out();
    shorten(worth_.earned - left.earned);
    open_lots();
    issue_gifts();
    // Of what was given back as a whole before it was reported nothing is handed over.
    if (purchase_.id == 0 || left.spent > 0) issue_items();
    count_points(left.points);
    rise(left);
    record_grants(left);
    return std::move(brought_);
  }

 private:
  // Of one expiry, with the places in worth_.given that it comes of.
  struct Portion {
    rules::Instant expires_at{};
    rules::Amount amount = 0;
    std::vector<std::size_t> given;
  };

  rules::Instant expiry_of(std::uint32_t valid_days) const {
    return templates::end_of_local_day(
        setting_.now, club_.time_zone,
        static_cast<int>(valid_days == 0 ? club_.policy.credit_valid_days : valid_days));
  }

  void portion_out() {
    const rules::Instant usual = expiry_of(0);
    std::map<rules::Instant, Portion> by_expiry;
    const auto at = [&by_expiry](rules::Instant expires_at) -> Portion& {
      Portion& portion = by_expiry[expires_at];
      portion.expires_at = expires_at;
      return portion;
    };
    if (worth_.own_credit > 0) at(usual).amount += worth_.own_credit;
    for (std::size_t i = 0; i < worth_.given.size(); ++i) {
      const rules::OfferEffect& effect = effect_of(club_, worth_.given[i]);
      const bool gift = effect.kind == EffectKind::gift;
      if (!gift && !is_credit(effect.kind)) continue;
      Portion lone{.expires_at = expiry_of(effect.valid_days)};
      Portion& portion = gift ? gifts_.emplace_back(lone) : at(lone.expires_at);
      portion.amount += worth_.given[i].value;
      portion.given.push_back(i);
    }
    // More lots than a text can tell of: what ends soonest lives as long as the next.
    while (by_expiry.size() > kEarnedLotsMax) {
      const auto first = by_expiry.begin();
      Portion& next = std::next(first)->second;
      next.amount += first->second.amount;
      next.given.insert(next.given.end(), first->second.given.begin(), first->second.given.end());
      by_expiry.erase(first);
    }
    for (auto& [expires_at, portion] : by_expiry)
      portions_.insert(expires_at == usual ? portions_.begin() : portions_.end(), std::move(portion));
  }

  // What earlier refunds have taken: of what lives longest first, of gifts last.
  void shorten(rules::Amount gone) {
    const auto take = [&gone](Portion& portion) {
      const rules::Amount part = std::min(gone, portion.amount);
      portion.amount -= part;
      gone -= part;
    };
    std::for_each(portions_.rbegin(), portions_.rend(), take);
    std::for_each(gifts_.rbegin(), gifts_.rend(), take);
    const auto empty = [](const Portion& portion) { return portion.amount == 0; };
    std::erase_if(portions_, empty);
    std::erase_if(gifts_, empty);
  }

  rules::CodeNumber draw() {
    while (!candidates_.empty()) {
      const CodeKey candidate = candidates_.front();
      candidates_ = candidates_.subspan(1);
      if (drawn_.insert(candidate.number).second && facts_.is_free(candidate)) return candidate.number;
    }
    throw OutOfCandidates{};
  }

  Lot lot_of(const Portion& portion, MemberId member, LotOrigin origin) {
    const Lot lot{.id = setting_.chance.next_id(),
                  .club = club_.id,
                  .member = member,
                  .origin = origin,
                  .kind = origin,
                  .issued = portion.amount,
                  .remaining = portion.amount,
                  .created_at = setting_.now,
                  .expires_at = portion.expires_at,
                  .branch = purchase_.id == 0 ? BranchNo{0} : purchase_.key.branch};
    for (const std::size_t i : portion.given) lots_[i] = lot.id;
    return lot;
  }
  Code code_of(const Lot& lot) {
    return {.id = setting_.chance.next_id(),
            .club = club_.id,
            .number = draw(),
            .member = lot.member,
            .lot = lot.id,
            .state = CodeState::live,
            .issued_at = setting_.now};
  }
  LedgerEntry entry(rules::EntryKind kind, const Lot& lot, rules::Amount amount) {
    return {.id = setting_.chance.next_id(),
            .club = club_.id,
            .kind = kind,
            .member = lot.member,
            .lot = lot.id,
            .amount = amount,
            .at = setting_.now};
  }

  // Each with its code, and what of it settles her debt at once.
  void open_lots() {
    rules::Amount debt = member_.debt;
    for (const Portion& portion : portions_) {
      Earned earned{
          .lot = lot_of(portion, member_.id, purchase_.id == 0 ? LotOrigin::occasion : LotOrigin::purchase)};
      earned.code = code_of(earned.lot);
      earned.settled = std::min(debt, earned.lot.issued);
      debt -= earned.settled;
      effect(OpenLot{earned.lot, entry(rules::EntryKind::grant, earned.lot, earned.lot.issued)});
      effect(IssueCode{earned.code});
      if (earned.settled > 0) {
        TakeBack settled{.entry = entry(rules::EntryKind::settle, earned.lot, earned.settled)};
        if (earned.kept() == 0) settled.ended = earned.code.id;
        effect(std::move(settled));
      }
      brought_.credits.push_back(std::move(earned));
    }
  }

  MemberId gift_account() {
    if (const Member* known = facts_.gift_account(club_.id)) return known->id;
    if (opened_ == 0) {
      opened_ = setting_.chance.next_id();
      constexpr std::chrono::sys_days long_ago{std::chrono::year{2000} / 1 /
                                               1};  // on no day that a report counts
      effect(OpenGiftAccount{{.id = opened_,
                              .club = club_.id,
                              .card = rules::card_from_random(setting_.chance.random()),
                              .joined_at = long_ago}});
    }
    return opened_;
  }

  void issue_gifts() {
    for (const Portion& portion : gifts_) {
      Gift gift{.lot = lot_of(portion, gift_account(), LotOrigin::gift)};
      gift.code = code_of(gift.lot);
      effect(
          IssueGift{.lot = gift.lot,
                    .entry = entry(rules::EntryKind::grant, gift.lot, gift.lot.issued),
                    .code = gift.code,
                    .batch = setting_.chance.next_id(),
                    .by = "offer " + club_.programme.offers[worth_.given[portion.given.front()].offer].name});
      brought_.gifts.push_back(std::move(gift));
    }
  }

  void issue_items() {
    for (std::size_t i = 0; i < worth_.given.size(); ++i) {
      const rules::OfferEffect& effect = effect_of(club_, worth_.given[i]);
      if (effect.kind != EffectKind::item) continue;
      Item item{.lot = lot_of({.expires_at = expiry_of(effect.valid_days), .given = {i}}, member_.id,
                              purchase_.id == 0 ? LotOrigin::occasion : LotOrigin::purchase)};
      item.lot.kind = LotOrigin::item;
      item.code = code_of(item.lot);
      item.code.item = effect.text;
      this->effect(IssueItem{item.lot, item.code});
      brought_.items.push_back(std::move(item));
    }
  }

  void count_points(std::int64_t left) {
    const auto give = [this](std::int64_t points, std::uint64_t version) {
      if (points == 0) return;
      effect(RecordPoints{{.id = setting_.chance.next_id(),
                           .club = club_.id,
                           .member = member_.id,
                           .points = points,
                           .at = setting_.now,
                           .purchase = purchase_.id,
                           .version = version}});
    };
    give(worth_.own_points, 0);
    for (const Given& given : worth_.given) {
      if (is_points(effect_of(club_, given).kind)) give(given.value, given.version);
    }
    give(left - worth_.points, 0);
    brought_.points = left;
    brought_.points_total = facts_.rank(member_.id).points + left;
  }

  void rise(const Left& left) {
    const rules::TierPlan& plan = club_.programme.tiers;
    const rules::Standing before = facts_.rank(member_.id).standing;
    brought_.tier = before.tier;
    if (plan.tiers.empty()) return;
    const PeriodKey period = period_of(club_, setting_.now);
    const bool in_it = period.in_points || purchase_.purchased_at >= period.since;
    const std::int64_t now_in = period.in_points ? left.points : left.spent;
    const rules::Standing after = rules::standing_after(
        before, plan, facts_.period_sum(member_.id, period) + (in_it ? now_in : 0), today_);
    // Who falls does so at the end of a period, and is told then.
    if (after == before || after.tier < before.tier) return;
    effect(SetStanding{.club = club_.id, .member = member_.id, .standing = after});
    brought_.tier = after.tier;
    if (after.tier > before.tier) brought_.risen = after;
  }

  void record_grants(const Left& left) {
    std::map<std::size_t, rules::Amount> money;  // by offers
    for (std::size_t i = 0; i < worth_.given.size(); ++i) {
      const Given& given = worth_.given[i];
      const rules::Offer& offer = club_.programme.offers[given.offer];
      const rules::OfferEffect& what = offer.then[given.effect];
      money[given.offer] += is_money(what.kind) ? given.value : 0;
      const auto lot = lots_.find(i);
      const bool is_heard = what.kind == EffectKind::message && left.spent > 0;
      effect(RecordGrant{{.id = setting_.chance.next_id(),
                          .club = club_.id,
                          .member = member_.id,
                          .purchase = purchase_.id,
                          .version = offer.version,
                          .offer = offer.id,
                          .place = static_cast<std::uint32_t>(given.effect),
                          .kind = what.kind,
                          .value = given.value,
                          .of_budget = offer.budget > 0 && is_of_budget(offer, what.kind) ? given.value : 0,
                          .lot = lot == lots_.end() ? 0 : lot->second,
                          .text = is_heard ? say_later(what) : 0,
                          .at = setting_.now,
                          .facts = looked_at(offer, worth_.measures)}});
      ++brought_.grants;
    }
    for (const auto& [place, sum] : money) use(club_.programme.offers[place], sum);
  }

  // Its id.
  std::uint64_t say_later(const rules::OfferEffect& message) {
    OutgoingText text = text_after(club_, purchase_, member_, message, setting_);
    text.id = setting_.chance.next_id();
    brought_.later.push_back(std::move(text));
    return brought_.later.back().id;
  }

  void use(const rules::Offer& offer, rules::Amount sum) {
    const OfferUseKey key{member_.id, offer.id};
    OfferUseRow row = facts_.offer_use(key);
    if (row.last_day != today_) row = {.uses = row.uses, .last_day = today_};
    ++row.uses;
    ++row.uses_on_day;
    row.given_on_day += sum;
    effect(SetOfferUse{.club = club_.id, .key = key, .row = row});
  }

  void effect(Effect one) { brought_.effects.push_back(std::move(one)); }

  const Club& club_;
  const Purchase& purchase_;
  const Member& member_;
  const Worth& worth_;
  std::span<const CodeKey> candidates_;
  const Facts& facts_;
  Setting& setting_;
  const rules::DayNumber today_;
  std::vector<Portion> portions_, gifts_;
  std::map<std::size_t, LotId> lots_;  // by places in worth_.given
  std::set<rules::CodeNumber> drawn_;
  MemberId opened_ = 0;
  Brought brought_;
};

}  // namespace

Worth judge_purchase(const Club& club, const PurchaseRequest& request, const Purchase& purchase,
                     const Member& member, const Facts& facts, rules::Instant now) {
  const Programme& programme = club.programme;
  const rules::Amount paid = purchase.amount - purchase.by_credit;
  Worth worth{.own_credit = rules::share_of(paid, club.policy.earn_share),
              .own_points = programme.points_per > 0 ? paid / programme.points_per : 0,
              .share = club.policy.earn_share};
  worth.earned = worth.own_credit;
  worth.points = worth.own_points;
  if (programme.offers.empty()) return worth;
  const std::vector<rules::WordId> items = words_of(request.items);
  worth.measures = measures_of(club, &member, facts, now,
                               PurchaseNow{.amount = request.amount,
                                           .by_credit = purchase.by_credit,
                                           .branch = request.branch,
                                           .items = items,
                                           .at = purchase.purchased_at});
  rules::Judged judged = rules::judge(programme.offers, uses_of(club, &member, facts, now), worth.measures,
                                      {.amount = request.amount,
                                       .by_credit = purchase.by_credit,
                                       .quoted = request.discount > 0,
                                       .points = worth.own_points},
                                      rules::Occasion::purchase, now);
  worth.given = std::move(judged.given);
  honour(club, request.discount, paid, worth);
  hold_tongue(club, request, purchase, now, worth.given);
  bool by_shares = true;
  for (const Given& given : worth.given) {
    const rules::OfferEffect& effect = effect_of(club, given);
    if (is_credit(effect.kind) || effect.kind == EffectKind::gift) {
      worth.earned += given.value;
      by_shares &= effect.kind == EffectKind::credit_percent && judged.credit_share > 0;
    }
    if (is_points(effect.kind)) worth.points += given.value;
    if (effect.kind == EffectKind::note) worth.notes.push_back(effect.text);
  }
  const rules::BasisPoints share =
      club.policy.earn_share + (worth.earned > worth.own_credit ? judged.credit_share : 0);
  worth.share = by_shares && share <= rules::kWholeBasisPoints ? share : 0;
  return worth;
}

Brought bring(const Club& club, const Purchase& purchase, const Member& member, const Worth& worth,
              const Left& left, std::span<const CodeKey> candidates, const Facts& facts, Setting& setting) {
  return Bringing(club, purchase, member, worth, candidates, facts, setting).run(left);
}

rules::Instant soonest_end(const Brought& brought) {
  rules::Instant soonest = kNeverEnds;
  for (const Earned& earned : brought.credits) {
    if (earned.kept() > 0) soonest = std::min(soonest, earned.lot.expires_at);
  }
  for (const Gift& gift : brought.gifts) soonest = std::min(soonest, gift.lot.expires_at);
  for (const Item& item : brought.items) soonest = std::min(soonest, item.lot.expires_at);
  return soonest;
}

std::size_t codes_of_a_purchase(const Club& club) {
  const UseOf use(club.programme);
  const bool usual = std::ranges::find(use->valid_days, 0U) != use->valid_days.end();
  const std::size_t lots = use->valid_days.size() + (club.policy.earn_share > 0 && !usual ? 1 : 0);
  return std::min(lots, kEarnedLotsMax) + std::min(use->gifts, kGiftsOfAPurchaseMax);
}

}  // namespace peyk::handlers
