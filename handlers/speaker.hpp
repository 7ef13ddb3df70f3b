// Who speaks, and what is said back: the shape that every use case shares, whatever the wire.
//
// A use case returns Said; the wire decides what becomes of `reply`: a text to the speaker (SMS) or the
// screen (USSD).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/effects.hpp"
#include "handlers/records.hpp"
#include "handlers/setting.hpp"

namespace peyk::handlers {

enum class Medium : std::uint8_t { sms, ussd };

struct Speaker {
  const Club* club = nullptr;
  PhoneNumber phone = 0;
  const Cashier* cashier = nullptr;  // nullptr: speaks as member or stranger
  Language language = Language::fa;  // in which to answer; see language_for
  Medium medium = Medium::sms;

  MemberKey key() const { return {club->id, phone}; }
  // For texts that say "{pin, select, …}": "yes" where this club's orders end with a PIN.
  std::string_view pin_asked() const { return club->policy.redeem_auth == CashierAuth::pin ? "yes" : "no"; }
  // The text's key for this wire: a USSD screen has its own, shorter words.
  std::string text(std::string_view name) const;
};

// The end of what names nothing that ends.
inline constexpr rules::Instant kNeverEnds = rules::Instant::max();

struct Said {
  std::string reply;
  std::vector<Effect> effects;
  std::vector<OutgoingText> texts;  // to others
  // The soonest end of what `reply` offers: a code, credit, an item. Becomes it a text, it does not leave
  // after that (docs/decisions/0039).
  rules::Instant good_until = kNeverEnds;
};

// The member's own choice, else that of the words she used, else the club's.
Language language_for(const Member* member, std::optional<Language> of_words, const Club& club);

std::string render(const Setting& setting, std::string_view key, Language language,
                   std::initializer_list<templates::Argument> arguments = {});
std::string_view branch_name(const Club& club, BranchNo number);
templates::Money money(const Club& club, rules::Amount amount);

// "You are no member yet", and how to become one.
Said not_member(const Speaker& speaker, const Setting& setting);

// How long a text of this lane is worth anything: a cashier's answer is stale in minutes, a notice is not.
std::chrono::seconds validity_of(Lane lane);

// A text to somebody, valid as long as its lane makes sense and as what it offers is good.
OutgoingText text_to(const Club& club, PhoneNumber to, Lane lane, std::string text, rules::Instant now,
                     rules::Instant good_until = kNeverEnds);

}  // namespace peyk::handlers
