// The working set's side of items: codes that something is handed over for.
//
// Such a code names a lot of no rial, which tells whose it is and until when; whether it was handed over,
// only the code's state says. Nothing here posts an entry, so no sum of credit ever has an item in it.
#include <algorithm>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/facts_rows.hpp"

namespace peyk::handlers {

std::vector<const Code*> Facts::live_items(MemberId member, rules::Instant now) const {
  std::vector<const Code*> live;
  for (const CodeId id : unended_codes(member)) {
    const Code& code = codes_.at(id);
    const Lot* lot = this->lot(code.lot);
    if (!code.item.empty() && lot != nullptr && now < lot->expires_at) live.push_back(&code);
  }
  std::ranges::sort(live, {},
                    [this](const Code* one) { return std::pair(lot(one->lot)->expires_at, one->id); });
  return live;
}

std::span<const Handover> Facts::handovers(CodeId code) const {
  const auto* all = find(handovers_, code);
  return all == nullptr ? std::span<const Handover>() : *all;
}

const Handover* Facts::handover(std::uint64_t id) const {
  for (const auto& [code, all] : handovers_) {
    const auto one = std::ranges::find(all, id, &Handover::id);
    if (one != all.end()) return &*one;
  }
  return nullptr;
}

void Facts::load(Handover row) {
  std::vector<Handover>& all = handovers_[row.code];
  if (std::ranges::find(all, row.id, &Handover::id) != all.end()) return;
  const auto place = std::ranges::upper_bound(all, row.place, {}, &Handover::place);
  all.insert(place, std::move(row));
}

void Facts::apply(const IssueItem& effect) {
  if (effect.lot.issued != 0 || effect.lot.remaining != 0 || effect.code.item.empty())
    throw std::logic_error("an item is of no rial, and has a name");
  load(effect.lot);
  load(effect.code);
}

void Facts::apply(const HandOver& effect) {
  Code& code = must_find(codes_, effect.handover.code, "code");
  const Lot& lot = must_find(lots_, code.lot, "lot");
  if (code.item.empty() || code.state != CodeState::live || effect.handover.at >= lot.expires_at)
    throw std::logic_error("a decision hands over what is not there to be handed over");
  code.state = CodeState::redeemed;
  code.ended_at = effect.handover.at;
  load(effect.handover);
}

void Facts::apply(const TakeItemBack& effect) {
  auto& all = must_find(handovers_, effect.code, "handover");
  const auto handover = std::ranges::find(all, effect.handover, &Handover::id);
  Code& code = must_find(codes_, effect.code, "code");
  if (handover == all.end() || handover->voided || code.state != CodeState::redeemed)
    throw std::logic_error("a decision takes back what is not there to be taken back");
  handover->voided = effect.voided;
  code.state = CodeState::live;
}

void Facts::apply(const VoidItem& effect) {
  Code& code = must_find(codes_, effect.code, "code");
  if (code.item.empty() || code.state != CodeState::live)
    throw std::logic_error("a decision voids what is no open item");
  code.state = CodeState::voided;
  code.ended_at = effect.at;
}

}  // namespace peyk::handlers
