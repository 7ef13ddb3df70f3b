// What a decision may know: the rows that its needs named, loaded and locked by the store.
//
// One Facts serves a whole batch. Each request of the batch is decided in turn; its effects are applied here
// before the next one is decided, so the second use of a code in one batch sees the first. The store saves
// what the effects say, in sets, and commits once.
//
// Must stay true: the row of a member is the lock of everything that is hers (lots, codes, redemptions), so a
// fact about them is current until the commit.
//
// To add a noun: its struct here, how to ask for it in Needs, its effect in effects.hpp, apply() in
// facts_apply.cpp, one file in store/mysql/ that loads and saves it, its table in store/mysql/migrations/.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "handlers/club.hpp"
#include "handlers/customer.hpp"
#include "handlers/history.hpp"
#include "handlers/ids.hpp"
#include "handlers/member_events.hpp"
#include "handlers/pending.hpp"
#include "handlers/profile_row.hpp"
#include "handlers/request.hpp"
#include "handlers/rules/attempts.hpp"
#include "handlers/rules/codes.hpp"
#include "handlers/rules/ledger.hpp"
#include "handlers/rules/units.hpp"

namespace peyk::handlers {

struct MemberKey {
  ClubId club = 0;
  PhoneNumber phone = 0;
  auto operator<=>(const MemberKey&) const = default;
};
struct CodeKey {
  ClubId club = 0;
  rules::CodeNumber number = 0;
  auto operator<=>(const CodeKey&) const = default;
};
struct CardKey {
  ClubId club = 0;
  std::uint64_t card = 0;
  auto operator<=>(const CardKey&) const = default;
};
struct PurchaseKey {
  ClubId club = 0;
  BranchNo branch = 0;
  std::string invoice;
  auto operator<=>(const PurchaseKey&) const = default;
};
// The same for what is known of an invoice besides: people type it in any case and in any digits, tills do
// not.
PurchaseKey as_bill(PurchaseKey key);
// A branch's day, from its first instant.
struct BranchDayKey {
  ClubId club = 0;
  BranchNo branch = 0;
  rules::Instant from{};
  auto operator<=>(const BranchDayKey&) const = default;
};
// Of whose wrong tries: a branch's, or with kWholeClub those of all.
inline constexpr BranchNo kWholeClub = 0;
struct MissKey {
  ClubId club = 0;
  BranchNo branch = kWholeClub;
  auto operator<=>(const MissKey&) const = default;
};
// A club's own number of a record: what another club's record of that number is, nobody learns by it.
struct RecordKey {
  ClubId club = 0;
  std::uint64_t id = 0;
  auto operator<=>(const RecordKey&) const = default;
};
struct TimeSpan {
  rules::Instant from{}, until{};  // the first instant, and the first that is after it
};
struct LinePhoneKey {
  std::string line;
  PhoneNumber phone = 0;
  auto operator<=>(const LinePhoneKey&) const = default;
};

// Of a member, to know one that looks like it.
struct LastPurchase {
  std::uint64_t id = 0;  // 0: none, or from before it was kept
  BranchNo branch = 0;
  rules::Amount amount = 0;
  rules::Instant at{};  // when it was recorded
};

struct Member {
  MemberId id = 0;
  ClubId club = 0;
  PhoneNumber phone = 0;  // 0: she has left, and is forgotten
  std::uint64_t card = 0;
  Language language = Language::fa;
  rules::Instant joined_at{};
  std::optional<PhoneNumber> referred_by;
  rules::Strangers strangers;  // whom she wanted to give credit to
  rules::Amount balance = 0;   // the fold of her ledger entries, kept beside them
  rules::Amount debt = 0;      // what she owes, of refunds; kept likewise
  LastPurchase last_purchase;
};

enum class LotOrigin : std::uint8_t {
  purchase = 1,
  gift = 2,
  referral = 3,
  transfer = 4,
  occasion = 5,
  manual = 6
};

struct Lot {
  LotId id = 0;
  ClubId club = 0;
  MemberId member = 0;
  LotOrigin origin = LotOrigin::purchase;
  LotOrigin kind = LotOrigin::purchase;  // what the credit was at first: a transfer keeps it
  rules::Amount issued = 0;
  rules::Amount remaining = 0;
  rules::Instant created_at{};
  rules::Instant expires_at{};  // first instant at which it cannot be spent
  HoldId hold = 0;              // the latest of a till; 0: none, or it was captured or released
  rules::Amount held = 0;
  rules::Instant held_until{};  // first instant at which the hold is over; never after the expiry
};

enum class CodeState : std::uint8_t { live = 1, redeemed = 2, expired = 3, voided = 4 };

struct Code {
  CodeId id = 0;
  ClubId club = 0;
  rules::CodeNumber number = 0;
  MemberId member = 0;
  LotId lot = 0;
  CodeState state = CodeState::live;
  rules::Instant issued_at{};
  rules::Instant ended_at{};  // the last time; the epoch: never
};

// Redeemed to the last rial or made void. Whether it has expired is told by the clock, not by its state.
inline bool has_ended(const Code& code) {
  return code.state == CodeState::redeemed || code.state == CodeState::voided;
}

// That a redemption was taken back.
struct Voided {
  PhoneNumber cashier = 0;  // 0: by a till
  std::string till;         // its key; empty: by a cashier
  rules::Amount left = 0;   // on the code, after it
  rules::Instant at{};
};

struct Redemption {
  std::uint64_t id = 0;
  ClubId club = 0;
  CodeId code = 0;
  MemberId member = 0;
  BranchNo branch = 0;
  PhoneNumber cashier = 0;  // 0: a till, or the member herself by PAY
  std::string till;         // its key; else empty
  std::string invoice;      // may be empty
  rules::Amount invoice_amount = 0;
  rules::Amount used = 0;
  rules::Amount left = 0;  // on the code, after it
  rules::Instant at{};
  // Which of its code's redemptions it is, from 1. 0: of a time when that was not kept, and `left` only sank.
  std::uint32_t place = 0;
  std::optional<Voided> voided;
  rules::Amount returned = 0;  // of `used`, by refunds of what it paid for; some of it may have lapsed
  std::uint64_t purchase = 0;  // which it paid for, once that is recorded; 0: none that is known
};

enum class HoldState : std::uint8_t { active = 1, captured = 2, released = 3 };

// A till keeps credit of a code for itself while its customer pays. That it has timed out is told by the
// clock, not by its state.
struct Hold {
  HoldId id = 0;
  ClubId club = 0;
  CodeId code = 0;
  MemberId member = 0;
  LotId lot = 0;
  BranchNo branch = 0;
  std::string till;
  std::string invoice;  // may be empty
  rules::Amount invoice_amount = 0;
  rules::Amount amount = 0;
  rules::Instant begun_at{};
  rules::Instant until{};  // first instant at which it is over
  HoldState state = HoldState::active;
  std::uint64_t redemption = 0;  // captured: by which
  rules::Instant ended_at{};     // captured or released: when
};

struct Purchase {
  std::uint64_t id = 0;
  PurchaseKey key;
  rules::Amount by_credit = 0;     // of the amount: paid with credit, which earns nothing
  rules::Amount refunded = 0;      // of the amount, so far
  std::optional<MemberId> member;  // none: the phone was no member
  rules::Amount amount = 0;        // of the invoice, less `discount`
  rules::Amount discount = 0;      // that the till took off
  rules::Amount earned = 0;        // credit of all its lots, and gifts to give away
  rules::Amount earned_whole = 0;  // the same, had nothing been refunded before the purchase came
  std::int64_t points = 0;         // likewise
  std::uint32_t grants = 0;        // of offers, each a row of its own (customer.hpp)
  std::optional<CodeId> code;      // of the first of its lots
  PhoneNumber phone = 0;           // as reported; 0: hers who has left, and is forgotten
  std::string answer;  // given to the till; a repeat under another webhook-id gets it again. Names no phone
  rules::BasisPoints earn_share = 0;  // by which it earned; 0: nothing, or it was not kept then
  rules::Instant purchased_at{};
  rules::Instant recorded_at{};
  bool typed = false;  // a cashier typed its invoice, in no capitals
};

enum class RefundState : std::uint8_t {
  applied = 1,
  parked = 2,   // its purchase is still to come
  refused = 3,  // it was parked, and there was less to refund
};

// What was given back for a purchase, and what of her credit went with it.
struct Refund {
  std::uint64_t id = 0;
  PurchaseKey bill;
  RequestKey reference{};
  std::string credit_note;  // may be empty
  std::string till;
  RefundState state = RefundState::applied;
  std::uint64_t purchase = 0;     // 0: still to come
  rules::Amount asked = 0;        // 0: all that was left
  rules::Amount amount = 0;       // applied
  rules::Amount clawed_back = 0;  // of her credit
  rules::Amount lapsed = 0;       // had lapsed before she could spend it: nothing to take back
  rules::Amount owed = 0;         // was spent, and is her debt now
  rules::Amount withheld = 0;     // was spent, and is to be kept from the money
  rules::Amount returned = 0;     // credit that had paid, back in its lots
  rules::Amount expired = 0;      // credit that had paid, whose time is over: it cannot come back
  rules::Instant at{};
};

struct LedgerEntry {
  std::uint64_t id = 0;
  ClubId club = 0;
  rules::EntryKind kind = rules::EntryKind::grant;
  MemberId member = 0;
  LotId lot = 0;
  rules::Amount amount = 0;
  rules::Instant at{};
  // Kind `move`: where it went, and by which move. 0: no move.
  MemberId to_member = 0;
  LotId to_lot = 0;
  MoveId move = 0;
};

// What a member wanted moved, as a whole: of each lot it took from there is an entry.
enum class MoveKind : std::uint8_t { code = 1, transfer = 2, pay = 3, undo = 4, gift = 5 };
struct CreditMove {
  MoveId id = 0;
  ClubId club = 0;
  MoveKind kind = MoveKind::code;
  MemberId from = 0;
  MemberId to = 0;         // herself: but for a transfer
  std::uint32_t lots = 0;  // opened by it, with a code each
  rules::Amount amount = 0;
  rules::Instant at{};
  rules::Amount returned = 0;  // transfer: what its sender took back
  MoveId undoes = 0;           // undo: which transfer
};

// A redemption that its member may dispute, or has.
struct Disputable {
  Redemption redemption;
  bool disputed = false;
};
struct Dispute {
  std::uint64_t redemption = 0;
  ClubId club = 0;
  MemberId member = 0;
  rules::Instant at{};
};

struct BranchDay {
  std::uint64_t purchases = 0;
  rules::Amount sold = 0;
  rules::Amount granted = 0;
  std::uint64_t redemptions = 0;
  rules::Amount used = 0;
  // Of refunds, whenever what they give back was bought.
  std::uint64_t refunds = 0;
  rules::Amount refunded = 0;
  rules::Amount taken_back = 0;  // of credit that had been granted
  rules::Amount returned = 0;    // of credit that had paid
};

// That a cashier reported a purchase, and which. Hers are told from a till's by it.
struct Sale {
  std::uint64_t purchase = 0;
  MemberKey cashier;
  BranchNo branch = 0;
  PhoneNumber phone = 0;  // the purchase's, as are the amounts
  rules::Amount amount = 0;
  rules::Amount earned = 0;
  bool made_up = false;  // its invoice: she gave none
  rules::Instant at{};
};

// What is known of a phone on a line, member or not.
struct LinePhone {
  bool promo_stopped = false;
  rules::Instant help_sent_at{};  // for the one help an hour
};

struct Needs {
  std::set<MemberKey> members;  // the row, locked
  std::set<MemberKey> wallets;  // the row, locked, with all open lots and live codes
  std::set<CodeKey> codes;  // the code, its owner (locked), its lot and all her open ones, its redemptions
  std::set<CodeKey> voids;  // of these codes, the bills of their redemptions too
  std::set<LinePhoneKey> line_phones;
  std::set<MemberKey> cashiers;       // attempts, locked
  std::set<MemberKey> guessers;       // the same of phones that are no cashiers
  std::set<MemberKey> pendings;       // what waits for a number from these phones, locked
  std::set<CodeKey> owners_pendings;  // the same of the phones whose codes these are
  std::set<MemberKey> replies;  // the same, and what confirming it wants to know: see widen() in decide.hpp
  std::set<BranchDayKey> branch_days;
  // Which of these are members? Read without locks, and before all else: see widen() in decide.hpp.
  std::set<MemberKey> memberships;
  std::set<CardKey> cards;                       // and whose are these? Read likewise
  std::map<MemberKey, rules::Instant> disputes;  // a redemption of hers from then on: see dispute.hpp
  std::map<MemberKey, rules::Instant> sales;     // of these cashiers, from then on
  std::map<MemberKey, rules::Instant> moves;     // what she moved from then on
  // Her transfers from then on, the lots that they opened, and the wallets of those who got them.
  std::map<MemberKey, rules::Instant> transfers;
  std::set<ReadingKey> readings;    // as it is when the batch begins
  std::vector<CodeKey> candidates;  // drawn at random: which of them are free?
  std::set<std::string> tills;      // attempts by their keys, locked
  std::set<PurchaseKey> bills;      // what is known of an invoice: its purchase, the redemptions on it
  // Of the redemptions on bills and on those of holds, those made from then on: see bills.hpp. The epoch:
  // all.
  rules::Instant bills_since{};
  std::map<MemberKey, TimeSpan> payments;  // redemptions of hers without an invoice
  std::set<RecordKey> redemptions;         // with all that `voids` has of their codes
  std::set<RecordKey> holds;               // with all that `codes` has of their codes, and their bills
  std::set<CodeKey> holders;               // the owners' holds that were begun since
  rules::Instant holders_since{};
  std::set<RecordKey> refunded;          // purchases with all that a refund touches: wallets, bills, refunds
  std::set<PurchaseKey> refunded_bills;  // the same, by their invoices
  std::set<std::pair<PurchaseKey, RequestKey>> references;  // refunds by their reference, at a branch
  std::set<MemberKey> profiles;                             // of members
  // Of these phones, where they are no members: their purchases, counted no further than so many. What was
  // refunded whole does not count.
  std::map<MemberKey, std::uint32_t> strangers;
  std::map<MemberKey, DaySpan> behaviours;  // how they buy, and their visits if those are wanted
  std::set<MemberKey> ranks;                // their points and tiers
  std::set<CodeKey> owners_ranks;           // the same of whose codes these are, which are in `codes`
  std::map<MemberKey, PeriodKey> periods;   // what tiers are measured by
  std::set<MemberKey> offer_uses;           // what offers gave them
  std::set<OfferId> budgets;                // what is spent of these offers, locked
  std::set<ClubId> gift_accounts;           // of these clubs, locked
  std::set<MemberKey> tags, survey_scores;  // of members
  std::set<MemberEventKey> member_events;   // told before?
  std::set<RecordKey> rated_purchases;      // whose are these, and was any of them rated?
  std::map<MemberKey, rules::Instant> letters;  // that these managers wrote to members, from then on
  std::map<ClubId, OfferDeskKey> offer_desks;   // the club's row, locked

  void merge(Needs other);
};

class Facts {
 public:
  const Member* member(const MemberKey& key) const;
  const Member* member(MemberId id) const;
  const Lot* lot(LotId id) const;
  // What may be spent of a lot at `now`: not what a till holds, and nothing once its time is over. Every
  // decision to spend, and every text that tells of it, asks this and never what remains in the lot.
  rules::Amount available(const Lot& lot, rules::Instant now) const;
  // What a till holds of it at `now`.
  rules::Amount held(const Lot& lot, rules::Instant now) const;
  // Spendable at `now`, in the order of spending: soonest expiry, then oldest, then id.
  std::vector<const Lot*> spendable_lots(MemberId member, rules::Instant now) const;
  // Their sum: what she may spend at `now`. Her balance may have more, until the sweep.
  rules::Amount spendable(MemberId member, rules::Instant now) const;
  // All lots with something left, and all codes that were never spent to the end nor made void: expired or
  // not.
  std::vector<const Lot*> open_lots(MemberId member) const;
  std::vector<CodeId> unended_codes(MemberId member) const;
  // Whether they are all here: her wallet was wanted.
  bool has_wallet(MemberId member) const;
  // Live or ended; nullptr: the lot has none, or it was not loaded.
  const Code* code_of_lot(const Lot& lot) const;
  // Live codes of which something may be spent at `now`, soonest expiry first.
  std::vector<const Code*> live_codes(MemberId member, rules::Instant now) const;
  const Code* code(const CodeKey& key) const;
  const Code* code(CodeId id) const;
  // In the order in which they were made, those that were taken back among them.
  std::span<const Redemption> redemptions(CodeId code) const;
  // The last that was not taken back.
  const Redemption* last_redemption(CodeId code) const;
  const Redemption* redemption(std::uint64_t id) const;
  // Those that stand, of one invoice in whatever letters.
  std::vector<const Redemption*> on_bill(const PurchaseKey& bill) const;
  // Those that paid for a purchase.
  std::vector<const Redemption*> paying(std::uint64_t purchase) const;
  // Hers that stand, name no invoice and paid for no purchase that is known.
  std::vector<const Redemption*> loose(MemberId member) const;
  const Hold* hold(HoldId id) const;
  std::vector<const Hold*> holds_of(MemberId member) const;
  // As a till names its invoice, to the letter; or the one that a cashier typed.
  const Purchase* purchase(const PurchaseKey& key) const;
  const Purchase* purchase(std::uint64_t id) const;
  // Of an invoice as a cashier types it: in whatever letters they were recorded.
  std::vector<const Purchase*> purchases_on(const PurchaseKey& bill) const;
  // How many records of a bill the store had: the next one's place is after them. Whoever decided without
  // having seen one finds the place taken.
  std::uint32_t records_on(const PurchaseKey& bill) const;
  // Of a purchase, and those parked that wait for it, in the order in which they came.
  std::vector<const Refund*> refunds(const Purchase& purchase) const;
  const Refund* refund(std::uint64_t id) const;
  // By its reference at a branch.
  const Refund* refund(const PurchaseKey& branch, const RequestKey& reference) const;
  // Of the whole club, or of a branch. Nothing in it: she has not bought.
  rules::Behaviour behaviour(MemberId member, BranchNo branch = kWholeClub) const;
  // All of hers; nullptr: they were not wanted, or are too many.
  const std::vector<PastVisit>* visits(MemberId member) const;
  Rank rank(MemberId member) const;
  // As needs.periods has it, with what this batch adds.
  std::int64_t period_sum(MemberId member, const PeriodKey& key) const;
  OfferUseRow offer_use(const OfferUseKey& key) const;
  rules::Amount budget_spent(OfferId offer) const;
  // Of a refunded purchase, or of one that WHY explains.
  std::vector<const OfferGrant*> grants(std::uint64_t purchase) const;
  // Of an occasion, by one of them: all that came of it, this one too.
  std::vector<const OfferGrant*> grants_beside(std::uint64_t grant) const;
  // An offer as it was when it gave; nullptr: it was not wanted, or a newer program wrote it.
  const rules::Offer* offer_version(std::uint64_t version) const;
  // nullptr: the club has none, or it was not wanted.
  const Member* gift_account(ClubId club) const;
  // How many a manager wrote since what needs.letters has of her.
  std::uint32_t letters(const MemberKey& manager) const;
  // Nothing in it: it was not wanted.
  const OfferDesk& offer_desk(ClubId club) const;
  // What of a lot was never spent, and is gone: its time was over, or she left.
  rules::Amount lapsed(const Lot& lot, rules::Instant now) const;
  LinePhone line_phone(const LinePhoneKey& key) const;
  rules::Attempts till_attempts(const std::string& key) const;
  // Of a cashier, or of a member's phone.
  rules::Attempts attempts(const MemberKey& phone) const;
  BranchDay branch_day(const BranchDayKey& key) const;
  // What she moved since then, in the order of time.
  std::vector<const CreditMove*> moves(MemberId from, rules::Instant since) const;
  // Those that it opened; of transfers that needs.transfers names.
  std::span<const LotId> lots_of_move(MoveId move) const;
  // The latest first.
  std::span<const Past> reading(const ReadingKey& key) const;
  const Disputable* disputable(MemberId member) const;
  // As they were asked for: of this cashier, in the order of time.
  std::span<const Sale> sales(const MemberKey& cashier) const;
  rules::MissWindow miss_window(const MissKey& key) const;
  bool has_miss_window(const MissKey& key) const;
  // Of all kinds, also what is used, too late or ended by misses: kept for a while.
  std::vector<const Pending*> pendings(const MemberKey& phone) const;
  bool is_free(const CodeKey& candidate) const;
  // facts_profile.cpp. nullptr: she has told nothing, or it was not asked for.
  const Profile* profile(MemberId member) const;
  std::uint32_t purchases_of_stranger(const MemberKey& phone) const;
  // facts_events.cpp. None and nullptr: there is none, or it was not asked for.
  std::span<const std::string> tags(MemberId member) const;
  const SurveyScore* survey_score(MemberId member) const;
  const MemberEvent* member_event(const MemberEventKey& key) const;
  const RatedPurchase* rated_purchase(std::uint64_t purchase) const;

  // The store's side: what was loaded. Loading the same row twice keeps the first (it may have been changed
  // since).
  void load(Member row);
  void load(Lot row);
  void load(Code row);
  void load(Redemption row);
  void load(Purchase row);
  void load(const LinePhoneKey& key, LinePhone row);
  void load_attempts(const MemberKey& cashier, rules::Attempts row);
  void load(const BranchDayKey& key, BranchDay row);
  void load(CreditMove row);
  void load(const ReadingKey& key, Past row);
  void load(Pending row);
  void load_moved(MoveId move, LotId lot);
  void load(Sale row);
  void load(Disputable row);
  void load(const MissKey& key, rules::MissWindow row);
  void load_taken(const CodeKey& candidate);
  void load_wallet_of(MemberId member);
  void load(Hold row);
  void load(Refund row);
  void load_lapsed(LotId lot, rules::Amount amount);
  void load_records_on(const PurchaseKey& bill, std::uint32_t count);
  void load_till_attempts(const std::string& key, rules::Attempts row);
  void load(Profile row);
  void load_tags(MemberId member, std::vector<std::string> tags);
  void load(MemberId member, const SurveyScore& row);
  void load(MemberEvent row);
  void load(std::uint64_t purchase, const RatedPurchase& row);
  void load_stranger(const MemberKey& phone, std::uint32_t purchases);
  void load(MemberId member, BranchNo branch, const rules::Behaviour& row);
  void load_visits(MemberId member, std::vector<PastVisit> all);
  void load(MemberId member, const Rank& row);
  void load_period(MemberId member, const PeriodKey& key, std::int64_t sum);
  void load(const OfferUseKey& key, const OfferUseRow& row);
  void load_budget_spent(OfferId offer, rules::Amount spent);
  void load(OfferGrant row);
  void load_version(rules::Offer row);
  void load_gift_account(Member row);
  void load(ClubId club, OfferDesk desk);
  void load_letters(const MemberKey& manager, std::uint32_t count);

  // The working set's side: what a decision changed. See effects.hpp.
  void apply(const struct EnrolMember& effect);
  void apply(const struct ChangeMember& effect);
  void apply(const struct EndMembership& effect);
  void apply(const struct OpenLot& effect);
  void apply(const struct IssueCode& effect);
  void apply(const struct TakeFromLot& effect);
  void apply(const struct VoidRedemption& effect);
  void apply(const struct MoveCredit& effect);
  void apply(const struct RecordPurchase& effect);
  void apply(const struct SetPromo& effect);
  void apply(const struct NoteHelp& effect);
  void apply(const struct SetAttempts& effect);
  void apply(const struct SetGuesses& effect);
  void apply(const struct SetPending& effect);
  void apply(const struct RecordSale& effect);
  void apply(const struct RecordDispute& effect);
  void apply(const struct SetMissWindow& effect);
  void apply(const struct NoteMiss& effect);
  void apply(const struct SetTillAttempts& effect);
  void apply(const struct BeginHold& effect);
  void apply(const struct EndHold& effect);
  void apply(const struct TakeBack& effect);
  void apply(const struct ReturnCredit& effect);
  void apply(const struct Owe& effect);
  void apply(const struct RecordRefund& effect);
  void apply(const struct SetProfile& effect);
  void apply(const struct SetBehaviour& effect);
  void apply(const struct SetStanding& effect);
  void apply(const struct RecordPoints& effect);
  void apply(const struct SetOfferUse& effect);
  void apply(const struct RecordGrant& effect);
  void apply(const struct OpenGiftAccount& effect);
  void apply(const struct IssueGift& effect);
  void apply(const struct SetTags& effect);
  void apply(const struct SetSurveyScore& effect);
  void apply(const struct RecordMemberEvent& effect);
  void apply(const struct BeginOffer& effect);
  void apply(const struct EndOffer& effect);
  void apply(const struct RecordLetter& effect);

 private:
  void post(const LedgerEntry& entry);
  // Counts one more or one less in the days that have the redemption.
  void count(const Redemption& redemption, int by);
  // A member's purchase, and what is given back of one.
  void visit(const Purchase& purchase);
  void give_back(const Purchase& purchase, rules::Amount amount);

  std::unordered_map<MemberId, Member> members_;
  std::map<MemberKey, MemberId> member_ids_;
  std::unordered_map<LotId, Lot> lots_;
  std::unordered_map<MemberId, std::vector<LotId>> lots_of_member_;
  std::unordered_map<CodeId, Code> codes_;
  std::map<CodeKey, CodeId> code_ids_;
  std::unordered_map<MemberId, std::vector<CodeId>> codes_of_member_;
  std::unordered_map<CodeId, std::vector<Redemption>> redemptions_;
  std::map<PurchaseKey, Purchase> purchases_;
  std::map<LinePhoneKey, LinePhone> line_phones_;
  std::map<MemberKey, rules::Attempts> attempts_;
  std::map<BranchDayKey, BranchDay> branch_days_;
  std::map<MoveId, CreditMove> moves_;
  std::map<MoveId, std::vector<LotId>> lots_of_move_;
  std::map<ReadingKey, std::vector<Past>> readings_;
  std::map<PendingKey, Pending> pendings_;
  std::map<MemberKey, std::vector<Sale>> sales_;
  std::map<MemberId, Disputable> disputable_;
  std::map<MissKey, rules::MissWindow> miss_windows_;
  std::set<CodeKey> taken_;
  std::unordered_map<std::uint64_t, CodeId> code_of_redemption_;
  std::map<PurchaseKey, std::set<std::uint64_t>> redemptions_on_bill_;
  std::map<std::uint64_t, std::set<std::uint64_t>> redemptions_of_purchase_;
  std::unordered_map<MemberId, std::set<std::uint64_t>> loose_;
  std::set<MemberId> wallets_;
  std::unordered_map<HoldId, Hold> holds_;
  std::unordered_map<MemberId, std::vector<HoldId>> holds_of_member_;
  std::map<std::string, rules::Attempts> till_attempts_;
  std::map<std::uint64_t, PurchaseKey> purchase_keys_;
  std::map<PurchaseKey, std::vector<PurchaseKey>> purchases_on_bill_;
  std::map<PurchaseKey, std::uint32_t> records_on_;
  std::map<std::uint64_t, Refund> refunds_;
  std::unordered_map<LotId, rules::Amount> lapsed_;
  std::unordered_map<MemberId, Profile> profiles_;
  std::map<MemberKey, std::uint32_t> strangers_;
  struct Period {
    PeriodKey key;
    std::int64_t sum = 0;
  };
  std::map<std::pair<MemberId, BranchNo>, rules::Behaviour> behaviours_;
  std::unordered_map<MemberId, std::vector<PastVisit>> visits_;
  std::unordered_map<MemberId, Rank> ranks_;
  std::unordered_map<MemberId, Period> periods_;
  std::map<OfferUseKey, OfferUseRow> offer_uses_;
  std::unordered_map<OfferId, rules::Amount> budgets_spent_;
  std::map<std::uint64_t, OfferGrant> grants_;
  std::unordered_map<std::uint64_t, rules::Offer> offer_versions_;
  std::map<ClubId, MemberId> gift_accounts_;
  std::unordered_map<MemberId, std::vector<std::string>> tags_;
  std::unordered_map<MemberId, SurveyScore> survey_scores_;
  std::map<MemberEventKey, MemberEvent> member_events_;
  std::unordered_map<std::uint64_t, RatedPurchase> rated_purchases_;
  std::map<ClubId, OfferDesk> offer_desks_;
  std::map<MemberKey, std::uint32_t> letters_;
};

}  // namespace peyk::handlers
