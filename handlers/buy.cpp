#include "handlers/buy.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers/bills.hpp"
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

// What codes have paid of the purchase, and of which sum.
struct PaidByCodes {
  rules::Amount used = 0;
  rules::Amount of = 0;
};

// As the purchase will find it, if that much is taken off.
PaidByCodes paid_by_codes(const Speaker& speaker, const BuyOrder& order, rules::Amount off,
                          const Facts& facts, const Setting& setting) {
  const Club& club = *speaker.club;
  Purchase purchase{.key = {club.id, speaker.cashier->branch, order.invoice},
                    .amount = order.amount - off,
                    .discount = off,
                    .purchased_at = setting.now,
                    .typed = true};
  if (const Member* member = facts.member(MemberKey{club.id, order.phone})) purchase.member = member->id;
  PaidByCodes paid;
  rules::Instant latest{};
  for (const Redemption* one : payments_of(club, purchase, facts)) {
    paid.used += one->used;
    // Those that name no invoice are of one payment, a part of its sum each; of the others the last one's
    // sum stands, which bounds what all of them have paid.
    if (one->invoice.empty()) {
      paid.of += one->invoice_amount;
    } else if (one->used > 0 && one->at >= latest) {
      paid.of = one->invoice_amount;
      latest = one->at;
    }
  }
  paid.used = std::min(paid.used, order.amount);
  return paid;
}

struct Off {
  rules::Amount discount = 0;
  QuoteOrder asked;
};

// What a quote of now would have her take off: of what codes have left to pay. Where they were used on the
// sum that a quote had said, the discount came first, and the cashier was told to collect the rest of that.
Off off_of(const Speaker& speaker, const BuyOrder& order, const Facts& facts, const Setting& setting) {
  Off off{.asked = {.phone = order.phone, .branch = speaker.cashier->branch, .amount = order.amount}};
  if (!order.off) return off;
  off.discount = quote(*speaker.club, off.asked, facts, setting).discount;
  const PaidByCodes paid = paid_by_codes(speaker, order, off.discount, facts, setting);
  if (paid.used == 0) return off;
  off.asked.by_credit = paid.used;
  if (off.discount == 0 || paid.of != order.amount - off.discount)
    off.discount = quote(*speaker.club, off.asked, facts, setting).discount;
  return off;
}

std::string from_credit(const Speaker& speaker, rules::Amount sum, const Setting& setting) {
  return render(setting, "buy_from_credit", speaker.language, {{"sum", money(*speaker.club, sum)}});
}

// It ends with what to send, as a quote does.
std::string no_discount(const Speaker& speaker, const BuyOrder& order, const QuoteOrder& asked,
                        const Setting& setting) {
  const std::string text = buy_text(speaker, "buy_refused_no_discount", asked, order.invoice, setting);
  if (asked.by_credit == 0) return text;
  const std::string longer = from_credit(speaker, asked.by_credit, setting) + '\n' + text;
  return fits_text(longer) ? longer : text;
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
  rules::Amount by_credit = 0;
  std::optional<rules::Amount> honoured;  // of the discount; none: told when it was recorded
};

Recorded recorded_of(const auto& known) {
  return {.earned = known.earned, .discount = known.discount, .by_credit = known.by_credit};
}

std::string done(const Speaker& speaker, const BuyOrder& order, const Recorded& recorded,
                 const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string masked = templates::masked(order.phone);
  std::string text = render(
      setting, speaker.text(recorded.earned > 0 ? "buy_done" : "buy_done_no_credit"), speaker.language,
      {{"phone", masked}, {"amount", money(club, order.amount)}, {"credit", money(club, recorded.earned)}});
  const rules::Amount collect = order.amount - recorded.discount - recorded.by_credit;
  const auto add = [&](std::string_view key, rules::Amount sum) {
    text += '\n' + render(setting, key, speaker.language,
                          {{"collect", money(club, collect)}, {"sum", money(club, sum)}});
  };
  if (recorded.discount > 0) add("buy_off", recorded.discount);
  if (recorded.honoured.value_or(recorded.discount) < recorded.discount)
    add("buy_off_honoured", *recorded.honoured);
  if (order.off && recorded.discount == 0) add("buy_not_off", 0);
  if (recorded.by_credit == 0 || (!order.off && recorded.discount == 0)) return text;
  const std::string line = '\n' + from_credit(speaker, recorded.by_credit, setting);
  return fits_text(text + line) ? text + line : text;
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
  const Recorded on_record{.earned = purchase.earned,
                           .discount = purchase.discount,
                           .by_credit = purchase.by_credit,
                           .honoured = honoured};
  Said said{.reply = done(speaker, order, on_record, setting)};
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
                         .by_credit = purchase.by_credit,
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
    return done(speaker, order, recorded_of(*same), setting);
  const auto known = facts.purchases_on({speaker.club->id, speaker.cashier->branch, order.invoice});
  for (const Purchase* one : known) {
    if (one->phone == order.phone && one->amount + one->discount == order.amount)
      return done(speaker, order, recorded_of(*one), setting);
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
  const Off off = off_of(speaker, order, facts, setting);
  if (order.off && off.discount == 0) return {.reply = no_discount(speaker, order, off.asked, setting)};
  if (club.policy.redeem_auth == CashierAuth::challenge && !order.confirmed) {
    return challenge(speaker,
                     {.key = {.kind = PendingKind::buy_challenge},
                      .amount = order.amount,
                      .invoice = order.invoice,
                      .other_phone = order.phone,
                      .offer = std::string(order.off ? kLessDiscounts : "")},
                     facts, setting);
  }
  return record(speaker, order, off.discount, candidates, facts, setting);
}

}  // namespace peyk::handlers
