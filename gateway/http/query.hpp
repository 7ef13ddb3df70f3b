// What follows the '?' of a target, read as strictly as a body: "since=2026-11-01T00:00:00Z&limit=20".
//
//   text → QueryReader (names that are known, each once) → a typed read for each → problem(), if anything was
//   wrong
//
// All mistakes are told at once, each with the parameter it is about. Nothing is guessed: a name that is not
// known is refused, for the sender meant something by it.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/problem.hpp"
#include "handlers/club.hpp"

namespace peyk::gateway {

enum class PlusSign : bool { stays, is_blank };  // in a path; in a query
// RFC 3986, 2.1; nullopt for a "%" without two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text, PlusSign plus);

inline constexpr std::uint32_t kPageMax = 100, kPageUsual = 50;  // rows
inline constexpr std::size_t kQueryValueMax = 200;               // octets

// Where a page ended: the row's time and id. Its text is opaque to whoever is given it.
struct PageEnd {
  rules::Instant at{};
  std::uint64_t id = 0;
};
std::string text_of(const PageEnd& end);
std::optional<PageEnd> parse_page_end(std::string_view text);

class QueryReader {
 public:
  QueryReader(std::string_view text, std::span<const std::string_view> names);

  // Nothing where it is not given, or is no such thing: then problem() says so.
  std::optional<std::string> text(std::string_view name);
  std::optional<rules::Instant> instant(std::string_view name);
  std::optional<handlers::PhoneNumber> phone(std::string_view name);
  std::optional<handlers::BranchNo> branch(std::string_view name);
  // A day of the club's calendar, by its first instant.
  std::optional<rules::Instant> day(std::string_view name, std::string_view time_zone);
  std::optional<std::uint64_t> card(std::string_view name);
  std::optional<PageEnd> page_end(std::string_view name);
  std::uint32_t limit();

  void wrong(std::string_view name, std::string detail);
  // The answer if anything was wrong.
  std::optional<HttpResponse> problem() const;

 private:
  void read_pair(std::string_view pair, std::span<const std::string_view> names);

  std::map<std::string, std::string, std::less<>> values_;
  std::vector<ProblemError> errors_;
};

}  // namespace peyk::gateway
