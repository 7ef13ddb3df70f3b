// What a decision may know: the rows that its needs named, loaded and locked by the store.
//
// One Facts serves a whole batch. Each request of the batch is decided in turn; its effects are applied here
// before the next one is decided, so the second use of a code in one batch sees the first. The store saves
// what the effects say, in sets, and commits once.
//
// Must stay true: the row of a member is the lock of everything that is hers (lots, codes, redemptions), so a
// fact about them is current until the commit.
//
// To add a noun: its row and its key in records.hpp or a header of its own, how to ask for it in needs.hpp,
// its effect in effects.hpp, apply() in facts_apply.cpp, one file in store/mysql/ that loads and saves it,
// its table in store/mysql/migrations/.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "handlers/needs.hpp"
#include "handlers/pending.hpp"
#include "handlers/profile_row.hpp"
#include "handlers/rules/attempts.hpp"

namespace peyk::handlers {

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
  // Those of items that are still to be handed over at `now`, soonest expiry first.
  std::vector<const Code*> live_items(MemberId member, rules::Instant now) const;
  // In the order in which they were made, those that were taken back among them.
  std::span<const Handover> handovers(CodeId code) const;
  const Handover* handover(std::uint64_t id) const;
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
  // This phone has had the club's own credit for a profile, in whatever membership; as far as it was asked.
  bool was_thanked(const MemberKey& phone) const;
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
  void load(Handover row);
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
  void load_thanked(const MemberKey& phone);
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
  void apply(const struct ThankPhone& effect);
  void apply(const struct SetBehaviour& effect);
  void apply(const struct SetStanding& effect);
  void apply(const struct RecordPoints& effect);
  void apply(const struct SetOfferUse& effect);
  void apply(const struct RecordGrant& effect);
  void apply(const struct OpenGiftAccount& effect);
  void apply(const struct IssueGift& effect);
  void apply(const struct IssueItem& effect);
  void apply(const struct HandOver& effect);
  void apply(const struct TakeItemBack& effect);
  void apply(const struct VoidItem& effect);
  void apply(const struct CancelText& effect);
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
  std::unordered_map<CodeId, std::vector<Handover>> handovers_;
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
  std::set<MemberKey> thanked_;
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
