// A member's menu, and a guest's: join or her club, her credit, her codes, a code, credit for another.
#include <algorithm>

#include "handlers/move.hpp"
#include "handlers/use_cases.hpp"
#include "handlers/ussd_walk.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

class MemberWalk final : public Walk {
 public:
  using Walk::Walk;

 private:
  bool is_member() const { return facts_.member(speaker_.key()) != nullptr; }
  std::string card() const { return std::to_string(facts_.member(speaker_.key())->card); }
  std::size_t page_at(std::size_t i) const {
    return place_.arguments.size() > i ? std::stoul(place_.arguments[i]) : 0;
  }

  std::string prompt() const override {
    switch (place_.screen) {
      case Screen::enter_code:
        return text("ussd_enter_code");
      case Screen::codes:
      case Screen::past:
        return text("ussd_codes_none");
      case Screen::club:
        return text("ussd_club_root", {{"club", speaker_.club->name}, {"card", card()}});
      case Screen::split_amount:
        return text("ussd_ask_split", {{"unit", unit()}});
      case Screen::give_phone:
        return text("ussd_ask_give_phone");
      case Screen::give_amount:
        return text("ussd_ask_give_amount", {{"unit", unit()}});
      case Screen::give_confirm:
        return text("ussd_give_confirm", {{"phone", templates::masked(std::stoull(argument(0)))},
                                          {"amount", money(*speaker_.club, std::stoll(argument(1)))}});
      default:
        return text(is_member() ? "ussd_member_root" : "ussd_guest_root", {{"club", speaker_.club->name}});
    }
  }

  void choose(const std::string& key) override {
    switch (place_.screen) {
      case Screen::enter_code:
        return with_code(
            key, [this](auto code) { end(named_code(speaker_, code, candidates_, facts_, setting_)); });
      case Screen::codes:
        return key == "9" ? show_codes(page_at(0) + 1) : bad_choice();
      case Screen::club:
        return choose_in_club(key);
      case Screen::past:
        return key == "9" ? show_past(argument(0), page_at(1) + 1) : bad_choice();
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
      default:
        return choose_at_root(key);
    }
  }

  void back() override {
    if (place_.screen == Screen::codes && page_at(0) > 0) return show_codes(page_at(0) - 1);
    if (place_.screen == Screen::past && page_at(1) > 0) return show_past(argument(0), page_at(1) - 1);
    Walk::back();
  }

  void choose_at_root(const std::string& key) {
    if (key == "1") return is_member() ? show(Screen::club) : end(join(speaker_, "", facts_, setting_));
    if (key == "8") return change_language();
    if (!is_member()) return bad_choice();
    if (key == "2") return end(credit(speaker_, facts_, setting_));
    if (key == "3") return show_codes(0);
    if (key == "4") return show(Screen::enter_code);
    if (key == "5") return show(Screen::give_phone);
    bad_choice();
  }

  void choose_in_club(const std::string& key) {
    if (key == "4") return show(Screen::split_amount);
    key == "1" || key == "2" || key == "3" ? show_past(key, 0) : bad_choice();
  }

  // A member's choice is kept; a guest's lasts for this dialog only as far as its answer.
  void change_language() {
    Said said = choose_language(speaker_, std::nullopt, facts_, setting_);
    if (is_member()) return end(std::move(said));
    speaker_.language = speaker_.language == Language::fa ? Language::en : Language::fa;
    show(Screen::root);
  }

  void show_codes(std::size_t wanted) {
    show_page(codes(speaker_, facts_, setting_), wanted, Screen::codes, {});
  }

  void show_past(const std::string& which, std::size_t wanted) {
    show_page(which == "1"   ? history(speaker_, facts_, setting_)
              : which == "2" ? statement(speaker_, 1, facts_, setting_)
                             : why(speaker_, facts_, setting_),
              wanted, Screen::past, {which});
  }

  GiveOrder give_order() const { return {.to = std::stoull(argument(0)), .amount = std::stoll(argument(1))}; }

  // Refused now rather than after she has confirmed.
  void ask_give(rules::Amount amount) {
    const GiveOrder order{.to = std::stoull(argument(0)), .amount = amount};
    std::string why = give_refused(speaker_, order, facts_, setting_);
    if (!why.empty()) return end_or_text({.reply = std::move(why)});
    show(Screen::give_confirm, {argument(0), std::to_string(amount)});
  }
};

}  // namespace

// What moving credit and reading the past want to know, where these keys may lead there.
Needs needs_member_walk(const Speaker& speaker, const Place& place, const std::vector<std::string>& keys,
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

Outcome walk_as_member(WalkFrom from, const std::vector<std::string>& keys, bool is_new) {
  return MemberWalk(std::move(from)).run(keys, is_new);
}

}  // namespace peyk::handlers
