#include "store/letter_rule.hpp"

#include <algorithm>
#include <array>

#include "handlers/codes_in_text.hpp"
#include "handlers/speaker.hpp"

namespace peyk::store {
namespace {

struct Words {
  ReplayVerdict verdict;
  std::string_view slug, words;
};
constexpr std::array kWords{
    Words{ReplayVerdict::replayed, "replayed", "is sent anew"},
    Words{ReplayVerdict::no_such_message, "no_such_message", "there is no such message"},
    Words{ReplayVerdict::not_dead, "not_dead", "is no dead letter (any more)"},
    Words{ReplayVerdict::no_such_line, "no_such_line", "its line is not in peyk.yaml"},
    Words{ReplayVerdict::too_often, "too_often", "was replayed too often"},
    Words{ReplayVerdict::stopped, "stopped", "is an advert, and she stopped adverts"},
    Words{ReplayVerdict::code_over, "code_over", "names a code that is no longer good"},
    Words{ReplayVerdict::urgent, "urgent", "is an urgent answer, and stale by now"},
    Words{ReplayVerdict::maybe_heard, "maybe_heard", "may have arrived, and would come twice"},
};

const Words& row_of(ReplayVerdict verdict) {
  return *std::find_if(kWords.begin(), kWords.end(),
                       [verdict](const Words& one) { return one.verdict == verdict; });
}

bool names_a_code_that_is_over(const LetterFacts& letter) {
  const auto numbers = handlers::numbers_like_codes(letter.text);
  return std::any_of(numbers.begin(), numbers.end(), [&letter](rules::CodeNumber number) {
    // A number may have been issued to her before, and again after its quarantine.
    bool was_code = !letter.is_member, good = false;
    for (const CodeOfMember& code : letter.codes) {
      if (code.number != number) continue;
      was_code = true;
      good |= code.good;
    }
    return was_code && !good;
  });
}

}  // namespace

std::string_view words(ReplayVerdict verdict) {
  return row_of(verdict).words;
}

std::string_view slug(ReplayVerdict verdict) {
  return row_of(verdict).slug;
}

ReplayVerdict judge_letter(const LetterFacts& letter, const ReplayTerms& terms) {
  if (terms.club && letter.club != *terms.club) return ReplayVerdict::no_such_message;
  const bool dead = letter.state == failed || letter.state == expired || letter.state == unknown;
  if (!dead) return ReplayVerdict::not_dead;
  if (!terms.lines.contains(letter.line)) return ReplayVerdict::no_such_line;
  if (letter.replays >= kReplaysMax) return ReplayVerdict::too_often;
  if (letter.lane == handlers::Lane::promo && letter.promo_stopped) return ReplayVerdict::stopped;
  if (names_a_code_that_is_over(letter)) return ReplayVerdict::code_over;
  if (letter.lane == handlers::Lane::urgent && !terms.even_urgent) return ReplayVerdict::urgent;
  if (letter.state == unknown && !terms.even_unknown) return ReplayVerdict::maybe_heard;
  return ReplayVerdict::replayed;
}

rules::Instant letter_ends(const LetterFacts& letter, const ReplayTerms& terms, rules::Instant now) {
  rules::Instant end = now + terms.valid_for.value_or(handlers::validity_of(letter.lane));
  const auto numbers = handlers::numbers_like_codes(letter.text);
  for (const CodeOfMember& code : letter.codes) {
    if (code.good && std::ranges::find(numbers, code.number) != numbers.end())
      end = std::min(end, code.ends_at);
  }
  return end;
}

}  // namespace peyk::store
