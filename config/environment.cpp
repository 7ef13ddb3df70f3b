#include "config/environment.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "config/scalars.hpp"

namespace peyk::config {
namespace {

constexpr std::size_t kVariableOctetsMax = 4096;

// Reads a plain file; `refuse` may look at it first and name a reason against it.
template <class Refuse>
tl::expected<std::string, std::string> read_plain_file(const std::string& path, std::size_t octets_max,
                                                       Refuse refuse) {
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return tl::unexpected(fmt::format("cannot be read: {}", std::strerror(errno)));
  struct Close {
    int file;
    ~Close() { ::close(file); }
  } const close{file};
  struct stat status {};
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    return tl::unexpected<std::string>("cannot be read: not a plain file");
  }
  if (std::string reason = refuse(status); !reason.empty()) return tl::unexpected(std::move(reason));
  std::string content(octets_max + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(file, content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(fmt::format("cannot be read: {}", std::strerror(errno)));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > octets_max) return tl::unexpected(fmt::format("longer than {} octets", octets_max));
  content.resize(size);
  return content;
}

}  // namespace

Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

tl::expected<Expanded, std::string> expand(std::string_view written, const Environment& environment) {
  Expanded result;
  while (!written.empty()) {
    const std::size_t begin = written.find("${");
    if (begin == std::string_view::npos) break;
    if (begin > 0 && written[begin - 1] == '$') {
      result.text.append(written.substr(0, begin - 1)).append("${");
      written.remove_prefix(begin + 2);
      continue;
    }
    result.text.append(written.substr(0, begin));
    const std::size_t end = written.find('}', begin);
    const std::string_view inside =
        end == std::string_view::npos ? std::string_view{} : written.substr(begin + 2, end - begin - 2);
    const std::size_t colon = inside.find(":-");
    const std::string_view name = inside.substr(0, colon);
    if (!is_variable_name(name)) {
      return tl::unexpected<std::string>("${ begins no ${NAME} or ${NAME:-default}; $${ is a plain ${");
    }
    std::optional<std::string> value = environment(name);
    if (colon != std::string_view::npos && (!value || value->empty())) {
      value = std::string(inside.substr(colon + 2));
    }
    if (!value) return tl::unexpected(fmt::format("the variable {} is not set", name));
    if (!is_utf8(*value)) return tl::unexpected(fmt::format("the variable {} holds no valid UTF-8", name));
    result.text += *value;
    result.from_environment = true;
    written.remove_prefix(end + 1);
  }
  result.text.append(written);
  return result;
}

tl::expected<std::string, std::string> read_secret_file(const std::string& path, const std::string& folder) {
  const std::string whole_path = path.starts_with('/') ? path : folder + path;
  auto content = read_plain_file(whole_path, kVariableOctetsMax, [](const struct stat& status) -> std::string {
    if ((status.st_mode & (S_IWGRP | S_IRWXO)) == 0) return {};
    return fmt::format("is open to others (mode {:04o}); make it 0600 or 0640", status.st_mode & 07777);
  });
  if (!content) return content;
  if (content->ends_with('\n')) content->pop_back();
  if (content->ends_with('\r')) content->pop_back();
  if (!is_utf8(*content)) return tl::unexpected<std::string>("holds no valid UTF-8");
  return content;
}

tl::expected<std::string, std::string> read_whole_file(const std::string& path, std::size_t octets_max) {
  return read_plain_file(path, octets_max, [](const struct stat&) { return std::string(); });
}

}  // namespace peyk::config
