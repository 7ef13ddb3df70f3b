#include "gateway/ctl/trace_commands.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <charconv>
#include <ostream>

#include "gateway/ctl/queue.hpp"
#include "gateway/ctl/trace.hpp"
#include "store/mysql/lookup.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway::ctl {
namespace {

templates::Language language_of(const Desk& desk) {
  return desk.order.language == "fa" ? templates::Language::fa : templates::Language::en;
}

// Whatever Redis is like, the rest is told.
InItsLane look_into_lane(const Desk& desk, const store::MessageTrace& message) {
  InItsLane lane;
  if (message.state != store::word_of_state(store::queued)) return lane;
  try {
    lane.where = where_is(desk.options, message.line, message.id);
    if (!lane.where) lane.unseen = "there is no line " + message.line + " in " + desk.order.config_file;
  } catch (const QueueAway& away) {
    lane.unseen = away.what();
  }
  return lane;
}

ExitCode show_message(Desk& desk, store::MessageId id) {
  store::Connection connection(desk.options.mysql);
  open_current(connection);
  const auto found = store::trace_message(connection, id);
  if (!found) throw Trouble{kFound, fmt::format("there is no message {}", id)};
  const InItsLane lane = look_into_lane(desk, *found);
  desk.out << (desk.order.json ? message_as_json(*found, desk.options.carriers, language_of(desk), lane)
                               : message_as_text(*found, desk.options.carriers, language_of(desk), lane));
  return kDone;
}

ExitCode trace_message(Desk& desk) {
  return show_message(desk, desk.order.message);
}

ExitCode trace_phone(Desk& desk) {
  const auto phone = phone_named(desk.order.phone, "is neither a mobile number nor a message's id");
  store::Connection connection(desk.options.mysql);
  open_current(connection);
  const auto found = store::trace_phone(connection, phone, store::kLookupRowsMax);
  if (found.empty()) throw Trouble{kFound, templates::e164(phone) + " was sent nothing"};
  desk.out << (desk.order.json ? messages_as_json(found, desk.options.carriers, language_of(desk))
                               : messages_as_text(found, language_of(desk)));
  return kDone;
}

// A phone in any form, or a message's id: ids have fewer digits than a mobile number.
ExitCode trace_either(Desk& desk) {
  const std::string& text = desk.order.phone;
  if (text.empty()) throw Trouble{kUsage, "trace a phone or a message's id"};
  store::MessageId id = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool is_number = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return is_number && !templates::parse_phone(text) ? show_message(desk, id) : trace_phone(desk);
}

}  // namespace

void describe_trace(CLI::App& app, Order& order, std::vector<Command>& commands) {
  auto* tracing = app.add_subcommand("trace", "follow something from its beginning");
  tracing->require_subcommand(0, 1);
  tracing->add_option("what", order.phone, "a phone in any form, or a message's id");
  tracing->add_option("--language", order.language, "of the words: fa, en")
      ->check(CLI::IsMember({"fa", "en"}))
      ->capture_default_str();
  tracing->add_flag("--json", order.json, "as JSON");
  auto* message = tracing->add_subcommand("message", "a message with its parts, receipts and times");
  message->add_option("id", order.message, "as the log and show member --json give it")->required();
  auto* to_phone = tracing->add_subcommand("phone", "the last messages to a phone");
  to_phone->add_option("phone", order.phone, "in any form")->required();
  for (auto* child : {tracing, message, to_phone}) child->fallthrough();
  // `trace` itself last: it is parsed with each of the others.
  commands.insert(commands.end(),
                  {{message, trace_message}, {to_phone, trace_phone}, {tracing, trace_either}});
}

}  // namespace peyk::gateway::ctl
