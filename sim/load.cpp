#include "sim/load.hpp"

#include <algorithm>
#include <utility>

namespace peyk::sim {
namespace {

constexpr std::chrono::milliseconds kCheckInterval{50};

}  // namespace

Percentiles percentiles(std::vector<std::int64_t> values_us) {
  if (values_us.empty()) return {};
  std::ranges::sort(values_us);
  const auto at = [&](std::size_t per_mille) {
    return values_us[std::min(values_us.size() - 1, values_us.size() * per_mille / 1000)];
  };
  return {at(500), at(900), at(990), at(999), values_us.back()};
}

Load::Load(Carrier& carrier, LoadPlan plan, std::function<void(const LoadResult&)> done)
    : carrier_(carrier), plan_(std::move(plan)), done_(std::move(done)) {
  answer_us_.reserve(plan_.items.size());
  reply_us_.reserve(plan_.expect_reply ? plan_.items.size() : 0);
}

void Load::start(Time now) {
  started_at_ = ended_at_ = now;
  send_more(now);
}

void Load::send_more(Time now) {
  if (sending_ || finished_) return;  // send_text may answer at once and bring us back here
  sending_ = true;
  while (result_.sent < plan_.items.size() && open_.size() < plan_.open_max) {
    const double elapsed_s = static_cast<double>(elapsed_us(started_at_, now)) / 1e6;
    if (plan_.rate_max > 0 && static_cast<double>(result_.sent) >= elapsed_s * plan_.rate_max) break;
    const LoadPlan::Item& item = plan_.items[result_.sent];
    const std::uint64_t number = result_.sent;
    if (!open_.try_emplace(item.phone, Open{now, number, false, !plan_.expect_reply}).second) break;
    ++result_.sent;
    auto on_answer = [this, alive = std::weak_ptr<const bool>(alive_), phone = item.phone, number](
                         const MoResult& result, Time at) {
      if (!alive.expired()) answered(phone, number, result.command_status, at);
    };
    if (carrier_.send_text({item.phone, plan_.to, item.text}, std::move(on_answer), now)) {
      ++result_.failed;
      open_.erase(item.phone);
    }
  }
  sending_ = false;
}

void Load::answered(const std::string& phone, std::uint64_t number, std::uint32_t status, Time now) {
  const auto it = open_.find(phone);
  if (it == open_.end() || it->second.number != number || it->second.answered) return;
  ++result_.answered;
  ++result_.statuses[status];
  answer_us_.push_back(elapsed_us(it->second.started_at, now));
  it->second.answered = true;
  close_if_whole(it, now);
}

void Load::text_arrived(const std::string& phone, Time now) {
  const auto it = open_.find(phone);
  if (it == open_.end() || it->second.replied) return;
  ++result_.replied;
  reply_us_.push_back(elapsed_us(it->second.started_at, now));
  it->second.replied = true;
  close_if_whole(it, now);
}

void Load::close_if_whole(std::unordered_map<std::string, Open>::iterator open, Time now) {
  if (!open->second.answered || !open->second.replied) return;
  open_.erase(open);
  ended_at_ = now;
  send_more(now);
}

void Load::tick(Time now) {
  if (finished_) return;
  if (now >= next_check_) {
    next_check_ = now + kCheckInterval;
    fail_the_late(now);
  }
  send_more(now);
  if (open_.empty() && result_.sent == plan_.items.size()) finish(now);
}

void Load::fail_the_late(Time now) {
  const std::size_t failed =
      std::erase_if(open_, [&](const auto& entry) { return entry.second.started_at + plan_.timeout <= now; });
  result_.failed += failed;
  if (failed > 0) ended_at_ = now;
}

void Load::finish(Time) {
  finished_ = true;
  result_.seconds = static_cast<double>(elapsed_us(started_at_, ended_at_)) / 1e6;
  const std::uint64_t whole = plan_.expect_reply ? result_.replied : result_.answered;
  result_.rate = result_.seconds > 0 ? static_cast<double>(whole) / result_.seconds : 0;
  result_.answer = percentiles(std::move(answer_us_));
  result_.reply = percentiles(std::move(reply_us_));
  done_(result_);
}

}  // namespace peyk::sim
