#include "gateway/webhook_sender.hpp"

#include <fmt/format.h>

#include <random>
#include <set>
#include <thread>

#include "gateway/http/webhook_signature.hpp"
#include "gateway/log.hpp"
#include "gateway/signal.hpp"
#include "gateway/spawn.hpp"
#include "gateway/webhook_body.hpp"
#include "gateway/webhook_caller.hpp"
#include "gateway/webhook_schedule.hpp"
#include "store/mysql/event_lists.hpp"
#include "store/mysql/silent_webhooks.hpp"
#include "store/mysql/sql_thread.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLookEvery{250};
constexpr std::chrono::seconds kReloadEvery{1};  // of the endpoints
constexpr std::chrono::seconds kMeasureEvery{15};
constexpr std::chrono::minutes kForgetEvery{1};
constexpr std::uint32_t kEventsForgottenAtOnce = 1000;
// Members whose rows one transaction locks: whoever has something to tell of one of them waits for it.
constexpr std::uint32_t kSettledAtOnce = 256, kClaimedAtOnce = 256;
constexpr std::uint64_t kWaitingCounted =
    10'000;  // of each endpoint: a look costs milliseconds, whatever waits
constexpr int kWebhookLostMax =
    3;                      // connections that one unit may lose: what is given up comes again by itself
constexpr int kLeases = 2;  // a claim lasts so many timeouts of an attempt

// An endpoint, and how it fares with this process.
struct Target {
  store::Endpoint row;
  std::optional<config::Url> url;
  std::string label;  // "club/endpoint"
  WebhookPace pace;
  std::uint32_t in_flight = 0;
  bool failing = false;  // as the log has it
};

using EndpointRoom = std::map<store::EndpointId, std::uint32_t>;

// Endpoints by so many that no more than kClaimedAtOnce events are claimed together.
std::vector<EndpointRoom> claim_sets(const std::vector<store::EndpointId>& due, const EndpointRoom& room) {
  std::vector<EndpointRoom> sets;
  std::uint32_t events = kClaimedAtOnce;
  for (const store::EndpointId id : due) {
    if (events + room.at(id) > kClaimedAtOnce) {
      sets.emplace_back();
      events = 0;
    }
    sets.back().emplace(id, room.at(id));
    events += room.at(id);
  }
  return sets;
}

std::string words_of(const WebhookAnswer& answer) {
  return answer.status == 0 ? answer.trouble : fmt::format("answered {}", answer.status);
}

WebhookCall call_of(const store::ClaimedEvent& event, const Target& target, rules::Instant at) {
  const auto now = std::chrono::floor<std::chrono::seconds>(at);
  WebhookCall call{.url = *target.url, .id = webhook_id_of(event.id)};
  call.body = webhook_body({.type = event.type,
                            .at = event.at,
                            .data = event.data,
                            .member = event.member,
                            .phone = event.phone,
                            .card = event.card});
  call.timestamp = std::to_string(now.time_since_epoch().count());
  call.signature = sign_webhook(call.id, now, call.body, target.row.webhook.secret);
  return call;
}

}  // namespace

struct WebhookSender::Impl {
  Impl(const store::MysqlOptions& mysql, const WebhookOptions& given, Metrics& counted,
       std::function<rules::Instant()> given_clock)
      : options(given),
        metrics(counted),
        clock(std::move(given_clock)),
        io(1),
        signal(io),
        sql(
            mysql,
            [](const std::string& event, const std::string& detail) {
              log::warn(event, {{"detail", detail}});
            },
            kWebhookLostMax),
        caller(io, given),
        claims((std::uint64_t{std::random_device{}()} << 31U) | 1U) {}

  asio::awaitable<void> run() {
    while (true) {
      co_await signal.wait(kLookEvery);
      co_await look();
      measure();
      forget();
    }
  }

  // Each step in transactions of a bounded size. Where one fails, claims end by themselves, and what was told
  // is told again.
  asio::awaitable<void> look() {
    co_await save_outcomes();
    co_await save_gone();
    if (Clock::now() >= next_reload) co_await reload();
    co_await claim_due();
  }

  asio::awaitable<void> save_outcomes() {
    std::vector<store::SettledEvent> all = std::exchange(settled, {});
    const std::map<store::EndpointId, std::string> suspects = std::exchange(given_up, {});
    std::ranges::sort(all, {}, [](const auto& one) { return std::pair(one.endpoint, one.member); });
    bool saved = true;
    for (std::size_t first = 0; first < all.size(); first += kSettledAtOnce) {
      const auto set = std::make_shared<const std::vector<store::SettledEvent>>(
          all.begin() + static_cast<std::ptrdiff_t>(first),
          all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), first + kSettledAtOnce)));
      store::SqlThread::Work work = [set, now = clock()](store::Connection& connection) {
        store::settle_events(connection, *set, now);
      };
      const bool committed = co_await run_sql(std::move(work));
      saved = saved && committed;
    }
    if (saved && !suspects.empty()) disable_silent(suspects);
  }

  asio::awaitable<void> save_gone() {
    const auto refused = std::exchange(gone, {});
    for (const auto& [called, why] : refused) {
      store::SqlThread::Work work = [called, why, now = clock()](store::Connection& connection) {
        store::disable_endpoint(connection, called.first, called.second, why, now);
      };
      co_await run_sql(std::move(work));
    }
  }

  asio::awaitable<void> reload() {
    const auto read = std::make_shared<std::vector<store::Endpoint>>();
    store::SqlThread::Work work = [read](store::Connection& connection) {
      *read = store::load_endpoints(connection);
    };
    const bool done = co_await run_sql(std::move(work));
    if (!done) co_return;
    next_reload = Clock::now() + kReloadEvery;
    take(std::move(*read));
  }

  asio::awaitable<void> claim_due() {
    EndpointRoom room;
    for (const auto& [id, target] : targets) {
      const std::uint32_t window = target.row.listens() ? target.pace.window(Clock::now()) : 0;
      if (window > target.in_flight) room[id] = window - target.in_flight;
    }
    if (room.empty()) co_return;
    const auto due = std::make_shared<std::vector<store::EndpointId>>();
    store::SqlThread::Work look_for_due = [due, room, now = clock()](store::Connection& connection) {
      *due = store::due_endpoints(connection, room, now);
    };
    const bool looked = co_await run_sql(std::move(look_for_due));
    if (!looked) co_return;
    const std::vector<EndpointRoom> sets = claim_sets(*due, room);
    for (const EndpointRoom& set : sets) {
      const auto claimed = std::make_shared<std::vector<store::ClaimedEvent>>();
      store::SqlThread::Work work = [claimed, set, claim = ++claims, now = clock(),
                                     lease = options.timeout * kLeases](store::Connection& connection) {
        *claimed = store::claim_events(connection, set, claim, now, now + lease);
      };
      const bool committed = co_await run_sql(std::move(work));
      if (!committed) continue;
      for (store::ClaimedEvent& event : *claimed) start_telling(std::move(event));
    }
  }

  // Those of which an event was given up.
  void disable_silent(const std::map<store::EndpointId, std::string>& suspects) {
    auto silent = std::make_shared<std::set<store::EndpointId>>();
    sql.run(
        [this, suspects, silent](store::Connection& connection) {
          *silent = store::disable_silent(connection, ids, suspects, clock());
        },
        [this, suspects, silent](bool committed) {
          if (committed) asio::post(io, [this, suspects, silent] { say_disabled(*silent, suspects); });
        });
  }

  void say_disabled(const std::set<store::EndpointId>& silent,
                    const std::map<store::EndpointId, std::string>& suspects) {
    for (const store::EndpointId id : silent) {
      const auto found = targets.find(id);
      if (found == targets.end()) continue;
      found->second.row.disabled_at = clock();
      log::error("webhook_disabled", {{"endpoint", found->second.label},
                                      {"why", suspects.at(id)},
                                      {"advice", "peykctl webhooks enable, when it is well"}});
    }
  }

  // Whether it was committed.
  asio::awaitable<bool> run_sql(store::SqlThread::Work work) {
    struct Wait {
      explicit Wait(asio::io_context& io) : signal(io) {}
      Signal signal;
      bool done = false, committed = false;
    };
    auto wait = std::make_shared<Wait>(io);
    std::function<void(bool)> after = [this, wait](bool committed) {
      asio::post(io, [wait, committed] {
        wait->done = true;
        wait->committed = committed;
        wait->signal.wake();
      });
    };
    if (!sql.run(std::move(work), std::move(after))) co_return false;
    while (!wait->done) co_await wait->signal.wait(1s);
    co_return wait->committed;
  }

  // One that is gone from the file stays while something of it is on the wire.
  void take(std::vector<store::Endpoint> endpoints) {
    std::map<store::EndpointId, Target> fresh;
    for (store::Endpoint& row : endpoints) {
      const store::EndpointId id = row.id;
      const auto known = targets.find(id);
      Target target = known != targets.end() ? std::move(known->second)
                                             : Target{.pace = WebhookPace(options.in_flight_max)};
      if (known != targets.end() && target.row.webhook.url != row.webhook.url)
        target.pace = WebhookPace(options.in_flight_max);
      target.url = config::parse_url(row.webhook.url);
      target.label = row.club_slug + "/" + row.webhook.name;
      target.row = std::move(row);
      if (!target.url) target.row.webhook.enabled = false;
      metrics.gauge("peyk_webhook_disabled", {{"endpoint", target.label}})
          .set(target.row.disabled_at == rules::Instant{} ? 0 : 1);
      fresh.emplace(id, std::move(target));
    }
    for (auto& [id, target] : targets) {
      if (fresh.contains(id) || target.in_flight == 0) continue;
      target.row.webhook.enabled = false;
      fresh.emplace(id, std::move(target));
    }
    targets = std::move(fresh);
  }

  void start_telling(store::ClaimedEvent event) {
    const auto found = targets.find(event.endpoint);
    if (found == targets.end()) return;
    ++found->second.in_flight;
    WebhookCall call = call_of(event, found->second, clock());
    auto telling = tell(std::move(event), std::move(call), found->second.row.webhook.url);
    spawn(io, std::move(telling));
  }

  // `url`: that is called, and may be another one by the time that it answers.
  asio::awaitable<void> tell(store::ClaimedEvent event, WebhookCall call, std::string url) {
    const auto began = Clock::now();
    const WebhookAnswer answer = co_await caller.call(std::move(call));
    const auto found = targets.find(event.endpoint);
    if (found == targets.end()) co_return;
    --found->second.in_flight;
    metrics.histogram("peyk_webhook_seconds", {{"endpoint", found->second.label}})
        .observe(Clock::now() - began);
    ended(event, found->second, url, answer);
    signal.wake();
  }

  void ended(const store::ClaimedEvent& event, Target& target, const std::string& url,
             const WebhookAnswer& answer) {
    const Told told = judge(answer.status);
    metrics.counter("peyk_webhook_attempts_total", {{"endpoint", target.label}, {"outcome", word_of(told)}})
        .add();
    store::SettledEvent result{.id = event.id,
                               .endpoint = event.endpoint,
                               .member = event.member,
                               .claim = event.claim,
                               .attempts = event.attempts};
    const bool is_of_today = target.row.webhook.url == url;
    if (is_of_today) target.pace.ended(told, answer.retry_after, Clock::now());
    if (told == Told::delivered) {
      result.state = store::EventState::delivered;
      if (is_of_today && std::exchange(target.failing, false))
        log::info("webhook_well", {{"endpoint", target.label}});
    } else {
      result.outcome = words_of(answer);
      result.next_at = clock();
      if (is_of_today) {
        after_failure(event, target, told, answer, result);
      } else {
        result.counted = false;  // it says nothing of the URL that is called now: that one is tried at once
      }
    }
    settled.push_back(std::move(result));
  }

  void after_failure(const store::ClaimedEvent& event, Target& target, Told told, const WebhookAnswer& answer,
                     store::SettledEvent& result) {
    if (told == Told::gone) {
      if (target.row.disabled_at == rules::Instant{}) {
        log::warn("webhook_gone",
                  {{"endpoint", target.label}, {"advice", "peykctl webhooks enable, when it is back"}});
      }
      target.row.disabled_at = result.next_at;
      gone[{event.endpoint, target.row.webhook.url}] = result.outcome;
      return;
    }
    if (!std::exchange(target.failing, true))
      log::warn("webhook_failing",
                {{"endpoint", target.label}, {"event", event.id}, {"why", result.outcome}});
    if (const auto wait = wait_after(event.attempts + 1, answer.retry_after, spread(chance))) {
      result.next_at += *wait;
      return;
    }
    result.state = store::EventState::failed;
    given_up[event.endpoint] = result.outcome;
    metrics.counter("peyk_webhook_given_up_total", {{"endpoint", target.label}}).add();
    log::error("webhook_given_up",
               {{"endpoint", target.label}, {"event", event.id}, {"why", result.outcome}});
  }

  void measure() {
    if (Clock::now() < next_measure) return;
    next_measure = Clock::now() + kMeasureEvery;
    auto waiting = std::make_shared<std::vector<store::WaitingEvents>>();
    sql.run(
        [waiting](store::Connection& connection) {
          *waiting = store::count_waiting(connection, kWaitingCounted);
        },
        [this, waiting](bool read) {
          if (!read) return;
          asio::post(io, [this, waiting] { show(*waiting); });
        });
  }

  void show(const std::vector<store::WaitingEvents>& waiting) {
    for (const auto& [id, target] : targets) {
      const auto found = std::ranges::find(waiting, id, &store::WaitingEvents::endpoint);
      const bool any = found != waiting.end();
      metrics.gauge("peyk_webhook_waiting", {{"endpoint", target.label}})
          .set(any ? static_cast<double>(found->count) : 0);
      metrics.gauge("peyk_webhook_oldest_seconds", {{"endpoint", target.label}})
          .set(any ? std::chrono::duration<double>(clock() - found->oldest).count() : 0);
    }
  }

  void forget() {
    if (forgetting || Clock::now() < next_forget) return;
    auto forgotten = std::make_shared<store::ForgottenEvents>();
    forgetting = sql.run(
        [this, forgotten](store::Connection& connection) {
          *forgotten = store::forget_events(connection, clock() - options.keep, kEventsForgottenAtOnce);
        },
        [this, forgotten](bool committed) {
          asio::post(io, [this, forgotten, committed] {
            forgetting = false;
            if (!committed || forgotten->rows < kEventsForgottenAtOnce) next_forget = Clock::now() + kForgetEvery;
            if (committed && forgotten->waiting > 0)
              log::warn("webhook_events_forgotten", {{"never_told", forgotten->waiting}});
          });
        });
  }

  void start() {
    sql.start();
    auto running = run();
    spawn(io, std::move(running));
    thread = std::thread([this] { io.run(); });
  }

  void stop() {
    io.stop();
    if (thread.joinable()) thread.join();
    sql.stop();
  }

  const WebhookOptions options;
  Metrics& metrics;
  const std::function<rules::Instant()> clock;
  asio::io_context io;
  Signal signal;
  store::SqlThread sql;
  WebhookCaller caller;
  std::map<store::EndpointId, Target> targets;
  std::vector<store::SettledEvent> settled;
  std::map<std::pair<store::EndpointId, std::string>, std::string> gone;  // at which URL, and why
  std::map<store::EndpointId, std::string> given_up;                      // an event of theirs was, and why
  store::SystemChance ids;  // of texts to managers; on the thread of `sql`
  std::uint64_t claims;
  std::minstd_rand chance{std::random_device{}()};
  std::uniform_real_distribution<double> spread{-1, 1};
  Clock::time_point next_reload{}, next_measure{}, next_forget{};
  bool forgetting = false;
  std::thread thread;
};

WebhookSender::WebhookSender(const store::MysqlOptions& mysql, const WebhookOptions& options,
                             Metrics& metrics, std::function<rules::Instant()> clock)
    : impl_(std::make_unique<Impl>(mysql, options, metrics, std::move(clock))) {}

WebhookSender::~WebhookSender() {
  stop();
}

void WebhookSender::start() {
  impl_->start();
}

void WebhookSender::stop() {
  impl_->stop();
}

}  // namespace peyk::gateway
