#include "handlers/cashier_orders.hpp"

#include <algorithm>
#include <array>

#include "handlers/buy.hpp"
#include "handlers/invite.hpp"

namespace peyk::handlers {
namespace {

using templates::Keyword;
using templates::Typed;

Said bad_order(const Speaker& speaker, std::string_view key, const Setting& setting) {
  return {.reply = render(setting, key, speaker.language, {{"word", speaker.club->word}})};
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
};

}  // namespace

const CashierOrder* cashier_order(const Speaker& speaker, const Typed& typed) {
  if (speaker.cashier == nullptr) return nullptr;
  // JOIN alone is meant for herself.
  if (typed.keyword == Keyword::join && typed.args.empty()) return nullptr;
  const auto found = std::find_if(kOrders.begin(), kOrders.end(), [&typed](const CashierOrder& order) {
    return order.keyword == typed.keyword;
  });
  return found == kOrders.end() ? nullptr : &*found;
}

}  // namespace peyk::handlers
