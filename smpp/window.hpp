// Our requests that await their answer.
//
// A ring of slots indexed by sequence_number: no allocation after construction. A sequence number whose slot
// is still held by an older request is passed over, so numbers rise but may skip; twice as many slots as
// requests mean that a free one is always near.
#pragma once

#include <bit>
#include <cassert>
#include <cstdint>
#include <optional>
#include <vector>

#include "smpp/pdu.hpp"
#include "smpp/timers.hpp"

namespace peyk::smpp {

class Window {
 public:
  struct Entry {
    std::uint32_t sequence_number = 0;  // 0: a free slot; we never send 0
    CommandId command_id{};
    std::uint64_t tag = 0;
    Time sent_at{};
  };

  Window(std::uint32_t size_max, Milliseconds response_timeout);

  std::uint32_t size() const { return size_; }
  std::uint32_t free() const { return size_max_ - size_; }
  bool accepts(std::uint32_t sequence_number) const { return slot(sequence_number).sequence_number == 0; }

  // Requires a free place and accepts(entry.sequence_number).
  void add(const Entry& entry);

  // The request that this response answers: of its own kind, or generic_nack. It leaves the window.
  std::optional<Entry> take(std::uint32_t sequence_number, CommandId response);

  // Takes out what has waited for the response timeout, oldest first.
  std::vector<Entry> expire(Time now);
  // Takes out everything, oldest first.
  std::vector<Entry> drain();

  // When expire() may have something to give; may be early, never late.
  Time next_deadline() const { return next_deadline_; }

 private:
  Entry& slot(std::uint32_t sequence_number) { return slots_[sequence_number & (slots_.size() - 1)]; }
  const Entry& slot(std::uint32_t sequence_number) const {
    return slots_[sequence_number & (slots_.size() - 1)];
  }

  std::uint32_t size_max_;
  std::uint32_t size_ = 0;
  Milliseconds response_timeout_;
  std::vector<Entry> slots_;
  Time next_deadline_ = Time::max();
};

}  // namespace peyk::smpp
