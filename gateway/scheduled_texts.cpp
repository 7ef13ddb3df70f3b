#include "gateway/scheduled_texts.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "gateway/clock.hpp"
#include "gateway/log.hpp"
#include "handlers/reminder.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kShown = "its screen was shown";
constexpr std::string_view kOver = "its time was over before it could be sent";

}  // namespace

// One transaction's work. It may run more than once: what it takes stays, what it finds is replaced.
struct ScheduledTexts::Look {
  std::vector<store::MessageId> shown, not_shown;
  std::vector<store::LineToWake> lines;
  std::vector<store::QueuedText> instead;  // of screens
  store::Woken woken;
  std::size_t put_off = 0;
  std::map<std::string, std::size_t> ended;  // by line

  void perform(store::Connection& connection, const handlers::Directory& directory) {
    const rules::Instant now = wall_clock();
    store::cancel_scheduled(connection, shown, kShown, now);
    instead = store::wake(connection, not_shown);
    woken = store::wake_due(connection, lines, now, kWokenAtOnce);
    keep_what_may_leave(connection, directory, now);
  }

  // A text whose first parts have left goes on: the line knows what to say of it.
  void keep_what_may_leave(store::Connection& connection, const handlers::Directory& directory,
                           rules::Instant now) {
    std::map<rules::Instant, std::vector<store::QueuedText>> later;
    std::vector<store::MessageId> over;
    put_off = 0;
    ended.clear();
    std::erase_if(woken.texts, [&](const store::QueuedText& text) {
      if (!text.sent.empty()) return false;
      const auto morning = morning_for(text, directory, now);
      if (text.valid_until <= morning.value_or(now)) {
        over.push_back(text.id);
        ++ended[text.line];
        return true;
      }
      if (morning) later[*morning].push_back(text);
      return morning.has_value();
    });
    for (const auto& [morning, texts] : later) {
      store::schedule_again(connection, texts, morning);
      put_off += texts.size();
    }
    store::expire_woken(connection, over, kOver, now);
  }

  // Nothing: it need not wait for one.
  static std::optional<rules::Instant> morning_for(const store::QueuedText& text,
                                                   const handlers::Directory& directory, rules::Instant now) {
    const handlers::Club* club = directory.club(text.club);
    if (text.lane != handlers::Lane::notice || club == nullptr) return std::nullopt;
    return handlers::put_off(*club, text.send_at, now);
  }
};

ScheduledTexts::ScheduledTexts(asio::io_context& io, store::SqlThread& sql, Metrics& metrics,
                               std::vector<std::string> lines, Hooks hooks)
    : sql_(sql), metrics_(metrics), lines_(std::move(lines)), hooks_(std::move(hooks)), signal_(io) {}

asio::awaitable<void> ScheduledTexts::run() {
  while (!stopping_) {
    const bool began = look();
    while (looking_ && !stopping_) co_await signal_.wait(kLookEvery);
    if (stopping_) break;
    const auto now = std::chrono::steady_clock::now();
    if (now - counted_ >= kCountEvery) {
      counted_ = now;
      count();
    }
    if (!began || failed_) {
      co_await signal_.wait(kLookEvery);  // too much waits for MySQL already, or it cannot be done now
    } else if (pause_.count() > 0 && not_shown_.empty()) {
      co_await signal_.wait(pause_);
    }
  }
}

void ScheduledTexts::stop() {
  stopping_ = true;
  signal_.wake();
  if (shown_.empty()) return;
  auto last = std::make_shared<Look>();
  last->shown.swap(shown_);
  sql_.run([last](store::Connection& connection) { last->perform(connection, handlers::Directory()); }, {});
}

void ScheduledTexts::shown(store::MessageId text) {
  if (shown_.size() < kScreensMax) shown_.push_back(text);
}

void ScheduledTexts::not_shown(store::MessageId text) {
  if (not_shown_.size() >= kScreensMax) return;
  not_shown_.push_back(text);
  signal_.wake();
}

// False: not now.
bool ScheduledTexts::look() {
  auto one = std::make_shared<Look>();
  one->shown.swap(shown_);
  one->not_shown.swap(not_shown_);
  one->lines = lines_to_wake();
  looking_ = sql_.run(
      [one, directory = hooks_.directory()](store::Connection& connection) {
        one->perform(connection, *directory);
      },
      [this, one](bool committed) { hooks_.post([this, one, committed] { looked(committed, *one); }); });
  if (looking_) return true;
  keep(*one);
  return false;
}

std::vector<store::LineToWake> ScheduledTexts::lines_to_wake() const {
  std::vector<store::LineToWake> lines;
  for (const std::string& number : lines_) {
    store::LineToWake& line = lines.emplace_back(store::LineToWake{.number = number});
    for (std::uint8_t lane = 0; lane < handlers::kLanes; ++lane)
      line.room[lane] = hooks_.room(number, static_cast<handlers::Lane>(lane));
  }
  return lines;
}

// Behind what came meanwhile, and no more than there is room for.
void ScheduledTexts::keep(Look& look) {
  for (const auto& [kept, again] : {std::pair{&shown_, &look.shown}, {&not_shown_, &look.not_shown}}) {
    const std::size_t room = kScreensMax - kept->size();
    const auto end = again->begin() + static_cast<std::ptrdiff_t>(std::min(room, again->size()));
    kept->insert(kept->end(), again->begin(), end);
  }
}

void ScheduledTexts::looked(bool committed, Look& look) {
  looking_ = false;
  failed_ = !committed;
  pause_ = kLookEvery;
  if (failed_) {
    keep(look);
  } else {
    const auto until_next =
        look.woken.next_due == rules::Instant{} ? kLookEvery : look.woken.next_due - wall_clock();
    // What is due and was not woken is another process' at this moment, or has no room yet.
    if (until_next.count() > 0) pause_ = std::min(pause_, until_next);
    tell_of_left_out(look);
    // Where something was left out there is room for what is behind it.
    if (look.woken.has_more || look.put_off > 0 || !look.ended.empty()) pause_ = std::chrono::microseconds{0};
    if (!look.woken.texts.empty()) log::info("texts_due", {{"texts", look.woken.texts.size()}});
    hooks_.push(std::move(look.instead));
    hooks_.push(std::move(look.woken.texts));
  }
  signal_.wake();
}

void ScheduledTexts::tell_of_left_out(const Look& look) {
  std::size_t ended = 0;
  for (const auto& [line, texts] : look.ended) {
    ended += texts;
    metrics_.counter("peyk_outbound_settled_total", {{"line", line}, {"as", "expired"}})
        .add(static_cast<double>(texts));
  }
  if (look.put_off + ended > 0) log::info("texts_put_off", {{"texts", look.put_off}, {"ended", ended}});
}

void ScheduledTexts::count() {
  auto counts = std::make_shared<std::map<std::string, store::ScheduledOfLine>>();
  sql_.run([counts](store::Connection& connection) { *counts = store::count_scheduled(connection); },
           [this, counts](bool read) {
             if (!read) return;
             hooks_.post([this, counts] {
               for (const std::string& line : lines_) {
                 const store::ScheduledOfLine& its = (*counts)[line];
                 const std::chrono::duration<double> due = its.next_due.time_since_epoch();
                 metrics_.gauge("peyk_queue_scheduled", {{"line", line}}).set(static_cast<double>(its.texts));
                 metrics_.gauge("peyk_queue_next_due_seconds", {{"line", line}}).set(due.count());
               }
             });
           });
}

}  // namespace peyk::gateway
