// The word mo_burst: many subscribers at once (load.hpp).
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "sim/ask.hpp"
#include "sim/control.hpp"

namespace peyk::sim {
namespace {

using nlohmann::json;

constexpr std::size_t kLoadsMax = 8;
constexpr std::size_t kLoadItemsMax = 5'000'000;

json to_json(const Percentiles& p) {
  return {{"p50", p.p50_us}, {"p90", p.p90_us}, {"p99", p.p99_us}, {"p99_9", p.p99_9_us}, {"max", p.max_us}};
}

json to_json(const LoadResult& result) {
  json statuses = json::object();
  for (const auto& [status, count] : result.statuses) statuses[std::to_string(status)] = count;
  return {{"ok", result.failed == 0},
          {"sent", result.sent},
          {"answered", result.answered},
          {"replied", result.replied},
          {"failed", result.failed},
          {"seconds", result.seconds},
          {"rate", result.rate},
          {"resp_us", to_json(result.answer)},
          {"reply_us", to_json(result.reply)},
          {"statuses", std::move(statuses)}};
}

// One item a line: the phone, a space, the text.
std::vector<LoadPlan::Item> items_of_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw BadAsk("file: cannot be read");
  std::vector<LoadPlan::Item> items;
  for (std::string line; std::getline(file, line) && items.size() < kLoadItemsMax;) {
    const std::size_t space = line.find(' ');
    if (space == std::string::npos) throw BadAsk("file: each line is a phone, a space, a text");
    items.push_back({line.substr(0, space), line.substr(space + 1)});
  }
  return items;
}

// "{n}" in the text becomes the number of the item.
std::vector<LoadPlan::Item> items_of_range(const json& ask) {
  const std::uint64_t count = get_count(ask, "n", 1000, kLoadItemsMax);
  const std::uint64_t phones = std::max<std::uint64_t>(1, get_count(ask, "phones", count, kLoadItemsMax));
  const std::uint64_t first = std::stoull("0" + get_text_or(ask, "first_phone", "989120000000"));
  const auto text = get_text(ask, "text");
  const std::size_t mark = text.find("{n}");
  std::vector<LoadPlan::Item> items;
  items.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string own = text;
    if (mark != std::string::npos) own.replace(mark, 3, std::to_string(i));
    items.push_back({std::to_string(first + i % phones), std::move(own)});
  }
  return items;
}

}  // namespace

void Control::mo_burst(const Ask& ask) {
  std::erase_if(loads_, [](const auto& load) { return load->finished(); });
  if (loads_.size() >= kLoadsMax) throw BadAsk("too many bursts run");
  LoadPlan plan;
  plan.items =
      ask.body.contains("file") ? items_of_file(get_text(ask.body, "file")) : items_of_range(ask.body);
  if (plan.items.empty()) throw BadAsk("nothing to send");
  plan.to = get_text(ask.body, "to");
  plan.open_max = static_cast<std::uint32_t>(get_count(ask.body, "open", 100, 1'000'000));
  plan.rate_max = get_number_or(ask.body, "rate", 0.0);
  plan.expect_reply = get_flag_or(ask.body, "expect_reply", true);
  plan.timeout = get_ms(ask.body, "timeout_ms", 60'000);
  auto done = [this, client = ask.client, id = ask.id](const LoadResult& result) {
    reply(client, id, to_json(result));
  };
  loads_.push_back(std::make_unique<Load>(carrier_, std::move(plan), std::move(done)));
  loads_.back()->start(ask.now);
}

}  // namespace peyk::sim
