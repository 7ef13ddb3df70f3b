#include "gateway/import_rows.hpp"

#include <algorithm>
#include <charconv>

#include "config/scalars.hpp"
#include "gateway/http/body_fields.hpp"
#include "gateway/http/rfc3339.hpp"
#include "gateway/http/strict_json.hpp"
#include "handlers/directory.hpp"
#include "handlers/tags.hpp"
#include "templates/dates.hpp"
#include "templates/fold.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway {
namespace {

using Wrong = tl::unexpected<std::string>;

const auto kEarliest = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};

std::optional<std::int64_t> whole_number(std::string_view text) {
  const std::string digits = templates::fold(text);
  std::int64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

// "2026-11-22"; nothing for a day that does not exist.
std::optional<std::chrono::year_month_day> plain_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = whole_number(text.substr(0, 4)), month = whole_number(text.substr(5, 2)),
             day = whole_number(text.substr(8, 2));
  if (!year || !month || !day || *month < 1 || *day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  return date.ok() ? std::optional(date) : std::nullopt;
}

// The first instant of a day of the club's, or an instant.
std::optional<rules::Instant> instant_of(std::string_view text, const std::string& zone) {
  if (const auto instant = parse_rfc3339(text)) return instant;
  if (const auto day = plain_day(text)) return templates::instant_of(std::chrono::sys_days(*day), zone);
  if (const auto jalali = templates::parse_jalali_date(text))
    return templates::instant_of(std::chrono::sys_days(templates::to_gregorian(*jalali)), zone);
  return std::nullopt;
}

// Into `target` if it is given. What is wrong with it; empty: nothing.
std::string read_past(std::string_view column, std::string_view text, const handlers::Club& club,
                      rules::Instant now, std::optional<rules::Instant>& target) {
  if (text.empty()) return "";
  target = instant_of(text, club.time_zone);
  if (!target) return std::string(column) + " is no day: 2026-11-22, 1405/09/01 or 2026-11-22T08:00:00+03:30";
  return *target < kEarliest || *target > now ? std::string(column) + " lies in the future, or before 2000"
                                              : "";
}

std::string not_a_phone(std::string_view column) {
  return std::string(column) + " is not a mobile number";
}

// What is wrong with the record as a whole; empty: nothing.
std::string unreadable(const CsvRecord& record, const ImportColumns& columns) {
  if (!record.wrong.empty()) return record.wrong;
  for (const std::string& field : record.fields) {
    if (!config::is_utf8(field)) return "it is not in UTF-8: save the file so, and give it again";
  }
  if (record.fields.size() == columns.count()) return "";
  return "it has " + std::to_string(record.fields.size()) + " fields, the first line " +
         std::to_string(columns.count());
}

// As a till's is read, blanks around it and all: the same invoice must not be another one here.
tl::expected<std::string, std::string> invoice_of(std::string_view text) {
  if (looks_like_formula(text)) return Wrong("invoice begins as a formula does");
  auto invoice = read_name({.what = std::string(text)});
  if (!invoice) return Wrong("invoice " + invoice.error());
  return std::move(*invoice);
}

// "student; level-3"
tl::expected<std::vector<std::string>, std::string> tags_in_field(std::string_view text) {
  std::vector<std::string> tags;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string word = templates::fold(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    const auto tag = handlers::tag_of(word);
    if (!tag) return Wrong("each of tags is " + std::string(handlers::kTagRule) + ", with ; between them");
    tags.push_back(*tag);
  }
  tags = handlers::as_tags(std::move(tags));
  if (tags.size() > handlers::kTagsMax)
    return Wrong("tags are more than " + std::to_string(handlers::kTagsMax));
  return tags;
}

}  // namespace

tl::expected<ImportColumns, std::string> ImportColumns::of(const CsvRecord& head,
                                                           const std::vector<std::string_view>& known,
                                                           const std::vector<std::string_view>& required) {
  std::string allowed;
  for (const auto name : known) allowed += (allowed.empty() ? "" : ", ") + std::string(name);
  if (!head.wrong.empty()) return Wrong(head.wrong);
  ImportColumns columns;
  for (const std::string& field : head.fields) {
    const std::string name = templates::fold(field);
    if (std::ranges::find(known, name) == known.end())
      return Wrong("no column is called \"" + field.substr(0, 40) + "\"; there are: " + allowed);
    if (std::ranges::find(columns.names_, name) != columns.names_.end())
      return Wrong("the column " + name + " is there twice");
    columns.names_.push_back(name);
  }
  for (const auto name : required) {
    if (std::ranges::find(columns.names_, name) == columns.names_.end())
      return Wrong("the column " + std::string(name) + " is missing; there are: " + allowed);
  }
  return columns;
}

std::string_view ImportColumns::at(const CsvRecord& record, std::string_view column) const {
  const auto found = std::ranges::find(names_, column);
  return found == names_.end() ? std::string_view{}
                               : record.fields[static_cast<std::size_t>(found - names_.begin())];
}

tl::expected<ImportColumns, std::string> member_columns(const CsvRecord& head) {
  return ImportColumns::of(head, {"phone", "language", "joined", "referred_by", "tags"}, {"phone"});
}

tl::expected<ImportColumns, std::string> purchase_columns(const CsvRecord& head) {
  return ImportColumns::of(head, {"phone", "amount", "invoice", "branch", "purchased_at"},
                           {"phone", "amount", "invoice", "branch"});
}

tl::expected<handlers::MemberImport, std::string> member_of(const CsvRecord& record,
                                                            const ImportColumns& columns,
                                                            const handlers::Club& club, rules::Instant now) {
  if (std::string wrong = unreadable(record, columns); !wrong.empty()) return Wrong(std::move(wrong));
  handlers::MemberImport row{.club = club.id};
  const auto phone = templates::parse_phone(columns.at(record, "phone"));
  if (!phone) return Wrong(not_a_phone("phone"));
  row.phone = *phone;
  const std::string language = templates::fold(columns.at(record, "language"));
  if (language == "fa") row.language = handlers::Language::fa;
  if (language == "en") row.language = handlers::Language::en;
  if (!language.empty() && !row.language) return Wrong("language is fa or en");
  const std::string joined = read_past("joined", columns.at(record, "joined"), club, now, row.joined_at);
  if (!joined.empty()) return Wrong(joined);
  if (const auto referrer = columns.at(record, "referred_by"); !referrer.empty()) {
    row.referred_by = templates::parse_phone(referrer);
    if (!row.referred_by) return Wrong(not_a_phone("referred_by"));
  }
  auto tags = tags_in_field(columns.at(record, "tags"));
  if (!tags) return Wrong(std::move(tags.error()));
  row.tags = std::move(*tags);
  return row;
}

tl::expected<handlers::PurchaseRequest, std::string> purchase_of(const CsvRecord& record,
                                                                 const ImportColumns& columns,
                                                                 const handlers::Club& club,
                                                                 rules::Instant now) {
  if (std::string wrong = unreadable(record, columns); !wrong.empty()) return Wrong(std::move(wrong));
  handlers::PurchaseRequest row{.club = club.id};
  const auto phone = templates::parse_phone(columns.at(record, "phone"));
  if (!phone) return Wrong(not_a_phone("phone"));
  row.phone = *phone;
  const auto amount = whole_number(columns.at(record, "amount"));
  if (!amount || *amount < 1 || *amount > rules::kAmountMax)
    return Wrong("amount is not a whole number of " + club.currency +
                 " above 0, without signs between digits");
  row.amount = *amount;
  auto invoice = invoice_of(columns.at(record, "invoice"));
  if (!invoice) return Wrong(std::move(invoice.error()));
  row.invoice = std::move(*invoice);
  const auto branch = whole_number(columns.at(record, "branch"));
  const bool known = branch && *branch > 0 && *branch <= 999'999 &&
                     handlers::branch_of(club, static_cast<handlers::BranchNo>(*branch)) != nullptr;
  if (!known) return Wrong("branch is none of the club's");
  row.branch = static_cast<handlers::BranchNo>(*branch);
  const std::string past =
      read_past("purchased_at", columns.at(record, "purchased_at"), club, now, row.purchased_at);
  if (!past.empty()) return Wrong(past);
  return row;
}

}  // namespace peyk::gateway
