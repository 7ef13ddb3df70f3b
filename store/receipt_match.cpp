#include "store/receipt_match.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace peyk::store {
namespace {

// With the phone agreeing, a number this long fits under a wrong base by no accident.
constexpr std::size_t kTellingDigits = 8;

using Styles = std::array<bool, kIdStyles>;

struct Reading {
  std::size_t index = 0;
  Styles styles{};        // that explain it, by either id
  std::uint32_t ids = 0;  // how many of the receipt's ids fit
  bool exact = false, agrees = false;
  rules::Instant submitted_at{};

  bool fits(IdStyle style) const { return styles[static_cast<std::size_t>(style)]; }
  bool better_than(const Reading& other) const {
    return std::tie(agrees, exact, submitted_at) > std::tie(other.agrees, other.exact, other.submitted_at);
  }
};

class Matcher {
 public:
  Matcher(const ReceiptQuestion& receipt, const IdHabit& habit) : receipt_(receipt), usual_(habit.usual()) {
    for (const std::string& id : {receipt.id, receipt.text_id}) {
      if (!id.empty()) ids_.push_back({id, submitted_keys(id)});
    }
  }

  ReceiptAnswer answer(std::span<const SubmittedPart> parts) {
    std::map<std::string, Reading> by_key;  // one a submitted id: the newest
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::string key = id_key(parts[i].carrier_message_id);
      const Reading reading = read(i, parts[i], key);
      if (reading.ids == 0) continue;
      const auto [at, fresh] = by_key.emplace(key, reading);
      if (!fresh && reading.better_than(at->second)) at->second = reading;
    }
    std::vector<Reading> readings;
    bool held_back = false;
    for (const auto& [key, reading] : by_key) {
      if (is_credible(reading)) {
        readings.push_back(reading);
      } else if (!receipt_.phone_must_agree) {
        held_back = true;
      }
    }
    held_back |= keep_usual(readings);
    if (readings.size() > 1) keep_those_with_most_ids(readings);
    using Verdict = ReceiptAnswer::Verdict;
    if (readings.empty()) return {held_back ? Verdict::unclear : Verdict::none, 0, {}};
    if (readings.size() > 1) return {Verdict::unclear, 0, {}};
    return {Verdict::found, readings[0].index, only_style(readings[0])};
  }

 private:
  struct Id {
    std::string raw;
    IdKeys keys;
    bool is_word() const { return keys[1].empty() && keys[2].empty(); }
  };

  Reading read(std::size_t index, const SubmittedPart& part, const std::string& key) const {
    Reading reading{.index = index, .submitted_at = part.submitted_at};
    reading.agrees = receipt_.phone != 0 && receipt_.phone == part.phone;
    for (const Id& id : ids_) {
      bool fits = false;
      for (std::size_t style = 0; style < kIdStyles; ++style) {
        if (id.keys[style].empty() || id.keys[style] != key) continue;
        reading.styles[style] = fits = true;
      }
      reading.ids += fits ? 1U : 0U;
      reading.exact |= id.raw == part.carrier_message_id;
    }
    return reading;
  }

  bool is_credible(const Reading& reading) const {
    if (reading.agrees) return true;
    if (receipt_.phone_must_agree || !reading.exact) return false;
    const bool words = std::all_of(ids_.begin(), ids_.end(), [](const Id& id) { return id.is_word(); });
    return words || usual_ == IdStyle::same || receipt_.patient;
  }

  // Where the habit explains some, only those count. Else what may be an accident waits: true if it was held
  // back.
  bool keep_usual(std::vector<Reading>& readings) const {
    const auto is_usual = [this](const Reading& r) { return r.fits(usual_.value_or(IdStyle::same)); };
    if (usual_ && std::any_of(readings.begin(), readings.end(), is_usual)) {
      std::erase_if(readings, [&](const Reading& reading) { return !is_usual(reading); });
      return false;
    }
    const bool lone_stranger = readings.size() == 1 && !is_usual(readings[0]);
    if (!lone_stranger || receipt_.patient || !is_short()) return false;
    readings.clear();
    return true;
  }

  bool is_short() const {
    return std::all_of(ids_.begin(), ids_.end(),
                       [](const Id& id) { return id.keys[0].size() < kTellingDigits; });
  }

  void keep_those_with_most_ids(std::vector<Reading>& readings) const {
    std::uint32_t most = 0;
    for (const Reading& reading : readings) most = std::max(most, reading.ids);
    std::erase_if(readings, [most](const Reading& reading) { return reading.ids < most; });
  }

  static std::optional<IdStyle> only_style(const Reading& reading) {
    if (std::count(reading.styles.begin(), reading.styles.end(), true) != 1) return std::nullopt;
    return static_cast<IdStyle>(std::find(reading.styles.begin(), reading.styles.end(), true) -
                                reading.styles.begin());
  }

  const ReceiptQuestion& receipt_;
  std::optional<IdStyle> usual_;
  std::vector<Id> ids_;
};

}  // namespace

ReceiptAnswer match_receipt(const ReceiptQuestion& receipt, std::span<const SubmittedPart> parts,
                            const IdHabit& habit) {
  return Matcher(receipt, habit).answer(parts);
}

}  // namespace peyk::store
