// Where a dialog stands: its screen and what was typed on the way there, as one short string between two
// steps.
//
// To add a screen: a value in Screen with a letter that no other has; see ussd_walk.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace peyk::handlers {

// The letters are what a state is written with.
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
  codes = 'c',      // paged: the argument is the page
  club = 'm',       // a member's club: her past, a new code
  offers = 'f',     // paged: the argument is the page
  past = 'v',       // paged: which of the club's keys, the page
  statement = 't',  // its page, and the page of that
  split_amount = 'n',
  give_phone = 'g',  // then the amount, then a confirmation
  give_amount = 'h',
  give_confirm = 'i',
  pay_amount = 'x',  // then the branch, unless there is but one, then a confirmation with what credit pays
  pay_branch = 'z',
  pay_confirm = 'w',
  profile = 'j',  // what she has told; then one thing of it, by its key
  profile_field = 'd',
};

bool is_of_buying(Screen screen);
bool is_of_redeeming(Screen screen);
bool is_for_cashiers(Screen screen);

struct Place {
  Screen screen = Screen::root;
  std::vector<std::string> arguments;
};

// What is no state stands at the root.
Place read_state(std::string_view state);
// Throws std::logic_error if it outgrew its column.
std::string write_state(const Place& place);

// "2*1" or "1": the keys that were pressed, eight at most, folded, so that Persian digits are choices too.
std::vector<std::string> keys_of(std::string_view input);

}  // namespace peyk::handlers
