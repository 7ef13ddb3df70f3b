// Every PDU that crosses, with its time, in a file of JSON lines: for reading afterwards what happened.
//
//   {"at":"2026-11-22T06:00:00.123456Z","link":3,"from":"esme","command":"submit_sm","command_status":0,
//    "sequence_number":7,"octets":81,"hex":"00000051…"}
//
// Bounded: a file of `octets_max` becomes FILE.1, that FILE.2 and so on, up to `files_max`; the oldest goes.
// It holds passwords and texts as they were on the wire, so it is readable by its owner only. One thread.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace peyk::sim {

enum class Direction : std::uint8_t;

class PduFile {
 public:
  // Appends to what is there. Throws std::system_error when it cannot be opened.
  PduFile(std::string path, std::uint64_t octets_max, std::uint32_t files_max);

  void write(std::int64_t at_us, std::uint32_t link, Direction direction, std::string_view pdu);
  void flush();

  // Lines that could not be written: the disk is full.
  std::uint64_t lost_count() const { return lost_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void open();
  void rotate();

  std::string path_;
  std::uint64_t octets_max_, written_ = 0, lost_ = 0;
  std::uint32_t files_max_;
  std::int64_t wall_offset_us_;  // from the monotonic clock of `at_us` to the one on the wall
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace peyk::sim
