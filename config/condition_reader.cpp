#include "config/condition_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "config/scalars.hpp"
#include "handlers/programme_json.hpp"
#include "templates/fold.hpp"
#include "templates/occasions.hpp"

namespace peyk::config {
namespace {

using handlers::MeasureWord;
using handlers::SetWord;
using rules::Condition;
using rules::WordSet;

constexpr std::string_view kFirstPurchase = "first_purchase";

bool is_word(std::string_view text) {
  return is_clean_line(text) && characters(text) <= 40 && !templates::fold(text).empty();
}

class Reader {
 public:
  Reader(const ConditionWorld& world, ConditionsRead& read) : world_(world), read_(read) {}

  void read(Section& s, bool negated) {
    for (const MeasureWord& word : handlers::measure_words()) {
      const bool shares_key = word.unit == handlers::Unit::jalali_date;
      if (!shares_key) read_measure(s, word, negated);
    }
    if (!negated) read_first_purchase(s);
    for (const SetWord& word : handlers::set_words()) {
      if (word.set != WordSet::segment || world_.segments != nullptr) read_set(s, word, negated);
    }
  }

 private:
  void wrong(Section& s, std::string_view key, std::string what, std::string allowed) {
    s.mistake(key, std::move(what), std::move(allowed));
    read_.correct = false;
  }

  void read_measure(Section& s, const MeasureWord& word, bool negated) {
    Condition condition{.measure = word.measure, .negated = negated};
    std::size_t values = 0;
    bool any = false;
    const std::string allowed = s.has(word.key) ? allowed_values(word, world_) : std::string();
    const bool given = s.texts(word.key, kValuesOfKeyMax, allowed, [&](const std::string& text) {
      ++values;
      any = any || text == handlers::kAnyValue;
      return take_value(word, text, condition, world_);
    });
    if (!given) {
      read_.correct = read_.correct && !s.has(word.key);
    } else if (values == 0) {
      wrong(s, word.key, "an empty list", allowed);
    } else if (any && values > 1) {
      wrong(s, word.key, "any, beside others", "any alone");
    } else {
      tidy(condition.ranges);
      read_.conditions.push_back(std::move(condition));
    }
  }

  void read_first_purchase(Section& s) {
    bool first = false;
    if (!s.choice<bool>(kFirstPurchase, first, {{"true", true}})) {
      read_.correct = read_.correct && !s.has(kFirstPurchase);
    } else if (s.has("visits")) {
      wrong(s, kFirstPurchase, "given beside visits", "one of the two: it is visits: 1");
    } else {
      read_.conditions.push_back({.measure = rules::Measure::visits, .ranges = {{1, 1}}});
    }
  }

  // What is wrong with a word of this set, or nothing.
  std::optional<std::string> trouble_with(WordSet set, const std::string& text) const {
    const std::string found = fmt::format("found \"{}\"", text);
    if (set == WordSet::segment) {
      return std::ranges::find(*world_.segments, text, &rules::Segment::name) == world_.segments->end()
                 ? std::optional(found + ", no such segment")
                 : std::nullopt;
    }
    if (set == WordSet::occasion && templates::occasion_named(text) == nullptr)
      return found + ", no such occasion";
    return is_word(text) ? std::nullopt : std::optional(found);
  }

  std::string allowed_words(WordSet set) const {
    std::vector<std::string_view> names;
    if (set == WordSet::occasion) {
      for (const templates::Occasion& one : templates::occasions()) names.push_back(one.id);
    } else if (set == WordSet::segment) {
      if (world_.segments->empty()) return "the name of a segment, of which this club has none";
      for (const rules::Segment& one : *world_.segments) names.push_back(one.name);
    } else {
      return "words of 1 to 40 characters on one line";
    }
    return fmt::format("{}", fmt::join(names, ", "));
  }

  void read_set(Section& s, const SetWord& word, bool negated) {
    Condition condition{.set = word.set, .negated = negated};
    const std::string allowed = s.has(word.name) ? allowed_words(word.set) : std::string();
    const bool given = s.texts(word.name, kValuesOfKeyMax, allowed, [&](const std::string& text) {
      auto trouble = trouble_with(word.set, text);
      if (!trouble) condition.word_names.push_back(text);
      return trouble;
    });
    if (!given) {
      read_.correct = read_.correct && !s.has(word.name);
    } else if (condition.word_names.empty()) {
      wrong(s, word.name, "an empty list", allowed);
    } else {
      std::ranges::sort(condition.word_names);
      condition.word_names.erase(std::ranges::unique(condition.word_names).begin(),
                                 condition.word_names.end());
      for (const std::string& name : condition.word_names)
        condition.words.push_back(handlers::word_id_of(name));
      read_.conditions.push_back(std::move(condition));
    }
  }

  const ConditionWorld& world_;
  ConditionsRead& read_;
};

}  // namespace

void sort_by_tables(std::vector<Condition>& conditions) {
  std::ranges::stable_sort(conditions, {}, [](const Condition& condition) {
    return std::tuple(condition.negated, !condition.words.empty(), condition.measure, condition.set);
  });
}

ConditionsRead read_conditions(Section& parent, std::string_view key, const ConditionWorld& world) {
  ConditionsRead read;
  Reader reader(world, read);
  read.correct = !parent.has(key) || parent.holds_map(key);
  parent.section(key, [&](Section& s) {
    reader.read(s, false);
    read.correct = read.correct && (!s.has("not") || s.holds_map("not"));
    s.section("not", [&](Section& negated) { reader.read(negated, true); });
  });
  sort_by_tables(read.conditions);
  return read;
}

}  // namespace peyk::config
