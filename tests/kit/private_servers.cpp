#include "tests/kit/private_servers.hpp"

#include <charconv>
#include <cstdio>
#include <stdexcept>

namespace peyk::tests {

namespace {

using namespace std::chrono_literals;

constexpr auto kCommandTimeout =
    180s;  // the first MariaDB of a checkout makes the data folder all others copy

std::string script() {
  return source_dir() / "store/private_servers.sh";
}

// Runs it to its end; its output when it ends with 0, an exception when not.
std::string run_or_throw(std::vector<std::string> argv) {
  std::string line;
  for (const auto& word : argv) line += word + " ";
  const auto finished = run_process({.argv = std::move(argv)}, kCommandTimeout);
  if (!finished.status.ok()) throw std::runtime_error(line + "failed:\n" + finished.output);
  return finished.output;
}

std::string without_line_end(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

template <typename Number>
Number number_in(const std::filesystem::path& path) {
  const std::string text = without_line_end(read_file(path));
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    throw std::runtime_error(path.string() + " holds no number: " + text);
  return number;
}

}  // namespace

PrivateServer::PrivateServer(std::string name, std::vector<std::string> server_options)
    : name_(std::move(name)),
      server_options_(std::move(server_options)),
      guard_({.argv = {script(), "guard", dir_.path(), "remove"}, .stdin_pipe = true}) {
  start();
}

// A temporary server has nothing to save: killed, then its folder removed. The guard finds nothing left to
// do.
PrivateServer::~PrivateServer() {
  try {
    kill();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
}

void PrivateServer::start() {
  command("start", server_options_);
}
void PrivateServer::stop() {
  command("stop");
}
void PrivateServer::kill() {
  command("kill");
}

void PrivateServer::command(std::string_view verb, const std::vector<std::string>& more) const {
  std::vector<std::string> argv = {script(), std::string(verb) + "-" + name_, dir_.path()};
  argv.insert(argv.end(), more.begin(), more.end());
  run_or_throw(std::move(argv));
}

std::filesystem::path PrivateServer::file(std::string_view suffix) const {
  return dir_.path() / (name_ + "." + std::string(suffix));
}

bool PrivateServer::running() const {
  return std::filesystem::exists(file("pid")) &&
         std::filesystem::exists("/proc/" + std::to_string(pid()) + "/exe");
}

pid_t PrivateServer::pid() const {
  return number_in<pid_t>(file("pid"));
}

std::uint16_t PrivateServer::port() const {
  return number_in<std::uint16_t>(file("port"));
}

PrivateMysql::PrivateMysql(std::vector<std::string> server_options)
    : PrivateServer("mysql", std::move(server_options)) {}

std::string PrivateMysql::password() const {
  return without_line_end(read_file(file("password")));
}

void PrivateMysql::create_database(std::string_view name) {
  const std::string quoted = "`" + std::string(name) + "`";
  query("DROP DATABASE IF EXISTS " + quoted + "; CREATE DATABASE " + quoted + " CHARACTER SET utf8mb4");
}

std::string PrivateMysql::query(std::string_view sql, std::string_view database) const {
  return run_or_throw({"mariadb", "--no-defaults", "--user=root", "--socket=" + unix_socket().string(),
                       "--default-character-set=utf8mb4", "--batch", "--skip-column-names",
                       "--database=" + std::string(database), "--execute=" + std::string(sql)});
}

PrivateRedis::PrivateRedis(std::vector<std::string> server_options)
    : PrivateServer("redis", std::move(server_options)) {}

std::string PrivateRedis::command(std::vector<std::string> words) const {
  words.insert(words.begin(), {"redis-cli", "-s", unix_socket()});
  return without_line_end(run_or_throw(std::move(words)));
}

PrivateMysql& shared_mysql() {
  static PrivateMysql server;
  return server;
}

PrivateRedis& shared_redis() {
  static PrivateRedis server;
  return server;
}

}  // namespace peyk::tests
