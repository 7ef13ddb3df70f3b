#include "gateway/http/query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "gateway/http/body_fields.hpp"
#include "gateway/http/rfc3339.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway {
namespace {

constexpr std::size_t kMistakesMax = 16, kNameMax = 40;

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  Number number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, PlusSign plus) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at] == '+' && plus == PlusSign::is_blank ? ' ' : text[at];
      continue;
    }
    std::uint8_t octet = 0;
    if (at + 2 >= text.size()) return std::nullopt;
    const char* const first = text.data() + at + 1;
    const auto read = std::from_chars(first, first + 2, octet, 16);
    if (read.ec != std::errc() || read.ptr != first + 2) return std::nullopt;
    decoded += static_cast<char>(octet);
    at += 2;
  }
  return decoded;
}

std::string text_of(const PageEnd& end) {
  return fmt::format("{}-{}", end.at.time_since_epoch().count(), end.id);
}

std::optional<PageEnd> parse_page_end(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto at = number_of<std::int64_t>(text.substr(0, dash));
  const auto id = number_of<std::uint64_t>(text.substr(dash + 1));
  // Times of rows: from 1970, and no later than MySQL can say.
  constexpr std::int64_t last = 253'402'300'799'000'000;
  if (!at || !id || *at <= 0 || *at > last) return std::nullopt;
  return PageEnd{rules::Instant{std::chrono::microseconds{*at}}, *id};
}

QueryReader::QueryReader(std::string_view text, std::span<const std::string_view> names) {
  while (!text.empty() && errors_.size() < kMistakesMax) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    read_pair(pair, names);
  }
}

void QueryReader::read_pair(std::string_view pair, std::span<const std::string_view> names) {
  const std::string_view name = pair.substr(0, pair.find('='));
  if (std::ranges::find(names, name) == names.end()) {
    std::string known =
        names.empty() ? "there are none here" : fmt::format("known are {}", fmt::join(names, ", "));
    return wrong(name.substr(0, kNameMax), "unknown parameter: " + known);
  }
  if (name.size() == pair.size()) return wrong(name, "has no value: name=value is needed");
  auto value = percent_decoded(pair.substr(name.size() + 1), PlusSign::is_blank);
  if (!value || value->size() > kQueryValueMax)
    return wrong(name, "is longer than 200 octets, or a %xx of it is wrong");
  if (!values_.emplace(name, std::move(*value)).second) wrong(name, "is given twice");
}

void QueryReader::wrong(std::string_view name, std::string detail) {
  if (errors_.size() < kMistakesMax) errors_.push_back({std::move(detail), "", std::string(name)});
}

std::optional<HttpResponse> QueryReader::problem() const {
  if (errors_.empty()) return std::nullopt;
  return problem_response({400, "bad-query", "The query cannot be used", "See errors.", errors_});
}

std::optional<std::string> QueryReader::text(std::string_view name) {
  const auto found = values_.find(name);
  return found == values_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<rules::Instant> QueryReader::instant(std::string_view name) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto instant = parse_rfc3339(*given);
  if (!instant || *instant <= rules::Instant{}) {
    wrong(name, "must be a time like 2026-11-22T08:00:00+03:30, the + written %2B");
    return std::nullopt;
  }
  return instant;
}

std::optional<handlers::PhoneNumber> QueryReader::phone(std::string_view name) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto phone = given->size() <= kPhoneOctetsMax ? templates::parse_phone(*given) : std::nullopt;
  if (!phone) wrong(name, "is not a mobile phone number");
  return phone;
}

std::optional<handlers::BranchNo> QueryReader::branch(std::string_view name) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto branch = number_of<handlers::BranchNo>(*given);
  if (branch && *branch != 0) return branch;
  wrong(name, "must be a branch number");
  return std::nullopt;
}

std::optional<rules::Instant> QueryReader::day(std::string_view name, std::string_view time_zone) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto midnight = parse_rfc3339(*given + "T00:00:00Z");
  if (!midnight || given->size() != 10 ||
      *midnight < std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}) {
    wrong(name, "must be a day like 2026-11-22");
    return std::nullopt;
  }
  return templates::start_of_local_day(
      templates::instant_of(std::chrono::floor<std::chrono::seconds>(*midnight) + std::chrono::hours{12},
                            time_zone),
      time_zone);
}

std::optional<std::uint64_t> QueryReader::card(std::string_view name) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto card = given->size() == 16 ? number_of<std::uint64_t>(*given) : std::nullopt;
  if (!card) wrong(name, "must be the 16 digits of a membership number");
  return card;
}

std::optional<PageEnd> QueryReader::page_end(std::string_view name) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto end = parse_page_end(*given);
  if (!end) wrong(name, "is not what a page gave as \"next\"");
  return end;
}

std::uint32_t QueryReader::limit() {
  const auto given = text("limit");
  if (!given) return kPageUsual;
  const auto limit = number_of<std::uint32_t>(*given);
  if (limit && *limit >= 1 && *limit <= kPageMax) return *limit;
  wrong("limit", fmt::format("must be a number from 1 to {}", kPageMax));
  return kPageUsual;
}

}  // namespace peyk::gateway
