// A child process that a test owns, and the helpers to wait for what it does.
//
// Threads: a Process belongs to one thread. Start it from a thread that lives as long as the child: the
// kernel kills the child when the thread that started it ends (PR_SET_PDEATHSIG), which is also what keeps a
// killed test from leaving anything behind.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace peyk::tests {

struct ProcessOptions {
  std::vector<std::string> argv{};            // argv[0] is looked up in PATH when it holds no '/'
  std::map<std::string, std::string> env{};   // added to this process's own, or replacing
  std::filesystem::path working_directory{};  // empty: this process's
  std::filesystem::path output{};  // stdout and stderr are appended here; empty: this process's own
  bool stdin_pipe = false;         // false: /dev/null; true: write_stdin() and close_stdin()
};

struct ExitStatus {
  int code = 0;    // of exit(); meaningless when a signal ended it
  int signal = 0;  // 0: it exited by itself
  bool ok() const { return signal == 0 && code == 0; }
};

class Process {
 public:
  // Starts it. Throws std::system_error when fork or a file fails; a program that cannot be executed exits
  // with 127.
  explicit Process(ProcessOptions options);
  // SIGKILL, if it still runs, and reaped.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  // Nothing happens to a process that has ended.
  void signal(int number);
  // nullopt: it still runs after `limit`.
  std::optional<ExitStatus> wait(std::chrono::milliseconds limit);
  // SIGTERM, then SIGKILL when it still runs after `grace`.
  ExitStatus stop(std::chrono::milliseconds grace);
  // What it has printed so far; needs `output`.
  std::string output() const;

  // Throws std::system_error when the child has closed its end.
  void write_stdin(std::string_view text);
  void close_stdin();

 private:
  ProcessOptions options_;
  pid_t pid_ = -1;
  int stdin_fd_ = -1;
  std::optional<ExitStatus> status_;
};

// Starts, waits, returns the status and all that it printed. Throws std::runtime_error when `limit` is over.
struct Finished {
  ExitStatus status;
  std::string output;
};
Finished run_process(ProcessOptions options, std::chrono::milliseconds limit);

// Asks every few milliseconds until the predicate holds; false: it did not within `limit`. The last question
// is asked when the time is up, so a slow machine is no reason to fail.
bool eventually(std::chrono::milliseconds limit, const std::function<bool()>& predicate);

// A TCP port of 127.0.0.1 that nobody listens on now, below the range from which the kernel takes the ports
// of outgoing connections and above that of store/private_servers.sh. No other program of tests is given it
// until this one ends; of anybody else it is not kept: start the listener soon.
std::uint16_t free_port();

}  // namespace peyk::tests
