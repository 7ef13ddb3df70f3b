// judge() in four steps: which offers fit; for which there is room; with which of those that say `best` most
// is given; what that is.
#include <array>

#include "handlers/rules/offer_fits.hpp"
#include "handlers/rules/offers.hpp"

namespace peyk::rules {
namespace {

__extension__ using Product = __int128;
constexpr std::size_t kNobody = static_cast<std::size_t>(-1);

// An offer that fits, and what of its bounds is left.
struct Candidate {
  const Offer* offer;
  std::size_t place;
  Amount budget_left;
  Amount given_today;
};

// What a purchase brings with one choice of offers. `given` counts candidates, not places, and is in the
// order of settling, until it is told.
struct Settled {
  std::vector<Given> given;
  Amount off = 0;
  Amount rials = 0;  // off, credit and gifts
  std::int64_t items = 0, points = 0, entries = 0;
  Amount credit = 0;
  std::int64_t credit_share = 0;  // of those that gave their whole share
  bool plain = true;              // all credit so far is such
};

// Those that say `best` and gave something today. One that is bounded shares the day with no other of them.
class BestToday {
 public:
  void count(const Offer& offer, const OfferUse& use, Occasion on) {
    if (use.uses_today == 0 || offer.stacking != Stacking::best || offer.on != on) return;
    ++used_;
    if (bounded(offer)) ++bounded_;
  }
  bool leaves_room_for(const Offer& offer, const OfferUse& use) const {
    if (used_ == 0) return true;
    const bool itself = use.uses_today > 0, alone = bounded(offer);
    const std::size_t others = used_ - (itself ? 1 : 0);
    const std::size_t others_alone = bounded_ - (itself && alone ? 1 : 0);
    return others == 0 || (others_alone == 0 && !alone);
  }

 private:
  std::size_t used_ = 0, bounded_ = 0;
};

Amount checked(std::int64_t value) {
  if (value < 0 || value > kAmountMax) throw std::out_of_range("offers: an effect outside its range");
  return value;
}

Amount share(Amount of, std::int64_t basis_points) {
  const Product value = static_cast<Product>(of) * checked(basis_points) / kWholeBasisPoints;
  if (value > kAmountMax) throw std::out_of_range("offers: a share beyond all amounts");
  return static_cast<Amount>(value);
}

void add(std::int64_t& sum, std::int64_t value) {
  if (__builtin_add_overflow(sum, value, &sum)) throw std::overflow_error("offers: a sum beyond 64 bits");
}

bool is_discount(EffectKind kind) {
  return kind == EffectKind::percent_off || kind == EffectKind::cash_off;
}

bool takes_off(const Offer& offer) {
  return std::ranges::any_of(offer.then, [](const auto& one) { return is_discount(one.kind); });
}

class Settling {
 public:
  Settling(std::span<const Candidate> candidates, const Basket& basket)
      : candidates_(candidates),
        basket_(basket),
        payable_(basket.amount - basket.by_credit),
        left_(candidates.size()),
        gave_(candidates.size()) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (candidates[i].offer->stacking == Stacking::all) alls_.push_back(i);
    }
  }

  // With all that say `all`, and of the others with this one.
  void settle(std::size_t best, Settled& into) {
    settled_ = &into;
    in_order(best, [this](std::size_t i) { begin(i); });
    for (const bool discounts : {true, false})
      in_order(best, [this, discounts](std::size_t i) { effects_of(i, discounts); });
    in_order(best, [this](std::size_t i) { notes_of(i); });
  }

  // The same of one that takes nothing off, from what the others give without it, which it does not change:
  // of many such offers none has to be reckoned with all others anew. What is `given` is this one's alone.
  void settle_beside(const Settled& others, std::size_t best, Settled& into) {
    into.off = others.off;
    settled_ = &into;
    begin(best);
    effects_of(best, false);
    notes_of(best);
    add(into.rials, others.rials);
    add(into.points, others.points);
    add(into.entries, others.entries);
  }

 private:
  template <typename Do>
  void in_order(std::size_t best, Do each) {
    bool is_left = best != kNobody;
    for (const std::size_t i : alls_) {
      if (is_left && best < i) each(best);
      is_left = is_left && best > i;
      each(i);
    }
    if (is_left) each(best);
  }

  void begin(std::size_t i) {
    left_[i] = candidates_[i].budget_left;
    gave_[i] = false;
  }

  void effects_of(std::size_t i, bool discounts) {
    const std::vector<OfferEffect>& then = candidates_[i].offer->then;
    for (std::size_t effect = 0; effect < then.size(); ++effect) {
      if (is_said(then[effect].kind) || is_discount(then[effect].kind) != discounts) continue;
      const std::int64_t whole = wanted(then[effect]);
      const std::int64_t value = bounded_by(i, then[effect], whole);
      if (value == 0) continue;
      give(i, effect, value);
      count(then[effect], value, value == whole);
    }
  }

  // Notes and messages come with what their offer gives, or alone where that is all there is to it.
  void notes_of(std::size_t i) {
    const Offer& offer = *candidates_[i].offer;
    if (!gave_[i] && !only_says(offer)) return;
    for (std::size_t effect = 0; effect < offer.then.size(); ++effect) {
      if (is_said(offer.then[effect].kind)) give(i, effect, offer.then[effect].value);
    }
  }

  // Before what bounds the offer.
  std::int64_t wanted(const OfferEffect& effect) const {
    switch (effect.kind) {
      case EffectKind::percent_off:
        return basket_.quoted ? share(payable_, effect.value) : 0;
      case EffectKind::cash_off:
        return basket_.quoted ? checked(effect.value) : 0;
      case EffectKind::credit_percent:
        return share(payable_ - settled_->off, effect.value);
      case EffectKind::points_percent:
        return share(basket_.points, effect.value);
      case EffectKind::credit:
      case EffectKind::points:
      case EffectKind::gift:
      case EffectKind::entries:
      case EffectKind::item:
        return checked(effect.value);
      case EffectKind::note:
      case EffectKind::message:
        break;
    }
    return 0;
  }

  std::int64_t bounded_by(std::size_t i, const OfferEffect& effect, std::int64_t value) {
    if (is_count(effect.kind)) return value;
    if (is_discount(effect.kind)) value = std::min(value, payable_ - settled_->off);
    if (effect.day_max != 0) value = std::min(value, effect.day_max - candidates_[i].given_today);
    if (candidates_[i].offer->budget != 0) value = std::min(value, left_[i]);
    value = std::max<std::int64_t>(value, 0);
    left_[i] -= value;
    return value;
  }

  static bool is_count(EffectKind kind) {
    return kind == EffectKind::points || kind == EffectKind::points_percent || kind == EffectKind::entries;
  }

  void give(std::size_t i, std::size_t effect, std::int64_t value) {
    const Offer& offer = *candidates_[i].offer;
    gave_[i] = true;
    settled_->given.push_back(
        {.offer = i, .effect = effect, .value = value, .id = offer.id, .version = offer.version});
  }

  void count(const OfferEffect& effect, std::int64_t value, bool whole) {
    if (effect.kind == EffectKind::entries) return add(settled_->entries, value);
    if (effect.kind == EffectKind::item) return add(settled_->items, value);
    if (is_count(effect.kind)) return add(settled_->points, value);
    add(settled_->rials, value);
    if (is_discount(effect.kind)) add(settled_->off, value);
    if (effect.kind != EffectKind::credit && effect.kind != EffectKind::credit_percent) return;
    add(settled_->credit, value);
    settled_->plain = settled_->plain && whole && effect.kind == EffectKind::credit_percent;
    if (settled_->plain) settled_->credit_share += effect.value;
  }

  std::span<const Candidate> candidates_;
  const Basket& basket_;
  const Amount payable_;
  std::vector<std::size_t> alls_;  // those that say `all`
  std::vector<Amount> left_;       // of the candidates' budgets
  std::vector<bool> gave_;
  Settled* settled_ = nullptr;
};

// How many effects it may give by this basket: of none has it a place to take.
std::size_t things_of(const Offer& offer, const Basket& basket) {
  std::size_t things = 0, said = 0;
  for (const OfferEffect& effect : offer.then) {
    if (is_said(effect.kind)) {
      ++said;
    } else if (is_discount(effect.kind) ? basket.quoted
                                        : effect.kind != EffectKind::points_percent || basket.points > 0) {
      ++things;
    }
  }
  return things > 0 || said == offer.then.size() ? things + said : 0;
}

// Places of what was given today and is not among what fits now.
std::size_t places_taken(std::span<const Offer> offers, std::span<const OfferUse> uses, Occasion on,
                         std::span<const Candidate> fitting) {
  std::size_t taken = 0;
  for (std::size_t i = 0; i < uses.size(); ++i) {
    if (uses[i].uses_today == 0 || offers[i].on != on || offers[i].stacking != Stacking::all) continue;
    if (std::ranges::find(fitting, i, &Candidate::place) == fitting.end()) taken += offers[i].then.size();
  }
  return taken;
}

// Leaves those for which there is room, and tells the others. Once one has none, none behind it has.
std::vector<std::size_t> leave_out(std::vector<Candidate>& candidates, std::size_t taken,
                                   const Basket& basket) {
  std::vector<std::size_t> left_out;
  std::vector<Candidate> kept;
  for (const Candidate& one : candidates) {
    const std::size_t things = one.offer->stacking == Stacking::all ? things_of(*one.offer, basket) : 0;
    if (things > 0 && (!left_out.empty() || taken + things > kGivenMax)) {
      left_out.push_back(one.place);
    } else {
      taken += things;
      kept.push_back(one);
    }
  }
  if (!left_out.empty()) candidates = std::move(kept);
  return left_out;
}

void check(const Basket& basket) {
  if (basket.amount < 0 || basket.amount > kAmountMax || basket.by_credit < 0 ||
      basket.by_credit > basket.amount || basket.points < 0 || basket.points > kAmountMax)
    throw std::out_of_range("offers: a basket outside its range");
}

// Those that fit, in their order.
std::vector<Candidate> fitting(std::span<const Offer> offers, std::span<const OfferUse> uses,
                               const Measures& measures, Occasion on, Instant now) {
  const OfferUse unused;
  const auto use_of = [&](std::size_t i) -> const OfferUse& { return uses.empty() ? unused : uses[i]; };
  BestToday best_today;
  for (std::size_t i = 0; i < uses.size(); ++i) best_today.count(offers[i], uses[i], on);
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    const Offer& offer = offers[i];
    if (offer.on != on || !in_time(offer, now) || !all_hold(offer.when, measures)) continue;
    if (!within_bounds(offer, use_of(i))) continue;
    if (!is_drawn(offer, measures)) continue;
    if (offer.stacking == Stacking::best && !best_today.leaves_room_for(offer, use_of(i))) continue;
    candidates.push_back({.offer = &offer,
                          .place = i,
                          .budget_left = budget_left(offer, use_of(i)),
                          .given_today = use_of(i).given_today});
  }
  std::ranges::sort(candidates, {}, [](const Candidate& one) { return order_of(*one.offer); });
  return candidates;
}

// With the one of those that say `best` with which most is given; of equals the first fires.
Settled settled(std::span<const Candidate> candidates, const Basket& basket) {
  Settling settling(candidates, basket);
  Settled most, trial;
  settling.settle(kNobody, most);
  const Settled without = most;
  // Last, whether it fires at all: it may have nothing but notes.
  const auto worth = [](const Settled& one, std::size_t best) {
    const bool fires =
        std::ranges::any_of(one.given, [&](const Given& given) { return given.offer == best; });
    return std::tuple(one.rials, one.items, one.points, one.entries, fires);
  };
  std::size_t chosen = kNobody;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].offer->stacking != Stacking::best) continue;
    trial.given.clear();
    trial = Settled{.given = std::move(trial.given)};
    if (takes_off(*candidates[i].offer))
      settling.settle(i, trial);
    else
      settling.settle_beside(without, i, trial);
    if (chosen != kNobody && worth(trial, i) <= worth(most, chosen)) continue;
    std::swap(most, trial);
    chosen = i;
  }
  if (chosen == kNobody) return most;
  most = Settled{};
  settling.settle(chosen, most);
  return most;
}

BasisPoints plain_share(const Settled& settled, Amount paid) {
  if (!settled.plain || settled.credit == 0 || settled.credit_share > kWholeBasisPoints) return 0;
  const auto basis_points = static_cast<BasisPoints>(settled.credit_share);
  return share_of(paid, basis_points) == settled.credit ? basis_points : 0;
}

}  // namespace

Judged judge(std::span<const Offer> offers, std::span<const OfferUse> uses, const Measures& measures,
             const Basket& basket, Occasion on, Instant now) {
  check_sizes(offers, uses);
  check(basket);
  std::vector<Candidate> candidates = fitting(offers, uses, measures, on, now);
  if (on == Occasion::purchase && basket.amount == basket.by_credit)
    std::erase_if(candidates, [](const Candidate& one) { return !only_says(*one.offer); });
  if (candidates.empty()) return {};
  std::vector<std::size_t> left_out =
      leave_out(candidates, places_taken(offers, uses, on, candidates), basket);
  if (candidates.empty()) return {.left_out = std::move(left_out)};
  Settled result = settled(candidates, basket);
  std::ranges::sort(result.given, {}, [](const Given& one) { return std::pair(one.offer, one.effect); });
  Judged judged{.left_out = std::move(left_out), .given = std::move(result.given), .off = result.off};
  judged.credit_share = plain_share(result, basket.amount - basket.by_credit - result.off);
  for (Given& one : judged.given) {
    one.offer = candidates[one.offer].place;
    if (judged.fired.empty() || judged.fired.back() != one.offer) judged.fired.push_back(one.offer);
  }
  return judged;
}

}  // namespace peyk::rules
