#include "gateway/carriers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace peyk::gateway {

Carrier::Carrier(boost::asio::io_context& io, CarrierOptions options, const LinkHooks& hooks)
    : options_(std::move(options)), shared_(options_), window_(options_.window) {
  if (options_.tls.enabled && options_.connection == ConnectionMode::connect)
    tls_ = std::make_unique<Tls>(options_.tls, Tls::Side::client);
  for (std::uint32_t i = 0; i < options_.sessions; ++i) {
    links_.push_back(std::make_unique<CarrierLink>(io, options_, i, shared_, hooks, tls_.get()));
  }
}

std::uint32_t Carrier::bound() const {
  return static_cast<std::uint32_t>(
      std::count_if(links_.begin(), links_.end(), [](const auto& link) { return link->is_bound(); }));
}

bool Carrier::can_submit() const {
  return std::any_of(links_.begin(), links_.end(), [](const auto& link) { return link->may_submit(); });
}

// What the window has left, less what a slow carrier is not to be given.
std::uint32_t Carrier::room(const CarrierLink& link) const {
  const std::uint32_t free = link.room(), withheld = options_.window - window_.limit();
  return free > withheld ? free - withheld : 0;
}

std::uint32_t Carrier::count(LinkState state) const {
  return static_cast<std::uint32_t>(std::count_if(
      links_.begin(), links_.end(), [state](const auto& link) { return link->state() == state; }));
}

std::string Carrier::describe() const {
  std::string text = fmt::format("{} of {} bound", bound(), links_.size());
  for (const auto& link : links_) {
    const bool quiet = link->state() == LinkState::bound || link->describe() == words(LinkState::down);
    if (!quiet) text += fmt::format("; session {}: {}", link->index(), link->describe());
  }
  return text;
}

std::uint32_t Carrier::room() const {
  std::uint32_t sum = 0;
  for (const auto& link : links_) sum += room(*link);
  return sum;
}

bool Carrier::is_half_idle() const {
  std::uint32_t limit = 0, unanswered = 0;
  for (const auto& link : links_) {
    if (!link->may_submit()) continue;
    limit += window_.limit();
    unanswered += options_.window - std::min(link->room(), options_.window);
  }
  return 2 * unanswered < limit;
}

bool Carrier::submit(const smpp::Body& message, std::uint64_t tag) {
  auto best = std::max_element(links_.begin(), links_.end(),
                               [](const auto& a, const auto& b) { return a->room() < b->room(); });
  return best != links_.end() && (*best)->submit(message, tag);
}

LinkLeg* Carrier::place_for(smpp::BindKind kind) {
  for (auto& link : links_) {
    if (LinkLeg* place = link->place_for(kind)) return place;
  }
  return nullptr;
}

Carriers::Carriers(boost::asio::io_context& io, const std::vector<CarrierOptions>& options,
                   const LinkHooks& hooks)
    : io_(io) {
  std::map<std::pair<std::string, std::uint16_t>, std::vector<Carrier*>> ports;
  for (const CarrierOptions& one : options) {
    Carrier& carrier = carriers_
                           .emplace(std::piecewise_construct, std::forward_as_tuple(one.name),
                                    std::forward_as_tuple(io, one, hooks))
                           .first->second;
    if (one.connection != ConnectionMode::connect) ports[{one.host, one.port}].push_back(&carrier);
  }
  for (auto& [port, carriers] : ports)
    listeners_.push_back(std::make_unique<Listener>(io, std::move(carriers)));
}

void Carriers::start() {
  for (auto& listener : listeners_) listener->start();
  for (auto& [name, carrier] : carriers_) {
    for (auto& link : carrier.links()) link->start();
  }
}

boost::asio::awaitable<void> Carriers::stop(std::chrono::milliseconds grace) {
  const auto deadline = std::chrono::steady_clock::now() + grace;
  for (auto& listener : listeners_) listener->begin_stop();
  for (auto& [name, carrier] : carriers_) {
    for (auto& link : carrier.links()) link->begin_stop(deadline);
  }
  boost::asio::steady_timer poll(io_);
  while (!stopped()) {
    poll.expires_after(std::chrono::milliseconds(5));
    boost::system::error_code ignored;
    co_await poll.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  }
}

bool Carriers::stopped() {
  for (auto& [name, carrier] : carriers_) {
    if (!std::ranges::all_of(carrier.links(), [](const auto& link) { return link->stopped(); })) return false;
  }
  return std::ranges::all_of(listeners_, [](const auto& listener) { return listener->stopped(); });
}

Carrier* Carriers::find(const std::string& name) {
  auto it = carriers_.find(name);
  return it == carriers_.end() ? nullptr : &it->second;
}

}  // namespace peyk::gateway
