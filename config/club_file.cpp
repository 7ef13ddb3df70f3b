#include "config/club_file.hpp"

#include <sodium.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "config/document.hpp"
#include "config/programme_reader.hpp"
#include "config/scalars.hpp"
#include "config/url.hpp"
#include "templates/dates.hpp"
#include "templates/fold.hpp"
#include "templates/keywords.hpp"

namespace peyk::config {
namespace {

constexpr std::string_view kPhoneRegion = "IR";  // of numbers without a country code
constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::size_t kSecretOctetsMin = 24, kSecretOctetsMax = 64;  // Standard Webhooks, "Signature scheme"

// The raw key of `whsec_<base64>`.
std::optional<std::string> decode_till_secret(std::string_view text) {
  if (!text.starts_with(kSecretPrefix)) return std::nullopt;
  text.remove_prefix(kSecretPrefix.size());
  std::string octets(kSecretOctetsMax, '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  const int failed =
      sodium_base642bin(reinterpret_cast<unsigned char*>(octets.data()), octets.size(), text.data(),
                        text.size(), nullptr, &size, &end, sodium_base64_VARIANT_ORIGINAL);
  if (failed != 0 || end != text.data() + text.size() || size < kSecretOctetsMin) return std::nullopt;
  octets.resize(size);
  return octets;
}

bool is_ussd_root(std::string_view text) {
  return text.empty() || (text.starts_with('*') && text.size() > 1 && text.size() <= 20 &&
                          text.find_first_not_of("*0123456789") == text.npos && !text.ends_with('*') &&
                          text.find("**") == text.npos);
}

bool is_name(std::string_view text) {
  return is_clean_line(text) && characters(text) >= 1 && characters(text) <= 60;
}

// One word that asks for nothing by itself: "JOIN JOIN" on a shared line would be anybody's guess.
bool is_keyword(std::string_view text) {
  const std::string folded = templates::fold(text);
  return text.empty() ||
         (!folded.empty() && characters(folded) <= 20 && folded.find(' ') == folded.npos &&
          !consists_of(folded, kDigits, 1, folded.size()) &&
          templates::Keywords::standard().match(folded).keyword == templates::Keyword::unknown);
}

constexpr TextRule kSlug{
    [](std::string_view t) { return consists_of(t, "abcdefghijklmnopqrstuvwxyz0123456789-", 2, 40); },
    "2 to 40 of a-z, 0-9 and -"};
constexpr TextRule kName{is_name, "1 to 60 characters on one line"};
constexpr TextRule kKeyword{is_keyword,
                            "one word of up to 20 characters, no number, no command such as JOIN"};
constexpr TextRule kCurrency{
    [](std::string_view t) { return consists_of(t, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 3, 3); },
    "three capital letters (ISO 4217): IRR"};
constexpr TextRule kTimeZone{templates::is_time_zone, "a zone of the IANA database: Asia/Tehran"};
constexpr TextRule kLineNumber{[](std::string_view t) { return consists_of(t, kDigits, 3, 15); },
                               "3 to 15 digits, as in peyk.yaml: 30001234"};
constexpr TextRule kUssdRoot{is_ussd_root, "\"*7000\" in quotes, without the closing #; empty: no USSD"};
constexpr TextRule kPin{[](std::string_view t) { return consists_of(t, kDigits, 4, 6); }, "4 to 6 digits"};
constexpr TextRule kPinHash{[](std::string_view t) {
                              return t.starts_with("$argon2id$") && t.size() < crypto_pwhash_STRBYTES &&
                                     t.find(' ') == t.npos && is_clean_line(t);
                            },
                            "a hash by libsodium's crypto_pwhash_str: $argon2id$…", false};
constexpr TextRule kTillId{
    [](std::string_view t) { return consists_of(t, "abcdefghijklmnopqrstuvwxyz0123456789_-", 1, 32); },
    "1 to 32 of a-z, 0-9, _ and -"};
constexpr TextRule kTillSecret{[](std::string_view t) { return decode_till_secret(t).has_value(); },
                               "whsec_ and the base64 of 24 to 64 octets"};

constexpr TextRule kWebhookUrl{[](std::string_view t) { return parse_url(t).has_value(); },
                               "https://host/path, up to 500 visible ASCII characters", false};

void read_digest(Section& s, handlers::DigestPolicy& digest) {
  constexpr std::uint32_t kMax = 10'000;
  s.choice<handlers::DigestWhen>("digest", digest.when,
                                 {{"odd", handlers::DigestWhen::odd},
                                  {"daily", handlers::DigestWhen::daily},
                                  {"never", handlers::DigestWhen::never}});
  s.integer("digest_hour", digest.hour, 5, 19);
  s.integer("digest_own_phone", digest.own_phone, 0, kMax);
  s.integer("digest_purchases", digest.purchases, 0, kMax);
  s.integer("digest_split", digest.split, 0, kMax);
  s.integer("digest_split_minutes", digest.split_minutes, 1, 240);
  s.integer("digest_refunds", digest.refunds, 0, kMax);
  s.integer("digest_voids", digest.voids, 0, kMax);
  s.integer("digest_misses", digest.misses, 0, kMax);
  s.integer("digest_club_misses", digest.club_misses, 0, kMax);
  s.integer("digest_quiet", digest.quiet, 0, kMax);
  s.choice<bool>("insights", digest.insights, {{"off", false}, {"weekly", true}});
}

void read_policy(Section& s, handlers::ClubPolicy& policy) {
  s.percent("earn_percent", policy.earn_share, 0, rules::kWholeBasisPoints);
  s.integer("credit_valid_days", policy.credit_valid_days, 1, 3650);
  s.integer("invoice_min", policy.invoice_min, 0, rules::kAmountMax);
  s.percent("credit_percent_max", policy.credit_share_max, 1, rules::kWholeBasisPoints);
  s.boolean("join_on_purchase", policy.join_on_purchase);
  s.choice<handlers::CashierAuth>("redeem_auth", policy.redeem_auth,
                                  {{"pin", handlers::CashierAuth::pin},
                                   {"challenge", handlers::CashierAuth::challenge},
                                   {"phone", handlers::CashierAuth::phone}});
  s.integer("repeat_window_minutes", policy.repeat_window_minutes, 1, 1440);
  s.integer("void_window_minutes", policy.void_window_minutes, 1, 1440);
  s.integer("move_min", policy.move_min, 1, rules::kAmountMax);
  s.integer("new_codes_per_day_max", policy.new_codes_per_day_max, 0, 100);
  s.integer("proof_last4_from", policy.proof_last4_from, 0, rules::kAmountMax);
  s.integer("proof_handset_from", policy.proof_handset_from, 0, rules::kAmountMax);
  s.integer("dispute_window_hours", policy.dispute_window_hours, 0, 720);
  s.integer("branch_misses_max", policy.branch_misses_max, 0, 1'000'000);
  s.integer("club_misses_max", policy.club_misses_max, 0, 1'000'000);
  s.integer("live_codes_max", policy.live_codes_max, 1, 1000);
  s.integer("give_per_day_max", policy.give_per_day_max, 0, rules::kAmountMax);
  s.integer("give_undo_seconds", policy.give_undo_seconds, 0, 3600);
  s.integer("hold_seconds_max", policy.hold_seconds_max, 10, 3600);
  s.boolean("debt_on_refund", policy.debt_on_refund);
  s.integer("repeat_purchase_seconds", policy.repeat_purchase_seconds, 0, 3600);
  s.integer("remind_days", policy.remind_days, 0, handlers::kRemindDaysMax);
  s.choice<handlers::Membership>(
      "membership", policy.membership,
      {{"open", handlers::Membership::open}, {"closed", handlers::Membership::closed}});
  s.integer("join_after_purchases", policy.join_after_purchases, 0, 100);
  s.integer("profile_credit", policy.profile_credit, 0, rules::kAmountMax);
  s.integer("hijri_shift_days", policy.hijri_shift_days, -templates::kHijriShiftDaysMax,
            templates::kHijriShiftDaysMax);
  read_digest(s, policy.digest);
}

// A value that may stand only once in its list.
template <class Value>
void check_unique(Section& s, std::string_view key, const Value& value,
                  std::map<Value, std::uint32_t>& lines) {
  const auto [first, fresh] = lines.emplace(value, s.line(key));
  if (!fresh) s.mistake(key, fmt::format("given before, at line {}", first->second), "each once");
}

constexpr std::size_t kBranchesMax = 1000;

void read_branches(Section& root, handlers::Club& club) {
  std::map<handlers::BranchNo, std::uint32_t> lines;
  root.list("branches", 1, kBranchesMax, [&](Section& s, std::size_t) {
    handlers::Branch& branch = club.branches.emplace_back();
    if (s.integer("number", branch.number, 1, 999'999, Presence::required)) {
      check_unique(s, "number", branch.number, lines);
    }
    s.text("name", branch.name, kName, Presence::required);
  });
}

std::string numbers_of(const handlers::Club& club) {
  std::vector<handlers::BranchNo> known;
  for (const handlers::Branch& branch : club.branches) {
    if (branch.number != 0) known.push_back(branch.number);
  }
  return fmt::format("{}", fmt::join(known, ", "));
}

// `12: [12, 14]`: at which branches credit of branch 12 is good.
void read_spend_row(Section& s, handlers::BranchNo earned, handlers::Club& club) {
  const std::string key = std::to_string(earned);
  std::set<handlers::BranchNo> row;
  std::size_t words = 0;
  bool any = false;
  const bool given =
      s.texts(key, kBranchesMax, "any, own, or of " + numbers_of(club), [&](const std::string& item) {
        ++words;
        any = any || item == "any";
        for (const handlers::Branch& branch : club.branches) {
          const bool is_it = branch.number != 0 && item == std::to_string(branch.number);
          if (is_it || (item == "own" && branch.number == earned)) row.insert(branch.number);
          if (is_it) return std::optional<std::string>();
        }
        return item == "any" || item == "own" ? std::optional<std::string>()
                                              : std::optional(fmt::format("found \"{}\"", item));
      });
  if (!given || (any && words == 1)) return;
  if (any) s.mistake(key, "any beside branches", "one of the two");
  if (words == 0) s.mistake(key, "no branch", "at least one: credit that is good nowhere is none");
  if (!any && words > 0) club.policy.spend_at[earned] = std::move(row);
}

// After the branches, which it names.
void read_spend_at(Section& s, handlers::Club& club) {
  enum class Word : std::uint8_t { any, own };
  if (s.holds_map("spend_at")) {
    s.section("spend_at", [&club](Section& rows) {
      for (const handlers::Branch& branch : club.branches) {
        if (branch.number != 0) read_spend_row(rows, branch.number, club);
      }
    });
    return;
  }
  Word word = Word::any;
  s.choice<Word>("spend_at", word, {{"any", Word::any}, {"own", Word::own}});
  for (const handlers::Branch& branch : club.branches) {
    if (word == Word::own && branch.number != 0) club.policy.spend_at[branch.number] = {branch.number};
  }
}

void read_branch_of(Section& s, handlers::BranchNo& number, const handlers::Club& club,
                    Presence presence = Presence::required) {
  if (!s.integer("branch", number, 1, 999'999, presence)) return;
  if (std::ranges::find(club.branches, number, &handlers::Branch::number) != club.branches.end()) return;
  s.mistake("branch", s.found("branch") + ", no such branch", numbers_of(club));
}

constexpr std::string_view kOneOfPins = "one of pin, pin_env, pin_file, pin_hash, pin_kept";

void read_cashiers(Section& root, ClubFile& file) {
  std::map<handlers::PhoneNumber, std::uint32_t> lines;
  root.list("cashiers", 0, 5000, [&](Section& s, std::size_t) {
    handlers::Cashier& cashier = file.club.cashiers.emplace_back();
    std::string& pin = file.pins.emplace_back();
    if (s.phone("phone", cashier.phone, kPhoneRegion, Presence::required)) {
      check_unique(s, "phone", cashier.phone, lines);
    }
    read_branch_of(s, cashier.branch, file.club);
    s.boolean("manager", cashier.manager);
    s.secret("pin", pin, kPin, Presence::optional);
    const bool has_pin = s.has("pin") || s.has("pin_env") || s.has("pin_file");
    const bool has_hash = s.text("pin_hash", cashier.pin_hash, kPinHash);
    bool kept = false;
    s.boolean("pin_kept", kept);
    if (has_hash && has_pin) s.mistake("pin_hash", "given beside a PIN", std::string(kOneOfPins));
    if (kept && (has_pin || has_hash)) s.mistake("pin_kept", "given beside a PIN", std::string(kOneOfPins));
    if (kept) file.pins_kept.insert(cashier.phone);
  });
}

void read_till_keys(Section& root, handlers::Club& club) {
  std::map<std::string, std::uint32_t> lines;
  root.list("till_keys", 0, 1000, [&](Section& s, std::size_t) {
    handlers::TillKey& key = club.till_keys.emplace_back();
    if (s.text("id", key.id, kTillId, Presence::required)) check_unique(s, "id", key.id, lines);
    read_branch_of(s, key.branch, club, Presence::optional);
    bool kept = false;
    s.boolean("secret_kept", kept);
    key.secret_in_file = !kept;
    std::string written;
    const bool given =
        s.secret("secret", written, kTillSecret, kept ? Presence::optional : Presence::required);
    if (given && kept) s.mistake("secret_kept", "given beside a secret", "one of the two");
    if (given) key.secret = *decode_till_secret(written);
  });
}

bool read_event_types(Section& s, handlers::EventTypes& types) {
  std::vector<std::string_view> names;
  for (const handlers::EventType type : handlers::all_event_types()) names.push_back(handlers::name_of(type));
  handlers::EventTypes wanted = 0;
  const bool given = s.texts("events", names.size(), fmt::format("{}", fmt::join(names, ", ")),
                             [&](const std::string& item) {
                               const auto type = handlers::event_type_of(item);
                               if (!type) return std::optional(fmt::format("found \"{}\"", item));
                               wanted |= handlers::bit_of(*type);
                               return std::optional<std::string>();
                             });
  if (given) types = wanted;
  return given;
}

void read_webhooks(Section& root, std::vector<handlers::Webhook>& webhooks) {
  std::map<std::string, std::uint32_t> lines;
  root.list("webhooks", 0, handlers::kWebhooksMax, [&](Section& s, std::size_t) {
    handlers::Webhook& webhook = webhooks.emplace_back();
    if (s.text("id", webhook.name, kTillId, Presence::required)) check_unique(s, "id", webhook.name, lines);
    s.text("url", webhook.url, kWebhookUrl, Presence::required);
    bool kept = false;
    s.boolean("secret_kept", kept);
    webhook.secret_in_file = !kept;
    std::string written;
    const bool given =
        s.secret("secret", written, kTillSecret, kept ? Presence::optional : Presence::required);
    if (given && kept) s.mistake("secret_kept", "given beside a secret", "one of the two");
    if (given) webhook.secret = *decode_till_secret(written);
    if (read_event_types(s, webhook.events) && webhook.events == 0)
      s.mistake("events", "empty", "at least one, or leave it out for all");
    s.boolean("enabled", webhook.enabled);
  });
}

void read_identity(Section& s, handlers::Club& club) {
  s.text("slug", club.slug, kSlug, Presence::required);
  s.text("name", club.name, kName, Presence::required);
  s.text("keyword", club.keyword, kKeyword);
  club.keyword = templates::fold(club.keyword);
  s.text("currency", club.currency, kCurrency);
  s.text("time_zone", club.time_zone, kTimeZone);
  s.choice<decltype(club.language)>("language", club.language,
                                    {{"fa", handlers::Language::fa}, {"en", handlers::Language::en}});
  s.choice<decltype(club.money_display)>(
      "money_display", club.money_display,
      {{"toman", handlers::MoneyDisplay::toman}, {"rial", handlers::MoneyDisplay::rial}});
  s.text("line", club.line, kLineNumber, Presence::required);
  s.text("ussd_root", club.ussd_root, kUssdRoot);
  s.integer("sending_weight", club.sending_weight, 1, 100);
  if (club.currency != "IRR" && club.money_display == handlers::MoneyDisplay::toman) {
    s.mistake("money_display", fmt::format("toman, but the currency is {}", club.currency),
              "rial: as it is kept");
  }
}

}  // namespace

tl::expected<ClubFile, std::vector<Mistake>> load_club(std::string_view yaml, std::string file_name,
                                                       const Environment& environment) {
  ClubFile file;
  Document document(yaml, std::move(file_name), environment);
  document.read([&](Section& root) {
    read_identity(root, file.club);
    read_branches(root, file.club);
    root.section("policy", [&](Section& s) {
      read_policy(s, file.club.policy);
      read_spend_at(s, file.club);
    });
    read_cashiers(root, file);
    read_till_keys(root, file.club);
    read_webhooks(root, file.webhooks);
    read_programme(root, file.club);
  });
  std::vector<Mistake> mistakes = std::move(document).mistakes();
  if (!mistakes.empty()) return tl::unexpected(std::move(mistakes));
  file.remarks = std::move(document).remarks();
  return file;
}

tl::expected<ClubFile, std::vector<Mistake>> load_club_file(const std::string& path,
                                                            const Environment& environment) {
  const auto yaml = read_whole_file(path, kFileOctetsMax);
  if (!yaml) return tl::unexpected(std::vector<Mistake>{{path, 0, 0, "", yaml.error(), ""}});
  return load_club(*yaml, path, environment);
}

}  // namespace peyk::config
