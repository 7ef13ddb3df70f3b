#include "handlers/facts.hpp"

#include <algorithm>

#include "handlers/facts_rows.hpp"
#include "templates/fold.hpp"
#include "templates/utf8.hpp"

namespace peyk::handlers {

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
  if (const Purchase* exact = find(purchases_, key)) return exact;
  const auto all = purchases_on(key);
  const auto typed = std::ranges::find_if(all, &Purchase::typed);
  return typed == all.end() ? nullptr : *typed;
}
const Purchase* Facts::purchase(std::uint64_t id) const {
  const PurchaseKey* key = find(purchase_keys_, id);
  return key == nullptr ? nullptr : purchase(*key);
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

const Redemption* Facts::redemption(std::uint64_t id) const {
  const CodeId* code = find(code_of_redemption_, id);
  if (code == nullptr) return nullptr;
  const auto all = redemptions(*code);
  const auto one = std::ranges::find(all, id, &Redemption::id);
  return one == all.end() ? nullptr : &*one;
}

std::vector<const Redemption*> Facts::on_bill(const PurchaseKey& bill) const {
  std::vector<const Redemption*> standing;
  if (const auto* ids = find(redemptions_on_bill_, as_bill(bill))) {
    for (const std::uint64_t id : *ids) {
      const Redemption* one = redemption(id);
      if (!one->voided) standing.push_back(one);
    }
  }
  return standing;
}

std::vector<const Redemption*> Facts::paying(std::uint64_t purchase) const {
  std::vector<const Redemption*> standing;
  if (const auto* ids = find(redemptions_of_purchase_, purchase)) {
    for (const std::uint64_t id : *ids) {
      const Redemption* one = redemption(id);
      if (!one->voided) standing.push_back(one);
    }
  }
  return standing;
}

std::vector<const Redemption*> Facts::loose(MemberId member) const {
  std::vector<const Redemption*> found;
  if (const auto* ids = find(loose_, member)) {
    for (const std::uint64_t id : *ids) {
      const Redemption* one = redemption(id);
      if (!one->voided && one->purchase == 0) found.push_back(one);
    }
  }
  return found;
}

const Hold* Facts::hold(HoldId id) const {
  return find(holds_, id);
}

std::vector<const Purchase*> Facts::purchases_on(const PurchaseKey& bill) const {
  std::vector<const Purchase*> all;
  if (const auto* keys = find(purchases_on_bill_, as_bill(bill))) {
    for (const PurchaseKey& key : *keys) all.push_back(&purchases_.at(key));
  }
  return all;
}

std::uint32_t Facts::records_on(const PurchaseKey& bill) const {
  const std::uint32_t* count = find(records_on_, as_bill(bill));
  return count == nullptr ? 0 : *count;
}

std::vector<const Refund*> Facts::refunds(const Purchase& purchase) const {
  const auto is_of = [](const Refund& refund, const Purchase& whose) {
    if (refund.purchase != 0) return refund.purchase == whose.id;
    return refund.bill == whose.key || (whose.typed && as_bill(refund.bill) == as_bill(whose.key));
  };
  std::vector<const Refund*> all;
  for (const auto& [id, refund] : refunds_) {
    if (is_of(refund, purchase)) all.push_back(&refund);
  }
  std::ranges::sort(all, {}, [](const Refund* one) { return std::pair(one->at, one->id); });
  return all;
}

const Refund* Facts::refund(std::uint64_t id) const {
  return find(refunds_, id);
}

const Refund* Facts::refund(const PurchaseKey& branch, const RequestKey& reference) const {
  for (const auto& [id, refund] : refunds_) {
    const bool here = refund.bill.club == branch.club && refund.bill.branch == branch.branch;
    if (here && refund.reference == reference) return &refund;
  }
  return nullptr;
}

rules::Amount Facts::lapsed(const Lot& lot, rules::Instant now) const {
  const rules::Amount* swept = find(lapsed_, lot.id);
  return (swept == nullptr ? 0 : *swept) + (now < lot.expires_at ? 0 : lot.remaining);
}

std::vector<const Hold*> Facts::holds_of(MemberId member) const {
  std::vector<const Hold*> all;
  if (const auto* ids = find(holds_of_member_, member)) {
    for (const HoldId id : *ids) all.push_back(hold(id));
  }
  return all;
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

rules::Attempts Facts::attempts(const MemberKey& phone) const {
  const rules::Attempts* row = find(attempts_, phone);
  return row == nullptr ? rules::Attempts{} : *row;
}

rules::Amount Facts::available(const Lot& lot, rules::Instant now) const {
  return now < lot.expires_at ? std::max<rules::Amount>(lot.remaining - held(lot, now), 0) : 0;
}

rules::Amount Facts::held(const Lot& lot, rules::Instant now) const {
  return now < lot.held_until ? lot.held : 0;
}

rules::Attempts Facts::till_attempts(const std::string& key) const {
  const rules::Attempts* row = find(till_attempts_, key);
  return row == nullptr ? rules::Attempts{} : *row;
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

bool Facts::has_wallet(MemberId member) const {
  return wallets_.contains(member);
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
  code_of_redemption_.emplace(row.id, row.code);
  if (!row.invoice.empty()) redemptions_on_bill_[as_bill({row.club, row.branch, row.invoice})].insert(row.id);
  if (row.purchase != 0) redemptions_of_purchase_[row.purchase].insert(row.id);
  if (row.invoice.empty() && row.purchase == 0) loose_[row.member].insert(row.id);
  const auto before = [](const Redemption& a, const Redemption& b) {
    return std::tie(a.place, b.left) < std::tie(b.place, a.left);
  };
  all.insert(std::upper_bound(all.begin(), all.end(), row, before), row);
}

void Facts::load(Purchase row) {
  if (!purchases_.emplace(row.key, row).second) return;
  purchase_keys_.emplace(row.id, row.key);
  purchases_on_bill_[as_bill(row.key)].push_back(row.key);
}
void Facts::load_records_on(const PurchaseKey& bill, std::uint32_t count) {
  records_on_.emplace(as_bill(bill), count);
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
void Facts::load_wallet_of(MemberId member) {
  wallets_.insert(member);
}
void Facts::load_taken(const CodeKey& candidate) {
  taken_.insert(candidate);
}

void Facts::load(Hold row) {
  const HoldId id = row.id;
  const MemberId member = row.member;
  if (holds_.emplace(id, std::move(row)).second) holds_of_member_[member].push_back(id);
}
void Facts::load(Refund row) {
  refunds_.emplace(row.id, std::move(row));
}
void Facts::load_lapsed(LotId lot, rules::Amount amount) {
  lapsed_.emplace(lot, amount);
}
void Facts::load_till_attempts(const std::string& key, rules::Attempts row) {
  till_attempts_.emplace(key, row);
}

}  // namespace peyk::handlers
