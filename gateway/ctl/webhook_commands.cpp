#include "gateway/ctl/webhook_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "config/url.hpp"
#include "gateway/clock.hpp"
#include "gateway/webhook_body.hpp"
#include "store/mysql/clubs.hpp"
#include "store/mysql/event_lists.hpp"
#include "templates/dates.hpp"

namespace peyk::gateway::ctl {
namespace {

using nlohmann::ordered_json;
using Json = ordered_json;

std::string dumped(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Without the path, which may hold what proves us.
std::string host_of(const std::string& url) {
  const auto parsed = config::parse_url(url);
  return parsed ? parsed->authority() : "";
}

std::string standing_of(const store::Endpoint& endpoint) {
  if (endpoint.disabled_at != rules::Instant{}) {
    return fmt::format("disabled since {} ({}): peykctl webhooks enable {} --club {}",
                       templates::rfc3339(endpoint.disabled_at), endpoint.disabled_why, endpoint.webhook.name,
                       endpoint.club_slug);
  }
  return endpoint.webhook.enabled ? "called" : "not enabled in the club's file";
}

constexpr std::uint64_t kCounted = 10'000'000;  // an operator waits for the whole number, within reason

// Who is told, and how far behind they are.
void show_endpoints(Desk& desk, store::Connection& connection) {
  const auto waiting = store::count_waiting(connection, kCounted);
  Json all = Json::array();
  for (const store::Endpoint& endpoint : store::load_endpoints(connection)) {
    if (!desk.order.club.empty() && endpoint.club_slug != desk.order.club) continue;
    const auto found = std::ranges::find(waiting, endpoint.id, &store::WaitingEvents::endpoint);
    const store::WaitingEvents behind = found == waiting.end() ? store::WaitingEvents{} : *found;
    const std::string oldest = behind.count == 0 ? "" : templates::rfc3339(behind.oldest);
    if (!desk.order.json) {
      desk.out << fmt::format("{}/{} at {}: {}; {} waiting{}\n", endpoint.club_slug, endpoint.webhook.name,
                              host_of(endpoint.webhook.url), standing_of(endpoint), behind.count,
                              oldest.empty() ? "" : ", the oldest since " + oldest);
      continue;
    }
    all.push_back({{"club", endpoint.club_slug},
                   {"endpoint", endpoint.webhook.name},
                   {"host", host_of(endpoint.webhook.url)},
                   {"enabled", endpoint.webhook.enabled},
                   {"gone_because", endpoint.disabled_why},
                   {"waiting", behind.count},
                   {"oldest", oldest.empty() ? Json() : Json(oldest)}});
  }
  if (desk.order.json) {
    desk.out << dumped({{"endpoints", std::move(all)}});
  }
}

store::EventFilter filter_of(const Order& order, store::Connection& connection) {
  const EventsOrder& wanted = order.events;
  store::EventFilter filter{.endpoint = wanted.endpoint, .before = wanted.after};
  if (!order.club.empty()) filter.club = club_named(store::load_clubs(connection), order.club).id;
  if (!wanted.type.empty()) {
    filter.type = handlers::event_type_of(wanted.type);
    if (!filter.type) throw Trouble{kUsage, "no event is called " + wanted.type};
  }
  if (!wanted.state.empty()) filter.state = event_state_of(wanted.state);
  return filter;
}

ExitCode list_events(Desk& desk) {
  store::Connection connection(patient(desk.options.mysql));
  open_current(connection);
  const auto events =
      store::load_events(connection, filter_of(desk.order, connection), desk.order.events.limit);
  const std::string next =
      events.size() == desk.order.events.limit ? std::to_string(events.back().id) : std::string();
  if (desk.order.json) {
    Json json{{"events", Json::array()}, {"next", next.empty() ? Json() : Json(next)}};
    for (const store::KeptEvent& event : events) {
      json["events"].push_back(event_as_json(event));
      json["events"].back()["club"] = event.club;
    }
    desk.out << dumped(json);
    return kDone;
  }
  for (const store::KeptEvent& event : events) {
    desk.out << fmt::format("{}  {}  {} to {}/{}: {} after {} attempts{}\n", event.id,
                            templates::rfc3339(event.at), handlers::name_of(event.type), event.club,
                            event.endpoint, word_of(event.state), event.attempts,
                            event.outcome.empty() ? "" : ", " + event.outcome);
  }
  if (events.empty()) desk.out << "no events\n";
  if (!next.empty()) desk.out << "more: --after " << next << '\n';
  return kDone;
}

ExitCode show_webhooks(Desk& desk) {
  store::Connection connection(patient(desk.options.mysql));
  open_current(connection);
  show_endpoints(desk, connection);
  return kDone;
}

ExitCode show_event(Desk& desk) {
  store::Connection connection(desk.options.mysql);
  open_current(connection);
  const auto event = store::find_event(connection, desk.order.events.ids.front(), std::nullopt);
  if (!event) throw Trouble{kFound, fmt::format("there is no event {}", desk.order.events.ids.front())};
  Json json = whole_event_as_json(*event);
  json["club"] = event->club;
  desk.out << dumped(json);
  return kDone;
}

// A set at a time, each committed before the next.
std::uint64_t replay_all_failed(const store::EventFilter& given, store::Connection& connection) {
  std::uint64_t replayed = 0;
  store::EventFilter filter = given;
  filter.state = store::EventState::failed;
  for (auto page = store::load_events(connection, filter, store::kEventsPageMax); !page.empty();
       page = store::load_events(connection, filter, store::kEventsPageMax)) {
    std::vector<store::EventId> ids;
    for (const store::KeptEvent& event : page) ids.push_back(event.id);
    replayed += store::replay_events(connection, ids, std::nullopt, wall_clock());
    connection.commit();
    filter.before = page.back().id;
  }
  return replayed;
}

ExitCode replay_events(Desk& desk) {
  const EventsOrder& wanted = desk.order.events;
  if (wanted.ids.empty() != wanted.all_failed)
    throw Trouble{kUsage, "name events by their ids, or say --failed; not both"};
  store::Connection connection(patient(desk.options.mysql));
  open_current(connection);
  std::uint64_t replayed = 0;
  if (wanted.all_failed) {
    replayed = replay_all_failed(filter_of(desk.order, connection), connection);
  } else {
    replayed = store::replay_events(connection, wanted.ids, std::nullopt, wall_clock());
    connection.commit();
  }
  desk.out << fmt::format("{} will be told again\n", replayed);
  return replayed == 0 && !wanted.all_failed ? kFound : kDone;
}

ExitCode enable_webhook(Desk& desk) {
  store::Connection connection(patient(desk.options.mysql));
  const auto clubs = open_clubs(connection);
  const handlers::Club& club = club_named(clubs, desk.order.club);
  const std::string& name = desk.order.events.endpoint;
  if (!store::enable_endpoint(connection, club.id, name, wall_clock()))
    throw Trouble{kFound, fmt::format("club {} has no webhook {}", club.slug, name)};
  desk.out << fmt::format("{}/{} is called again; what waits is due now\n", club.slug, name);
  return kDone;
}

void filter_options(CLI::App& command, Order& order) {
  command.add_option("--club", order.club, "only of this club (its slug)");
  command.add_option("--endpoint", order.events.endpoint, "only for this endpoint of a club");
  command.add_option("--type", order.events.type, "only of this type: code.redeemed");
}

}  // namespace

void describe_webhooks(CLI::App& app, Order& order, std::vector<Command>& commands) {
  auto* webhooks = app.add_subcommand("webhooks", "the clubs' own systems, and what they are told");
  webhooks->require_subcommand(1);
  auto* standing =
      webhooks->add_subcommand("status", "who is told, who no more and why, how far behind they are");
  standing->add_option("--club", order.club, "only of this club (its slug)");
  standing->add_flag("--json", order.json, "as JSON");
  auto* listing = webhooks->add_subcommand("list", "events, the latest first");
  filter_options(*listing, order);
  listing->add_option("--state", order.events.state, "only those: waiting, delivered, failed")
      ->check(CLI::IsMember({"waiting", "delivered", "failed"}));
  listing->add_option("--limit", order.events.limit, "events on a page")
      ->check(CLI::Range(1U, store::kEventsPageMax));
  listing->add_option("--after", order.events.after, "the page after this event, as the last page said");
  listing->add_flag("--json", order.json, "as JSON");
  auto* showing = webhooks->add_subcommand("show", "an event, with what is sent; as JSON");
  showing->add_option("id", order.events.ids, "as list shows it")->required()->expected(1);
  auto* replaying = webhooks->add_subcommand("replay", "tell again: events by their ids, or all that failed");
  replaying->add_option("id", order.events.ids, "as list shows them")->expected(1, -1);
  replaying->add_flag("--failed", order.events.all_failed, "all that were given up");
  filter_options(*replaying, order);
  auto* enabling = webhooks->add_subcommand(
      "enable", "call an endpoint again that was gone (410) or took nothing for three days");
  enabling->add_option("endpoint", order.events.endpoint, "its id in the club's file")->required();
  enabling->add_option("--club", order.club, "the club's slug")->required();
  for (auto* child : {webhooks, standing, listing, showing, replaying, enabling}) child->fallthrough();
  commands.push_back({standing, show_webhooks});
  commands.push_back({listing, list_events});
  commands.push_back({showing, show_event});
  commands.push_back({replaying, replay_events});
  commands.push_back({enabling, enable_webhook});
}

}  // namespace peyk::gateway::ctl
