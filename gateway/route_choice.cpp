#include "gateway/route_choice.hpp"

namespace peyk::gateway {

RouteChoice::RouteChoice(std::size_t routes, Time now, std::chrono::milliseconds patience)
    : routes_(routes, Route{.unbound_since = now}), patience_(patience) {}

void RouteChoice::bound(std::size_t route, bool is_bound, Time now) {
  Route& one = routes_[route];
  if (one.bound && !is_bound) one.unbound_since = now;
  one.bound = is_bound;
}

void RouteChoice::refused(std::size_t route, Time now) {
  routes_[route].refused_until = now + kRefusalRemembered;
}

std::size_t RouteChoice::choose(Time now) const {
  for (std::size_t route = 0; route < routes_.size(); ++route) {
    const Route& one = routes_[route];
    if (usable(one, now)) return route;
    // It may be back in a moment: worth waiting for, rather than a sender that members do not know.
    if (!one.bound && now >= one.refused_until && now - one.unbound_since < patience_) return route;
  }
  return 0;
}

bool RouteChoice::another(std::size_t route, Time now) const {
  for (std::size_t other = 0; other < routes_.size(); ++other) {
    if (other != route && usable(routes_[other], now)) return true;
  }
  return false;
}

}  // namespace peyk::gateway
