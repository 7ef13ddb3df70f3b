// A club as the decisions see it: the part of the data that staff write (the club file) and everybody reads.
// Loaded as a whole from MySQL into a Directory (see directory.hpp) and never changed in place.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "handlers/programme.hpp"
#include "handlers/rules/spend_at.hpp"
#include "handlers/rules/units.hpp"
#include "templates/language.hpp"
#include "templates/money.hpp"

namespace peyk::handlers {

using ClubId = std::uint32_t;
using BranchNo = std::uint32_t;

// E.164 digits without '+': 989120000101. 0 is "no phone". Made by templates::parse_phone.
using PhoneNumber = std::uint64_t;

using templates::Language;
using templates::MoneyDisplay;

// What proves that a cashier's text came from the cashier. challenge: a number that is sent to her phone and
// comes back.
enum class CashierAuth : std::uint8_t { phone, pin, challenge };

// Who may become a member by her own word: anybody, or only who was asked in or has bought often enough.
enum class Membership : std::uint8_t { open, closed };

struct Branch {
  BranchNo number = 0;
  std::string name;
};

struct Cashier {
  PhoneNumber phone = 0;
  BranchNo branch = 0;
  std::string pin_hash;  // crypto_pwhash_str of the PIN; empty: this cashier has none
  bool manager = false;
};

// What a key is for: a till's may do all that a till may; an analyst's reads reports, in which nobody is
// named, and nothing else.
enum class KeyRole : std::uint8_t { till, analyst };

// A till's signing key (Standard Webhooks). The secret is the raw key, 24 to 64 octets.
struct TillKey {
  std::string id;       // public name, sent as the header peyk-key
  BranchNo branch = 0;  // 0: bound to none, each request names its own
  std::string secret;
  std::string old_secret;  // good beside it before old_until; empty: none
  rules::Instant old_until{};
  // Whether the club's file lists the key, and gives its secret; what it does not is peykctl till's.
  bool in_file = true, secret_in_file = true;
  KeyRole role = KeyRole::till;
};

inline constexpr std::uint32_t kRemindDaysMax = 60;

// Whether its managers hear of the day before in the morning: never, of what was odd, or also how it went.
enum class DigestWhen : std::uint8_t { never, odd, daily };

// What is odd enough to be told of (digest.hpp): from so many in a day; 0: never.
struct DigestPolicy {
  DigestWhen when = DigestWhen::odd;
  std::uint32_t hour = 9;       // of the club's clock
  std::uint32_t own_phone = 2;  // purchases on the phone of a cashier
  std::uint32_t purchases = 5;  // of one phone
  std::uint32_t split = 3;      // purchases of one phone at one branch within `split_minutes`
  std::uint32_t split_minutes = 15;
  std::uint32_t refunds = 1;       // by one till, of purchases whose credit was spent already
  std::uint32_t voids = 3;         // redemptions that one cashier or till took back
  std::uint32_t misses = 10;       // wrong codes, PINs and numbers of one cashier or till
  std::uint32_t club_misses = 30;  // the same of all together
  // A member of the highest spending stays away longer than so many percent of her usual gap.
  std::uint32_t quiet = 200;
  bool insights = false;  // once a week what last night's insight says, too

  bool operator==(const DigestPolicy&) const = default;
};

struct ClubPolicy {
  rules::BasisPoints earn_share = 0;     // credit per purchase, of the part paid in money
  std::uint32_t credit_valid_days = 30;  // full local days after the day of the grant
  rules::Amount invoice_min = 0;         // smallest invoice on which a code may be taken
  rules::BasisPoints credit_share_max =
      rules::kWholeBasisPoints;   // largest share of an invoice credit may pay
  bool join_on_purchase = false;  // a purchase enrols a phone that is not a member yet
  CashierAuth redeem_auth = CashierAuth::pin;
  std::uint32_t repeat_window_minutes =
      10;                                  // the same redeem text within this time is a repeat, not a new one
  std::uint32_t void_window_minutes = 30;  // a cashier may take back her redemption so long
  // What redeeming needs besides the code, from so much that it would take on: the last digits of the
  // member's phone; her own word. 0: never.
  rules::Amount proof_last4_from = 0, proof_handset_from = 0;
  std::uint32_t dispute_window_hours = 24;  // a member may dispute a redemption so long
  // Wrong codes and PINs in ten minutes, beyond which managers are told. 0: never.
  std::uint32_t branch_misses_max = 20, club_misses_max = 60;
  // The smallest part of the credit that a member may take out: for a code of its own, for somebody else.
  rules::Amount move_min = 10'000;
  std::uint32_t new_codes_per_day_max = 10;     // that she may ask for, beside those that purchases bring
  std::uint32_t live_codes_max = 50;            // with so many she may ask for no more
  rules::Amount give_per_day_max = 5'000'000;   // what a member may give to others in a day; 0: nothing
  std::uint32_t give_undo_seconds = 120;        // and take back so long; 0: never
  std::uint32_t hold_seconds_max = 900;         // a till may hold a code so long
  std::uint32_t repeat_purchase_seconds = 120;  // the same amount again so soon looks like a repeat; 0: never
  bool debt_on_refund = false;    // what a refund cannot take back of her credit is owed; else it is withheld
  std::uint32_t remind_days = 3;  // members hear of credit so long before it lapses; 0: never
  Membership membership = Membership::open;
  std::uint32_t join_after_purchases = 0;  // of a closed club; 0: never by purchases
  rules::Amount profile_credit = 0;        // for a complete profile, once for a phone; 0: none
  // So many days the lunar calendar on the wall is ahead of the arithmetic one; behind it, negative.
  std::int32_t hijri_shift_days = 0;
  rules::SpendAt spend_at;  // where credit of a branch is good; empty: everywhere
  DigestPolicy digest;
};

struct Club {
  ClubId id = 0;
  std::string slug;     // stable name in files and URLs: [a-z0-9-]{2,40}
  std::string name;     // as texts show it
  std::string keyword;  // on a shared line: "<keyword> <command>", folded; may be empty on an own line
  // What stands before a command in texts that tell what to send: the keyword and a space; empty on a line of
  // its own. The Directory sets it, which knows who shares a line.
  std::string word;
  std::string currency = "IRR";
  std::string time_zone = "Asia/Tehran";
  Language language = Language::fa;
  MoneyDisplay money_display = MoneyDisplay::toman;
  std::string line;                  // the number its texts leave from and come to: digits, e.g. 30001234
  std::string ussd_root;             // "*7000" without the closing '#'; empty: no USSD
  std::uint32_t sending_weight = 1;  // its messages a turn, where clubs wait for one line
  ClubPolicy policy;
  Programme programme;
  std::vector<Branch> branches;
  std::vector<Cashier> cashiers;
  std::vector<TillKey> till_keys;
};

}  // namespace peyk::handlers
