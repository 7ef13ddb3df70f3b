#include "gateway/ctl/club_yaml.hpp"

#include <fmt/format.h>

#include "gateway/ctl/apply.hpp"
#include "gateway/ctl/programme_fields.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway::ctl {
namespace {

using namespace handlers;

constexpr std::string_view kPolicy = "policy.";

// The fields one by one, those of the policy under it.
std::string fields_as_yaml(const Club& club) {
  std::string yaml, policy = "policy:\n";
  for (const auto& [key, value] : fields_of(club)) {
    if (value == kNotGiven) continue;
    const bool is_policy = key.starts_with(kPolicy);
    (is_policy ? policy : yaml) +=
        fmt::format("{}{}: {}\n", is_policy ? "  " : "", is_policy ? key.substr(kPolicy.size()) : key, value);
  }
  return yaml + policy;
}

std::string cashier_as_yaml(const Cashier& cashier) {
  return fmt::format("  - phone: \"{}\"\n    branch: {}\n{}{}", templates::e164(cashier.phone),
                     cashier.branch, cashier.pin_hash.empty() ? "" : "    pin_kept: true\n",
                     cashier.manager ? "    manager: true\n" : "");
}

std::string key_as_yaml(const TillKey& key) {
  const std::string branch = key.branch == 0 ? "" : fmt::format("    branch: {}\n", key.branch);
  return fmt::format("  - id: {}\n{}    secret_kept: true\n", key.id, branch);
}

std::string named(const TillKey& key) {
  if (key.role == KeyRole::analyst) return key.id + ", an analyst's";
  return key.id + (key.branch == 0 ? "" : fmt::format(", branch {}", key.branch));
}

std::string webhook_as_yaml(const Webhook& webhook) {
  std::string yaml =
      fmt::format("  - id: {}\n    url: {}\n    secret_kept: true\n", webhook.name, yaml_quoted(webhook.url));
  std::string names;
  for (const EventType type : all_event_types()) {
    if ((webhook.events & bit_of(type)) != 0)
      names += (names.empty() ? "" : ", ") + std::string(name_of(type));
  }
  if (webhook.events != kAllEventTypes) yaml += "    events: [" + names + "]\n";
  return yaml + (webhook.enabled ? "" : "    enabled: false\n");
}

}  // namespace

std::string club_as_yaml(const Club& club, const std::vector<Webhook>& webhooks) {
  std::string yaml = "# As the database has it. Secrets and PINs are kept: they stay what they are.\n";
  yaml += "slug: " + club.slug + "\n" + fields_as_yaml(club) + "branches:\n";
  for (const Branch& branch : club.branches)
    yaml += fmt::format("  - number: {}\n    name: {}\n", branch.number, yaml_quoted(branch.name));
  yaml += club.cashiers.empty() ? "" : "cashiers:\n";
  for (const Cashier& cashier : club.cashiers) yaml += cashier_as_yaml(cashier);
  std::string listed, made;
  for (const TillKey& key : club.till_keys) {
    if (key.in_file) {
      listed += key_as_yaml(key);
    } else {
      made += "# Not of this file, made by peykctl till create: " + named(key) + "\n";
    }
  }
  std::string told = webhooks.empty() ? "" : "webhooks:\n";
  for (const Webhook& webhook : webhooks) told += webhook_as_yaml(webhook);
  return yaml + (listed.empty() ? "" : "till_keys:\n" + listed) + made + told +
         programme_as_yaml(club.programme, club.time_zone);
}

}  // namespace peyk::gateway::ctl
