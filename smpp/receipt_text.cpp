#include "smpp/receipt_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace peyk::smpp {
namespace {

using namespace std::chrono;

constexpr std::size_t kDateDigitsMax = 20;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}
// Between fields: some carriers part them by commas or semicolons.
bool is_gap(char c) {
  return is_space(c) || c == ',' || c == ';';
}
bool ends_in(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && same_word(text.substr(text.size() - word.size()), word);
}
void skip_spaces(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
}

enum class Key : std::uint8_t { none, id, stat, err, submit_date, done_date, sub, dlvrd, text };

struct KeyRow {
  std::string_view word;
  Key key;
  bool may_be_glued;  // to the value before it, where the carrier forgot the space
};
constexpr std::array kKeys{
    KeyRow{"id", Key::id, false},
    KeyRow{"msgid", Key::id, false},
    KeyRow{"messageid", Key::id, false},
    KeyRow{"message_id", Key::id, false},
    KeyRow{"status", Key::stat, true},
    KeyRow{"state", Key::stat, true},
    KeyRow{"stat", Key::stat, true},
    KeyRow{"error", Key::err, true},
    KeyRow{"err", Key::err, true},
    KeyRow{"submitdate", Key::submit_date, true},
    KeyRow{"submit_date", Key::submit_date, true},
    KeyRow{"donedate", Key::done_date, true},
    KeyRow{"done_date", Key::done_date, true},
    KeyRow{"sub", Key::sub, true},
    KeyRow{"dlvrd", Key::dlvrd, true},
    KeyRow{"text", Key::text, true},
};
// The first of the two words "submit date", "done date".
constexpr std::array kDateKeys{KeyRow{"submit", Key::submit_date, true},
                               KeyRow{"done", Key::done_date, true}};

struct Token {
  std::string_view word;  // up to the next space or colon
  bool is_key = false;    // a colon follows
};

// `id:1 sub : 2` gives id: | 1 | sub: | 2. A colon ends a value too: no field of the form has one.
Token next_token(std::string_view& text) {
  while (!text.empty() && is_gap(text.front())) text.remove_prefix(1);
  std::size_t size = 0;
  while (size < text.size() && !is_gap(text[size]) && text[size] != ':') ++size;
  Token token{text.substr(0, size)};
  text.remove_prefix(size);
  std::string_view rest = text;
  skip_spaces(rest);
  token.is_key = !rest.empty() && rest.front() == ':';
  if (token.is_key) text = rest.substr(1);
  return token;
}

// The key that a word ends in, and what stands before it: "DELIVRDerr" is a value and a key.
template <std::size_t N>
const KeyRow* key_of(const std::array<KeyRow, N>& rows, std::string_view word, std::string_view& before) {
  for (const KeyRow& row : rows) {
    if (same_word(word, row.word)) {
      before = {};
      return &row;
    }
  }
  for (const KeyRow& row : rows) {
    if (!row.may_be_glued || !ends_in(word, row.word)) continue;
    before = word.substr(0, word.size() - row.word.size());
    return &row;
  }
  return nullptr;
}

int number(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

// YYMMDDhhmm[ss], a moment that exists.
std::optional<local_seconds> moment(std::string_view digits) {
  if (digits.size() != 10 && digits.size() != 12) return std::nullopt;
  const auto group = [&](std::size_t at) { return number(digits.substr(at, 2)); };
  const year_month_day date{year{2000 + group(0)}, month{static_cast<unsigned>(group(2))},
                            day{static_cast<unsigned>(group(4))}};
  const int second = digits.size() == 12 ? group(10) : 0;
  if (!date.ok() || group(6) > 23 || group(8) > 59 || second > 60) return std::nullopt;
  return local_days{date} + hours{group(6)} + minutes{group(8)} + seconds{second};
}

std::string digits_of(sys_seconds time) {
  const auto midnight = floor<days>(time);
  const year_month_day date{midnight};
  const hh_mm_ss clock{time - midnight};
  std::string digits;
  const auto add = [&digits](int value) {
    digits += static_cast<char>('0' + value / 10 % 10);
    digits += static_cast<char>('0' + value % 10);
  };
  add(static_cast<int>(date.year()) % 100);
  add(static_cast<int>(static_cast<unsigned>(date.month())));
  add(static_cast<int>(static_cast<unsigned>(date.day())));
  add(static_cast<int>(clock.hours().count()));
  add(static_cast<int>(clock.minutes().count()));
  add(static_cast<int>(clock.seconds().count()));
  return digits;
}

// The readings of a run of digits, the usual one first: YYMMDDhhmm[ss], YYYYMMDDhhmm[ss…], DDMMYYYYhhmm,
// seconds since 1970 (of this century's second quarter, so that nothing else can be meant).
ReceiptDate date_of(const std::string& digits) {
  if (moment(digits)) return {digits, {}};
  if (digits.size() >= 12 && digits.starts_with("20")) {
    const std::string short_year = digits.substr(2, digits.size() >= 14 ? 12 : 10);
    if (moment(short_year)) return {short_year, {}};
  }
  if (digits.size() >= 12 && digits.substr(4, 2) == "20") {
    const std::string turned = digits.substr(6, 2) + digits.substr(2, 2) + digits.substr(0, 2) +
                               digits.substr(8, digits.size() >= 14 ? 6 : 4);
    if (moment(turned)) return {turned, {}};
  }
  if (digits.size() == 10 || digits.size() == 13) {
    std::int64_t since_1970 = 0;
    std::from_chars(digits.data(), digits.data() + 10, since_1970);
    if (since_1970 >= 1'735'689'600 && since_1970 < 2'524'608'000)  // 2025 to 2050
      return {digits_of(sys_seconds{seconds{since_1970}}), minutes{0}};
  }
  return {};
}

// +hhmm, +hh:mm, Z.
std::optional<minutes> offset_at(std::string_view text) {
  if (!text.empty() && lower(text[0]) == 'z') return minutes{0};
  if (text.size() < 5 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const bool colon = text[3] == ':';
  const std::string_view hour = text.substr(1, 2), minute = text.substr(colon ? 4 : 3, 2);
  const auto is_number = [](std::string_view two) {
    return two.size() == 2 && is_digit(two[0]) && is_digit(two[1]);
  };
  if (!is_number(hour) || !is_number(minute)) return std::nullopt;
  const minutes ahead{number(hour) * 60 + number(minute)};
  return text[0] == '-' ? -ahead : ahead;
}

// Digits, in groups parted as dates are (2026-11-21T20:03:05, 26/11/21 20:03), or a time string of SMPP 3.4,
// 7.1.1 (YYMMDDhhmmsstnnp). Takes from `text` what it could read, else leaves it.
ReceiptDate read_date(std::string_view& text) {
  std::string_view rest = text;
  skip_spaces(rest);
  std::string digits;
  bool parted = false;
  while (!rest.empty() && digits.size() < kDateDigitsMax) {
    const char c = rest.front();
    const bool digit_follows = rest.size() > 1 && is_digit(rest[1]);
    const bool parts = std::string_view("-/.:Tt").find(c) != std::string_view::npos || (parted && c == ' ');
    if (is_digit(c)) {
      digits += c;
    } else if (parts && digit_follows && !digits.empty() && digits.size() < 14) {
      parted = true;
    } else {
      break;
    }
    rest.remove_prefix(1);
  }
  ReceiptDate date;
  if (digits.size() == 15 && !rest.empty() && (rest.front() == '+' || rest.front() == '-')) {
    const minutes ahead{15 * number(std::string_view(digits).substr(13, 2))};
    date = {digits.substr(0, 12), rest.front() == '-' ? -ahead : ahead};
    if (!moment(date.digits)) date = {};
    rest.remove_prefix(1);
  } else {
    date = date_of(digits);
    if (!date.digits.empty() && parted && digits.size() >= 14) date.ahead_of_utc = offset_at(rest);
  }
  if (!date.digits.empty()) text = rest;
  return date;
}

// Reads key after key; what follows a key and is none itself is its value.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  ReceiptFields run() {
    while (!ended_ && !rest_.empty()) {
      const Token token = next_token(rest_);
      if (token.is_key) {
        take_key(token.word);
      } else if (begins_date_key(token.word)) {
        std::string_view value;
        date_key_ = key_of(kDateKeys, token.word, value)->key;
        keep(value);
      } else {
        keep(token.word);
      }
    }
    return std::move(fields_);
  }

 private:
  // "submit" and "done" begin a key if "date:" follows.
  bool begins_date_key(std::string_view word) const {
    std::string_view value, rest = rest_;
    if (key_of(kDateKeys, word, value) == nullptr) return false;
    const Token next = next_token(rest);
    return next.is_key && same_word(next.word, "date");
  }

  void take_key(std::string_view word) {
    std::string_view value;
    const KeyRow* row = key_of(kKeys, word, value);
    Key key = row == nullptr ? Key::none : row->key;
    if (same_word(word, "date")) key = std::exchange(date_key_, Key::none);
    // A key that nobody knows is not the end of a value, but its own.
    if (!value.empty() && waiting_ == Key::none) key = Key::none;
    keep(value);
    waiting_ = Key::none;
    switch (key) {
      case Key::text:
        ended_ = true;
        break;
      case Key::submit_date:
        return keep_date(fields_.submit_date);
      case Key::done_date:
        return keep_date(fields_.done_date);
      default:
        waiting_ = key;
    }
  }

  void keep_date(ReceiptDate& date) {
    const ReceiptDate read = read_date(rest_);
    if (date.digits.empty()) date = read;
  }

  void keep(std::string_view value) {
    if (value.empty()) return;
    const Key key = std::exchange(waiting_, Key::none);
    if (key == Key::id && fields_.id.empty()) fields_.id = value;
    if (key == Key::stat && fields_.stat.empty()) fields_.stat = value;
    if (key == Key::err && !fields_.err) fields_.err = std::string(value);
  }

  std::string_view rest_;
  ReceiptFields fields_;
  Key waiting_ = Key::none;  // for its value
  Key date_key_ = Key::none;
  bool ended_ = false;
};

bool is_number_of(std::string_view text, std::size_t min, std::size_t max) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  return text.size() >= min && text.size() <= max && std::all_of(text.begin(), text.end(), is_digit);
}

// `status,status time,accept time,error,destination,originator,reference`: one European carrier's, told on
// Kannel's list in 2007. Seven columns with two dates and two numbers are no chance. 00 is delivered.
std::optional<ReceiptFields> read_comma_separated(std::string_view text) {
  std::array<std::string_view, 7> columns;
  std::size_t count = 0;
  for (std::size_t begin = 0; begin <= text.size(); ++count) {
    if (count == columns.size()) return std::nullopt;
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    columns[count] = text.substr(begin, comma - begin);
    skip_spaces(columns[count]);
    while (!columns[count].empty() && is_space(columns[count].back())) columns[count].remove_suffix(1);
    begin = comma + 1;
  }
  if (count != columns.size() || !is_number_of(columns[0], 2, 2) || !is_number_of(columns[4], 3, 20) ||
      !is_number_of(columns[5], 3, 20) || columns[6].empty())
    return std::nullopt;
  if (std::any_of(columns[6].begin(), columns[6].end(), is_space)) return std::nullopt;
  const ReceiptDate done = read_date(columns[1]), accepted = read_date(columns[2]);
  if (done.digits.empty() || accepted.digits.empty()) return std::nullopt;
  ReceiptFields fields;
  fields.id = columns[6];
  fields.stat = columns[0] == "00" ? "DELIVRD" : columns[0];
  fields.err = std::string(columns[3]);
  fields.submit_date = accepted;
  fields.done_date = done;
  fields.destination = columns[4];
  return fields;
}

// UTF-16 shows in its first two letters, which are ASCII in every form; what is no ASCII later is the
// sender's own text, and a question mark is enough.
std::string narrow(std::string_view octets) {
  const bool marked_big = octets.starts_with("\xFE\xFF"), marked_little = octets.starts_with("\xFF\xFE");
  if (marked_big || marked_little) octets.remove_prefix(2);
  const bool wide = octets.size() >= 4;
  const bool big = wide && (marked_big || (octets[0] == '\0' && octets[2] == '\0'));
  const bool little = wide && (marked_little || (octets[1] == '\0' && octets[3] == '\0'));
  if (big == little) return std::string(octets);
  std::string text;
  for (std::size_t i = 0; i + 1 < octets.size(); i += 2) {
    const char high = octets[big ? i : i + 1], low = octets[big ? i + 1 : i];
    text += high == '\0' ? low : '?';
  }
  return text;
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

ReceiptFields read_receipt_fields(std::string_view text) {
  const std::string narrowed = narrow(text);
  ReceiptFields fields = Scanner(narrowed).run();
  if (fields.id.empty() && fields.stat.empty()) {
    if (auto columns = read_comma_separated(narrowed)) return std::move(*columns);
  }
  return fields;
}

std::optional<local_seconds> local_time_of(const ReceiptDate& date) {
  return moment(date.digits);
}

}  // namespace peyk::smpp
