// The working set's side of what others say of members: their tags, what they did, how they rate the club.
#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/facts_rows.hpp"

namespace peyk::handlers {

std::span<const std::string> Facts::tags(MemberId member) const {
  const auto* all = find(tags_, member);
  return all == nullptr ? std::span<const std::string>() : *all;
}
const SurveyScore* Facts::survey_score(MemberId member) const {
  return find(survey_scores_, member);
}
const MemberEvent* Facts::member_event(const MemberEventKey& key) const {
  return find(member_events_, key);
}
const RatedPurchase* Facts::rated_purchase(std::uint64_t purchase) const {
  return find(rated_purchases_, purchase);
}

void Facts::load_tags(MemberId member, std::vector<std::string> tags) {
  tags_.emplace(member, std::move(tags));
}
void Facts::load(MemberId member, const SurveyScore& row) {
  survey_scores_.emplace(member, row);
}
void Facts::load(MemberEvent row) {
  MemberEventKey key = row.key;
  member_events_.emplace(std::move(key), std::move(row));
}
void Facts::load(std::uint64_t purchase, const RatedPurchase& row) {
  rated_purchases_.emplace(purchase, row);
}

void Facts::apply(const SetTags& effect) {
  tags_[effect.member] = effect.tags;
}
void Facts::apply(const SetSurveyScore& effect) {
  survey_scores_[effect.member] = effect.row;
}
void Facts::apply(const RecordMemberEvent& effect) {
  const MemberEvent& event = effect.event;
  member_events_[event.key] = event;
  if (event.purchase != 0) must_find(rated_purchases_, event.purchase, "rated purchase").rated = true;
}

}  // namespace peyk::handlers
