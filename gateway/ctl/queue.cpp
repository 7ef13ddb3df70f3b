#include "gateway/ctl/queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gateway/outbound_line.hpp"
#include "gateway/spawn.hpp"
#include "templates/dates.hpp"

namespace peyk::gateway::ctl {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;
using store::Pause;

using Depths = std::vector<store::LineDepth>;

}  // namespace

asio::awaitable<void> await_connection(asio::io_context& io, const store::RedisConnection& redis,
                                       const store::RedisOptions& options) {
  asio::steady_timer poll(io);
  const auto deadline = std::chrono::steady_clock::now() + options.connect_timeout;
  while (!redis.connected()) {
    if (std::chrono::steady_clock::now() > deadline) {
      const std::string where = options.unix_socket.empty() ? fmt::format("{}:{}", options.host, options.port)
                                                            : options.unix_socket;
      throw QueueAway("Redis does not let us in at " + where +
                      ": see that it runs, and that redis.password is right");
    }
    poll.expires_after(10ms);
    co_await poll.async_wait(asio::use_awaitable);
  }
}

namespace {

asio::awaitable<void> look(store::Lanes& lanes, const std::vector<LineOptions>& lines, Depths& depths) {
  for (const LineOptions& line : lines) {
    store::LineKey key{line.carrier, line.number};
    depths.push_back(co_await lanes.depth(std::move(key)));
  }
}

asio::awaitable<void> look_twice(asio::io_context& io, store::RedisConnection& redis, const Options& options,
                                 std::chrono::milliseconds between, Depths& before, Depths& after) {
  co_await await_connection(io, redis, options.redis);
  store::Lanes lanes(redis, options.redis.key_prefix);
  co_await look(lanes, options.lines, before);
  asio::steady_timer pause(io, between);
  co_await pause.async_wait(asio::use_awaitable);
  co_await look(lanes, options.lines, after);
  redis.stop();
  io.stop();
}

asio::awaitable<void> look_for(asio::io_context& io, store::RedisConnection& redis, const Options& options,
                               store::LineKey line, store::MessageId message, store::Whereabouts& found) {
  co_await await_connection(io, redis, options.redis);
  store::Lanes lanes(redis, options.redis.key_prefix);
  found = co_await lanes.look(std::move(line), message);
  redis.stop();
  io.stop();
}

// Until it stops the loop.
void run_to_end(asio::io_context& io, asio::awaitable<void> work) {
  spawn(io, std::move(work));
  try {
    io.run();
  } catch (const store::RedisError& error) {
    throw QueueAway(std::string("Redis: ") + error.what());
  }
}

// "-", "0.4 s", "12 s", "3 h 20 min"
std::string age(std::chrono::milliseconds oldest, std::uint64_t waiting) {
  if (waiting == 0) return "-";
  const auto seconds = oldest.count() / 1000;
  if (seconds < 10) return fmt::format("{:.1f} s", static_cast<double>(oldest.count()) / 1000);
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

std::string club_word(handlers::ClubId id, const std::vector<handlers::Club>& clubs) {
  const auto found = std::ranges::find(clubs, id, &handlers::Club::id);
  return found == clubs.end() ? std::to_string(id) : found->slug;
}

std::string whose(const Pause& pause) {
  return fmt::format("paused since {} by {}{}{}", templates::rfc3339(pause.since), pause.by,
                     pause.why.empty() ? "" : ": ", pause.why);
}

const Pause* find(std::span<const Pause> pauses, Pause::Scope scope, const std::string& line,
                  std::uint32_t subject) {
  for (const Pause& pause : pauses) {
    if (pause.scope == scope && pause.line == line && pause.subject == subject) return &pause;
  }
  return nullptr;
}

}  // namespace

std::vector<LineLook> look_at_queue(const Options& options, std::chrono::milliseconds between) {
  asio::io_context io(1);
  store::RedisConnection redis(io, options.redis);
  redis.start();
  Depths before, after;
  auto looking = look_twice(io, redis, options, between, before, after);
  run_to_end(io, std::move(looking));
  std::vector<LineLook> looks;
  for (std::size_t i = 0; i < after.size(); ++i) {
    LineLook look{options.lines[i], after[i], {}};
    for (std::size_t lane = 0; lane < store::kLanes; ++lane) {
      const std::uint64_t was = before[i].lanes[lane].granted, is = after[i].lanes[lane].granted;
      if (is > was)
        look.leaving[lane] = static_cast<double>(is - was) * 1000.0 / static_cast<double>(between.count());
    }
    looks.push_back(std::move(look));
  }
  return looks;
}

std::optional<store::Whereabouts> where_is(const Options& options, const std::string& line,
                                           store::MessageId message) {
  const auto its = std::ranges::find(options.lines, line, &LineOptions::number);
  if (its == options.lines.end()) return std::nullopt;
  asio::io_context io(1);
  store::RedisConnection redis(io, options.redis);
  redis.start();
  store::Whereabouts found;
  auto looking = look_for(io, redis, options, {its->carrier, line}, message, found);
  run_to_end(io, std::move(looking));
  return found;
}

std::string queue_as_text(std::span<const LineLook> lines, std::span<const Pause> pauses,
                          const std::vector<handlers::Club>& clubs) {
  std::string text = fmt::format("{:28}{:>12}{:>14}{:>12}\n", "", "waiting", "oldest", "leaving");
  for (const LineLook& look : lines) {
    const Pause* stopped = find(pauses, Pause::Scope::line, look.line.number, 0);
    text += fmt::format("line {} by {}{}{}\n", look.line.number, look.line.carrier,
                        look.line.rate > 0 ? fmt::format(", at most {}/s", look.line.rate) : "",
                        stopped != nullptr ? ", " + whose(*stopped) : "");
    if (look.depth.fresh) text += "  Redis knows nothing of it (yet): the outbox is being read\n";
    for (std::size_t lane = 0; lane < store::kLanes; ++lane) {
      const store::LaneDepth& depth = look.depth.lanes[lane];
      const Pause* held =
          find(pauses, Pause::Scope::lane, look.line.number, static_cast<std::uint32_t>(lane));
      text += fmt::format("  {:26}{:>12}{:>14}{:>10.1f}/s{}\n", words(static_cast<handlers::Lane>(lane)),
                          depth.waiting, age(depth.oldest, depth.waiting), look.leaving[lane],
                          held != nullptr ? "  " + whose(*held) : "");
    }
    text += fmt::format(
        "  with a gateway or on the wire {}, for later {}, scheduled {}{}\n", look.depth.leased,
        look.depth.delayed, look.scheduled.texts,
        look.scheduled.texts > 0 ? ", the first at " + templates::rfc3339(look.scheduled.next_due) : "");
  }
  for (const Pause& pause : pauses) {
    if (pause.scope == Pause::Scope::club)
      text += fmt::format("club {}: {}\n", club_word(pause.subject, clubs), whose(pause));
  }
  return text;
}

std::string queue_as_json(std::span<const LineLook> lines, std::span<const Pause> pauses,
                          const std::vector<handlers::Club>& clubs) {
  Json json{{"lines", Json::array()}, {"pauses", Json::array()}};
  for (const LineLook& look : lines) {
    Json line{{"line", look.line.number},
              {"carrier", look.line.carrier},
              {"rate", look.line.rate},
              {"paused", find(pauses, Pause::Scope::line, look.line.number, 0) != nullptr},
              {"lanes", Json::array()},
              {"leased", look.depth.leased},
              {"delayed", look.depth.delayed},
              {"scheduled", look.scheduled.texts},
              {"next_due", look.scheduled.texts > 0 ? templates::rfc3339(look.scheduled.next_due) : ""}};
    for (std::size_t lane = 0; lane < store::kLanes; ++lane) {
      const auto number = static_cast<std::uint32_t>(lane);
      line["lanes"].push_back(
          {{"lane", words(static_cast<handlers::Lane>(lane))},
           {"waiting", look.depth.lanes[lane].waiting},
           {"oldest_ms", look.depth.lanes[lane].waiting > 0 ? look.depth.lanes[lane].oldest.count() : 0},
           {"leaving", look.leaving[lane]},
           {"paused", find(pauses, Pause::Scope::lane, look.line.number, number) != nullptr}});
    }
    json["lines"].push_back(std::move(line));
  }
  for (const Pause& pause : pauses) {
    Json one{{"scope", pause.scope == Pause::Scope::line   ? "line"
                       : pause.scope == Pause::Scope::lane ? "lane"
                                                           : "club"}};
    if (pause.scope != Pause::Scope::club) one["line"] = pause.line;
    if (pause.scope == Pause::Scope::lane) one["lane"] = words(static_cast<handlers::Lane>(pause.subject));
    if (pause.scope == Pause::Scope::club) one["club"] = club_word(pause.subject, clubs);
    one["since"] = templates::rfc3339(pause.since);
    one["by"] = pause.by;
    one["why"] = pause.why;
    json["pauses"].push_back(std::move(one));
  }
  return json.dump() + "\n";
}

}  // namespace peyk::gateway::ctl
