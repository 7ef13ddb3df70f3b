// A cashier's menu: check a code, redeem, record a purchase, the branch's day.
#include <algorithm>

#include "handlers/buy.hpp"
#include "handlers/proof.hpp"
#include "handlers/use_cases.hpp"
#include "handlers/ussd_walk.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

constexpr std::string_view kCheckKey = "1", kRedeemKey = "2", kBuyKey = "3", kTodayKey = "4";

// The purchase that these keys may come to from there, as it is said without invoice and PIN. Phone 0: none.
BuyOrder buy_reached(const Place& place, const std::vector<std::string>& keys, const Club& club) {
  std::vector<std::string> typed = is_of_buying(place.screen) ? place.arguments : std::vector<std::string>();
  auto key = keys.begin();
  if (!is_of_buying(place.screen)) {
    key = std::find(keys.begin(), keys.end(), kBuyKey);
    if (key == keys.end()) return {};
    ++key;
  }
  typed.insert(typed.end(), key, keys.end());
  if (typed.size() < 2) return {};
  const auto phone = templates::parse_phone(typed[0]);
  // What stands in the state is in the smallest unit.
  const bool is_read = is_of_buying(place.screen) && place.arguments.size() > 1;
  const auto amount = templates::parse_amount(typed[1], is_read ? MoneyDisplay::rial : club.money_display);
  if (!phone || !amount) return {};
  return {.phone = *phone, .amount = *amount};
}

class CashierWalk final : public Walk {
 public:
  // `reached`: the purchase that the walk may come to, of which enough was loaded.
  CashierWalk(WalkFrom from, BuyOrder reached) : Walk(std::move(from)), reached_(std::move(reached)) {}

 private:
  std::string prompt() const override {
    switch (place_.screen) {
      case Screen::check_code:
      case Screen::redeem_code:
        return text("ussd_ask_code");
      case Screen::redeem_amount:
      case Screen::buy_amount:
        return text("ussd_ask_amount", {{"unit", unit()}});
      case Screen::redeem_last4:
        return text("ussd_ask_last4");
      case Screen::redeem_pin:
      case Screen::buy_pin:
        return text("ussd_ask_pin");
      case Screen::redeem_confirm:
        return text("ussd_redeem_confirm",
                    {{"code", argument(0)}, {"amount", money(*speaker_.club, std::stoll(argument(1)))}});
      case Screen::buy_phone:
        return text("ussd_ask_phone");
      case Screen::buy_confirm:
        return buy_confirmation();
      default:
        return named("ussd_cashier_root", {"branch", branch_name(*speaker_.club, speaker_.cashier->branch)});
    }
  }

  std::string buy_confirmation() const {
    const std::string phone = templates::masked(buy_order().phone);
    return text("ussd_buy_confirm",
                {{"phone", phone}, {"amount", money(*speaker_.club, buy_order().amount)}});
  }

  void choose(const std::string& key) override {
    switch (place_.screen) {
      case Screen::check_code:
        return with_code(key, [this](auto code) { end(check(speaker_, code, facts_, setting_)); });
      case Screen::redeem_code:
        return with_code(key, [this](auto code) { show(Screen::redeem_amount, {std::to_string(code)}); });
      case Screen::redeem_amount:
        return take_amount(key, asks_for_last4(*speaker_.club) ? Screen::redeem_last4 : pin_or_confirm());
      case Screen::redeem_last4:
        return take_last4(key);
      case Screen::redeem_pin:
        return redeem_now(key);
      case Screen::redeem_confirm:
        return key == "1" ? redeem_now("") : bad_choice();
      case Screen::buy_phone:
        return take_phone(key, Screen::buy_amount);
      case Screen::buy_amount:
        return take_amount(key, wants_pin() ? Screen::buy_pin : Screen::buy_confirm);
      case Screen::buy_pin:
        return buy_now(key);
      case Screen::buy_confirm:
        return key == "1" ? buy_now("") : bad_choice();
      default:
        return choose_at_root(key);
    }
  }

  void choose_at_root(const std::string& key) {
    if (key == kCheckKey) return show(Screen::check_code);
    if (key == kRedeemKey) return show(Screen::redeem_code);
    if (key == kBuyKey) return show(Screen::buy_phone);
    if (key == kTodayKey) return end(today(speaker_, facts_, setting_));
    bad_choice();
  }

  bool wants_pin() const { return speaker_.club->policy.redeem_auth == CashierAuth::pin; }
  Screen pin_or_confirm() const { return wants_pin() ? Screen::redeem_pin : Screen::redeem_confirm; }

  // Behind a code or a phone.
  void take_amount(const std::string& key, Screen next) {
    with_amount(key, [this, next](auto amount) { show(next, {argument(0), std::to_string(amount)}); });
  }

  void take_last4(const std::string& key) {
    if (key.size() != 4 || key.find_first_not_of("0123456789") != key.npos) return bad_choice();
    show(pin_or_confirm(), {argument(0), argument(1), key});
  }

  void redeem_now(std::string pin) {
    const RedeemOrder order{.code = rules::parse_code(argument(0)).value_or(0),
                            .invoice_amount = std::stoll(argument(1)),
                            .pin = std::move(pin),
                            .last4 = place_.arguments.size() > 2 ? argument(2) : std::string()};
    end(redeem(speaker_, order, facts_, setting_));
  }

  BuyOrder buy_order() const {
    return {.phone = std::stoull(argument(0)), .amount = std::stoll(argument(1))};
  }

  void buy_now(std::string pin) {
    BuyOrder order = buy_order();
    // Only what was seen coming is known enough about; a walk that goes elsewhere first is asked again.
    const bool known = reached_.phone == order.phone && reached_.amount == order.amount;
    if (!known) return show(Screen::root);
    order.pin = std::move(pin);
    end(buy(speaker_, order, candidates_, facts_, setting_));
  }

  BuyOrder reached_;
};

}  // namespace

Needs needs_cashier_walk(const Speaker& speaker, const Place& place, const std::vector<std::string>& keys,
                         const Setting& setting) {
  Needs needs;
  needs.cashiers.insert(speaker.key());
  if (std::find(keys.begin(), keys.end(), kTodayKey) != keys.end())
    needs.merge(needs_today(speaker, setting.now));
  // One key orders a redemption on one screen only; a purchase asks for itself.
  if (keys.size() > 1 || place.screen == Screen::redeem_confirm) needs.merge(needs_challenge(speaker));
  const BuyOrder order = buy_reached(place, keys, *speaker.club);
  if (order.phone != 0) needs.merge(needs_buy(speaker, order, setting));
  return needs;
}

Outcome walk_as_cashier(WalkFrom from, const std::vector<std::string>& keys, bool is_new) {
  BuyOrder reached = buy_reached(from.place, keys, *from.speaker.club);
  return CashierWalk(std::move(from), std::move(reached)).run(keys, is_new);
}

}  // namespace peyk::handlers
