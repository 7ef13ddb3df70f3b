#include "handlers/buy.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers/membership.hpp"
#include "handlers/offer_words.hpp"
#include "handlers/quote.hpp"
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

// What a quote of now would have her take off.
rules::Amount discount_of(const Speaker& speaker, const BuyOrder& order, const Facts& facts,
                          const Setting& setting) {
  if (!order.off) return 0;
  const QuoteOrder asked{.phone = order.phone, .branch = speaker.cashier->branch, .amount = order.amount};
  return quote(*speaker.club, asked, facts, setting).discount;
}

// What this very order recorded before; nullptr: nothing. With an invoice it is known by that, for good. With
// OFF or without: whoever forgot the word sends the same purchase again.
const Sale* repeated(const Speaker& speaker, const BuyOrder& order, const Facts& facts, rules::Instant now) {
  const std::chrono::minutes window{speaker.club->policy.repeat_window_minutes};
  const auto& sales = facts.sales(speaker.key());
  const auto same = std::find_if(sales.rbegin(), sales.rend(), [&](const Sale& sale) {
    return sale.made_up && sale.phone == order.phone && sale.amount + sale.discount == order.amount &&
           now - sale.at < window;
  });
  return same == sales.rend() || !order.invoice.empty() ? nullptr : &*same;
}

// What is on record of the order.
struct Recorded {
  rules::Amount earned = 0;
  rules::Amount discount = 0;
  std::optional<rules::Amount> honoured;  // of the discount; none: told when it was recorded
};

std::string done(const Speaker& speaker, const BuyOrder& order, const Recorded& recorded,
                 const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string masked = templates::masked(order.phone);
  std::string text = render(
      setting, speaker.text(recorded.earned > 0 ? "buy_done" : "buy_done_no_credit"), speaker.language,
      {{"phone", masked}, {"amount", money(club, order.amount)}, {"credit", money(club, recorded.earned)}});
  const auto add = [&](std::string_view key, rules::Amount sum) {
    text += '\n' +
            render(setting, key, speaker.language,
                   {{"collect", money(club, order.amount - recorded.discount)}, {"sum", money(club, sum)}});
  };
  if (recorded.discount > 0) add("buy_off", recorded.discount);
  if (recorded.honoured.value_or(recorded.discount) < recorded.discount)
    add("buy_off_honoured", *recorded.honoured);
  if (order.off && recorded.discount == 0) add("buy_not_off", 0);
  return text;
}

Said record(const Speaker& speaker, const BuyOrder& order, rules::Amount discount,
            std::span<const CodeKey> candidates, const Facts& facts, Setting& setting) {
  const bool made_up = order.invoice.empty();
  std::string invoice = made_up ? "SMS-" + std::to_string(setting.chance.next_id()) : order.invoice;
  PurchaseRequest request = request_of(speaker, order, std::move(invoice));
  request.discount = discount;
  Outcome bought = purchase(request, candidates, facts, setting);
  const auto recorded = std::find_if(bought.effects.begin(), bought.effects.end(), [](const Effect& effect) {
    return std::holds_alternative<RecordPurchase>(effect);
  });
  if (recorded == bought.effects.end())
    throw std::logic_error("a purchase that was judged good was refused: " + bought.answer);
  const Purchase& purchase = std::get<RecordPurchase>(*recorded).purchase;
  const auto answer = nlohmann::json::parse(purchase.answer);  // outlives the loop over a part of it
  const auto honoured = answer.at("discount").at("honoured").get<rules::Amount>();
  Said said{.reply = done(speaker, order,
                          {.earned = purchase.earned, .discount = discount, .honoured = honoured}, setting)};
  for (const auto& note : answer.at("notes")) {
    const std::string line = '\n' + note.get<std::string>();
    if (fits_text(said.reply + line)) said.reply += line;
  }
  const RecordSale sale{{.purchase = purchase.id,
                         .cashier = speaker.key(),
                         .branch = speaker.cashier->branch,
                         .phone = order.phone,
                         .amount = purchase.amount,
                         .discount = purchase.discount,
                         .earned = purchase.earned,
                         .made_up = made_up,
                         .at = setting.now}};
  said.effects = std::move(bought.effects);
  said.effects.push_back(sale);
  said.texts = std::move(bought.texts);
  return said;
}

// Why she may order nothing; nothing: she may.
std::optional<Said> unproved(const Speaker& speaker, const BuyOrder& order, const Facts& facts,
                             const Setting& setting) {
  if (rules::is_locked(facts.attempts(speaker.key()), setting.now))
    return Said{.reply = locked_text(speaker, "redeem_refused_locked", facts, setting)};
  if (speaker.club->policy.redeem_auth != CashierAuth::pin || order.confirmed) return std::nullopt;
  const auto say = [&](std::string_view key) {
    return render(setting, key, speaker.language, {{"word", speaker.club->word}});
  };
  if (order.pin.empty() || speaker.cashier->pin_hash.empty())
    return Said{.reply = say("buy_refused_pin_missing")};
  if (setting.pin_matches(speaker.cashier->pin_hash, order.pin)) return std::nullopt;
  Said said{.reply = say("buy_refused_pin_wrong")};
  said.effects.push_back(miss(speaker, facts, setting.now));
  return said;
}

// What is known already by what she ordered: the answer once more, or that its invoice is another purchase's.
std::optional<std::string> known_answer(const Speaker& speaker, const BuyOrder& order, const Facts& facts,
                                        const Setting& setting) {
  if (const Sale* same = repeated(speaker, order, facts, setting.now))
    return done(speaker, order, {.earned = same->earned, .discount = same->discount}, setting);
  const auto known = facts.purchases_on({speaker.club->id, speaker.cashier->branch, order.invoice});
  for (const Purchase* one : known) {
    if (one->phone == order.phone && one->amount + one->discount == order.amount)
      return done(speaker, order, {.earned = one->earned, .discount = one->discount}, setting);
  }
  if (known.empty()) return std::nullopt;  // none is without an invoice
  return render(setting, "buy_refused_invoice", speaker.language, {{"invoice", order.invoice}});
}

}  // namespace

tl::expected<BuyOrder, std::string_view> read_buy(const Speaker& speaker,
                                                  std::span<const std::string> words) {
  const auto found = phone_first(words);
  if (!found) return tl::unexpected(std::string_view("buy_phone_missing"));
  const bool with_pin =
      speaker.club->policy.redeem_auth == CashierAuth::pin || !speaker.cashier->pin_hash.empty();
  auto order = read_order(found->rest, speaker.club->money_display, with_pin, true);
  if (!order) return tl::unexpected(templates::amount_bad_key(order.error()));
  return BuyOrder{.phone = found->phone,
                  .amount = order->amount,
                  .invoice = std::move(order->invoice),
                  .pin = std::move(order->pin),
                  .off = order->off};
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
  if (order.off) needs.merge(needs_quote(*speaker.club, order.phone, setting));
  needs.cashiers.insert(speaker.key());
  needs.merge(needs_challenge(speaker));
  return needs;
}

Said buy(const Speaker& speaker, const BuyOrder& order, std::span<const CodeKey> candidates,
         const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  if (auto refused = unproved(speaker, order, facts, setting)) return std::move(*refused);
  if (auto known = known_answer(speaker, order, facts, setting)) return {.reply = std::move(*known)};
  if (facts.member(MemberKey{club.id, order.phone}) == nullptr && !counts_strangers(club)) {
    const std::string masked = templates::masked(order.phone);
    return {.reply = render(setting, "buy_refused_no_member", speaker.language,
                            {{"phone", masked}, {"club", club.name}, {"word", club.word}})};
  }
  const rules::Amount discount = discount_of(speaker, order, facts, setting);
  if (order.off && discount == 0)
    return {.reply = buy_text(speaker, "buy_refused_no_discount", order.phone, order.amount, setting)};
  if (club.policy.redeem_auth == CashierAuth::challenge && !order.confirmed) {
    return challenge(speaker,
                     {.key = {.kind = PendingKind::buy_challenge},
                      .amount = order.amount,
                      .invoice = order.invoice,
                      .other_phone = order.phone,
                      .offer = std::string(order.off ? kLessDiscounts : "")},
                     facts, setting);
  }
  return record(speaker, order, discount, candidates, facts, setting);
}

}  // namespace peyk::handlers
