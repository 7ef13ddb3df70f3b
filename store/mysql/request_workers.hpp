// The threads that decide: each owns one connection and works in sets.
//
//   submit -> queue -> [take all that wait, up to batch_max] -> claims -> plan each -> load facts of all,
//   locked
//          -> decide each in turn over the same working set -> save all -> one commit -> answers, together
//
// The batch is what has come while the last one was committed; nobody waits for it to fill.
//
// What must stay true:
// - a request is answered only after the commit of its effects, its texts and its claim;
// - a conflict or a lost connection means loading and deciding again: nothing of a failed attempt remains.
// After a
//   commit whose outcome is unknown, the claims tell what was done;
// - a batch that fails is tried again one by one, so one bad request never fails its neighbours;
// - a request whose drawn codes were all taken is decided again with fresh ones, but not for ever: in a club
// that has
//   given out nearly all its numbers it is answered "busy", for its neighbours wait meanwhile;
// - while the database is away requests wait here, as many as queue_max; more are refused at once.
//
// Any thread may submit. Answers come on the worker's thread, all of a batch in one call.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "handlers/directory.hpp"
#include "handlers/events.hpp"
#include "handlers/request.hpp"
#include "handlers/setting.hpp"
#include "store/mysql/outbox.hpp"
#include "store/options.hpp"

namespace peyk::store {

struct Result {
  enum class Verdict : std::uint8_t {
    done,
    repeated,           // the same request as before: its stored answer
    different_content,  // the same key with other content; nothing was done
    busy,               // cannot be done now; nothing was done; to be sent again
    failed,             // broken; nothing was done; what is in the log
  };
  Verdict verdict = Verdict::failed;
  std::uint16_t status = 200;
  bool changed = false;  // done, and something is not as before
  std::string answer;
  std::string ussd_state;
  std::vector<QueuedText> texts;  // to be put into the lanes; empty unless done
  MessageId if_not_shown = 0;     // the scheduled text that tells what the screen tells; 0: none
};

using Done = std::function<void(Result)>;

struct Finished {
  Done done;
  Result result;
};

struct WorkerHooks {
  std::function<std::shared_ptr<const handlers::Directory>()> directory;
  std::function<rules::Instant()> clock;
  // Whether a line takes texts of this lane: advertising leaves from no service line. None: every line does.
  std::function<bool(const std::string& line, handlers::Lane lane)> may_say;
  // Which clubs' systems want to be told of what is done. None: nobody's.
  std::function<std::shared_ptr<const handlers::Listeners>()> listeners;
  std::function<std::uint64_t()> random;  // 64 fresh bits; none: the system's generator
  handlers::PinCheck pin_matches;
  std::function<void(std::vector<Finished>)> deliver;  // calls each done where it belongs
  std::function<void(std::size_t batch, std::chrono::microseconds took)> measured;
  std::function<void(const std::string& event, const std::string& detail)> log;
};

class RequestWorkers {
 public:
  RequestWorkers(MysqlOptions options, WorkerHooks hooks);
  ~RequestWorkers();  // stops

  void start();
  // Finishes the batches at work; what still waits is dropped unanswered, so its sender sends it again.
  void stop();

  // False: the queue is full. Requests of one `neighbourhood` (a phone) go to one worker, in order.
  bool submit(std::uint64_t neighbourhood, handlers::Request request, Done done);

  std::size_t waiting() const;
  bool is_connected() const;  // all workers

 private:
  class Worker;
  WorkerHooks hooks_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace peyk::store
