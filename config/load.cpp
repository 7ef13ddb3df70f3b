#include "config/load.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "config/document.hpp"
#include "config/load_carriers.hpp"
#include "config/text_rules.hpp"

namespace peyk::config {
namespace {

using namespace std::chrono_literals;
using std::uint32_t;

constexpr uint32_t kMillion = 1'000'000;

constexpr TextRule kLineNumber{[](std::string_view t) { return consists_of(t, "0123456789", 3, 15); },
                               "3 to 15 digits: 30001234"};
constexpr TextRule kSocketPath{[](std::string_view t) { return t.size() <= 107 && is_clean_line(t); },
                               "the path of a unix socket, up to 107 octets; empty: host and port"};
constexpr TextRule kPath{[](std::string_view t) { return t.size() <= 4095 && is_clean_line(t); },
                         "a path; empty: standard error"};
constexpr TextRule kPemFile{[](std::string_view t) { return t.size() <= 4095 && is_clean_line(t); },
                            "the path of a PEM file"};
constexpr TextRule kCaFile{[](std::string_view t) { return t.size() <= 4095 && is_clean_line(t); },
                           "a path; empty: the system's certificates"};
constexpr TextRule kUser{[](std::string_view t) { return is_ascii(t, 1, 80); }, "1 to 80 ASCII characters"};
constexpr TextRule kDatabase{[](std::string_view t) {
                               return consists_of(t,
                                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                  "abcdefghijklmnopqrstuvwxyz0123456789_",
                                                  1, 64);
                             },
                             "1 to 64 of a-z, A-Z, 0-9 and _"};
constexpr TextRule kServerPassword{[](std::string_view t) { return t.size() <= 256; }, "up to 256 octets"};
constexpr TextRule kLogLevel{[](std::string_view t) {
                               return t == "trace" || t == "debug" || t == "info" || t == "warn" ||
                                      t == "error";
                             },
                             "trace, debug, info, warn, error"};

// The carriers that stand in are others, each once, and can send.
void check_alternates(Section& s, const gateway::LineOptions& line, const gateway::Options& options) {
  for (const std::string& name : line.alternate_carriers) {
    const auto carrier = std::find_if(options.carriers.begin(), options.carriers.end(),
                                      [&](const auto& one) { return one.name == name; });
    if (carrier == options.carriers.end()) {
      s.mistake("alternate_carriers", fmt::format("\"{}\": no such carrier", name), "names of carriers");
    } else if (carrier->bind_mode == gateway::BindMode::receiver) {
      s.mistake("alternate_carriers", fmt::format("\"{}\" only receives", name), "carriers that can send");
    } else if (name == line.carrier ||
               std::count(line.alternate_carriers.begin(), line.alternate_carriers.end(), name) > 1) {
      s.mistake("alternate_carriers", fmt::format("\"{}\" is named twice", name), "each once");
      return;
    }
  }
}

// A line belongs to a carrier that can send, and not faster than the carrier's account may.
void check_line_carrier(Section& s, const gateway::LineOptions& line, const gateway::Options& options) {
  std::vector<std::string_view> names;
  for (const gateway::CarrierOptions& carrier : options.carriers) {
    names.push_back(carrier.name);
    if (carrier.name != line.carrier) continue;
    if (carrier.bind_mode == gateway::BindMode::receiver) {
      s.mistake(
          "carrier",
          fmt::format("\"{}\" only receives (bind_mode: receiver), this line could not answer", carrier.name),
          "a carrier bound as transceiver or transmitter");
    }
    if (carrier.rate > 0 && line.rate > carrier.rate) {
      s.mistake("rate",
                fmt::format("{}/s is above the rate of its carrier \"{}\", {}/s", line.rate, carrier.name,
                            carrier.rate),
                "up to its carrier's rate");
    }
    return;
  }
  const std::string_view meant = nearest(line.carrier, names);
  s.mistake("carrier",
            meant.empty()
                ? s.found("carrier") + ", no such carrier"
                : fmt::format("{}, no such carrier; did you mean \"{}\"?", s.found("carrier"), meant),
            fmt::format("{}", fmt::join(names, ", ")));
}

// "21:00-08:00" -> 1260 and 480; nothing for what is no such thing.
std::optional<std::pair<std::uint32_t, std::uint32_t>> minutes_of(std::string_view text) {
  const auto minute = [](std::string_view time) -> std::optional<std::uint32_t> {
    if (time.size() != 5 || time[2] != ':') return std::nullopt;
    std::uint32_t hour = 0, min = 0;
    const auto read = [](std::string_view two, std::uint32_t& into) {
      return std::from_chars(two.data(), two.data() + 2, into).ptr == two.data() + 2;
    };
    if (!read(time.substr(0, 2), hour) || !read(time.substr(3), min) || hour > 23 || min > 59)
      return std::nullopt;
    return hour * 60 + min;
  };
  if (text == "none") return std::pair{0U, 0U};
  if (text.size() != 11 || text[5] != '-') return std::nullopt;
  const auto from = minute(text.substr(0, 5)), until = minute(text.substr(6));
  if (!from || !until || *from == *until) return std::nullopt;
  return std::pair{*from, *until};
}
constexpr TextRule kQuietHours{[](std::string_view t) { return minutes_of(t).has_value(); },
                               "none, or two times of the day: 21:00-08:00"};

void read_promo(Section& s, handlers::PromoPolicy& promo) {
  std::string quiet = "none";
  if (s.text("quiet_hours", quiet, kQuietHours))
    std::tie(promo.quiet_from_minute, promo.quiet_until_minute) = *minutes_of(quiet);
  s.integer("promo_per_day_max", promo.per_day_max, 0, 1000);
  s.integer("promo_per_week_max", promo.per_week_max, 0, 1000);
}

void read_lines(Section& root, gateway::Options& options) {
  Unique numbers;
  root.list("lines", 1, 256, [&](Section& s, std::size_t) {
    gateway::LineOptions& line = options.lines.emplace_back();
    if (s.text("number", line.number, kLineNumber, Presence::required))
      numbers.check(s, "number", line.number);
    const bool named = s.text("carrier", line.carrier, kName, Presence::required);
    const bool alternates =
        s.texts("alternate_carriers", 8, "names of carriers", [&](const std::string& item) {
          if (!kName.fits(item)) return std::optional(fmt::format("found \"{}\"", item));
          line.alternate_carriers.push_back(item);
          return std::optional<std::string>();
        });
    if (alternates) check_alternates(s, line, options);
    s.choice<gateway::LinePurpose>("purpose", line.purpose,
                                   {{"service", gateway::LinePurpose::service},
                                    {"promo", gateway::LinePurpose::promo},
                                    {"both", gateway::LinePurpose::both}});
    line.promo.line_may = line.purpose != gateway::LinePurpose::service;
    read_promo(s, line.promo);
    s.rate("rate", line.rate, kRateMax);
    s.duration("validity", line.validity, 1min, 7 * 24h);
    s.boolean("receipts", line.receipts);
    if (named) check_line_carrier(s, line, options);
  });
}

void read_mysql(Section& s, store::MysqlOptions& mysql) {
  s.text("host", mysql.host, kHost);
  s.integer("port", mysql.port, 1, 65535);
  s.text("unix_socket", mysql.unix_socket, kSocketPath);
  s.text("user", mysql.user, kUser);
  s.secret("password", mysql.password, kServerPassword, Presence::optional);
  s.text("database", mysql.database, kDatabase);
  s.integer("workers", mysql.workers, 1, 64);
  s.integer("batch_max", mysql.batch_max, 1, 2'000);
  s.integer("queue_max", mysql.queue_max, 1, kMillion);
  s.duration("connect_timeout", mysql.connect_timeout, 100ms, 1min);
  s.duration("statement_timeout", mysql.statement_timeout, 100ms, 10min);
}

void read_redis(Section& s, store::RedisOptions& redis) {
  s.text("host", redis.host, kHost);
  s.integer("port", redis.port, 1, 65535);
  s.text("unix_socket", redis.unix_socket, kSocketPath);
  s.secret("password", redis.password, kServerPassword, Presence::optional);
  s.text("key_prefix", redis.key_prefix, kName);
  s.duration("connect_timeout", redis.connect_timeout, 100ms, 1min);
  s.duration("command_timeout", redis.command_timeout, 100ms, 1min);
  s.integer("pipeline_max", redis.pipeline_max, 1, kMillion);
}

void read_http(Section& s, gateway::HttpOptions& http) {
  s.text("address", http.address, kIpAddress);
  s.integer("port", http.port, 1, 65535);
  s.integer("connections_max", http.connections_max, 1, 100'000);
  s.integer("body_bytes_max", http.body_bytes_max, 1024, 16 * 1024 * 1024);
  s.integer("header_bytes_max", http.header_bytes_max, 1024, 1024 * 1024);
  s.duration("read_timeout", http.read_timeout, 100ms, 5min);
  s.duration("idle_timeout", http.idle_timeout, 100ms, 1h);
  s.duration("answer_timeout", http.answer_timeout, 1s, 5min);
  s.duration("signature_tolerance", http.signature_tolerance, 1s, 1h);
  s.integer("key_requests_max", http.key_requests_max, 0, kMillion);
  s.duration("key_requests_window", http.key_requests_window, 1s, 24h);
  s.boolean("tls", http.tls.enabled);
  s.text("tls_certificate_file", http.tls.certificate_file, kPemFile);
  s.text("tls_key_file", http.tls.key_file, kPemFile);
  if (http.tls.enabled && (http.tls.certificate_file.empty() || http.tls.key_file.empty()))
    s.mistake("tls", "who listens needs a certificate", "tls_certificate_file and tls_key_file");
}

void read_webhooks(Section& s, gateway::WebhookOptions& webhooks) {
  s.duration("timeout", webhooks.timeout, 1s, 1min);
  s.integer("in_flight_max", webhooks.in_flight_max, 1, 64);
  s.duration("keep", webhooks.keep, 4 * 24h, 365 * 24h);
  s.texts("allow", 64, "addresses and networks (10.1.2.3, 10.0.0.0/8)", [&](const std::string& item) {
    if (!is_network(item)) return std::optional(fmt::format("found \"{}\"", item));
    webhooks.allow.push_back(item);
    return std::optional<std::string>();
  });
  s.boolean("plain_http", webhooks.plain_http);
  s.text("ca_file", webhooks.ca_file, kCaFile);
}

void read_history(Section& s, gateway::HistoryOptions& history) {
  s.duration("after", history.after, 1min, 24h * 7);
  s.duration("keep", history.keep, 24h * 14, 24h * 3650);
}

void read_log(Section& s, gateway::LogOptions& log) {
  s.text("level", log.level, kLogLevel);
  s.text("file", log.file, kPath);
}

void read_limits(Section& s, gateway::Limits& limits) {
  s.integer("inbound_in_flight_max", limits.inbound_in_flight_max, 1, kMillion);
  // At least twice the longest PDU that a link takes.
  s.integer("inbound_octets_per_link_max", limits.inbound_octets_per_link_max, 1u << 18, 1u << 30);
  s.integer("ussd_steps_per_link_max", limits.ussd_steps_per_link_max, 1, kMillion);
  s.integer("outbound_prefetch_max", limits.outbound_prefetch_max, 1, kMillion);
  s.duration("shutdown_grace", limits.shutdown_grace, 1s, 5min);
}

}  // namespace

tl::expected<gateway::Options, std::vector<Mistake>> load_options(std::string_view yaml,
                                                                  std::string file_name,
                                                                  const Environment& environment) {
  gateway::Options options;
  Document document(yaml, std::move(file_name), environment);
  document.read([&](Section& root) {
    read_carriers(root, options);
    read_lines(root, options);
    root.section("mysql", [&](Section& s) { read_mysql(s, options.mysql); });
    root.section("redis", [&](Section& s) { read_redis(s, options.redis); });
    root.section("http", [&](Section& s) { read_http(s, options.http); });
    root.section("webhooks", [&](Section& s) { read_webhooks(s, options.webhooks); });
    root.section("history", [&](Section& s) { read_history(s, options.history); });
    root.section("log", [&](Section& s) { read_log(s, options.log); });
    root.section("limits", [&](Section& s) { read_limits(s, options.limits); });
  });
  std::vector<Mistake> mistakes = std::move(document).mistakes();
  if (!mistakes.empty()) return tl::unexpected(std::move(mistakes));
  return options;
}

tl::expected<gateway::Options, std::vector<Mistake>> load_options_file(const std::string& path,
                                                                       const Environment& environment) {
  const auto yaml = read_whole_file(path, kFileOctetsMax);
  if (!yaml) return tl::unexpected(std::vector<Mistake>{{path, 0, 0, "", yaml.error(), ""}});
  return load_options(*yaml, path, environment);
}

}  // namespace peyk::config
