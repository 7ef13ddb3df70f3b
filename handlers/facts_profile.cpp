// The working set's side of what members tell of themselves, and of phones that are to become members.
#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/facts_rows.hpp"

namespace peyk::handlers {

const Profile* Facts::profile(MemberId member) const {
  return find(profiles_, member);
}
bool Facts::was_thanked(const MemberKey& phone) const {
  return thanked_.contains(phone);
}
std::uint32_t Facts::purchases_of_stranger(const MemberKey& phone) const {
  const std::uint32_t* count = find(strangers_, phone);
  return count == nullptr ? 0 : *count;
}

void Facts::load(Profile row) {
  profiles_.emplace(row.member, std::move(row));
}
void Facts::load_thanked(const MemberKey& phone) {
  thanked_.insert(phone);
}
void Facts::load_stranger(const MemberKey& phone, std::uint32_t purchases) {
  strangers_.emplace(phone, purchases);
}

void Facts::apply(const SetProfile& effect) {
  profiles_[effect.row.member] = effect.row;
}
void Facts::apply(const ThankPhone& effect) {
  thanked_.insert(effect.phone);
}

}  // namespace peyk::handlers
