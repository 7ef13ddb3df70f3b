#include "handlers/refund.hpp"

#include <algorithm>
#include <tuple>

#include "handlers/measures.hpp"
#include "handlers/use_cases.hpp"

namespace peyk::handlers {
namespace {

// A number is free again so long after its code's end; a day before that the code is not woken any more.
constexpr std::chrono::days kCodeWakesWithin{rules::kCodeQuarantineDays - 1};

// A refund is of what was bought before; a till's clock may be wrong by so much.
constexpr std::chrono::days kParkedBefore{3};

// One refund at work.
class Refunding {
 public:
  Refunding(const Club& club, const Purchase& purchase, Refund record, std::vector<const Redemption*> paid_by,
            const Facts& facts, Setting& setting)
      : club_(club),
        purchase_(purchase),
        paid_by_(std::move(paid_by)),
        facts_(facts),
        setting_(setting),
        done_{.record = std::move(record)} {}

  Refunded run(rules::Amount before) {
    const rules::Bought bought = bought_of(purchase_);
    const rules::Amount after = before + done_.record.amount;
    give_back(bought, before, after);
    take_back(rules::earned_at(bought, before) - rules::earned_at(bought, after));
    take_points(rules::points_at(purchase_.points, purchase_.amount, before) -
                rules::points_at(purchase_.points, purchase_.amount, after));
    if (after == purchase_.amount) {
      void_items();
      say_no_more();
    }
    change_behaviour();
    return finish(false, 0);
  }

  // The purchase comes now, and has earned on what is left of it: she has `kept` of that.
  Refunded run_parked(rules::Amount before, rules::Amount kept) {
    give_back(bought_of(purchase_), before, before + done_.record.amount);
    return finish(true, kept);
  }

 private:
  Refunded finish(bool parked, rules::Amount kept) {
    done_.record.state = RefundState::applied;
    done_.record.purchase = purchase_.id;
    tell_owners();
    tell_buyer(kept);
    done_.effects.push_back(RecordRefund{done_.record, parked});
    return std::move(done_);
  }

  const Member* buyer() const { return purchase_.member ? facts_.member(*purchase_.member) : nullptr; }

  LedgerEntry entry(rules::EntryKind kind, MemberId member, LotId lot, rules::Amount amount) {
    return {.id = setting_.chance.next_id(),
            .club = club_.id,
            .kind = kind,
            .member = member,
            .lot = lot,
            .amount = amount,
            .at = setting_.now};
  }

  // Redemption by redemption, in the order in which they were made: each its part of what is back in all.
  void give_back(const rules::Bought& bought, rules::Amount before, rules::Amount after) {
    std::ranges::sort(paid_by_, {}, [](const Redemption* one) { return std::pair(one->at, one->id); });
    rules::Amount earlier = 0;
    for (const Redemption* one : paid_by_) {
      const auto share = [&](rules::Amount refunded) {
        return std::clamp<rules::Amount>(rules::returned_at(bought, refunded) - earlier, 0, one->used);
      };
      const rules::Amount back = share(after) - std::max(share(before), one->returned);
      earlier += one->used;
      if (back > 0) give_back(*one, back);
    }
  }

  void give_back(const Redemption& redemption, rules::Amount amount) {
    const Code& code = *facts_.code(redemption.code);
    const Lot& lot = *facts_.lot(code.lot);
    const Member& owner = *facts_.member(code.member);
    ReturnCredit effect{.refund = done_.record.id,
                        .redemption = redemption.id,
                        .code = code.id,
                        .amount = amount,
                        .revives = !has_ended(code) || setting_.now < code.ended_at + kCodeWakesWithin};
    if (setting_.now >= lot.expires_at || owner.phone == 0) {
      done_.record.expired += amount;
    } else {
      done_.record.returned += amount;
      returned_into_[lot.id] += amount;
      if (effect.revives) woken_.insert(code.id);
      effect.entry = entry(rules::EntryKind::return_credit, owner.id, lot.id, amount);
      if (buyer() != nullptr && owner.id == buyer()->id) {
        done_.back_to_buyer += amount;
      } else {
        back_to_others_[owner.id] += amount;
      }
    }
    done_.effects.push_back(std::move(effect));
  }

  // Hers that this purchase opened: the first, then those of its offers, in the order of spending. A gift to
  // give away is none of them: what it was worth is taken of what she has.
  std::vector<const Lot*> own_lots(MemberId member) const {
    std::vector<const Lot*> lots;
    if (purchase_.code) lots.push_back(facts_.lot(facts_.code(*purchase_.code)->lot));
    for (const OfferGrant* grant : facts_.grants(purchase_.id)) {
      const Lot* lot = grant->lot == 0 ? nullptr : facts_.lot(grant->lot);
      const bool hers = lot != nullptr && lot->member == member && lot->kind != LotOrigin::item;
      if (hers && std::ranges::find(lots, lot) == lots.end()) lots.push_back(lot);
    }
    if (lots.size() > 1) std::sort(lots.begin() + 1, lots.end(), is_spent_before);
    return lots;
  }
  static bool is_spent_before(const Lot* a, const Lot* b) {
    return std::tuple(a->expires_at, a->created_at, a->id) < std::tuple(b->expires_at, b->created_at, b->id);
  }

  // In the order of the house: her own of this purchase, then what ends soonest; then debt, or the till keeps
  // it.
  void take_back(rules::Amount due) {
    if (due <= 0 || !purchase_.member) return;
    const Member& member = *buyer();
    const std::vector<const Lot*> own = own_lots(member.id);
    rules::Amount gone = 0;
    for (const Lot* lot : own) gone += facts_.lapsed(*lot, setting_.now);
    for (const Refund* one : facts_.refunds(purchase_)) gone -= one->lapsed;
    done_.record.lapsed = std::clamp<rules::Amount>(gone, 0, due);
    due -= done_.record.lapsed;
    for (const Lot* lot : own) due -= take(*lot, due);
    for (const Lot* lot : other_lots(member.id, own)) due -= take(*lot, due);
    if (due == 0) return;
    // An entry of a debt names a lot: without one of hers there is none to name.
    if (!club_.policy.debt_on_refund || member.phone == 0 || own.empty()) {
      done_.record.withheld = due;
      return;
    }
    done_.record.owed = due;
    done_.effects.push_back(Owe{entry(rules::EntryKind::owe, member.id, own.front()->id, due)});
  }

  // What is still to be handed over, once nothing of the purchase is left. What was handed over is gone.
  void void_items() {
    for (const OfferGrant* grant : facts_.grants(purchase_.id)) {
      const Lot* lot = grant->kind == rules::EffectKind::item ? facts_.lot(grant->lot) : nullptr;
      const Code* code = lot == nullptr ? nullptr : facts_.code_of_lot(*lot);
      if (code == nullptr || code->state != CodeState::live || setting_.now >= lot->expires_at) continue;
      done_.effects.push_back(VoidItem{code->id, setting_.now});
      items_.push_back(code->item);
    }
  }

  // What was still to be said of it: nobody is thanked for what she gave back.
  void say_no_more() {
    for (const OfferGrant* grant : facts_.grants(purchase_.id)) {
      if (grant->text != 0) done_.effects.push_back(CancelText{grant->text, setting_.now});
    }
  }

  void take_points(std::int64_t due) {
    if (due <= 0 || !purchase_.member) return;
    done_.effects.push_back(RecordPoints{{.id = setting_.chance.next_id(),
                                          .club = club_.id,
                                          .member = *purchase_.member,
                                          .points = -due,
                                          .at = setting_.now,
                                          .purchase = purchase_.id}});
  }

  // Of who has left none is kept.
  void change_behaviour() {
    if (buyer() == nullptr || buyer()->phone == 0) return;
    for (SetBehaviour& row : behaviour_after_refund(club_, purchase_, done_.record.amount, facts_))
      done_.effects.push_back(std::move(row));
  }

  // Of hers, in the order of spending, with those that this very refund fills again.
  std::vector<const Lot*> other_lots(MemberId member, std::span<const Lot* const> own) const {
    std::vector<const Lot*> lots = facts_.spendable_lots(member, setting_.now);
    for (const auto& [lot, sum] : returned_into_) {
      const Lot* filled = facts_.lot(lot);
      if (filled->member == member && std::ranges::find(lots, filled) == lots.end()) lots.push_back(filled);
    }
    std::erase_if(lots, [own](const Lot* lot) { return std::ranges::find(own, lot) != own.end(); });
    std::ranges::sort(lots, is_spent_before);
    return lots;
  }

  rules::Amount take(const Lot& lot, rules::Amount due) {
    const auto filled = returned_into_.find(lot.id);
    const rules::Amount returned = filled == returned_into_.end() ? 0 : filled->second;
    const rules::Amount amount = std::min(due, facts_.available(lot, setting_.now) + returned);
    if (amount <= 0) return 0;
    done_.record.clawed_back += amount;
    TakeBack effect{.entry = entry(rules::EntryKind::claw_back, lot.member, lot.id, amount)};
    const Code* code = facts_.code_of_lot(lot);
    const bool lives = code != nullptr && (code->state == CodeState::live || woken_.contains(code->id));
    if (lives && amount == lot.remaining + returned) effect.ended = code->id;
    done_.effects.push_back(std::move(effect));
    return amount;
  }

  // Who paid for another's purchase: one text each.
  void tell_owners() {
    for (const auto& [id, amount] : back_to_others_) {
      const Member& owner = *facts_.member(id);
      std::string text = render(setting_, "voided_member", owner.language,
                                {{"club", club_.name},
                                 {"used", money(club_, amount)},
                                 {"branch", branch_name(club_, purchase_.key.branch)},
                                 {"left", money(club_, facts_.spendable(id, setting_.now) + amount)}});
      done_.texts.push_back(text_to(club_, owner.phone, Lane::notice, std::move(text), setting_.now));
    }
  }

  void tell_buyer(rules::Amount kept) {
    const Member* member = buyer();
    if (member == nullptr || member->phone == 0) return;
    std::string list;
    const auto line = [&](std::string_view key, rules::Amount amount) {
      if (amount > 0)
        list += '\n' + render(setting_, key, member->language, {{"amount", money(club_, amount)}});
    };
    line("refund_line_taken", done_.record.clawed_back);
    line("refund_line_returned", done_.back_to_buyer);
    line("refund_line_owed", done_.record.owed);
    for (const std::string& item : items_)
      list += '\n' + render(setting_, "refund_line_item", member->language, {{"item", item}});
    const rules::Amount left =
        facts_.spendable(member->id, setting_.now) - done_.record.clawed_back + done_.back_to_buyer + kept;
    std::string text = render(setting_, "refund_member", member->language,
                              {{"club", club_.name},
                               {"branch", branch_name(club_, purchase_.key.branch)},
                               {"amount", money(club_, done_.record.amount)},
                               {"list", templates::Rendered{list}},
                               {"left", money(club_, left)}});
    done_.texts.push_back(text_to(club_, member->phone, Lane::notice, std::move(text), setting_.now));
  }

  const Club& club_;
  const Purchase& purchase_;
  std::vector<const Redemption*> paid_by_;
  const Facts& facts_;
  Setting& setting_;
  Refunded done_;
  std::map<MemberId, rules::Amount> back_to_others_;
  std::map<LotId, rules::Amount> returned_into_;
  std::set<CodeId> woken_;
  std::vector<std::string> items_;
};

}  // namespace

rules::Bought bought_of(const Purchase& purchase) {
  return {.amount = purchase.amount,
          .by_credit = purchase.by_credit,
          .earned = purchase.earned_whole,
          .share = purchase.earn_share};
}

Refunded apply_refund(const Club& club, const Purchase& purchase, Refund record, const Facts& facts,
                      Setting& setting) {
  return Refunding(club, purchase, std::move(record), facts.paying(purchase.id), facts, setting)
      .run(purchase.refunded);
}

std::vector<Refund> judge_parked(const Purchase& purchase, const Facts& facts) {
  std::vector<Refund> judged;
  rules::Amount refunded = 0;
  for (const Refund* parked : facts.refunds(purchase)) {
    if (parked->state != RefundState::parked || parked->at < purchase.purchased_at - kParkedBefore) continue;
    Refund record = *parked;
    const rules::Amount left = purchase.amount - refunded;
    record.amount = record.asked == 0 ? left : record.asked;
    record.at = purchase.recorded_at;  // of whose day it is
    record.purchase = purchase.id;
    record.state = RefundState::applied;
    if (record.amount == 0 || record.amount > left) {
      record.amount = 0;
      record.state = RefundState::refused;
    }
    refunded += record.amount;
    judged.push_back(std::move(record));
  }
  return judged;
}

std::vector<Refunded> apply_parked(const Club& club, const Purchase& purchase, std::vector<Refund> judged,
                                   const std::vector<const Redemption*>& paid_by, rules::Amount kept,
                                   const Facts& facts, Setting& setting) {
  std::vector<Refunded> all;
  rules::Amount refunded = 0;
  for (Refund& record : judged) {
    const rules::Amount amount = record.amount;
    if (record.state == RefundState::refused) {
      all.push_back({.record = record, .effects = {RecordRefund{record, true}}});
      continue;
    }
    all.push_back(
        Refunding(club, purchase, std::move(record), paid_by, facts, setting).run_parked(refunded, kept));
    kept += all.back().back_to_buyer;
    refunded += amount;
  }
  return all;
}

}  // namespace peyk::handlers
