#include "tests/kit/memory_store.hpp"

#include <algorithm>
#include <set>

#include "handlers/alarm.hpp"
#include "handlers/use_cases.hpp"

namespace peyk::tests {

using namespace handlers;

// splitmix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators").
std::uint64_t SeededChance::random() {
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

MemoryStore::MemoryStore(std::vector<Club> clubs, std::uint64_t seed)
    : directory_(std::move(clubs)), chance_(seed) {}

const Member* MemoryStore::find(const MemberKey& key) const {
  for (const auto& [id, member] : members_) {
    if (member.club == key.club && member.phone == key.phone) return &member;
  }
  return nullptr;
}

void MemoryStore::load_wallet(MemberId member, Facts& facts) const {
  for (const auto& [id, lot] : lots_) {
    if (lot.member == member && lot.remaining > 0) facts.load(lot);
  }
  for (const auto& [id, code] : codes_) {
    if (code.member == member && code.state == CodeState::live) facts.load(code);
  }
}

void MemoryStore::load_reading(const ReadingKey& key, Facts& facts) const {
  const Member* member = find({key.club, key.phone});
  if (member == nullptr) return;
  std::vector<Past> purchases, others;
  for (const auto& [purchase_key, one] : purchases_) {
    if (one.member != member->id || (key.what == Reading::why && !one.code)) continue;
    Past past{.at = one.purchased_at, .amount = one.amount, .credit = one.earned, .row = one.id};
    past.share = one.earn_share;
    past.refunded = one.refunded;
    if (one.code) past.expires_at = lots_.at(codes_.at(*one.code).lot).expires_at;
    purchases.push_back(past);
  }
  for (const LedgerEntry& entry : entries_) {
    if (entry.member != member->id || key.what != Reading::history) continue;
    static const std::map<rules::EntryKind, Event> kEvents = {
        {rules::EntryKind::redeem, Event::redeemed},
        {rules::EntryKind::expire, Event::expired},
        {rules::EntryKind::void_redemption, Event::given_back},
        {rules::EntryKind::claw_back, Event::taken_back},
        {rules::EntryKind::return_credit, Event::returned},
        {rules::EntryKind::settle, Event::settled}};
    const auto event = kEvents.find(entry.kind);
    if (event == kEvents.end()) continue;
    others.push_back({.what = event->second, .at = entry.at, .amount = entry.amount, .row = entry.id});
  }
  for (const auto& [id, move] : moves_) {
    const bool gift = move.kind == MoveKind::gift;
    const bool between = gift || move.kind == MoveKind::transfer || move.kind == MoveKind::undo;
    if (!between || key.what == Reading::statement || (move.from != member->id && move.to != member->id))
      continue;
    Past past{.what = move.to == member->id ? Event::received : Event::given,
              .at = move.at,
              .amount = move.amount,
              .row = id};
    if (key.what == Reading::why && (past.what == Event::given || move.kind == MoveKind::undo)) continue;
    if (gift) past.what = Event::gift;
    past.other = members_.at(move.from).phone;
    for (const auto& [lot_id, lot] : lots_) {
      if (lot.member == move.to && lot.created_at == move.at) past.expires_at = lot.expires_at;
    }
    others.push_back(past);
  }
  const auto later = [](const Past& a, const Past& b) {
    return std::tie(a.at, a.row) > std::tie(b.at, b.row);
  };
  std::sort(purchases.begin(), purchases.end(), later);
  if (key.what == Reading::statement) {
    purchases.erase(purchases.begin(),
                    purchases.begin() + std::min<std::ptrdiff_t>(key.skip, std::ssize(purchases)));
    if (purchases.size() > kStatementRows + 1) purchases.resize(kStatementRows + 1);
  }
  for (const Past& past : purchases) facts.load(key, past);
  for (const Past& past : others) facts.load(key, past);
}

std::vector<Pending> MemoryStore::pendings_of(const std::set<MemberKey>& phones) const {
  std::vector<Pending> found;
  for (const auto& [key, row] : pendings_) {
    if (phones.contains({key.club, key.phone})) found.push_back(row);
  }
  return found;
}

BranchDay MemoryStore::branch_day(const BranchDayKey& key) const {
  BranchDay day;
  for (const Redemption& redemption : redemptions_) {
    if (redemption.club != key.club || redemption.branch != key.branch || redemption.at < key.from ||
        redemption.voided)
      continue;
    ++day.redemptions;
    day.used += redemption.used;
  }
  for (const auto& [bill, purchase] : purchases_) {
    if (bill.club != key.club || bill.branch != key.branch || purchase.recorded_at < key.from) continue;
    ++day.purchases;
    day.sold += purchase.amount;
    day.granted += purchase.earned;
  }
  for (const auto& [id, refund] : refunds_) {
    if (refund.bill.club != key.club || refund.bill.branch != key.branch || refund.at < key.from ||
        refund.state != RefundState::applied)
      continue;
    ++day.refunds;
    day.refunded += refund.amount;
    day.taken_back += refund.clawed_back + refund.owed;
    day.returned += refund.returned + refund.expired;
  }
  return day;
}

void MemoryStore::load_code(const Code& code, Facts& facts) const {
  facts.load(code);
  facts.load(members_.at(code.member));
  facts.load(lots_.at(code.lot));
  for (const auto& [id, lot] : lots_) {
    if (lot.member == code.member && lot.remaining > 0) facts.load(lot);
  }
  for (const Redemption& redemption : redemptions_) {
    if (redemption.code == code.id) facts.load(redemption);
  }
}

Facts MemoryStore::load(const Needs& needs) const {
  Facts facts;
  for (const MemberKey& key : needs.members) {
    if (const Member* member = find(key)) facts.load(*member);
  }
  for (const MemberKey& key : needs.wallets) {
    if (const Member* member = find(key)) {
      facts.load(*member);
      load_wallet(member->id, facts);
    }
  }
  std::set<CodeId> codes;
  std::set<PurchaseKey> bills = needs.bills;
  for (const Redemption& redemption : redemptions_) {
    const Code& code = codes_.at(redemption.code);
    if (needs.redemptions.contains(redemption.id) || needs.voids.contains({code.club, code.number}))
      bills.insert({redemption.club, redemption.branch, redemption.invoice});
  }
  for (const auto& [id, code] : codes_) {
    if (needs.codes.contains({code.club, code.number})) codes.insert(id);
  }
  for (const Redemption& redemption : redemptions_) {
    if (needs.redemptions.contains(redemption.id)) codes.insert(redemption.code);
  }
  for (const auto& [id, hold] : holds_) {
    if (!needs.holds.contains(id)) continue;
    facts.load(hold);
    codes.insert(hold.code);
    bills.insert({hold.club, hold.branch, hold.invoice});
  }
  std::set<PurchaseKey> refunded;
  for (const PurchaseKey& key : needs.refunded_bills) refunded.insert(as_bill(key));
  for (const auto& [key, purchase] : purchases_) {
    if (!needs.refunded.contains(purchase.id) && !refunded.contains(as_bill(key))) continue;
    bills.insert(key);
    if (purchase.member) {
      facts.load(members_.at(*purchase.member));
      load_wallet(*purchase.member, facts);
    }
    if (!purchase.code) continue;
    codes.insert(*purchase.code);
    const LotId lot = codes_.at(*purchase.code).lot;
    rules::Amount lapsed = 0;
    for (const LedgerEntry& entry : entries_) {
      const bool gone = entry.kind == rules::EntryKind::expire || entry.kind == rules::EntryKind::forfeit;
      if (entry.lot == lot && gone) lapsed += entry.amount;
    }
    if (lapsed > 0) facts.load_lapsed(lot, lapsed);
  }
  bills.insert(needs.refunded_bills.begin(), needs.refunded_bills.end());
  std::set<PurchaseKey> folded;
  for (const PurchaseKey& key : bills) folded.insert(as_bill(key));
  for (const Redemption& redemption : redemptions_) {
    if (folded.contains(as_bill({redemption.club, redemption.branch, redemption.invoice})))
      codes.insert(redemption.code);
  }
  for (const CodeId id : codes) load_code(codes_.at(id), facts);
  for (const auto& [id, code] : codes_) {
    if (!needs.holders.contains({code.club, code.number})) continue;
    for (const auto& [hold_id, hold] : holds_) {
      if (hold.member == code.member && hold.begun_at > needs.holders_since) facts.load(hold);
    }
  }
  for (const auto& [key, since] : needs.transfers) {
    const Member* member = find(key);
    for (const auto& [id, move] : moves_) {
      if (member == nullptr || move.from != member->id || move.at < since) continue;
      facts.load(move);
      if (move.kind != MoveKind::transfer) continue;
      facts.load(members_.at(move.to));
      load_wallet(move.to, facts);
      for (const LedgerEntry& entry : entries_) {
        if (entry.move == id) facts.load_moved(id, entry.to_lot);
      }
    }
  }
  for (const ReadingKey& key : needs.readings) load_reading(key, facts);
  for (const auto& [key, since] : needs.moves) {
    const Member* member = find(key);
    for (const auto& [id, move] : moves_) {
      if (member != nullptr && move.from == member->id && move.at >= since) facts.load(move);
    }
  }
  for (const auto& [key, row] : till_attempts_) {
    if (needs.tills.contains(key)) facts.load_till_attempts(key, row);
  }
  for (const auto& [key, purchase] : purchases_) {
    if (folded.contains(as_bill(key))) facts.load(purchase);
  }
  for (const auto& [id, refund] : refunds_) {
    if (folded.contains(as_bill(refund.bill)) ||
        needs.references.contains({{refund.bill.club, refund.bill.branch, ""}, refund.reference}))
      facts.load(refund);
  }
  for (const CodeKey& candidate : needs.candidates) {
    for (const auto& [id, code] : codes_) {
      if (code.club == candidate.club && code.number == candidate.number) facts.load_taken(candidate);
    }
  }
  for (const auto& [key, row] : line_phones_) {
    if (needs.line_phones.contains(key)) facts.load(key, row);
  }
  for (const auto& [key, row] : attempts_) {
    if (needs.cashiers.contains(key) || needs.guessers.contains(key)) facts.load_attempts(key, row);
  }
  for (const CodeKey& key : needs.owners_pendings) {
    const Code* code = facts.code(key);
    if (code == nullptr) continue;
    for (Pending& row : pendings_of({{key.club, members_.at(code->member).phone}}))
      facts.load(std::move(row));
  }
  for (const auto* phones : {&needs.pendings, &needs.replies}) {
    for (Pending& row : pendings_of(*phones)) facts.load(std::move(row));
  }
  for (const BranchDayKey& key : needs.branch_days) facts.load(key, branch_day(key));
  for (const auto& [key, since] : needs.disputes) {
    const Member* member = find(key);
    const auto hers = [&](const Redemption& one) {
      return member != nullptr && one.member == member->id && !one.voided && one.at > since;
    };
    const auto undisputed = [&](const Redemption& one) { return hers(one) && !disputed_.contains(one.id); };
    auto last = std::find_if(redemptions_.rbegin(), redemptions_.rend(), undisputed);
    if (last == redemptions_.rend()) last = std::find_if(redemptions_.rbegin(), redemptions_.rend(), hers);
    if (last != redemptions_.rend()) facts.load(Disputable{*last, disputed_.contains(last->id)});
  }
  for (const Sale& sale : sales_) {
    const auto wanted = needs.sales.find(sale.cashier);
    if (wanted != needs.sales.end() && sale.at > wanted->second) facts.load(sale);
  }
  return facts;
}

void MemoryStore::keep(const Effect& effect, const Facts& after) {
  const auto keep_member = [&](MemberId id) { members_[id] = *after.member(id); };
  if (const auto* enrol = std::get_if<EnrolMember>(&effect)) {
    keep_member(enrol->member.id);
  } else if (const auto* change = std::get_if<ChangeMember>(&effect)) {
    keep_member(change->member);
  } else if (const auto* end = std::get_if<EndMembership>(&effect)) {
    keep_member(end->member);
    for (const LedgerEntry& entry : end->entries) {
      entries_.push_back(entry);
      lots_[entry.lot] = *after.lot(entry.lot);
    }
    for (const auto* ended : {&end->voided, &end->expired}) {
      for (const CodeId id : *ended) codes_.at(id) = *after.code(id);
    }
  } else if (const auto* open = std::get_if<OpenLot>(&effect)) {
    lots_[open->lot.id] = open->lot;
    entries_.push_back(open->entry);
    keep_member(open->entry.member);
  } else if (const auto* issue = std::get_if<IssueCode>(&effect)) {
    codes_[issue->code.id] = issue->code;
  } else if (const auto* take = std::get_if<TakeFromLot>(&effect)) {
    entries_.push_back(take->entry);
    redemptions_.push_back(take->redemption);
    lots_[take->entry.lot] = *after.lot(take->entry.lot);
    keep_member(take->entry.member);
    if (take->code_ended) codes_[take->redemption.code] = *after.code(take->redemption.code);
  } else if (const auto* undo = std::get_if<VoidRedemption>(&effect)) {
    entries_.push_back(undo->entry);
    lots_[undo->entry.lot] = *after.lot(undo->entry.lot);
    keep_member(undo->entry.member);
    codes_.at(undo->code).state = after.code(undo->code)->state;
    for (Redemption& redemption : redemptions_) {
      if (redemption.id == undo->redemption) redemption.voided = undo->voided;
    }
  } else if (const auto* move = std::get_if<MoveCredit>(&effect)) {
    for (const MoveCredit::Part& part : move->parts) {
      entries_.push_back(part.entry);
      lots_[part.entry.lot] = *after.lot(part.entry.lot);
      lots_[part.lot.id] = *after.lot(part.lot.id);
      codes_[part.code.id] = *after.code(part.code.id);
      if (part.ended) codes_.at(*part.ended) = *after.code(*part.ended);
    }
    keep_member(move->move.from);
    keep_member(move->move.to);
    moves_[move->move.id] = move->move;
    if (move->move.undoes != 0) moves_.at(move->move.undoes).returned += move->move.amount;
  } else if (const auto* record = std::get_if<RecordPurchase>(&effect)) {
    purchases_[record->purchase.key] = *after.purchase(record->purchase.key);
    if (record->purchase.member) keep_member(*record->purchase.member);
  } else if (const auto* promo = std::get_if<SetPromo>(&effect)) {
    line_phones_[promo->key].promo_stopped = promo->stopped;
  } else if (const auto* help = std::get_if<NoteHelp>(&effect)) {
    line_phones_[help->key].help_sent_at = help->at;
  } else if (const auto* attempts = std::get_if<SetAttempts>(&effect)) {
    attempts_[attempts->cashier] = attempts->row;
  } else if (const auto* sale = std::get_if<RecordSale>(&effect)) {
    sales_.push_back(sale->sale);
  } else if (const auto* dispute = std::get_if<RecordDispute>(&effect)) {
    disputed_.insert(dispute->dispute.redemption);
  } else if (const auto* window = std::get_if<SetMissWindow>(&effect)) {
    miss_windows_[window->key] = window->row;
  } else if (const auto* guesses = std::get_if<SetGuesses>(&effect)) {
    attempts_[guesses->phone] = guesses->row;
  } else if (const auto* pending = std::get_if<SetPending>(&effect)) {
    const auto before = pendings_.find(pending->row.key);
    if (before == pendings_.end() || before->second.id != pending->row.id) last_number_ = pending->row.number;
    pendings_[pending->row.key] = pending->row;
  } else if (const auto* taken_back = std::get_if<TakeBack>(&effect)) {
    entries_.push_back(taken_back->entry);
    lots_[taken_back->entry.lot] = *after.lot(taken_back->entry.lot);
    keep_member(taken_back->entry.member);
    if (taken_back->ended) codes_[*taken_back->ended] = *after.code(*taken_back->ended);
  } else if (const auto* back = std::get_if<ReturnCredit>(&effect)) {
    for (Redemption& redemption : redemptions_) {
      if (redemption.id == back->redemption) redemption.returned += back->amount;
    }
    if (back->entry) {
      entries_.push_back(*back->entry);
      lots_[back->entry->lot] = *after.lot(back->entry->lot);
      keep_member(back->entry->member);
      codes_[back->code] = *after.code(back->code);
    }
  } else if (const auto* owed = std::get_if<Owe>(&effect)) {
    entries_.push_back(owed->entry);
    keep_member(owed->entry.member);
  } else if (const auto* refund = std::get_if<RecordRefund>(&effect)) {
    refunds_[refund->refund.id] = *after.refund(refund->refund.id);
    if (refund->refund.state == RefundState::applied) {
      const Purchase& purchase = *after.purchase(refund->refund.purchase);
      purchases_[purchase.key] = purchase;
    }
  } else if (const auto* till = std::get_if<SetTillAttempts>(&effect)) {
    till_attempts_[till->key] = till->row;
  } else if (const auto* begin = std::get_if<BeginHold>(&effect)) {
    holds_[begin->hold.id] = *after.hold(begin->hold.id);
    lots_[begin->hold.lot] = *after.lot(begin->hold.lot);
  } else if (const auto* ended = std::get_if<EndHold>(&effect)) {
    holds_[ended->hold] = *after.hold(ended->hold);
    const LotId lot = holds_.at(ended->hold).lot;
    lots_[lot] = *after.lot(lot);
  }
}

rules::CodeNumber MemoryStore::issue_gift(rules::Amount amount, rules::Instant now,
                                          rules::Instant expires_at) {
  const ClubId club = directory_.clubs().front().id;
  if (gift_account_ == 0) {
    gift_account_ = chance_.next_id();
    members_[gift_account_] = {.id = gift_account_, .club = club, .joined_at = now};
  }
  const Lot lot{.id = chance_.next_id(),
                .club = club,
                .member = gift_account_,
                .origin = LotOrigin::gift,
                .kind = LotOrigin::gift,
                .issued = amount,
                .remaining = amount,
                .created_at = now,
                .expires_at = expires_at};
  lots_[lot.id] = lot;
  entries_.push_back({.id = chance_.next_id(),
                      .club = club,
                      .kind = rules::EntryKind::grant,
                      .member = gift_account_,
                      .lot = lot.id,
                      .amount = amount,
                      .at = now});
  members_[gift_account_].balance += amount;
  const Code code{.id = chance_.next_id(),
                  .club = club,
                  .number = rules::code_from_random(chance_.random()),
                  .member = gift_account_,
                  .lot = lot.id,
                  .state = CodeState::live,
                  .issued_at = now};
  codes_[code.id] = code;
  return code.number;
}

Outcome MemoryStore::handle(const Request& request, rules::Instant now) {
  static const PinCheck pin_check = plain_pin_check;
  Setting setting{.directory = directory_,
                  .keywords = templates::Keywords::standard(),
                  .catalogue = templates::Catalogue::standard(),
                  .chance = chance_,
                  .pin_matches = pin_check,
                  .now = now};
  for (;;) {
    Plan planned = plan(request, setting);
    if (wants_widening(planned.needs)) {
      Seen seen{.pendings = pendings_of(planned.needs.replies)};
      for (const MemberKey& key : planned.needs.memberships) {
        if (find(key) != nullptr) seen.members.insert(key);
      }
      widen(planned, seen, setting);
    }
    Facts facts = load(planned.needs);
    try {
      Outcome outcome = decide(planned, facts, setting);
      for (const MissKey& key : missed_in(outcome, setting)) {
        if (const auto known = miss_windows_.find(key); known != miss_windows_.end())
          facts.load(key, known->second);
      }
      count_misses(outcome, facts, setting);
      for (const Effect& effect : outcome.effects) {
        std::visit([&facts](const auto& one) { facts.apply(one); }, effect);
      }
      for (const Effect& effect : outcome.effects) keep(effect, facts);
      return outcome;
    } catch (const OutOfCandidates&) {
    }
  }
}

std::vector<std::string> MemoryStore::audit() const {
  std::vector<std::string> problems;
  std::map<MemberId, rules::Amount> balances;
  std::map<LotId, rules::Amount> spent;
  std::map<MemberId, rules::Amount> debts;
  for (const LedgerEntry& entry : entries_) {
    balances[entry.member] += rules::effect_on_member(entry.kind, entry.amount);
    if (entry.kind == rules::EntryKind::move) {
      balances[entry.to_member] += entry.amount;
      const Lot &from = lots_.at(entry.lot), &to = lots_.at(entry.to_lot);
      if (to.issued != entry.amount || to.expires_at != from.expires_at || to.kind != from.kind ||
          to.member != entry.to_member)
        problems.push_back("what moved is not what arrived");
    }
    if (entry.kind == rules::EntryKind::owe) debts[entry.member] += entry.amount;
    if (entry.kind == rules::EntryKind::settle) debts[entry.member] -= entry.amount;
    if (entry.kind != rules::EntryKind::grant)
      spent[entry.lot] -= rules::effect_on_member(entry.kind, entry.amount);
  }
  for (const auto& [id, member] : members_) {
    if (member.balance != balances[id]) problems.push_back("a balance is not the fold of its entries");
    if (member.debt != debts[id] || member.debt < 0)
      problems.push_back("a debt is not what is owed and not settled");
    if (member.balance < 0) problems.push_back("a balance is below zero");
  }
  for (const auto& [id, lot] : lots_) {
    if (lot.remaining < 0 || lot.remaining + spent[id] != lot.issued)
      problems.push_back("a lot does not add up");
  }
  std::set<CodeKey> numbers;
  for (const auto& [id, code] : codes_) {
    if (!numbers.insert({code.club, code.number}).second)
      problems.push_back("a code number was issued twice");
    if (code.state == CodeState::redeemed && lots_.at(code.lot).remaining != 0) {
      problems.push_back("a redeemed code has something left");
    }
    if (code.state == CodeState::live && lots_.at(code.lot).remaining == 0)
      problems.push_back("a live code has nothing left");
  }
  return problems;
}

Club sample_club() {
  return {.id = 1,
          .slug = "nan-o-namak",
          .name = "نان و نمک",
          .keyword = "نان",
          .money_display = MoneyDisplay::rial,
          .line = "30001234",
          .ussd_root = "*7000",
          .policy = {.earn_share = 500, .credit_valid_days = 30, .invoice_min = 100'000},
          .branches = {{12, "ونک"}, {14, "تجریش"}},
          .cashiers = {{.phone = kCashier12, .branch = 12, .pin_hash = "hash of 4321"},
                       {.phone = kCashier14, .branch = 14, .pin_hash = "hash of 9876"}},
          .till_keys = {{.id = "till-12", .branch = 12, .secret = std::string(32, 's')}}};
}

bool plain_pin_check(std::string_view pin_hash, std::string_view pin) {
  return pin_hash == "hash of " + std::string(pin);
}

}  // namespace peyk::tests
