// PAY 250000 AT 12: a member pays an invoice at a branch with her credit, from her own phone.
//
//   PAY -> may it be? -> a number to her phone, a word to the cashiers of the branch (of a first question in
//   two minutes, so that nobody can text them without end) -> the number comes back -> asked anew -> codes
//   for what is taken, redeemed in the same decision -> both are told
//
// The number goes to her and comes from her: a forged sender cannot spend her credit, and a cashier cannot
// without her. The cashiers see on their own phones that it was paid, and what to collect; nobody's word or
// screen counts. Was it a mistake, any cashier of the branch takes it back by VOID and the code, as of any
// redemption. Rejected: the cashier replies. Her phone would have one question at a time, and at a busy till
// one customer's would take the place of another's.
//
// As much is taken as the club lets credit pay of an invoice, and as she has that is good at the branch. Of
// several lots each gets a code; the invoice is shared out to them, so that their redemptions add up to it.
#include <algorithm>

#include "handlers/good_at.hpp"
#include "handlers/move.hpp"
#include "handlers/proof.hpp"
#include "handlers/use_cases.hpp"

namespace peyk::handlers {
namespace {

constexpr std::size_t kCashiersToldMax = 5;

std::vector<PhoneNumber> cashiers_of(const Club& club, BranchNo branch) {
  std::vector<PhoneNumber> phones;
  for (const Cashier& cashier : club.cashiers) {
    if (cashier.branch == branch && phones.size() < kCashiersToldMax) phones.push_back(cashier.phone);
  }
  return phones;
}

void tell_cashiers(const Speaker& speaker, const PayOrder& order, std::string_view key,
                   std::initializer_list<templates::Argument> arguments, const Setting& setting, Said& said) {
  const Club& club = *speaker.club;
  for (const PhoneNumber phone : cashiers_of(club, order.branch)) {
    said.texts.push_back(
        text_to(club, phone, Lane::urgent, render(setting, key, club.language, arguments), setting.now));
  }
}

// She has asked a moment ago, at whatever branch: the cashiers hear of it when it is paid.
bool has_asked(const Speaker& speaker, const Facts& facts, rules::Instant now) {
  const auto pendings = facts.pendings(speaker.key());
  return std::any_of(pendings.begin(), pendings.end(), [now](const Pending* one) {
    return one->key.kind == PendingKind::pay && now < one->until && !one->used;
  });
}

// The invoice is shared out: each of the first is paid whole by its code, the last has the rest.
TakeFromLot redemption_of(const Speaker& speaker, const PayOrder& order, const MoveCredit::Part& part,
                          rules::Amount invoice_amount, Setting& setting) {
  return {.entry = {.id = setting.chance.next_id(),
                    .club = part.lot.club,
                    .kind = rules::EntryKind::redeem,
                    .member = part.lot.member,
                    .lot = part.lot.id,
                    .amount = part.lot.issued,
                    .at = setting.now},
          .redemption = {.id = setting.chance.next_id(),
                         .club = speaker.club->id,
                         .code = part.code.id,
                         .member = part.lot.member,
                         .branch = order.branch,
                         .invoice_amount = invoice_amount,
                         .used = part.lot.issued,
                         .at = setting.now,
                         .place = 1},
          .code_ended = true};
}

// Of her credit what is good at the branch, in the order of spending.
std::vector<const Lot*> payers(const Speaker& speaker, const PayOrder& order, const Facts& facts,
                               const Setting& setting) {
  const MemberId member = facts.member(speaker.key())->id;
  return good_lots_at(*speaker.club, facts.spendable_lots(member, setting.now), order.branch);
}

// She has none at all; or none that is good there, and where her next is.
std::string no_credit(const Speaker& speaker, const PayOrder& order, const Facts& facts,
                      const Setting& setting) {
  const Club& club = *speaker.club;
  const auto lots = facts.spendable_lots(facts.member(speaker.key())->id, setting.now);
  if (lots.empty()) return render(setting, "credit_none", speaker.language, {{"club", club.name}});
  return text_with_branches(club, *lots.front(), speaker.language, setting, [&](const std::string& branches) {
    return render(setting, "pay_refused_wrong_branch", speaker.language,
                  {{"branch", branch_name(club, order.branch)}, {"branches", branches}});
  });
}

std::string codes_of(const MoveCredit& move) {
  std::string codes;
  for (const MoveCredit::Part& part : move.parts)
    codes += (codes.empty() ? "" : ", ") + std::to_string(part.code.number);
  return codes;
}

}  // namespace

std::variant<rules::Taken, std::string> pay_judged(const Speaker& speaker, const PayOrder& order,
                                                   const Facts& facts, const Setting& setting) {
  const Club& club = *speaker.club;
  const auto say = [&](std::string_view key, std::initializer_list<templates::Argument> arguments = {}) {
    return render(setting, key, speaker.language, arguments);
  };
  const Member* member = facts.member(speaker.key());
  if (member == nullptr) return not_member(speaker, setting).reply;
  if (branch_of(club, order.branch) == nullptr) return say("pay_refused_branch", {{"club", club.name}});
  const rules::Amount credit = movable_at_once(payers(speaker, order, facts, setting), facts, setting.now);
  if (credit == 0) return no_credit(speaker, order, facts, setting);
  const auto result = rules::redeem({.left = credit,
                                     .expires_at = rules::Instant::max(),
                                     .invoice_min = club.policy.invoice_min,
                                     .credit_share_max = club.policy.credit_share_max},
                                    order.amount, setting.now);
  if (const auto* taken = std::get_if<rules::Taken>(&result)) {
    if (cashiers_of(club, order.branch).empty()) return say("pay_refused_no_cashier", {{"word", club.word}});
    return *taken;
  }
  if (std::get<rules::RedeemRefusal>(result) == rules::RedeemRefusal::invoice_too_small)
    return say("pay_refused_small", {{"min", money(club, club.policy.invoice_min)}});
  return say("pay_refused_nothing");
}

Said pay(const Speaker& speaker, const PayOrder& order, const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  const auto judged = pay_judged(speaker, order, facts, setting);
  if (const auto* why = std::get_if<std::string>(&judged)) return {.reply = *why};
  const auto& taken = std::get<rules::Taken>(judged);
  const PendingKey key{club.id, speaker.phone, PendingKind::pay};
  const bool told = has_asked(speaker, facts, setting.now);
  auto pending = ask({.key = key, .amount = order.amount, .asked_by = speaker.phone, .branch = order.branch},
                     facts, setting);
  if (!pending) return {.reply = asked_too_often(key, speaker.language, facts, setting)};
  const std::string number = std::to_string(pending->number), phone = shown_phone(club, speaker.phone);
  Said said{.reply = render(setting, "pay_confirm", speaker.language,
                            {{"number", number},
                             {"club", club.name},
                             {"amount", money(club, order.amount)},
                             {"used", money(club, taken.used)},
                             {"collect", money(club, taken.collect)},
                             {"branch", branch_name(club, order.branch)}})};
  if (!told) {
    tell_cashiers(
        speaker, order, "pay_asked_cashier",
        {{"phone", phone}, {"amount", money(club, order.amount)}, {"used", money(club, taken.used)}}, setting,
        said);
  }
  said.effects.push_back(SetPending{std::move(*pending)});
  return said;
}

Said pay_now(const Speaker& speaker, const PayOrder& order, std::span<const CodeKey> candidates,
             const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  const auto judged = pay_judged(speaker, order, facts, setting);
  if (const auto* why = std::get_if<std::string>(&judged)) return {.reply = *why};
  const auto& taken = std::get<rules::Taken>(judged);
  const Member& member = *facts.member(speaker.key());
  const auto sources = sources_of(payers(speaker, order, facts, setting), taken.used, facts, setting.now);
  MoveCredit move = move_credit(club,
                                {.kind = MoveKind::pay,
                                 .from = member.id,
                                 .to = member.id,
                                 .sources = std::get<std::vector<Source>>(sources)},
                                candidates, facts, setting);
  const std::string codes = codes_of(move), phone = shown_phone(club, speaker.phone);
  Said said{.reply = render(setting, speaker.text("pay_done"), speaker.language,
                            {{"used", money(club, taken.used)},
                             {"branch", branch_name(club, order.branch)},
                             {"collect", money(club, taken.collect)},
                             {"left", money(club, facts.spendable(member.id, setting.now) - taken.used)}})};
  tell_cashiers(speaker, order, "pay_done_cashier",
                {{"phone", phone},
                 {"amount", money(club, order.amount)},
                 {"used", money(club, taken.used)},
                 {"collect", money(club, taken.collect)},
                 {"codes_used", codes},
                 {"word", club.word}},
                setting, said);
  rules::Amount left = order.amount;
  std::vector<Effect> redemptions;
  for (const MoveCredit::Part& part : move.parts) {
    const bool last = &part == &move.parts.back();
    const rules::Amount invoice_amount = last ? left : part.lot.issued;
    redemptions.emplace_back(redemption_of(speaker, order, part, invoice_amount, setting));
    left -= invoice_amount;
  }
  said.effects.emplace_back(std::move(move));
  std::move(redemptions.begin(), redemptions.end(), std::back_inserter(said.effects));
  return said;
}

}  // namespace peyk::handlers
