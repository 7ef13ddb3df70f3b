// Requests that are answered by one look into the store, or by one change there that is no decision: off the
// network thread and back, so many at once.
//
// Network thread only. Outlives every visit under way.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "gateway/http/message.hpp"
#include "store/mysql/sql_thread.hpp"

namespace peyk::gateway {

struct StoreHooks {
  // As SqlThread::run(); `after` may come on another thread, and on the network thread through `post`.
  std::function<bool(store::SqlThread::Work, std::function<void(bool)>)> run;
  std::function<void(std::function<void()>)> post;
};

class StoreVisits {
 public:
  StoreVisits(StoreHooks hooks, std::size_t in_flight_max)
      : hooks_(std::move(hooks)), in_flight_max_(in_flight_max) {}

  // What `work` makes is the answer, once it is committed. It may run again, after a conflict or a lost
  // connection. Too many under way: 503. The store cannot: 500.
  void visit(std::function<HttpResponse(store::Connection&)> work, HttpDone done);

 private:
  StoreHooks hooks_;
  std::size_t in_flight_max_;
  std::size_t in_flight_ = 0;
};

}  // namespace peyk::gateway
