#include "gateway/ctl/apply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "config/url.hpp"
#include "gateway/clock.hpp"
#include "gateway/ctl/programme_fields.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway::ctl {
namespace {

using namespace handlers;

using Lines = std::vector<std::string>;

std::string quoted_or_none(std::string_view text) {
  return text.empty() ? std::string(kNotGiven) : yaml_quoted(text);
}

// 725 is "7.25%".
std::string percent(rules::BasisPoints share) {
  std::string text = fmt::format("{}.{:02}", share / 100, share % 100);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + "%";
}

std::string word(Language language) {
  return language == Language::fa ? "fa" : "en";
}
std::string word(MoneyDisplay display) {
  return display == MoneyDisplay::rial ? "rial" : "toman";
}
std::string word(CashierAuth auth) {
  return auth == CashierAuth::pin ? "pin" : auth == CashierAuth::phone ? "phone" : "challenge";
}
std::string word(Membership membership) {
  return membership == Membership::open ? "open" : "closed";
}
std::string word(DigestWhen when) {
  return when == DigestWhen::odd ? "odd" : when == DigestWhen::daily ? "daily" : "never";
}
// As the file has it: "own", "{12: [12, 14]}", "any".
std::string word(const rules::SpendAt& spend_at, const std::vector<Branch>& branches) {
  if (spend_at.empty()) return "any";
  std::string rows;
  std::size_t own = 0;
  for (const auto& [earned, spent] : spend_at) {
    rows += fmt::format("{}{}: [{}]", rows.empty() ? "" : ", ", earned, fmt::join(spent, ", "));
    if (spent == std::set<BranchNo>{earned}) ++own;
  }
  return own == spend_at.size() && own == branches.size() ? "own" : "{" + rows + "}";
}
std::string word(bool yes) {
  return yes ? "true" : "false";
}

}  // namespace

std::string yaml_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::vector<std::pair<std::string_view, std::string>> fields_of(const Club& club) {
  const ClubPolicy& policy = club.policy;
  return {{"name", quoted_or_none(club.name)},
          {"keyword", quoted_or_none(club.keyword)},
          {"currency", club.currency},
          {"time_zone", club.time_zone},
          {"language", word(club.language)},
          {"money_display", word(club.money_display)},
          {"line", club.line},
          {"ussd_root", quoted_or_none(club.ussd_root)},
          {"sending_weight", std::to_string(club.sending_weight)},
          {"policy.earn_percent", percent(policy.earn_share)},
          {"policy.credit_valid_days", std::to_string(policy.credit_valid_days)},
          {"policy.invoice_min", std::to_string(policy.invoice_min)},
          {"policy.credit_percent_max", percent(policy.credit_share_max)},
          {"policy.join_on_purchase", word(policy.join_on_purchase)},
          {"policy.redeem_auth", word(policy.redeem_auth)},
          {"policy.repeat_window_minutes", std::to_string(policy.repeat_window_minutes)},
          {"policy.void_window_minutes", std::to_string(policy.void_window_minutes)},
          {"policy.move_min", std::to_string(policy.move_min)},
          {"policy.new_codes_per_day_max", std::to_string(policy.new_codes_per_day_max)},
          {"policy.live_codes_max", std::to_string(policy.live_codes_max)},
          {"policy.give_per_day_max", std::to_string(policy.give_per_day_max)},
          {"policy.give_undo_seconds", std::to_string(policy.give_undo_seconds)},
          {"policy.proof_last4_from", std::to_string(policy.proof_last4_from)},
          {"policy.proof_handset_from", std::to_string(policy.proof_handset_from)},
          {"policy.dispute_window_hours", std::to_string(policy.dispute_window_hours)},
          {"policy.branch_misses_max", std::to_string(policy.branch_misses_max)},
          {"policy.club_misses_max", std::to_string(policy.club_misses_max)},
          {"policy.hold_seconds_max", std::to_string(policy.hold_seconds_max)},
          {"policy.debt_on_refund", word(policy.debt_on_refund)},
          {"policy.repeat_purchase_seconds", std::to_string(policy.repeat_purchase_seconds)},
          {"policy.remind_days", std::to_string(policy.remind_days)},
          {"policy.membership", word(policy.membership)},
          {"policy.join_after_purchases", std::to_string(policy.join_after_purchases)},
          {"policy.profile_credit", std::to_string(policy.profile_credit)},
          {"policy.hijri_shift_days", std::to_string(policy.hijri_shift_days)},
          {"policy.spend_at", word(policy.spend_at, club.branches)},
          {"policy.digest", word(policy.digest.when)},
          {"policy.digest_hour", std::to_string(policy.digest.hour)},
          {"policy.digest_own_phone", std::to_string(policy.digest.own_phone)},
          {"policy.digest_purchases", std::to_string(policy.digest.purchases)},
          {"policy.digest_split", std::to_string(policy.digest.split)},
          {"policy.digest_split_minutes", std::to_string(policy.digest.split_minutes)},
          {"policy.digest_refunds", std::to_string(policy.digest.refunds)},
          {"policy.digest_voids", std::to_string(policy.digest.voids)},
          {"policy.digest_misses", std::to_string(policy.digest.misses)},
          {"policy.digest_club_misses", std::to_string(policy.digest.club_misses)},
          {"policy.digest_quiet", std::to_string(policy.digest.quiet)},
          {"policy.insights", policy.digest.insights ? "weekly" : "off"}};
}

namespace {

// Lists compared by key: `+` is new, `-` is gone, `~` has changed as `change` says ("" if it has not).
template <typename Item, typename Key, typename Show, typename Change>
void compare(Lines& lines, std::string_view noun, const std::vector<Item>& before,
             const std::vector<Item>& after, Key key, Show show, Change change) {
  std::map<decltype(key(Item{})), const Item*> old, fresh;
  for (const Item& item : before) old[key(item)] = &item;
  for (const Item& item : after) fresh[key(item)] = &item;
  for (const auto& [name, item] : old) {
    if (!fresh.contains(name)) lines.push_back(fmt::format("- {} {}", noun, show(*item)));
  }
  for (const auto& [name, item] : fresh) {
    const auto known = old.find(name);
    if (known == old.end()) {
      lines.push_back(fmt::format("+ {} {}{}", noun, show(*item), change(Item{}, *item)));
    } else if (const std::string what = change(*known->second, *item); !what.empty()) {
      lines.push_back(fmt::format("~ {} {}{}", noun, show(*item), what));
    }
  }
}

std::string pin_change(const Cashier& before, const Cashier& after) {
  if (before.pin_hash == after.pin_hash) return "";
  if (after.pin_hash.empty()) return ", PIN taken away";
  return before.pin_hash.empty() ? ", with a PIN" : ", new PIN";
}

std::string cashier_change(const Cashier& before, const Cashier& after) {
  std::string what;
  if (before.branch != after.branch) what += fmt::format(", branch {}", after.branch);
  what += pin_change(before, after);
  if (before.manager != after.manager) what += after.manager ? ", a manager" : ", no longer a manager";
  return what;
}

std::string key_change(const TillKey& before, const TillKey& after) {
  std::string what;
  if (before.branch != after.branch) what += fmt::format(", branch {}", after.branch);
  const bool is_new = before.id.empty();
  if (is_new && !after.secret_in_file) what += ", its secret kept";
  if (!is_new && before.secret != after.secret) what += ", new secret";
  return what;
}

// What peykctl till made is not the file's business.
std::vector<TillKey> keys_of_file(const Club& club) {
  std::vector<TillKey> keys;
  std::ranges::copy_if(club.till_keys, std::back_inserter(keys), &TillKey::in_file);
  return keys;
}

std::string names_of(EventTypes types) {
  if (types == kAllEventTypes) return "all events";
  std::string names;
  for (const EventType type : all_event_types()) {
    if ((types & bit_of(type)) != 0) names += (names.empty() ? "" : " ") + std::string(name_of(type));
  }
  return names;
}

// Where it goes, without the path, which may hold what proves us.
std::string host_of(const Webhook& webhook) {
  const auto url = config::parse_url(webhook.url);
  return url ? url->authority() : "";
}

std::string webhook_change(const Webhook& before, const Webhook& after) {
  std::string what;
  if (before.url != after.url) what += fmt::format(", at {}", host_of(after));
  if (before.name.empty() || before.events != after.events) what += ", " + names_of(after.events);
  if (!before.secret.empty() && before.secret != after.secret) what += ", new secret";
  if (before.enabled != after.enabled) what += after.enabled ? ", enabled" : ", not enabled";
  return what;
}

// The secrets that the file leaves to the database are filled in.
void check_webhooks(Lines& refusals, std::vector<Webhook>& webhooks, const ApplyWorld& world) {
  for (Webhook& webhook : webhooks) {
    const auto stored = std::ranges::find(world.webhooks, webhook.name, &Webhook::name);
    if (!webhook.secret_in_file && stored == world.webhooks.end()) {
      refusals.push_back(
          fmt::format("webhook {} has no secret to be kept: give it one in the file", webhook.name));
    } else if (!webhook.secret_in_file) {
      webhook.secret = stored->secret;
    }
    const auto url = config::parse_url(webhook.url);
    if (url && !url->tls && !world.plain_http) {
      refusals.push_back(fmt::format(
          "webhook {} is called without TLS: give it an https:// url, or allow plain_http in peyk.yaml",
          webhook.name));
    }
  }
}

Lines differences(const Club* stored, const Club& club) {
  Lines lines;
  if (stored == nullptr) lines.push_back("+ club " + club.slug);
  const Club nothing;
  const Club& before = stored != nullptr ? *stored : nothing;
  const auto old = fields_of(before);
  const auto fresh = fields_of(club);
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    if (stored == nullptr) {
      lines.push_back(fmt::format("+ {}: {}", fresh[i].first, fresh[i].second));
    } else if (old[i].second != fresh[i].second) {
      lines.push_back(fmt::format("~ {}: {} -> {}", fresh[i].first, old[i].second, fresh[i].second));
    }
  }
  const auto number = [](const Branch& branch) { return branch.number; };
  compare(lines, "branch", before.branches, club.branches, number, number,
          [](const Branch& from, const Branch& to) {
            return from.name == to.name ? std::string() : fmt::format(", {}", quoted_or_none(to.name));
          });
  compare(
      lines, "cashier", before.cashiers, club.cashiers, [](const Cashier& cashier) { return cashier.phone; },
      [](const Cashier& cashier) { return templates::masked(cashier.phone); }, cashier_change);
  const auto id = [](const TillKey& key) { return key.id; };
  compare(lines, "till key", keys_of_file(before), club.till_keys, id, id, key_change);
  std::ranges::move(programme_differences(before.programme, before.time_zone, club.programme, club.time_zone),
                    std::back_inserter(lines));
  return lines;
}

const Cashier* cashier_of(const Club* club, PhoneNumber phone) {
  if (club == nullptr) return nullptr;
  const auto it = std::find_if(club->cashiers.begin(), club->cashiers.end(),
                               [phone](const Cashier& cashier) { return cashier.phone == phone; });
  return it == club->cashiers.end() ? nullptr : &*it;
}

void hash_pins(ApplyPlan& plan, const config::ClubFile& file, const Club* stored, const ApplyWorld& world) {
  for (std::size_t i = 0; i < plan.club.cashiers.size(); ++i) {
    Cashier& cashier = plan.club.cashiers[i];
    const Cashier* known = cashier_of(stored, cashier.phone);
    const bool has_one = known != nullptr && !known->pin_hash.empty();
    if (file.pins_kept.contains(cashier.phone)) {
      if (has_one) {
        cashier.pin_hash = known->pin_hash;
      } else {
        plan.refusals.push_back(
            fmt::format("cashier {}: there is no PIN to keep: give one", templates::masked(cashier.phone)));
      }
    } else if (const std::string& pin = file.pins[i]; !pin.empty()) {
      cashier.pin_hash =
          has_one && world.pin_matches(known->pin_hash, pin) ? known->pin_hash : world.hash_pin(pin);
    }
  }
}

// Why the file may not list this key; empty: it may.
std::string refusal_of(const TillKey& key, const store::TillKeyRecord* record, const Club* stored) {
  if (record == nullptr) {
    return key.secret_in_file ? ""
                              : fmt::format(
                                    "till key {}: there is no secret to keep: give one, or make the key with"
                                    " peykctl till create",
                                    key.id);
  }
  if (stored == nullptr || record->club != stored->id) {
    return record->is_revoked() ? fmt::format("till key {} was another club's: give it another id", key.id)
                                : "";
  }
  if (record->is_revoked()) {
    return fmt::format(
        "till key {} was revoked at {} by {}: take it out of the file, a new key needs a new id", key.id,
        templates::rfc3339(record->revoked_at), record->revoked_by);
  }
  if (record->key.role == KeyRole::analyst) {
    return fmt::format("till key {} is an analyst's: take it out of the file, peykctl till alone keeps it",
                       key.id);
  }
  const bool is_ours = !record->key.secret_in_file;
  if (is_ours && key.secret_in_file && key.secret != record->key.secret) {
    return fmt::format(
        "till key {} has a secret by peykctl till {}: write secret_kept: true, or give the new key another "
        "id",
        key.id, record->key.in_file ? "rotate" : "create");
  }
  return "";
}

// Of the keys that stay, what the file does not say of them.
void keep_secrets(ApplyPlan& plan, const Club* stored, const ApplyWorld& world) {
  for (TillKey& key : plan.club.till_keys) {
    const auto found = std::ranges::find(
        world.till_keys, key.id, [](const auto& one) -> const auto& { return one.key.id; });
    const store::TillKeyRecord* record = found == world.till_keys.end() ? nullptr : &*found;
    if (std::string refusal = refusal_of(key, record, stored); !refusal.empty()) {
      plan.refusals.push_back(std::move(refusal));
    } else if (record != nullptr && !key.secret_in_file) {
      key.secret = record->key.secret;
    }
  }
}

// A branch that records name must stay: they would speak of nothing.
void check_branches(Lines& refusals, const Club* stored, const Club& club, const ApplyWorld& world) {
  if (stored == nullptr) return;
  for (const Branch& branch : stored->branches) {
    const auto kept = std::any_of(club.branches.begin(), club.branches.end(),
                                  [&branch](const Branch& one) { return one.number == branch.number; });
    const auto record = world.branches_on_record.find(branch.number);
    if (kept || record == world.branches_on_record.end()) continue;
    refusals.push_back(
        fmt::format("branch {} cannot go, it is in the records ({}): put it back into the file",
                    branch.number, record->second));
  }
}

// The offer of a manager's that runs for a tier keeps the tier's place: whoever stands there next, now or
// after another apply, would be given it.
void check_tiers_of_begun(Lines& refusals, const Club* stored, const Club& club) {
  if (stored == nullptr) return;
  const auto name_at = [](const Club& one, std::int64_t place) {
    const auto& tiers = one.programme.tiers.tiers;
    const bool is_there = place >= 1 && static_cast<std::size_t>(place) <= tiers.size();
    return is_there ? tiers[static_cast<std::size_t>(place - 1)].name : std::string();
  };
  for (const rules::Offer& offer : stored->programme.offers) {
    if (!is_managers(offer) || offer.until <= wall_clock()) continue;
    for (const rules::Condition& one : offer.when) {
      if (!one.words.empty() || one.measure != rules::Measure::tier || one.ranges.empty()) continue;
      const std::string was = name_at(*stored, one.ranges.front().from);
      const std::string is = name_at(club, one.ranges.front().from);
      if (is == was) continue;
      const std::string what = is.empty() ? fmt::format("tier {} cannot go", was)
                                          : fmt::format("tier {} would stand where {} stood", is,
                                                        was.empty() ? std::string_view("another") : was);
      refusals.push_back(
          fmt::format("{}, for which a manager's offer {} runs: end it first (OFFER END)", what, offer.name));
    }
  }
}

// Those that managers began stay beside the file's until their time is over.
void check_offers(Lines& refusals, const Club* stored, const Club& club) {
  if (stored == nullptr) return;
  const auto begun = static_cast<std::size_t>(std::ranges::count_if(stored->programme.offers, &is_managers));
  const std::size_t all = club.programme.offers.size() + begun;
  if (all > kOffersMax) {
    refusals.push_back(fmt::format(
        "{} offers, {} of them begun by managers' texts: a club has {} at most; take some out of the file",
        all, begun, kOffersMax));
  }
}

void check_line(Lines& refusals, const Club& club, const ApplyWorld& world) {
  const auto line = std::find_if(world.lines.begin(), world.lines.end(),
                                 [&club](const LineOptions& one) { return one.number == club.line; });
  if (line == world.lines.end()) {
    refusals.push_back(
        fmt::format("line {} is not a line of peyk.yaml: name one of those, or add it there", club.line));
  } else if (line->purpose == LinePurpose::promo) {
    refusals.push_back(fmt::format(
        "line {} is a promo line, which people may have silenced: name a service line", club.line));
  }
}

// What would leave in doubt which club a text, a dialled string or a till means.
void check_neighbour(Lines& refusals, const Club& other, const Club& club) {
  if (other.line == club.line) {
    if (club.keyword.empty()) {
      refusals.push_back(
          fmt::format("club {} is on line {} too: this club needs a keyword", other.slug, club.line));
    } else if (other.keyword.empty()) {
      refusals.push_back(
          fmt::format("club {} is on line {} without a keyword: give it one first", other.slug, club.line));
    } else if (other.keyword == club.keyword) {
      refusals.push_back(fmt::format("keyword {} is club {}'s on line {}: choose another",
                                     quoted_or_none(club.keyword), other.slug, club.line));
    }
  }
  if (!club.ussd_root.empty() && other.ussd_root == club.ussd_root) {
    refusals.push_back(
        fmt::format("ussd_root {} is club {}'s: choose another", quoted_or_none(club.ussd_root), other.slug));
  }
  for (const TillKey& key : club.till_keys) {
    const auto taken = std::any_of(other.till_keys.begin(), other.till_keys.end(),
                                   [&key](const TillKey& one) { return one.id == key.id; });
    if (taken)
      refusals.push_back(fmt::format("till key {} is club {}'s: give it another id", key.id, other.slug));
  }
}

}  // namespace

const Club* club_of(const std::vector<Club>& clubs, std::string_view slug) {
  const auto it =
      std::find_if(clubs.begin(), clubs.end(), [slug](const Club& club) { return club.slug == slug; });
  return it == clubs.end() ? nullptr : &*it;
}

ApplyPlan plan_apply(const config::ClubFile& file, const ApplyWorld& world) {
  ApplyPlan plan{.club = file.club, .webhooks = file.webhooks};
  const Club* stored = club_of(world.clubs, file.club.slug);
  if (stored != nullptr) plan.club.id = stored->id;
  check_line(plan.refusals, plan.club, world);
  for (const Club& other : world.clubs) {
    if (&other != stored) check_neighbour(plan.refusals, other, plan.club);
  }
  check_branches(plan.refusals, stored, plan.club, world);
  check_offers(plan.refusals, stored, plan.club);
  check_tiers_of_begun(plan.refusals, stored, plan.club);
  hash_pins(plan, file, stored, world);
  keep_secrets(plan, stored, world);
  check_webhooks(plan.refusals, plan.webhooks, world);
  plan.differences = differences(stored, plan.club);
  const auto name = [](const Webhook& webhook) { return webhook.name; };
  compare(plan.differences, "webhook", world.webhooks, plan.webhooks, name, name, webhook_change);
  return plan;
}

}  // namespace peyk::gateway::ctl
