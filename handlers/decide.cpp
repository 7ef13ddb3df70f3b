#include "handlers/decide.hpp"

#include "handlers/till.hpp"
#include "handlers/use_cases.hpp"

namespace peyk::handlers {
namespace {

template <typename... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <typename... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

Plan plan_purchase(const PurchaseRequest& request, const Setting& setting) {
  const Club* club = setting.directory.club(request.club);
  return {.needs = club == nullptr ? Needs{} : needs_purchase(request, *club, setting),
          .what = PlannedPurchase{request}};
}

}  // namespace

Plan plan(const Request& request, const Setting& setting) {
  return std::visit(Overloaded{
                        [&](const TextRequest& text) { return plan_text(text, setting); },
                        [&](const UssdRequest& ussd) { return plan_ussd(ussd, setting); },
                        [&](const PurchaseRequest& purchase) { return plan_purchase(purchase, setting); },
                        [&](const TillOrder& order) {
                          return Plan{.needs = needs_till(order, setting), .what = PlannedTill{order}};
                        },
                    },
                    request.what);
}

void widen(Plan& plan, const Seen& seen, const Setting& setting) {
  if (auto* text = std::get_if<PlannedText>(&plan.what)) widen_text(*text, plan.needs, seen, setting);
  if (auto* till = std::get_if<PlannedTill>(&plan.what))
    widen_till(till->order, plan.needs, seen.cards, setting);
}

Outcome decide(const Plan& plan, const Facts& facts, Setting& setting) {
  return std::visit(
      Overloaded{
          [](const PlannedNothing&) { return Outcome{}; },
          [&](const PlannedText& text) { return decide_text(text, plan.needs.candidates, facts, setting); },
          [&](const PlannedUssd& ussd) { return decide_ussd(ussd, plan.needs.candidates, facts, setting); },
          [&](const PlannedPurchase& planned) {
            return purchase(planned.request, plan.needs.candidates, facts, setting);
          },
          [&](const PlannedTill& till) {
            return till_order(till.order, plan.needs.candidates, facts, setting);
          },
      },
      plan.what);
}

}  // namespace peyk::handlers
