// Texts: which club is meant, who speaks, which command; then the use case.
//
// On a line of one club the command stands alone; for a line that clubs share see addressed.hpp.
//
// What only cashiers order, beside codes, stands in cashier_orders.cpp.
//
// To add a command: a row in kCommands, or in kInformed if it wants to know more than who
// speaks.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "handlers/addressed.hpp"
#include "handlers/cashier_orders.hpp"
#include "handlers/decide.hpp"
#include "handlers/dispute.hpp"
#include "handlers/items.hpp"
#include "handlers/membership.hpp"
#include "handlers/move.hpp"
#include "handlers/profile.hpp"
#include "handlers/proof.hpp"
#include "handlers/question.hpp"
#include "handlers/taking.hpp"
#include "handlers/typed_member.hpp"
#include "handlers/typed_order.hpp"
#include "handlers/use_cases.hpp"

namespace peyk::handlers {
namespace {

using templates::Keyword;
using templates::Typed;

struct Command {
  Keyword keyword;
  bool wants_wallet;
  Said (*decide)(const Speaker&, const Typed&, const Facts&, Setting&);
};

// What a cashier typed behind a code: perhaps the last digits of the member's phone, then the order.
struct TypedRedemption {
  std::string last4;
  tl::expected<TypedOrder, templates::AmountError> order;
};
TypedRedemption read_redemption(const Speaker& speaker, const Typed& typed) {
  const Club& club = *speaker.club;
  // Whoever has a PIN may type it out of habit: then it is no invoice, and not kept.
  const bool with_pin = club.policy.redeem_auth == CashierAuth::pin || !speaker.cashier->pin_hash.empty();
  const bool has_last4 = begins_with_last4(typed.args, club);
  const auto words = std::span(typed.args).subspan(has_last4 ? 1 : 0);
  return {.last4 = has_last4 ? typed.args.front() : std::string(),
          .order = read_order(words, club.money_display, with_pin)};
}

Said redeem_typed(const Speaker& speaker, rules::CodeNumber code, const Typed& typed, const Facts& facts,
                  Setting& setting) {
  auto [last4, order] = read_redemption(speaker, typed);
  const Code* known = facts.code({speaker.club->id, code});
  // An item has no amount: where a PIN is asked for, four to six digits alone are the PIN.
  if (known != nullptr && is_item(*known) && speaker.club->policy.redeem_auth == CashierAuth::pin &&
      typed.args.size() == 1 && looks_like_pin(typed.args.front()))
    return redeem(speaker, {.code = code, .pin = typed.args.front()}, facts, setting);
  if (!order) return {.reply = bad_amount(speaker, order.error(), setting)};
  return redeem(speaker,
                {.code = code,
                 .invoice_amount = order->amount,
                 .invoice = std::move(order->invoice),
                 .pin = std::move(order->pin),
                 .last4 = std::move(last4)},
                facts, setting);
}

// "VOID <code> [pin]"
Said void_typed(const Speaker& speaker, const Typed& typed, const Facts& facts, Setting& setting) {
  if (speaker.cashier == nullptr) return {.reply = render(setting, "cashier_only", speaker.language)};
  const auto code = rules::parse_code(typed.code);
  if (!code) {
    return {.reply = render(setting, "void_code_missing", speaker.language,
                            {{"word", speaker.club->word}, {"pin", speaker.pin_asked()}})};
  }
  VoidOrder order{.code = *code};
  if (!typed.args.empty() && looks_like_pin(typed.args.back())) order.pin = typed.args.back();
  return void_redemption(speaker, order, facts, setting);
}

// A code of credit alone is only looked at. One of an item is ordered by itself: there is no amount to say.
Said look_at(const Speaker& speaker, rules::CodeNumber number, const Facts& facts, Setting& setting) {
  const Code* code = facts.code({speaker.club->id, number});
  const bool ordered = code != nullptr && is_item(*code) &&
                       speaker.club->policy.redeem_auth != CashierAuth::pin &&
                       !rules::is_locked(facts.attempts(speaker.key()), setting.now);
  return ordered ? redeem(speaker, {.code = number}, facts, setting) : check(speaker, number, facts, setting);
}

Said say_code(const Speaker& speaker, const Typed& typed, const Facts& facts, Setting& setting) {
  const auto code = rules::parse_code(typed.code);
  if (!code) return unknown_text(speaker, facts, setting);
  return typed.args.empty() ? look_at(speaker, *code, facts, setting)
                            : redeem_typed(speaker, *code, typed, facts, setting);
}

// "CODE 2500000" of a member, round to the thousand: CODE asks for a new code. It is not looked for among
// codes, so it is no guess, and tells nobody of any.
std::optional<Typed> as_new_code(const Speaker& speaker, const Typed& typed) {
  if (!typed.behind_split || speaker.cashier != nullptr || !typed.code.ends_with("000")) return std::nullopt;
  Typed split = typed;
  split.keyword = Keyword::split;
  split.args.insert(split.args.begin(), std::exchange(split.code, {}));
  if (!read_amount(split.args, speaker.club->money_display)) return std::nullopt;
  return split;
}

Needs needs_split(const Speaker& speaker, const Typed&, const Setting& setting) {
  Needs needs = needs_move(*speaker.club, speaker.key(), setting);
  draw_codes(needs, *speaker.club, setting);
  return needs;
}
// "CODE <amount>"
Said split_typed(const Speaker& speaker, const Typed& typed, std::span<const CodeKey> candidates,
                 const Facts& facts, Setting& setting) {
  const auto amount = read_amount(typed.args, speaker.club->money_display);
  if (!amount) return {.reply = bad_amount(speaker, amount.error(), setting)};
  return split(speaker, *amount, candidates, facts, setting);
}

// What a cashier orders by it stands in cashier_orders.cpp.
Said for_cashiers(const Speaker& speaker, const Typed&, const Facts&, Setting& setting) {
  return {.reply = render(setting, "cashier_only", speaker.language)};
}

constexpr std::array kCommands{
    Command{Keyword::void_redemption, false, void_typed},
    Command{Keyword::codes, true,
            [](const Speaker& speaker, const Typed&, const Facts& facts, Setting& setting) {
              return codes(speaker, facts, setting);
            }},
    Command{Keyword::buy, false, for_cashiers},
    Command{Keyword::quote, false, for_cashiers},
    Command{Keyword::customer, false, for_cashiers},
    Command{Keyword::tag, false, for_cashiers},
    Command{Keyword::untag, false, for_cashiers},
    Command{Keyword::insights, false, for_cashiers},
    Command{Keyword::effect, false, for_cashiers},
    Command{Keyword::today, false,
            [](const Speaker& speaker, const Typed&, const Facts& facts, Setting& setting) {
              if (speaker.cashier != nullptr) return today(speaker, facts, setting);
              return Said{.reply = render(setting, "cashier_only", speaker.language)};
            }},
    Command{Keyword::stop, false,
            [](const Speaker& speaker, const Typed&, const Facts&, Setting& setting) {
              return stop_promo(speaker, setting);
            }},
    Command{Keyword::start, false,
            [](const Speaker& speaker, const Typed&, const Facts&, Setting& setting) {
              return start_promo(speaker, setting);
            }},
    Command{Keyword::language, false,
            [](const Speaker& speaker, const Typed& typed, const Facts& facts, Setting& setting) {
              if (typed.chosen || typed.args.empty())
                return choose_language(speaker, typed.chosen, facts, setting);
              return Said{.reply = render(setting, "language_unknown", speaker.language,
                                          {{"word", speaker.club->word}})};
            }},
    Command{Keyword::help, false,
            [](const Speaker& speaker, const Typed&, const Facts& facts, Setting& setting) {
              return help(speaker, facts, setting);
            }},
};

Needs needs_asked(const Speaker& speaker, const Setting& setting) {
  Needs needs = needs_move(*speaker.club, speaker.key(), setting);
  needs.pendings.insert(speaker.key());
  return needs;
}

// Commands that want to know more than who speaks. `needs` draws the candidates of those that may issue
// codes.
struct Informed {
  Keyword keyword;
  Needs (*needs)(const Speaker&, const Typed&, const Setting&);
  Said (*decide)(const Speaker&, const Typed&, std::span<const CodeKey>, const Facts&, Setting&);
};

// Seven digits: a cashier's are looked at or taken, a member's are hers or a gift's.
Needs needs_said_code(const Speaker& speaker, const Typed& typed, const Setting& setting) {
  if (as_new_code(speaker, typed)) return needs_split(speaker, typed, setting);
  const auto code = rules::parse_code(typed.code);
  return code && speaker.cashier == nullptr ? needs_named_code(speaker, *code, setting) : Needs{};
}
Said said_code(const Speaker& speaker, const Typed& typed, std::span<const CodeKey> candidates,
               const Facts& facts, Setting& setting) {
  if (const auto asked = as_new_code(speaker, typed))
    return split_typed(speaker, *asked, candidates, facts, setting);
  const auto code = rules::parse_code(typed.code);
  if (code && speaker.cashier == nullptr)
    return named_code(speaker, *code, typed.keyword == Keyword::redeem, candidates, facts, setting);
  return say_code(speaker, typed, facts, setting);
}

constexpr std::array kInformed{
    Informed{Keyword::join,
             [](const Speaker& speaker, const Typed&, const Setting&) {
               return needs_joining(*speaker.club, speaker.key());
             },
             [](const Speaker& speaker, const Typed& typed, std::span<const CodeKey>, const Facts& facts,
                Setting& setting) {
               return join(speaker, typed.args.empty() ? std::string_view() : std::string_view(typed.args[0]),
                           facts, setting);
             }},
    Informed{Keyword::name, needs_told, told},
    Informed{Keyword::born, needs_told, told},
    Informed{Keyword::city, needs_told, told},
    Informed{Keyword::gender, needs_told, told},
    Informed{Keyword::bare_code, needs_said_code, said_code},
    Informed{Keyword::redeem, needs_said_code, said_code},
    Informed{Keyword::split, needs_split, split_typed},
    Informed{Keyword::transfer,
             [](const Speaker& speaker, const Typed& typed, const Setting& setting) {
               Needs needs = needs_asked(speaker, setting);
               if (const auto to = read_give(typed.args, speaker.club->money_display).to)
                 needs.members.insert({speaker.club->id, *to});
               return needs;
             },
             [](const Speaker& speaker, const Typed& typed, std::span<const CodeKey>, const Facts& facts,
                Setting& setting) { return give_typed(speaker, typed, facts, setting); }},
    Informed{Keyword::undo,
             [](const Speaker& speaker, const Typed&, const Setting& setting) {
               return needs_undo(speaker, setting);
             },
             [](const Speaker& speaker, const Typed&, std::span<const CodeKey> candidates, const Facts& facts,
                Setting& setting) { return undo(speaker, candidates, facts, setting); }},
    Informed{Keyword::pay,
             [](const Speaker& speaker, const Typed&, const Setting& setting) {
               return needs_asked(speaker, setting);
             },
             [](const Speaker& speaker, const Typed& typed, std::span<const CodeKey>, const Facts& facts,
                Setting& setting) { return pay_typed(speaker, typed, facts, setting); }},
    Informed{Keyword::leave,
             [](const Speaker& speaker, const Typed&, const Setting&) {
               Needs needs;
               needs.pendings.insert(speaker.key());
               return needs;
             },
             [](const Speaker& speaker, const Typed&, std::span<const CodeKey>, const Facts& facts,
                Setting& setting) { return leave(speaker, facts, setting); }},
    Informed{Keyword::credit,
             [](const Speaker& speaker, const Typed&, const Setting&) {
               Needs needs = needs_credit(speaker);
               needs.wallets.insert(speaker.key());
               return needs;
             },
             [](const Speaker& speaker, const Typed&, std::span<const CodeKey>, const Facts& facts,
                Setting& setting) { return credit(speaker, facts, setting); }},
    Informed{Keyword::offers,
             [](const Speaker& speaker, const Typed&, const Setting& setting) {
               return needs_offers(speaker, setting);
             },
             [](const Speaker& speaker, const Typed&, std::span<const CodeKey>, const Facts& facts,
                Setting& setting) { return offers(speaker, facts, setting); }},
    Informed{Keyword::history,
             [](const Speaker& speaker, const Typed&, const Setting&) { return needs_history(speaker); },
             [](const Speaker& speaker, const Typed&, std::span<const CodeKey>, const Facts& facts,
                Setting& setting) { return history(speaker, facts, setting); }},
    Informed{Keyword::statement,
             [](const Speaker& speaker, const Typed& typed, const Setting&) {
               return needs_statement(speaker, read_page(typed.args).value_or(1));
             },
             [](const Speaker& speaker, const Typed& typed, std::span<const CodeKey>, const Facts& facts,
                Setting& setting) {
               const auto page = read_page(typed.args);
               if (page) return statement(speaker, *page, facts, setting);
               return Said{.reply = render(setting, "statement_no_page", speaker.language,
                                           {{"word", speaker.club->word}})};
             }},
    Informed{Keyword::dispute,
             [](const Speaker& speaker, const Typed&, const Setting& setting) {
               return needs_dispute(speaker, setting.now);
             },
             [](const Speaker& speaker, const Typed&, std::span<const CodeKey>, const Facts& facts,
                Setting& setting) { return dispute(speaker, facts, setting); }},
    Informed{Keyword::why,
             [](const Speaker& speaker, const Typed&, const Setting& setting) {
               return needs_why(speaker, setting);
             },
             [](const Speaker& speaker, const Typed&, std::span<const CodeKey>, const Facts& facts,
                Setting& setting) { return why(speaker, facts, setting); }},
};

const Informed* informed_for(Keyword keyword) {
  auto it = std::find_if(kInformed.begin(), kInformed.end(),
                         [keyword](const Informed& informed) { return informed.keyword == keyword; });
  return it == kInformed.end() ? nullptr : &*it;
}

const Command* command_for(Keyword keyword) {
  auto it = std::find_if(kCommands.begin(), kCommands.end(),
                         [keyword](const Command& command) { return command.keyword == keyword; });
  return it == kCommands.end() ? nullptr : &*it;
}

// Then the one help of an hour may be due.
bool may_be_unknown(const Typed& typed) {
  const bool names_a_code = typed.keyword == Keyword::bare_code || typed.keyword == Keyword::redeem;
  const bool is_known = command_for(typed.keyword) != nullptr || informed_for(typed.keyword) != nullptr;
  return !is_known || typed.keyword == Keyword::one_time_number ||
         (names_a_code && !rules::parse_code(typed.code));
}

// A redemption or its VOID; a code of credit alone is only looked at.
bool orders_proof(const Typed& typed) {
  return !typed.code.empty() && (typed.keyword == Keyword::void_redemption || !typed.args.empty());
}

// An order that names its invoice: what else pays for it, and whether it is recorded already.
void add_bill(Needs& needs, const Speaker& speaker, const Typed& typed, rules::Instant now) {
  if (speaker.cashier == nullptr || typed.code.empty() || typed.args.empty()) return;
  const auto order = read_redemption(speaker, typed).order;
  if (!order) return;
  const Taker taker{.club = speaker.club, .branch = speaker.cashier->branch, .cashier = speaker.phone};
  want_bill(needs, taker, order->invoice, now);
}

// Before it is taken, a number or a reply may be asked for. A code of an item is an order by itself.
Needs needs_proof_typed(const Speaker& speaker, const Typed& typed, std::optional<rules::CodeNumber> code) {
  Needs needs;
  if (orders_proof(typed)) {
    needs = needs_challenge(speaker);
    if (code) needs.merge(needs_proof(speaker, *code));
  } else if (code) {
    for (const MemberKey& phone : needs_challenge(speaker).pendings)
      needs.items_pendings.insert({{speaker.club->id, *code}, phone});
  }
  return needs;
}

// What the command of a text wants to know.
Needs needs_text(const PlannedText& planned, const Setting& setting) {
  const Speaker& speaker = planned.speaker;
  const Typed& typed = planned.typed;
  const auto code = rules::parse_code(typed.code);
  Needs needs;
  if (code) needs = needs_code(speaker, *code);
  if (typed.keyword == Keyword::void_redemption) needs.voids = needs.codes;
  add_bill(needs, speaker, typed, setting.now);
  const Command* command = command_for(typed.keyword);
  (command != nullptr && command->wants_wallet ? needs.wallets : needs.members).insert(speaker.key());
  if (const Informed* informed = informed_for(typed.keyword))
    needs.merge(informed->needs(speaker, typed, setting));
  if (const CashierOrder* order = cashier_order(speaker, typed))
    needs.merge(order->needs(speaker, typed, setting));
  if (typed.keyword == Keyword::today && speaker.cashier != nullptr)
    needs.merge(needs_today(speaker, setting.now));
  if (may_be_unknown(typed)) needs.line_phones.insert({speaker.club->line, speaker.phone});
  needs.merge(needs_proof_typed(speaker, typed, code));
  return needs;
}

// Her memberships are known now.
void settle(PlannedText& planned, Needs& needs, const Seen& seen, const Setting& setting) {
  Speaker& speaker = planned.speaker;
  if (const Club* club = settled_by(planned, seen.members, setting.directory)) {
    planned.open = false;
    speaker.club = club;
    speaker.cashier = setting.directory.cashier(club->id, speaker.phone);
    needs.merge(needs_text(planned, setting));
  } else if (!planned.hers.empty()) {
    speaker.club = planned.hers.front();
    needs.members.insert(speaker.key());  // the language in which she is asked
  }
}

Said say_text(const PlannedText& plan, const Speaker& speaker, std::span<const CodeKey> candidates,
              const Facts& facts, Setting& setting) {
  const Typed& typed = plan.typed;
  if (plan.open) return which_club(plan, speaker, facts, setting);
  if (typed.keyword == Keyword::one_time_number) {
    return confirm(speaker,
                   {.number = typed.args.at(0), .asking = plan.asking, .widened_for = plan.widened_for},
                   candidates, facts, setting);
  }
  if (const CashierOrder* order = cashier_order(speaker, typed))
    return order->decide(speaker, typed, candidates, facts, setting);
  if (const Informed* informed = informed_for(typed.keyword))
    return informed->decide(speaker, typed, candidates, facts, setting);
  if (const Command* command = command_for(typed.keyword))
    return command->decide(speaker, typed, facts, setting);
  return unknown_text(speaker, facts, setting);
}

// The question that she was asked just now; nullptr: none.
const Pending* asked_now(const Said& said, const Speaker& speaker, rules::Instant now) {
  for (const Effect& effect : said.effects) {
    const auto* set = std::get_if<SetPending>(&effect);
    if (set != nullptr && set->row.key.phone == speaker.phone && set->row.asked_at == now && !set->row.used)
      return &set->row;
  }
  return nullptr;
}

OutgoingText reply_to(const Speaker& speaker, Said& said, rules::Instant now) {
  if (const Pending* question = asked_now(said, speaker, now))
    return text_with_number(*speaker.club, *question, std::move(said.reply), said.good_until);
  const Lane lane = speaker.cashier != nullptr ? Lane::urgent : Lane::reply;
  return text_to(*speaker.club, speaker.phone, lane, std::move(said.reply), now, said.good_until);
}

}  // namespace

void widen_text(PlannedText& planned, Needs& needs, const Seen& seen, const Setting& setting) {
  if (planned.open) settle(planned, needs, seen, setting);
  if (planned.typed.keyword == Keyword::one_time_number) find_question(planned, needs, seen, setting);
}

Plan plan_text(const TextRequest& request, const Setting& setting) {
  const Addressed addressed = club_meant(request, setting.directory);
  if (addressed.club == nullptr || request.from == 0) return {.what = PlannedNothing{}};
  PlannedText planned{.speaker = {.club = addressed.club,
                                  .phone = request.from,
                                  .cashier = setting.directory.cashier(addressed.club->id, request.from)},
                      .typed = setting.keywords.match(addressed.text)};
  planned.open = addressed.open && is_open_to(planned.typed);
  Needs needs = planned.open ? needs_membership(planned.speaker, planned.typed, setting.directory)
                             : needs_text(planned, setting);
  if (planned.typed.keyword == Keyword::one_time_number)
    add_reply(needs, planned, addressed.by_name, setting);
  return {.needs = std::move(needs), .what = std::move(planned)};
}

Outcome decide_text(const PlannedText& plan, std::span<const CodeKey> candidates, const Facts& facts,
                    Setting& setting) {
  Speaker speaker = plan.speaker;
  speaker.language = language_for(facts.member(speaker.key()), plan.typed.language, *speaker.club);
  Said said = say_text(plan, speaker, candidates, facts, setting);
  Outcome outcome;
  if (!said.reply.empty()) outcome.texts.push_back(reply_to(speaker, said, setting.now));
  std::move(said.texts.begin(), said.texts.end(), std::back_inserter(outcome.texts));
  outcome.effects = std::move(said.effects);
  return outcome;
}

}  // namespace peyk::handlers
