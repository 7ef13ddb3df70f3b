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
    : directory_(std::make_shared<const Directory>(std::move(clubs))), chance_(seed) {}

void MemoryStore::keep(const Effect& effect, const Facts& after) {
  const auto keep_member = [&](MemberId id) { members_[id] = *after.member(id); };
  if (const auto* enrol = std::get_if<EnrolMember>(&effect)) {
    keep_member(enrol->member.id);
  } else if (const auto* change = std::get_if<ChangeMember>(&effect)) {
    keep_member(change->member);
  } else if (const auto* end = std::get_if<EndMembership>(&effect)) {
    keep_member(end->member);
    profiles_.erase(end->member);
    tags_.erase(end->member);
    survey_scores_.erase(end->member);
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
    for (Redemption& redemption : redemptions_) {
      if (const Redemption* now = after.redemption(redemption.id)) redemption.purchase = now->purchase;
    }
  } else if (const auto* told = std::get_if<SetProfile>(&effect)) {
    profiles_[told->row.member] = told->row;
  } else if (const auto* thanked = std::get_if<ThankPhone>(&effect)) {
    thanked_.insert(thanked->phone);
  } else if (const auto* tagged = std::get_if<SetTags>(&effect)) {
    tags_[tagged->member] = tagged->tags;
  } else if (const auto* rated = std::get_if<SetSurveyScore>(&effect)) {
    survey_scores_[rated->member] = rated->row;
  } else if (const auto* happened = std::get_if<RecordMemberEvent>(&effect)) {
    member_events_[happened->event.key] = happened->event;
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
  } else {
    keep_customer(effect, after);
  }
}

rules::CodeNumber MemoryStore::issue_gift(rules::Amount amount, rules::Instant now, rules::Instant expires_at,
                                          const std::string& item) {
  const ClubId club = directory_->clubs().front().id;
  if (gift_account_ == 0) {
    gift_account_ = chance_.next_id();
    members_[gift_account_] = {.id = gift_account_, .club = club, .joined_at = now};
  }
  const Lot lot{.id = chance_.next_id(),
                .club = club,
                .member = gift_account_,
                .origin = LotOrigin::gift,
                .kind = item.empty() ? LotOrigin::gift : LotOrigin::item,
                .issued = amount,
                .remaining = amount,
                .created_at = now,
                .expires_at = expires_at};
  lots_[lot.id] = lot;
  if (item.empty())
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
                  .issued_at = now,
                  .item = item};
  codes_[code.id] = code;
  return code.number;
}

Outcome MemoryStore::handle(const Request& request, rules::Instant now) {
  MemoryStore hurry = hurried(now);
  hurry.expect_texts_end_with_codes(hurry.decided(request, now), now);
  Outcome outcome = decided(request, now);
  expect_texts_end_with_codes(outcome, now);
  return outcome;
}

Outcome MemoryStore::decided(const Request& request, rules::Instant now) {
  static const PinCheck pin_check = plain_pin_check;
  Setting setting{.directory = *directory_,
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
      for (const auto& [id, member] : members_) {
        const CardKey key{member.club, member.card};
        if (member.phone != 0 && planned.needs.cards.contains(key)) seen.cards[key] = member.phone;
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
  audit_customers(problems);
  audit_items(problems);
  std::set<CodeKey> numbers;
  for (const auto& [id, code] : codes_) {
    if (!numbers.insert({code.club, code.number}).second)
      problems.push_back("a code number was issued twice");
    if (code.state == CodeState::redeemed && lots_.at(code.lot).remaining != 0) {
      problems.push_back("a redeemed code has something left");
    }
    if (code.state == CodeState::live && code.item.empty() && lots_.at(code.lot).remaining == 0)
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
