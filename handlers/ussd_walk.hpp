// The walk over screens, one key at a time; a deep link is several keys at once.
//
// Pure: from a place and a key to the next place, or to the end. What a screen shows or does is decided by
// the same use cases as texts. Here stands what all walks share; a member's is in ussd_member.cpp, a
// cashier's in ussd_cashier.cpp.
//
// Keys: 0 back, 00 top, 9 more; 11 and 12 are never choices.
//
// To add a screen: its value in Screen, its text in prompt() and what its keys do in choose() of the walk
// that it belongs to, its text in templates/messages/.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/facts.hpp"
#include "handlers/rules/codes.hpp"
#include "handlers/speaker.hpp"
#include "handlers/ussd_place.hpp"
#include "templates/keywords.hpp"
#include "templates/money.hpp"

namespace peyk::handlers {

// From where a walk goes, and what it may know.
struct WalkFrom {
  const Speaker& speaker;
  std::span<const CodeKey> candidates;
  const Facts& facts;
  Setting& setting;
  Place place;
};

class Walk {
 public:
  explicit Walk(WalkFrom from)
      : speaker_(from.speaker),
        candidates_(from.candidates),
        facts_(from.facts),
        setting_(from.setting),
        place_(std::move(from.place)) {}
  virtual ~Walk() = default;

  // `is_new`: the dialog begins, and no key may have been pressed yet.
  Outcome run(const std::vector<std::string>& keys, bool is_new);

 protected:
  // What the place asks for.
  virtual std::string prompt() const = 0;
  // Any key but 0 and 00.
  virtual void choose(const std::string& key) = 0;
  // 0, where it is not simply the root.
  virtual void back();

  std::string text(std::string_view key, std::initializer_list<templates::Argument> arguments = {}) const {
    return render(setting_, key, speaker_.language, arguments);
  }
  // A menu with a name in it, of which no more is shown than leaves room for the keys.
  std::string named(std::string_view key, templates::Argument name,
                    std::initializer_list<templates::Argument> others = {}) const;
  std::string_view unit() const;
  const std::string& argument(std::size_t i) const { return place_.arguments.at(i); }

  void show(Screen screen, std::vector<std::string> arguments = {});
  // The last screen: an answer, and the dialog is over. What would not fit it goes by text: what was done
  // cannot be done again for a second page.
  void end(Said said);
  // An answer, and the next screen below it as far as there is room.
  void go_on(Said said, Screen screen, std::vector<std::string> arguments);
  // One of the screens of a long answer; the dialog is over if it has but one, unless something `goes_on`
  // behind it. The page is the last argument.
  void show_page(Said said, std::size_t wanted, Screen screen, std::vector<std::string> arguments,
                 bool goes_on = false);
  std::size_t screens_of(const std::string& answer) const;
  void bad_choice();
  void bad_amount(templates::AmountError error);

  // Go on with what was typed, or say what is wrong with it.
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
    bad_amount(amount.error());
  }
  void take_phone(const std::string& key, Screen next);

  Speaker speaker_;
  std::span<const CodeKey> candidates_;
  const Facts& facts_;
  Setting& setting_;
  Place place_;

 private:
  void take(const std::string& key);
  OutgoingText by_text(const std::string& answer) const;

  Said said_;  // what the last step shows
  bool open_ = true;
};

// ussd_member.cpp: of who is no cashier.
Needs needs_member_walk(const Speaker& speaker, const Place& place, const std::vector<std::string>& keys,
                        const Setting& setting);
Outcome walk_as_member(WalkFrom from, const std::vector<std::string>& keys, bool is_new);

// ussd_cashier.cpp
Needs needs_cashier_walk(const Speaker& speaker, const Place& place, const std::vector<std::string>& keys,
                         const Setting& setting);
Outcome walk_as_cashier(WalkFrom from, const std::vector<std::string>& keys, bool is_new);

}  // namespace peyk::handlers
