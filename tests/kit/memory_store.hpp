// The store once more, in memory: what a decision needs is looked up, what it does is kept. Slow, obvious,
// and exactly what the real one promises: a decision sees the facts that its needs name, and no others.
//
// Talks and properties run over it; the store's own tests hold MySQL to the same conversations.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "handlers/decide.hpp"
#include "handlers/facts.hpp"

namespace peyk::tests {

// Chance that repeats itself: the same seed, the same story.
class SeededChance final : public handlers::Chance {
 public:
  explicit SeededChance(std::uint64_t seed) : state_(seed) {}
  std::uint64_t random() override;
  std::uint64_t next_id() override { return ++last_id_; }

 private:
  std::uint64_t state_;
  std::uint64_t last_id_ = 0;
};

class MemoryStore {
 public:
  MemoryStore(std::vector<handlers::Club> clubs, std::uint64_t seed);

  // Plans, loads, decides and keeps. The clock is the caller's. A test fails in which a text names a code and
  // may be sent after its end; also were all that lives to end in a minute, and all that is given today.
  handlers::Outcome handle(const handlers::Request& request, rules::Instant now);

  // A gift code of the first club, as peykctl issues it.
  rules::CodeNumber issue_gift(rules::Amount amount, rules::Instant now, rules::Instant expires_at,
                               const std::string& item = "");

  const handlers::Directory& directory() const { return *directory_; }
  const std::map<handlers::MemberId, handlers::Member>& members() const { return members_; }
  const std::map<handlers::LotId, handlers::Lot>& lots() const { return lots_; }
  const std::map<handlers::CodeId, handlers::Code>& codes() const { return codes_; }
  const std::vector<handlers::Redemption>& redemptions() const { return redemptions_; }
  const std::vector<handlers::Handover>& handovers() const { return handovers_; }
  const std::map<std::uint64_t, handlers::Refund>& refunds() const { return refunds_; }
  const std::map<handlers::PurchaseKey, handlers::Purchase>& purchases() const { return purchases_; }
  const std::map<handlers::HoldId, handlers::Hold>& holds() const { return holds_; }
  const std::vector<handlers::LedgerEntry>& entries() const { return entries_; }
  const std::map<handlers::MemberId, handlers::Profile>& profiles() const { return profiles_; }
  const std::map<handlers::MemberId, std::vector<std::string>>& tags() const { return tags_; }
  const std::map<handlers::MemberId, handlers::SurveyScore>& survey_scores() const { return survey_scores_; }
  const std::map<handlers::MemberEventKey, handlers::MemberEvent>& member_events() const {
    return member_events_;
  }
  const std::map<handlers::PendingKey, handlers::Pending>& pendings() const { return pendings_; }
  const std::map<std::pair<handlers::MemberId, handlers::BranchNo>, rules::Behaviour>& behaviours() const {
    return behaviours_;
  }
  const std::map<handlers::MemberId, handlers::Rank>& ranks() const { return ranks_; }
  const std::vector<handlers::OfferGrant>& grants() const { return grants_; }
  const std::map<handlers::OfferId, rules::Amount>& budgets_spent() const { return budgets_spent_; }
  // What managers begin by text finds no place in the directory; `counts`: of members, segments, tiers.
  const std::vector<rules::Offer>& running_offers() const { return running_offers_; }
  void set_counts(handlers::OfferDesk counts) { offer_desk_ = std::move(counts); }
  // The last one-time number that was asked for; 0: none was.
  std::uint32_t last_number() const { return last_number_; }

  // What does not add up, in words; empty when all is well (invariants I3, I4, I9, I12, I13).
  std::vector<std::string> audit() const;

 private:
  handlers::Outcome decided(const handlers::Request& request, rules::Instant now);
  MemoryStore hurried(rules::Instant now) const;
  void expect_texts_end_with_codes(const handlers::Outcome& outcome, rules::Instant now) const;
  handlers::Facts load(const handlers::Needs& needs) const;
  void load_reading(const handlers::ReadingKey& key, handlers::Facts& facts) const;
  void load_given(const handlers::Member& member, std::vector<handlers::Past>& all) const;
  std::vector<handlers::Pending> pendings_of(const std::set<handlers::MemberKey>& phones) const;
  handlers::BranchDay branch_day(const handlers::BranchDayKey& key) const;
  void load_wallet(handlers::MemberId member, handlers::Facts& facts) const;
  void load_code(const handlers::Code& code, handlers::Facts& facts) const;
  void load_customers(const handlers::Needs& needs, const std::set<handlers::MemberId>& refunded,
                      handlers::Facts& facts) const;
  void keep_customer(const handlers::Effect& effect, const handlers::Facts& after);
  void audit_customers(std::vector<std::string>& problems) const;
  void audit_items(std::vector<std::string>& problems) const;
  std::string item_of(handlers::LotId lot) const;
  const handlers::Member* find(const handlers::MemberKey& key) const;
  void keep(const handlers::Effect& effect, const handlers::Facts& after);

  handlers::MemberId gift_account_ = 0;
  std::shared_ptr<const handlers::Directory> directory_;
  SeededChance chance_;
  std::map<handlers::MemberId, handlers::Member> members_;
  std::map<handlers::LotId, handlers::Lot> lots_;
  std::map<handlers::CodeId, handlers::Code> codes_;
  std::vector<handlers::Redemption> redemptions_;
  std::vector<handlers::Handover> handovers_;
  std::vector<handlers::LedgerEntry> entries_;
  std::map<handlers::MoveId, handlers::CreditMove> moves_;
  std::map<handlers::PurchaseKey, handlers::Purchase> purchases_;
  std::map<handlers::LinePhoneKey, handlers::LinePhone> line_phones_;
  std::map<handlers::MemberKey, rules::Attempts> attempts_;
  std::map<handlers::PendingKey, handlers::Pending> pendings_;
  std::vector<handlers::Sale> sales_;
  std::set<std::uint64_t> disputed_;
  std::map<handlers::MissKey, rules::MissWindow> miss_windows_;
  std::uint32_t last_number_ = 0;
  std::map<std::string, rules::Attempts> till_attempts_;
  std::map<handlers::HoldId, handlers::Hold> holds_;
  std::map<std::uint64_t, handlers::Refund> refunds_;
  std::map<handlers::MemberId, handlers::Profile> profiles_;
  std::set<handlers::MemberKey> thanked_;
  std::map<handlers::MemberId, std::vector<std::string>> tags_;
  std::map<handlers::MemberId, handlers::SurveyScore> survey_scores_;
  std::map<handlers::MemberEventKey, handlers::MemberEvent> member_events_;
  std::map<std::pair<handlers::MemberId, handlers::BranchNo>, rules::Behaviour> behaviours_;
  std::map<handlers::MemberId, handlers::Rank> ranks_;
  std::vector<handlers::PointEntry> points_;
  std::map<handlers::OfferUseKey, handlers::OfferUseRow> offer_uses_;
  std::vector<handlers::OfferGrant> grants_;
  std::map<handlers::OfferId, rules::Amount> budgets_spent_;
  handlers::OfferDesk offer_desk_;
  std::vector<handlers::RecordLetter> letters_;
  std::vector<rules::Offer> begun_offers_, running_offers_;
};

// «نان و نمک»: a club in Persian with branches 12 and 14, cashiers with PINs (12: 4321, 14: 9876), 5 % credit
// for 30 days, smallest invoice 100,000. Amounts in rial. PIN hashes are "hash of <PIN>" (see
// plain_pin_check).
handlers::Club sample_club();
inline constexpr handlers::PhoneNumber kCashier12 = 989121112233, kCashier14 = 989121112244;
bool plain_pin_check(std::string_view pin_hash, std::string_view pin);

}  // namespace peyk::tests
