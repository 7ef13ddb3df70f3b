#include "sim/control.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "sim/ask.hpp"
#include "sim/hex.hpp"
#include "smpp/pdu.hpp"

namespace peyk::sim {
namespace {

using nlohmann::json;

constexpr std::size_t kInboxTextsMax = 1'000;  // in one answer; ask again with a higher `after`
constexpr std::size_t kWaitsMax = 10'000;

json failure(std::string error) {
  return {{"ok", false}, {"error", std::move(error)}};
}

std::string to_line(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

Redeliver redeliver_of(const json& ask) {
  const auto it = ask.find("redeliver");
  if (it == ask.end() || *it == false) return Redeliver::no;
  if (*it == true || *it == "at_once") return Redeliver::at_once;
  if (*it == "after_answer") return Redeliver::after_answer;
  throw BadAsk("redeliver: true, \"at_once\" or \"after_answer\"");
}

json to_json(const Text& text) {
  return {{"n", text.n},       {"from", text.from},   {"to", text.to},
          {"text", text.text}, {"parts", text.parts}, {"at_us", text.at_us}};
}

}  // namespace

struct Control::InboxWait {
  ClientId client = 0;
  json id;
  std::string phone;
  std::uint64_t after = 0;
  Time until{};
};

struct Control::BindWait {
  ClientId client = 0;
  json id;
  std::size_t receivers = 1;
  Time until{};
};

Control::Control(const Options& options, Carrier& carrier, Record& record, ShellActions shell)
    : options_(options), carrier_(carrier), record_(record), shell_(std::move(shell)) {
  carrier_.on_text = [this](const Text& text) { on_text(text); };
  carrier_.on_bound = [this] { on_bound(); };
}

Control::~Control() = default;

Control::Word Control::find_word(std::string_view name) {
  static constexpr std::pair<std::string_view, Word> kWords[] = {
      {"mo", &Control::mo},
      {"dial", &Control::dial},
      {"press", &Control::press},
      {"hang_up", &Control::hang_up},
      {"inbox", &Control::inbox},
      {"listen", &Control::listen},
      {"await_bound", &Control::await_bound},
      {"stats", &Control::stats},
      {"reset_stats", &Control::reset_stats},
      {"record", &Control::show_record},
      {"fault", &Control::fault},
      {"phone", &Control::phone},
      {"profile", &Control::profile},
      {"verdict", &Control::verdict},
      {"mo_burst", &Control::mo_burst},
  };
  for (const auto& [word, function] : kWords) {
    if (word == name) return function;
  }
  return nullptr;
}

void Control::handle(ClientId client, std::string_view line, Time now) {
  now_ = now;
  const json body = json::parse(line, nullptr, false);
  if (!body.is_object()) return reply(client, nullptr, failure("not a JSON object"));
  const json id = body.value("id", json());
  try {
    const auto name = get_text(body, "do");
    const Word word = find_word(name);
    if (word == nullptr) throw BadAsk("no such word: " + name);
    (this->*word)(Ask{client, id, body, now});
  } catch (const BadAsk& error) {
    reply(client, id, failure(error.what()));
  }
}

void Control::reply(ClientId client, const json& id, json answer) {
  if (!id.is_null()) answer["id"] = id;
  shell_.send(client, to_line(answer));
}

void Control::mo(const Ask& ask) {
  const MoText text{get_text(ask.body, "from"), get_text(ask.body, "to"), get_text(ask.body, "text"),
                    redeliver_of(ask.body)};
  auto done = [this, client = ask.client, id = ask.id](const MoResult& result, Time) {
    reply(client, id,
          {{"ok", result.answered && result.command_status == 0},
           {"command_status", result.command_status},
           {"us", result.us},
           {"attempts", result.attempts},
           {"statuses", result.statuses}});
  };
  if (auto error = carrier_.send_text(text, std::move(done), ask.now)) throw BadAsk(*error);
}

std::function<void(const DialogAnswer&)> Control::screen_to(const Ask& ask) {
  return [this, client = ask.client, id = ask.id](const DialogAnswer& answer) {
    json out{{"ok", answer.error.empty()},
             {"session", answer.session},
             {"screen", answer.screen},
             {"open", answer.open},
             {"us", answer.us}};
    if (!answer.error.empty()) out["error"] = answer.error;
    reply(client, id, std::move(out));
  };
}

StepFaults Control::step_faults(const Ask& ask) {
  return {.twice = get_flag_or(ask.body, "twice", false), .abort = get_flag_or(ask.body, "abort", false)};
}

void Control::dial(const Ask& ask) {
  DialOptions how;
  how.faults = step_faults(ask);
  if (ask.body.contains("session")) how.session = get_session(ask.body, "session");
  if (ask.body.contains("as_input")) how.as_input = get_text(ask.body, "as_input");
  carrier_.dialogs().dial(get_text(ask.body, "from"), get_text(ask.body, "code"), screen_to(ask), ask.now,
                          std::move(how));
}

void Control::press(const Ask& ask) {
  carrier_.dialogs().press(get_session(ask.body, "session"), get_text(ask.body, "keys"), screen_to(ask),
                           ask.now, step_faults(ask));
}

void Control::hang_up(const Ask& ask) {
  const bool was_open = carrier_.dialogs().hang_up(get_session(ask.body, "session"), ask.now);
  reply(ask.client, ask.id, {{"ok", true}, {"was_open", was_open}});
}

json Control::texts_of(const std::string& phone, std::uint64_t after) const {
  json texts = json::array();
  for (const Text* text : carrier_.texts().of(phone, after, kInboxTextsMax)) texts.push_back(to_json(*text));
  return texts;
}

void Control::inbox(const Ask& ask) {
  const auto phone = get_text(ask.body, "phone");
  const std::uint64_t after = get_count(ask.body, "after", 0, UINT64_MAX);
  const std::chrono::milliseconds wait = get_ms(ask.body, "wait_ms", 0);
  json texts = texts_of(phone, after);
  if (texts.empty() && wait.count() > 0) {
    if (inbox_waits_.size() >= kWaitsMax) throw BadAsk("too many wait");
    inbox_waits_.push_back({ask.client, ask.id, phone, after, ask.now + wait});
    return;
  }
  reply(ask.client, ask.id, {{"ok", true}, {"texts", std::move(texts)}});
}

void Control::listen(const Ask& ask) {
  listeners_.insert(ask.client);
  reply(ask.client, ask.id, {{"ok", true}});
}

// Until so many links may be given a deliver_sm.
void Control::await_bound(const Ask& ask) {
  const std::size_t receivers = get_count(ask.body, "receivers", 1, 1000);
  const std::chrono::milliseconds wait = get_ms(ask.body, "wait_ms", 10'000);
  if (bind_waits_.size() >= kWaitsMax) throw BadAsk("too many wait");
  bind_waits_.push_back({ask.client, ask.id, receivers, ask.now + wait});
  answer_waits(ask.now);
}

void Control::stats(const Ask& ask) {
  const CarrierCounts& c = carrier_.counts();
  const Deliveries& d = carrier_.deliveries();
  json windows = json::object();
  for (const auto& [source, counter] : carrier_.windows()) {
    windows[source] = {{"submits", counter.total()}, {"max_in_any_second", counter.max_in_any_second()}};
  }
  reply(ask.client, ask.id,
        {{"ok", true},
         {"bound", carrier_.bound_links()},
         {"bound_receivers", carrier_.bound_receivers()},
         {"links", c.links},
         {"links_lost", c.links_lost},
         {"binds", c.binds},
         {"binds_refused", c.binds_refused},
         {"mo", c.mo},
         {"mo_answered", c.mo_answered},
         {"deliver_sm", d.sent_total()},
         {"redelivered", d.resent_total()},
         {"deliveries_waiting", d.count() - d.in_flight()},
         {"deliveries_in_flight", d.in_flight()},
         {"submit_sm", c.submits},
         {"submit_sm_refused", c.submits_refused},
         {"throttled", c.throttled},
         {"receipts", c.receipts},
         {"violations", carrier_.contract().total()},
         {"faults", carrier_.faults().struck_total()},
         {"mt_waiting", carrier_.centre().waiting_count()},
         {"mt_parts", carrier_.texts().parts_total()},
         {"mt", carrier_.texts().last_number()},
         {"mt_partial", carrier_.texts().partial_count()},
         {"last_text", carrier_.texts().last_number()},
         {"ussd_open", carrier_.dialogs().open_count()},
         {"ussd_dialogs", carrier_.dialogs().opened_total()},
         {"ussd_refused", carrier_.dialogs().refused_total()},
         {"ussd_timed_out", carrier_.dialogs().timed_out_total()},
         {"pdus_in", record_.total(Direction::in)},
         {"pdus_out", record_.total(Direction::out)},
         {"sources", std::move(windows)}});
}

// Counts and windows begin again; texts keep their numbers.
void Control::reset_stats(const Ask& ask) {
  carrier_.clear_counts();
  record_.clear();
  reply(ask.client, ask.id, {{"ok", true}});
}

void Control::show_record(const Ask& ask) {
  const std::uint64_t count = get_count(ask.body, "last", 100, options_.limits.record_pdus_max);
  const auto only = get_text_or(ask.body, "command", "");
  json pdus = json::array();
  for (const RecordedPdu* pdu : record_.last(count)) {
    const std::string command = smpp::command_name(static_cast<smpp::CommandId>(pdu->word(1)));
    if (!only.empty() && command != only) continue;
    pdus.push_back({{"at_us", pdu->at_us},
                    {"link", pdu->link},
                    {"from", pdu->direction == Direction::in ? "esme" : "carrier"},
                    {"command", command},
                    {"command_status", pdu->word(2)},
                    {"sequence_number", pdu->word(3)},
                    {"octets", pdu->octets_total},
                    {"hex", to_hex(pdu->octets)}});
  }
  reply(ask.client, ask.id, {{"ok", true}, {"pdus", std::move(pdus)}});
}

void Control::on_text(const Text& text) {
  for (std::size_t i = 0; i < loads_.size(); ++i) loads_[i]->text_arrived(text.to, now_);
  if (!listeners_.empty()) {
    json event = to_json(text);
    event["event"] = "mt";
    const std::string line = to_line(event);
    for (const ClientId client : std::set<ClientId>(listeners_)) shell_.send(client, line);
  }
  for (std::size_t i = 0; i < inbox_waits_.size();) {
    if (inbox_waits_[i].phone != text.to || text.n <= inbox_waits_[i].after) {
      ++i;
      continue;
    }
    const InboxWait wait = std::move(inbox_waits_[i]);
    inbox_waits_.erase(inbox_waits_.begin() + static_cast<std::ptrdiff_t>(i));
    reply(wait.client, wait.id, {{"ok", true}, {"texts", json::array({to_json(text)})}});
  }
}

void Control::on_bound() {
  answer_waits(now_);
}

void Control::answer_waits(Time now) {
  std::erase_if(inbox_waits_, [&](const InboxWait& wait) {
    if (now < wait.until) return false;
    reply(wait.client, wait.id, {{"ok", true}, {"texts", json::array()}});
    return true;
  });
  const std::size_t bound = bind_waits_.empty() ? 0 : carrier_.bound_receivers();
  std::erase_if(bind_waits_, [&](const BindWait& wait) {
    if (bound < wait.receivers && now < wait.until) return false;
    reply(wait.client, wait.id, {{"ok", bound >= wait.receivers}, {"bound_receivers", bound}});
    return true;
  });
}

void Control::client_gone(ClientId client) {
  listeners_.erase(client);
  std::erase_if(inbox_waits_, [client](const InboxWait& wait) { return wait.client == client; });
  std::erase_if(bind_waits_, [client](const BindWait& wait) { return wait.client == client; });
}

void Control::turn(Time now) {
  now_ = now;
}

void Control::tick(Time now) {
  now_ = now;
  answer_waits(now);
  for (const auto& load : loads_) load->tick(now);
}

}  // namespace peyk::sim
