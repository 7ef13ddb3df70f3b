// Texts: which club is meant, who speaks, which command; then the use case.
//
// On a line of one club the command stands alone. On a shared line the club's keyword comes first; a cashier
// of just one club there needs none, because she has a queue.
//
// What only cashiers order, beside codes, stands in cashier_orders.cpp.
//
// To add a command: a row in kCommands, or in kInformed if it wants to know more than who
// speaks.
#include <algorithm>
#include <array>

#include "handlers/cashier_orders.hpp"
#include "handlers/decide.hpp"
#include "handlers/dispute.hpp"
#include "handlers/move.hpp"
#include "handlers/proof.hpp"
#include "handlers/taking.hpp"
#include "handlers/typed_member.hpp"
#include "handlers/typed_order.hpp"
#include "handlers/use_cases.hpp"
#include "templates/fold.hpp"

namespace peyk::handlers {
namespace {

using templates::Keyword;
using templates::Typed;

struct Command {
  Keyword keyword;
  bool wants_wallet;
  Said (*decide)(const Speaker&, const Typed&, const Facts&, Setting&);
};

// What a cashier's amount text says is wrong with it.
std::string bad_amount(const Speaker& speaker, templates::AmountError error, const Setting& setting) {
  return render(setting, templates::amount_bad_key(error), speaker.language);
}

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
  if (!code) return {.reply = render(setting, "void_code_missing", speaker.language)};
  VoidOrder order{.code = *code};
  if (!typed.args.empty() && looks_like_pin(typed.args.back())) order.pin = typed.args.back();
  return void_redemption(speaker, order, facts, setting);
}

Said say_code(const Speaker& speaker, const Typed& typed, const Facts& facts, Setting& setting) {
  const auto code = rules::parse_code(typed.code);
  if (!code) return unknown_text(speaker, facts, setting);
  return typed.args.empty() ? check(speaker, *code, facts, setting)
                            : redeem_typed(speaker, *code, typed, facts, setting);
}

// "CODE <amount>"
Said split_typed(const Speaker& speaker, const Typed& typed, std::span<const CodeKey> candidates,
                 const Facts& facts, Setting& setting) {
  const auto amount = read_amount(typed.args, speaker.club->money_display);
  if (!amount) return {.reply = bad_amount(speaker, amount.error(), setting)};
  return split(speaker, *amount, candidates, facts, setting);
}

constexpr std::array kCommands{
    Command{Keyword::void_redemption, false, void_typed},
    Command{Keyword::join, false,
            [](const Speaker& speaker, const Typed& typed, const Facts& facts, Setting& setting) {
              return join(speaker, typed.args.empty() ? std::string_view() : std::string_view(typed.args[0]),
                          facts, setting);
            }},
    Command{Keyword::credit, true,
            [](const Speaker& speaker, const Typed&, const Facts& facts, Setting& setting) {
              return credit(speaker, facts, setting);
            }},
    Command{Keyword::codes, true,
            [](const Speaker& speaker, const Typed&, const Facts& facts, Setting& setting) {
              return codes(speaker, facts, setting);
            }},
    Command{Keyword::leave, true,
            [](const Speaker& speaker, const Typed&, const Facts& facts, Setting& setting) {
              return leave(speaker, facts, setting);
            }},
    Command{Keyword::buy, false,
            [](const Speaker& speaker, const Typed&, const Facts&, Setting& setting) {
              return Said{.reply = render(setting, "cashier_only", speaker.language)};
            }},
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
              return choose_language(speaker, typed.chosen, facts, setting);
            }},
    Command{Keyword::help, false,
            [](const Speaker& speaker, const Typed&, const Facts& facts, Setting& setting) {
              return help(speaker, facts, setting);
            }},
};

// "GIVE <phone> <amount>"
Said give_typed(const Speaker& speaker, const Typed& typed, const Facts& facts, Setting& setting) {
  const TypedGive order = read_give(typed.args, speaker.club->money_display);
  if (!order.to) return {.reply = render(setting, "give_refused_phone", speaker.language)};
  if (!order.amount) return {.reply = bad_amount(speaker, order.amount.error(), setting)};
  return give(speaker, {.to = *order.to, .amount = *order.amount}, facts, setting);
}

// "PAY <amount> AT <branch>"; a club of one branch needs none.
Said pay_typed(const Speaker& speaker, const Typed& typed, const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  TypedPay order = read_pay(typed.args, club.money_display);
  if (!order.amount) return {.reply = bad_amount(speaker, order.amount.error(), setting)};
  if (!order.branch && club.branches.size() == 1) order.branch = club.branches.front().number;
  if (!order.branch) return {.reply = render(setting, "pay_branch_missing", speaker.language)};
  return pay(speaker, {.branch = *order.branch, .amount = *order.amount}, facts, setting);
}

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
  const auto code = rules::parse_code(typed.code);
  return code && speaker.cashier == nullptr ? needs_named_code(speaker, *code, setting) : Needs{};
}
Said said_code(const Speaker& speaker, const Typed& typed, std::span<const CodeKey> candidates,
               const Facts& facts, Setting& setting) {
  const auto code = rules::parse_code(typed.code);
  if (code && speaker.cashier == nullptr) return named_code(speaker, *code, candidates, facts, setting);
  return say_code(speaker, typed, facts, setting);
}

constexpr std::array kInformed{
    Informed{Keyword::bare_code, needs_said_code, said_code},
    Informed{Keyword::redeem, needs_said_code, said_code},
    Informed{Keyword::split,
             [](const Speaker& speaker, const Typed&, const Setting& setting) {
               Needs needs = needs_move(*speaker.club, speaker.key(), setting);
               draw_codes(needs, *speaker.club, setting);
               return needs;
             },
             split_typed},
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
               return Said{.reply = render(setting, "statement_no_page", speaker.language)};
             }},
    Informed{Keyword::dispute,
             [](const Speaker& speaker, const Typed&, const Setting& setting) {
               return needs_dispute(speaker, setting.now);
             },
             [](const Speaker& speaker, const Typed&, std::span<const CodeKey>, const Facts& facts,
                Setting& setting) { return dispute(speaker, facts, setting); }},
    Informed{Keyword::why,
             [](const Speaker& speaker, const Typed&, const Setting&) { return needs_why(speaker); },
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

struct Addressed {
  const Club* club = nullptr;
  std::string text;      // without the club's keyword
  bool by_name = false;  // the keyword was there
};

Addressed club_meant(const TextRequest& request, const Directory& directory) {
  const auto& clubs = directory.on_line(request.line);
  if (clubs.empty()) return {};
  const auto [first, rest] = templates::split_first_word(request.text);
  for (const Club* club : clubs) {
    if (!club->keyword.empty() && first == templates::fold(club->keyword)) return {club, rest, true};
  }
  if (clubs.size() == 1) return {clubs.front(), request.text};
  const Club* only = nullptr;
  for (const Club* club : clubs) {
    if (directory.cashier(club->id, request.from) == nullptr) continue;
    if (only != nullptr) return {clubs.front(), request.text};
    only = club;
  }
  return {only != nullptr ? only : clubs.front(), request.text};
}

// A redemption or its VOID; a code alone is only looked at.
bool orders_challenge(const Typed& typed) {
  return !typed.code.empty() && (typed.keyword == Keyword::void_redemption || !typed.args.empty());
}

// A number alone may be the reply to any club of the line: whose question it was is seen when they are read.
Needs needs_reply(const Speaker& speaker, const Addressed& addressed, const Setting& setting) {
  Needs needs;
  if (speaker.cashier != nullptr) needs.cashiers.insert(speaker.key());
  needs.replies.insert(speaker.key());
  if (addressed.by_name) return needs;
  for (const Club* club : setting.directory.on_line(speaker.club->line))
    needs.replies.insert({club->id, speaker.phone});
  return needs;
}

// An order that names its invoice: what else pays for it, and whether it is recorded already.
void add_bill(Needs& needs, const Speaker& speaker, const Typed& typed) {
  if (speaker.cashier == nullptr || typed.code.empty() || typed.args.empty()) return;
  const auto order = read_redemption(speaker, typed).order;
  if (!order) return;
  const Taker taker{.club = speaker.club, .branch = speaker.cashier->branch, .cashier = speaker.phone};
  want_bill(needs, taker, order->invoice);
}

}  // namespace

void widen_text(PlannedText& planned, Needs& needs, std::span<const Pending> seen, const Setting& setting) {
  if (planned.typed.keyword != Keyword::one_time_number) return;
  std::vector<const Pending*> hers;
  for (const Pending& pending : seen) {
    if (needs.replies.contains({pending.key.club, pending.key.phone})) hers.push_back(&pending);
  }
  const Pending* meant = meant_by(planned.typed.args.at(0), hers, setting.now);
  // A wrong number counts where one is waited for.
  const Pending* counted = meant != nullptr ? meant : any_waiting(hers, setting.now);
  if (counted == nullptr) return;
  Speaker& speaker = planned.speaker;
  speaker.club = setting.directory.club(counted->key.club);
  speaker.cashier = setting.directory.cashier(counted->key.club, speaker.phone);
  if (speaker.cashier != nullptr) needs.cashiers.insert(speaker.key());
  needs.members.insert(speaker.key());
  if (meant == nullptr) return;
  needs.merge(needs_confirmation(*meant, setting));
  planned.widened_for = meant->id;
}

Plan plan_text(const TextRequest& request, const Setting& setting) {
  const Addressed addressed = club_meant(request, setting.directory);
  if (addressed.club == nullptr || request.from == 0) return {.what = PlannedNothing{}};
  PlannedText planned{.speaker = {.club = addressed.club,
                                  .phone = request.from,
                                  .cashier = setting.directory.cashier(addressed.club->id, request.from)},
                      .typed = setting.keywords.match(addressed.text)};
  Needs needs;
  const Speaker& speaker = planned.speaker;
  if (const auto code = rules::parse_code(planned.typed.code)) needs = needs_code(speaker, *code);
  if (planned.typed.keyword == Keyword::void_redemption) needs.voids = needs.codes;
  add_bill(needs, speaker, planned.typed);
  const Command* command = command_for(planned.typed.keyword);
  (command != nullptr && command->wants_wallet ? needs.wallets : needs.members).insert(speaker.key());
  if (const Informed* informed = informed_for(planned.typed.keyword))
    needs.merge(informed->needs(speaker, planned.typed, setting));
  if (const CashierOrder* order = cashier_order(speaker, planned.typed))
    needs.merge(order->needs(speaker, planned.typed, setting));
  if (planned.typed.keyword == Keyword::today && speaker.cashier != nullptr) {
    needs.merge(needs_today(speaker, setting.now));
  }
  if (may_be_unknown(planned.typed)) needs.line_phones.insert({speaker.club->line, speaker.phone});
  if (orders_challenge(planned.typed)) {
    needs.merge(needs_challenge(speaker));
    if (const auto code = rules::parse_code(planned.typed.code)) needs.merge(needs_proof(speaker, *code));
  }
  if (planned.typed.keyword == Keyword::one_time_number)
    needs.merge(needs_reply(speaker, addressed, setting));
  return {.needs = std::move(needs), .what = std::move(planned)};
}

Outcome decide_text(const PlannedText& plan, std::span<const CodeKey> candidates, const Facts& facts,
                    Setting& setting) {
  Speaker speaker = plan.speaker;
  speaker.language = language_for(facts.member(speaker.key()), plan.typed.language, *speaker.club);
  const Command* command = command_for(plan.typed.keyword);
  const Informed* informed = informed_for(plan.typed.keyword);
  Said said;
  if (plan.typed.keyword == Keyword::one_time_number) {
    said = confirm(speaker, plan.typed.args.at(0), plan.widened_for, candidates, facts, setting);
  } else if (const CashierOrder* order = cashier_order(speaker, plan.typed)) {
    said = order->decide(speaker, plan.typed, candidates, facts, setting);
  } else {
    said = informed != nullptr  ? informed->decide(speaker, plan.typed, candidates, facts, setting)
           : command != nullptr ? command->decide(speaker, plan.typed, facts, setting)
                                : unknown_text(speaker, facts, setting);
  }
  Outcome outcome{.effects = std::move(said.effects), .texts = std::move(said.texts)};
  if (!said.reply.empty()) {
    const Lane lane = speaker.cashier != nullptr ? Lane::urgent : Lane::reply;
    outcome.texts.insert(outcome.texts.begin(),
                         text_to(*speaker.club, speaker.phone, lane, std::move(said.reply), setting.now));
  }
  return outcome;
}

}  // namespace peyk::handlers
