#include "handlers/ussd_walk.hpp"

#include <algorithm>

#include "handlers/decide.hpp"
#include "templates/phone.hpp"
#include "templates/screen.hpp"
#include "templates/utf8.hpp"

namespace peyk::handlers {
namespace {

constexpr std::chrono::hours kTextInsteadValid{1};

}  // namespace

Outcome Walk::run(const std::vector<std::string>& keys, bool is_new) {
  if (is_new) show(Screen::root);
  for (const std::string& key : keys) {
    // An effect or an answer ends the walk, though not the dialog; what follows in a deep link is dropped.
    if (!open_ || !said_.effects.empty()) break;
    take(key);
  }
  Outcome outcome{
      .effects = std::move(said_.effects), .texts = std::move(said_.texts), .answer = std::move(said_.reply)};
  if (open_) outcome.ussd_state = write_state(place_);
  // Over by then: she is not told of what she can no longer use.
  const bool in_time = setting_.now + kScreenShownWithin < said_.good_until;
  if (!outcome.effects.empty() && !outcome.answer.empty() && in_time)
    outcome.if_not_shown = by_text(outcome.answer);
  return outcome;
}

OutgoingText Walk::by_text(const std::string& answer) const {
  const rules::Instant then = setting_.now + kScreenShownWithin;
  return {.club = speaker_.club->id,
          .line = speaker_.club->line,
          .to = speaker_.phone,
          .lane = Lane::urgent,
          .text = answer,
          .valid_until = std::min<rules::Instant>(then + kTextInsteadValid, said_.good_until),
          .send_at = then};
}

std::string Walk::named(std::string_view key, templates::Argument name,
                        std::initializer_list<templates::Argument> others) const {
  std::u32string shown = templates::to_code_points(std::get<std::string_view>(name.value));
  for (;;) {
    const std::string part = templates::to_utf8(shown);
    std::vector<templates::Argument> arguments = {{name.name, part}};
    arguments.insert(arguments.end(), others.begin(), others.end());
    std::string screen = setting_.catalogue.render(key, speaker_.language, arguments);
    if (shown.empty() || templates::fits_screen(screen)) return screen;
    shown.pop_back();
  }
}

std::string_view Walk::unit() const {
  return speaker_.club->money_display == MoneyDisplay::toman ? "toman" : "rial";
}

void Walk::take(const std::string& key) {
  if (key == "00") return show(Screen::root);
  if (key == "0") return back();
  choose(key);
}

void Walk::back() {
  if (place_.screen == Screen::root) return end({.reply = text("ussd_bye")});
  show(Screen::root);
}

void Walk::show(Screen screen, std::vector<std::string> arguments) {
  place_ = {screen, std::move(arguments)};
  said_.reply = prompt();
}

void Walk::end(Said said) {
  if (!templates::fits_screen(said.reply)) {
    said.texts.push_back(text_to(*speaker_.club, speaker_.phone, Lane::urgent, std::move(said.reply),
                                 setting_.now, said.good_until));
    said.reply = text("ussd_sent_by_text");
  }
  said_ = std::move(said);
  open_ = false;
}

void Walk::show_page(Said said, std::size_t wanted, Screen screen, std::vector<std::string> arguments,
                     bool goes_on) {
  const auto screens = templates::pages(said.reply, text("ussd_more"), text("ussd_back"));
  const std::size_t number = std::min(wanted, screens.size() - 1);
  said.reply = screens[number];
  const bool last = number + 1 == screens.size();
  if (last && number == 0 && !goes_on) return end(std::move(said));
  said_ = std::move(said);
  arguments.push_back(std::to_string(number));
  place_ = {screen, std::move(arguments)};
}

std::size_t Walk::screens_of(const std::string& answer) const {
  return templates::pages(answer, text("ussd_more"), text("ussd_back")).size();
}

void Walk::go_on(Said said, Screen screen, std::vector<std::string> arguments) {
  place_ = {screen, std::move(arguments)};
  std::string both = said.reply + '\n' + prompt();
  if (templates::fits_screen(both)) said.reply = std::move(both);
  said_ = std::move(said);
}

void Walk::bad_choice() {
  std::string both = text("ussd_bad_choice") + "\n" + prompt();
  // A menu is shown whole, rather than without its last keys.
  said_.reply = templates::fits_screen(both) ? std::move(both) : prompt();
}

void Walk::bad_amount(templates::AmountError error) {
  std::string why = text(templates::amount_bad_key(error)), both = why + "\n" + prompt();
  said_.reply = templates::fits_screen(both) ? std::move(both) : std::move(why);
}

void Walk::take_phone(const std::string& key, Screen next) {
  const auto phone = templates::parse_phone(key);
  if (!phone) return bad_choice();
  show(next, {std::to_string(*phone)});
}

}  // namespace peyk::handlers
