#include "gateway/peykd.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "gateway/clock.hpp"
#include "gateway/line_purpose.hpp"
#include "gateway/link_metrics.hpp"
#include "gateway/log.hpp"
#include "gateway/spawn.hpp"
#include "store/mysql/clubs.hpp"
#include "store/mysql/inbox.hpp"
#include "store/mysql/migrations.hpp"
#include "store/mysql/pendings.hpp"
#include "store/mysql/promo.hpp"
#include "store/mysql/webhooks.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::chrono::seconds kHousekeepingEvery{1};
constexpr std::chrono::minutes kOutboxSweepEvery{1};  // of the outbox, for what a dead process left behind
constexpr std::uint32_t kForgottenAtOnce = 1000;      // old keys deleted in one go
constexpr std::chrono::seconds kClockBehindSaid{5};
// Connections that one unit may lose on threads whose work comes again by itself.
constexpr int kLostMax = 3;
constexpr std::chrono::milliseconds kDigestStatement{60'000};  // a day of a national club, from a cold disk

store::MysqlOptions for_digests(store::MysqlOptions mysql) {
  mysql.statement_timeout = std::max(mysql.statement_timeout, kDigestStatement);
  return mysql;
}

// Names this process among all that share a Redis.
std::string lease_owner() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return fmt::format("{}-{}-{:x}", host.data(), getpid(), std::random_device{}());
}

store::SqlThread::Log sql_log() {
  return [](const std::string& event, const std::string& detail) { log::warn(event, {{"detail", detail}}); };
}

std::set<std::string> line_numbers(const Options& options) {
  std::set<std::string> numbers;
  for (const LineOptions& line : options.lines) numbers.insert(line.number);
  return numbers;
}

std::vector<std::string> in_order(const std::set<std::string>& numbers) {
  return {numbers.begin(), numbers.end()};
}

}  // namespace

Peykd::Peykd(Options options)
    : options_(std::move(options)),
      io_(1),
      directory_(std::make_shared<const handlers::Directory>()),
      listeners_(std::make_shared<const handlers::Listeners>()),
      arrival_(options_.mysql, [this](store::Connection& connection) { read_first(connection); }),
      workers_(options_.mysql, worker_hooks()),
      outcomes_(options_.mysql, sql_log()),
      parts_(options_.mysql, sql_log()),
      reader_(options_.mysql, sql_log()),
      seeder_(options_.mysql, sql_log()),
      housekeeper_(options_.mysql, sql_log()),
      sweeper_(options_.mysql, sql_log(), kLostMax),
      digester_(for_digests(options_.mysql), sql_log(), kLostMax),
      librarian_(options_.mysql, sql_log(), kLostMax),
      nightly_(for_digests(options_.mysql), sql_log(), kLostMax, store::kNightRest),
      redis_(io_, options_.redis),
      lanes_(redis_, options_.redis.key_prefix),
      ussd_lanes_(redis_, options_.redis.key_prefix, kUssdLaneOptions),
      dialogs_(redis_, options_.redis.key_prefix),
      inbound_octets_(options_.limits.inbound_octets_per_link_max),
      inbound_tlvs_(metrics_),
      requests_(workers_, options_.limits, metrics_, [this](auto texts) { push(std::move(texts)); }),
      texts_(requests_, parts_, metrics_, [this](auto work) { post(std::move(work)); }),
      ussd_(io_, requests_, dialogs_, ussd_lanes_,
            {.directory = [this] { return directory_.load(); },
             .submit = [this](auto& by, const auto& screen,
                              auto tag) { return submit_screen(by, screen, tag); },
             .settled = [this](auto text,
                               bool shown) { shown ? scheduled_.shown(text) : scheduled_.not_shown(text); }},
            {.steps_per_link_max = options_.limits.ussd_steps_per_link_max}),
      receipts_(outcomes_, metrics_, line_numbers(options_),
                {.post = [this](auto work) { post(std::move(work)); },
                 .as_text = [this](auto request) { take_text(std::move(request)); }}),
      carriers_(io_, options_.carriers, link_hooks()),
      scheduled_(io_, housekeeper_, metrics_, in_order(line_numbers(options_)),
                 {.post = [this](auto work) { post(std::move(work)); },
                  .push = [this](auto texts) { push(std::move(texts)); },
                  .directory = [this] { return directory_.load(); },
                  .room = [this](const std::string& number,
                                 auto lane) { return room_to_wake(lane, line(number)->view(lane)); }}),
      queries_(outcomes_, carriers_, options_.lines, [this](auto work) { post(std::move(work)); }),
      replays_(housekeeper_, line_numbers(options_),
               {.post = [this](auto work) { post(std::move(work)); },
                .push =
                    [this](const auto& texts) {
                      for (const store::QueuedText& text : texts) line(text.line)->push_again(text);
                    }}),
      history_(housekeeper_, options_, [this](auto work) { post(std::move(work)); }),
      expiry_(sweeper_, metrics_,
              {.clock = [this] { return clock_.now(); },
               .directory = [this] { return directory_.load(); },
               .post = [this](auto work) { post(std::move(work)); }}),
      digests_(digester_, metrics_,
               {.clock = [this] { return clock_.now(); },
                .directory = [this] { return directory_.load(); },
                .post = [this](auto work) { post(std::move(work)); }}),
      nights_(nightly_, metrics_,
              {.clock = [this] { return clock_.now(); },
               .directory = [this] { return directory_.load(); },
               .post = [this](auto work) { post(std::move(work)); }}),
      mornings_(nightly_, metrics_,
                {.clock = [this] { return clock_.now(); },
                 .directory = [this] { return directory_.load(); },
                 .post = [this](auto work) { post(std::move(work)); }},
                {.promo_line = promo_line(options_.lines),
                 .promo_room = [this](const auto& club) { return promo_room(club); },
                 .push = [this](auto texts) { push(std::move(texts)); }}),
      quotas_({.requests_max = options_.http.key_requests_max, .window = options_.http.key_requests_window}),
      purchases_([this](std::string_view key_id) { return till(key_id); },
                 [this](auto request, auto done) { submit_till(std::move(request), std::move(done)); },
                 {.signature_tolerance = options_.http.signature_tolerance,
                  .in_flight_max = options_.limits.inbound_in_flight_max}),
      orders_([this](std::string_view key_id) { return till(key_id); },
              [this](auto request, auto done) { submit_till(std::move(request), std::move(done)); },
              {.signature_tolerance = options_.http.signature_tolerance,
               .in_flight_max = options_.limits.inbound_in_flight_max}),
      letters_([this](std::string_view key_id) { return till(key_id); }, store_hooks(housekeeper_),
               {.signature_tolerance = options_.http.signature_tolerance,
                .lines = line_numbers(options_),
                .carriers = options_.carriers}),
      lookups_(lookup_hooks(), {.signature_tolerance = options_.http.signature_tolerance}),
      reports_(lookup_hooks(), options_.http.signature_tolerance),
      events_([this](std::string_view key_id) { return till(key_id); }, store_hooks(librarian_),
              options_.http.signature_tolerance),
      webhooks_(options_.mysql, options_.webhooks, metrics_),
      watch_(metrics_, watched()),
      http_(io_, options_.http, routes(),
            [this](std::string_view route, int status, std::chrono::microseconds took) {
              metrics_
                  .counter("peyk_http_requests_total", {{"route", route}, {"status", std::to_string(status)}})
                  .add();
              metrics_.histogram("peyk_http_seconds", {{"route", route}}).observe(took);
            }),
      signals_(io_, SIGTERM, SIGINT),
      stopped_(io_) {
  for (const LineOptions& line : options_.lines) {
    std::vector<Carrier*> carriers{carriers_.find(line.carrier)};
    for (const std::string& alternate : line.alternate_carriers)
      carriers.push_back(carriers_.find(alternate));
    lines_.emplace(std::piecewise_construct, std::forward_as_tuple(line.number),
                   std::forward_as_tuple(outbound_parts(), line, carriers, next_tag_));
  }
}

Peykd::~Peykd() = default;

void Peykd::post(std::function<void()> work) {
  asio::post(io_, std::move(work));
}

store::WorkerHooks Peykd::worker_hooks() {
  return {.directory = [this] { return directory_.load(); },
          .clock = [this] { return clock_.now(); },
          .may_say = [this](const std::string& number,
                            handlers::Lane lane) { return may_say(options_.lines, number, lane); },
          .listeners = [this] { return listeners_.load(); },
          .pin_matches = [this](std::string_view hash, std::string_view pin) { return pins_(hash, pin); },
          .deliver =
              [this](std::vector<store::Finished> finished) {
                auto shared = std::make_shared<std::vector<store::Finished>>(std::move(finished));
                post([shared] {
                  for (store::Finished& one : *shared) one.done(std::move(one.result));
                });
              },
          .measured =
              [this](std::size_t batch, std::chrono::microseconds took) {
                metrics_.histogram("peyk_store_batch_size").observe(static_cast<double>(batch));
                metrics_.histogram("peyk_store_commit_seconds").observe(took);
              },
          .log = sql_log()};
}

LinkHooks Peykd::link_hooks() {
  return {.request = [this](CarrierRequest request) { take(std::move(request)); },
          .response =
              [this](std::uint64_t tag, const smpp::Pdu& response) {
                if ((tag & kUssdTag) != 0) return ussd_.settled(tag, response.command_status);
                if ((tag & kQueryTag) != 0) return queries_.answered(tag, response);
                for (auto& [number, line] : lines_) {
                  if (line.owns(tag)) return line.responded(tag, response);
                }
              },
          .unknown =
              [this](std::uint64_t tag) {
                if ((tag & kUssdTag) != 0) return ussd_.settled(tag, std::nullopt);
                if ((tag & kQueryTag) != 0) return queries_.unanswered(tag);
                for (auto& [number, line] : lines_) {
                  if (line.owns(tag)) return line.unknown(tag);
                }
              },
          .state =
              [this](CarrierLink& link, bool) {
                if (const Carrier* carrier = carriers_.find(link.options().name))
                  show_state(metrics_, *carrier);
                for (auto& [number, line] : lines_) line.wake();
              },
          .answered =
              [this, kept = static_cast<Histogram*>(nullptr)](const CarrierLink& link,
                                                              std::chrono::nanoseconds took) mutable {
                // Each link has a copy of this hook: one session, one histogram, looked up once.
                if (kept == nullptr) kept = &response_seconds(metrics_, link);
                kept->observe(took);
              },
          .reconnecting =
              [this](const CarrierLink& link) {
                metrics_.counter("peyk_link_reconnects_total", {{"carrier", link.options().name}}).add();
              },
          .bind_refused =
              [this](const CarrierLink& link, std::uint32_t command_status) {
                metrics_
                    .counter("peyk_link_bind_refusals_total", {{"carrier", link.options().name},
                                                               {"status", smpp::status_name(command_status)}})
                    .add();
              }};
}

OutboundParts Peykd::outbound_parts() {
  static const std::string owner = lease_owner();
  return {.io = io_,
          .lanes = lanes_,
          .outcomes = outcomes_,
          .reader = reader_,
          .seeder = seeder_,
          .metrics = metrics_,
          .limits = options_.limits,
          .post = [this](auto work) { post(std::move(work)); },
          .directory = [this] { return directory_.load(); },
          .owner = owner};
}

// Every request of a carrier: a receipt, a USSD step or a text.
void Peykd::take(CarrierRequest request) {
  const bool message = std::holds_alternative<smpp::DeliverSm>(request.pdu.body) ||
                       std::holds_alternative<smpp::DataSm>(request.pdu.body);
  if (!message) {
    request.link->respond(request.generation, request.pdu, smpp::ESME_RINVCMDID);
    return;
  }
  request.held = inbound_octets_.hold(request.link, octets_held_by(request.pdu));
  if (!request.held) return refuse_for_now(request, "octets");
  inbound_tlvs_.look_at(request);
  if (receipts_.takes(request)) return receipts_.take(std::move(request));
  take_text(std::move(request));
}

// The link holds too much already. The carrier keeps the message and sends it again.
void Peykd::refuse_for_now(const CarrierRequest& request, const char* why) {
  const std::string& carrier = request.link->options().name;
  metrics_.counter("peyk_inbound_refused_total", {{"carrier", carrier}, {"for", why}}).add();
  request.link->respond(request.generation, request.pdu, smpp::ESME_RX_T_APPN);
}

// A text or a USSD step.
void Peykd::take_text(CarrierRequest request) {
  if (stopping_) {
    request.link->respond(request.generation, request.pdu, smpp::ESME_RX_T_APPN);
    return;
  }
  if (is_ussd(request)) {
    if (!ussd_.has_room(*request.link)) return refuse_for_now(request, "ussd_steps");
    return ussd_.take(std::move(request));
  }
  texts_.take(std::move(request));
}

bool Peykd::is_ussd(const CarrierRequest& request) const {
  if (!request.link->options().ussd) return false;
  const auto* deliver = std::get_if<smpp::DeliverSm>(&request.pdu.body);
  const auto* data = std::get_if<smpp::DataSm>(&request.pdu.body);
  return deliver != nullptr ? smpp::is_ussd(*deliver) : data != nullptr && smpp::is_ussd(*data);
}

// By the link that asked, while it lives and has room; the network knows the dialog on its other links too.
bool Peykd::submit_screen(CarrierLink& by, const smpp::Body& screen, std::uint64_t tag) {
  if (by.submit(screen, tag)) return true;
  Carrier* carrier = carriers_.find(by.options().name);
  return carrier != nullptr && carrier->submit(screen, tag);
}

OutboundLine* Peykd::line(const std::string& number) {
  auto it = lines_.find(number);
  return it == lines_.end() ? nullptr : &it->second;
}

RoomToGive Peykd::promo_room(const handlers::Club& club) {
  const OutboundLine& out = *line(promo_line(options_.lines));
  return room_to_give(out.view(handlers::Lane::promo, club.id), out.options().promo, club.time_zone,
                      clock_.now());
}

void Peykd::push(std::vector<store::QueuedText> texts) {
  for (store::QueuedText& text : texts) {
    if (OutboundLine* out = line(text.line)) {
      out->push(std::move(text));
    } else {
      log::error("text_on_unknown_line", {{"line", text.line}, {"message", text.id}});
    }
  }
}

void Peykd::read_first(store::Connection& connection) {
  if (const auto problem = store::schema_problem(connection)) throw std::runtime_error(*problem);
  clubs_version_ = store::clubs_version(connection);
  directory_.store(std::make_shared<const handlers::Directory>(store::load_clubs(connection)));
  pauses_ = store::load_pauses(connection);
  listeners_.store(std::make_shared<const handlers::Listeners>(store::load_listeners(connection)));
  clock_.know(store::latest_entry(connection));
  if (const auto behind = clock_.behind(); behind > kClockBehindSaid)
    log::error("clock_behind", {{"seconds", std::chrono::floor<std::chrono::seconds>(behind).count()}});
}

// What staff and operators may have changed.
void Peykd::load_decisions() {
  auto pauses = std::make_shared<std::vector<store::Pause>>();
  housekeeper_.run(
      [this, pauses](store::Connection& connection) {
        *pauses = store::load_pauses(connection);
        listeners_.store(std::make_shared<const handlers::Listeners>(store::load_listeners(connection)));
        const std::uint64_t version = store::clubs_version(connection);
        if (version == clubs_version_) return;
        directory_.store(std::make_shared<const handlers::Directory>(store::load_clubs(connection)));
        clubs_version_ = version;
        log::info("clubs_loaded", {{"version", version}});
      },
      [this, pauses](bool read) {
        if (read) post([this, pauses] { govern(*pauses); });
      });
}

void Peykd::govern(const std::vector<store::Pause>& pauses) {
  pauses_ = pauses;
  const DirectoryPtr directory = directory_.load();
  for (auto& [number, line] : lines_) line.govern(government_of(number, pauses, *directory));
}

asio::awaitable<void> Peykd::housekeeping() {
  auto swept = std::chrono::steady_clock::now();
  while (!stopping_) {
    co_await stopped_.wait(kHousekeepingEvery);
    if (stopping_) break;
    load_decisions();
    receipts_.tidy();
    queries_.tick();
    replays_.tick();
    history_.tick();
    expiry_.tick();
    digests_.tick();
    nights_.tick();
    mornings_.tick();
    watch_.look();
    metrics_.gauge("peyk_clock_behind_seconds").set(std::chrono::duration<double>(clock_.behind()).count());
    for (auto& [name, carrier] : carriers_.all()) show_counts(metrics_, carrier);
    if (!redis_.connected()) continue;
    const auto now = std::chrono::steady_clock::now();
    const bool sweep = now - swept >= kOutboxSweepEvery;
    if (sweep) swept = now;
    for (auto& [number, line] : lines_) {
      if (sweep) line.sweep();
      try {
        co_await line.measure();
      } catch (const store::RedisError& e) {
        log::warn("redis_refused", {{"line", number}, {"why", e.what()}});
      }
    }
    auto lost = std::make_shared<std::vector<store::LostText>>();
    housekeeper_.run(
        [lost](store::Connection& connection) {
          store::forget_claims(connection, wall_clock(), kForgottenAtOnce);
          store::forget_pendings(connection, wall_clock(), kForgottenAtOnce);
          store::forget_old_promos(connection, wall_clock(), kForgottenAtOnce);
          *lost = store::forget_old_mo_texts(connection, {}, wall_clock(), kForgottenAtOnce);
        },
        [this, lost](bool committed) {
          if (committed) count_lost_texts(metrics_, *lost);
        });
  }
}

asio::awaitable<void> Peykd::wait_for_signal() {
  boost::system::error_code ignored;
  const int signal = co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  log::info("stopping", {{"signal", signal}});
  stopping_ = true;
  stopped_.wake();
  spawn(io_, shut_down());
  co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  log::warn("stopped_at_once");
  io_.stop();
}

asio::awaitable<void> Peykd::shut_down() {
  const std::chrono::milliseconds grace = options_.limits.shutdown_grace;
  co_await http_.stop(grace);
  if (!begun_) co_return io_.stop();
  const auto deadline = std::chrono::steady_clock::now() + grace;
  asio::steady_timer poll(io_);
  while (requests_.in_flight() > 0 && std::chrono::steady_clock::now() < deadline) {
    poll.expires_after(5ms);
    co_await poll.async_wait(asio::use_awaitable);
  }
  // One grace for all: what is late for the first is late for the last.
  const auto left = [&deadline] {
    return std::max(std::chrono::milliseconds{100}, std::chrono::duration_cast<std::chrono::milliseconds>(
                                                        deadline - std::chrono::steady_clock::now()));
  };
  scheduled_.stop();
  for (auto& [number, line] : lines_) line.drain();
  for (auto& [number, line] : lines_) co_await line.stop(left());
  co_await carriers_.stop(left());
  redis_.stop();
  io_.stop();
}

// Everything that needs to know the clubs.
void Peykd::begin() {
  if (stopping_) return;
  begun_ = true;
  workers_.start();
  outcomes_.start();
  parts_.start();
  reader_.start();
  seeder_.start();
  housekeeper_.start();
  sweeper_.start();
  digester_.start();
  librarian_.start();
  nightly_.start();
  redis_.on_connected([this] {
    log::info("redis_connected");
    for (auto& [number, line] : lines_) line.reseed();
  });
  redis_.on_lost([](const std::string& event, const std::string& why) { log::warn(event, {{"why", why}}); });
  redis_.start();
  webhooks_.start();
  for (auto& [number, line] : lines_) line.start(government_of(number, pauses_, *directory_.load()));
  carriers_.start();
  for (const auto& [name, carrier] : carriers_.all()) show_state(metrics_, carrier);
  spawn(io_, housekeeping());
  spawn(io_, scheduled_.run());
  log::info("started", {{"http_port", http_.port()}, {"version", PEYK_VERSION}});
}

void Peykd::run() {
  http_.start();
  metrics_.gauge("peyk_build_info", {{"version", PEYK_VERSION}}).set(1);
  spawn(io_, wait_for_signal());
  // However the loop ends, by an exception too: everything that calls back is silenced while all of us still
  // lives.
  struct Silence {
    Peykd& gateway;
    ~Silence() {
      gateway.arrival_.stop();
      gateway.redis_.stop();
      gateway.webhooks_.stop();
      gateway.workers_.stop();
      gateway.outcomes_.stop();
      gateway.parts_.stop();
      gateway.reader_.stop();
      gateway.seeder_.stop();
      gateway.housekeeper_.stop();
      gateway.sweeper_.stop();
      gateway.digester_.stop();
      gateway.librarian_.stop();
      gateway.nightly_.stop();
    }
  } silence{*this};
  arrival_.start([this](std::exception_ptr broken) {
    post([this, broken] {
      if (broken) std::rethrow_exception(broken);
      begin();
    });
  });
  io_.run();
  log::info("stopped");
}

}  // namespace peyk::gateway
