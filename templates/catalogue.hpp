// All texts that Peyk sends, by name, in Persian and English.
//
//   messages/fa.yaml, en.yaml --CMake--> octets in the library --Catalogue--> parsed patterns --render-->
//   UTF-8
//
// Patterns are ICU MessageFormat: {name}, {count, plural, =0{…} one{…} other{… # …}}, {what, select, …}. They
// are parsed once; rendering walks the parsed form, so an argument is never read as a pattern, whatever it
// holds. A Catalogue does not change after construction: any number of threads may render from it.
//
// To add a text: write it under the same key with the same arguments in both files; the tests compare them,
// and the list of texts that must carry the regulator's «لغو۱۱» stands in templates_catalogue_test.cpp.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "templates/dates.hpp"
#include "templates/language.hpp"
#include "templates/money.hpp"

namespace peyk::templates {

// Shown with digits, separators and currency of the reader's language.
struct Money {
  std::int64_t rials = 0;
  MoneyDisplay display = MoneyDisplay::rial;
};

// The local day of an instant, long form.
struct Day {
  Instant at;
  std::string_view zone;
};

// The last local day before an exclusive end: what a person reads where the ledger keeps `expires_at`.
struct LastDay {
  Instant end;
  std::string_view zone;
};

// The same, short form (USSD screens, lists).
struct LastDayShort {
  Instant end;
  std::string_view zone;
};

// Local date and time of day.
struct Moment {
  Instant at;
  std::string_view zone;
};

// A text that render() made: may hold line breaks. Anything else is flattened to one line.
struct Rendered {
  std::string_view text;
};

// A string is shown as it is (names, branches, codes: a code keeps ASCII digits), but line breaks and control
// characters become spaces and bidi controls go. An integer gets the locale's digits; plural and select look
// at it.
using Value =
    std::variant<std::string_view, std::int64_t, Money, Day, LastDay, LastDayShort, Moment, Rendered>;

// Borrows: lives as long as the call to render.
struct Argument {
  std::string_view name;
  Value value;
};

class Catalogue {
 public:
  // The texts that ship with Peyk. Parsed at the first call.
  static const Catalogue& standard();

  // Two YAML maps of key -> pattern. Throws std::runtime_error naming key and place if one cannot be parsed.
  Catalogue(std::string_view fa_yaml, std::string_view en_yaml);
  ~Catalogue();
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  // Throws std::logic_error naming the key, and the argument, if there is no such text or an argument is
  // missing. Arguments that the pattern does not use are ignored.
  std::string render(std::string_view key, Language language, std::span<const Argument> arguments) const;
  std::string render(std::string_view key, Language language,
                     std::initializer_list<Argument> arguments = {}) const;

  // Sorted; for tests and for tools that list what can be said.
  std::vector<std::string> keys(Language language) const;
  std::vector<std::string> arguments(std::string_view key, Language language) const;

 private:
  struct Texts;
  std::unique_ptr<const Texts> texts_;
};

// The key of the text that tells a person why an amount was refused.
std::string_view amount_bad_key(AmountError error);

}  // namespace peyk::templates
