// Which of a line's carriers sends for it now: its own, or while that cannot, the next one that can. Pure.
//
// A carrier is left when it has had no bound link for `patience`, or has refused what any other message would
// be refused for as well; the latter is forgotten after a while. It is gone back to as soon as it is bound.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace peyk::gateway {

class RouteChoice {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kPatience{10};
  static constexpr std::chrono::seconds kRefusalRemembered{30};

  // The line's own carrier is route 0. All are unbound since `now`.
  RouteChoice(std::size_t routes, Time now, std::chrono::milliseconds patience = kPatience);

  void bound(std::size_t route, bool is_bound, Time now);
  void refused(std::size_t route, Time now);

  // Route 0 when none can send.
  std::size_t choose(Time now) const;
  // Whether some other route than this one could send now.
  bool another(std::size_t route, Time now) const;

 private:
  struct Route {
    bool bound = false;
    Time unbound_since{};
    Time refused_until{};
  };

  bool usable(const Route& route, Time now) const { return route.bound && now >= route.refused_until; }

  std::vector<Route> routes_;
  std::chrono::milliseconds patience_;
};

}  // namespace peyk::gateway
