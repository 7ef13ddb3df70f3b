#include "sim/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>

extern "C" char** environ;  // POSIX names it so; no header declares it

namespace peyk::sim {
namespace {

constexpr std::size_t kOutputBytesMax = 16 << 20;

struct FileDescriptor {
  int fd = -1;
  ~FileDescriptor() { close(); }
  void close() {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
};

pid_t spawn(const std::vector<std::string>& arguments, int standard_output) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, standard_output, STDOUT_FILENO);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT || error == EACCES || error == ENOEXEC) return 0;
  if (error != 0) throw std::system_error(error, std::generic_category(), arguments[0]);
  return pid;
}

// False: the deadline passed before the program closed its output.
bool read_all(int fd, std::chrono::milliseconds timeout, std::string& output) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd entry{fd, POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left, 3'600'000))) <= 0) continue;
    char buffer[16384];
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n == 0) return true;
    if (n < 0 && errno != EINTR) return true;
    if (n > 0 && output.size() < kOutputBytesMax) output.append(buffer, static_cast<std::size_t>(n));
  }
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& arguments, std::chrono::milliseconds timeout) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
  FileDescriptor reading{ends[0]}, writing{ends[1]};
  const pid_t pid = spawn(arguments, writing.fd);
  ProgramResult result;
  if (pid == 0) {
    result.exit_code = 127;
    return result;
  }
  writing.close();
  const bool ended = read_all(reading.fd, timeout, result.output);
  if (!ended) ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (ended && WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  return result;
}

}  // namespace peyk::sim
