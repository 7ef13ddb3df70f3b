// The last PDUs that crossed any link, both ways, as octets with the time they were read or queued.
//
// The record taps the byte stream and frames it by command_length itself: it bears witness without believing
// the codec that it may be asked to judge. Bounded: the oldest entries are overwritten, their storage reused,
// so that recording costs a copy and no allocation once the ring is full.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/pdu_file.hpp"

namespace peyk::sim {

enum class Direction : std::uint8_t { in, out };  // in: from the ESME to the carrier

// A big-endian word of a PDU's header: 0 length, 1 id, 2 status, 3 sequence; 0 where the header is cut.
std::uint32_t header_word(std::string_view pdu, std::size_t index);

struct RecordedPdu {
  std::int64_t at_us = 0;  // monotonic
  std::uint32_t link = 0;
  Direction direction = Direction::in;
  std::uint32_t octets_total = 0;  // command_length; `octets` may hold fewer
  std::string octets;

  std::uint32_t word(std::size_t index) const { return header_word(octets, index); }
};

class Record {
 public:
  Record(std::size_t pdus_max, std::size_t octets_max) : pdus_max_(pdus_max), octets_max_(octets_max) {}

  void add(std::int64_t at_us, std::uint32_t link, Direction direction, std::string_view pdu);

  // The last `count` entries, oldest first; fewer when fewer are there.
  std::vector<const RecordedPdu*> last(std::size_t count) const;

  std::uint64_t total(Direction direction) const { return totals_[static_cast<std::size_t>(direction)]; }
  void clear();

  // Each PDU from now on, whole, also where the record itself keeps none.
  std::function<void(std::uint32_t link, Direction direction, std::string_view pdu, std::int64_t at_us)>
      on_pdu;
  void keep_in(std::unique_ptr<PduFile> file) { file_ = std::move(file); }
  void flush() {
    if (file_) file_->flush();
  }

 private:
  std::size_t pdus_max_, octets_max_;
  std::vector<RecordedPdu> ring_;
  std::size_t next_ = 0;  // where the next entry goes once the ring is full
  std::uint64_t totals_[2] = {0, 0};
  std::unique_ptr<PduFile> file_;
};

// Cuts one direction of one link into PDUs. Octets that cannot be SMPP (a length outside 16 .. 1 MiB) are
// recorded as one entry of what is left, and the tap starts afresh with the next read.
class Tap {
 public:
  Tap(Record& record, std::uint32_t link, Direction direction)
      : record_(record), link_(link), direction_(direction) {}

  void see(std::string_view octets, std::int64_t at_us);

 private:
  std::size_t consume(std::string_view octets, std::int64_t at_us);

  Record& record_;
  std::uint32_t link_;
  Direction direction_;
  std::string partial_;
};

}  // namespace peyk::sim
