#include "handlers/question.hpp"

#include "handlers/use_cases.hpp"

namespace peyk::handlers {

void add_reply(Needs& needs, PlannedText& planned, bool by_name, const Setting& setting) {
  const Speaker& speaker = planned.speaker;
  if (speaker.cashier != nullptr) needs.cashiers.insert(speaker.key());
  planned.asking = {speaker.club->id};
  if (!by_name) {
    planned.asking.clear();
    for (const Club* club : setting.directory.on_line(speaker.club->line)) planned.asking.push_back(club->id);
  }
  for (const ClubId club : planned.asking) needs.replies.insert({club, speaker.phone});
}

void find_question(PlannedText& planned, Needs& needs, const Seen& seen, const Setting& setting) {
  Speaker& speaker = planned.speaker;
  std::vector<const Pending*> hers;
  for (const Pending& pending : seen.pendings) {
    if (pending.key.phone != speaker.phone || !needs.replies.contains({pending.key.club, pending.key.phone}))
      continue;
    hers.push_back(&pending);
    const MemberKey key{pending.key.club, pending.key.phone};
    if (is_waiting(pending, setting.now) && setting.directory.cashier(key.club, key.phone) != nullptr)
      needs.cashiers.insert(key);
  }
  const Pending* meant = meant_by(planned.typed.args.at(0), hers, setting.now);
  const Pending* shown = meant != nullptr ? meant : any_waiting(hers, setting.now);
  if (shown == nullptr) return;
  speaker.club = setting.directory.club(shown->key.club);
  speaker.cashier = setting.directory.cashier(shown->key.club, speaker.phone);
  if (speaker.cashier != nullptr) needs.cashiers.insert(speaker.key());
  needs.members.insert(speaker.key());
  if (meant == nullptr) return;
  needs.merge(needs_confirmation(*meant, setting));
  planned.widened_for = meant->id;
}

}  // namespace peyk::handlers
