// Any octets under any data_coding become a text of bounded size; any text becomes octets in parts that fit,
// that join to the same octets, and that read as the same text again; folding it twice is folding it once.
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>

#include "templates/alphabet.hpp"
#include "templates/fold.hpp"
#include "templates/utf8.hpp"
#include "tests/fuzz/check.hpp"

namespace {

using namespace peyk::templates;
using peyk::tests::fuzz::expect;

constexpr DefaultAlphabet kDefaults[] = {DefaultAlphabet::gsm7, DefaultAlphabet::latin1,
                                         DefaultAlphabet::ascii, DefaultAlphabet::ucs2,
                                         DefaultAlphabet::guess};

bool is_utf8(std::string_view text) {
  return to_utf8(to_code_points(text)) == text;
}

// Ends in half of an escape pair or of a surrogate pair.
bool ends_torn(std::string_view part, Alphabet alphabet) {
  if (part.empty()) return false;
  if (alphabet == Alphabet::gsm7) return part.back() == '\x1B';
  const auto high = static_cast<unsigned char>(part[part.size() - 2]);
  return high >= 0xD8 && high <= 0xDB;
}

void expect_parts(const std::string& text, Alphabet alphabet, ReferenceBits bits) {
  const std::size_t count = part_count(text, alphabet, bits);
  if (count > kPartsMax) return;
  const auto parts = split(text, alphabet, bits);
  const std::string whole = encode(text, alphabet);
  expect(parts.size() == count);
  expect(std::accumulate(parts.begin(), parts.end(), std::string()) == whole);
  const bool gsm7 = alphabet == Alphabet::gsm7;
  const std::size_t alone = gsm7 ? 160 : 140, header = bits == ReferenceBits::eight ? 6 : 7;
  const std::size_t each = gsm7 ? (header == 6 ? 153 : 152) : 140 - header;
  for (const std::string& part : parts) {
    expect(part.size() <= (count == 1 ? alone : each));
    expect(count == 1 || !part.empty());
    expect(&part == &parts.back() || !ends_torn(part, alphabet));
  }
  // A byte order mark at the front is obeyed and dropped by whoever reads.
  const bool mark = !gsm7 && (whole.starts_with("\xFE\xFF") || whole.starts_with("\xFF\xFE"));
  // 0xF0 is GSM-7 and nothing else; under 0 octets may betray something else.
  if (!mark) expect(decode(whole, gsm7 ? 0xF0 : data_coding(alphabet)) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 700) return 0;  // five parts: longer ones are only slower
  const std::uint8_t coding = data[0];
  const DefaultAlphabet meaning = kDefaults[data[1] % std::size(kDefaults)];
  const std::string_view octets(reinterpret_cast<const char*>(data) + 2, size - 2);

  const NationalLanguages languages{.single = static_cast<std::uint8_t>(data[1] % 16),
                                    .locking = static_cast<std::uint8_t>(data[1] / 16)};
  for (const std::string& text : {decode(octets, coding, meaning), decode(octets, coding, meaning, languages),
                                  decode_ussd(octets, coding, meaning)}) {
    expect(is_utf8(text) && text.size() <= 3 * octets.size());
    const Alphabet alphabet = choose(text);
    expect(units(text) == units(text, alphabet));
    expect(encode(text, alphabet).size() == units(text) * (alphabet == Alphabet::gsm7 ? 1 : 2));
    for (const ReferenceBits bits : {ReferenceBits::eight, ReferenceBits::sixteen}) {
      expect_parts(text, alphabet, bits);
      expect_parts(text, Alphabet::ucs2, bits);
    }
    const std::string folded = fold(text);
    expect(fold(folded) == folded && is_utf8(folded));
  }
  // A text that never was octets of SMPP, and perhaps no UTF-8.
  code_stays_whole(octets, "4417203");
  expect(is_utf8(fold(octets)));
  return 0;
}
