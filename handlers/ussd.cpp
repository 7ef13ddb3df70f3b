// Menus: a dialog is a walk over screens, one key at a time; a deep link is several keys at once.
//
// The walk is pure: from a screen and a key to the next screen, or to the end. What a screen shows or does is
// decided by the same use cases as texts. Between two steps a dialog is one short string (its state): the
// screen, and what was typed on the way. So any process can take the next step, and a dialog left half-way
// has changed nothing.
//
// Keys: 0 back, 00 top, 9 more; 11 and 12 are never choices.
//
// To add a screen: a value in Screen with its letter, its row in kMenu or its case in Walk::take, its text in
// templates/messages/.
#include <algorithm>
#include <array>

#include "handlers/buy.hpp"
#include "handlers/decide.hpp"
#include "handlers/move.hpp"
#include "handlers/proof.hpp"
#include "handlers/use_cases.hpp"
#include "templates/fold.hpp"
#include "templates/phone.hpp"
#include "templates/screen.hpp"

namespace peyk::handlers {
namespace {

constexpr std::size_t kKeysMax = 8;        // of one deep link
constexpr std::size_t kKeyOctetsMax = 32;  // of one key
constexpr std::size_t kStateOctetsMax = 200;
constexpr std::chrono::hours kTextInsteadValid{1};
constexpr std::string_view kBuyKey = "3", kTodayKey = "4";  // a cashier's

// What a dialog stands on. The letters are what a state is written with.
enum class Screen : char {
  root = 'r',
  enter_code = 'e',   // a member's own code
  check_code = 'k',   // a cashier checks
  redeem_code = 'q',  // a cashier redeems: code, amount, then PIN or a confirmation
  redeem_amount = 'a',
  redeem_last4 = 'l',  // in clubs that ask for them, behind the amount
  redeem_pin = 'p',
  redeem_confirm = 'y',
  buy_phone = 'b',  // a cashier records a purchase: phone, amount, then PIN or a confirmation
  buy_amount = 'u',
  buy_pin = 's',
  buy_confirm = 'o',
  codes = 'c',  // paged: the argument is the page
  club = 'm',   // a member's club: her past, a new code
  past = 'v',   // paged: which of the club's keys, the page
  split_amount = 'n',
  give_phone = 'g',  // then the amount, then a confirmation
  give_amount = 'h',
  give_confirm = 'i',
};

bool is_of_buying(Screen screen) {
  return screen == Screen::buy_phone || screen == Screen::buy_amount || screen == Screen::buy_pin ||
         screen == Screen::buy_confirm;
}

bool is_for_cashiers(Screen screen) {
  return is_of_buying(screen) || screen == Screen::redeem_last4 || screen == Screen::check_code ||
         screen == Screen::redeem_code || screen == Screen::redeem_amount || screen == Screen::redeem_pin ||
         screen == Screen::redeem_confirm;
}

struct Place {
  Screen screen = Screen::root;
  std::vector<std::string> arguments;
};

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

Place read_state(std::string_view state) {
  auto parts = split(state, '|');
  if (parts.empty() || parts[0].size() != 1) return {};
  Place place{static_cast<Screen>(parts[0][0]), {parts.begin() + 1, parts.end()}};
  constexpr std::string_view known = "rekqalpybusocmvnghi";
  return known.find(parts[0][0]) == std::string_view::npos ? Place{} : place;
}

std::string write_state(const Place& place) {
  std::string state(1, static_cast<char>(place.screen));
  for (const std::string& argument : place.arguments) state += '|' + argument;
  return state;
}

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

// One request's walk. `said` is what the last step shows; no `open` means that the dialog ends with it.
class Walk {
 public:
  // `purchase`: that which the walk may come to, of which enough was loaded.
  Walk(const Speaker& speaker, std::span<const CodeKey> candidates, const Facts& facts, Setting& setting,
       Place from, BuyOrder purchase = {})
      : speaker_(speaker),
        candidates_(candidates),
        facts_(facts),
        setting_(setting),
        place_(std::move(from)),
        purchase_(std::move(purchase)) {}

  Outcome run(const std::vector<std::string>& keys, bool is_new) {
    if (is_new) show(Screen::root);
    for (const std::string& key : keys) {
      if (!open_) break;  // an effect or an answer ends the walk; what follows in a deep link is dropped
      take(key);
    }
    Outcome outcome{.effects = std::move(said_.effects),
                    .texts = std::move(said_.texts),
                    .answer = std::move(said_.reply)};
    if (open_) outcome.ussd_state = write_state(place_);
    if (outcome.ussd_state.size() > kStateOctetsMax)
      throw std::logic_error("a USSD state outgrew its column");
    if (!outcome.effects.empty() && !outcome.answer.empty()) outcome.if_not_shown = by_text(outcome.answer);
    return outcome;
  }

 private:
  OutgoingText by_text(const std::string& answer) const {
    const rules::Instant then = setting_.now + kScreenShownWithin;
    return {.club = speaker_.club->id,
            .line = speaker_.club->line,
            .to = speaker_.phone,
            .lane = Lane::urgent,
            .text = answer,
            .valid_until = then + kTextInsteadValid,
            .send_at = then};
  }

  std::string text(std::string_view key, std::initializer_list<templates::Argument> arguments = {}) const {
    return render(setting_, key, speaker_.language, arguments);
  }

  std::string card() const { return std::to_string(facts_.member(speaker_.key())->card); }
  std::string_view unit() const {
    return speaker_.club->money_display == MoneyDisplay::toman ? "toman" : "rial";
  }

  bool is_member() const { return facts_.member(speaker_.key()) != nullptr; }

  void show(Screen screen, std::vector<std::string> arguments = {}) {
    place_ = {screen, std::move(arguments)};
    said_.reply = prompt();
  }

  std::string prompt() const {
    switch (place_.screen) {
      case Screen::root:
        return root();
      case Screen::enter_code:
        return text("ussd_enter_code");
      case Screen::check_code:
      case Screen::redeem_code:
        return text("ussd_ask_code");
      case Screen::club:
        return text("ussd_club_root", {{"club", speaker_.club->name}, {"card", card()}});
      case Screen::split_amount:
        return text("ussd_ask_split", {{"unit", unit()}});
      case Screen::give_phone:
        return text("ussd_ask_give_phone");
      case Screen::give_amount:
        return text("ussd_ask_give_amount", {{"unit", unit()}});
      case Screen::give_confirm:
        return text("ussd_give_confirm",
                    {{"phone", templates::masked(std::stoull(place_.arguments.at(0)))},
                     {"amount", money(*speaker_.club, std::stoll(place_.arguments.at(1)))}});
      case Screen::buy_phone:
        return text("ussd_ask_phone");
      case Screen::buy_confirm:
        return buy_confirmation();
      case Screen::redeem_last4:
        return text("ussd_ask_last4");
      case Screen::buy_amount:
      case Screen::redeem_amount:
        return text("ussd_ask_amount", {{"unit", unit()}});
      case Screen::redeem_pin:
      case Screen::buy_pin:
        return text("ussd_ask_pin");
      case Screen::redeem_confirm:
        return text("ussd_redeem_confirm",
                    {{"code", place_.arguments.at(0)},
                     {"amount", money(*speaker_.club, std::stoll(place_.arguments.at(1)))}});
      case Screen::codes:
      case Screen::past:
        return text("ussd_codes_none");
    }
    return root();
  }

  std::string buy_confirmation() const {
    const std::string phone = templates::masked(buy_order().phone);
    return text("ussd_buy_confirm",
                {{"phone", phone}, {"amount", money(*speaker_.club, buy_order().amount)}});
  }

  std::string root() const {
    if (speaker_.cashier != nullptr) {
      return text("ussd_cashier_root", {{"branch", branch_name(*speaker_.club, speaker_.cashier->branch)}});
    }
    return text(is_member() ? "ussd_member_root" : "ussd_guest_root", {{"club", speaker_.club->name}});
  }

  // The last screen: an answer, and the dialog is over. Too long for one screen: paged, and open while there
  // is more.
  void end(Said said) {
    said_ = std::move(said);
    open_ = false;
  }

  void bad_choice() { said_.reply = text("ussd_bad_choice") + "\n" + prompt(); }

  void take(const std::string& key) {
    if (key == "00") return show(Screen::root);
    if (key == "0") return back();
    switch (place_.screen) {
      case Screen::root:
        return speaker_.cashier != nullptr ? cashier_choice(key) : member_choice(key);
      case Screen::enter_code:
        return with_code(
            key, [this](auto code) { end(named_code(speaker_, code, candidates_, facts_, setting_)); });
      case Screen::check_code:
        return with_code(key, [this](auto code) { end(check(speaker_, code, facts_, setting_)); });
      case Screen::redeem_code:
        return with_code(key, [this](auto code) { show(Screen::redeem_amount, {std::to_string(code)}); });
      case Screen::redeem_amount:
        return take_amount(key, asks_for_last4(*speaker_.club) ? Screen::redeem_last4 : pin_or_confirm());
      case Screen::redeem_last4:
        return take_last4(key);
      case Screen::buy_phone:
        return take_phone(key, Screen::buy_amount);
      case Screen::buy_amount:
        return take_amount(key, wants_pin() ? Screen::buy_pin : Screen::buy_confirm);
      case Screen::buy_pin:
        return buy_now(key);
      case Screen::buy_confirm:
        return key == "1" ? buy_now("") : bad_choice();
      case Screen::redeem_pin:
        return redeem_now(key);
      case Screen::redeem_confirm:
        return key == "1" ? redeem_now("") : bad_choice();
      case Screen::codes:
        return key == "9" ? show_codes(page() + 1) : bad_choice();
      case Screen::past:
        return key == "9" ? show_past(place_.arguments.at(0), std::stoul(place_.arguments.at(1)) + 1)
                          : bad_choice();
      case Screen::club:
        return club_choice(key);
      case Screen::split_amount:
        return with_amount(key, [this](auto amount) {
          end_or_text(split(speaker_, amount, candidates_, facts_, setting_));
        });
      case Screen::give_phone:
        return take_phone(key, Screen::give_amount);
      case Screen::give_amount:
        return with_amount(key, [this](auto amount) { ask_give(amount); });
      case Screen::give_confirm:
        return key == "1" ? end_or_text(give_now(speaker_, give_order(), candidates_, facts_, setting_))
                          : bad_choice();
    }
  }

  void back() {
    if (place_.screen == Screen::root) return end({.reply = text("ussd_bye")});
    if (place_.screen == Screen::codes && page() > 0) return show_codes(page() - 1);
    if (place_.screen == Screen::past && std::stoul(place_.arguments.at(1)) > 0)
      return show_past(place_.arguments.at(0), std::stoul(place_.arguments.at(1)) - 1);
    show(Screen::root);
  }

  void member_choice(const std::string& key) {
    if (key == "1") return is_member() ? show(Screen::club) : end(join(speaker_, "", facts_, setting_));
    if (key == "8") return change_language();
    if (!is_member()) return bad_choice();
    if (key == "2") return end(credit(speaker_, facts_, setting_));
    if (key == "3") return show_codes(0);
    if (key == "4") return show(Screen::enter_code);
    if (key == "5") return show(Screen::give_phone);
    bad_choice();
  }

  void club_choice(const std::string& key) {
    if (key == "4") return show(Screen::split_amount);
    key == "1" || key == "2" || key == "3" ? show_past(key, 0) : bad_choice();
  }

  // What would not fit the screen goes by text: what was done cannot be done again for a second page.
  void end_or_text(Said said) {
    if (!templates::fits_screen(said.reply)) {
      said.texts.push_back(
          text_to(*speaker_.club, speaker_.phone, Lane::urgent, std::move(said.reply), setting_.now));
      said.reply = text("ussd_sent_by_text");
    }
    end(std::move(said));
  }

  void take_phone(const std::string& key, Screen next) {
    const auto phone = templates::parse_phone(key);
    if (!phone) return bad_choice();
    show(next, {std::to_string(*phone)});
  }

  GiveOrder give_order() const {
    return {.to = std::stoull(place_.arguments.at(0)), .amount = std::stoll(place_.arguments.at(1))};
  }

  // Refused now rather than after she has confirmed.
  void ask_give(rules::Amount amount) {
    const GiveOrder order{.to = std::stoull(place_.arguments.at(0)), .amount = amount};
    std::string why = give_refused(speaker_, order, facts_, setting_);
    if (!why.empty()) return end_or_text({.reply = std::move(why)});
    show(Screen::give_confirm, {place_.arguments.at(0), std::to_string(amount)});
  }

  void show_past(const std::string& which, std::size_t wanted) {
    show_page(which == "1"   ? history(speaker_, facts_, setting_)
              : which == "2" ? statement(speaker_, 1, facts_, setting_)
                             : why(speaker_, facts_, setting_),
              wanted, Screen::past, {which});
  }

  void cashier_choice(const std::string& key) {
    if (key == "1") return show(Screen::check_code);
    if (key == "2") return show(Screen::redeem_code);
    if (key == kBuyKey) return show(Screen::buy_phone);
    if (key == kTodayKey) return end(today(speaker_, facts_, setting_));
    bad_choice();
  }

  // A member's choice is kept; a guest's lasts for this dialog only as far as its answer.
  void change_language() {
    Said said = choose_language(speaker_, std::nullopt, facts_, setting_);
    if (is_member()) return end(std::move(said));
    speaker_.language = speaker_.language == Language::fa ? Language::en : Language::fa;
    show(Screen::root);
  }

  template <typename Then>
  void with_code(const std::string& key, Then then) {
    const auto code = rules::parse_code(templates::parse_code(key).value_or(""));
    if (!code) return bad_choice();
    then(*code);
  }

  template <typename Then>
  void with_amount(const std::string& key, Then then) {
    const auto amount = templates::parse_amount(key, speaker_.club->money_display);
    if (amount) return then(*amount);
    said_.reply = text(templates::amount_bad_key(amount.error())) + "\n" + prompt();
  }

  BuyOrder buy_order() const {
    return {.phone = std::stoull(place_.arguments.at(0)), .amount = std::stoll(place_.arguments.at(1))};
  }

  void buy_now(std::string pin) {
    BuyOrder order = buy_order();
    // Only what was seen coming is known enough about; a walk that goes elsewhere first is asked again.
    const bool known = purchase_.phone == order.phone && purchase_.amount == order.amount;
    if (!known) return show(Screen::root);
    order.pin = std::move(pin);
    end(buy(speaker_, order, candidates_, facts_, setting_));
  }

  bool wants_pin() const { return speaker_.club->policy.redeem_auth == CashierAuth::pin; }
  Screen pin_or_confirm() const { return wants_pin() ? Screen::redeem_pin : Screen::redeem_confirm; }

  void take_last4(const std::string& key) {
    if (key.size() != 4 || key.find_first_not_of("0123456789") != key.npos) return bad_choice();
    show(pin_or_confirm(), {place_.arguments.at(0), place_.arguments.at(1), key});
  }

  void take_amount(const std::string& key, Screen next) {
    with_amount(key, [this, next](auto amount) {
      show(next, {place_.arguments.at(0), std::to_string(amount)});
    });
  }

  void redeem_now(std::string pin) {
    const RedeemOrder order{.code = rules::parse_code(place_.arguments.at(0)).value_or(0),
                            .invoice_amount = std::stoll(place_.arguments.at(1)),
                            .pin = std::move(pin),
                            .last4 = place_.arguments.size() > 2 ? place_.arguments[2] : std::string()};
    end(redeem(speaker_, order, facts_, setting_));
  }

  std::size_t page() const { return place_.arguments.empty() ? 0 : std::stoul(place_.arguments[0]); }

  void show_codes(std::size_t wanted) {
    show_page(codes(speaker_, facts_, setting_), wanted, Screen::codes, {});
  }

  // One of the screens of a long answer; the dialog is over if it has but one.
  void show_page(Said said, std::size_t wanted, Screen screen, std::vector<std::string> arguments) {
    const auto screens = templates::pages(said.reply, text("ussd_more"), text("ussd_back"));
    const std::size_t number = std::min(wanted, screens.size() - 1);
    said.reply = screens[number];
    const bool last = number + 1 == screens.size();
    if (last && number == 0) return end(std::move(said));
    said_ = std::move(said);
    arguments.push_back(std::to_string(number));
    place_ = {screen, std::move(arguments)};
  }

  Speaker speaker_;
  std::span<const CodeKey> candidates_;
  const Facts& facts_;
  Setting& setting_;
  Place place_;
  BuyOrder purchase_;
  Said said_;
  bool open_ = true;
};

// "2*1" or "1": at most kKeysMax keys, folded, so that Persian digits are choices too.
std::vector<std::string> keys_of(std::string_view input) {
  while (!input.empty() && input.back() == '#') input.remove_suffix(1);
  std::vector<std::string> keys;
  for (std::string& key : split(input, '*')) {
    if (key.empty()) continue;
    if (keys.size() == kKeysMax) break;
    keys.push_back(templates::fold(std::string_view(key).substr(0, kKeyOctetsMax)));
  }
  return keys;
}

// What moving credit and reading the past want to know, where these keys may lead there.
Needs needs_of_club(const Speaker& speaker, const Place& place, const std::vector<std::string>& keys,
                    const Setting& setting) {
  const auto is_back = [](const std::string& key) { return key == "0" || key == "00"; };
  const bool anywhere = keys.size() > 1 && std::any_of(keys.begin(), keys.end(), is_back);
  const bool at_root = place.screen == Screen::root, in_club = place.screen == Screen::club;
  const bool into_club = at_root && keys.size() > 1 && keys[0] == "1";
  const bool gives = place.screen == Screen::give_amount || place.screen == Screen::give_confirm ||
                     place.screen == Screen::give_phone || (at_root && keys.size() > 2 && keys[0] == "5");
  std::string which;  // the club's key
  if (in_club && !keys.empty()) which = keys[0];
  if (into_club) which = keys[1];
  if (place.screen == Screen::past) which = place.arguments.at(0);
  Needs needs;
  if (anywhere || gives || which == "4" || place.screen == Screen::split_amount) {
    needs = needs_move(*speaker.club, speaker.key(), setting);
    draw_codes(needs, *speaker.club, setting);
  }
  if (anywhere || which == "1") needs.merge(needs_history(speaker));
  if (anywhere || which == "2") needs.merge(needs_statement(speaker, 1));
  if (anywhere || which == "3") needs.merge(needs_why(speaker));
  return needs;
}

}  // namespace

Plan plan_ussd(const UssdRequest& request, const Setting& setting) {
  const Club* club = setting.directory.at_ussd_root(request.root);
  if (club == nullptr || request.from == 0) return {.what = PlannedNothing{}};
  PlannedUssd planned{.speaker = {.club = club,
                                  .phone = request.from,
                                  .cashier = setting.directory.cashier(club->id, request.from),
                                  .medium = Medium::ussd},
                      .keys = keys_of(request.input),
                      .state = request.state};
  const Speaker& speaker = planned.speaker;
  Needs needs;
  needs.wallets.insert(speaker.key());
  std::vector<std::string> typed = planned.keys;
  for (std::string& argument : read_state(planned.state).arguments) typed.push_back(std::move(argument));
  for (const std::string& word : typed) {
    const auto code = rules::parse_code(templates::parse_code(word).value_or(""));
    if (const auto phone = templates::parse_phone(word)) needs.members.insert({club->id, *phone});
    if (!code) continue;
    needs.merge(needs_named_code(speaker, *code, setting));
    needs.merge(needs_proof(speaker, *code));
  }
  if (speaker.cashier == nullptr)
    needs.merge(needs_of_club(speaker, read_state(planned.state), planned.keys, setting));
  if (speaker.cashier != nullptr) {
    needs.cashiers.insert(speaker.key());
    if (std::find(planned.keys.begin(), planned.keys.end(), kTodayKey) != planned.keys.end())
      needs.merge(needs_today(speaker, setting.now));
    needs.merge(needs_challenge(speaker));
    const BuyOrder order = buy_reached(read_state(planned.state), planned.keys, *club);
    if (order.phone != 0) needs.merge(needs_buy(speaker, order, setting));
  }
  return {.needs = std::move(needs), .what = std::move(planned)};
}

Outcome decide_ussd(const PlannedUssd& plan, std::span<const CodeKey> candidates, const Facts& facts,
                    Setting& setting) {
  Speaker speaker = plan.speaker;
  speaker.language = language_for(facts.member(speaker.key()), std::nullopt, *speaker.club);
  const Place place = read_state(plan.state);
  if (speaker.cashier == nullptr && is_for_cashiers(place.screen)) {
    // She was one when the dialog began, and is none now: nothing of what she typed counts.
    return Walk(speaker, candidates, facts, setting, {}).run({}, true);
  }
  Walk walk(speaker, candidates, facts, setting, place, buy_reached(place, plan.keys, *speaker.club));
  return walk.run(plan.keys, plan.state.empty());
}

}  // namespace peyk::handlers
