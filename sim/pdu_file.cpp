#include "sim/pdu_file.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "sim/clock.hpp"
#include "sim/hex.hpp"
#include "sim/record.hpp"
#include "smpp/pdu.hpp"

namespace peyk::sim {
namespace {

std::int64_t wall_offset() {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(wall).count() -
         to_us(std::chrono::steady_clock::now());
}

std::string wall_time(std::int64_t us) {
  const std::time_t seconds = us / 1'000'000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06d}Z", fmt::gmtime(seconds), us % 1'000'000);
}

}  // namespace

PduFile::PduFile(std::string path, std::uint64_t octets_max, std::uint32_t files_max)
    : path_(std::move(path)), octets_max_(octets_max), files_max_(files_max), wall_offset_us_(wall_offset()) {
  open();
}

void PduFile::open() {
  const int fd = ::open(path_.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  std::FILE* file = fd < 0 ? nullptr : ::fdopen(fd, "a");
  if (file == nullptr) throw std::system_error(errno, std::generic_category(), path_);
  file_.reset(file);
  std::fseek(file, 0, SEEK_END);
  written_ = static_cast<std::uint64_t>(std::max(0L, std::ftell(file)));
}

void PduFile::rotate() {
  file_.reset();
  const auto name = [this](std::uint32_t n) { return n == 0 ? path_ : fmt::format("{}.{}", path_, n); };
  for (std::uint32_t n = files_max_ - 1; n > 0; --n) std::rename(name(n - 1).c_str(), name(n).c_str());
  if (files_max_ <= 1) std::remove(path_.c_str());
  open();
}

void PduFile::write(std::int64_t at_us, std::uint32_t link, Direction direction, std::string_view pdu) {
  const std::string line = fmt::format(
      R"({{"at":"{}","link":{},"from":"{}","command":"{}","command_status":{},"sequence_number":{},"octets":{},"hex":"{}"}})"
      "\n",
      wall_time(at_us + wall_offset_us_), link, direction == Direction::in ? "esme" : "carrier",
      smpp::command_name(static_cast<smpp::CommandId>(header_word(pdu, 1))), header_word(pdu, 2),
      header_word(pdu, 3), pdu.size(), to_hex(pdu));
  if (written_ != 0 && written_ + line.size() > octets_max_) rotate();
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size()) ++lost_;
  written_ += line.size();
}

void PduFile::flush() {
  std::fflush(file_.get());
}

}  // namespace peyk::sim
