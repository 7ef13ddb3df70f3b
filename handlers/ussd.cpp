// Menus: a dialog is a walk over screens (ussd_walk.hpp), a step of it one request.
//
// Between two steps a dialog is one short string, its state (ussd_place.hpp). So any process can take the
// next step, and a dialog left half-way has changed nothing.
#include "handlers/decide.hpp"
#include "handlers/proof.hpp"
#include "handlers/use_cases.hpp"
#include "handlers/ussd_walk.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {

Plan plan_ussd(const UssdRequest& request, const Setting& setting) {
  const Club* club = setting.directory.at_ussd_root(request.root);
  if (club == nullptr || request.from == 0) return {.what = PlannedNothing{}};
  PlannedUssd planned{.speaker = {.club = club,
                                  .phone = request.from,
                                  .cashier = setting.directory.cashier(club->id, request.from),
                                  .medium = Medium::ussd},
                      .keys = keys_of(request.input),
                      .state = request.state};
  const Speaker& speaker = planned.speaker;
  const Place place = read_state(planned.state);
  Needs needs;
  (speaker.cashier != nullptr ? needs.members : needs.wallets).insert(speaker.key());
  // Elsewhere seven digits that a member types are an amount.
  const bool may_name_code =
      speaker.cashier != nullptr || place.screen == Screen::enter_code || planned.keys.size() > 1;
  std::vector<std::string> typed = planned.keys;
  typed.insert(typed.end(), place.arguments.begin(), place.arguments.end());
  for (const std::string& word : typed) {
    const auto code = rules::parse_code(templates::parse_code(word).value_or(""));
    if (const auto phone = templates::parse_phone(word)) needs.members.insert({club->id, *phone});
    if (!code || !may_name_code) continue;
    needs.merge(needs_named_code(speaker, *code, setting));
    needs.merge(needs_proof(speaker, *code));
  }
  needs.merge((speaker.cashier != nullptr ? needs_cashier_walk : needs_member_walk)(speaker, place,
                                                                                    planned.keys, setting));
  return {.needs = std::move(needs), .what = std::move(planned)};
}

Outcome decide_ussd(const PlannedUssd& plan, std::span<const CodeKey> candidates, const Facts& facts,
                    Setting& setting) {
  Speaker speaker = plan.speaker;
  speaker.language = language_for(facts.member(speaker.key()), std::nullopt, *speaker.club);
  WalkFrom from{speaker, candidates, facts, setting, read_state(plan.state)};
  const auto walk = speaker.cashier != nullptr ? walk_as_cashier : walk_as_member;
  const bool is_at_root = from.place.screen == Screen::root;
  if (!is_at_root && is_for_cashiers(from.place.screen) != (speaker.cashier != nullptr)) {
    // She was a cashier when the dialog began and is none now, or has become one: nothing that she typed
    // counts.
    from.place = {};
    return walk(std::move(from), {}, true);
  }
  return walk(std::move(from), plan.keys, plan.state.empty());
}

}  // namespace peyk::handlers
