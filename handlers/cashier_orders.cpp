#include "handlers/cashier_orders.hpp"

#include <algorithm>
#include <array>

#include "handlers/about_member.hpp"
#include "handlers/buy.hpp"
#include "handlers/effect_told.hpp"
#include "handlers/insights.hpp"
#include "handlers/invite.hpp"
#include "handlers/managers_offer.hpp"
#include "handlers/quote.hpp"
#include "handlers/tags.hpp"
#include "handlers/tell.hpp"

namespace peyk::handlers {
namespace {

using templates::Keyword;
using templates::Typed;

Said bad_order(const Speaker& speaker, std::string_view key, const Setting& setting) {
  return {.reply = render(setting, key, speaker.language, {{"word", speaker.club->word}})};
}

// As BUY is written; what she types behind the amount is not wanted here.
tl::expected<QuoteOrder, std::string_view> read_quote(const Speaker& speaker,
                                                      std::span<const std::string> words) {
  const auto order = read_buy(speaker, words);
  if (!order)
    return tl::unexpected(order.error() == "buy_phone_missing" ? "quote_phone_missing" : order.error());
  return QuoteOrder{.phone = order->phone, .branch = speaker.cashier->branch, .amount = order->amount};
}

Needs needs_tags(const Speaker& speaker, const Typed& typed, const Setting&) {
  return needs_tagging(speaker, typed.args);
}

constexpr std::array kOrders{
    CashierOrder{Keyword::buy,
                 [](const Speaker& speaker, const Typed& typed, const Setting& setting) {
                   const auto order = read_buy(speaker, typed.args);
                   return order ? needs_buy(speaker, *order, setting) : Needs{};
                 },
                 [](const Speaker& speaker, const Typed& typed, std::span<const CodeKey> candidates,
                    const Facts& facts, Setting& setting) {
                   const auto order = read_buy(speaker, typed.args);
                   if (!order) return bad_order(speaker, order.error(), setting);
                   return buy(speaker, *order, candidates, facts, setting);
                 }},
    CashierOrder{Keyword::join,
                 [](const Speaker& speaker, const Typed& typed, const Setting&) {
                   const auto phone = read_phone(typed.args);
                   return phone ? needs_invite(speaker, *phone) : Needs{};
                 },
                 [](const Speaker& speaker, const Typed& typed, std::span<const CodeKey>, const Facts& facts,
                    Setting& setting) {
                   const auto phone = read_phone(typed.args);
                   if (!phone) return bad_order(speaker, "phone_bad", setting);
                   return invite(speaker, *phone, facts, setting);
                 }},
    CashierOrder{Keyword::quote,
                 [](const Speaker& speaker, const Typed& typed, const Setting& setting) {
                   const auto order = read_quote(speaker, typed.args);
                   return order ? needs_quote(*speaker.club, order->phone, setting) : Needs{};
                 },
                 [](const Speaker& speaker, const Typed& typed, std::span<const CodeKey>, const Facts& facts,
                    Setting& setting) {
                   const auto order = read_quote(speaker, typed.args);
                   if (!order) return bad_order(speaker, order.error(), setting);
                   return quote_said(speaker, *order, facts, setting);
                 }},
    CashierOrder{Keyword::customer,
                 [](const Speaker& speaker, const Typed& typed, const Setting& setting) {
                   const auto phone = read_phone(typed.args);
                   return phone ? needs_about(speaker, *phone, setting) : Needs{};
                 },
                 [](const Speaker& speaker, const Typed& typed, std::span<const CodeKey>, const Facts& facts,
                    Setting& setting) {
                   if (!speaker.cashier->manager) return managers_only(speaker, setting);
                   const auto phone = read_phone(typed.args);
                   if (!phone) return bad_order(speaker, "about_phone_bad", setting);
                   return about_member(speaker, *phone, facts, setting);
                 }},
    CashierOrder{Keyword::tag, needs_tags,
                 [](const Speaker& speaker, const Typed& typed, std::span<const CodeKey>, const Facts& facts,
                    Setting& setting) { return tag_member(speaker, typed.args, false, facts, setting); }},
    CashierOrder{Keyword::untag, needs_tags,
                 [](const Speaker& speaker, const Typed& typed, std::span<const CodeKey>, const Facts& facts,
                    Setting& setting) { return tag_member(speaker, typed.args, true, facts, setting); }},
    CashierOrder{
        Keyword::insights, [](const Speaker&, const Typed&, const Setting&) { return Needs{}; },
        [](const Speaker& speaker, const Typed&, std::span<const CodeKey>, const Facts&, Setting& setting) {
          if (!speaker.cashier->manager) return managers_only(speaker, setting);
          return insights(speaker, setting);
        }},
    CashierOrder{Keyword::effect, [](const Speaker&, const Typed&, const Setting&) { return Needs{}; },
                 [](const Speaker& speaker, const Typed& typed, std::span<const CodeKey>, const Facts&,
                    Setting& setting) { return effect_told(speaker, typed.args, setting); }},
    CashierOrder{Keyword::tell, needs_tell,
                 [](const Speaker& speaker, const Typed& typed, std::span<const CodeKey>, const Facts& facts,
                    Setting& setting) { return tell(speaker, typed, facts, setting); }},
    CashierOrder{Keyword::offers, needs_managers_offer,
                 [](const Speaker& speaker, const Typed& typed, std::span<const CodeKey>, const Facts& facts,
                    Setting& setting) { return managers_offer(speaker, typed, facts, setting); }},
};

}  // namespace

const CashierOrder* cashier_order(const Speaker& speaker, const Typed& typed) {
  if (speaker.cashier == nullptr) return nullptr;
  // JOIN alone is meant for herself.
  if (typed.keyword == Keyword::join && typed.args.empty()) return nullptr;
  // OFFERS too, and whatever stands behind it: only a manager makes them.
  if (typed.keyword == Keyword::offers && (typed.args.empty() || !speaker.cashier->manager)) return nullptr;
  const auto found = std::find_if(kOrders.begin(), kOrders.end(), [&typed](const CashierOrder& order) {
    return order.keyword == typed.keyword;
  });
  return found == kOrders.end() ? nullptr : &*found;
}

}  // namespace peyk::handlers
