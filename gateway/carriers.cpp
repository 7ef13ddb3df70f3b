#include "gateway/carriers.hpp"

#include <algorithm>

namespace peyk::gateway {

Carrier::Carrier(boost::asio::io_context& io, CarrierOptions options, const LinkHooks& hooks)
    : options_(std::move(options)), window_(options_.window) {
  for (std::uint32_t i = 0; i < options_.sessions; ++i) {
    links_.push_back(std::make_unique<CarrierLink>(io, options_, i, hooks));
  }
}

std::uint32_t Carrier::bound() const {
  return static_cast<std::uint32_t>(
      std::count_if(links_.begin(), links_.end(), [](const auto& link) { return link->is_bound(); }));
}

bool Carrier::can_submit() const {
  return std::any_of(links_.begin(), links_.end(),
                     [](const auto& link) { return link->is_bound() && link->can_send(); });
}

// What the window has left, less what a slow carrier is not to be given.
std::uint32_t Carrier::room(const CarrierLink& link) const {
  const std::uint32_t free = link.room(), withheld = options_.window - window_.limit();
  return free > withheld ? free - withheld : 0;
}

std::uint32_t Carrier::room() const {
  std::uint32_t sum = 0;
  for (const auto& link : links_) sum += room(*link);
  return sum;
}

bool Carrier::submit(const smpp::Body& message, std::uint64_t tag) {
  auto best = std::max_element(links_.begin(), links_.end(),
                               [](const auto& a, const auto& b) { return a->room() < b->room(); });
  return best != links_.end() && (*best)->submit(message, tag);
}

Carriers::Carriers(boost::asio::io_context& io, const std::vector<CarrierOptions>& options,
                   const LinkHooks& hooks) {
  for (const CarrierOptions& one : options) {
    carriers_.emplace(std::piecewise_construct, std::forward_as_tuple(one.name),
                      std::forward_as_tuple(io, one, hooks));
  }
}

void Carriers::start() {
  for (auto& [name, carrier] : carriers_) {
    for (auto& link : carrier.links()) link->start();
  }
}

boost::asio::awaitable<void> Carriers::stop(std::chrono::milliseconds grace) {
  for (auto& [name, carrier] : carriers_) {
    for (auto& link : carrier.links()) co_await link->stop(grace);
  }
}

Carrier* Carriers::find(const std::string& name) {
  auto it = carriers_.find(name);
  return it == carriers_.end() ? nullptr : &it->second;
}

}  // namespace peyk::gateway
