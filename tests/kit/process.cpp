#include "tests/kit/process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <system_error>

#include "tests/kit/paths.hpp"

namespace peyk::tests {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollInterval_ms = 5;
constexpr int kCannotExecute = 127;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!changes.contains(std::string(text.substr(0, text.find('='))))) result.emplace_back(text);
  }
  for (const auto& [name, value] : changes) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (auto& string : strings) result.push_back(string.data());
  result.push_back(nullptr);
  return result;
}

struct ChildFiles {
  int input = -1;
  int output = -1;  // -1: keep this process's
};

// Between fork and exec only async-signal-safe calls are allowed: all strings are made before.
[[noreturn]] void become(const ProcessOptions& options, ChildFiles files, char* const* argv, char* const* env,
                         pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kCannotExecute);  // the parent died before prctl
  setpgid(0, 0);
  signal(SIGPIPE, SIG_DFL);
  dup2(files.input, STDIN_FILENO);
  if (files.output >= 0) {
    dup2(files.output, STDOUT_FILENO);
    dup2(files.output, STDERR_FILENO);
  }
  if (!options.working_directory.empty() && chdir(options.working_directory.c_str()) != 0)
    _exit(kCannotExecute);
  execvpe(argv[0], argv, env);
  _exit(kCannotExecute);
}

ExitStatus status_from(int raw) {
  if (WIFSIGNALED(raw)) return {.code = 0, .signal = WTERMSIG(raw)};
  return {.code = WEXITSTATUS(raw), .signal = 0};
}

}  // namespace

Process::Process(ProcessOptions options) : options_(std::move(options)) {
  if (options_.argv.empty()) throw std::invalid_argument("a process needs an argv");
  auto environment = merged_environment(options_.env);
  const auto argv = pointers_to(options_.argv);
  const auto env = pointers_to(environment);

  ChildFiles files;
  if (options_.stdin_pipe) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
    files.input = ends[0];
    stdin_fd_ = ends[1];
  } else {
    files.input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  if (!options_.output.empty()) {
    files.output = open(options_.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (files.output < 0) fail("open " + options_.output.string());
  }
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) become(options_, files, argv.data(), env.data(), parent);
  close(files.input);
  if (files.output >= 0) close(files.output);
  if (pid_ < 0) fail("fork");
}

Process::~Process() {
  close_stdin();
  if (!running()) return;
  kill(pid_, SIGKILL);
  int raw = 0;
  waitpid(pid_, &raw, 0);
}

bool Process::running() {
  if (status_) return false;
  int raw = 0;
  const pid_t reaped = waitpid(pid_, &raw, WNOHANG);
  if (reaped == pid_) status_ = status_from(raw);
  return !status_;
}

void Process::signal(int number) {
  if (running()) kill(pid_, number);
}

std::optional<ExitStatus> Process::wait(std::chrono::milliseconds limit) {
  eventually(limit, [this] { return !running(); });
  return status_;
}

ExitStatus Process::stop(std::chrono::milliseconds grace) {
  signal(SIGTERM);
  if (auto status = wait(grace)) return *status;
  kill(pid_, SIGKILL);
  int raw = 0;
  waitpid(pid_, &raw, 0);
  status_ = status_from(raw);
  return *status_;
}

std::string Process::output() const {
  return read_file(options_.output);
}

void Process::write_stdin(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(stdin_fd_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write to " + options_.argv[0]);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void Process::close_stdin() {
  if (stdin_fd_ >= 0) close(stdin_fd_);
  stdin_fd_ = -1;
}

Finished run_process(ProcessOptions options, std::chrono::milliseconds limit) {
  const TempDir dir;
  options.output = dir.path() / "output";
  const std::string name = options.argv.empty() ? "" : options.argv[0];
  Process process(std::move(options));
  const auto status = process.wait(limit);
  if (!status) throw std::runtime_error(name + " did not end in time; it printed:\n" + process.output());
  return {.status = *status, .output = process.output()};
}

bool eventually(std::chrono::milliseconds limit, const std::function<bool()>& predicate) {
  const auto deadline = Clock::now() + limit;
  while (true) {
    const bool last = Clock::now() >= deadline;
    if (predicate()) return true;
    if (last) return false;
    poll(nullptr, 0, kPollInterval_ms);
  }
}

namespace {

// Ours until we end, among all programs of tests on this machine: a name of a unix socket that is in no
// folder.
bool reserve_port(std::uint16_t port) {
  const std::string name = "peyk-test-port-" + std::to_string(port);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(name.begin(), name.end(), address.sun_path + 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const bool ours = bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0;
  if (!ours) close(fd);
  return ours;
}

}  // namespace

std::uint16_t free_port() {
  constexpr int kAttemptsMax = 200;
  std::random_device chance;
  std::uniform_int_distribution<int> ports(26000, 31999);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const auto port = static_cast<std::uint16_t>(ports(chance));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    const bool free = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(fd);
    if (free && reserve_port(port)) return port;
  }
  throw std::runtime_error("no free port between 26000 and 32000");
}

}  // namespace peyk::tests
