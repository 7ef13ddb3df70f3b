#include "templates/catalogue.hpp"

#include <unicode/locid.h>
#include <unicode/plurrule.h>
#include <unicode/unistr.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

#include "templates/embedded.hpp"
#include "templates/pattern.hpp"
#include "templates/utf8.hpp"

namespace peyk::templates {
namespace {

struct Book {
  Language language = Language::fa;
  std::unique_ptr<const icu::PluralRules> plural_rules;
  std::map<std::string, PatternBody, std::less<>> texts;
};

std::map<std::string, PatternBody, std::less<>> read_texts(std::string_view yaml, const char* what) {
  std::map<std::string, PatternBody, std::less<>> texts;
  try {
    for (const auto& entry : YAML::Load(std::string(yaml))) {
      const auto key = entry.first.as<std::string>();
      try {
        if (!texts.emplace(key, parse_pattern(entry.second.as<std::string>())).second) {
          throw std::runtime_error("stands there twice");
        }
      } catch (const std::exception& error) {
        throw std::runtime_error("text " + key + ": " + error.what());
      }
    }
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string("message catalogue ") + what + ": " + error.what());
  }
  return texts;
}

Book read_book(Language language, std::string_view yaml) {
  const char* name = language == Language::fa ? "fa" : "en";
  UErrorCode status = U_ZERO_ERROR;
  Book book{language, nullptr, read_texts(yaml, name)};
  book.plural_rules.reset(icu::PluralRules::forLocale(icu::Locale(name), status));
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU has no plural rules for ") + name);
  return book;
}

bool is_bidi_control(char32_t c) {
  return c == 0x200E || c == 0x200F || c == 0x061C || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

// A name that somebody typed must not add lines to a text, nor turn it around.
std::string one_line(std::string_view utf8) {
  const bool plain = std::all_of(utf8.begin(), utf8.end(), [](char c) { return c >= ' ' && c < 0x7F; });
  if (plain) return std::string(utf8);
  std::string out;
  for (const char32_t c : to_code_points(utf8)) {
    if (!is_bidi_control(c)) append_utf8(out, is_blank(c) ? U' ' : c);
  }
  return out;
}

struct Show {
  Language language;

  std::string operator()(std::string_view text) const { return one_line(text); }
  std::string operator()(std::int64_t number) const { return format_number(number, language); }
  std::string operator()(const Money& money) const {
    return format_amount(money.rials, money.display, language);
  }
  std::string operator()(const Day& day) const { return format_date(day.at, day.zone, language); }
  std::string operator()(const LastDay& day) const {
    return format_date(last_day_of(day.end), day.zone, language);
  }
  std::string operator()(const LastDayShort& day) const {
    return format_date_short(last_day_of(day.end), day.zone, language);
  }
  std::string operator()(const Moment& moment) const {
    return format_date_short(moment.at, moment.zone, language) + " " +
           format_time(moment.at, moment.zone, language);
  }
  std::string operator()(const Rendered& rendered) const { return std::string(rendered.text); }
};

// One call of render: walks the tree and appends.
class Rendering {
 public:
  Rendering(const Book& book, std::string_view key, std::span<const Argument> arguments)
      : book_(book), key_(key), arguments_(arguments) {}

  std::string run(const PatternBody& body) {
    append(body);
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(std::string_view name, const char* why) const {
    throw std::logic_error("text " + std::string(key_) + ", argument " + std::string(name) + ": " + why);
  }

  const Value& value(std::string_view name) const {
    for (const Argument& argument : arguments_) {
      if (argument.name == name) return argument.value;
    }
    fail(name, "is missing");
  }

  void append(const PatternBody& body) {
    for (const PatternNode& node : body) {
      switch (node.kind) {
        case PatternNode::Kind::literal:
          out_ += node.text;
          break;
        case PatternNode::Kind::argument:
        case PatternNode::Kind::number_sign:
          out_ += std::visit(Show{book_.language}, value(node.text));
          break;
        case PatternNode::Kind::plural:
          append(plural_case(node));
          break;
        case PatternNode::Kind::select:
          append(select_case(node));
          break;
      }
    }
  }

  static const PatternBody* find(const PatternNode& node, std::string_view selector) {
    for (const PatternCase& one : node.cases) {
      if (one.selector == selector) return &one.body;
    }
    return nullptr;
  }

  // ICU's parser has made sure that each plural and each select has "other".
  const PatternBody& plural_case(const PatternNode& node) const {
    const auto* number = std::get_if<std::int64_t>(&value(node.text));
    if (number == nullptr) fail(node.text, "must be an integer");
    if (const auto* exact = find(node, "=" + std::to_string(*number))) return *exact;
    std::string category;
    book_.plural_rules->select(static_cast<double>(*number)).toUTF8String(category);
    const auto* body = find(node, category);
    return body != nullptr ? *body : *find(node, "other");
  }

  const PatternBody& select_case(const PatternNode& node) const {
    const auto* word = std::get_if<std::string_view>(&value(node.text));
    if (word == nullptr) fail(node.text, "must be a word");
    const auto* body = find(node, *word);
    return body != nullptr ? *body : *find(node, "other");
  }

  const Book& book_;
  std::string_view key_;
  std::span<const Argument> arguments_;
  std::string out_;
};

}  // namespace

struct Catalogue::Texts {
  Book fa, en;

  const Book& book(Language language) const { return language == Language::fa ? fa : en; }

  const PatternBody& body(std::string_view key, Language language) const {
    const auto& texts = book(language).texts;
    const auto found = texts.find(key);
    if (found == texts.end()) throw std::logic_error("there is no text " + std::string(key));
    return found->second;
  }
};

const Catalogue& Catalogue::standard() {
  static const Catalogue catalogue(embedded_messages_fa(), embedded_messages_en());
  return catalogue;
}

Catalogue::Catalogue(std::string_view fa_yaml, std::string_view en_yaml)
    : texts_(new Texts{read_book(Language::fa, fa_yaml), read_book(Language::en, en_yaml)}) {}

Catalogue::~Catalogue() = default;

std::string Catalogue::render(std::string_view key, Language language,
                              std::span<const Argument> arguments) const {
  const PatternBody& body = texts_->body(key, language);
  return Rendering(texts_->book(language), key, arguments).run(body);
}

std::string Catalogue::render(std::string_view key, Language language,
                              std::initializer_list<Argument> arguments) const {
  return render(key, language, std::span<const Argument>(arguments.begin(), arguments.size()));
}

std::vector<std::string> Catalogue::keys(Language language) const {
  std::vector<std::string> keys;
  for (const auto& [key, body] : texts_->book(language).texts) keys.push_back(key);
  return keys;
}

std::vector<std::string> Catalogue::arguments(std::string_view key, Language language) const {
  const auto names = arguments_of(texts_->body(key, language));
  return {names.begin(), names.end()};
}

std::string_view amount_bad_key(AmountError error) {
  static constexpr std::array<std::string_view, 7> kKeys = {
      "amount_bad_empty", "amount_bad_negative",  "amount_bad_fraction", "amount_bad_not_a_number",
      "amount_bad_zero",  "amount_bad_too_large", "amount_bad_ambiguous"};
  return kKeys.at(static_cast<std::size_t>(error));
}

}  // namespace peyk::templates
