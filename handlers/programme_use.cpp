#include "handlers/programme_use.hpp"

#include <algorithm>

#include "handlers/programme.hpp"

namespace peyk::handlers {
namespace {

void gather_asked(const std::vector<rules::Condition>& conditions, ProgrammeUse& use) {
  for (const rules::Condition& one : conditions) {
    if (one.words.empty())
      use.measures.set(static_cast<std::size_t>(one.measure));
    else
      use.sets.set(static_cast<std::size_t>(one.set));
  }
}

void gather_given(const rules::Offer& offer, ProgrammeUse& use) {
  using rules::EffectKind;
  for (const rules::OfferEffect& effect : offer.then) {
    use.effects.set(static_cast<std::size_t>(effect.kind));
    use.gifts += effect.kind == EffectKind::gift || effect.kind == EffectKind::item ? 1 : 0;
    const bool credit = effect.kind == EffectKind::credit || effect.kind == EffectKind::credit_percent;
    if (credit && std::ranges::find(use.valid_days, effect.valid_days) == use.valid_days.end())
      use.valid_days.push_back(effect.valid_days);
  }
}

}  // namespace

ProgrammeUse use_in(const Programme& programme) {
  ProgrammeUse use;
  for (const rules::Segment& segment : programme.segments) gather_asked(segment.when, use);
  for (const rules::Offer& offer : programme.offers) {
    gather_asked(offer.when, use);
    gather_given(offer, use);
    if (offer.budget > 0 && offer.on == rules::Occasion::purchase) use.budgets.push_back(offer.id);
  }
  return use;
}

UseOf::UseOf(const Programme& programme) : use_(nullptr) {
  use_ = programme.use.all ? &*programme.use.all : &own_.emplace(use_in(programme));
}

}  // namespace peyk::handlers
