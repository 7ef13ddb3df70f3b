// What peykd must know before it can begin stands in MySQL, and MySQL may be there later than peykd: after a
// power cut nobody orders who comes up first.
//
//   start -> connect -> read -> done
//              away: said at once and then once in ten seconds, tried again after a pause, for ever
//
// What must stay true: only what waiting can mend is waited for. A password that is wrong, a database that is
// not there, a schema that does not fit end it at once, with the reason.
//
// Thread rule: a thread of its own connects and reads; start() and stop() by the owner's thread.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "store/mysql/connection.hpp"

namespace peyk::gateway {

class MysqlArrival {
 public:
  // `read` runs again if the connection was lost while it read.
  MysqlArrival(store::MysqlOptions options, std::function<void(store::Connection&)> read);
  ~MysqlArrival();  // stops

  // `done` is called once, on this object's thread, with what ended it or with nullptr: all was read.
  void start(std::function<void(std::exception_ptr)> done);
  // Without `done`, if it was not called yet. Takes connect_timeout where the server's machine is silent.
  void stop();

 private:
  void run();
  bool read_all();
  bool pause();
  void say(const char* why);

  const store::MysqlOptions options_;
  const std::function<void(store::Connection&)> read_;
  std::function<void(std::exception_ptr)> done_;
  std::chrono::milliseconds next_pause_;
  std::chrono::steady_clock::time_point next_said_{};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace peyk::gateway
