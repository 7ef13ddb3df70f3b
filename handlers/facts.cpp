#include "handlers/facts.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>

#include "handlers/effects.hpp"

namespace peyk::handlers {
namespace {

template <typename Map, typename Key>
auto* find(Map& map, const Key& key) {
  auto it = map.find(key);
  return it == map.end() ? nullptr : &it->second;
}

template <typename Map, typename Key>
auto& must_find(Map& map, const Key& key, const char* what) {
  auto* found = find(map, key);
  if (found == nullptr)
    throw std::logic_error(std::string("an effect names a ") + what + " that was not loaded");
  return *found;
}

}  // namespace

void Needs::merge(Needs other) {
  members.merge(other.members);
  wallets.merge(other.wallets);
  codes.merge(other.codes);
  purchases.merge(other.purchases);
  line_phones.merge(other.line_phones);
  cashiers.merge(other.cashiers);
  branch_days.merge(other.branch_days);
  readings.merge(other.readings);
  pendings.merge(other.pendings);
  owners_pendings.merge(other.owners_pendings);
  replies.merge(other.replies);
  const auto merge_since = [](auto& ours, const auto& theirs) {
    for (const auto& [member, since] : theirs) {
      const auto [known, fresh] = ours.emplace(member, since);
      if (!fresh) known->second = std::min(known->second, since);
    }
  };
  merge_since(moves, other.moves);
  merge_since(transfers, other.transfers);
  merge_since(disputes, other.disputes);
  merge_since(sales, other.sales);
  candidates.insert(candidates.end(), other.candidates.begin(), other.candidates.end());
}

const Member* Facts::member(const MemberKey& key) const {
  const MemberId* id = find(member_ids_, key);
  return id == nullptr ? nullptr : member(*id);
}

const Member* Facts::member(MemberId id) const {
  return find(members_, id);
}
const Lot* Facts::lot(LotId id) const {
  return find(lots_, id);
}
const Purchase* Facts::purchase(const PurchaseKey& key) const {
  return find(purchases_, key);
}
std::span<const Redemption> Facts::redemptions(CodeId code) const {
  const auto* all = find(redemptions_, code);
  return all == nullptr ? std::span<const Redemption>() : *all;
}
const Redemption* Facts::last_redemption(CodeId code) const {
  const auto all = redemptions(code);
  const auto last = std::find_if(all.rbegin(), all.rend(), [](const Redemption& one) { return !one.voided; });
  return last == all.rend() ? nullptr : &*last;
}
bool Facts::is_free(const CodeKey& candidate) const {
  return !taken_.contains(candidate) && !code_ids_.contains(candidate);
}

const Code* Facts::code(const CodeKey& key) const {
  const CodeId* id = find(code_ids_, key);
  return id == nullptr ? nullptr : find(codes_, *id);
}

const Code* Facts::code(CodeId id) const {
  return find(codes_, id);
}

LinePhone Facts::line_phone(const LinePhoneKey& key) const {
  const LinePhone* row = find(line_phones_, key);
  return row == nullptr ? LinePhone{} : *row;
}

rules::Attempts Facts::attempts(const MemberKey& cashier) const {
  const rules::Attempts* row = find(attempts_, cashier);
  return row == nullptr ? rules::Attempts{} : *row;
}

rules::Amount Facts::available(const Lot& lot, rules::Instant now) const {
  return now < lot.expires_at ? lot.remaining : 0;
}

std::vector<const Lot*> Facts::spendable_lots(MemberId member, rules::Instant now) const {
  std::vector<const Lot*> spendable;
  if (const auto* ids = find(lots_of_member_, member)) {
    for (LotId id : *ids) {
      const Lot& lot = lots_.at(id);
      if (available(lot, now) > 0) spendable.push_back(&lot);
    }
  }
  std::sort(spendable.begin(), spendable.end(), [](const Lot* a, const Lot* b) {
    return std::tie(a->expires_at, a->created_at, a->id) < std::tie(b->expires_at, b->created_at, b->id);
  });
  return spendable;
}

rules::Amount Facts::spendable(MemberId member, rules::Instant now) const {
  rules::Amount sum = 0;
  for (const Lot* lot : spendable_lots(member, now)) sum += available(*lot, now);
  return sum;
}

BranchDay Facts::branch_day(const BranchDayKey& key) const {
  const BranchDay* row = find(branch_days_, key);
  return row == nullptr ? BranchDay{} : *row;
}

const Disputable* Facts::disputable(MemberId member) const {
  return find(disputable_, member);
}

std::span<const Sale> Facts::sales(const MemberKey& cashier) const {
  const auto* all = find(sales_, cashier);
  return all == nullptr ? std::span<const Sale>() : *all;
}

rules::MissWindow Facts::miss_window(const MissKey& key) const {
  const rules::MissWindow* row = find(miss_windows_, key);
  return row == nullptr ? rules::MissWindow{} : *row;
}

bool Facts::has_miss_window(const MissKey& key) const {
  return miss_windows_.contains(key);
}

std::vector<const Pending*> Facts::pendings(const MemberKey& phone) const {
  std::vector<const Pending*> found;
  for (auto it = pendings_.lower_bound({phone.club, phone.phone, PendingKind{}});
       it != pendings_.end() && it->first.club == phone.club && it->first.phone == phone.phone; ++it) {
    found.push_back(&it->second);
  }
  return found;
}

std::vector<const Lot*> Facts::open_lots(MemberId member) const {
  std::vector<const Lot*> open;
  if (const auto* ids = find(lots_of_member_, member)) {
    for (LotId id : *ids) {
      if (lots_.at(id).remaining > 0) open.push_back(&lots_.at(id));
    }
  }
  return open;
}

std::vector<CodeId> Facts::unended_codes(MemberId member) const {
  std::vector<CodeId> unended;
  if (const auto* ids = find(codes_of_member_, member)) {
    std::copy_if(ids->begin(), ids->end(), std::back_inserter(unended),
                 [this](CodeId id) { return codes_.at(id).state == CodeState::live; });
  }
  return unended;
}

const Code* Facts::code_of_lot(const Lot& lot) const {
  if (const auto* ids = find(codes_of_member_, lot.member)) {
    for (CodeId id : *ids) {
      if (codes_.at(id).lot == lot.id) return &codes_.at(id);
    }
  }
  return nullptr;
}

std::span<const LotId> Facts::lots_of_move(MoveId move) const {
  const auto* all = find(lots_of_move_, move);
  return all == nullptr ? std::span<const LotId>() : *all;
}

std::span<const Past> Facts::reading(const ReadingKey& key) const {
  const auto* all = find(readings_, key);
  return all == nullptr ? std::span<const Past>() : *all;
}

std::vector<const CreditMove*> Facts::moves(MemberId from, rules::Instant since) const {
  std::vector<const CreditMove*> found;
  for (const auto& [id, move] : moves_) {
    if (move.from == from && move.at >= since) found.push_back(&move);
  }
  std::sort(found.begin(), found.end(), [](const CreditMove* a, const CreditMove* b) {
    return std::tie(a->at, a->id) < std::tie(b->at, b->id);
  });
  return found;
}

std::vector<const Code*> Facts::live_codes(MemberId member, rules::Instant now) const {
  std::vector<const Code*> live;
  const auto* ids = find(codes_of_member_, member);
  if (ids == nullptr) return live;
  for (CodeId id : *ids) {
    const Code& code = codes_.at(id);
    const Lot* lot = this->lot(code.lot);
    if (code.state == CodeState::live && lot != nullptr && available(*lot, now) > 0) live.push_back(&code);
  }
  std::sort(live.begin(), live.end(), [this](const Code* a, const Code* b) {
    return std::pair(lot(a->lot)->expires_at, a->id) < std::pair(lot(b->lot)->expires_at, b->id);
  });
  return live;
}

void Facts::load(Member row) {
  member_ids_.emplace(MemberKey{row.club, row.phone}, row.id);
  members_.emplace(row.id, std::move(row));
}

void Facts::load(Lot row) {
  if (lots_.emplace(row.id, row).second) lots_of_member_[row.member].push_back(row.id);
}

void Facts::load(Code row) {
  if (!codes_.emplace(row.id, row).second) return;
  code_ids_.emplace(CodeKey{row.club, row.number}, row.id);
  codes_of_member_[row.member].push_back(row.id);
}

// Ids of two workers are in no order of time, and an instant is taken before the lock: places are given under
// it.
void Facts::load(Redemption row) {
  std::vector<Redemption>& all = redemptions_[row.code];
  const auto is_same = [&row](const Redemption& one) { return one.id == row.id; };
  if (std::any_of(all.begin(), all.end(), is_same)) return;
  const auto before = [](const Redemption& a, const Redemption& b) {
    return std::tie(a.place, b.left) < std::tie(b.place, a.left);
  };
  all.insert(std::upper_bound(all.begin(), all.end(), row, before), row);
}

void Facts::load(Purchase row) {
  purchases_.emplace(row.key, row);
}
void Facts::load(const LinePhoneKey& key, LinePhone row) {
  line_phones_.emplace(key, row);
}
void Facts::load_attempts(const MemberKey& cashier, rules::Attempts row) {
  attempts_.emplace(cashier, row);
}
void Facts::load(const BranchDayKey& key, BranchDay row) {
  branch_days_.emplace(key, row);
}
void Facts::load(CreditMove row) {
  moves_.emplace(row.id, row);
}
void Facts::load_moved(MoveId move, LotId lot) {
  std::vector<LotId>& lots = lots_of_move_[move];
  if (std::find(lots.begin(), lots.end(), lot) == lots.end()) lots.push_back(lot);
}
void Facts::load(const ReadingKey& key, Past row) {
  std::vector<Past>& all = readings_[key];
  const auto later = [](const Past& a, const Past& b) {
    return std::tie(a.at, a.row) > std::tie(b.at, b.row);
  };
  all.insert(std::upper_bound(all.begin(), all.end(), row, later), row);
}
void Facts::load(Disputable row) {
  disputable_.emplace(row.redemption.member, std::move(row));
}
void Facts::load(Sale row) {
  std::vector<Sale>& all = sales_[row.cashier];
  const auto is_same = [&row](const Sale& one) { return one.purchase == row.purchase; };
  if (std::any_of(all.begin(), all.end(), is_same)) return;
  const auto before = [](const Sale& a, const Sale& b) {
    return std::tie(a.at, a.purchase) < std::tie(b.at, b.purchase);
  };
  all.insert(std::upper_bound(all.begin(), all.end(), row, before), row);
}
void Facts::load(const MissKey& key, rules::MissWindow row) {
  miss_windows_.emplace(key, row);
}
void Facts::load(Pending row) {
  pendings_.emplace(row.key, std::move(row));
}
void Facts::load_taken(const CodeKey& candidate) {
  taken_.insert(candidate);
}

void Facts::post(const LedgerEntry& entry) {
  assert(entry.amount > 0);
  must_find(members_, entry.member, "member").balance += rules::effect_on_member(entry.kind, entry.amount);
  if (entry.kind == rules::EntryKind::move)
    must_find(members_, entry.to_member, "member").balance += entry.amount;
}

void Facts::count(const Redemption& redemption, int by) {
  for (auto& [key, day] : branch_days_) {
    if (key.club != redemption.club || key.branch != redemption.branch || redemption.at < key.from) continue;
    day.redemptions += static_cast<std::uint64_t>(by);
    day.used += by * redemption.used;
  }
}

void Facts::apply(const EnrolMember& effect) {
  load(effect.member);
}

void Facts::apply(const ChangeMember& effect) {
  Member& member = must_find(members_, effect.member, "member");
  member.language = effect.language;
  member.leave_asked_at = effect.leave_asked_at;
}

void Facts::apply(const EndMembership& effect) {
  Member& member = must_find(members_, effect.member, "member");
  member_ids_.erase({member.club, member.phone});
  member.phone = 0;
  member.referred_by.reset();
  for (const LedgerEntry& entry : effect.entries) {
    post(entry);
    must_find(lots_, entry.lot, "lot").remaining -= entry.amount;
  }
  for (CodeId id : effect.voided) must_find(codes_, id, "code").state = CodeState::voided;
  for (CodeId id : effect.expired) must_find(codes_, id, "code").state = CodeState::expired;
}

void Facts::apply(const OpenLot& effect) {
  post(effect.entry);
  load(effect.lot);
}

void Facts::apply(const IssueCode& effect) {
  load(effect.code);
}

void Facts::apply(const TakeFromLot& effect) {
  Lot& lot = must_find(lots_, effect.entry.lot, "lot");
  if (effect.entry.amount > lot.remaining) throw std::logic_error("a decision takes more than its lot holds");
  post(effect.entry);
  lot.remaining -= effect.entry.amount;
  count(effect.redemption, 1);
  if (effect.code_ended) must_find(codes_, effect.redemption.code, "code").state = CodeState::redeemed;
  load(effect.redemption);
}

void Facts::apply(const VoidRedemption& effect) {
  auto& all = must_find(redemptions_, effect.code, "redemption");
  const auto redemption = std::find_if(
      all.begin(), all.end(), [&effect](const Redemption& one) { return one.id == effect.redemption; });
  if (redemption == all.end() || redemption->voided || redemption->used != effect.entry.amount)
    throw std::logic_error("a decision takes back what is not there to be taken back");
  Lot& lot = must_find(lots_, effect.entry.lot, "lot");
  if (effect.entry.amount > lot.issued - lot.remaining)
    throw std::logic_error("a decision gives a lot more than it was issued with");
  Code& code = must_find(codes_, effect.code, "code");
  post(effect.entry);
  lot.remaining += effect.entry.amount;
  if (code.state == CodeState::redeemed) code.state = CodeState::live;
  count(*redemption, -1);
  redemption->voided = effect.voided;
}

void Facts::apply(const MoveCredit& effect) {
  for (const MoveCredit::Part& part : effect.parts) {
    Lot& from = must_find(lots_, part.entry.lot, "lot");
    if (part.entry.amount > from.remaining)
      throw std::logic_error("a decision takes more than its lot holds");
    if (part.lot.issued != part.entry.amount || part.lot.expires_at != from.expires_at)
      throw std::logic_error("credit that moves keeps its amount and its expiry");
    post(part.entry);
    from.remaining -= part.entry.amount;
    if (part.ended) must_find(codes_, *part.ended, "code").state = CodeState::redeemed;
    load(part.lot);
    load(part.code);
    load_moved(effect.move.id, part.lot.id);
  }
  moves_[effect.move.id] = effect.move;
  if (effect.move.undoes != 0) must_find(moves_, effect.move.undoes, "move").returned += effect.move.amount;
}

void Facts::apply(const RecordPurchase& effect) {
  const Purchase& purchase = effect.purchase;
  for (auto& [key, day] : branch_days_) {
    const bool in_it = key.club == purchase.key.club && key.branch == purchase.key.branch &&
                       purchase.recorded_at >= key.from;
    if (!in_it) continue;
    ++day.purchases;
    day.sold += purchase.amount;
    day.granted += purchase.earned;
  }
  load(purchase);
}
void Facts::apply(const SetLinePhone& effect) {
  line_phones_[effect.key] = effect.row;
}
void Facts::apply(const SetAttempts& effect) {
  attempts_[effect.cashier] = effect.row;
}
void Facts::apply(const RecordSale& effect) {
  load(effect.sale);
}
void Facts::apply(const RecordDispute& effect) {
  must_find(disputable_, effect.dispute.member, "redemption to be disputed").disputed = true;
}
void Facts::apply(const SetMissWindow& effect) {
  miss_windows_[effect.key] = effect.row;
}
void Facts::apply(const SetPending& effect) {
  pendings_[effect.row.key] = effect.row;
}

}  // namespace peyk::handlers
