// A member's menu, and a guest's: join or her club (her past, a new code, paying), her credit, her codes, a
// code, credit for another and its way back, the offers open to her, what she tells of herself.
#include <algorithm>
#include <charconv>

#include "handlers/membership.hpp"
#include "handlers/move.hpp"
#include "handlers/profile.hpp"
#include "handlers/use_cases.hpp"
#include "handlers/ussd_walk.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"
#include "templates/utf8.hpp"

namespace peyk::handlers {
namespace {

constexpr std::string_view kClubKey = "1", kCreditKey = "2", kGiveKey = "5", kOffersKey = "6",
                           kProfileKey = "7";                                                   // at the root
constexpr std::string_view kStatementKey = "2", kWhyKey = "3", kSplitKey = "4", kPayKey = "5";  // in the club
constexpr std::size_t kCityOctetsShown = 24;
constexpr std::string_view kUndoKey = "1";  // where the phone of a transfer is asked for
constexpr std::string_view kRootKeys = "12345678", kClubKeys = "12345";

bool is_one_of(const std::string& key, std::string_view choices) {
  return key.size() == 1 && choices.find(key) != choices.npos;
}
bool is_of_giving(Screen screen) {
  return screen == Screen::give_phone || screen == Screen::give_amount || screen == Screen::give_confirm;
}
bool is_of_paying(Screen screen) {
  return screen == Screen::pay_amount || screen == Screen::pay_branch || screen == Screen::pay_confirm;
}
bool is_of_profile(Screen screen) {
  return screen == Screen::profile || screen == Screen::profile_field;
}

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
      case Screen::offers:
      case Screen::past:
      case Screen::statement:
        return text("ussd_codes_none");
      case Screen::club:
        return named("ussd_club_root", {"club", speaker_.club->name}, {{"card", card()}});
      case Screen::split_amount:
        return text("ussd_ask_split", {{"unit", unit()}});
      case Screen::give_phone:
        return text("ussd_ask_give_phone");
      case Screen::give_amount:
        return text("ussd_ask_give_amount", {{"unit", unit()}});
      case Screen::give_confirm:
        return text("ussd_give_confirm", {{"phone", templates::masked(std::stoull(argument(0)))},
                                          {"amount", money(*speaker_.club, std::stoll(argument(1)))}});
      case Screen::pay_amount:
        return text("ussd_ask_pay_amount", {{"unit", unit()}});
      case Screen::pay_branch:
        return text("ussd_ask_pay_branch");
      case Screen::pay_confirm:
        return named("ussd_pay_confirm", {"branch", branch_name(*speaker_.club, pay_order().branch)},
                     {{"amount", money(*speaker_.club, pay_order().amount)},
                      {"used", money(*speaker_.club, std::stoll(argument(2)))}});
      case Screen::profile:
        return profile_shown();
      case Screen::profile_field:
        return text(profile_field() == ProfileField::name   ? "ussd_ask_name"
                    : profile_field() == ProfileField::born ? "ussd_ask_born"
                    : profile_field() == ProfileField::city ? "ussd_ask_city"
                                                            : "ussd_ask_gender");
      default:
        return named(is_member() ? "ussd_member_root" : "ussd_guest_root", {"club", speaker_.club->name});
    }
  }

  void choose(const std::string& key) override {
    switch (place_.screen) {
      case Screen::enter_code:
        return with_code(key, [this](auto code) {
          end(named_code(speaker_, code, false, candidates_, facts_, setting_));
        });
      case Screen::codes:
        return key == "9" ? show_codes(page_at(0) + 1) : bad_choice();
      case Screen::offers:
        return key == "9" ? show_offers(page_at(0) + 1) : bad_choice();
      case Screen::club:
        return choose_in_club(key);
      case Screen::past:
        return key == "9" ? show_past(argument(0), page_at(1) + 1) : bad_choice();
      case Screen::statement:
        return key == "9" ? show_statement(statement_page(), page_at(1) + 1) : bad_choice();
      case Screen::split_amount:
        return with_amount(
            key, [this](auto amount) { end(split(speaker_, amount, candidates_, facts_, setting_)); });
      case Screen::give_phone:
        return key == kUndoKey ? end(undo(speaker_, candidates_, facts_, setting_))
                               : take_phone(key, Screen::give_amount);
      case Screen::give_amount:
        return with_amount(key, [this](auto amount) { ask_give(amount); });
      case Screen::give_confirm:
        return key == "1" ? end(give_now(speaker_, give_order(), candidates_, facts_, setting_))
                          : bad_choice();
      case Screen::pay_amount:
        return with_amount(key, [this](auto amount) { take_pay_amount(amount); });
      case Screen::pay_branch:
        return take_pay_branch(key);
      case Screen::pay_confirm:
        return key == "1" ? pay_as_shown() : bad_choice();
      case Screen::profile:
        return is_one_of(key, "1234") ? show(Screen::profile_field, {key}) : bad_choice();
      case Screen::profile_field:
        return take_profile_field(key);
      default:
        return choose_at_root(key);
    }
  }

  void back() override {
    if (place_.screen == Screen::codes && page_at(0) > 0) return show_codes(page_at(0) - 1);
    if (place_.screen == Screen::offers && page_at(0) > 0) return show_offers(page_at(0) - 1);
    if (place_.screen == Screen::past && page_at(1) > 0) return show_past(argument(0), page_at(1) - 1);
    if (place_.screen == Screen::statement && page_at(1) > 0)
      return show_statement(statement_page(), page_at(1) - 1);
    if (place_.screen == Screen::statement && statement_page() > 1)
      return show_statement(statement_page() - 1, 0);
    Walk::back();
  }

  void choose_at_root(const std::string& key) {
    if (key == kClubKey) return is_member() ? show(Screen::club) : end(join(speaker_, "", facts_, setting_));
    if (key == "8") return change_language();
    if (!is_member()) return bad_choice();
    if (key == kCreditKey) return end(credit(speaker_, facts_, setting_));
    if (key == "3") return show_codes(0);
    if (key == "4") return show(Screen::enter_code);
    if (key == kGiveKey) return show(Screen::give_phone);
    if (key == kProfileKey) return show(Screen::profile);
    if (key == kOffersKey) return show_offers(0);
    bad_choice();
  }

  void choose_in_club(const std::string& key) {
    if (key == "1" || key == kWhyKey) return show_past(key, 0);
    if (key == kStatementKey) return show_statement(1, 0);
    if (key == kSplitKey) return show(Screen::split_amount);
    if (key == kPayKey) return show(Screen::pay_amount);
    bad_choice();
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

  void show_offers(std::size_t wanted) {
    show_page(offers(speaker_, facts_, setting_), wanted, Screen::offers, {});
  }

  void show_past(const std::string& which, std::size_t wanted) {
    show_page(which == kWhyKey ? why(speaker_, facts_, setting_) : history(speaker_, facts_, setting_),
              wanted, Screen::past, {which});
  }

  std::uint32_t statement_page() const {
    return static_cast<std::uint32_t>(std::clamp<std::size_t>(page_at(0), 1, kStatementPagesMax));
  }

  // Behind the last screen of a page comes the next page.
  void show_statement(std::uint32_t page, std::size_t wanted) {
    const bool goes_on = statement_goes_on(speaker_, page, facts_);
    Said said = statement(speaker_, page, facts_, setting_);
    if (goes_on) said.reply += '\n' + text("ussd_more");
    if (goes_on && wanted >= screens_of(said.reply)) return show_statement(page + 1, 0);
    show_page(std::move(said), wanted, Screen::statement, {std::to_string(page)}, goes_on);
  }

  ProfileField profile_field() const { return static_cast<ProfileField>(std::stoi(argument(0)) - 1); }
  static std::string key_of(ProfileField field) { return std::to_string(static_cast<int>(field) + 1); }

  std::string profile_shown() const {
    if (!is_member()) return not_member(speaker_, setting_).reply;  // she has left meanwhile
    const Profile known = profile_of(*facts_.member(speaker_.key()), facts_);
    const std::string born = known.born ? templates::format_date_short(*known.born, speaker_.language) : "-";
    const std::string city =
        known.city.empty() ? "-" : std::string(templates::clip(known.city, kCityOctetsShown));
    const std::string name = known.name.empty() ? "-" : known.name;
    return named("ussd_profile_root", {"name", name},
                 {{"born", born},
                  {"city", city},
                  {"gender", known.gender == Gender::woman ? "woman"
                             : known.gender == Gender::man ? "man"
                                                           : "none"}});
  }

  // What she tells is noted, and the next thing asked that is missing yet.
  void take_profile_field(const std::string& key) {
    if (!is_member()) return end(not_member(speaker_, setting_));
    const ProfileField field = profile_field();
    const bool is_gender = field == ProfileField::gender;
    const std::string typed = is_gender && key == "1" ? "f" : is_gender && key == "2" ? "m" : key;
    Said said = set_profile(speaker_, field, typed, candidates_, facts_, setting_);
    Profile after = profile_of(*facts_.member(speaker_.key()), facts_);
    const auto* set = said.effects.empty() ? nullptr : std::get_if<SetProfile>(&said.effects.back());
    if (set != nullptr) after = set->row;
    const bool is_refused = set == nullptr && missing_in(after) == field;
    const auto next = is_refused ? std::optional(field) : missing_in(after);
    if (!next) return end(std::move(said));
    go_on(std::move(said), Screen::profile_field, {key_of(*next)});
  }

  GiveOrder give_order() const { return {.to = std::stoull(argument(0)), .amount = std::stoll(argument(1))}; }

  // Refused now rather than after she has confirmed.
  void ask_give(rules::Amount amount) {
    const GiveOrder order{.to = std::stoull(argument(0)), .amount = amount};
    if (auto refused = give_refused(speaker_, order, facts_, setting_)) return end(std::move(*refused));
    show(Screen::give_confirm, {argument(0), std::to_string(amount)});
  }

  PayOrder pay_order() const {
    return {.branch = static_cast<BranchNo>(std::stoul(argument(1))), .amount = std::stoll(argument(0))};
  }

  void take_pay_amount(rules::Amount amount) {
    const auto& branches = speaker_.club->branches;
    if (branches.size() == 1) return ask_pay({.branch = branches.front().number, .amount = amount});
    show(Screen::pay_branch, {std::to_string(amount)});
  }

  void take_pay_branch(const std::string& key) {
    PayOrder order{.amount = std::stoll(argument(0))};
    const auto read = std::from_chars(key.data(), key.data() + key.size(), order.branch);
    if (read.ec != std::errc() || read.ptr != key.data() + key.size()) return bad_choice();
    ask_pay(order);
  }

  void ask_pay(const PayOrder& order) {
    const auto judged = pay_judged(speaker_, order, facts_, setting_);
    if (const auto* why = std::get_if<std::string>(&judged)) return end({.reply = *why});
    show(Screen::pay_confirm, {std::to_string(order.amount), std::to_string(order.branch),
                               std::to_string(std::get<rules::Taken>(judged).used)});
  }

  // Has her credit changed since, she is shown it anew: no more is taken than she has seen.
  void pay_as_shown() {
    const PayOrder order = pay_order();
    const auto judged = pay_judged(speaker_, order, facts_, setting_);
    const auto* taken = std::get_if<rules::Taken>(&judged);
    if (taken != nullptr && taken->used != std::stoll(argument(2))) return ask_pay(order);
    end(pay_now(speaker_, order, candidates_, facts_, setting_));
  }
};

}  // namespace

// What moving credit and reading the past want to know, where these keys may lead there. A walk that strays
// first may lead anywhere.
Needs needs_member_walk(const Speaker& speaker, const Place& place, const std::vector<std::string>& keys,
                        const Setting& setting) {
  const auto pressed = [&keys](std::string_view key) {
    return static_cast<std::uint32_t>(std::count(keys.begin(), keys.end(), key));
  };
  const bool at_root = place.screen == Screen::root, several = keys.size() > 1;
  const bool gives = is_of_giving(place.screen) ||
                     (at_root && several && keys[0] == kGiveKey && (keys.size() > 2 || keys[1] == kUndoKey));
  std::string which;  // the club's key
  if (place.screen == Screen::club && !keys.empty()) which = keys[0];
  if (at_root && several && keys[0] == kClubKey) which = keys[1];
  if (place.screen == Screen::past) which = place.arguments.at(0);
  const bool strays =
      several && (pressed("0") + pressed("00") > 0 || (at_root && !is_one_of(keys[0], kRootKeys)) ||
                  (!which.empty() && !is_one_of(which, kClubKeys)));
  const bool moves = gives || which == kSplitKey || which == kPayKey || is_of_paying(place.screen) ||
                     place.screen == Screen::split_amount;
  Needs needs;
  if (strays || (at_root && !keys.empty() && keys[0] == kClubKey))
    needs.merge(needs_joining(*speaker.club, speaker.key()));
  if (strays || is_of_profile(place.screen) || (at_root && !keys.empty() && keys[0] == kProfileKey))
    needs.merge(needs_profile(speaker, setting));
  if (strays || (gives && pressed(kUndoKey) > 0)) {
    needs.merge(needs_undo(speaker, setting));
  } else if (moves) {
    needs.merge(needs_move(*speaker.club, speaker.key(), setting));
    draw_codes(needs, *speaker.club, setting);
  }
  if (strays || which == "1") needs.merge(needs_history(speaker));
  if (strays || which == kWhyKey) needs.merge(needs_why(speaker, setting));
  const auto picks = [&](std::string_view key) { return at_root && !keys.empty() && keys[0] == key; };
  if (strays || picks(kCreditKey)) needs.merge(needs_credit(speaker));
  if (strays || picks(kOffersKey) || place.screen == Screen::offers)
    needs.merge(needs_offers(speaker, setting));
  const auto read_pages = [&](std::uint32_t first, std::uint32_t last) {
    for (std::uint32_t page = std::max(first, 1U); page <= std::min(last, kStatementPagesMax); ++page)
      needs.merge(needs_statement(speaker, page));
  };
  if (strays || which == kStatementKey) read_pages(1, 1 + pressed("9"));
  if (place.screen == Screen::statement) {
    const auto page = static_cast<std::uint32_t>(std::stoul(place.arguments.at(0)));
    read_pages(page - std::min(page, pressed("0")), page + pressed("9"));
  }
  return needs;
}

Outcome walk_as_member(WalkFrom from, const std::vector<std::string>& keys, bool is_new) {
  return MemberWalk(std::move(from)).run(keys, is_new);
}

}  // namespace peyk::handlers
