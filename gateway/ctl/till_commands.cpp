// A key of a till from its making to its end; docs/decisions/0020 says how it lives beside those of club
// files.
//
// What must stay true: a secret is shown once, in the answer to the command that made it; each change is
// saved before it is told.
#include "gateway/ctl/till_commands.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "config/scalars.hpp"
#include "gateway/clock.hpp"
#include "gateway/http/rfc3339.hpp"
#include "gateway/http/webhook_signature.hpp"
#include "handlers/directory.hpp"
#include "store/mysql/clubs.hpp"
#include "store/mysql/till_keys.hpp"
#include "templates/dates.hpp"

namespace peyk::gateway::ctl {
namespace {

using Json = nlohmann::ordered_json;
using store::TillKeyRecord;

constexpr std::size_t kSecretOctets = 32;
constexpr std::chrono::days kOldMax{
    90};  // a secret that is good for ever beside its successor was not changed

std::string new_secret() {
  std::string secret(kSecretOctets, '\0');
  randombytes_buf(secret.data(), secret.size());
  return secret;
}

bool is_key_id(const std::string& text) {
  return config::consists_of(text, "abcdefghijklmnopqrstuvwxyz0123456789_-", 1, 32);
}

const handlers::Club* club_with(const std::vector<handlers::Club>& clubs, handlers::ClubId id) {
  const auto found = std::ranges::find(clubs, id, &handlers::Club::id);
  return found == clubs.end() ? nullptr : &*found;
}

constexpr std::pair<std::string_view, handlers::KeyRole> kRoles[] = {{"till", handlers::KeyRole::till},
                                                                     {"analyst", handlers::KeyRole::analyst}};

std::string role_name(handlers::KeyRole role) {
  return std::string(kRoles[static_cast<std::size_t>(role)].first);
}

std::string bound_to(const handlers::TillKey& key) {
  if (key.role == handlers::KeyRole::analyst) return "an analyst's";
  return key.branch == 0 ? std::string("no branch") : fmt::format("branch {}", key.branch);
}

bool has_old(const TillKeyRecord& record, rules::Instant now) {
  return !record.key.old_secret.empty() && record.key.old_until > now;
}

Json json_of(const TillKeyRecord& record, const handlers::Club* club, rules::Instant now) {
  const auto time = [](rules::Instant at) {
    return at == rules::Instant{} ? Json() : Json(templates::rfc3339(at));
  };
  return {{"id", record.key.id},
          {"club", club == nullptr ? "" : club->slug},
          {"branch", record.key.branch == 0 ? Json() : Json(record.key.branch)},
          {"role", role_name(record.key.role)},
          {"in_file", record.key.in_file},
          {"secret_in_file", record.key.secret_in_file},
          {"created", time(record.created_at)},
          {"created_by", record.created_by},
          {"rotated", time(record.rotated_at)},
          {"old_secret_until", has_old(record, now) ? time(record.key.old_until) : Json()},
          {"revoked", time(record.revoked_at)},
          {"revoked_by", record.revoked_by}};
}

std::string text_of(const TillKeyRecord& record, const handlers::Club* club, rules::Instant now) {
  std::string text =
      fmt::format("{}  {}, {}", record.key.id, club == nullptr ? "" : club->slug, bound_to(record.key));
  if (record.key.in_file)
    text += record.key.secret_in_file ? ", of the club's file" : ", of the club's file, its secret ours";
  if (record.created_at != rules::Instant{})
    text += fmt::format(", made {} by {}", templates::rfc3339(record.created_at), record.created_by);
  if (has_old(record, now))
    text += fmt::format(", the secret before it good until {}", templates::rfc3339(record.key.old_until));
  if (record.is_revoked())
    text += fmt::format(", revoked {} by {}", templates::rfc3339(record.revoked_at), record.revoked_by);
  return text + "\n";
}

// The one moment at which a secret is seen.
void show_secret(Desk& desk, const TillKeyRecord& record, const handlers::Club* club,
                 const std::string& secret, rules::Instant now) {
  if (desk.order.json) {
    Json json = json_of(record, club, now);
    json["secret"] = webhook_secret_as_text(secret);
    desk.out << json.dump() << '\n';
    return;
  }
  desk.out << "till key " << text_of(record, club, now) << "secret " << webhook_secret_as_text(secret)
           << "\nIt is shown only now: put it where the till reads it.\n";
}

TillKeyRecord key_named(store::Connection& connection, const std::string& id) {
  const auto record = store::find_till_key(connection, id);
  if (!record) throw Trouble{kFound, fmt::format("there is no till key {}", id)};
  if (record->is_revoked()) {
    throw Trouble{kFound, fmt::format("till key {} was revoked at {} by {}", id,
                                      templates::rfc3339(record->revoked_at), record->revoked_by)};
  }
  return *record;
}

ExitCode create(Desk& desk) {
  const Order& order = desk.order;
  if (!is_key_id(order.till_key))
    throw Trouble{kUsage, fmt::format("\"{}\" is no key's id: 1 to 32 of a-z, 0-9, _ and -", order.till_key)};
  store::Connection connection(desk.options.mysql);
  const auto clubs = open_clubs(connection);
  const handlers::Club& club = club_named(clubs, order.club);
  if (order.branch != 0 && handlers::branch_of(club, order.branch) == nullptr)
    throw Trouble{kFound, fmt::format("club {} has no branch {}", club.slug, order.branch)};
  if (store::find_till_key(connection, order.till_key))
    throw Trouble{
        kFound, fmt::format("till key {} is there already, or was once: choose another id", order.till_key)};
  const bool for_analyst = order.key_role == role_name(handlers::KeyRole::analyst);
  if (for_analyst && order.branch != 0)
    throw Trouble{kUsage, "an analyst reads reports of the whole club: leave --branch out"};
  const handlers::TillKey key{.id = order.till_key,
                              .branch = order.branch,
                              .secret = new_secret(),
                              .in_file = false,
                              .secret_in_file = false,
                              .role = for_analyst ? handlers::KeyRole::analyst : handlers::KeyRole::till};
  const rules::Instant now = wall_clock();
  store::create_till_key(connection, club.id, key, now, operator_name());
  const TillKeyRecord made = key_named(connection, key.id);
  connection.commit();
  show_secret(desk, made, &club, key.secret, now);
  return kDone;
}

ExitCode list(Desk& desk) {
  store::Connection connection(desk.options.mysql);
  const auto clubs = open_clubs(connection);
  const handlers::ClubId only = desk.order.club.empty() ? 0 : club_named(clubs, desk.order.club).id;
  const rules::Instant now = wall_clock();
  Json json = Json::array();
  std::string text;
  for (const TillKeyRecord& record : store::load_till_keys(connection)) {
    if (only != 0 && record.club != only) continue;
    const handlers::Club* club = club_with(clubs, record.club);
    json.push_back(json_of(record, club, now));
    text += text_of(record, club, now);
  }
  desk.out << (desk.order.json ? Json{{"keys", json}}.dump() + "\n" : text.empty() ? "no till keys\n" : text);
  return kDone;
}

// "now", "24h" from now, or a moment. Throws Trouble.
rules::Instant old_until(const std::string& text, rules::Instant now) {
  if (text == "now") return now;
  const auto span = config::parse_time_span(text);
  const std::optional<rules::Instant> until =
      span ? std::optional<rules::Instant>(now + *span) : parse_rfc3339(text);
  if (!until || *until > now + kOldMax) {
    throw Trouble{kUsage, fmt::format("--old-until {}: now, a time from now (24h, 7d) or a moment"
                                      " (2026-11-23T08:00:00+03:30), at most {} days ahead",
                                      text, kOldMax.count())};
  }
  return *until;
}

ExitCode rotate(Desk& desk) {
  store::Connection connection(desk.options.mysql);
  open_current(connection);
  const rules::Instant now = wall_clock();
  const rules::Instant until = old_until(desk.order.old_until, now);
  const auto clubs = store::load_clubs(connection);
  const TillKeyRecord record = key_named(connection, desk.order.till_key);
  if (has_old(record, now) && until > now) {
    throw Trouble{
        kFound, fmt::format("till key {} is being changed, the secret before is good until {}: wait for that,"
                            " or let only the new secret be good with --old-until now",
                            record.key.id, templates::rfc3339(record.key.old_until))};
  }
  const std::string secret = new_secret();
  store::rotate_till_key(connection, record, secret, until, now);
  const TillKeyRecord rotated = key_named(connection, record.key.id);
  connection.commit();
  show_secret(desk, rotated, club_with(clubs, record.club), secret, now);
  if (record.key.secret_in_file && !desk.order.json)
    desk.out
        << "write secret_kept: true into its club's file, in place of the secret: apply refuses that now\n";
  return kDone;
}

ExitCode revoke(Desk& desk) {
  store::Connection connection(desk.options.mysql);
  open_current(connection);
  const rules::Instant now = wall_clock();
  const auto clubs = store::load_clubs(connection);
  const TillKeyRecord record = key_named(connection, desk.order.till_key);
  store::revoke_till_key(connection, record, now, operator_name());
  const auto revoked = store::find_till_key(connection, record.key.id);
  connection.commit();
  if (desk.order.json) {
    desk.out << json_of(*revoked, club_with(clubs, record.club), now).dump() << '\n';
  } else {
    desk.out << "till key " << record.key.id << ": revoked; no gateway takes it after two seconds\n";
    if (record.key.in_file) desk.out << "take it out of its club's file too: apply refuses it there\n";
  }
  return kDone;
}

}  // namespace

void describe_till(CLI::App& app, Order& order, std::vector<Command>& commands) {
  auto* till = app.add_subcommand("till", "keys with which tills sign their requests");
  till->require_subcommand(1);
  auto* creating = till->add_subcommand("create", "make a key; its secret is shown once");
  creating->add_option("club", order.club, "the slug of its club")->required();
  creating->add_option("id", order.till_key, "the key's name, for peyk-key: 1 to 32 of a-z, 0-9, _ and -")
      ->required();
  creating->add_option("--branch", order.branch, "the branch it is bound to; without: each request names one")
      ->check(CLI::Range(1U, 999'999U));
  creating
      ->add_option("--role", order.key_role,
                   "till: all that tills do; analyst: reports that name nobody, to read")
      ->check(CLI::IsMember({"till", "analyst"}))
      ->capture_default_str();
  auto* listing = till->add_subcommand("list", "the keys there are, and were");
  listing->add_option("club", order.club, "only of this club (its slug)");
  auto* rotating = till->add_subcommand("rotate", "give a key a new secret; both are good for a while");
  rotating->add_option("id", order.till_key, "the key's name")->required();
  rotating
      ->add_option("--old-until", order.old_until,
                   "how long the secret of now stays good: now, 24h, or a moment")
      ->capture_default_str();
  auto* revoking =
      till->add_subcommand("revoke", "no gateway takes the key any more, within seconds and for good");
  revoking->add_option("id", order.till_key, "the key's name")->required();
  for (auto* child : {creating, listing, rotating, revoking}) {
    child->add_flag("--json", order.json, "as JSON");
    child->fallthrough();
  }
  till->fallthrough();
  commands.insert(commands.end(),
                  {{creating, create}, {listing, list}, {rotating, rotate}, {revoking, revoke}});
}

}  // namespace peyk::gateway::ctl
