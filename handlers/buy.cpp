#include "handlers/buy.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers/membership.hpp"
#include "handlers/typed_order.hpp"
#include "handlers/typed_phone.hpp"
#include "handlers/use_cases.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

PurchaseRequest request_of(const Speaker& speaker, const BuyOrder& order, std::string invoice) {
  return {.club = speaker.club->id,
          .branch = speaker.cashier->branch,
          .phone = order.phone,
          .invoice = std::move(invoice),
          .amount = order.amount,
          .typed = true};
}

// What this very order recorded before; nullptr: nothing. With an invoice it is known by that, for good.
const Sale* repeated(const Speaker& speaker, const BuyOrder& order, const Facts& facts, rules::Instant now) {
  const std::chrono::minutes window{speaker.club->policy.repeat_window_minutes};
  const auto& sales = facts.sales(speaker.key());
  const auto same = std::find_if(sales.rbegin(), sales.rend(), [&](const Sale& sale) {
    return sale.made_up && sale.phone == order.phone && sale.amount == order.amount && now - sale.at < window;
  });
  return same == sales.rend() || !order.invoice.empty() ? nullptr : &*same;
}

std::string done(const Speaker& speaker, PhoneNumber phone, rules::Amount amount, rules::Amount earned,
                 const Setting& setting) {
  const std::string masked = templates::masked(phone);
  return render(setting, speaker.text(earned > 0 ? "buy_done" : "buy_done_no_credit"), speaker.language,
                {{"phone", masked},
                 {"amount", money(*speaker.club, amount)},
                 {"credit", money(*speaker.club, earned)}});
}

Said record(const Speaker& speaker, const BuyOrder& order, std::span<const CodeKey> candidates,
            const Facts& facts, Setting& setting) {
  const bool made_up = order.invoice.empty();
  std::string invoice = made_up ? "SMS-" + std::to_string(setting.chance.next_id()) : order.invoice;
  Outcome bought = purchase(request_of(speaker, order, std::move(invoice)), candidates, facts, setting);
  const auto recorded = std::find_if(bought.effects.begin(), bought.effects.end(), [](const Effect& effect) {
    return std::holds_alternative<RecordPurchase>(effect);
  });
  if (recorded == bought.effects.end())
    throw std::logic_error("a purchase that was judged good was refused: " + bought.answer);
  const Purchase& purchase = std::get<RecordPurchase>(*recorded).purchase;
  Said said{.reply = done(speaker, order.phone, order.amount, purchase.earned, setting)};
  const auto answer = nlohmann::json::parse(purchase.answer);  // outlives the loop over a part of it
  for (const auto& note : answer.at("notes")) said.reply += '\n' + note.get<std::string>();
  const RecordSale sale{{.purchase = purchase.id,
                         .cashier = speaker.key(),
                         .branch = speaker.cashier->branch,
                         .phone = order.phone,
                         .amount = order.amount,
                         .earned = purchase.earned,
                         .made_up = made_up,
                         .at = setting.now}};
  said.effects = std::move(bought.effects);
  said.effects.push_back(sale);
  said.texts = std::move(bought.texts);
  return said;
}

}  // namespace

tl::expected<BuyOrder, std::string_view> read_buy(const Speaker& speaker,
                                                  std::span<const std::string> words) {
  const auto found = phone_first(words);
  if (!found) return tl::unexpected(std::string_view("buy_phone_missing"));
  const bool with_pin =
      speaker.club->policy.redeem_auth == CashierAuth::pin || !speaker.cashier->pin_hash.empty();
  auto order = read_order(found->rest, speaker.club->money_display, with_pin);
  if (!order) return tl::unexpected(templates::amount_bad_key(order.error()));
  return BuyOrder{.phone = found->phone,
                  .amount = order->amount,
                  .invoice = std::move(order->invoice),
                  .pin = std::move(order->pin)};
}

std::optional<PhoneNumber> read_phone(std::span<const std::string> words) {
  const auto found = phone_first(words);
  return found && found->rest.empty() ? std::optional(found->phone) : std::nullopt;
}

Needs needs_buy(const Speaker& speaker, const BuyOrder& order, const Setting& setting) {
  Needs needs = needs_purchase(request_of(speaker, order, order.invoice), *speaker.club, setting);
  if (order.invoice.empty()) {
    needs.bills.clear();  // she gave none
    needs.sales[speaker.key()] =
        setting.now - std::chrono::minutes{speaker.club->policy.repeat_window_minutes};
  }
  needs.cashiers.insert(speaker.key());
  needs.merge(needs_challenge(speaker));
  return needs;
}

Said buy(const Speaker& speaker, const BuyOrder& order, std::span<const CodeKey> candidates,
         const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  const std::string masked = templates::masked(order.phone);
  const auto say = [&](std::string_view key) {
    return render(setting, key, speaker.language,
                  {{"phone", masked}, {"club", club.name}, {"word", club.word}});
  };
  if (rules::is_locked(facts.attempts(speaker.key()), setting.now))
    return {.reply = locked_text(speaker, "redeem_refused_locked", facts, setting)};
  if (club.policy.redeem_auth == CashierAuth::pin && !order.confirmed) {
    if (order.pin.empty() || speaker.cashier->pin_hash.empty())
      return {.reply = say("buy_refused_pin_missing")};
    if (!setting.pin_matches(speaker.cashier->pin_hash, order.pin)) {
      Said said{.reply = say("buy_refused_pin_wrong")};
      said.effects.push_back(miss(speaker, facts, setting.now));
      return said;
    }
  }
  if (const Sale* same = repeated(speaker, order, facts, setting.now))
    return {.reply = done(speaker, same->phone, same->amount, same->earned, setting)};
  const auto known = facts.purchases_on({club.id, speaker.cashier->branch, order.invoice});
  for (const Purchase* one : known) {
    if (one->phone == order.phone && one->amount == order.amount)
      return {.reply = done(speaker, order.phone, order.amount, one->earned, setting)};
  }
  if (!known.empty())  // none is without an invoice
    return {.reply = render(setting, "buy_refused_invoice", speaker.language, {{"invoice", order.invoice}})};
  if (facts.member(MemberKey{club.id, order.phone}) == nullptr && !counts_strangers(club))
    return {.reply = say("buy_refused_no_member")};
  if (club.policy.redeem_auth == CashierAuth::challenge && !order.confirmed) {
    return challenge(speaker,
                     {.key = {.kind = PendingKind::buy_challenge},
                      .amount = order.amount,
                      .invoice = order.invoice,
                      .other_phone = order.phone},
                     facts, setting);
  }
  return record(speaker, order, candidates, facts, setting);
}

}  // namespace peyk::handlers
