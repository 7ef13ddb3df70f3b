// What a decision does: a list of effects, each one row or one change, and the texts that go out with it.
// A decision has no other way to act.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "handlers/bought_item.hpp"
#include "handlers/customer.hpp"
#include "handlers/lane.hpp"
#include "handlers/member_events.hpp"
#include "handlers/pending.hpp"
#include "handlers/profile_row.hpp"
#include "handlers/records.hpp"
#include "handlers/rules/attempts.hpp"

namespace peyk::handlers {

struct EnrolMember {
  Member member;
};
struct ChangeMember {
  MemberId member = 0;
  Language language = Language::fa;
  rules::Strangers strangers;
};
// Her phone is forgotten, her credit and her codes end; the ledger stays. What else names her phone is taken
// out afterwards, by a job (store/mysql/erasure.hpp).
struct EndMembership {
  MemberId member = 0;
  ClubId club = 0;
  PhoneNumber phone = 0;
  std::vector<LedgerEntry> entries;  // each takes all that was left in a lot
  std::vector<CodeId> voided;
  std::vector<CodeId> expired;  // their time had been over, but the sweep had not been there
  rules::Instant at{};
};
// Credit for a member: the lot and the ledger entry that grants it.
struct OpenLot {
  Lot lot;
  LedgerEntry entry;
};
struct IssueCode {
  Code code;
};
// A code spent, in whole or in part: what leaves the lot, the entry, the proof. `code_ended`: nothing is
// left.
struct TakeFromLot {
  LedgerEntry entry;
  Redemption redemption;
  bool code_ended = false;
};
// A redemption taken back: what it used returns to its lot, and a code that it had ended lives again.
struct VoidRedemption {
  LedgerEntry entry;
  CodeId code = 0;
  std::uint64_t redemption = 0;
  Voided voided;
};
// Credit out of lots into new ones of the same expiry and kind, each with a code.
struct MoveCredit {
  struct Part {
    LedgerEntry entry;
    Lot lot;
    Code code;
    std::optional<CodeId> ended;  // the code of the lot it was taken from, of which nothing is left
  };
  CreditMove move;
  std::vector<Part> parts;
};
struct RecordPurchase {
  Purchase purchase;
  std::vector<std::uint64_t> paid_by{};  // redemptions, which pay for no other one from now on
  std::vector<BoughtItem> items{};       // as its till told them
};
// Advertising to a phone on a line, off or on. Apart from NoteHelp, and saved whatever was read before: of
// two gateways that hear the phone at once, neither undoes what the other was told.
struct SetPromo {
  LinePhoneKey key;
  bool stopped = false;
};
// The one help of an hour was given.
struct NoteHelp {
  LinePhoneKey key;
  rules::Instant at{};
};
struct SetAttempts {
  MemberKey cashier;
  rules::Attempts row;
  bool missed = false;  // by a wrong code, PIN or number: counted for her branch and club too (alarm.hpp)
};
struct SetMissWindow {
  MissKey key;
  rules::MissWindow row;
};
// Beside it, for the managers' digest: whose miss it was, on which local day.
struct NoteMiss {
  ClubId club = 0;
  rules::Instant day_from{};
  BranchNo branch = 0;
  PhoneNumber cashier = 0;  // 0: a till
  std::string till;         // its key; else empty
  auto operator<=>(const NoteMiss&) const = default;
};
struct RecordDispute {
  Dispute dispute;
};
// Beside RecordPurchase: it was a cashier's.
struct RecordSale {
  Sale sale;
};
// Wrong codes of a member's phone.
struct SetGuesses {
  MemberKey phone;
  rules::Attempts row;
};
// A question asked, answered or missed. It takes the place of what its phone had of the same kind.
struct SetPending {
  Pending row;
};

struct SetTillAttempts {
  std::string key;
  rules::Attempts row;
  bool missed = false;  // by a wrong code or number: counted for its branch and club too (alarm.hpp)
};
struct BeginHold {
  Hold hold;
};
// Captured or released; its lot is free of it. What a capture takes is an effect of its own, after this one.
struct EndHold {
  HoldId hold = 0;
  HoldState state = HoldState::released;
  std::uint64_t redemption = 0;
  rules::Instant at{};
};

// Credit out of a lot: taken back for a refund, or settling a debt. With the last of it its code ends.
struct TakeBack {
  LedgerEntry entry;
  std::optional<CodeId> ended;
};
// Credit that had paid for what is refunded: back in its lot, or, without an entry, lost to time. A code that
// it had ended lives again, unless its number may be somebody else's by now.
struct ReturnCredit {
  std::uint64_t refund = 0;
  std::uint64_t redemption = 0;
  CodeId code = 0;
  rules::Amount amount = 0;
  std::optional<LedgerEntry> entry;
  bool revives = true;
};
// She owes what could not be taken back.
struct Owe {
  LedgerEntry entry;
};
// New, or one that was parked and is decided now. Its purchase has so much more refunded.
struct RecordRefund {
  Refund refund;
  bool known = false;  // parked before
};

// A text that waits for its moment is not to be sent: what it is about was given back. What has left stays.
struct CancelText {
  std::uint64_t text = 0;
  rules::Instant at{};
};

// As a whole, whatever of it has changed.
struct SetProfile {
  Profile row;
};
// Her phone has the club's own credit for a profile: once, whatever becomes of the membership.
struct ThankPhone {
  MemberKey phone;
};

// How she buys now; of several only the last counts. Of the whole club, or of a branch.
struct SetBehaviour {
  ClubId club = 0;
  MemberId member = 0;
  BranchNo branch = kWholeClub;
  rules::Behaviour row;
};
// The tier she is in now, and until when.
struct SetStanding {
  ClubId club = 0;
  MemberId member = 0;
  rules::Standing standing;
};
// Points given, or taken back; her total follows.
struct RecordPoints {
  PointEntry entry;
};
struct SetOfferUse {
  ClubId club = 0;
  OfferUseKey key;
  OfferUseRow row;
};
// The club's gift account: it had none.
struct OpenGiftAccount {
  Member account;
};
// A gift code of the club's gift account, a batch of its own.
struct IssueGift {
  Lot lot;
  LedgerEntry entry;
  Code code;
  std::uint64_t batch = 0;
  std::string by;  // who issued it: at most 64 characters
};
// A code for an item, in a lot of no rial: no entry tells of it.
struct IssueItem {
  Lot lot;
  Code code;
};
// Its item was handed over, which ends the code.
struct HandOver {
  Handover handover;
};
// That was taken back: the code lives again.
struct TakeItemBack {
  CodeId code = 0;
  std::uint64_t handover = 0;
  Voided voided;
};
// The purchase that brought it was given back as a whole, before anything was handed over.
struct VoidItem {
  CodeId code = 0;
  rules::Instant at{};
};
// What an offer gave.
struct RecordGrant {
  OfferGrant grant;
};

// Her tags as a whole.
struct SetTags {
  ClubId club = 0;
  MemberId member = 0;
  std::vector<std::string> tags;  // sorted, each once
};
struct SetSurveyScore {
  ClubId club = 0;
  MemberId member = 0;
  SurveyScore row;
};
struct RecordMemberEvent {
  MemberEvent event;
};

// An offer that a manager began by text, beside those of the club's file.
struct BeginOffer {
  ClubId club = 0;
  rules::Offer offer;
  PhoneNumber by = 0;
  rules::Instant at{};
};
// One of these is over before its time.
struct EndOffer {
  ClubId club = 0;
  std::string name;
  PhoneNumber by = 0;
  rules::Instant at{};
};

// A manager wrote to a member.
struct RecordLetter {
  std::uint64_t id = 0;
  MemberKey by;
  MemberId member = 0;
  rules::Instant at{};
};

using Effect =
    std::variant<EnrolMember, ChangeMember, EndMembership, OpenLot, IssueCode, TakeFromLot, VoidRedemption,
                 MoveCredit, RecordPurchase, SetPromo, NoteHelp, SetAttempts, SetPending, RecordSale,
                 SetMissWindow, NoteMiss, RecordDispute, SetTillAttempts, BeginHold, EndHold, TakeBack,
                 ReturnCredit, Owe, RecordRefund, SetGuesses, SetProfile, SetBehaviour, SetStanding,
                 RecordPoints, SetOfferUse, RecordGrant, OpenGiftAccount, IssueGift, SetTags, SetSurveyScore,
                 RecordMemberEvent, BeginOffer, EndOffer, RecordLetter, IssueItem, HandOver, TakeItemBack,
                 VoidItem, ThankPhone, CancelText>;

struct OutgoingText {
  ClubId club = 0;
  std::string line;
  PhoneNumber to = 0;
  Lane lane = Lane::reply;
  std::string text;              // UTF-8
  rules::Instant valid_until{};  // not sent after
  rules::Instant send_at{};      // not sent before; the epoch: at once
  std::uint64_t id = 0;          // by which it can be cancelled; 0: nobody asks for it
};

struct Outcome {
  std::vector<Effect> effects;
  std::vector<OutgoingText> texts;
  std::uint16_t status = 200;  // POS: as HTTP means it; 422 is a refusal, its answer a problem document
  std::string answer;          // POS: the JSON body; USSD: the screen; SMS: empty, the texts are the answer
  std::string ussd_state;      // USSD: what the next step starts from; empty ends the dialog
  // USSD: the same by text, where the answer tells of a change and its screen may not get through. Whoever
  // shows the screen sees to it that it is not sent.
  std::optional<OutgoingText> if_not_shown;
};

}  // namespace peyk::handlers
